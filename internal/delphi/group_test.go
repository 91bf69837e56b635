package delphi_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
	"delfi/internal/delphi/stat/resample"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// grouped closes one round twice of people in two groups of equal size.
func grouped(t testing.TB, p protocol.Protocol, first int, items []delphi.Item, answers ...[]delphi.Answer) []table.Closing {
	t.Helper()
	var out []table.Closing
	var documents []table.Counts
	var previous []delphi.Ballot
	n := len(answers)
	for round := first; round <= first+1 && round <= len(p.Rounds); round++ {
		var current []delphi.Ballot
		for i, a := range answers {
			current = append(current, delphi.Ballot{Panelist: fmt.Sprint(i), Group: fmt.Sprint("g", 2*i/n), Answers: a})
		}
		c, _ := tabulate(t, p, round, items, []int{n - n/2, n / 2}, documents, current, previous)
		out, documents, previous = append(out, c), append(documents, c.Counts), current
	}
	return out
}

// two makes a protocol of two groups.
func two(t testing.TB, variant, rule, rounds, kinds string) protocol.Protocol {
	t.Helper()
	return parse(t, `{"version": 1, "variant": "`+variant+`", "languages": ["it"],
		"panel": {"groups": [{"id": "g0", "name": {"it": "A"}, "access": "roll"}, {"id": "g1", "name": {"it": "B"}, "access": "roll"}]},
		"anonymity": {"latest_key_date": "2027-06-30"}, "rounds": [`+rounds+`], "consensus": `+rule+`, "item_kinds": [`+kinds+`]}`)
}

// Groups have figures for every form that has their tables, and with scope
// each-group the rule is asked of each of them.
func TestGroupsOfEstimates(t *testing.T) {
	it := delphi.Item{ID: "i1", Kind: "k"}
	say := func(v int) delphi.Answer { return delphi.Answer{Item: "i1", Value: v} }
	// The panel is narrow, and so is the first group; the second's spread is wide.
	answers := slices.Concat(repeat(30, say(100)), repeat(14, say(100)), repeat(7, say(60)), repeat(9, say(140)))
	for scope, want := range map[string]verdict.Key{"panel": verdict.Consensus, "each-group": verdict.Majority} {
		p := two(t, "estimate", `{"rule": "relative-iqr", "scope": "`+scope+`"}`, `{"kind": "answer"}, {"kind": "answer"}`,
			`{"id": "k", "kind": "estimate", "unit": "euro", "min": 0, "max": 200, "grid": 20}`)
		closings := grouped(t, p, 1, []delphi.Item{it}, answers...)
		v, _ := verdict.Judge(p, it, closings, 0)
		if g, ok := ground(v.Grounds, "groups_judged"); v.Key != want || ok != (scope == "each-group") || ok && !g.Holds {
			t.Errorf("scope %s: %+v", scope, v)
		}
		f := verdict.Measure(p, it, closings)
		if len(f.Groups) != 2 || f.Groups[1].N != 30 || f.Groups[1].Median.String() != "100" || f.Groups[1].Q3.String() != "140" || len(f.Groups[0].Histogram) != 11 {
			t.Errorf("figures of groups: %+v", f.Groups)
		}
	}
}

func TestGroupsOfChoices(t *testing.T) {
	items := []delphi.Item{{ID: "x", Kind: "k"}, {ID: "y", Kind: "k"}}
	choose := func(id string) delphi.Answer { return delphi.Answer{Item: id, Value: 1} }
	// 46 of 60 choose x, all of the first group and 16 of 30 of the second.
	answers := slices.Concat(repeat(46, choose("x")), repeat(14, choose("y")))
	for scope, want := range map[string]verdict.Key{"panel": verdict.Consensus, "each-group": verdict.Majority} {
		p := two(t, "argumentative", `{"rule": "share", "scope": "`+scope+`"}`, `{"kind": "gather", "discussion": true}, {"kind": "answer"}`, `{"id": "k", "kind": "choice"}`)
		closings := grouped(t, p, 2, items, answers...)
		v, _ := verdict.Judge(p, items[0], closings, 0)
		if g, ok := ground(v.Grounds, "group"); v.Key != want || ok != (scope == "each-group") || ok && (!g.Holds || g.Value.String() != "1000") {
			t.Errorf("scope %s: %+v", scope, v)
		}
		f := verdict.Measure(p, items[0], closings)
		if len(f.Groups) != 2 || f.Groups[0].Top.String() != "1" || f.Groups[1].Top.String() != stat.Share(16, 30).String() || f.Groups[1].Median.Defined() {
			t.Errorf("figures of groups: %+v", f.Groups)
		}
	}
}

// The rule is asked of groups only where groups have tables.
func TestEachGroupNeedsTablesByGroup(t *testing.T) {
	for kind, document := range map[string]string{
		"selection": `{"kind": "gather", "discussion": true}, {"kind": "answer"}], "consensus": {"rule": "share", "scope": "each-group"}, "variant": "argumentative"`,
		"ranking":   `{"kind": "gather"}, {"kind": "answer"}], "consensus": {"rule": "w", "scope": "each-group"}, "variant": "ranking"`,
	} {
		_, err := protocol.Parse([]byte(`{"version": 1, "languages": ["it"], "panel": {"groups": [{"id": "g0", "name": {"it": "A"}, "access": "roll"}]},
			"anonymity": {"latest_key_date": "2027-06-30"}, "item_kinds": [{"id": "k", "kind": "` + kind + `"}], "rounds": [` + document + `}`))
		if err == nil || !strings.Contains(err.Error(), "consensus.scope") {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// A χ² whose expected counts are small has a Monte-Carlo p once the round's root
// is known, and the root alone decides its draws.
func TestMonteCarloIsSeededByTheRoot(t *testing.T) {
	p := classical(t, 2)
	first := append(from(20, 0, 0, 20, 0, 0, 80), 9, 9, 9)
	second := append(from(18, 2, 0, 19, 1, 0, 75), 9, 9, 9, 9, 9, 9, 9, 9)
	closings := held(t, p, oneGroup, first, second)
	for _, name := range []string{"dajani_mc_p", "chaffin_talley_mc_p"} {
		if f := verdict.Measure(p, item, closings); slices.ContainsFunc(f.More, func(m verdict.Figure) bool { return m.Name == name }) {
			t.Errorf("%s without a root", name)
		}
	}
	closings[1].Root = []byte("root")
	f := verdict.Measure(p, item, closings)
	a, _ := tableOf(closings[0], "A/i1")
	b, _ := tableOf(closings[1], "A/i1")
	want := resample.MonteCarlo([][]int{a.Counts, b.Counts}, resample.Seed([]byte("root"), "i1", "dajani"))
	if got := figure(t, f, "dajani_mc_p"); !got.Equal(want) || !got.Defined() {
		t.Errorf("Dajani's p is %v, want %v", got, want)
	}
	tr, _ := tableOf(closings[1], "T/i1")
	square := [][]int{tr.Counts[:3], tr.Counts[3:6], tr.Counts[6:]}
	small := stat.ChiSquare(square).Small
	want = resample.MonteCarlo(square, resample.Seed([]byte("root"), "i1", "chaffin_talley"))
	if small == 0 {
		t.Fatal("T has no small expected count: the test shows nothing")
	}
	if got := figure(t, f, "chaffin_talley_mc_p"); !got.Equal(want) {
		t.Errorf("Chaffin and Talley's p is %v, want %v", got, want)
	}
	// Large counts need no draws.
	large := held(t, p, oneGroup, from(40, 0, 0, 40, 0, 0, 40), from(40, 0, 0, 40, 0, 0, 40))
	large[1].Root = []byte("root")
	if f := verdict.Measure(p, item, large); slices.ContainsFunc(f.More, func(m verdict.Figure) bool { return m.Name == "dajani_mc_p" }) {
		t.Error("draws for large counts")
	}
}

// Confidence is the median of those who told theirs, and of twenty at least.
func TestConfidence(t *testing.T) {
	p := classical(t, 2)
	for n, want := range map[int]string{19: "", 20: "3", 21: "3"} {
		closings, _ := heldWith(t, p, oneGroup, func(_ int, who string, a *delphi.Answer) {
			if i, _ := strconv.Atoi(who[1:]); i < n {
				a.Confidence = 3
			}
		}, from(0, 0, 0, 0, 0, 0, 30))
		f := verdict.Measure(p, item, closings)
		got := ""
		for _, m := range f.More {
			if m.Name == "confidence" {
				got = m.Value.String()
			}
		}
		if got != want || closings[0].Counts.Items[0].Confident != n {
			t.Errorf("%d of %d: confidence %q", n, closings[0].Counts.Items[0].Confident, got)
		}
	}
}

// Agreement over the items of a round is that of their published histograms.
func TestConcord(t *testing.T) {
	p := classical(t, 2)
	items := []delphi.Item{{ID: "a", Kind: "scala"}, {ID: "b", Kind: "scala"}, {ID: "c", Kind: "scala"}}
	var answers [][]delphi.Answer
	for i := range 30 {
		answers = append(answers, []delphi.Answer{{Item: "a", Value: 1 + i%2}, {Item: "b", Value: 5 + i%3/2}, {Item: "c", Value: 9}})
	}
	var current []delphi.Ballot
	for i, a := range answers {
		current = append(current, delphi.Ballot{Panelist: fmt.Sprint(i), Group: "cittadini", Answers: a})
	}
	c, _ := tabulate(t, p, 2, items, []int{30}, nil, current, nil)
	units := [][]int{{15, 15, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 20, 10, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 0, 0, 30}}
	scores := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	got := verdict.Concord(p, items, c)
	want := verdict.Reliability{
		Items: 3, Nominal: reliability.Krippendorff(units, scores, reliability.Nominal), Ordinal: reliability.Krippendorff(units, scores, reliability.Ordinal),
		Interval: reliability.Krippendorff(units, scores, reliability.Interval), Fleiss: reliability.Fleiss(units),
	}
	if got != want || !got.Ordinal.Defined() || !got.Fleiss.Kappa.Defined() {
		t.Errorf("got %+v, want %+v", got, want)
	}
	small, _ := tabulate(t, p, 2, items, []int{30}, nil, current[:19], nil)
	if got := verdict.Concord(p, items, small); got != (verdict.Reliability{}) {
		t.Errorf("agreement of thirds: %+v", got)
	}
	if got := verdict.Concord(p, nil, table.Closing{}); got != (verdict.Reliability{}) {
		t.Errorf("agreement of nothing: %+v", got)
	}
}
