package verify

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
)

// Forms that no page asks for yet are held against the same rules: the tables of
// criteria with their reasons by place, and the three of an estimate with triple.
func TestTablesOfEveryFormAgree(t *testing.T) {
	const head = `{"version": 1, "languages": ["it"], "panel": {"groups": [{"id": "g0", "name": {"it": "A"}}, {"id": "g1", "name": {"it": "B"}}]},
		"anonymity": {"latest_key_date": "2027-06-30"}, `
	for name, form := range map[string]struct {
		document, table string
		answer          func(i, round int) delphi.Answer
	}{
		"criteria": {head + `"variant": "policy", "rounds": [{"kind": "gather"}, {"kind": "answer"}, {"kind": "answer"}],
			"item_kinds": [{"id": "k", "kind": "criteria", "points": 4, "criteria": ["feasibility", "desirability"]}],
			"consensus": {"rule": "share", "share": {"from": 3, "to": 4}}}`, "R/i1/high",
			func(i, round int) delphi.Answer {
				return delphi.Answer{Criteria: []int{1 + i%4, 1 + (i+round)%4}, Confidence: 1 + i%4, Reason: leaf.Digest([]byte(fmt.Sprint(i)))}
			}},
		"triple": {head + `"variant": "estimate", "rounds": [{"kind": "answer"}, {"kind": "answer"}],
			"item_kinds": [{"id": "k", "kind": "estimate", "unit": "euro", "min": 0, "max": 100, "grid": 10, "triple": true}],
			"consensus": {"rule": "relative-iqr"}}`, "A/i1/likely",
			func(i, round int) delphi.Answer {
				return delphi.Answer{Value: 50 + 10*((i+round)%3), Low: 20, High: 90}
			}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := protocol.Parse([]byte(form.document))
			if err != nil {
				t.Fatal(err)
			}
			first := len(p.Rounds) - 1
			var previous []delphi.Ballot
			var before *closing
			for n := range 2 {
				var ballots []delphi.Ballot
				for i := range 60 {
					a := form.answer(i, n)
					a.Item = "i1"
					ballots = append(ballots, delphi.Ballot{Panelist: fmt.Sprint(i), Group: fmt.Sprint("g", i%2), Answers: []delphi.Answer{a}})
				}
				c, err := table.Tabulate(p, first+n, []delphi.Item{{ID: "i1", Kind: "k"}}, []int{30, 30}, nil, ballots, previous, []byte("key"))
				if err != nil {
					t.Fatal(err)
				}
				found := false
				for _, shown := range c.Tables {
					found = found || shown.ID == form.table
					if err := table.Fits(p, c.Counts, shown); err != nil {
						t.Errorf("%s: %v", shown.ID, err)
					}
					if slices.ContainsFunc(c.Tables, func(o table.Table) bool { return strings.HasPrefix(o.ID, shown.ID+"/") }) {
						t.Errorf("%s is a file of leaves and a folder", shown.ID)
					}
				}
				if !found {
					t.Errorf("round %d has no table %s", first+n, form.table)
				}
				check, r := &check{}, &reading{protocol: p}
				if err := check.across(r, "", c, before); err != nil {
					t.Error(err)
				}
				forged := c
				forged.Counts.Items = slices.Clone(c.Counts.Items)
				for i := range forged.Counts.Items {
					forged.Counts.Items[i].Said = []int{60, 0, 0}
				}
				if err := check.across(r, "", forged, before); err == nil {
					t.Error("sides that nobody said are believed")
				}
				if n == 0 {
					previous, before = ballots, &closing{Closing: c}
					continue
				}
				// A round that the item was asked in before cannot be passed over.
				forged.Counts.Items, forged.Tables = slices.Clone(c.Counts.Items), slices.DeleteFunc(slices.Clone(c.Tables), func(t table.Table) bool {
					return strings.Contains("DTM", t.ID[:1])
				})
				for i := range forged.Counts.Items {
					forged.Counts.Items[i].Paired, forged.Counts.Items[i].Shift = 0, ""
				}
				if err := check.across(r, "", forged, before); err == nil || !strings.Contains(err.Error(), "the valid answers of the round before") {
					t.Errorf("an item is told to be new: %v", err)
				}
			}
		})
	}
}
