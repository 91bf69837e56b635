package delphi_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
)

// real is a standing round of one item kind, "scala", for a panel by invitation.
func real(t testing.TB, rule, kind, more string) protocol.Protocol {
	t.Helper()
	return parse(t, `{"version": 1, "variant": "real-time", "languages": ["it"], "rounds": [{"kind": "standing"}],
		"panel": {"groups": [{"id": "g0", "name": {"it": "A"}, "access": "invitation"}]}, "anonymity": {"latest_key_date": "2027-06-30"},
		"consensus": {"rule": "`+rule+`"}, "item_kinds": [{"id": "scala", `+kind+`}]`+more+`}`)
}

// interim releases answers before the deadline.
func interim(t testing.TB, p protocol.Protocol, answers ...delphi.Answer) table.Closing {
	t.Helper()
	items := []delphi.Item{item, {ID: "i2", Kind: item.Kind}}
	tally, err := table.NewTally(p, 1, items)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if err := tally.Add(delphi.Ballot{Panelist: fmt.Sprint(i), Group: "g0", Answers: []delphi.Answer{a}}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := table.Release(p, tally, []int{len(answers)}, map[string]int{"i1": 10, "i2": 10, "scala": 10}, false)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// An open distribution has no interim figures, of whatever form.
func TestOpenDistributionHasNoInterimFigures(t *testing.T) {
	for form, kind := range map[string]string{
		"selection": `"kind": "selection"`, "choice": `"kind": "choice"`,
	} {
		p := real(t, "share", kind, `, "disclosure": {"small": "open"}`)
		answers := slices.Repeat([]delphi.Answer{{Item: "i1", Value: 1}}, 19)
		if c := interim(t, p, answers...); len(c.Tables) > 0 {
			t.Errorf("19 people, %s: %v", form, names(c.Tables))
		}
		if c := interim(t, p, append(answers, answers...)...); len(c.Tables) == 0 {
			t.Errorf("38 people, %s: nothing", form)
		}
	}
}

// Two of a hundred round to none: no form is unanimous before the deadline.
func TestNoFormIsUnanimousBeforeTheDeadline(t *testing.T) {
	for _, c := range []struct{ rule, kind string }{
		{"share", `"kind": "selection"`}, {"share", `"kind": "choice"`},
		{"relative-iqr", `"kind": "estimate", "unit": "euro", "min": 0, "max": 100, "grid": 10`},
	} {
		one, other := delphi.Answer{Item: "i1", Value: 1}, delphi.Answer{Item: "i2", Value: 1}
		if c.rule != "share" {
			one.Value, other = 50, delphi.Answer{Item: "i1", Value: 60}
		}
		closing := interim(t, real(t, c.rule, c.kind, ""), append(slices.Repeat([]delphi.Answer{one}, 98), other, other)...)
		v, _ := verdict.Judge(real(t, c.rule, c.kind, ""), item, []table.Closing{closing, closing}, 0)
		if v.Key != verdict.Consensus || v.Unanimous {
			t.Errorf("%s: %s, unanimous %v", c.kind, v.Key, v.Unanimous)
		}
		if _, ok := ground(v.Grounds, "unanimous"); ok {
			t.Errorf("%s: %+v", c.kind, v.Grounds)
		}
	}
}

// Earlier ballots of one person need not fit together: who chose a, then b, then a
// has three, and who could judge a criterion once is missed when they no longer can.
func TestLeaversOfEveryForm(t *testing.T) {
	const rounds = `{"kind": "gather", "discussion": true}, {"kind": "answer"}, {"kind": "answer"}, {"kind": "answer"}, {"kind": "answer"}`
	round := func(n int, answers ...delphi.Answer) (out []delphi.Ballot) {
		for i := range n {
			out = append(out, delphi.Ballot{Panelist: fmt.Sprint(i), Group: "tutti", Answers: answers})
		}
		return out
	}
	for name, c := range map[string]struct {
		kind  string
		items []delphi.Item
		says  [4][]delphi.Answer // by round
	}{
		"choice": {`{"id": "k", "kind": "choice"}`, []delphi.Item{{ID: "a", Kind: "k"}, {ID: "b", Kind: "k"}},
			[4][]delphi.Answer{{{Item: "a", Value: 1}}, {{Item: "b", Value: 1}}, {{Item: "a", Value: 1}}, {{Item: "b", Value: 1}}}},
		"selection": {`{"id": "k", "kind": "selection", "k": 1}`, []delphi.Item{{ID: "a", Kind: "k"}, {ID: "b", Kind: "k"}},
			[4][]delphi.Answer{{{Item: "a", Value: 1}}, {{Item: "b", Value: 1}}, {{Item: "a", Value: 1}}, {{Item: "b", Value: 1}}}},
		"criteria": {`{"id": "k", "kind": "criteria", "criteria": ["x", "y"]}`, []delphi.Item{{ID: "a", Kind: "k"}},
			[4][]delphi.Answer{{{Item: "a", Criteria: []int{5, 0}}}, {{Item: "a", Criteria: []int{0, 5}}}, {{Item: "a", Criteria: []int{0, 5}}}, {{Item: "a", Criteria: []int{0, 5}}}}},
	} {
		share := `{"rule": "share"}`
		if name == "criteria" {
			share = `{"rule": "share", "share": {"from": 7, "to": 9}}`
		}
		p := study(t, "argumentative", share, rounds, c.kind)
		closing, err := table.Tabulate(p, 5, c.items, []int{30}, nil, round(23, c.says[3]...), round(25, c.says[2]...), key, round(30, c.says[0]...), round(30, c.says[1]...))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := []int{7, 7}
		if name == "criteria" {
			want[0] = 30 // nobody judges x any more
		}
		for i, n := range closing.Counts.Items {
			if n.Leavers != want[i] {
				t.Errorf("%s: %s has %d leavers, want %d", name, n.Item, n.Leavers, want[i])
			}
		}
	}
}

// A bound that lies below the limit does not tell that answers moved: of 100 who
// stayed some moved, 20 are left out, and forty others came.
func TestABoundNamesNoCause(t *testing.T) {
	for movers, want := range map[int]verdict.Cause{0: verdict.PanelChanged, 5: verdict.PanelChanged, 25: ""} {
		first, second := slices.Repeat([]int{8}, 103), slices.Repeat([]int{8}, 103)
		for i := range movers {
			second[i] = 5
		}
		for i := range 3 {
			second[100+i] = absent
		}
		first, second = append(first, make([]int, 40)...), append(second, slices.Repeat([]int{1}, 40)...)
		p := classical(t, 2)
		v, _ := verdict.Judge(p, item, held(t, p, oneGroup, first, second), 0)
		if v.Key != verdict.Unstable || v.Cause != want {
			t.Errorf("%d movers: %s, %q", movers, v.Key, v.Cause)
		}
	}
}

// The same 100 people, ten of them left out of no table: some moved far and as many
// back, so that the histograms hold and only a bound is known of those who stayed.
// Below the limit it shows no movement.
func TestABoundAloneShowsNoMovement(t *testing.T) {
	first, second := append(slices.Repeat([]int{8}, 60), slices.Repeat([]int{2}, 40)...), []int{}
	second = append(second, first...)
	for i := range 20 {
		second[i], second[60+i] = 2, 8
	}
	p := classical(t, 2)
	v, _ := verdict.Judge(p, item, held(t, p, oneGroup, first, second), 0)
	if v.Key != verdict.Unstable || v.Cause != verdict.AnswersMoved {
		t.Fatalf("exact tables tell that they moved: %s, %q", v.Key, v.Cause)
	}
	// Two who move up beside 38 who move down: the directions are withheld, and with
	// them who moved by one point alone.
	first, second = slices.Repeat([]int{7}, 100), slices.Repeat([]int{7}, 100)
	for i := range 38 {
		second[i] = 6
	}
	for i := range 2 {
		second[50+i] = 8
	}
	for limit, want := range map[int]verdict.Cause{700: "", 500: ""} {
		p.Stability.UnchangedMin, p.Stability.Scheibe = limit, 900
		v, _ := verdict.Judge(p, item, held(t, p, oneGroup, first, second), 0)
		stable := v.Key != verdict.Unstable
		if stable != (limit <= 600) || v.Cause != want {
			t.Errorf("at least 60 %% beside a limit of %d: %s, %q", limit, v.Key, v.Cause)
		}
	}
}

// A range far from zero makes any spread narrow, below zero as above it.
func TestRelativeSpreadNeedsAZero(t *testing.T) {
	for ends, refused := range map[[2]int]bool{
		{2026, 2095}: true, {-2095, -2026}: true, {50, 100}: false, {-100, -50}: false, {-20, 60}: false, {0, 9}: false, {51, 100}: true, {-100, -51}: true,
	} {
		document := fmt.Sprintf(`{"version": 1, "variant": "estimate", "languages": ["it"], "rounds": [{"kind": "answer"}, {"kind": "answer"}],
			"panel": {"groups": [{"id": "g0", "name": {"it": "A"}}]}, "anonymity": {"latest_key_date": "2027-06-30"},
			"consensus": {"rule": "relative-iqr"}, "item_kinds": [{"id": "k", "kind": "estimate", "unit": "m", "min": %d, "max": %d}]}`, ends[0], ends[1])
		_, err := protocol.Parse([]byte(document))
		var f *fault.Fault
		if errors.As(err, &f) != refused {
			t.Errorf("from %d to %d: %v", ends[0], ends[1], err)
		}
	}
}

// On two points every spread is within one point: that rule tells nothing there.
func TestSensitivityLeavesOutRulesThatTellNothing(t *testing.T) {
	for points, defined := range map[int]bool{2: false, 3: true, 5: true} {
		p := classical(t, 2, `"kind": "scale"}`, fmt.Sprintf(`"kind": "scale", "points": %d}`, points), `"from": 7, "to": 9`, fmt.Sprintf(`"from": %d, "to": %d`, points, points))
		rows := verdict.Sensitive(p, item, held(t, p, oneGroup, from(append(make([]int, points-2), 18, 22)...)))
		if rows[1].Rule != "median-iqr" || rows[1].Defined != defined {
			t.Errorf("%d points: %+v", points, rows[1])
		}
	}
}
