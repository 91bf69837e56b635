package across_test

import (
	"testing"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/verdict"
	"delfi/internal/verify/across"
)

// TestAStandingRoundRests: each item's own last release is asked, however long ago it was; an
// item that was never released is not at rest, and words are not asked.
func TestAStandingRoundRests(t *testing.T) {
	p := protocol.Protocol{Variant: protocol.VariantRealTime, ItemKinds: []delphi.ItemKind{{ID: "scala", Kind: delphi.ScaleForm}, {ID: "note", Kind: delphi.TextForm}}}
	asked := []feedback.Asked{{Number: 1, Kind: "scala"}, {Number: 2, Kind: "scala"}, {Number: 3, Kind: "note"}}
	settle, on := verdict.Settle, verdict.GoOn
	for name, c := range map[string]struct {
		releases []map[int]verdict.Action // by item, of those that are released anew
		rests    bool
	}{
		"both settle at once":                 {[]map[int]verdict.Action{{1: settle, 2: settle}}, true},
		"one after the other":                 {[]map[int]verdict.Action{{1: settle, 2: on}, {2: settle}}, true},
		"one goes on":                         {[]map[int]verdict.Action{{1: settle, 2: on}}, false},
		"one went on after it was at rest":    {[]map[int]verdict.Action{{1: settle, 2: settle}, {1: on}}, false},
		"one was never released":              {[]map[int]verdict.Action{{1: settle}}, false},
		"nothing was released before the end": {nil, false},
	} {
		var all []feedback.Document
		for n, release := range c.releases {
			f := feedback.Document{Tick: n + 1}
			for item := 1; item <= 2; item++ {
				i := feedback.ItemResult{Number: item, Released: n, Proposal: verdict.Proposal{Action: settle}} // as it stood
				if action, fresh := release[item]; fresh {
					i.Released, i.Proposal.Action = n+1, action
				}
				f.Items = append(f.Items, i)
			}
			all = append(all, f)
		}
		if got := across.Rests(p, all, asked); got != c.rests {
			t.Errorf("%s: at rest %v", name, got)
		}
		if !across.Rests(p, all, nil) {
			t.Errorf("%s: a round that is not released is contradicted", name)
		}
	}
	if across.Rests(p, nil, []feedback.Asked{}) {
		t.Error("a round that asked nothing is at rest")
	}
}
