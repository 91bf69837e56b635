package delphi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// study is a protocol of a variant with a rule, rounds and item kinds.
func study(t testing.TB, variant, rule, rounds, kinds string, more ...string) protocol.Protocol {
	t.Helper()
	return parse(t, `{"version": 1, "variant": "`+variant+`", "languages": ["it"],
		"panel": {"groups": [{"id": "tutti", "name": {"it": "Tutti"}, "access": "invitation"}]},
		"anonymity": {"latest_key_date": "2027-06-30"}, "rounds": [`+rounds+`], "consensus": `+rule+`,
		"item_kinds": [`+kinds+`]`+strings.Join(more, "")+`}`)
}

// tabulated closes round after round; answers[r][i] are panelist i's.
func tabulated(t testing.TB, p protocol.Protocol, first int, items []delphi.Item, answers ...[][]delphi.Answer) []table.Closing {
	t.Helper()
	var out []table.Closing
	var documents []table.Counts
	var previous []delphi.Ballot
	for r, all := range answers {
		var current []delphi.Ballot
		for i, a := range all {
			current = append(current, delphi.Ballot{Panelist: fmt.Sprint(i), Group: "tutti", Answers: a})
		}
		c, _ := tabulate(t, p, first+r, items, []int{len(all)}, documents, current, previous)
		documents = append(documents, c.Counts)
		out, previous = append(out, c), current
	}
	return out
}

func repeat(n int, a ...delphi.Answer) [][]delphi.Answer {
	return slices.Repeat([][]delphi.Answer{a}, n)
}

func figure(t testing.TB, f verdict.Figures, name string) stat.Value {
	t.Helper()
	for _, m := range f.More {
		if m.Name == name {
			return m.Value
		}
	}
	t.Fatalf("no figure %s among %v", name, f.More)
	return stat.Undefined
}

func TestEstimates(t *testing.T) {
	rounds := `{"kind": "answer"}, {"kind": "answer"}`
	euro := study(t, "estimate", `{"rule": "relative-iqr"}`, rounds,
		`{"id": "k", "kind": "estimate", "unit": "euro", "min": -100, "max": 100, "grid": 10, "never": true}`)
	say := func(v int) delphi.Answer { return delphi.Answer{Item: "i1", Value: v} }
	never := delphi.Answer{Item: "i1", Never: true}
	for _, c := range []struct {
		name      string
		p         protocol.Protocol
		answers   [][]delphi.Answer
		key       verdict.Key
		direction verdict.Direction
	}{
		{"narrow: IQR 10 of a median of 40", euro, slices.Concat(repeat(12, say(40)), repeat(12, say(50)), repeat(6, say(30))), verdict.Consensus, verdict.NoDirection},
		{"wide: IQR 20 of a median of 40", euro, slices.Concat(repeat(12, say(40)), repeat(12, say(60)), repeat(6, say(20))), verdict.Disagreement, verdict.NoDirection},
		{"wide, but more than half around the median", euro, slices.Concat(repeat(16, say(40)), repeat(4, say(50)), repeat(10, say(-100))), verdict.Majority, verdict.NoDirection},
		{"rounded to the nearest of the grid, ties up", euro, slices.Concat(repeat(15, say(35)), repeat(15, say(44))), verdict.Consensus, verdict.NoDirection},
		{"a median of 0 measures in steps of the grid", euro, slices.Concat(repeat(8, say(-10)), repeat(14, say(0)), repeat(8, say(10))), verdict.Disagreement, verdict.NoDirection},
		{"a quarter of a step around 0", euro, slices.Concat(repeat(18, say(0)), repeat(6, say(10))), verdict.Consensus, verdict.NoDirection},
		{"around the median up to the limit", euro, slices.Concat(repeat(11, say(40)), repeat(6, say(50)), repeat(13, say(-100))), verdict.Majority, verdict.NoDirection},
		{"half around the median", euro, slices.Concat(repeat(11, say(40)), repeat(4, say(50)), repeat(2, say(60)), repeat(13, say(-100))), verdict.Disagreement, verdict.NoDirection},
		{"never against the rest", euro, slices.Concat(repeat(14, never), repeat(13, say(90)), repeat(13, say(-90))), verdict.Bipolarity, verdict.Low},
		{"never and the rest at 35 %", euro, slices.Concat(repeat(26, never), repeat(14, say(50))), verdict.Bipolarity, verdict.High},
		{"never is the majority", euro, slices.Concat(repeat(27, never), repeat(13, say(50))), verdict.Majority, verdict.NoDirection},
		{"all never", euro, repeat(20, never), verdict.Consensus, verdict.NoDirection},
		{"too few for more than thirds", euro, repeat(19, say(40)), verdict.TooFew, verdict.NoDirection},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, _ := verdict.Judge(c.p, delphi.Item{ID: "i1", Kind: "k"}, tabulated(t, c.p, 1, []delphi.Item{{ID: "i1", Kind: "k"}}, c.answers, c.answers), 0)
			if v.Key != c.key || v.Direction != c.direction {
				t.Errorf("%+v", v)
			}
		})
	}

	t.Run("low, likely and high are three tables", func(t *testing.T) {
		p := study(t, "estimate", `{"rule": "relative-iqr"}`, rounds,
			`{"id": "k", "kind": "date", "unit": "year", "min": "2030", "max": "2050", "triple": true}`)
		answer := repeat(25, delphi.Answer{Item: "i1", Value: 2040, Low: 2035, High: 2048})
		c := tabulated(t, p, 1, []delphi.Item{{ID: "i1", Kind: "k"}}, answer)
		if got := fmt.Sprint(names(c[0].Tables)); got != "[A/i1/low A/i1/likely A/i1/high B]" {
			t.Error(got)
		}
		f := verdict.Measure(p, delphi.Item{ID: "i1", Kind: "k"}, c)
		if f.Median.String() != "2040" || figure(t, f, "low_median").String() != "2035" || figure(t, f, "high_median").String() != "2048" {
			t.Errorf("%+v", f)
		}
	})
	t.Run("no extremes below ten, nor beside an open distribution", func(t *testing.T) {
		open := study(t, "estimate", `{"rule": "relative-iqr"}`, rounds,
			`{"id": "k", "kind": "estimate", "unit": "euro", "min": 0, "max": 100, "grid": 10}`, `, "disclosure": {"small": "open"}`)
		f := verdict.Measure(open, delphi.Item{ID: "i1", Kind: "k"}, tabulated(t, open, 1, []delphi.Item{{ID: "i1", Kind: "k"}}, repeat(12, say(40))))
		if f.Median.String() != "40" || slices.ContainsFunc(f.More, func(m verdict.Figure) bool { return m.Name == "min" }) {
			t.Errorf("%+v", f)
		}
	})
}

func TestRankings(t *testing.T) {
	p := study(t, "ranking", `{"rule": "w"}`, `{"kind": "gather"}, {"kind": "select"}, {"kind": "answer"}, {"kind": "answer"}`,
		`{"id": "lista", "kind": "ranking", "k": 2}`, `, "items": {"narrow": {"min": 1, "max": 2}}, "disclosure": {"small": "open"}`)
	items := []delphi.Item{{ID: "a", Kind: "lista"}, {ID: "b", Kind: "lista"}, {ID: "c", Kind: "lista"}}
	order := func(a, b, c int) []delphi.Answer {
		return []delphi.Answer{{Item: "a", Value: a}, {Item: "b", Value: b}, {Item: "c", Value: c}}
	}
	for _, c := range []struct {
		name    string
		answers [][]delphi.Answer
		w       string
		key     verdict.Key
		raters  int
	}{
		{"all alike", repeat(8, order(1, 2, 3)...), "1", verdict.Consensus, 8},
		{"any numbers rank", repeat(8, order(-5, 20, 400)...), "1", verdict.Consensus, 8},
		{"two orders", slices.Concat(repeat(6, order(1, 2, 3)...), repeat(2, order(3, 2, 1)...)), "0.25", verdict.Disagreement, 8},
		{"the ends swap", slices.Concat(repeat(7, order(1, 2, 3)...), repeat(1, order(3, 2, 1)...)), "0.5625", verdict.Majority, 8},
		{"an incomplete one is dropped and counted", append(repeat(8, order(1, 2, 3)...), order(1, 2, 3)[:2]), "1", verdict.Consensus, 8},
		{"all tied", repeat(8, order(1, 1, 1)...), "–", verdict.Disagreement, 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			closings := tabulated(t, p, 3, items, c.answers, c.answers)
			f := verdict.Measure(p, items[0], closings)
			v, _ := verdict.Judge(p, items[0], closings, 0)
			key := v.Key
			if v.If != "" {
				key = v.If
			}
			if w := figure(t, f, "w").String(); w != c.w || key != c.key || f.N != c.raters {
				t.Errorf("W %s of %d, %+v", w, f.N, v)
			}
			if n := closings[0].Counts.Items[0]; n.Valid+n.Incomplete != len(c.answers) {
				t.Errorf("%+v", n)
			}
		})
	}

	t.Run("W of the tables is W of the rankings, ties and all", func(t *testing.T) {
		raw := [][]float64{{1, 2, 2}, {1, 1, 3}, {2, 1, 3}, {1, 1, 1}, {1, 2, 3}, {3, 1, 2}, {1, 3, 2}, {2, 1, 1}}
		var answers [][]delphi.Answer
		for _, r := range raw {
			answers = append(answers, order(int(r[0]), int(r[1]), int(r[2])))
		}
		f := verdict.Measure(p, items[0], tabulated(t, p, 3, items, answers))
		want := stat.KendallW(raw)
		if got := figure(t, f, "w"); !got.Equal(want.W) {
			t.Errorf("W %v, want %v", got, want.W)
		}
		for i, id := range []string{"a", "b", "c"} {
			if got := figure(t, f, "mean_rank/"+id); !got.Equal(want.MeanRanks[i]) {
				t.Errorf("mean rank of %s %v, want %v", id, got, want.MeanRanks[i])
			}
		}
	})

	t.Run("stable once W no longer rises", func(t *testing.T) {
		apart := slices.Concat(repeat(6, order(1, 2, 3)...), repeat(2, order(3, 2, 1)...))
		nearer := slices.Concat(repeat(7, order(1, 2, 3)...), repeat(1, order(3, 2, 1)...))
		if v, _ := verdict.Judge(p, items[0], tabulated(t, p, 3, items, apart, nearer), 1); v.Key != verdict.Open {
			t.Errorf("rising: %+v", v)
		}
		if v, _ := verdict.Judge(p, items[0], tabulated(t, p, 3, items, nearer, apart), 1); v.Key != verdict.Disagreement {
			t.Errorf("falling: %+v", v)
		}
	})

	t.Run("narrowing keeps what more than half select", func(t *testing.T) {
		pick := func(ids ...string) (out []delphi.Answer) {
			for _, id := range ids {
				out = append(out, delphi.Answer{Item: id, Value: 1})
			}
			return out
		}
		// proposed gives the items by what is proposed for them.
		proposed := func(c table.Closing) (kept, dropped []string) {
			proposals := verdict.Narrowing(p, c)
			for _, i := range items {
				if proposals[i.ID].Proposal.Action == verdict.Drop {
					dropped = append(dropped, i.ID)
				} else if proposals[i.ID].Proposal.Action == verdict.GoOn {
					kept = append(kept, i.ID)
				}
			}
			return kept, dropped
		}
		c := tabulated(t, p, 2, items, slices.Concat(repeat(5, pick("a", "b")...), repeat(5, pick("a", "c")...)))[0]
		if kept, dropped := proposed(c); !slices.Equal(kept, []string{"a"}) || !slices.Equal(dropped, []string{"b", "c"}) {
			t.Errorf("kept %v, dropped %v: half is not more than half", kept, dropped)
		}
		if g := verdict.Narrowing(p, c)["b"].Proposal.Grounds; g[0].Holds || g[0].Value.String() != "500" || g[1].Holds || g[1].Value.String() != "1" || g[1].Limit != 3 || g[1].Detail != "1-2" {
			t.Errorf("grounds %+v", g)
		}
		// The floor of one cannot part b and c when nobody passes; ties stay.
		c = tabulated(t, p, 2, items, slices.Concat(repeat(5, pick("b")...), repeat(5, pick("c")...)))[0]
		if kept, dropped := proposed(c); !slices.Equal(kept, []string{"b", "c"}) || !slices.Equal(dropped, []string{"a"}) {
			t.Errorf("kept %v, dropped %v", kept, dropped)
		}
		// Another round narrows nothing, nor do too few people.
		if got := verdict.Narrowing(p, tabulated(t, p, 3, items, repeat(8, order(1, 2, 3)...))[0]); got != nil {
			t.Errorf("a ranking narrows: %v", got)
		}
		if got := verdict.Narrowing(p, tabulated(t, p, 2, items, repeat(2, pick("a")...))[0]); got != nil {
			t.Errorf("two people narrow: %v", got)
		}
	})
}

func TestChoicesAndSelections(t *testing.T) {
	p := study(t, "argumentative", `{"rule": "share"}`, `{"kind": "gather", "discussion": true}, {"kind": "answer"}`,
		`{"id": "scelta", "kind": "choice"}, {"id": "prove", "kind": "selection", "k": 2}`)
	items := []delphi.Item{
		{ID: "x", Kind: "scelta"}, {ID: "y", Kind: "scelta"}, {ID: "z", Kind: "scelta"}, {ID: "s", Kind: "prove"}, {ID: "t", Kind: "prove"}, {ID: "u", Kind: "prove"},
	}
	answers := func(x, y, z, s, u int) [][]delphi.Answer {
		var out [][]delphi.Answer
		for i := range x + y + z {
			a := []delphi.Answer{{Value: 1}}
			switch {
			case i < x:
				a[0].Item = "x"
			case i < x+y:
				a[0].Item = "y"
			default:
				a[0].Item = "z"
			}
			if i < s {
				a = append(a, delphi.Answer{Item: "s", Value: 1})
			}
			if i < u {
				a = append(a, delphi.Answer{Item: "u", Value: 1})
			}
			if i >= s && i >= u {
				a = append(a, delphi.Answer{Item: "t", Value: 0})
			}
			out = append(out, a)
		}
		return out
	}
	closings := tabulated(t, p, 2, items, answers(22, 10, 8, 30, 20))
	judge := func(id, kind string) verdict.Verdict {
		v, _ := verdict.Judge(p, delphi.Item{ID: id, Kind: kind}, closings, 0)
		return v
	}
	if v := judge("y", "scelta"); v.Key != verdict.Majority || v.Direction != verdict.NoDirection {
		t.Errorf("the list of a choice: %+v", v)
	}
	if v := judge("s", "prove"); v.Key != verdict.Consensus || v.Side != delphi.For || v.Direction != verdict.High {
		t.Errorf("30 of 40 select it: %+v", v)
	}
	if v := judge("t", "prove"); v.Key != verdict.Consensus || v.Side != delphi.Against || !v.Unanimous {
		t.Errorf("nobody selects it: %+v", v)
	}
	if v := judge("u", "prove"); v.Key != verdict.Disagreement {
		t.Errorf("half select it: %+v", v)
	}
	closings = tabulated(t, p, 2, items, answers(18, 11, 11, 0, 0))
	if v := judge("x", "scelta"); v.Key != verdict.Plurality {
		t.Errorf("45 %% and ahead: %+v", v)
	}
}

// A policy item is judged by its desirability; the other criteria stand beside.
func TestCriteria(t *testing.T) {
	p := study(t, "policy", `{"rule": "share", "share": {"from": 3, "to": 4}}`, `{"kind": "answer"}, {"kind": "answer"}`,
		`{"id": "k", "kind": "criteria", "points": 4, "criteria": ["feasibility", "desirability"]}`)
	items := []delphi.Item{{ID: "i1", Kind: "k"}}
	answers := slices.Concat(
		repeat(25, delphi.Answer{Item: "i1", Criteria: []int{1, 4}}),
		repeat(5, delphi.Answer{Item: "i1", Criteria: []int{0, 1}}))
	closings := tabulated(t, p, 1, items, answers, answers)
	v, _ := verdict.Judge(p, items[0], closings, 0)
	if v.Key != verdict.Consensus || v.Direction != verdict.High {
		t.Errorf("%+v", v)
	}
	if subject := table.Subject(p, items[0]); subject != "i1/desirability" {
		t.Error(subject)
	}
	if f := verdict.MeasureOn(p, items[0], "feasibility", closings); f.N != 25 || f.Median.String() != "1" {
		t.Errorf("feasibility stands beside it: %+v", f)
	}
	for _, c := range closings[0].Counts.Items {
		if c.Item == "i1/feasibility" && (c.Valid != 25 || c.CannotJudge != 5) {
			t.Errorf("%+v", c)
		}
	}
}

func TestConformity(t *testing.T) {
	p := classical(t, 2)
	// Forty of sixty who stood above the median of 5 move down to it.
	first := from(0, 0, 0, 0, 61, 0, 0, 60)
	second := slices.Clone(first)
	for i := range 40 {
		second[61+i] = 5
	}
	f, ok := verdict.Conformity(p, item, held(t, p, oneGroup, first, second))
	if !ok || f.N != 121 || f.Seen[2][0].String() != stat.Share(40, 121).String() || f.Seen[1][1].String() != stat.Share(61, 121).String() {
		t.Errorf("%+v", f)
	}
	if _, ok := verdict.Conformity(p, item, held(t, p, oneGroup, first[:99], second[:99])); ok {
		t.Error("conformity of 99 pairs")
	}
	// One who left has twenty stayers left out of M: what they did is in none of its shares.
	left := slices.Clone(second)
	left[0] = absent
	c := held(t, p, oneGroup, slices.Concat(first, first), slices.Concat(left, second))
	if table.LeftOut(p, c[1].Counts.Items[0]) != 20 || !c[1].Counts.Items[0].Moves {
		t.Fatalf("%+v", c[1].Counts.Items[0])
	}
	if f, ok := verdict.Conformity(p, item, c); ok {
		t.Errorf("conformity of some pairs is given as that of all: %+v", f)
	}
	// Five who left hide each other.
	for i := range 5 {
		left[i] = absent
	}
	if _, ok := verdict.Conformity(p, item, held(t, p, oneGroup, slices.Concat(first, first), slices.Concat(left, second))); !ok {
		t.Error("five who left hide each other: M counts all pairs")
	}
}

// An answer crosses a class where both have one: of a criteria item the deciding criterion's.
func TestCrosses(t *testing.T) {
	scale := delphi.ItemKind{Kind: delphi.ScaleForm, Points: 9, Classes: delphi.DefaultClasses(9), CannotJudge: true}
	options := delphi.ItemKind{Kind: delphi.CriteriaForm, Points: 4, Classes: delphi.DefaultClasses(4), Criteria: []string{"cost", "desirability"}}
	years := delphi.ItemKind{Kind: delphi.EstimateForm, Max: 9, Grid: 1}
	value := func(v int) delphi.Answer { return delphi.Answer{Value: v} }
	judged := func(v ...int) delphi.Answer { return delphi.Answer{Criteria: v} }
	for _, one := range []struct {
		kind        delphi.ItemKind
		before, now delphi.Answer
		want        bool
	}{
		{scale, value(3), value(4), true}, {scale, value(4), value(6), false}, {scale, value(9), value(1), true}, {scale, value(7), value(7), false},
		{scale, delphi.Answer{CannotJudge: true}, value(9), false}, {scale, value(9), delphi.Answer{CannotJudge: true}, false},
		{options, judged(1, 2), judged(4, 2), false}, {options, judged(1, 2), judged(1, 3), true}, {options, judged(1, 0), judged(1, 3), false},
		{years, value(1), value(9), false}, {delphi.ItemKind{Kind: delphi.TextForm}, delphi.Answer{}, delphi.Answer{}, false},
	} {
		if got := one.kind.Crosses(one.before, one.now); got != one.want {
			t.Errorf("%s from %+v to %+v: %v", one.kind.Kind, one.before, one.now, got)
		}
	}
}
