package delphi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// moved is a panel in two rounds: how many people answered what, then what.
func moved(moves ...[3]int) (first, second []int) {
	for _, m := range moves {
		for range m[0] {
			first, second = append(first, m[1]), append(second, m[2])
		}
	}
	return first, second
}

// A few movers each way are not merged with those who kept: what was shown as
// 100 % kept is 60 %, and a shift of p .03 is none.
func TestFewMoversAreNotToldToHaveStayed(t *testing.T) {
	p := classical(t, 2)
	first, second := moved([3]int{4, 3, 7}, [3]int{4, 7, 3}, [3]int{12, 7, 7})
	closings := held(t, p, oneGroup, first, second)
	f := verdict.Measure(p, item, closings)
	v, _ := verdict.Judge(p, item, closings, 0)
	if f.Unchanged.String() != "0.6" || f.Bound.Unchanged || v.Key != verdict.Unstable || v.Cause != "" {
		t.Errorf("kept %v, %+v", f.Unchanged, v)
	}

	// Six go up and four go down: no shift counts, and none is made of the four.
	p = classical(t, 2, `"item_kinds"`, `"stability": {"tests": ["wilcoxon"]}, "item_kinds"`)
	first, second = moved([3]int{6, 7, 8}, [3]int{4, 8, 7}, [3]int{15, 7, 7})
	f = verdict.Measure(p, item, held(t, p, oneGroup, first, second))
	for _, m := range f.More {
		if m.Name == "wilcoxon_p" || m.Name == "sign_p" {
			t.Errorf("%s is %v, of directions that are not told", m.Name, m.Value)
		}
	}
	if got := stat.SignedRank(stat.Differences(first, second), stat.Drop).GateP.Or(0); got < .75 || got > .76 {
		t.Errorf("of the raw answers p is %v", got)
	}

	// One more goes down: directions are told, and the p is the true one.
	first, second = moved([3]int{6, 7, 8}, [3]int{5, 8, 7}, [3]int{15, 7, 7})
	f = verdict.Measure(p, item, held(t, p, oneGroup, first, second))
	if got, want := figure(t, f, "wilcoxon_p"), stat.SignedRank(stat.Differences(first, second), stat.Drop).GateP; !got.Equal(want) {
		t.Errorf("p is %v, want %v", got, want)
	}
	// Merged ends: the sign test stands in Wilcoxon's place.
	first, second = moved([3]int{3, 2, 4}, [3]int{3, 2, 6}, [3]int{20, 7, 7})
	v, _ = verdict.Judge(p, item, held(t, p, oneGroup, first, second), 0)
	if g, ok := ground(v.Grounds, "sign"); !ok || g.Holds || g.Value.String() != times1000(stat.Sign(stat.Differences(first, second)).P).String() {
		t.Errorf("%+v", v)
	}
}

// RAND/UCLA (Fitch et al. 2001): the absence of disagreement is no agreement.
func TestRandPanels(t *testing.T) {
	for _, c := range []struct {
		name      string
		counts    []int
		key       verdict.Key
		direction verdict.Direction
	}{
		{"16 people, 5 at 1 and 11 at 9", []int{5, 0, 0, 0, 0, 0, 0, 0, 11}, verdict.Disagreement, verdict.NoDirection},
		{"16 people, 6 at 1 and 10 at 9: two poles", []int{6, 0, 0, 0, 0, 0, 0, 0, 10}, verdict.Bipolarity, verdict.High},
		{"100 people, 29, 30 and 41", []int{29, 0, 0, 0, 30, 0, 0, 0, 41}, verdict.Plurality, verdict.High},
		{"17 people, 11 at 7 and 6 at 4", []int{0, 0, 0, 6, 0, 0, 11}, verdict.Majority, verdict.High},
		{"16 people, 11 at 7 and 5 at 4: no better", []int{0, 0, 0, 5, 0, 0, 11}, verdict.Majority, verdict.High},
		{"16 people, 12 at 7 and 4 at 4", []int{0, 0, 0, 4, 0, 0, 12}, verdict.Consensus, verdict.High},
		{"8 people, 3 in each outer third", []int{3, 0, 0, 0, 2, 0, 0, 0, 3}, verdict.Bipolarity, verdict.NoDirection},
		{"7 people: the manual begins at eight", []int{0, 0, 0, 0, 0, 0, 7}, verdict.Majority, verdict.High},
	} {
		p := classical(t, 2, `"access": "open"`, `"access": "invitation"`, `{"rule": "share", "share": {"from": 7, "to": 9}}`, `{"rule": "rand"}`,
			`"item_kinds"`, `"disclosure": {"small": "open"}, "item_kinds"`)
		closings := held(t, p, oneGroup, from(c.counts...), from(c.counts...))
		v, _ := verdict.Judge(p, item, closings, 0)
		if v.Key != c.key || v.Direction != c.direction {
			t.Errorf("%s: %+v", c.name, v)
		}
		for _, row := range verdict.Sensitive(p, item, closings) {
			if row.Rule == "rand" && row.Defined && row.Key != c.key {
				t.Errorf("%s: the sensitivity table says %+v", c.name, row)
			}
		}
	}
}

// Of 17 to 19 people thirds do not tell RAND's disagreement: no class is told then,
// but two poles, which are no better, and agreement, which leaves no room for it.
func TestRandInThirdsTellsNoMoreThanThirds(t *testing.T) {
	p := classical(t, 2, `{"rule": "share", "share": {"from": 7, "to": 9}}`, `{"rule": "rand"}`)
	for _, c := range []struct {
		counts []int
		want   verdict.Key
	}{
		{[]int{0, 0, 0, 6, 0, 0, 11}, verdict.TooFew}, {[]int{8, 0, 0, 0, 1, 0, 0, 0, 8}, verdict.Bipolarity},
		{[]int{0, 0, 0, 4, 0, 0, 13}, verdict.Consensus}, {[]int{0, 0, 0, 0, 6, 0, 0, 0, 13}, verdict.TooFew},
	} {
		values := from(c.counts...)
		v, _ := verdict.Judge(p, item, held(t, p, oneGroup, values, values), 0)
		if _, coarse := ground(v.Grounds, "too_coarse"); v.Key != c.want || coarse != (c.want != verdict.Consensus) {
			t.Errorf("%v: %+v", c.counts, v)
		}
	}
}

// COMET's "at most half" is no consensus: half for and half against are two poles,
// and an item is left out where at most half of every group are for it.
func TestCometAtMostHalf(t *testing.T) {
	rule := `{"rule": "comet", "scope": "each-group", "comet": {"out": "at-most-half"}}`
	p := classical(t, 2, append(groups(2), `{"rule": "share", "share": {"from": 7, "to": 9}}`, rule)...)
	for _, c := range []struct {
		name          string
		first, second []int // by group
		key           verdict.Key
		out           bool
	}{
		{"50 at 9 and 50 at 1", []int{25, 0, 0, 0, 0, 0, 0, 0, 25}, []int{25, 0, 0, 0, 0, 0, 0, 0, 25}, verdict.Bipolarity, false},
		{"half for, half between", []int{0, 0, 0, 0, 25, 0, 0, 0, 25}, []int{0, 0, 0, 0, 25, 0, 0, 0, 25}, verdict.Disagreement, true},
		{"one group above half", []int{0, 0, 0, 0, 24, 0, 0, 0, 26}, []int{0, 0, 0, 0, 30, 0, 0, 0, 20}, verdict.Majority, false},
		{"a consensus is never left out", []int{0, 0, 0, 0, 5, 0, 0, 0, 45}, []int{0, 0, 0, 0, 5, 0, 0, 0, 45}, verdict.Consensus, false},
		{"enough against is a consensus against", []int{45, 0, 0, 0, 0, 0, 0, 0, 5}, []int{45, 0, 0, 0, 0, 0, 0, 0, 5}, verdict.Consensus, false},
	} {
		values := append(from(c.first...), from(c.second...)...)
		v, _ := verdict.Judge(p, item, held(t, p, func(i int) int { return i / 50 }, values, values), 0)
		if v.Key != c.key || v.LeftOut != c.out {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
	if err := faulty(with(t, `{"rule": "share", "share": {"from": 7, "to": 9}}`, strings.Replace(rule, "each-group", "panel", 1)), "consensus.comet.out"); err != nil {
		t.Errorf("asked of the whole panel alone: %v", err)
	}
}

// Who left in the second round counts in the third: 55 for and 45 against became
// 48 and 8, and with the 44 who left it could be otherwise.
func TestLeaversSinceTheBeginning(t *testing.T) {
	p := classical(t, 3)
	first := append(from(0, 0, 0, 0, 0, 0, 0, 0, 55), from(45)...)
	keep := func(values []int, favour, against int) []int {
		out := slices.Clone(values)
		for i := range out {
			if i < 55 && i >= favour || i >= 55+against {
				out[i] = absent
			}
		}
		return out
	}
	closings := held(t, p, oneGroup, first, keep(first, 50, 8), keep(first, 48, 8))
	b := verdict.Attrition(p, item, closings)
	if b.Leavers != 44 || b.Robust || b.Low != verdict.Bipolarity || b.High != verdict.Consensus {
		t.Errorf("%+v", b)
	}
	// A bound has a side: 85 who left could make it a consensus, on either side.
	poles := append(from(0, 0, 0, 0, 0, 0, 0, 0, 40), from(60)...)
	few := slices.Clone(poles)
	for i := range few {
		if i >= 12 && i < 40 || i >= 43 {
			few[i] = absent
		}
	}
	if b := verdict.Attrition(p, item, held(t, p, oneGroup, poles, few)); b.Leavers != 85 ||
		b.Low != verdict.Consensus || b.LowSide != delphi.Against || b.High != verdict.Consensus || b.HighSide != delphi.For {
		t.Errorf("%+v", b)
	}
	// Nobody who stayed moved in the second round, and the histogram did.
	v, _ := verdict.Judge(p, item, closings[:2], 1)
	f := verdict.Measure(p, item, closings[:2])
	if v.Key != verdict.Open || v.Cause != verdict.PanelChanged || f.Unchanged.String() != "1" || f.Bound.Unchanged {
		t.Errorf("kept %v: %+v", f.Unchanged, v)
	}
	// Those who came instead are no movers either.
	others := append(keep(first, 30, 20), from(30)...)
	grown := append(slices.Clone(first), slices.Repeat([]int{absent}, 30)...)
	v, _ = verdict.Judge(p, item, held(t, p, oneGroup, grown, others), 0)
	if v.Key != verdict.Unstable || v.Cause != verdict.PanelChanged {
		t.Errorf("%+v", v)
	}
}

// On nine points a wobble of one point is no change of mind, and a small panel's
// noise no movement. At twenty people the limit is the mean of that noise, which
// about half of the panels without drift stay below; at sixty nearly all do.
func TestPanelsWithoutDriftAreStableOf(t *testing.T) {
	seed := uint64(7)
	next := func() float64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return float64(seed>>11) / (1 << 53)
	}
	for n, least := range map[int]float64{20: .38, 60: .85, 300: .99} {
		p := classical(t, 2)
		stable, panels := 0, 300
		for range panels {
			first, second := make([]int, n), make([]int, n)
			for i := range first {
				first[i] = min(9, max(1, int(7.5+3.4*(next()+next()+next()-1.5))))
				second[i] = first[i]
				if next() < .3 {
					second[i] = min(9, max(1, first[i]+[]int{-1, 1}[int(2*next())]))
				}
			}
			v, _ := verdict.Judge(p, item, held(t, p, oneGroup, first, second), 0)
			if v.Key != verdict.Unstable {
				stable++
			}
		}
		if share := float64(stable) / float64(panels); share < least {
			t.Errorf("%d people: %.0f %% of panels without drift are stable, want at least %.0f %%", n, 100*share, 100*least)
		}
	}
	// A third who change sides are a movement at every size.
	for _, n := range []int{21, 60, 300} {
		p := classical(t, 2)
		first, second := moved([3]int{n / 3, 8, 2}, [3]int{n - n/3, 8, 8})
		if v, _ := verdict.Judge(p, item, held(t, p, oneGroup, first, second), 0); v.Key != verdict.Unstable || v.Cause != verdict.AnswersMoved {
			t.Errorf("a third of %d change sides: %+v", n, v)
		}
	}
	// On five points a step is another class, and is not tolerated.
	five := classical(t, 2, `"kind": "scale"`, `"kind": "scale", "points": 5`, `"from": 7, "to": 9`, `"from": 4, "to": 5`)
	first, second := moved([3]int{16, 4, 3}, [3]int{24, 4, 4})
	v, _ := verdict.Judge(five, item, held(t, five, oneGroup, first, second), 0)
	if g, ok := ground(v.Grounds, "unchanged"); !ok || g.Holds || v.Key != verdict.Unstable {
		t.Errorf("%+v", v)
	}
}

// A consensus of the few who could judge is none.
func TestTooManyCannotJudge(t *testing.T) {
	p := classical(t, 2)
	values := append(from(0, 0, 0, 0, 0, 0, 0, 5), slices.Repeat([]int{noJudge}, 45)...)
	v, _ := verdict.Judge(p, item, held(t, p, oneGroup, values, values), 0)
	if g, ok := ground(v.Grounds, "judged"); !ok || g.Holds || g.Value.String() != "100" || v.Key != verdict.TooFew {
		t.Errorf("%+v", v)
	}
	// As some studies have it, they stay in the denominator: 30 of 40 who judged are
	// 60 % of the 50 who answered.
	values = append(from(0, 0, 0, 0, 10, 0, 30), slices.Repeat([]int{noJudge}, 10)...)
	for denominator, want := range map[string]verdict.Key{"judged": verdict.Consensus, "answered": verdict.Majority} {
		p := classical(t, 2, `"rule": "share",`, `"rule": "share", "denominator": "`+denominator+`",`)
		closings := held(t, p, oneGroup, values, values)
		if v, _ := verdict.Judge(p, item, closings, 0); v.Key != want {
			t.Errorf("%s: %+v", denominator, v)
		}
		if top := verdict.Measure(p, item, closings).Top.String(); top != map[string]string{"judged": "0.75", "answered": "0.6"}[denominator] {
			t.Errorf("%s: the share is %s", denominator, top)
		}
	}
	// Who cannot judge does not agree: all others together are not all who answered.
	agreed := append(from(0, 0, 0, 0, 0, 0, 0, 36), slices.Repeat([]int{noJudge}, 4)...)
	for denominator, want := range map[string]bool{"judged": true, "answered": false} {
		p := classical(t, 2, `"rule": "share",`, `"rule": "share", "denominator": "`+denominator+`",`)
		if v, _ := verdict.Judge(p, item, held(t, p, oneGroup, agreed, agreed), 0); v.Key != verdict.Consensus || v.Unanimous != want {
			t.Errorf("%s: %+v", denominator, v)
		}
	}
}

// Neighbours in the middle are no poles, the middle is a side, a silent half of those
// enrolled is said to be one, and years are no quantities.
func TestEdgesOfTheLadder(t *testing.T) {
	four := classical(t, 2, `"kind": "scale"`, `"kind": "scale", "points": 4`, `"from": 7, "to": 9`, `"from": 3, "to": 4`)
	for _, c := range []struct {
		counts []int
		key    verdict.Key
	}{
		{[]int{0, 20, 20, 0}, verdict.Disagreement}, {[]int{20, 0, 0, 20}, verdict.Bipolarity}, {[]int{10, 10, 10, 10}, verdict.Disagreement},
		{[]int{14, 2, 3, 21}, verdict.Bipolarity}, {[]int{0, 15, 25, 0}, verdict.Majority},
	} {
		values := from(c.counts...)
		if v, _ := verdict.Judge(four, item, held(t, four, oneGroup, values, values), 0); v.Key != c.key {
			t.Errorf("%v on four points: %+v", c.counts, v)
		}
	}

	p := classical(t, 2)
	for _, middle := range []int{99, 100} {
		values := append(from(0, 0, 0, 0, middle), from(0, 0, 0, 0, 0, 0, 100-middle)...)
		v, _ := verdict.Judge(p, item, held(t, p, oneGroup, values, values), 0)
		if v.Key != verdict.Consensus || v.Side != delphi.Between || v.Direction != verdict.Middle || v.Unanimous != (middle == 100) {
			t.Errorf("%d of 100 in the middle: %+v", middle, v)
		}
	}

	gated := classical(t, 2, `"item_kinds"`, `"gates": {"response": 500}, "item_kinds"`)
	values := append(from(0, 0, 0, 0, 0, 0, 45), slices.Repeat([]int{absent}, 55)...)
	v, _ := verdict.Judge(gated, item, held(t, gated, oneGroup, values, values), 0)
	if g, ok := ground(v.Grounds, "response"); v.Key != verdict.TooFew || !ok || g.Holds || g.Value.String() != "450" {
		t.Errorf("45 of 100 enrolled: %+v", v)
	}
	if n, ok := ground(v.Grounds, "valid_n"); !ok || !n.Holds {
		t.Errorf("45 answers are enough: %+v", v)
	}
	if v, _ := verdict.Judge(p, item, held(t, p, oneGroup, values, values), 0); v.Key != verdict.Consensus {
		t.Errorf("an open panel has no gate of response: %+v", v)
	}

	estimate := func(rule, unit string, least, most int) string {
		return fmt.Sprintf(`{"version": 1, "variant": "estimate", "languages": ["it"], "panel": {"groups": [{"id": "a", "name": {"it": "A"}}]},
			"anonymity": {"latest_key_date": "2030-06-30"}, "rounds": [{"kind": "answer"}, {"kind": "answer"}], "consensus": %s,
			"item_kinds": [{"id": "k", "kind": "estimate", "unit": %q, "min": %d, "max": %d}]}`, rule, unit, least, most)
	}
	if err := faulty(estimate(`{"rule": "relative-iqr"}`, "anno", 2026, 2095), "consensus.rule"); err != nil {
		t.Errorf("years by a relative range: %v", err)
	}
	if err := faulty(estimate(`{"rule": "relative-iqr"}`, "gradi", 290, 310), "consensus.rule"); err != nil {
		t.Errorf("kelvin by a relative range: %v", err)
	}
	years := parse(t, estimate(`{"rule": "iqr", "iqr": 5}`, "anno", 2026, 2095))
	spread, narrow := [][]delphi.Answer{}, [][]delphi.Answer{}
	for i := range 70 {
		spread = append(spread, []delphi.Answer{{Item: "i1", Value: 2026 + i}})
		narrow = append(narrow, []delphi.Answer{{Item: "i1", Value: 2040 + i%6}})
	}
	it := delphi.Item{ID: "i1", Kind: "k"}
	for want, answers := range map[verdict.Key][][]delphi.Answer{verdict.Disagreement: spread, verdict.Consensus: narrow} {
		var ballots []delphi.Ballot
		for i, a := range answers {
			ballots = append(ballots, delphi.Ballot{Panelist: fmt.Sprint(i), Group: "a", Answers: a})
		}
		var closings []table.Closing
		for round := 1; round <= 2; round++ {
			c, err := table.Tabulate(years, round, []delphi.Item{it}, []int{70}, nil, ballots, ballots, key)
			if err != nil {
				t.Fatal(err)
			}
			closings = append(closings, c)
		}
		if v, _ := verdict.Judge(years, it, closings, 0); v.Key != want {
			t.Errorf("years, want %s: %+v", want, v)
		}
	}
}

// A verdict's side is its direction against the declared one, in every protocol.
func TestSidesFollowTheDeclaredDirection(t *testing.T) {
	for window, want := range map[string][3]delphi.Side{ // low, middle, high
		`"from": 7, "to": 9`: {delphi.Against, delphi.Between, delphi.For},
		`"from": 1, "to": 3`: {delphi.For, delphi.Between, delphi.Against},
		`"from": 4, "to": 6`: {delphi.Against, delphi.For, delphi.Against},
	} {
		p := classical(t, 2, `"from": 7, "to": 9`, window)
		for i, counts := range [][]int{{24, 0, 0, 0, 16}, {16, 0, 0, 0, 24}, {0, 0, 0, 0, 16, 0, 0, 0, 24}} {
			values := from(counts...)
			closings := held(t, p, oneGroup, values, values)
			v, _ := verdict.Judge(p, item, closings, 0)
			if v.Key != verdict.Majority || v.Side != want[i] {
				t.Errorf("%s, %v: %+v, want side %s", window, counts, v, want[i])
			}
			s := verdict.Measure(p, item, closings).Sides
			if s == nil || s.For+s.Between+s.Against != 40 {
				t.Errorf("%s, %v: sides %+v", window, counts, s)
			}
		}
	}
	// 48 % for, 6 % against: nobody leads by ten points, and no side is told.
	p := classical(t, 2)
	values := from(6, 0, 0, 0, 46, 0, 0, 0, 48)
	v, _ := verdict.Judge(p, item, held(t, p, oneGroup, values, values), 0)
	if v.Key != verdict.Disagreement || v.Side != delphi.NoSide {
		t.Errorf("%+v", v)
	}
}

// A verdict never takes a side that the published counts do not.
func TestASideIsTheLargestClass(t *testing.T) {
	p := classical(t, 2)
	rapid.Check(t, func(r *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 40), 9, 9).Draw(r, "counts")
		values := from(counts...)
		if len(values) < 20 {
			return
		}
		closings := held(t, p, oneGroup, values, values)
		v, _ := verdict.Judge(p, item, closings, 0)
		s := verdict.Measure(p, item, closings).Sides
		of := map[delphi.Side]int{delphi.For: s.For, delphi.Between: s.Between, delphi.Against: s.Against}
		if v.Side == delphi.NoSide {
			return
		}
		for side, n := range of {
			if v.Key != verdict.Bipolarity && n > of[v.Side] {
				r.Fatalf("%+v of %v, where %s has %d", v, of, side, n)
			}
		}
	})
}
