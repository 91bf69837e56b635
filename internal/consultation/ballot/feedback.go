package ballot

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
)

// feedbackFormat names the document's shape, so that it can change.
const feedbackFormat = "delfi feedback v1"

// said is one reason as the closing reads it, with the value beside it.
type said struct {
	text  string
	value int // 0 when its author cannot judge
	side  delphi.Side
}

// digest is what the engine counts a reason by.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// with puts a reason beside its answer, and gives what the document needs of it.
func with(p delphi.Protocol, kind string, a *delphi.Answer, text string) said {
	a.Reason = digest(text)
	return said{text: text, value: a.Value, side: delphi.SideOf(p, kind, *a)}
}

// reading is all that a closing takes from its round's ballots.
type reading struct {
	ballots []delphi.Ballot
	reasons map[uuid.UUID][]said
}

// feedbackOf builds the one document about a closing. closings are those of the
// answering rounds so far, this one last.
func feedbackOf(c consultation.Consultation, round consultation.Round, items []consultation.Item, closings []delphi.Closing, reasons map[uuid.UUID][]said) Feedback {
	now := closings[len(closings)-1]
	f := Feedback{
		Format: feedbackFormat, Protocol: c.ProtocolHash,
		Round: round.Number, Enrolled: now.Counts.Enrolled, Answered: now.Counts.Answered,
		Items: make([]ItemFeedback, 0, len(items)),
	}
	for _, i := range items {
		f.Items = append(f.Items, itemFeedback(c, round, i, closings, reasons[i.ID]))
	}
	return f
}

func itemFeedback(c consultation.Consultation, round consultation.Round, i consultation.Item, closings []delphi.Closing, reasons []said) ItemFeedback {
	item := engineItem(i)
	now := lastOf(i.ID, closings)
	out := ItemFeedback{
		Item: i.ID, Number: i.Number, Text: i.Text, Kind: i.Kind,
		Counts: countsOf(i.ID, now.Counts), Tables: tablesOf(i.ID, now.Tables),
		Figures: delphi.Measure(c.Protocol, item, closings),
		Reasons: []Reason{},
	}
	out.Verdict, out.Proposal = delphi.Judge(c.Protocol, item, closings, c.RoundsLeft())
	// Without a table of answers nothing about the item is told, reasons included.
	if len(out.Tables) > 0 && showsReasons(c.Protocol) {
		out.Reasons = reasonsOf(c.Protocol, i, round.ID, out.Figures, len(out.Counts.Sides) > 0, reasons)
	}
	return out
}

// engineItem is an item as the engine knows it.
func engineItem(i consultation.Item) delphi.Item {
	return delphi.Item{ID: i.ID.String(), Kind: i.Kind, New: i.New}
}

// lastOf gives the last closing in which an item was rated: the last of all but
// for an item of a standing round that its newest release did not show.
func lastOf(item uuid.UUID, closings []delphi.Closing) delphi.Closing {
	for n := len(closings) - 1; n >= 0; n-- {
		if slices.ContainsFunc(closings[n].Counts.Items, func(c delphi.ItemCounts) bool { return c.Item == item.String() }) {
			return closings[n]
		}
	}
	return delphi.Closing{}
}

func countsOf(item uuid.UUID, c delphi.Counts) delphi.ItemCounts {
	for _, n := range c.Items {
		if n.Item == item.String() {
			return n
		}
	}
	return delphi.ItemCounts{Item: item.String()}
}

// tablesOf picks an item's tables: "A/<item>", "G/<item>/<group>" …
func tablesOf(item uuid.UUID, tables []delphi.Table) []delphi.Table {
	own := []delphi.Table{}
	for _, t := range tables {
		if parts := strings.Split(t.ID, "/"); len(parts) > 1 && parts[1] == item.String() {
			own = append(own, t)
		}
	}
	return own
}

// reasonsOf puts reasons in the document's order, which is that of a digest: it
// comes from the words and the round alone, so it repeats after a crash and says
// nothing about who wrote when. The engine's rule says whether sides are told.
func reasonsOf(p delphi.Protocol, i consultation.Item, round uuid.UUID, f delphi.Figures, sides bool, reasons []said) []Reason {
	type placed struct {
		digest [32]byte
		Reason
	}
	all := make([]placed, len(reasons))
	for n, r := range reasons {
		all[n] = placed{
			digest: sha256.Sum256([]byte("reason order v1" + round.String() + i.ID.String() + r.text)),
			Reason: Reason{Text: r.text, Outside: p.Feedback.Reasons == "outside-first" && outside(f, r.value)},
		}
		if sides && r.side != delphi.Neither {
			all[n].Side = string(r.side)
		}
	}
	slices.SortFunc(all, func(a, b placed) int {
		if c := bytes.Compare(a.digest[:], b.digest[:]); c != 0 {
			return c
		}
		// Equal words from two people: what differs is told, not who came first.
		if c := strings.Compare(a.Side, b.Side); c != 0 {
			return c
		}
		if a.Outside != b.Outside && a.Outside {
			return -1
		}
		if a.Outside != b.Outside {
			return 1
		}
		return 0
	})
	out := make([]Reason, len(all))
	for n, r := range all {
		out[n] = r.Reason
	}
	return out
}

// outside tells whether a value lies outside the middle half, where quartiles
// are shown at all.
func outside(f delphi.Figures, value int) bool {
	q1, ok1 := f.Q1.Float()
	q3, ok3 := f.Q3.Float()
	if f.Thirds || !ok1 || !ok3 || value == 0 {
		return false
	}
	return float64(value) < q1 || float64(value) > q3
}
