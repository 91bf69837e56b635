package delphi_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

func standing(t testing.TB) protocol.Protocol {
	t.Helper()
	p, err := protocol.Standing(protocol.StandingPlan{Language: "it", GroupName: "Tutti", LatestKeyDate: "2027-06-30"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var stated = delphi.Item{ID: "i1", Kind: "scale"}

// released makes the releases of a standing round in which everyone's latest
// answers are histograms[r]; every release counts as changed by enough people.
func released(t testing.TB, p protocol.Protocol, deadline bool, histograms ...[3]int) []table.Closing {
	t.Helper()
	var out []table.Closing
	for r, h := range histograms {
		tally, err := table.NewTally(p, 1, []delphi.Item{stated})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range from(h[:]...) {
			b := delphi.Ballot{Panelist: fmt.Sprint(i), Group: "all", Answers: []delphi.Answer{{Item: "i1", Value: v}}}
			if err := tally.Add(b); err != nil {
				t.Fatal(err)
			}
		}
		last := deadline && r == len(histograms)-1
		c, err := table.Release(p, tally, []int{h[0] + h[1] + h[2]}, map[string]int{"i1": 10}, last)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := names(c.Tables), table.Rule(p, []table.Counts{c.Counts}); !slices.Equal(got, want) {
			t.Fatalf("tables %v, the rule names %v", got, want)
		}
		bounded(t, p, c)
		out = append(out, c)
	}
	return out
}

// An item is released when ten people gave or changed an answer since its last
// release: interim counts to the nearest five, those of the deadline exact.
func TestReleases(t *testing.T) {
	p := standing(t)
	last := table.Table{ID: "A/i1", Values: []string{"1", "2", "3"}, Counts: []int{5, 5, 5}, N: 15}
	for _, c := range []struct {
		name     string
		now      []int
		changed  int
		deadline bool
		counts   []int
		released bool
	}{
		{"nine changed", []int{20, 20, 20}, 9, false, []int{5, 5, 5}, false},
		{"ten changed", []int{20, 20, 20}, 10, false, []int{20, 20, 20}, true},
		{"to the nearest five", []int{22, 23, 7}, 12, false, []int{20, 25, 5}, true},
		{"small counts vanish or become five", []int{2, 3, 40}, 12, false, []int{0, 5, 40}, true},
		{"the deadline is exact", []int{22, 23, 7}, 0, true, []int{22, 23, 7}, true},
		{"too few people", []int{1, 1, 2}, 10, true, nil, true},
	} {
		got, ok := table.Released(p, stated, last, c.now, c.changed, c.deadline)
		if ok != c.released || !slices.Equal(got.Counts, c.counts) {
			t.Errorf("%s: %v %v", c.name, got, ok)
		}
	}
}

// An interim release says nothing finer than five people anywhere, and the rule
// that reads its rounded counts document never shows more than the true numbers
// would allow.
func TestInterimReleasesAreCoarse(t *testing.T) {
	p := standing(t)
	rapid.Check(t, func(r *rapid.T) {
		h := [3]int{}
		for i := range h {
			h[i] = rapid.IntRange(0, 60).Draw(r, "n")
		}
		c := released(t, p, false, h)[0]
		n := h[0] + h[1] + h[2]
		numbers := []int{c.Counts.Enrolled, c.Counts.Answered, c.Counts.Groups[0].Answered, c.Counts.Items[0].Valid, c.Counts.Items[0].ByGroup[0]}
		for _, table := range c.Tables {
			numbers = append(numbers, table.Counts...)
		}
		for _, m := range numbers {
			if m%5 != 0 {
				r.Errorf("an interim number is %d", m)
			}
		}
		if len(c.Tables) > 0 && n < 5 {
			r.Errorf("a table of %d people", n)
		}
	})
}

// Stability compares consecutive releases, from a hundred answers on.
func TestStandingVerdicts(t *testing.T) {
	p := standing(t)
	for _, c := range []struct {
		name     string
		releases [][3]int
		deadline bool
		left     int
		key      verdict.Key
		proposal verdict.Action
		ground   string
	}{
		{"below a hundred there is no gate", [][3]int{{5, 5, 89}}, false, 1, verdict.Consensus, verdict.GoOn, "no_stability_gate"},
		{"the first release of a hundred", [][3]int{{5, 5, 90}}, false, 1, verdict.Open, verdict.GoOn, "no_earlier_round"},
		{"still", [][3]int{{5, 5, 90}, {10, 10, 100}}, false, 1, verdict.Consensus, verdict.Settle, "scheibe"},
		{"moving", [][3]int{{50, 0, 50}, {10, 0, 100}}, false, 1, verdict.Open, verdict.GoOn, "scheibe"},
		{"moving at the deadline", [][3]int{{50, 0, 50}, {10, 0, 101}}, true, 0, verdict.Unstable, verdict.Settle, "scheibe"},
		{"the deadline is the only release", [][3]int{{5, 5, 90}}, true, 0, verdict.Consensus, verdict.Settle, "no_stability_gate"},
		{"four at the deadline", [][3]int{{0, 0, 4}}, true, 0, verdict.TooFew, verdict.Settle, "valid_n"},
		{"two camps", [][3]int{{50, 5, 50}, {50, 5, 52}}, true, 0, verdict.Bipolarity, verdict.Settle, "lowest_class"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, proposal := verdict.Judge(p, stated, released(t, p, c.deadline, c.releases...), c.left)
			if _, ok := ground(v.Grounds, c.ground); v.Key != c.key || proposal.Action != c.proposal || !ok {
				t.Errorf("%+v %+v", v, proposal)
			}
		})
	}
}

// An item that only the deadline releases is judged alike whatever others were
// released before it.
func TestStandingItemReleasedAtTheDeadlineAlone(t *testing.T) {
	p := standing(t)
	earlier := released(t, p, false, [3]int{10, 10, 100})
	earlier[0].Counts.Items[0].Item, earlier[0].Tables[0].ID = "i2", "A/i2"
	v, _ := verdict.Judge(p, stated, append(earlier, released(t, p, true, [3]int{10, 10, 100})...), 0)
	if _, ok := ground(v.Grounds, "no_stability_gate"); v.Key != verdict.Consensus || !ok {
		t.Errorf("%+v", v)
	}
}

// A release without the item leaves its last one standing.
func TestStandingItemKeepsItsLastRelease(t *testing.T) {
	p := standing(t)
	closings := released(t, p, false, [3]int{10, 10, 100})
	quiet := closings[0]
	quiet.Counts.Items, quiet.Tables = nil, nil
	f := verdict.Measure(p, stated, append(closings, quiet))
	if f.N != 120 || f.Scheibe.Defined() {
		t.Errorf("%+v", f)
	}
}
