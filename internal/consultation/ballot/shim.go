package ballot

import (
	"strings"

	"github.com/google/uuid"

	"delfi/internal/delphi"
)

// Asked is one item of a round as items.json lists it.
type Asked struct {
	Item    uuid.UUID `json:"item"`
	Kind    string    `json:"kind"` // id of its item kind
	New     bool      `json:"new"`  // not in the answering round before
	Number  int       `json:"number"`
	Text    string    `json:"text"`
	Version int       `json:"version"`
}

// FeedbackOf computes the document about the last of closings from what is public
// and from nothing else, so that whoever checks a record calls exactly this.
func FeedbackOf(p delphi.Protocol, items []Asked, closings []delphi.Closing, reasons map[uuid.UUID][]Reason) Feedback {
	now := closings[len(closings)-1].Counts
	f := Feedback{
		Format: feedbackFormat, Protocol: p.Hash(),
		Round: now.Round, Enrolled: now.Enrolled, Answered: now.Answered,
		Items: make([]ItemFeedback, 0, len(items)),
	}
	var shown map[string]int
	if p.Round(now.Round).Kind == delphi.StandingKind {
		f.Tick, shown = len(closings), lastShown(closings)
	}
	for _, i := range items {
		if shown != nil && shown[i.Item.String()] == 0 {
			f.Items = append(f.Items, ItemFeedback{
				Item: i.Item, Number: i.Number, Text: i.Text, Kind: i.Kind,
				Counts: delphi.ItemCounts{Item: i.Item.String(), Kind: i.Kind}, Tables: []delphi.Table{}, Reasons: []Reason{},
				Verdict: delphi.Verdict{Key: delphi.Open, Direction: delphi.NoDirection, IfDirection: delphi.NoDirection},
			})
			continue
		}
		item := delphi.Item{ID: i.Item.String(), Kind: i.Kind, New: i.New}
		last := lastOf(i.Item, closings)
		out := ItemFeedback{
			Item: i.Item, Number: i.Number, Text: i.Text, Kind: i.Kind,
			Counts: countsOf(i.Item, last.Counts), Tables: []delphi.Table{},
			Figures: delphi.Measure(p, item, closings),
			Reasons: []Reason{},
		}
		for _, t := range tablesOf(i.Item, last.Tables) {
			if !strings.HasPrefix(t.ID, "R/") {
				out.Tables = append(out.Tables, t)
			}
		}
		out.Verdict, out.Proposal = delphi.Judge(p, item, closings, p.Answering(last.Counts.Round))
		out.Released = shown[i.Item.String()]
		if told := reasons[i.Item]; told != nil {
			out.Reasons = told
		}
		f.Items = append(f.Items, out)
	}
	return f
}
