package delphi_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
)

// crowd is a drawn panel: who is in which group and said what in each round, how
// sure they were (0 for nothing said), which of a few reasons they gave, and which
// side they said that it argues (0 for none, 1 against, 2 for, 3 neither).
type crowd struct {
	group           []int
	rounds          [][]int
	sure, why, side [][]int
}

func drawCrowd(t *rapid.T, groups, rounds int) crowd {
	n := rapid.OneOf(rapid.IntRange(0, 45), rapid.IntRange(95, 140)).Draw(t, "people")
	points := rapid.SampledFrom([]int{2, 9, 9}).Draw(t, "points used") // narrow panels make empty cells
	leave := rapid.SampledFrom([]int{0, 1, 5, 20}).Draw(t, "percent who miss a round")
	stay := rapid.SampledFrom([]int{0, 50, 95}).Draw(t, "percent who keep their answer")
	seed := rapid.Uint64().Draw(t, "seed")
	mute := rapid.SampledFrom([]int{0, 3, 50, 100}).Draw(t, "percent who give no reason")
	sided := rapid.SampledFrom([]int{0, 3, 60, 100}).Draw(t, "percent whose reason has a side")
	c := crowd{group: make([]int, n), rounds: make([][]int, rounds), sure: make([][]int, rounds), why: make([][]int, rounds), side: make([][]int, rounds)}
	next := func(below int) int { // one draw for all, so that large panels stay quick
		seed = seed*6364136223846793005 + 1442695040888963407
		return int((seed >> 33) % uint64(below))
	}
	for i := range n {
		c.group[i] = next(groups)
		if next(3) > 0 {
			c.group[i] = 0 // one large group, the others small
		}
	}
	for r := range c.rounds {
		c.rounds[r] = make([]int, n)
		for i := range n {
			switch v := 1 + next(points); {
			case next(100) < leave:
				c.rounds[r][i] = []int{absent, noJudge, noAnswer}[next(3)]
			case r > 0 && c.rounds[r-1][i] > 0 && next(100) < stay:
				c.rounds[r][i] = c.rounds[r-1][i]
			default:
				c.rounds[r][i] = v
			}
		}
		c.sure[r], c.why[r], c.side[r] = make([]int, n), make([]int, n), make([]int, n)
		for i := range n {
			c.sure[r][i] = next(5)
			if next(100) >= mute {
				c.why[r][i] = 1 + next(4)
				if next(100) < sided {
					c.side[r][i] = 1 + next(3)
				}
			}
		}
	}
	return c
}

// beside puts confidence and reason next to an answer.
func (c crowd) beside(round int, panelist string, a *delphi.Answer) {
	i, _ := strconv.Atoi(panelist[1:])
	a.Confidence = c.sure[round][i]
	if n := c.why[round][i]; n > 0 {
		a.Reason = digest(fmt.Sprint(n))
		a.Argues = []delphi.Side{"", delphi.Against, delphi.For, delphi.Neither}[c.side[round][i]]
	}
}

// gave tells who gave a reason that argues a side as its author said (−1 for any, 0
// for not said).
func (c crowd) gave(r, side int) func(int) bool {
	return func(i int) bool {
		v := c.rounds[r][i]
		return v != absent && v != noAnswer && c.why[r][i] > 0 && (side < 0 || c.side[r][i] == side)
	}
}

// at tells whose answer lies in a place: 0 low, 1 middle, 2 high, 3 without a value.
func (c crowd) at(r, place int) func(int) bool {
	return func(i int) bool {
		v := c.rounds[r][i]
		return place == 3 && v < 0 || v > 0 && place == (v-1)/3
	}
}

// people counts who satisfies all of the conditions.
func (c crowd) people(conditions ...func(i int) bool) int {
	n := 0
	for i := range c.group {
		if !slices.ContainsFunc(conditions, func(f func(int) bool) bool { return !f(i) }) {
			n++
		}
	}
	return n
}

func (c crowd) valid(r int) func(int) bool { return func(i int) bool { return c.rounds[r][i] > 0 } }
func (c crowd) in(g int) func(int) bool    { return func(i int) bool { return c.group[i] == g } }

// No published table, no sum of tables and no difference of two tells the answer
// of fewer people than the thresholds allow. The people behind every difference
// that has a meaning are counted on the drawn panel itself.
func TestNothingTellsOfTooFew(t *testing.T) {
	ever := map[string]bool{}
	for _, small := range []string{"thirds", "open"} {
		for _, n := range []int{1, 2, 4} {
			p := classical(t, 3, append(groupsBy(n, "invitation"),
				`"item_kinds"`, `"disclosure": {"small": "`+small+`"}, "item_kinds"`)...)
			seen := map[string]int{}
			t.Run(fmt.Sprintf("%s, %d groups", small, n), rapid.MakeCheck(func(r *rapid.T) {
				c := drawCrowd(r, n, 3)
				closings, people := heldWith(t, p, func(i int) int { return c.group[i] }, c.beside, c.rounds...)
				for round := range closings {
					checkRound(r, p, c, closings, round, small)
					checkVoices(r, c, closings[round], round)
					checkDifferences(r, people, round)
					for _, name := range names(closings[round].Tables) {
						seen[name[:1]]++
						ever[name] = true
						ever[name+" beside places"] = ever[name+" beside places"] || slices.Contains(names(closings[round].Tables), "R/i1/low")
					}
				}
			}))
			for _, letter := range []string{"A", "D", "T", "M", "K", "R", "B"} {
				if seen[letter] == 0 {
					t.Errorf("no panel ever had a table %s: the test shows nothing about it", letter)
				}
			}
			if n > 1 && seen["G"] == 0 {
				t.Error("no panel ever had a group's table")
			}
		}
	}
	for _, name := range []string{"R/i1/unsaid", "R/i1/against", "R/i1/for", "R/i1/neither", "R/i1/low", "R/i1/middle", "R/i1/high", "R/i1/unsaid beside places"} {
		if !ever[name] {
			t.Errorf("no panel ever told %s: %v", name, ever)
		}
	}
}

func checkRound(t *rapid.T, p protocol.Protocol, c crowd, closings []table.Closing, round int, small string) {
	now := closings[round]
	counts := now.Counts.Items[0]
	n := c.people(c.valid(round))
	if counts.Valid != n {
		t.Fatalf("%d valid, counted %d", counts.Valid, n)
	}
	a, public := tableOf(now, "A/i1")
	switch {
	case public != (n >= 5):
		t.Fatalf("%d people, table A exists: %v", n, public)
	case !public && strings.Trim(letters(now), "B") != "":
		t.Fatalf("tables of %d people: %v", n, names(now.Tables))
	case public && a.N != n:
		t.Fatalf("table A of %d, %d answered", a.N, n)
	}
	fine := n >= 20 || small == "open" && n >= 7
	if public && (len(a.Counts) == 9) != fine {
		t.Fatalf("%d people shown in %d parts", n, len(a.Counts))
	}
	if n < 20 && strings.Trim(letters(now), "ARB") != "" {
		t.Fatalf("a small panel has %v", names(now.Tables))
	}

	// Groups: each shown one alone, and whatever the shown ones leave over.
	shown := []int{}
	for g, plan := range p.Panel.Groups {
		if own, ok := tableOf(now, "G/i1/"+plan.ID); ok {
			shown = append(shown, g)
			if own.N < 10 || own.N != c.people(c.valid(round), c.in(g)) {
				t.Fatalf("group %d shows %d", g, own.N)
			}
		}
	}
	for mask := range 1 << len(shown) {
		rest := n
		for bit, g := range shown {
			if mask>>bit&1 == 1 {
				rest -= c.people(c.valid(round), c.in(g))
			}
		}
		if len(shown) > 0 && rest > 0 && rest < 10 {
			t.Fatalf("the panel less %d of its groups leaves %d people", mask, rest)
		}
	}

	d, shift := tableOf(now, "D/i1")
	tr, transitions := tableOf(now, "T/i1")
	m, moves := tableOf(now, "M/i1")
	if counts.Shift == "" {
		if shift || transitions || moves {
			t.Fatal("a paired table where nothing may be told of change")
		}
		return
	}
	// Who is in A of either round and not in the paired tables: nobody, or enough.
	pairs := c.people(c.valid(round-1), c.valid(round))
	before := c.people(c.valid(round - 1))
	left := table.LeftOut(p, counts)
	of := pairs - left
	for _, rest := range []int{before - of, n - of} {
		if rest != 0 && rest < 5 {
			t.Fatalf("a paired table of %d against one of %d leaves %d", of, n, rest)
		}
	}
	gone, came := before-pairs, n-pairs
	few := func(n int) bool { return n > 0 && n < 5 }
	if want := map[bool]int{true: 20}[few(gone) || few(came)]; left != want || left > 0 && pairs < 100 {
		t.Fatalf("%d pairs, %d gone, %d came: %d stayers left out", pairs, gone, came, left)
	}
	if shift != (counts.Shift != table.ShiftFew) || shift && d.N != of {
		t.Fatalf("D of %d exists: %v, the form is %q, %d pairs are told of", d.N, shift, counts.Shift, of)
	}
	checkShift(t, d)
	for _, other := range []struct {
		table  table.Table
		exists bool
	}{{tr, transitions}, {m, moves}} {
		if other.exists && (other.table.N != of || pairs < 100) {
			t.Fatalf("%s of %d beside %d of %d pairs", other.table.ID, other.table.N, of, pairs)
		}
	}
	if transitions {
		for i := range 3 {
			row := tr.Counts[3*i] + tr.Counts[3*i+1] + tr.Counts[3*i+2]
			column := tr.Counts[i] + tr.Counts[3+i] + tr.Counts[6+i]
			if few(row) || few(column) {
				t.Fatalf("T has a margin of %d or %d", row, column)
			}
		}
	}
	if moves {
		for i := range 3 {
			if row := m.Counts[3*i] + m.Counts[3*i+1] + m.Counts[3*i+2]; few(row) {
				t.Fatalf("M has a row of %d", row)
			}
		}
	}
}

// checkShift sees that D tells of movers up, movers down, and each of its ends, that
// they are nobody or five.
func checkShift(t *rapid.T, d table.Table) {
	few := func(n int) bool { return n > 0 && n < 5 }
	down, up := 0, 0
	for i, v := range d.Values {
		switch {
		case v == "moved" && d.Counts[i] < 5:
			t.Fatalf("%d people are told to have moved", d.Counts[i])
		case strings.Contains(v, "-"):
			down += d.Counts[i]
		case strings.Contains(v, "+"):
			up += d.Counts[i]
		}
		if end := i == 0 || i == len(d.Values)-1; end && strings.ContainsAny(v, "+-") && d.Counts[i] < 5 {
			t.Fatalf("an end of D holds %v", d.Counts)
		}
	}
	if few(down) || few(up) {
		t.Fatalf("%d moved down and %d up", down, up)
	}
}

// letters are the sorts of a closing's tables, in order.
func letters(c table.Closing) (out string) {
	for _, name := range names(c.Tables) {
		out += name[:1]
	}
	return out
}

// checkVoices sees that confidence is told of twenty people or more, reasons by
// side of five or more, and that A less the sides leaves nobody or five.
func checkVoices(t *rapid.T, c crowd, now table.Closing, round int) {
	n := c.people(c.valid(round))
	few := func(n int) bool { return n > 0 && n < 5 }
	sure := c.people(c.valid(round), func(i int) bool { return c.sure[round][i] > 0 })
	if k, ok := tableOf(now, "K/i1"); ok != (sure >= 20) || ok && k.N != sure {
		t.Fatalf("%d people are confident: %+v", sure, k)
	}
	all, unsaid := c.people(c.gave(round, -1)), c.people(c.gave(round, 0))
	// The side that an author said is told whatever the numbers, and of nobody else.
	for i, name := range []string{"against", "for", "neither"} {
		people := c.people(c.gave(round, i+1))
		if r, ok := tableOf(now, "R/i1/"+name); ok != (n >= 5 && people > 0) || ok && r.N != people {
			t.Fatalf("%d people said %s: %+v", people, name, r)
		}
	}
	argued := all - unsaid
	if n < 5 {
		argued = 0 // no reason is told, and no side of one
	}
	if counts := now.Counts.Items[0]; counts.Reasons != all || sumOf(counts.Said) != argued {
		t.Fatalf("%d reasons, %d unsaid: %+v", all, unsaid, counts)
	}
	// The others are told by place where nobody can be read off it, else together.
	plain, together := tableOf(now, "R/i1/unsaid")
	placed, told := 0, 0
	for place, name := range []string{"low", "middle", "high"} {
		r, ok := tableOf(now, "R/i1/"+name)
		if !ok {
			continue
		}
		told++
		placed += r.N
		if r.N < 5 || r.N != c.people(c.gave(round, 0), c.at(round, place)) {
			t.Fatalf("%d people are told to stand %s", r.N, name)
		}
	}
	apart := c.people(c.gave(round, 0), c.at(round, 3))
	switch {
	case told == 0 && (together != (n >= 5 && unsaid > 0) || together && plain.N != unsaid):
		t.Fatalf("%d people, %d reasons without a side: %v", n, unsaid, names(now.Tables))
	case told == 0:
		return
	case placed+apart != unsaid || together != (apart > 0) || together && plain.N != apart:
		t.Fatalf("%d, %d apart: reasons are told of %d", placed, apart, unsaid)
	}
	cannot := c.people(c.at(round, 3), func(i int) bool { v := c.rounds[round][i]; return v == noJudge })
	if n < 20 || few(n-placed) || few(apart) || few(cannot-apart) {
		t.Fatalf("places are told of %d people, %d of them; %d of %d who cannot judge", n, placed, apart, cannot)
	}
}

func sumOf(list []int) (n int) {
	for _, v := range list {
		n += v
	}
	return n
}

// checkDifferences takes a table from every other one that is known to hold all of
// its people, and counts who is left: nobody, or enough. Two histograms of
// different rounds are left aside: docs/METHOD.md §7 says what comparing them may show,
// and people confirm it.
func checkDifferences(t *rapid.T, people []map[string][]string, round int) {
	now := people[round]
	before := []string{}
	if round > 0 {
		before = people[round-1]["A/i1"]
	}
	less := func(what string, all, some []string, least int) {
		held := make(map[string]bool, len(some))
		for _, w := range some {
			held[w] = true
		}
		rest := 0
		for _, w := range all {
			if !held[w] {
				rest++
			}
		}
		if len(all)-rest != len(held) || len(held) != len(some) {
			t.Fatalf("%s: one does not hold the other, or holds a person twice", what)
		}
		if rest > 0 && rest < least {
			t.Fatalf("%s leaves %d people", what, rest)
		}
	}
	var shown []string // everyone in a shown group: no two groups share a person
	for id, who := range now {
		switch {
		case id[0] == 'G':
			less("the panel without "+id, now["A/i1"], who, 10)
			shown = append(shown, who...)
		case strings.Contains("DTM", id[:1]):
			less("the panel without "+id, now["A/i1"], who, 5)
			less("the panel before without "+id, before, who, 5)
			less("D without "+id, now["D/i1"], who, 5)
		}
	}
	if len(shown) > 0 {
		less("the panel without all groups", now["A/i1"], shown, 10)
	}
	var placed []string // everyone whose place is told
	for _, place := range []string{"low", "middle", "high"} {
		placed = append(placed, now["R/i1/"+place]...)
	}
	if len(placed) > 0 {
		less("the panel without those whose place is told", now["A/i1"], placed, 5)
	}
}
