package delphi_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// D, T and M are recounts over the stayers; the twenty who are left out are one
// set for all three, and a key decides which.
func TestPairedTablesLeaveOutOneSet(t *testing.T) {
	p := classical(t, 2)
	first, second := make([]int, 121), make([]int, 121)
	for i := range first {
		first[i], second[i] = 1+i%9, 1+(i+i/40)%9
	}
	second[120] = absent // one leaver
	c := held(t, p, oneGroup, first, second)[1]
	d, _ := tableOf(c, "D/i1")
	tr, _ := tableOf(c, "T/i1")
	m, ok := tableOf(c, "M/i1")
	if !ok || d.N != 100 || tr.N != 100 || m.N != 100 {
		t.Fatalf("D %d, T %d, M %d of 120 pairs", d.N, tr.N, m.N)
	}
	down, up := 0, 0
	for i, v := range m.Values {
		if strings.HasSuffix(v, ">down") {
			down += m.Counts[i]
		}
		if strings.HasSuffix(v, ">up") {
			up += m.Counts[i]
		}
	}
	for i, v := range d.Values {
		if strings.Contains(v, "-") {
			down -= d.Counts[i]
		}
		if strings.Contains(v, "+") {
			up -= d.Counts[i]
		}
	}
	if down != 0 || up != 0 {
		t.Error("D and M are not of the same people")
	}
	doc := table.LeftOut(p, c.Counts.Items[0])
	if doc != 20 {
		t.Errorf("the rule leaves out %d", doc)
	}
	v, _ := verdict.Judge(p, item, held(t, p, oneGroup, first, second), 0)
	if g, ok := ground(v.Grounds, "left_out"); !ok || g.Value.String() != "20" {
		t.Errorf("the verdict does not say that 20 are left out: %+v", v)
	}
}

// From a hundred pairs on there is T, and one leaver no longer hides D.
func TestPairedTablesAtAHundred(t *testing.T) {
	p := classical(t, 2)
	for _, c := range []struct {
		pairs, gone int
		want        string
	}{
		{99, 0, "ADB"}, {100, 0, "ADTMB"}, {99, 1, "AB"}, {100, 1, "ADTMB"}, {99, 5, "ADB"}, {19, 5, "AB"}, {20, 5, "ADB"},
	} {
		values := append(slices.Repeat([]int{2, 5, 8}, 50)[:c.pairs:c.pairs], slices.Repeat([]int{5}, c.gone)...)
		second := append(values[:c.pairs:c.pairs], slices.Repeat([]int{absent}, c.gone)...)
		if c.pairs == 19 {
			second = append(second, 5, 5, 5, 5, 5) // enough newcomers for the panel not to be small
			values = append(values, absent, absent, absent, absent, absent)
		}
		got := ""
		for _, name := range names(held(t, p, oneGroup, values, second)[1].Tables) {
			got += name[:1]
		}
		if got != c.want {
			t.Errorf("%d pairs, %d gone: %s, want %s", c.pairs, c.gone, got, c.want)
		}
	}
}

// T needs nobody or five in every row and column, M in every row.
func TestMarginsOfTransitions(t *testing.T) {
	p := classical(t, 2)
	for _, c := range []struct {
		before, now int // people of a hundred who answer 1, all others 9
		want        string
	}{{5, 5, "ADTMB"}, {4, 4, "ADB"}, {4, 9, "ADB"}, {9, 4, "ADMB"}, {0, 5, "ADTMB"}, {5, 0, "ADTMB"},
		// Fewer than five moved: neither D nor what is finer.
		{0, 4, "AB"}, {4, 0, "AB"}, {4, 5, "AB"}} {
		closings := held(t, p, oneGroup, from(c.before, 0, 0, 0, 0, 0, 0, 0, 100-c.before), from(c.now, 0, 0, 0, 0, 0, 0, 0, 100-c.now))
		if got := letters(closings[1]); got != c.want {
			t.Errorf("%d, then %d in the lowest class: %s, want %s", c.before, c.now, got, c.want)
		}
	}
}

// Minimum and maximum need ten people.
func TestExtremes(t *testing.T) {
	p := classical(t, 2, `"access": "open"`, `"access": "invitation"`, `"item_kinds"`, `"disclosure": {"small": "open"}, "item_kinds"`)
	for n, want := range map[int]bool{9: false, 10: true} {
		f := verdict.Measure(p, item, held(t, p, oneGroup, from(0, 0, n)))
		has := slices.ContainsFunc(f.More, func(m verdict.Figure) bool { return m.Name == "min" || m.Name == "max" })
		if has != want || !f.Median.Defined() {
			t.Errorf("%d people: %+v", n, f)
		}
	}
}

// The order of ballots tells nothing and changes nothing.
func TestTabulateIgnoresOrder(t *testing.T) {
	p := classical(t, 2)
	first, second := make([]int, 130), make([]int, 130)
	for i := range first {
		first[i], second[i] = 1+i%9, 1+i*5%9
	}
	second[3] = absent
	closed := func(reverse bool) string {
		a, b := ballots(p, oneGroup, first), ballots(p, oneGroup, second)
		if reverse {
			slices.Reverse(a)
			slices.Reverse(b)
		}
		c, err := table.Tabulate(p, 3, []delphi.Item{item}, []int{130}, nil, b, a, key)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(c)
	}
	if closed(false) != closed(true) {
		t.Error("the order of ballots changes the tables")
	}
}

// Thresholds that a protocol raises hold.
func TestRaisedThresholds(t *testing.T) {
	p := classical(t, 2, append(groups(2), `"item_kinds"`, `"disclosure": {"min_n": 8, "group_n": 15, "small_below": 30}, "item_kinds"`)...)
	for _, c := range []struct {
		first, second int // people in each group
		want          string
	}{
		{4, 3, "B"}, {4, 4, "AB"}, {15, 14, "AB"}, {15, 15, "AGGB"}, {20, 14, "AB"}, {40, 1, "AB"},
	} {
		values := append(from(0, 0, 0, 0, 0, 0, c.first), from(0, 0, 0, c.second)...)
		got := ""
		for _, name := range names(held(t, p, func(i int) int { return min(i/c.first, 1) }, values)[0].Tables) {
			got += name[:1]
		}
		if got != c.want {
			t.Errorf("%d and %d people: tables %q, want %q", c.first, c.second, got, c.want)
		}
	}
}

// Withheld groups hold nobody or ten people together: the smallest shown one, the
// first of equal ones, keeps them company.
func TestWithheldGroups(t *testing.T) {
	p := classical(t, 2, groups(4)...)
	for _, c := range []struct {
		sizes []int
		want  []int
	}{
		{[]int{10, 10, 10, 10}, []int{0, 1, 2, 3}},
		{[]int{10, 10, 10, 0}, []int{0, 1, 2}},
		{[]int{12, 11, 10, 1}, []int{0, 1}},
		{[]int{10, 10, 30, 1}, []int{1, 2}},
		{[]int{30, 9, 1, 30}, []int{0, 3}},
		{[]int{30, 9, 0, 30}, []int{3}},
		{[]int{20, 5, 0, 0}, []int{}},
	} {
		var values []int
		var group []int
		for g, n := range c.sizes {
			values = append(values, slices.Repeat([]int{5}, n)...)
			group = append(group, slices.Repeat([]int{g}, n)...)
		}
		closings := held(t, p, func(i int) int { return group[i] }, values)
		got := map[int]bool{}
		for g := range c.sizes {
			if _, ok := tableOf(closings[0], fmt.Sprintf("G/i1/g%d", g)); ok {
				got[g] = true
			}
		}
		if shown := slices.Sorted(maps.Keys(got)); !slices.Equal(shown, c.want) {
			t.Errorf("groups of %v: shown %v, want %v", c.sizes, shown, c.want)
		}
		f := verdict.Measure(p, item, closings)
		for g, figures := range f.Groups {
			if figures.Withheld == got[g] || figures.Withheld && (figures.N != 0 || figures.Median.Defined()) {
				t.Errorf("groups of %v: figures %+v", c.sizes, figures)
			}
		}
	}
}

// D keeps 0 as a cell of its own, has directions only where movers up and movers
// down are each nobody or five, and merges within a direction alone.
func TestShiftTable(t *testing.T) {
	p := classical(t, 2)
	for _, c := range []struct {
		name  string
		moves map[int]int // shift → people, from 5
		want  string
	}{
		{"nobody moved", map[int]int{0: 40}, "directed [0] [40]"},
		{"four moved", map[int]int{-1: 2, 0: 40, 2: 2}, "few [] []"},
		{"five moved, two ways", map[int]int{-1: 2, 0: 40, 2: 3}, "moved [kept moved] [40 5]"},
		{"four against many", map[int]int{-1: 4, 0: 20, 2: 9}, "moved [kept moved] [20 13]"},
		{"five moved down", map[int]int{-1: 5, 0: 40}, "directed [-1 0] [5 40]"},
		{"five moved far", map[int]int{0: 40, 3: 5}, "directed [0 +1 +2 +3] [40 0 0 5]"},
		{"ends merge inwards", map[int]int{-3: 1, -2: 2, -1: 2, 0: 30, 1: 6, 4: 2}, "directed [<=-1 0 >=+1] [5 30 8]"},
		{"an end merges past an empty cell", map[int]int{0: 30, 1: 7, 2: 4, 4: 3}, "directed [0 +1 >=+2] [30 7 7]"},
		{"inner cells may be small", map[int]int{-2: 5, -1: 1, 0: 30, 3: 5}, "directed [-2 -1 0 +1 +2 +3] [5 1 30 0 0 5]"},
		{"everyone moved alike", map[int]int{1: 40}, "directed [0 +1] [0 40]"},
		{"one kept", map[int]int{-4: 20, 0: 1, 4: 20}, "directed [-4 -3 -2 -1 0 +1 +2 +3 +4] [20 0 0 0 1 0 0 0 20]"},
	} {
		var first, second []int
		for _, shift := range slices.Sorted(maps.Keys(c.moves)) {
			for range c.moves[shift] {
				first, second = append(first, 5), append(second, 5+shift)
			}
		}
		closing := held(t, p, oneGroup, first, second)[1]
		d, exists := tableOf(closing, "D/i1")
		if got := fmt.Sprint(closing.Counts.Items[0].Shift, " ", d.Values, " ", d.Counts); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if !exists {
			continue
		}
		if err := table.Fits(p, closing.Counts, d); err != nil {
			t.Errorf("%s: the table does not fit its closing: %v", c.name, err)
		}
		for shift := range c.moves {
			if d.ShiftValue(shift) == "" {
				t.Errorf("%s: nobody finds a move by %d in %v", c.name, shift, d.Values)
			}
		}
	}
}

// What a caller mixed up is an error, never a wrong table.
func TestTabulateRefuses(t *testing.T) {
	p := classical(t, 2)
	good := ballots(p, oneGroup, from(0, 0, 0, 0, 0, 0, 6))
	for name, call := range map[string]func() error{
		"a gather round": func() error {
			_, err := table.Tabulate(p, 1, []delphi.Item{item}, []int{6}, nil, good, nil, key)
			return err
		},
		"a panelist twice": func() error {
			_, err := table.Tabulate(p, 2, []delphi.Item{item}, []int{6}, nil, append(good, good[0]), nil, key)
			return err
		},
		"enrolled by other groups": func() error {
			_, err := table.Tabulate(p, 2, []delphi.Item{item}, []int{6, 1}, nil, good, nil, key)
			return err
		},
		"counts of a later round": func() error {
			_, err := table.Tabulate(p, 2, []delphi.Item{item}, []int{6}, []table.Counts{{Round: 3}}, good, nil, key)
			return err
		},
		"an item twice": func() error {
			_, err := table.Tabulate(p, 2, []delphi.Item{item, item}, []int{6}, nil, good, nil, key)
			return err
		},
		"a kind that is not there": func() error {
			_, err := table.Tabulate(p, 2, []delphi.Item{{ID: "i1", Kind: "x"}}, []int{6}, nil, good, nil, key)
			return err
		},
	} {
		if call() == nil {
			t.Errorf("%s: tabulated", name)
		}
	}
}

// Who verifies a record feeds the engine what others published: a broken counts
// document or table may make a wrong verdict, never a panic.
func TestBrokenRecordsDoNotPanic(t *testing.T) {
	p := classical(t, 2, groups(2)...)
	sane := held(t, p, func(i int) int { return i % 2 }, from(9, 20, 30, 0, 9, 40, 9, 20, 30), from(30, 20, 9, 0, 9, 40, 9, 20, 30))
	rapid.Check(t, func(r *rapid.T) {
		closings := slices.Clone(sane)
		c := &closings[rapid.IntRange(0, 1).Draw(r, "round")]
		c.Tables = slices.Clone(c.Tables)
		c.Counts.Items = slices.Clone(c.Counts.Items)
		n := rapid.IntRange(-5, 200)
		for range rapid.IntRange(1, 4).Draw(r, "faults") {
			shown := &c.Tables[rapid.IntRange(0, len(c.Tables)-1).Draw(r, "table")]
			switch rapid.IntRange(0, 7).Draw(r, "fault") {
			case 0:
				shown.Counts = rapid.SliceOfN(n, 0, 12).Draw(r, "counts")
			case 1:
				shown.Values = rapid.SliceOfN(rapid.SampledFrom([]string{"1", "9", "x", "", "<=-1", "0", "+1", "kept", "moved", "1-3>4-6"}), 0, 12).Draw(r, "values")
			case 2:
				shown.N = n.Draw(r, "n")
			case 3:
				shown.ID = rapid.SampledFrom([]string{"", "A/i1", "D/i1", "T/i1", "G/i1/", "P/ties"}).Draw(r, "id")
			case 4:
				c.Counts.Items[0].ByGroup = rapid.SliceOfN(n, 0, 5).Draw(r, "by group")
			case 5:
				c.Counts.Items[0].Valid, c.Counts.Items[0].Paired = n.Draw(r, "valid"), n.Draw(r, "paired")
				c.Counts.Items[0].Shift = rapid.SampledFrom([]table.ShiftForm{"", table.ShiftDirected, table.ShiftMoved, table.ShiftFew, "x"}).Draw(r, "shift")
			case 6:
				c.Counts.Round = rapid.IntRange(-1, 9).Draw(r, "number")
			case 7:
				c.Counts.Items[0].Kind = rapid.SampledFrom([]string{"", "scala", "other"}).Draw(r, "kind")
			}
		}
		documents := []table.Counts{closings[0].Counts, closings[1].Counts}
		table.Rule(p, documents)
		for left := range 2 {
			verdict.Judge(p, item, closings, left)
		}
		verdict.Measure(p, item, closings)
		verdict.Sensitive(p, item, closings)
		verdict.Attrition(p, item, closings)
		verdict.Conformity(p, item, closings)
	})
}
