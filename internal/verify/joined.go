package verify

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"

	"delfi/internal/consultation/feedback"
	"delfi/internal/report/schema"
	"delfi/internal/verify/source"
)

// joined checks the statements that joined after a round: after the one that the protocol
// names, and asked as new in the words and of the kind that the log says.
func (r *reading) joined() error {
	for _, j := range r.life.Joins {
		if after := r.protocol.Items.NewAfterRound; j.Round != after {
			return j.Record.Fault(fmt.Sprintf("item %d joins after a round after which the frozen protocol lets none join", j.Item), fmt.Sprintf("round %d", j.Round), roundOrNone(after))
		}
		for _, e := range r.closings {
			if e.round.Number != j.Asked {
				continue
			}
			at := slices.IndexFunc(e.items, func(a feedback.Asked) bool { return a.Number == j.Item })
			file := r.path(fmt.Sprintf("rounds/%d/items.json", j.Asked))
			if at < 0 || !e.items[at].New {
				return &source.Fault{File: file, What: fmt.Sprintf("item %d joined by entry %d, and the round that opened next does not ask it as new", j.Item, j.Record.N), Expected: "a new item " + strconv.Itoa(j.Item)}
			}
			if a := e.items[at]; a.Kind != j.Kind || !j.Record.Removed && sha256.Sum256([]byte(a.Text)) != j.Text {
				return &source.Fault{File: file, What: fmt.Sprintf("item %d is asked in other words or of another kind than entry %d let join", j.Item, j.Record.N), Found: source.Short(a.Kind + " " + a.Text), Expected: j.Kind + ", and the words beside the entry"}
			}
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

// joinedOf puts into an item of the opinion what the log says of how it joined; a reason that
// was removed by law stays as the opinion has it.
func (r *reading) joinedOf(i *schema.Item) {
	was := i.Joined
	i.Joined = nil
	for _, j := range r.life.Joins {
		if j.Item != i.Number {
			continue
		}
		i.Joined = &schema.Joined{Round: j.Round, Said: j.Said, Reason: j.Record.Words.Reason}
		if j.Record.Removed && was != nil {
			i.Joined.Reason = was.Reason
		}
	}
}
