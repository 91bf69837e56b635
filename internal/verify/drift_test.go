package verify

import (
	"testing"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
	"delfi/internal/verify/replay"
)

// TestAStandingRoundRests: each item's own last release is asked, however long ago it was; an
// item that was never released is not at rest, and words are not asked.
func TestAStandingRoundRests(t *testing.T) {
	p := protocol.Protocol{Variant: protocol.VariantRealTime, ItemKinds: []delphi.ItemKind{{ID: "scala", Kind: delphi.ScaleForm}, {ID: "note", Kind: delphi.TextForm}}}
	settle, on := verdict.Settle, verdict.GoOn
	for name, c := range map[string]struct {
		releases []map[int]verdict.Action // by item
		rests    bool
	}{
		"both settle at once":                 {[]map[int]verdict.Action{{1: settle, 2: settle}}, true},
		"one after the other":                 {[]map[int]verdict.Action{{1: settle, 2: on}, {2: settle}}, true},
		"one goes on":                         {[]map[int]verdict.Action{{1: settle, 2: on}}, false},
		"one went on after it was at rest":    {[]map[int]verdict.Action{{1: settle, 2: settle}, {1: on}}, false},
		"one was never released":              {[]map[int]verdict.Action{{1: settle}}, false},
		"nothing was released before the end": {nil, false},
	} {
		w, other := &replay.Round{Number: 1}, &replay.Round{Number: 2}
		closings := []closing{{round: other, feedback: feedback.Document{Tick: 1, Items: []feedback.ItemResult{{Number: 1, Released: 1, Proposal: verdict.Proposal{Action: on}}}}}}
		for n, release := range c.releases {
			e := closing{round: w, Closing: table.Closing{Counts: table.Counts{Interim: true}}, feedback: feedback.Document{Tick: n + 1}}
			for item := 1; item <= 2; item++ { // one that is not released anew stands in the document as it was
				if action, fresh := release[item]; fresh {
					e.feedback.Items = append(e.feedback.Items, feedback.ItemResult{Number: item, Released: n + 1, Proposal: verdict.Proposal{Action: action}})
				} else {
					e.feedback.Items = append(e.feedback.Items, feedback.ItemResult{Number: item, Released: n, Proposal: verdict.Proposal{Action: settle}})
				}
			}
			closings = append(closings, e)
		}
		closings = append(closings, closing{round: w, items: []feedback.Asked{{Number: 1, Kind: "scala"}, {Number: 2, Kind: "scala"}, {Number: 3, Kind: "note"}}})
		if got := rests(p, w, closings); got != c.rests {
			t.Errorf("%s: at rest %v", name, got)
		}
	}
}
