package delphi_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/delphi"
	"delfi/internal/delphi/verdict"
)

// The ladder at each of its thresholds: one below, at, one above. Both rounds
// are the same, so that the answers hold still.
func TestVerdictLadder(t *testing.T) {
	p := classical(t, 2)
	for _, c := range []struct {
		name      string
		counts    [9]int
		key       verdict.Key
		direction verdict.Direction
		unanimous bool
	}{
		{"all in the highest class", [9]int{6: 20, 7: 10, 8: 10}, verdict.Consensus, verdict.High, true},
		{"all in the middle class", [9]int{3: 20, 4: 10, 5: 10}, verdict.Consensus, verdict.Middle, true},
		{"all in the lowest class", [9]int{0: 20, 2: 20}, verdict.Consensus, verdict.Low, true},
		{"share one above", [9]int{4: 9, 7: 31}, verdict.Consensus, verdict.High, false},
		{"share at", [9]int{4: 10, 7: 30}, verdict.Consensus, verdict.High, false},
		{"share one below", [9]int{4: 11, 7: 29}, verdict.Majority, verdict.High, false},
		{"mirrored share at", [9]int{1: 30, 4: 10}, verdict.Consensus, verdict.Low, false},
		{"mirrored share one below", [9]int{1: 29, 4: 11}, verdict.Majority, verdict.Low, false},
		{"middle share at", [9]int{1: 10, 4: 30}, verdict.Consensus, verdict.Middle, false},
		{"middle share one below", [9]int{1: 11, 4: 29}, verdict.Majority, verdict.Middle, false},
		{"poles at 35 each", [9]int{0: 14, 4: 12, 8: 14}, verdict.Bipolarity, verdict.NoDirection, false},
		{"poles, the higher is larger", [9]int{0: 14, 4: 11, 8: 15}, verdict.Bipolarity, verdict.High, false},
		{"poles, the lower is larger", [9]int{0: 15, 4: 11, 8: 14}, verdict.Bipolarity, verdict.Low, false},
		{"poles before majority", [9]int{0: 14, 8: 26}, verdict.Bipolarity, verdict.High, false},
		{"one pole below 35", [9]int{0: 13, 8: 27}, verdict.Majority, verdict.High, false},
		{"majority above half", [9]int{4: 19, 8: 21}, verdict.Majority, verdict.High, false},
		{"a middle majority", [9]int{0: 5, 4: 26, 8: 9}, verdict.Majority, verdict.Middle, false},
		{"half is no majority, nor ahead", [9]int{4: 20, 8: 20}, verdict.Disagreement, verdict.NoDirection, false},
		{"half and ahead", [9]int{0: 4, 4: 16, 8: 20}, verdict.Plurality, verdict.High, false},
		{"plurality at 40 and 10 ahead", [9]int{0: 12, 4: 12, 8: 16}, verdict.Plurality, verdict.High, false},
		{"40 but only 7.5 ahead", [9]int{0: 11, 4: 13, 8: 16}, verdict.Disagreement, verdict.NoDirection, false},
		{"one below 40", [9]int{0: 13, 4: 12, 8: 15}, verdict.Disagreement, verdict.NoDirection, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			values := from(c.counts[:]...)
			v, proposal := verdict.Judge(p, item, held(t, p, oneGroup, values, values), 0)
			if v.Key != c.key || v.Direction != c.direction || v.Side != readSide(c.direction) || v.Unanimous != c.unanimous {
				t.Errorf("got %+v", v)
			}
			if v.If != "" || proposal.Action != verdict.Settle {
				t.Errorf("a settled verdict has If %q and proposal %q", v.If, proposal.Action)
			}
		})
	}
}

// Ten points ahead, at the tenth of a point.
// readSide is the side of a direction under a rule that is for the high one.
func readSide(d verdict.Direction) delphi.Side {
	return map[verdict.Direction]delphi.Side{
		verdict.High: delphi.For, verdict.Low: delphi.Against, verdict.Middle: delphi.Between, verdict.NoDirection: delphi.NoSide,
	}[d]
}

func TestPluralityAhead(t *testing.T) {
	p := classical(t, 2)
	for second, want := range map[int]verdict.Key{300: verdict.Plurality, 301: verdict.Disagreement} {
		values := from(second, 0, 0, 600-second, 0, 0, 400)
		if v, _ := verdict.Judge(p, item, held(t, p, oneGroup, values, values), 0); v.Key != want {
			t.Errorf("400 to %d of 1,000: %+v", second, v)
		}
	}
}

// Gates come before everything; each at its threshold.
func TestVerdictGates(t *testing.T) {
	p := classical(t, 3, `"item_kinds"`, `"gates": {"response": 500}, "item_kinds"`)
	still := from(0, 0, 0, 0, 0, 0, 30)
	silent := func(n int) []int { return slices.Repeat([]int{absent}, n) }
	for _, c := range []struct {
		name          string
		first, second []int
		fails         string
	}{
		{"response at half", append(slices.Clone(still), silent(30)...), append(slices.Clone(still), silent(30)...), ""},
		{"response one below half", append(slices.Clone(still), silent(31)...), append(slices.Clone(still), silent(31)...), "response"},
		{"five valid", from(0, 0, 0, 0, 0, 0, 5), from(0, 0, 0, 0, 0, 0, 5), ""},
		{"four valid", from(0, 0, 0, 0, 0, 0, 4), from(0, 0, 0, 0, 0, 0, 4), "valid_n"},
		{"cannot judge is a response and leaves n", slices.Repeat([]int{noJudge}, 30), slices.Repeat([]int{noJudge}, 30), "valid_n"},
		{"half can judge", append(slices.Repeat([]int{noJudge}, 20), still[:20]...), append(slices.Repeat([]int{noJudge}, 20), still[:20]...), ""},
		{"one below half can judge", append(slices.Repeat([]int{noJudge}, 21), still[:20]...), append(slices.Repeat([]int{noJudge}, 21), still[:20]...), "judged"},
		{"five pairs", append(silent(20), still[:25]...), append(still[:25:25], silent(20)...), ""},
		{"four pairs", append(silent(21), still[:25]...), append(still[:25:25], silent(21)...), "paired_n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, _ := verdict.Judge(p, item, held(t, p, oneGroup, c.first, c.second), 1)
			g, _ := ground(v.Grounds, c.fails)
			if c.fails == "" && v.Key != verdict.Consensus || c.fails != "" && (v.Key != verdict.TooFew || g.Code == "" || g.Holds) {
				t.Errorf("got %+v", v)
			}
		})
	}
}

// move takes a panel of n at 8 and lets some of them answer 7.
func move(n, movers int) (first, second []int) {
	first = slices.Repeat([]int{8}, n)
	second = slices.Clone(first)
	for i := range movers {
		second[i] = 7
	}
	return first, second
}

func TestVerdictStability(t *testing.T) {
	only := func(test string) []string {
		return []string{`"item_kinds"`, `"stability": {"tests": [` + test + `], "unchanged_within": 0}, "item_kinds"`}
	}
	for _, c := range []struct {
		name   string
		tests  []string
		movers int // of 100
		stable bool
	}{
		{"scheibe one below 15 %", only(`"scheibe"`), 14, true},
		{"scheibe at 15 %: strictly below is stable", only(`"scheibe"`), 15, false},
		{"unchanged at 70 %", only(`"unchanged"`), 30, true},
		{"unchanged one below", only(`"unchanged"`), 31, false},
		{"both: 14 movers pass both", only(`"scheibe", "unchanged"`), 14, true},
		{"both: one of them fails", only(`"scheibe", "unchanged"`), 15, false},
		{"wilcoxon: 5 movers are not significant", only(`"wilcoxon"`), 5, true},
		{"wilcoxon: 6 of 100, p .03 and effect .24", only(`"wilcoxon"`), 6, false},
		{"wilcoxon: significant, but small for its protocol", []string{`"item_kinds"`, `"stability": {"tests": ["wilcoxon"], "wilcoxon": {"effect_min": 300}}, "item_kinds"`}, 6, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := classical(t, 3, c.tests...)
			first, second := move(100, c.movers)
			closings := held(t, p, oneGroup, first, second)
			between, next := verdict.Judge(p, item, closings, 1)
			end, final := verdict.Judge(p, item, closings, 0)
			if c.stable && (between.Key != verdict.Consensus || next.Action != verdict.Settle || end.Key != verdict.Consensus) {
				t.Errorf("between %+v, at the end %+v", between, end)
			}
			if !c.stable && (between.Key != verdict.Open || between.If != verdict.Consensus || between.IfDirection != verdict.High ||
				between.Direction != verdict.NoDirection || next.Action != verdict.GoOn || end.Key != verdict.Unstable || end.If != verdict.Consensus) {
				t.Errorf("between %+v, at the end %+v", between, end)
			}
			if final.Action != verdict.Settle {
				t.Errorf("at the last round: %+v", final)
			}
		})
	}
}

// 2,000 people of whom 8 move by one point are stable: the gate reads the effect
// over all pairs, not over those who moved.
func TestWilcoxonGateReadsAllPairs(t *testing.T) {
	p := classical(t, 2, `"item_kinds"`, `"stability": {"tests": ["wilcoxon"]}, "item_kinds"`)
	first, second := move(2000, 8)
	v, _ := verdict.Judge(p, item, held(t, p, oneGroup, first, second), 0)
	if g, _ := ground(v.Grounds, "wilcoxon"); v.Key != verdict.Consensus || !g.Holds {
		t.Errorf("got %+v", v)
	}
}

func TestVerdictWithoutComparison(t *testing.T) {
	values := from(0, 0, 0, 0, 0, 0, 30)
	t.Run("the first of several rounds is open", func(t *testing.T) {
		p := classical(t, 2)
		v, proposal := verdict.Judge(p, item, held(t, p, oneGroup, values), 1)
		if _, ok := ground(v.Grounds, "no_earlier_round"); v.Key != verdict.Open || v.If != verdict.Consensus || !ok || proposal.Action != verdict.GoOn {
			t.Errorf("%+v %+v", v, proposal)
		}
	})
	t.Run("a protocol with one answering round has no gate, and says so", func(t *testing.T) {
		p := parse(t, with(t, `"classical"`, `"argumentative"`, `[{"kind": "gather"}, {"kind": "answer"}, {"kind": "answer"}]`, `[{"kind": "gather", "discussion": true}, {"kind": "answer"}]`))
		v, _ := verdict.Judge(p, item, held(t, p, oneGroup, values), 0)
		if _, ok := ground(v.Grounds, "no_stability_gate"); v.Key != verdict.Consensus || !ok {
			t.Errorf("%+v", v)
		}
	})
	t.Run("an item that came after the last round stays open", func(t *testing.T) {
		p := classical(t, 2)
		closings := held(t, p, oneGroup, values, values)
		fresh := item
		fresh.New = true
		if v, _ := verdict.Judge(p, fresh, closings, 0); v.Key != verdict.Open || v.If != verdict.Consensus {
			t.Errorf("%+v", v)
		}
	})
	t.Run("a test without its table drops out", func(t *testing.T) {
		// Two newcomers: no shift table below 100 pairs.
		p := classical(t, 2)
		first := append(slices.Clone(values), absent, absent)
		second := append(slices.Clone(values), 8, 8)
		v, _ := verdict.Judge(p, item, held(t, p, oneGroup, first, second), 0)
		dropped, ok := ground(v.Grounds, "test_dropped")
		if !ok || dropped.Detail != "unchanged" || v.Key != verdict.Consensus {
			t.Errorf("%+v", v)
		}
	})
	t.Run("with none left, Scheibe on the published histograms decides", func(t *testing.T) {
		p := classical(t, 2, `"item_kinds"`, `"stability": {"tests": ["unchanged", "wilcoxon"]}, "item_kinds"`)
		first := append(slices.Clone(values), absent, absent)
		second := append(from(0, 0, 0, 0, 0, 0, 20, 10), 8, 8)
		v, _ := verdict.Judge(p, item, held(t, p, oneGroup, first, second), 0)
		if g, ok := ground(v.Grounds, "scheibe"); !ok || g.Holds || v.Key != verdict.Unstable {
			t.Errorf("%+v", v)
		}
	})
	t.Run("nobody answered", func(t *testing.T) {
		p := classical(t, 2)
		v, proposal := verdict.Judge(p, item, nil, 1)
		if v.Key != verdict.TooFew || proposal.Action != verdict.GoOn || verdict.Measure(p, item, nil).N != 0 {
			t.Errorf("%+v %+v", v, proposal)
		}
	})
}

// The engine proposes a new wording when the answers are still, no consensus is
// there, and one in ten cannot judge.
func TestProposeReword(t *testing.T) {
	p := classical(t, 3)
	panel := func(cannot int) []int {
		return append(from(9, 0, 0, 0, 9), slices.Repeat([]int{noJudge}, cannot)...)
	}
	for cannot, want := range map[int]verdict.Action{1: verdict.Settle, 2: verdict.Reword} { // of 20: 2 are 10 %
		values := panel(cannot)
		if cannot == 1 {
			values = append(values, 5) // 19 valid, 1 of 20 cannot
		}
		if _, got := verdict.Judge(p, item, held(t, p, oneGroup, values, values), 1); got.Action != want {
			t.Errorf("%d of 20 cannot judge: %+v", cannot, got)
		}
		if _, got := verdict.Judge(p, item, held(t, p, oneGroup, values, values), 0); got.Action != verdict.Settle {
			t.Errorf("at the last round: %+v", got)
		}
	}
	agreed := append(from(0, 0, 0, 0, 0, 0, 18), noJudge, noJudge)
	if _, got := verdict.Judge(p, item, held(t, p, oneGroup, agreed, agreed), 1); got.Action != verdict.Settle {
		t.Errorf("a consensus needs no new wording: %+v", got)
	}
}

// Every other published rule, at its thresholds, on a stable panel.
func TestConsensusRules(t *testing.T) {
	for _, c := range []struct {
		name, rule string
		counts     []int
		key        verdict.Key
		direction  verdict.Direction
	}{
		{"median and IQR", `{"rule": "median-iqr", "median_iqr": {"median_min": 7, "iqr_max": 2}}`, []int{4, 0, 0, 0, 0, 6, 12, 10, 8}, verdict.Consensus, verdict.High},
		{"median mirrored", `{"rule": "median-iqr", "median_iqr": {"median_min": 7, "iqr_max": 2}}`, []int{8, 10, 12, 6, 0, 0, 0, 0, 4}, verdict.Consensus, verdict.Low},
		{"median at 6.5", `{"rule": "median-iqr", "median_iqr": {"median_min": 7, "iqr_max": 2}}`, []int{0, 0, 0, 0, 0, 20, 20}, verdict.Disagreement, verdict.NoDirection},
		{"IQR at its limit", `{"rule": "median-iqr", "median_iqr": {"median_min": 7, "iqr_max": 2}}`, []int{0, 0, 0, 0, 0, 10, 15, 15}, verdict.Consensus, verdict.High},
		{"IQR exactly two", `{"rule": "median-iqr", "median_iqr": {"median_min": 7, "iqr_max": 2}}`, []int{0, 0, 0, 0, 0, 15, 10, 15}, verdict.Consensus, verdict.High},
		{"an inner window mirrored", `{"rule": "share", "share": {"from": 6, "to": 8}}`, []int{0, 15, 5, 10, 10}, verdict.Consensus, verdict.Low},
		{"beside the mirrored window", `{"rule": "share", "share": {"from": 6, "to": 8}}`, []int{15, 0, 5, 10, 10}, verdict.Disagreement, verdict.NoDirection},
		{"a median between classes belongs to the higher", `{"rule": "agreement"}`, []int{0, 0, 0, 0, 0, 20, 20}, verdict.Consensus, verdict.High},
		{"IQR too wide", `{"rule": "median-iqr", "median_iqr": {"median_min": 7, "iqr_max": 2}}`, []int{0, 0, 0, 0, 15, 0, 15, 0, 10}, verdict.Majority, verdict.High},
		{"comet in at 70 %", `{"rule": "comet"}`, []int{5, 0, 0, 0, 7, 0, 28}, verdict.Consensus, verdict.High},
		{"comet: 15 % against are too many", `{"rule": "comet"}`, []int{6, 0, 0, 0, 6, 0, 28}, verdict.Majority, verdict.High},
		{"comet: one below 70 %", `{"rule": "comet"}`, []int{5, 0, 0, 0, 8, 0, 27}, verdict.Majority, verdict.High},
		{"comet out, mirrored", `{"rule": "comet"}`, []int{28, 0, 0, 0, 7, 0, 5}, verdict.Consensus, verdict.Low},
		{"comet out is no consensus at half", `{"rule": "comet", "scope": "each-group", "comet": {"out": "at-most-half"}}`, []int{10, 0, 0, 0, 10, 0, 20}, verdict.Plurality, verdict.High},
		{"an IQR in points, at its limit", `{"rule": "iqr", "iqr": 1}`, []int{0, 0, 0, 0, 0, 0, 10, 20, 10}, verdict.Consensus, verdict.High},
		{"an IQR in points, in the middle", `{"rule": "iqr", "iqr": 1}`, []int{0, 0, 0, 10, 20, 10}, verdict.Consensus, verdict.Middle},
		{"an IQR in points, too wide", `{"rule": "iqr", "iqr": 1}`, []int{0, 0, 0, 0, 0, 0, 14, 12, 14}, verdict.Majority, verdict.High},
		{"agreement", `{"rule": "agreement"}`, []int{0, 0, 0, 0, 0, 0, 10, 20, 10}, verdict.Consensus, verdict.High},
		{"agreement in the middle", `{"rule": "agreement"}`, []int{0, 0, 4, 12, 14, 10}, verdict.Consensus, verdict.Middle},
		{"agreement takes the median's class", `{"rule": "agreement"}`, []int{10, 20, 9, 1}, verdict.Consensus, verdict.Low},
		{"cns", `{"rule": "cns"}`, []int{0, 0, 0, 0, 0, 4, 16, 16, 4}, verdict.Consensus, verdict.High},
		{"cns too low", `{"rule": "cns"}`, []int{8, 0, 0, 0, 4, 0, 10, 8, 10}, verdict.Majority, verdict.High},
		{"rand: a quarter outside", `{"rule": "rand"}`, []int{2, 0, 0, 0, 6, 2, 10, 10, 10}, verdict.Consensus, verdict.High},
		{"rand: one more than a quarter outside", `{"rule": "rand"}`, []int{3, 0, 0, 0, 6, 2, 9, 10, 10}, verdict.Majority, verdict.High},
		{"rand with disagreement and two poles", `{"rule": "rand"}`, []int{14, 0, 0, 0, 1, 0, 0, 0, 25}, verdict.Bipolarity, verdict.High},
		{"rand with disagreement", `{"rule": "rand"}`, []int{13, 0, 0, 0, 2, 0, 0, 0, 25}, verdict.Disagreement, verdict.NoDirection},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := classical(t, 2, `{"rule": "share", "share": {"from": 7, "to": 9}}`, c.rule, `"item_kinds"`, `"disclosure": {"min_n": 20}, "item_kinds"`)
			values := from(c.counts...)
			v, _ := verdict.Judge(p, item, held(t, p, oneGroup, values, values), 0)
			if v.Key != c.key || v.Direction != c.direction || v.Side != readSide(c.direction) {
				t.Errorf("got %+v", v)
			}
		})
	}
}

// RAND's rule by size needs only thirds: 8–10 people, at most two outside.
func TestRandBySizeInThirds(t *testing.T) {
	p := classical(t, 2, `{"rule": "share", "share": {"from": 7, "to": 9}}`, `{"rule": "rand"}`)
	for outside, want := range map[int]verdict.Key{2: verdict.Consensus, 3: verdict.Majority} {
		values := append(from(0, 0, 0, 0, outside), from(0, 0, 0, 0, 0, 0, 10-outside)...)
		closings := held(t, p, oneGroup, values, values)
		if v, _ := verdict.Judge(p, item, closings, 0); v.Key != want {
			t.Errorf("%d outside: %+v", outside, v)
		}
		if f := verdict.Measure(p, item, closings); !f.Thirds || len(f.Histogram) != 3 || f.Median.Defined() || f.Agreement.Defined() || !f.Top.Defined() {
			t.Errorf("thirds give quartiles: %+v", f)
		}
	}
}

// With scope each-group every group that may be shown must meet the rule too.
func TestEachGroup(t *testing.T) {
	scope := []string{`"rule": "share",`, `"rule": "share", "scope": "each-group",`}
	p := classical(t, 2, append(scope, groups(3)...)...)
	group := func(i int) int { return min(i/20, 2) }
	far := append(from(0, 0, 0, 0, 0, 0, 20, 20), from(0, 0, 0, 0, 6, 0, 0, 14)...) // the third group: 70 %
	v, _ := verdict.Judge(p, item, held(t, p, group, far, far), 0)
	if g, _ := ground(v.Grounds, "groups_judged"); v.Key != verdict.Majority || !g.Holds || g.Limit != 3 {
		t.Errorf("one group below the share: %+v", v)
	}
	near := append(from(0, 0, 0, 0, 0, 0, 20, 20), from(0, 0, 0, 0, 5, 0, 0, 15)...)
	if v, _ := verdict.Judge(p, item, held(t, p, group, near, near), 0); v.Key != verdict.Consensus {
		t.Errorf("every group at the share: %+v", v)
	}
	// Nine in the third group: it is withheld, and the smallest other with it.
	small := near[:49]
	v, _ = verdict.Judge(p, item, held(t, p, group, small, small), 0)
	if g, _ := ground(v.Grounds, "groups_judged"); v.Key != verdict.Consensus || g.Holds || g.Value.String() != "1" || g.Limit != 3 {
		t.Errorf("a group withheld: %+v", v)
	}
}

func TestSensitivity(t *testing.T) {
	p := classical(t, 2)
	values := from(5, 0, 0, 0, 7, 0, 10, 10, 8) // 70 % high, 12.5 % low
	rows := verdict.Sensitive(p, item, held(t, p, oneGroup, values, values))
	got := []string{}
	for _, r := range rows {
		got = append(got, r.Rule+" "+string(r.Key))
	}
	want := "share-750 majority, median-iqr majority, rand majority, comet consensus, agreement-700 majority, cns-750 majority"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	five := classical(t, 2, `"kind": "scale"`, `"kind": "scale", "points": 5`, `"from": 7, "to": 9`, `"from": 4, "to": 5`)
	for _, r := range verdict.Sensitive(five, item, held(t, five, oneGroup, from(0, 0, 0, 30), from(0, 0, 0, 30))) {
		if nine := r.Rule == "rand" || r.Rule == "comet"; r.Defined == nine {
			t.Errorf("on five points: %+v", r)
		}
	}
}

// A verdict that would flip if the leavers had stayed at one end is flagged.
func TestAttritionBounds(t *testing.T) {
	p := classical(t, 2)
	first := from(0, 0, 0, 0, 10, 0, 0, 40)
	second := slices.Clone(first)
	for i := range 5 {
		second[49-i] = absent
	}
	b := verdict.Attrition(p, item, held(t, p, oneGroup, first, second))
	// 35 of 45 are high; with the five low it would be 35 of 50, 70 %.
	want := verdict.Bounds{Leavers: 5, Defined: true, Class: verdict.Consensus, Low: verdict.Majority, High: verdict.Consensus, Direction: verdict.High, Side: delphi.For, LowSide: delphi.For, HighSide: delphi.For}
	if b != want {
		t.Errorf("got %+v, want %+v", b, want)
	}
	second[48] = 8 // four leavers, and nine at 5 below: still robust?
	second[47], second[46], second[45] = 8, 8, 8
	if b := verdict.Attrition(p, item, held(t, p, oneGroup, first, second)); !b.Robust || b.Leavers != 1 {
		t.Errorf("got %+v", b)
	}
}

// Whatever a panel answers, verdict and proposal are made of listed words, and
// nothing panics.
func TestGroundsAreListed(t *testing.T) {
	rules := []string{
		`{"rule": "share", "share": {"from": 8, "to": 9}}`, `{"rule": "median-iqr", "median_iqr": {"median_min": 7, "iqr_max": 2}}`,
		`{"rule": "rand"}`, `{"rule": "comet", "scope": "each-group", "comet": {"out": "at-most-half"}}`, `{"rule": "agreement"}`, `{"rule": "cns", "scope": "each-group"}`,
	}
	for _, rule := range rules {
		p := classical(t, 2, append(groups(2), `{"rule": "share", "share": {"from": 7, "to": 9}}`, rule,
			`"item_kinds"`, `"disclosure": {"min_n": 20}, "item_kinds"`)...)
		rapid.Check(t, func(r *rapid.T) {
			c := drawCrowd(r, 2, 2)
			closings := held(t, p, func(i int) int { return c.group[i] }, c.rounds...)
			for left := range 2 {
				v, proposal := verdict.Judge(p, item, closings, left)
				for _, g := range append(v.Grounds, proposal.Grounds...) {
					if !slices.Contains(verdict.GroundCodes, g.Code) {
						r.Errorf("ground %q is not listed", g.Code)
					}
				}
				waits := v.Key == verdict.Open || v.Key == verdict.Unstable
				if !slices.Contains(verdict.Keys, v.Key) || waits != (v.If != "") {
					r.Errorf("%+v", v)
				}
			}
			verdict.Measure(p, item, closings)
			verdict.Sensitive(p, item, closings)
			verdict.Attrition(p, item, closings)
			verdict.Conformity(p, item, closings)
		})
	}
}

// Rounded counts cannot tell that everyone agrees.
func TestInterimIsNeverUnanimous(t *testing.T) {
	p := standing(t)
	closings := released(t, p, false, [3]int{2, 1, 60})
	if v, _ := verdict.Judge(p, stated, closings, 1); v.Unanimous || v.Key != verdict.Consensus {
		t.Errorf("%+v", v)
	}
}
