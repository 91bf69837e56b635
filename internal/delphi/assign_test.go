package delphi_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
)

// digest is what a ballot holds of a reason.
func digest(words string) string {
	sum := sha256.Sum256([]byte(words))
	return hex.EncodeToString(sum[:])
}

// visitor is the part of an assignment that recount needs.
type visitor interface {
	Each(current, previous *delphi.Ballot, visit func(table, value int)) error
}

// recount visits the tables of every ballot: each table at most once for each
// person, and all together exactly what the tables count.
func recount(t testing.TB, a visitor, c table.Closing, current []delphi.Ballot, previous map[string]*delphi.Ballot) (people map[string][]string) {
	t.Helper()
	people = map[string][]string{} // by table
	counts := make([][]int, len(c.Tables))
	for i, table := range c.Tables {
		counts[i] = make([]int, len(table.Counts))
	}
	marks := 0
	last := make([]int, len(c.Tables))
	for n := range current {
		b := &current[n]
		err := a.Each(b, previous[b.Panelist], func(table, value int) {
			if last[table] == n+1 {
				t.Fatalf("%s holds a person twice", c.Tables[table].ID)
			}
			last[table] = n + 1
			people[c.Tables[table].ID] = append(people[c.Tables[table].ID], b.Panelist)
			if c.Tables[table].ID == "B" && value == -1 {
				marks++
				return
			}
			counts[table][value]++
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, table := range c.Tables {
		if diff := cmp.Diff(table.Counts, counts[i]); diff != "" && table.ID != "B" {
			t.Fatalf("%s is not what its leaves say: %s", table.ID, diff)
		}
		if table.ID == "B" && (table.N != marks || i != len(c.Tables)-1) {
			t.Fatalf("%d marks of %d ballots", table.N, marks)
		}
	}
	return people
}

// bounded sees that no table is wider than its closing declares.
func bounded(t testing.TB, p protocol.Protocol, c table.Closing) {
	t.Helper()
	for _, w := range c.Tables {
		n := 0
		for i, v := range w.Values {
			n += len(fmt.Sprintf("%s=%d ", v, w.Counts[i]))
		}
		if most := table.Widest(p, c.Counts, w.ID); n > most {
			t.Fatalf("%s takes %d bytes, its bound is %d", w.ID, n, most)
		}
	}
}

// tabulate closes a round, sees that its tables are those that the rule names, and
// that its leaves add up to them: it also gives the people of each table.
func tabulate(t testing.TB, p protocol.Protocol, round int, items []delphi.Item, enrolled []int, documents []table.Counts, current, previous []delphi.Ballot, older ...[]delphi.Ballot) (table.Closing, map[string][]string) {
	t.Helper()
	c, err := table.Tabulate(p, round, items, enrolled, documents, current, previous, key, older...)
	if err != nil {
		t.Fatal(err)
	}
	want := table.Rule(p, append(documents[:len(documents):len(documents)], c.Counts))
	if diff := cmp.Diff(want, names(c.Tables)); diff != "" {
		t.Fatalf("the tables are not those that the rule names: %s", diff)
	}
	bounded(t, p, c)
	streamed, err := table.NewTabulator(p, round, items, key)
	if err != nil {
		t.Fatal(err)
	}
	old := map[string]*delphi.Ballot{}
	for i := range previous {
		old[previous[i].Panelist] = &previous[i]
	}
	// Of earlier rounds one ballot for each panelist, of the answers that are values.
	past := map[string]*delphi.Ballot{}
	for _, b := range slices.Concat(older...) {
		if past[b.Panelist] == nil {
			past[b.Panelist] = &delphi.Ballot{Panelist: b.Panelist, Group: b.Group}
		}
		for _, a := range b.Answers {
			p := past[b.Panelist]
			known := slices.ContainsFunc(p.Answers, func(o delphi.Answer) bool { return o.Item == a.Item })
			if !a.CannotJudge && !known {
				p.Answers = append(p.Answers, a)
			}
		}
	}
	came := map[string]bool{}
	for i := range current {
		came[current[i].Panelist] = true
		if err := streamed.Add(&current[i], old[current[i].Panelist], past[current[i].Panelist]); err != nil {
			t.Fatal(err)
		}
	}
	for i := range previous {
		if who := previous[i].Panelist; !came[who] {
			came[who] = true
			if err := streamed.Add(nil, &previous[i], past[who]); err != nil {
				t.Fatal(err)
			}
		}
	}
	for who, b := range past {
		if !came[who] {
			if err := streamed.Add(nil, nil, b); err != nil {
				t.Fatal(err)
			}
		}
	}
	again, err := streamed.Close(enrolled)
	if diff := cmp.Diff(c, again); err != nil || diff != "" {
		t.Fatalf("streamed otherwise: %v %s", err, diff)
	}
	a, err := streamed.Assign(c)
	if err != nil {
		t.Fatal(err)
	}
	return c, recount(t, a, c, current, old)
}

// drawn makes the answers of one person to any items; next draws below a number.
func drawn(next func(int) int, p protocol.Protocol, round int, items []delphi.Item) []delphi.Answer {
	var out []delphi.Answer
	chosen, selected, spoke := false, 0, false
	for _, it := range items {
		k, _ := p.Kind(it.Kind)
		a := delphi.Answer{Item: it.ID}
		form := k.Kind
		if form == delphi.RankingForm && p.Round(round).Kind == delphi.Select {
			form = delphi.SelectionForm
		}
		if next(12) == 0 {
			continue
		}
		if k.CannotJudge && next(8) == 0 && !(form == delphi.ChoiceForm && chosen) {
			a.CannotJudge = true
			chosen = chosen || form == delphi.ChoiceForm
		} else {
			switch form {
			case delphi.ScaleForm:
				a.Value = 1 + next(k.Points)
			case delphi.CriteriaForm:
				for range k.Criteria {
					a.Criteria = append(a.Criteria, next(k.Points+1))
				}
			case delphi.EstimateForm, delphi.DateForm:
				if a.Never = k.Never && next(6) == 0; !a.Never {
					a.Low = k.Min + next(k.Max-k.Min+1)
					a.Value = a.Low + next(k.Max-a.Low+1)
					a.High = a.Value + next(k.Max-a.Value+1)
				}
			case delphi.RankingForm:
				a.Value = next(len(items)) // ties happen
			case delphi.ChoiceForm:
				if chosen || next(3) > 0 {
					continue
				}
				chosen, a.Value = true, 1
			case delphi.SelectionForm:
				if selected < k.K {
					a.Value = next(2)
					selected += a.Value
				}
			}
		}
		if form != delphi.RankingForm || !spoke {
			a.Confidence = next(5)
			if next(2) == 0 {
				a.Reason = digest(fmt.Sprint("because ", next(30)))
				a.Argues = []delphi.Side{"", "", "", delphi.Against, delphi.For, delphi.Neither}[next(6)]
			}
			spoke = spoke || form == delphi.RankingForm
		}
		out = append(out, a)
	}
	return out
}

// forms is every form of item in protocols that have them together.
func forms(t testing.TB, small string) map[string]struct {
	p     protocol.Protocol
	first int
	items []delphi.Item
} {
	two := func(variant, rule, rounds, kinds, more string) protocol.Protocol {
		return parse(t, `{"version": 1, "variant": "`+variant+`", "languages": ["it"],
			"panel": {"groups": [{"id": "g0", "name": {"it": "A"}, "access": "invitation"}, {"id": "g1", "name": {"it": "B"}, "access": "invitation"}, {"id": "g2", "name": {"it": "C"}, "access": "invitation"}]},
			"anonymity": {"latest_key_date": "2027-06-30"}, "rounds": [`+rounds+`], "consensus": `+rule+`,
			"disclosure": {"small": "`+small+`"}, "item_kinds": [`+kinds+`]`+more+`}`)
	}
	type drawnForm = struct {
		p     protocol.Protocol
		first int
		items []delphi.Item
	}
	return map[string]drawnForm{
		"scales, criteria, choices, selections": {two("argumentative", `{"rule": "share", "share": {"from": 4, "to": 5}}`,
			`{"kind": "gather", "discussion": true}, {"kind": "answer"}, {"kind": "answer"}`,
			`{"id": "scala", "kind": "scale", "points": 5}, {"id": "criteri", "kind": "criteria", "points": 5, "criteria": ["x", "desirability"]},
			 {"id": "scelta", "kind": "choice"}, {"id": "prove", "kind": "selection", "k": 2}, {"id": "note", "kind": "text"}`, ``), 2,
			[]delphi.Item{{ID: "s1", Kind: "scala"}, {ID: "c1", Kind: "criteri"}, {ID: "o1", Kind: "scelta"}, {ID: "v1", Kind: "prove"},
				{ID: "o2", Kind: "scelta"}, {ID: "v2", Kind: "prove"}, {ID: "v3", Kind: "prove"}, {ID: "t1", Kind: "note"}, {ID: "s2", Kind: "scala", New: true}}},
		"estimates and dates": {two("estimate", `{"rule": "relative-iqr"}`, `{"kind": "answer"}, {"kind": "answer"}`,
			`{"id": "costo", "kind": "estimate", "unit": "euro", "min": 0, "max": 50, "grid": 10, "never": true, "triple": true},
			 {"id": "anno", "kind": "date", "unit": "year", "min": "2027", "max": "2034", "never": true}`, ``), 1,
			[]delphi.Item{{ID: "e1", Kind: "costo"}, {ID: "d1", Kind: "anno"}, {ID: "e2", Kind: "costo"}}},
		"a selection, then rankings": {two("ranking", `{"rule": "w"}`, `{"kind": "gather"}, {"kind": "select"}, {"kind": "answer"}, {"kind": "answer"}`,
			`{"id": "lista", "kind": "ranking", "k": 2}`, `, "items": {"narrow": {"min": 1, "max": 2}}`), 2,
			[]delphi.Item{{ID: "a", Kind: "lista"}, {ID: "b", Kind: "lista"}, {ID: "c", Kind: "lista"}}},
	}
}

// Whatever is asked and whoever answers, the leaves of all ballots add up to the
// published tables: thirds, merged ends, left-out stayers, withheld groups, low
// and high, positions and ties, confidence, and reasons with their sides.
func TestLeavesAddUpToTables(t *testing.T) {
	seen := map[string]bool{}
	for _, small := range []string{"thirds", "open"} {
		for name, f := range forms(t, small) {
			t.Run(name+", "+small, rapid.MakeCheck(func(r *rapid.T) {
				n := rapid.OneOf(rapid.IntRange(0, 45), rapid.IntRange(110, 150)).Draw(r, "people")
				miss := rapid.SampledFrom([]int{0, 1, 20}).Draw(r, "percent who miss a round")
				stay := rapid.SampledFrom([]int{0, 90, 100}).Draw(r, "percent who keep their answers")
				seed := rapid.Uint64().Draw(r, "seed")
				next := func(below int) int {
					seed = seed*6364136223846793005 + 1442695040888963407
					return int((seed >> 33) % uint64(below))
				}
				groups, enrolled := make([]string, n), make([]int, 3)
				for i := range groups {
					g := max(0, next(5)-2) // one large group
					groups[i] = fmt.Sprint("g", g)
					enrolled[g]++
				}
				var documents []table.Counts
				var previous []delphi.Ballot
				kept := make([][]delphi.Answer, n)
				for round := f.first; round <= len(f.p.Rounds); round++ {
					if f.p.Round(round-1).Kind == delphi.Select {
						kept, previous = make([][]delphi.Answer, n), nil // other questions
					}
					var current []delphi.Ballot
					for i := range n {
						if next(100) < miss {
							continue
						}
						if kept[i] == nil || next(100) >= stay {
							kept[i] = drawn(next, f.p, round, f.items)
						}
						current = append(current, delphi.Ballot{Panelist: fmt.Sprint(i), Group: groups[i], Answers: kept[i]})
					}
					c, _ := tabulate(t, f.p, round, f.items, enrolled, documents, current, previous)
					documents, previous = append(documents, c.Counts), current
					for _, shown := range c.Tables {
						seen[shown.ID] = true
						if i := slices.IndexFunc(c.Tables, func(o table.Table) bool { return strings.HasPrefix(o.ID, shown.ID+"/") }); i >= 0 {
							r.Fatalf("the leaves of %s are a file where those of %s need a folder", shown.ID, c.Tables[i].ID)
						}
						if shown.ID[0] == 'D' && len(shown.Values) == 1 {
							seen["a merged D"] = true
						}
						if shown.ID[0] == 'D' && shown.N < documents[len(documents)-1].Answered-60 {
							seen["left out"] = true
						}
					}
				}
			}))
		}
	}
	for _, id := range []string{
		"A/s1", "G/s1/g1", "D/s1", "T/s1", "M/s1", "K/s1", "R/s1/unsaid", "R/s1/against", "R/s1/for", "R/s1/neither", "R/s1/low", "R/s1/middle", "R/s1/high",
		"A/c1/x", "K/c1", "R/c1/for", "R/c1/high", "A/scelta", "G/scelta/g0", "K/scelta", "R/scelta/unsaid", "R/scelta/for", "S/v1", "K/v1", "R/v1/unsaid", "A/e1/low", "A/e1/likely", "A/e1/high", "A/d1", "G/d1/g0", "D/e1", "R/e1/unsaid",
		"P/a", "P/ties", "K/lista", "R/lista/unsaid", "S/a", "B",
	} {
		if !seen[id] {
			t.Errorf("no panel ever had the table %s", id)
		}
	}
}

// Who is left out of the paired tables has no leaf there, and everyone else does.
func TestLeftOutStayersHaveNoLeaf(t *testing.T) {
	p := classical(t, 2)
	first, second := make([]int, 121), make([]int, 121)
	for i := range first {
		first[i], second[i] = 1+i%9, 1+(i+i/40)%9
	}
	second[120] = absent
	held(t, p, oneGroup, first, second) // recounts every table
	before, now := ballots(p, oneGroup, first), ballots(p, oneGroup, second)
	tab, err := table.NewTabulator(p, 3, []delphi.Item{item}, key)
	if err != nil {
		t.Fatal(err)
	}
	for i := range before {
		var b *delphi.Ballot
		if i < len(now) {
			b = &now[i]
		}
		if err := tab.Add(b, &before[i], nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tab.Assign(table.Closing{}); err == nil {
		t.Error("leaves before the round is closed")
	}
	c, err := tab.Close([]int{121})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tab.Close([]int{121}); err == nil {
		t.Error("a round closes twice")
	}
	a, err := tab.Assign(c)
	if err != nil {
		t.Fatal(err)
	}
	without := 0
	for i := range now {
		letters := ""
		if err := a.Each(&now[i], &before[i], func(table, _ int) { letters += c.Tables[table].ID[:1] }); err != nil {
			t.Fatal(err)
		}
		switch letters {
		case "AB":
			without++
		case "ADTMB":
		default:
			t.Errorf("%s has leaves %s", now[i].Panelist, letters)
		}
	}
	if without != 20 {
		t.Errorf("%d stayers have no leaf in D, T and M", without)
	}
	if err := a.Each(nil, &before[120], func(int, int) { t.Error("who stayed away has a leaf") }); err != nil {
		t.Error(err)
	}
}

// A ballot that was not counted has no leaves.
func TestAssignRefuses(t *testing.T) {
	a, current, _ := assigned(t, 20, "because")
	for name, mend := range map[string]func(b *delphi.Ballot){
		"another group":          func(b *delphi.Ballot) { b.Group = "x" },
		"off the scale":          func(b *delphi.Ballot) { b.Answers = []delphi.Answer{{Item: "i1", Value: 10}} },
		"a reason never counted": func(b *delphi.Ballot) { b.Answers = []delphi.Answer{{Item: "i1", Value: 1, Reason: digest("?")}} },
	} {
		b := current[0]
		mend(&b)
		if err := a.Each(&b, nil, func(int, int) {}); err == nil {
			t.Errorf("%s has leaves", name)
		}
	}
}

// A standing round's last release has leaves, one before it has none.
func TestLeavesOfAStandingRound(t *testing.T) {
	p := every(t)
	rapid.Check(t, func(r *rapid.T) {
		tally, err := table.NewTally(p, 1, everyItem)
		if err != nil {
			t.Fatal(err)
		}
		var current []delphi.Ballot
		for i := range rapid.IntRange(0, 70).Draw(r, "people") {
			current = append(current, drawBallot(r, fmt.Sprint(i)))
			if err := tally.Add(current[i]); err != nil {
				t.Fatal(err)
			}
		}
		c := closing(t, p, tally)
		a, err := tally.Assign(c)
		if err != nil {
			t.Fatal(err)
		}
		recount(t, a, c, current, nil)
		interim, err := table.Release(p, tally, []int{1000, 1000}, map[string]int{"s1": 10}, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range interim.Tables {
			if table.ID != "A/s1" {
				t.Errorf("an interim release has %s", table.ID)
			}
		}
		for _, i := range interim.Counts.Items {
			if i.Confident != 0 || i.Reasons != 0 || i.Said != nil || i.Places != nil || i.Placed != 0 {
				t.Errorf("an interim release tells of reasons: %+v", i)
			}
		}
		if _, err := tally.Assign(interim); err == nil {
			t.Error("an interim release has leaves")
		}
	})
}

// Finding a ballot's tables allocates nothing.
func TestAssignAllocatesNothing(t *testing.T) {
	a, current, previous := assigned(t, 200, "because")
	if n := testing.AllocsPerRun(100, func() {
		if err := a.Each(&current[0], &previous[0], func(int, int) {}); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for a ballot", n)
	}
}

// assigned is a round of twenty items with all of A, D, T, M and K, and R with words.
func assigned(t testing.TB, n int, words string) (*table.Assignment, []delphi.Ballot, []delphi.Ballot) {
	p := classical(t, 2)
	var items []delphi.Item
	for i := range 20 {
		items = append(items, delphi.Item{ID: fmt.Sprint("i", i), Kind: "scala"})
	}
	reason := ""
	if words != "" {
		reason = digest(words)
	}
	round := func(step int) (out []delphi.Ballot) {
		for i := range n {
			b := delphi.Ballot{Panelist: fmt.Sprint(i), Group: "cittadini"}
			for j, it := range items {
				b.Answers = append(b.Answers, delphi.Answer{Item: it.ID, Value: 1 + (i*7+j+i%(1+step))%9, Confidence: 1 + i%4, Reason: reason})
			}
			out = append(out, b)
		}
		return out
	}
	previous, current := round(0), round(2)
	tab, err := table.NewTabulator(p, 3, items, key)
	if err != nil {
		t.Fatal(err)
	}
	for i := range current {
		if err := tab.Add(&current[i], &previous[i], nil); err != nil {
			t.Fatal(err)
		}
	}
	c, err := tab.Close([]int{n})
	if err != nil {
		t.Fatal(err)
	}
	a, err := tab.Assign(c)
	if err != nil {
		t.Fatal(err)
	}
	return a, current, previous
}

// All leaves of 10,000 people and twenty items, without reasons and with one for
// every answer: the second pass of a closing.
func BenchmarkAssign(b *testing.B) {
	const n = 10_000
	for name, words := range map[string]string{"values": "", "values and reasons": "because"} {
		a, current, previous := assigned(b, n, words)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for i := range current {
					if err := a.Each(&current[i], &previous[i], func(int, int) {}); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
