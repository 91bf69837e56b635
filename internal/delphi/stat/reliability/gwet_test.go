package reliability_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
)

// rated counts units from lines of ratings over the categories 1..k, "-" for a
// rater who did not rate the unit.
func rated(k int, lines ...string) [][]int {
	units := make([][]int, len(lines))
	for u, line := range lines {
		units[u] = make([]int, k)
		for _, r := range strings.Fields(line) {
			if r != "-" {
				units[u][r[0]-'1']++
			}
		}
	}
	return units
}

// Gwet's own data, with the figures that his software prints for them, to three
// decimals: four raters and twelve units (Handbook 2014, p. 120), five observers
// (p. 125; one of five categories is used by nobody and left out there), four raters
// by gender, Ben and Gerry. irrCAC takes the categories that were used.
func TestGwetPublished(t *testing.T) {
	four := rated(5, "1 1 - 1", "2 2 3 2", "3 3 3 3", "3 3 3 3", "2 2 2 2", "1 2 3 4", "4 4 4 4", "1 1 2 1", "2 2 2 2", "- 5 5 5", "- - 1 1", "- - 3 -")
	five := rated(4, "2 2 3 - 3", "2 2 1 2 -", "3 4 4 4 -", "- 1 1 - 1", "1 1 1 - 1", "1 1 1 - 1", "2 1 3 - 2", "2 - 3 1 -", "3 3 3 - 3", "3 2 2 2 -", "- 2 1 1 -", "1 1 1 1 -", "2 3 3 3 -", "4 4 3 3 4", "2 2 2 - 2")
	gender := rated(3, "1 1 1 3", "1 1 2 3", "1 1 2 3", "1 1 3 3", "1 2 1 1", "2 1 1 1", "2 2 2 2", "2 3 2 2", "3 3 3 3", "1 1 1 3", "1 1 2 3", "1 1 2 3", "1 1 3 3", "1 2 1 1", "2 1 1 1")
	ben := rated(5, "1 2", "1 1", "2 2", "2 2", "4 2", "3 3", "3 3", "3 3", "5 5", "4 -", "4 4", "1 4")
	for _, c := range []struct {
		name              string
		units             [][]int
		weight            reliability.Weight
		ac, se, low, high float64
	}{
		{"four", four, reliability.Unweighted, .775, .143, .461, 1},
		{"four, linear", four, reliability.Linear, .859, .117, .600, 1},
		{"four, quadratic", four, reliability.Quadratic, .914, .104, .685, 1},
		{"five", five, reliability.Unweighted, .497, .122, .235, .758},
		{"gender", gender, reliability.Unweighted, .208, .091, .014, .403},
		{"Ben and Gerry", ben, reliability.Unweighted, .661, .184, .257, 1},
	} {
		got := reliability.Gwet(c.units, c.weight)
		for i, v := range []stat.Value{got.Value, got.SE, got.Low, got.High} {
			want := []float64{c.ac, c.se, c.low, c.high}[i]
			if fmt.Sprintf("%.3f", v.Or(math.NaN())) != fmt.Sprintf("%.3f", want) {
				t.Errorf("%s: figure %d is %v, want %.3f", c.name, i, v, want)
			}
		}
	}
	// Two raters, 125 people: κ is −.023 and AC1 .941 (Gwet, Statistical Methods for
	// Inter-Rater Reliability Assessment 2002;1, table 2).
	var paradox [][]int
	for cell, n := range map[[2]int]int{{2, 0}: 118, {1, 1}: 7} {
		for range n {
			paradox = append(paradox, []int{cell[0], cell[1]})
		}
	}
	if ac := reliability.Gwet(paradox, reliability.Unweighted).Value.Or(0); math.Abs(ac-.9408) > .00005 {
		t.Errorf("the paradox: %v", ac)
	}
}

func TestGwetUndefined(t *testing.T) {
	for name, units := range map[string][][]int{
		"no units": nil, "nobody": {{0, 0}}, "one rating each": {{1, 0}, {0, 1}},
		"one category": {{2}}, "ragged": {{1, 1}, {1, 1, 1}}, "negative": {{-1, 2}},
	} {
		if got := reliability.Gwet(units, reliability.Linear); got != (reliability.Corrected{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if one := reliability.Gwet([][]int{{2, 1}}, reliability.Unweighted); !one.Value.Defined() || one.SE.Defined() {
		t.Errorf("a single unit: %+v", one)
	}
	if all := reliability.Gwet([][]int{{3, 0}, {3, 0}}, reliability.Quadratic); all.Value != stat.Of(1) || all.SE != stat.Of(0) {
		t.Errorf("one category throughout: %+v", all)
	}
}

// naiveAC counts agreement pair of raters by pair of raters, units weighing what
// they are told.
func naiveAC(units [][]int, k int, v reliability.Weight, weigh []float64) float64 {
	far := v(0, k-1)
	var seen, pairs, all float64
	share := make([]float64, k)
	for u, ratings := range units {
		agreed, of := 0.0, 0.0
		for a, x := range ratings {
			share[x] += weigh[u] / float64(len(ratings))
			for b, y := range ratings {
				if a != b {
					agreed += 1 - v(x, y)/far
					of++
				}
			}
		}
		if len(ratings) > 0 {
			all += weigh[u]
		}
		if of > 0 {
			seen += weigh[u] * agreed / of
			pairs += weigh[u]
		}
	}
	sum, spread := 0.0, 0.0
	for i := range k {
		p := share[i] / all
		spread += p * (1 - p)
		for j := range k {
			sum += 1 - v(i, j)/far
		}
	}
	chance := sum * spread / float64(k*(k-1))
	return (seen/pairs - chance) / (1 - chance)
}

// The coefficient is recounted from raters, its variance from how far it moves when
// one unit weighs a little more.
func TestGwetRecounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 7).Draw(t, "k")
		full := rapid.Bool().Draw(t, "every unit has two ratings")
		v := rapid.SampledFrom([]reliability.Weight{reliability.Unweighted, reliability.Linear, reliability.Quadratic}).Draw(t, "weight")
		least := 0
		if full {
			least = 2
		}
		units := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, k-1), least, 6), 2, 8).Draw(t, "units")
		weigh := make([]float64, len(units))
		counted, pairable := make([][]int, len(units)), false
		for u, ratings := range units {
			weigh[u], counted[u] = 1, make([]int, k)
			for _, r := range ratings {
				counted[u][r]++
			}
			pairable = pairable || len(ratings) > 1
		}
		got := reliability.Gwet(counted, v)
		if !pairable {
			if got.Value.Defined() {
				t.Fatalf("AC is %v, and nobody pairs", got.Value)
			}
			return
		}
		want := naiveAC(units, k, v, weigh)
		ac, ok := got.Value.Float()
		if ok == math.IsNaN(want) || ok && !(math.Abs(ac-want) <= 1e-9*max(1, math.Abs(want))) {
			t.Fatalf("AC is %v, want %v", got.Value, want)
		}
		if !full {
			return
		}
		n, squares := float64(len(units)), 0.0
		for u := range units {
			const h = 1e-5
			weigh[u] = 1 + h
			up := naiveAC(units, k, v, weigh)
			weigh[u] = 1 - h
			down := naiveAC(units, k, v, weigh)
			weigh[u] = 1
			d := n * (up - down) / (2 * h)
			squares += d * d
		}
		want = math.Sqrt(squares / (n * (n - 1)))
		if se := got.SE.Or(math.NaN()); !(math.Abs(se-want) < 1e-6*max(1, want)) {
			t.Fatalf("SE: got %v, want %v", se, want)
		}
	})
}
