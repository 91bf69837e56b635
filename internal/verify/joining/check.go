package joining

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi/protocol"
	"delfi/internal/ledger/leaf"
	"delfi/internal/report/schema"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
)

// List is what a round shows: the statements that it asks, and its feedback document. A
// standing round has one of each release.
type List struct {
	Round    int
	Opened   int64 // entry
	File     string
	Items    []feedback.Asked
	Feedback feedback.Document
}

// Check compares the statements that joined with the protocol and with the rounds' lists.
func Check(p protocol.Protocol, joins []replay.Join, lists []List) error {
	if len(joins) == 0 {
		return nil
	}
	shown := map[int]int64{}                  // by number: the opening after which a list has it first
	asked := map[int]map[int]feedback.Asked{} // by round and number: as its last list has it
	reasons := map[int]map[string]bool{}      // by round: digests of those of its documents
	files := map[int]string{}
	for _, l := range lists {
		asked[l.Round], files[l.Round] = map[int]feedback.Asked{}, l.File
		for _, i := range l.Items {
			if first, known := shown[i.Number]; !known || l.Opened < first {
				shown[i.Number] = l.Opened
			}
			asked[l.Round][i.Number] = i
		}
		if reasons[l.Round] == nil {
			reasons[l.Round] = map[string]bool{}
		}
		for _, r := range l.Feedback.AllReasons() {
			reasons[l.Round][cmp.Or(r.Removed, leaf.Digest([]byte(r.Text)))] = true
		}
	}
	for _, j := range joins {
		if after := p.Items.NewAfterRound; j.Round != after {
			return j.Fault(fmt.Sprintf("item %d joins after a round after which the frozen protocol lets none join", j.Item), fmt.Sprintf("round %d", j.Round), roundOrNone(after))
		}
		if j.Item > p.Items.Max {
			return j.Fault("a statement joins under a number that the frozen protocol does not allow", fmt.Sprintf("item %d", j.Item), fmt.Sprintf("at most %d", p.Items.Max))
		}
		if at, before := shown[j.Item]; before && at < j.Entry {
			return j.Fault(fmt.Sprintf("item %d joins, which the list of an earlier round has", j.Item), fmt.Sprintf("item %d", j.Item), "a number that no list has")
		}
		if j.Digest != "" && !reasons[j.Round][j.Digest] {
			return j.Fault(fmt.Sprintf("item %d rests on a reason that round %d does not have", j.Item, j.Round), j.Digest, "the digest of one of its feedback document")
		}
		list, listed := asked[j.Asked]
		if !listed {
			continue // its round is not released, or never opened
		}
		a, has := list[j.Item]
		if !has || !a.New {
			return &source.Fault{File: files[j.Asked], What: fmt.Sprintf("item %d joined by entry %d, and the round that opened next does not ask it as new", j.Item, j.Entry), Expected: "a new item " + strconv.Itoa(j.Item)}
		}
		if a.Kind != j.Kind || !j.Removed && sha256.Sum256([]byte(a.Text)) != j.Text {
			return &source.Fault{File: files[j.Asked], What: fmt.Sprintf("item %d is asked in other words or of another kind than entry %d let join", j.Item, j.Entry), Found: source.Short(a.Kind + " " + a.Text), Expected: j.Kind + ", and the words beside the entry"}
		}
	}
	return nil
}

func roundOrNone(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("round %d", n)
}

// Opinion checks that an opinion has each statement that joined, asked or not, and among the
// contributions that it was made from the one that it rests on.
func Opinion(file string, joins []replay.Join, o *schema.Opinion) error {
	from := map[int][]uuid.UUID{}
	for _, i := range o.Items {
		from[i.Number] = append([]uuid.UUID{}, i.Contributions...)
	}
	for _, j := range joins {
		contributions, has := from[j.Item]
		if !has {
			return &source.Fault{File: file, What: fmt.Sprintf("the opinion leaves out item %d, which joined by entry %d", j.Item, j.Entry), Expected: "item " + strconv.Itoa(j.Item)}
		}
		if j.Contribution != uuid.Nil && !slices.Contains(contributions, j.Contribution) {
			return &source.Fault{File: file, What: fmt.Sprintf("the opinion does not make item %d from the contribution that it joined by", j.Item), Found: source.Short(fmt.Sprint(contributions)), Expected: j.Contribution.String()}
		}
	}
	return nil
}

// Joined gives what the log says of how an item of an opinion joined, nil for one that did not;
// a reason that was removed by law stays as the opinion has it.
func Joined(l *replay.Life, i schema.Item) *schema.Joined {
	j, joined := l.Joined(i.Number)
	if !joined {
		return nil
	}
	out := &schema.Joined{Round: j.Round, Said: j.Digest, Reason: j.Reason}
	if j.Removed && i.Joined != nil {
		out.Reason = i.Joined.Reason
	}
	return out
}
