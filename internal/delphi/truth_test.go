package delphi_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// drawMovers is a panel of 20 to 200 people of whom some move, near or far, one way
// or both, and some leave, come or cannot judge.
func drawMovers(t *rapid.T, rounds int) [][]int {
	n := rapid.IntRange(20, 200).Draw(t, "people")
	points := 9
	moving := rapid.SampledFrom([]int{0, 2, 5, 10, 30, 60}).Draw(t, "percent who move")
	far := rapid.SampledFrom([]int{1, 2, 8}).Draw(t, "how far")
	up := rapid.SampledFrom([]int{0, 10, 50, 100}).Draw(t, "percent of moves up")
	away := rapid.SampledFrom([]int{0, 0, 1, 3, 20}).Draw(t, "percent away")
	seed := rapid.Uint64().Draw(t, "seed")
	next := func(below int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int((seed >> 33) % uint64(below))
	}
	out := make([][]int, rounds)
	for r := range out {
		out[r] = make([]int, n)
		for i := range n {
			v := 1 + next(points)
			if r > 0 && out[r-1][i] > 0 {
				if v = out[r-1][i]; next(100) < moving {
					by := 1 + next(far)
					if next(100) >= up {
						by = -by
					}
					v = min(points, max(1, v+by))
				}
			}
			if next(100) < away {
				v = []int{absent, noJudge, noAnswer}[next(3)]
			}
			out[r][i] = v
		}
	}
	return out
}

// paired gives the answers of those who answered both rounds.
func paired(first, second []int) (before, after []int) {
	for i := range first {
		if first[i] > 0 && second[i] > 0 {
			before, after = append(before, first[i]), append(after, second[i])
		}
	}
	return before, after
}

// Every figure about stability that is published is the one that the raw answers
// give, or a bound that says so and holds; and so is what a verdict is based on.
func TestPublishedStabilityIsTrue(t *testing.T) {
	for _, points := range []string{"", `, "points": 5, "classes": [[1,2],[3,3],[4,5]]`} {
		window := []string{`"from": 7, "to": 9`, `"from": 7, "to": 9`}
		if points != "" {
			window[1] = `"from": 4, "to": 5`
		}
		p := classical(t, 3, `"kind": "scale"`, `"kind": "scale"`+points, window[0], window[1],
			`"item_kinds"`, `"stability": {"tests": ["scheibe", "unchanged", "wilcoxon"]}, "item_kinds"`)
		seen := map[string]int{}
		t.Run("points"+points, rapid.MakeCheck(func(r *rapid.T) {
			rounds := drawMovers(r, 3)
			if points != "" {
				for _, values := range rounds {
					for i, v := range values {
						if v > 0 {
							values[i] = (v + 1) / 2
						}
					}
				}
			}
			closings := held(t, p, oneGroup, rounds...)
			for n := 1; n < 3; n++ {
				checkTruth(r, p, closings[:n+1], rounds[n-1], rounds[n], seen)
			}
		}))
		for _, what := range []string{"unchanged", "unchanged at least", "wilcoxon_p", "sign_p", "kappa_linear", "few", "moved", "left out"} {
			if seen[what] == 0 {
				t.Errorf("no panel ever had %s: the test shows nothing about it (%v)", what, seen)
			}
		}
	}
}

func checkTruth(t *rapid.T, p protocol.Protocol, closings []table.Closing, first, second []int, seen map[string]int) {
	before, after := paired(first, second)
	shifts := stat.Differences(before, after)
	same, near := 0, 0
	for i := range before {
		d := after[i] - before[i]
		if d == 0 {
			same++
		}
		if d >= -1 && d <= 1 {
			near++
		}
	}
	f := verdict.Measure(p, item, closings)
	counts := closings[len(closings)-1].Counts.Items[0]
	seen[string(counts.Shift)]++
	if table.LeftOut(p, counts) > 0 {
		seen["left out"]++
	}
	is := func(what string, published, truth stat.Value, least bool) {
		x, ok := published.Float()
		if !ok {
			return
		}
		seen[what]++
		y, _ := truth.Float()
		switch {
		case least && x > y+1e-12:
			t.Fatalf("%s is told to be at least %v, and is %v (%+v)", what, x, y, counts)
		case !least && math.Abs(x-y) > 1e-9:
			t.Fatalf("%s is told to be %v, and is %v (%+v)", what, x, y, counts)
		}
		if least {
			seen[what+" at least"]++
		}
	}
	is("unchanged", f.Unchanged, stat.Share(same, len(before)), f.Bound.Unchanged)
	is("within", f.Within, stat.Share(near, len(before)), f.Bound.Within)
	histogram := func(values []int) []int {
		h := make([]int, 9)
		for _, v := range values {
			if v > 0 {
				h[v-1]++
			}
		}
		return h
	}
	x, y := histogram(first), histogram(second)
	if k, _ := p.Kind("scala"); stat.N(x) >= 20 && stat.N(y) >= 20 {
		is("scheibe", f.Scheibe, stat.Scheibe(x[:k.Points], y[:k.Points]), false)
	}
	signed := stat.SignedRank(shifts, stat.Drop)
	sign := stat.Sign(shifts)
	more := map[string]stat.Value{}
	for _, m := range f.More {
		more[m.Name] = m.Value
	}
	is("wilcoxon_p", more["wilcoxon_p"], signed.GateP, false)
	is("wilcoxon_gate_r", more["wilcoxon_gate_r"], signed.GateR, false)
	is("sign_p", more["sign_p"], sign.P, false)
	k, _ := p.Kind("scala")
	square := make([][]int, len(k.Classes))
	class := func(v int) int { return slices.IndexFunc(k.Classes, func(c [2]int) bool { return v <= c[1] }) }
	for i := range square {
		square[i] = make([]int, len(k.Classes))
	}
	for i := range before {
		square[class(before[i])][class(after[i])]++
	}
	is("kappa_linear", more["kappa_linear"], reliability.Kappa(square, reliability.Linear).Kappa, false)
	is("spearman", more["spearman"], stat.Spearman(square).R, false)
	is("bowker_p", more["bowker_p"], stat.Bowker(square).P, false)

	// The grounds of the verdict are the same figures.
	v, _ := verdict.Judge(p, item, closings, 0)
	for code, published := range map[string]stat.Value{"unchanged": f.Unchanged, "within": f.Within} {
		g, ok := ground(v.Grounds, code)
		if ok && math.Abs(g.Value.Or(0)-1000*published.Or(0)) > 1e-9 {
			t.Fatalf("the verdict reads %s as %v, the figures as %v", code, g.Value, published)
		}
	}
	if g, ok := ground(v.Grounds, "wilcoxon"); ok {
		is("the verdict's wilcoxon", g.Value, times1000(signed.GateP), false)
	}
	if g, ok := ground(v.Grounds, "sign"); ok {
		is("the verdict's sign test", g.Value, times1000(sign.P), false)
		if want := times1000(stat.Share(max(sign.Up-sign.Down, sign.Down-sign.Up), len(before))).String(); g.Detail != want {
			t.Fatalf("the sign test's effect is told to be %s, and is %s", g.Detail, want)
		}
	}
	// Who moved is never told to have been others, and others never to have moved.
	stayed := len(before) == len(after) && counts.LeftBefore == 0 && counts.LeftAfter == 0
	if v.Cause == verdict.PanelChanged && stayed {
		t.Fatalf("the same people are told to be others: %+v", v)
	}
	if v.Cause == verdict.AnswersMoved && same == len(before) {
		t.Fatalf("nobody moved, and answers are told to have: %+v", v)
	}
}

func times1000(v stat.Value) stat.Value {
	f, ok := v.Float()
	if !ok {
		return stat.Undefined
	}
	return stat.Of(1000 * f)
}

// Leavers are those who ever answered the item and do not now: a naive recount.
func TestLeaversAreCountedSinceTheItemWasFirstAsked(t *testing.T) {
	p := classical(t, 4)
	rapid.Check(t, func(r *rapid.T) {
		rounds := drawMovers(r, 4)
		closings := held(t, p, oneGroup, rounds...)
		for n := range rounds {
			want := 0
			for i := range rounds[n] {
				ever := slices.ContainsFunc(rounds[:n], func(values []int) bool { return values[i] > 0 })
				if ever && rounds[n][i] <= 0 {
					want++
				}
			}
			if got := closings[n].Counts.Items[0].Leavers; got != want {
				r.Fatalf("round %d: %d leavers, counted %d", n+1, want, got)
			}
		}
	})
}
