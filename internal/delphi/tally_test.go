package delphi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// every is a protocol with every form that is tallied, in one real-time round so
// that tallies of all of them can be released and compared.
func every(t testing.TB) protocol.Protocol {
	t.Helper()
	return parse(t, `{"version": 1, "variant": "real-time", "languages": ["it"],
		"panel": {"groups": [{"id": "a", "name": {"it": "A"}, "access": "open"}, {"id": "b", "name": {"it": "B"}, "access": "open"}]},
		"anonymity": {"latest_key_date": "2027-06-30"},
		"rounds": [{"kind": "standing"}], "consensus": {"rule": "share", "share": {"from": 4, "to": 5}},
		"item_kinds": [
			{"id": "scala", "kind": "scale", "points": 5}, {"id": "criteri", "kind": "criteria", "points": 5, "criteria": ["x", "y"]},
			{"id": "scelta", "kind": "choice"}, {"id": "prove", "kind": "selection", "k": 2}, {"id": "note", "kind": "text"}]}`)
}

var everyItem = []delphi.Item{
	{ID: "s1", Kind: "scala"}, {ID: "c1", Kind: "criteri"}, {ID: "o1", Kind: "scelta"}, {ID: "o2", Kind: "scelta"},
	{ID: "v1", Kind: "prove"}, {ID: "v2", Kind: "prove"}, {ID: "v3", Kind: "prove"}, {ID: "t1", Kind: "note"}, {ID: "s2", Kind: "scala"},
}

// drawBallot draws a ballot that fits every's items.
func drawBallot(t *rapid.T, name string) delphi.Ballot {
	b := delphi.Ballot{Panelist: name, Group: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "group")}
	answer := func(a delphi.Answer) {
		a.Confidence = rapid.IntRange(0, 4).Draw(t, "confidence")
		if n := rapid.IntRange(0, 9).Draw(t, "reason"); n > 3 {
			a.Reason = digest(fmt.Sprint(n))
			a.Argues = rapid.SampledFrom([]delphi.Side{"", "", delphi.Against, delphi.For, delphi.Neither}).Draw(t, "argues")
		}
		b.Answers = append(b.Answers, a)
	}
	for _, id := range []string{"s1", "s2"} {
		switch v := rapid.IntRange(-1, 5).Draw(t, id); v {
		case -1:
		case 0:
			answer(delphi.Answer{Item: id, CannotJudge: true})
		default:
			answer(delphi.Answer{Item: id, Value: v})
		}
	}
	if rapid.Bool().Draw(t, "criteria") {
		answer(delphi.Answer{Item: "c1", Criteria: rapid.SliceOfN(rapid.IntRange(0, 5), 2, 2).Draw(t, "c1")})
	}
	if o := rapid.SampledFrom([]string{"", "o1", "o2"}).Draw(t, "choice"); o != "" {
		answer(delphi.Answer{Item: o, Value: 1})
	}
	for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"v1", "v2", "v3"}), 0, 2, rapid.ID[string]).Draw(t, "selected") {
		answer(delphi.Answer{Item: id, Value: 1})
	}
	if rapid.Bool().Draw(t, "words") {
		answer(delphi.Answer{Item: "t1"})
	}
	return b
}

// closing is all that a tally says, in a form that can be compared.
func closing(t testing.TB, p protocol.Protocol, tally *table.Tally) table.Closing {
	t.Helper()
	c, err := table.Release(p, tally, []int{1000, 1000}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// placeOf is the naive place of a reason beside an answer on five points.
func placeOf(a delphi.Answer) string {
	v := a.Value
	if a.Criteria != nil {
		v = a.Criteria[0]
	}
	return []string{"/unsaid", "/low", "/low", "/middle", "/high", "/high"}[v]
}

// Adding, revising and withdrawing in any order, alone or in tallies that are
// merged, gives the counts of a naive recount over the ballots that are left.
func TestTallyIsARecount(t *testing.T) {
	p := every(t)
	rapid.Check(t, func(r *rapid.T) {
		tallies := make([]*table.Tally, 3)
		for i := range tallies {
			tally, err := table.NewTally(p, 1, everyItem)
			if err != nil {
				t.Fatal(err)
			}
			tallies[i] = tally
		}
		standing := map[string]delphi.Ballot{}
		at := map[string]int{}
		for range rapid.IntRange(0, 60).Draw(r, "acts") {
			who := fmt.Sprint("p", rapid.IntRange(0, 40).Draw(r, "who"))
			if old, ok := standing[who]; ok {
				if err := tallies[at[who]].Remove(old); err != nil {
					r.Fatal(err)
				}
				delete(standing, who)
				if rapid.Bool().Draw(r, "withdraws") {
					continue
				}
			}
			at[who] = rapid.IntRange(0, 2).Draw(r, "tally")
			standing[who] = drawBallot(r, who)
			if err := tallies[at[who]].Add(standing[who]); err != nil {
				r.Fatal(err)
			}
		}
		// Merged in either order.
		order := rapid.Permutation([]int{0, 1, 2}).Draw(r, "order")
		all := tallies[order[0]]
		for _, i := range order[1:] {
			if err := all.Merge(tallies[i]); err != nil {
				r.Fatal(err)
			}
		}
		got := closing(t, p, all)

		naive := map[string]int{} // table, value → people
		people := map[string]int{}
		for _, b := range standing {
			chosen := map[string]bool{}
			for _, a := range b.Answers {
				name := a.Item
				if name[0] == 'o' {
					name = "scelta"
				}
				if a.Confidence > 0 && !a.CannotJudge && (a.Criteria == nil || a.Criteria[0] > 0) {
					naive[fmt.Sprint("K/", name, "=", a.Confidence)]++
				}
				switch {
				case a.Argues != "":
					naive["R/"+name+"/"+string(a.Argues)+"="+a.Reason]++
					people[name+" "+string(a.Argues)]++
				case a.Reason != "":
					naive["R/"+name+placeOf(a)+"="+a.Reason]++
					if placeOf(a) != "/unsaid" {
						naive["together R/"+name+"/unsaid="+a.Reason]++
					}
				}
				switch a.Item[0] {
				case 's':
					if !a.CannotJudge {
						naive[fmt.Sprint("A/", a.Item, "=", a.Value)]++
						people[a.Item]++
					}
				case 'c':
					for i, v := range a.Criteria {
						if v > 0 {
							naive[fmt.Sprint("A/c1/", "xy"[i:i+1], "=", v)]++
							people["c1/"+"xy"[i:i+1]]++
						}
					}
				case 'o':
					naive["A/scelta="+a.Item]++
					people["scelta"]++
				case 't':
					people[a.Item]++
				case 'v':
					chosen[a.Item] = true
				}
			}
			for _, id := range []string{"v1", "v2", "v3"} {
				if len(chosen) > 0 {
					naive["S/"+id+map[bool]string{true: "=yes", false: "=no"}[chosen[id]]]++
					people[id]++
				}
			}
		}
		told := map[string]bool{}
		for _, c := range got.Counts.Items {
			if c.Valid != people[c.Item] {
				r.Errorf("%s: %d valid, recount %d", c.Item, c.Valid, people[c.Item])
			}
			if c.Places != nil {
				told[c.Item] = true
			}
			name := strings.TrimSuffix(c.Item, "/x") // the deciding criterion
			// Of too few answers no reason is told, and no side of one.
			shown := slices.ContainsFunc(got.Tables, func(t table.Table) bool { return strings.HasPrefix(t.ID, "R/"+name+"/") })
			if !shown && c.Said != nil {
				r.Errorf("%s: sides %v of reasons that are not told", c.Item, c.Said)
			}
			for i, side := range []delphi.Side{delphi.Against, delphi.For, delphi.Neither} {
				if want := people[name+" "+string(side)]; shown && (c.Said != nil && c.Said[i] != want || c.Said == nil && want > 0) {
					r.Errorf("%s: %v said a side, recount %d %s", c.Item, c.Said, want, side)
				}
			}
		}
		for _, table := range got.Tables {
			if table.ID[0] == 'G' || table.ID[0] == 'A' && len(table.Values) == 3 {
				continue // parts of what is compared here
			}
			for i, v := range table.Values {
				want := naive[table.ID+"="+v]
				if item, plain := strings.CutPrefix(strings.TrimSuffix(table.ID, "/unsaid"), "R/"); plain && !told[item] && !told[item+"/x"] {
					want += naive["together "+table.ID+"="+v]
				}
				if table.Counts[i] != want {
					r.Errorf("%s=%s: %d, recount %d", table.ID, v, table.Counts[i], want)
				}
			}
		}
	})
}

// A ballot that does not fit is refused whole: nothing of it is counted, and the
// words of the error hold no value.
func TestTallyRefuses(t *testing.T) {
	p := every(t)
	for name, b := range map[string]delphi.Ballot{
		"group":                {Group: "c"},
		"item":                 {Group: "a", Answers: []delphi.Answer{{Item: "s9", Value: 1}}},
		"twice":                {Group: "a", Answers: []delphi.Answer{{Item: "s1", Value: 1}, {Item: "s1", Value: 2}}},
		"off the scale":        {Group: "a", Answers: []delphi.Answer{{Item: "s2", Value: 1}, {Item: "s1", Value: 6}}},
		"zero":                 {Group: "a", Answers: []delphi.Answer{{Item: "s1"}}},
		"criteria":             {Group: "a", Answers: []delphi.Answer{{Item: "c1", Criteria: []int{1}}}},
		"criterion":            {Group: "a", Answers: []delphi.Answer{{Item: "c1", Criteria: []int{1, 6}}}},
		"two choices":          {Group: "a", Answers: []delphi.Answer{{Item: "o1", Value: 1}, {Item: "o2", Value: 1}}},
		"three selections":     {Group: "a", Answers: []delphi.Answer{{Item: "v1", Value: 1}, {Item: "v2", Value: 1}, {Item: "v3", Value: 1}}},
		"a selection":          {Group: "a", Answers: []delphi.Answer{{Item: "v1", Value: 2}}},
		"confidence":           {Group: "a", Answers: []delphi.Answer{{Item: "s1", Value: 1, Confidence: 5}}},
		"no confidence":        {Group: "a", Answers: []delphi.Answer{{Item: "s1", Value: 1, Confidence: -1}}},
		"words":                {Group: "a", Answers: []delphi.Answer{{Item: "s1", Value: 1, Reason: "because"}}},
		"a side and no reason": {Group: "a", Answers: []delphi.Answer{{Item: "s1", Value: 1, Argues: delphi.For}}},
		"a side of verdicts":   {Group: "a", Answers: []delphi.Answer{{Item: "s1", Value: 1, Reason: digest("x"), Argues: delphi.Between}}},
		"a large digest":       {Group: "a", Answers: []delphi.Answer{{Item: "s1", Value: 1, Reason: strings.ToUpper(digest("x"))}}},
		"a long digest":        {Group: "a", Answers: []delphi.Answer{{Item: "t1", Reason: digest("x") + "00"}}},
		"must be judged":       {Group: "a", Answers: []delphi.Answer{{Item: "v1", CannotJudge: true}}},
	} {
		tally, err := table.NewTally(p, 1, everyItem)
		if err != nil {
			t.Fatal(err)
		}
		empty := closing(t, p, tally)
		if err := tally.Add(b); err == nil {
			t.Errorf("%s: counted", name)
		}
		if diff := cmp.Diff(empty, closing(t, p, tally)); diff != "" {
			t.Errorf("%s: counted in part: %s", name, diff)
		}
	}
}

// One more ballot costs no allocation.
func TestTallyAllocatesNothing(t *testing.T) {
	tally, ballot := twenty(t)
	if n := testing.AllocsPerRun(100, func() {
		if err := tally.Add(ballot); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for a ballot", n)
	}
}

func BenchmarkTallyAdd(b *testing.B) {
	tally, ballot := twenty(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := tally.Add(ballot); err != nil {
			b.Fatal(err)
		}
	}
}

// twenty is a tally of twenty scale items and a full ballot for it.
func twenty(t testing.TB) (*table.Tally, delphi.Ballot) {
	p := classical(t, 2)
	ballot := delphi.Ballot{Panelist: "p", Group: "cittadini"}
	var items []delphi.Item
	for i := range 20 {
		id := fmt.Sprint("i", i)
		items = append(items, delphi.Item{ID: id, Kind: "scala"})
		ballot.Answers = append(ballot.Answers, delphi.Answer{Item: id, Value: 1 + i%9})
	}
	tally, err := table.NewTally(p, 2, items)
	if err != nil {
		t.Fatal(err)
	}
	return tally, ballot
}

// Measures, verdicts, sensitivity, attrition and conformity of 100,000 people and
// twenty items over two rounds cost the size of their tables.
func BenchmarkMeasureAndJudge(b *testing.B) {
	p := classical(b, 2)
	const n = 100_000
	first, second := make([]int, n), make([]int, n)
	for i := range n {
		first[i] = 1 + i*7%9
		second[i] = min(9, max(1, first[i]+i%3-1))
	}
	closings := held(b, p, oneGroup, first, second)
	if got := letters(closings[1]); got != "ADTMB" {
		b.Fatalf("tables %s: not what is to be measured", got)
	}
	for b.Loop() {
		for range 20 {
			verdict.Measure(p, item, closings)
			verdict.Judge(p, item, closings, 0)
			verdict.Sensitive(p, item, closings)
			verdict.Attrition(p, item, closings)
			verdict.Conformity(p, item, closings)
		}
	}
}

func TestTallyHistogram(t *testing.T) {
	tally, ballot := twenty(t)
	if err := tally.Add(ballot); err != nil {
		t.Fatal(err)
	}
	if got := tally.Histogram("i3"); !slices.Equal(got, []int{0, 0, 0, 1, 0, 0, 0, 0, 0}) || tally.Answered() != 1 {
		t.Errorf("%v", got)
	}
	if tally.Histogram("none") != nil {
		t.Error("a histogram of nothing")
	}
}
