package stat_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/delphi/stat"
)

// The table of Polit, Beck & Owen 2007 (p. 465), panels of three to nine.
func TestItemCVIPublished(t *testing.T) {
	for _, c := range []struct {
		n, relevant          int
		index, chance, kappa string
	}{
		{3, 3, "1.00", "0.125", "1.00"}, {3, 2, "0.67", "0.375", "0.47"},
		{4, 4, "1.00", "0.062", "1.00"}, {4, 3, "0.75", "0.250", "0.67"},
		{5, 5, "1.00", "0.031", "1.00"}, {5, 4, "0.80", "0.156", "0.76"},
		{6, 6, "1.00", "0.016", "1.00"}, {6, 5, "0.83", "0.094", "0.82"}, {6, 4, "0.67", "0.234", "0.56"},
		{7, 7, "1.00", "0.008", "1.00"}, {7, 6, "0.86", "0.055", "0.85"}, {7, 5, "0.71", "0.164", "0.66"},
		{8, 7, "0.88", "0.031", "0.87"}, {8, 6, "0.75", "0.109", "0.72"},
		{9, 8, "0.89", "0.018", "0.89"}, {9, 7, "0.78", "0.070", "0.76"},
	} {
		v := stat.ItemCVI(c.relevant, c.n)
		got := fmt.Sprintf("%.2f %.3f %.2f", v.Index.Or(-1), v.Chance.Or(-1), v.Kappa.Or(-1))
		// In print chance is cut to .063 for a half in the last place, and some κ* follow
		// from rounded figures: .81, .57, .65, .88.
		if want := c.index + " " + c.chance + " " + c.kappa; got != want {
			t.Errorf("%d of %d: %s, want %s", c.relevant, c.n, got, want)
		}
	}
}

// Five items and five experts, by hand: 4.6/5 and four of five.
func TestScaleCVI(t *testing.T) {
	average, universal := stat.ScaleCVI([]int{5, 5, 5, 3, 5}, []int{5, 5, 5, 5, 5})
	near := func(v stat.Value, want float64) bool {
		return fmt.Sprintf("%.6f", v.Or(-1)) == fmt.Sprintf("%.6f", want)
	}
	if !near(average, 0.92) || !near(universal, 0.8) {
		t.Errorf("%v %v", average, universal)
	}
	for _, n := range [][]int{nil, {0}, {1, 2}} {
		if average, universal := stat.ScaleCVI([]int{1}, n); average.Defined() || universal.Defined() {
			t.Errorf("%v: %v %v", n, average, universal)
		}
	}
}

// The least numbers of Ayre & Scally 2014 (table 1), with their ratios.
func TestCVRPublished(t *testing.T) {
	for _, c := range []struct {
		n, least int
		critical string
	}{
		{5, 5, "1.000"}, {6, 6, "1.000"}, {7, 7, "1.000"}, {8, 7, "0.750"}, {9, 8, "0.778"}, {10, 9, "0.800"},
		{11, 9, "0.636"}, {12, 10, "0.667"}, {13, 10, "0.538"}, {14, 11, "0.571"}, {15, 12, "0.600"}, {16, 12, "0.500"},
		{17, 13, "0.529"}, {18, 13, "0.444"}, {19, 14, "0.474"}, {20, 15, "0.500"}, {25, 18, "0.440"}, {30, 20, "0.333"},
		{35, 23, "0.314"}, {40, 26, "0.300"},
	} {
		e := stat.CVR(c.least, c.n)
		if e.Least != c.least || !e.Holds || fmt.Sprintf("%.3f", e.Critical.Or(-1)) != c.critical || stat.CVR(c.least-1, c.n).Holds {
			t.Errorf("%d experts: %+v, want %d and %s", c.n, e, c.least, c.critical)
		}
	}
	if e := stat.CVR(4, 4); e.Ratio != stat.Of(1) || e.Least != 0 || e.Critical.Defined() || e.Holds {
		t.Errorf("four experts: %+v", e)
	}
	for _, e := range []stat.Essential{stat.CVR(0, 0), stat.CVR(3, 2), stat.CVR(-1, 2)} {
		if e != (stat.Essential{}) {
			t.Errorf("%+v", e)
		}
	}
	if e := stat.CVR(0, 9); e.Ratio != stat.Of(-1) {
		t.Errorf("%+v", e)
	}
}

// The critical number and the chance of an I-CVI are recounted in fractions.
func TestContentRecounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 200).Draw(t, "n")
		x := rapid.IntRange(0, n).Draw(t, "x")
		all := new(big.Int).Lsh(big.NewInt(1), uint(n))
		least, tail := n+1, new(big.Int)
		for c := n; c > 0; c-- {
			tail.Add(tail, new(big.Int).Binomial(int64(n), int64(c)))
			if new(big.Int).Mul(tail, big.NewInt(20)).Cmp(all) > 0 {
				break
			}
			least = c
		}
		if least > n {
			least = 0
		}
		if e := stat.CVR(x, n); e.Least != least || e.Holds != (least > 0 && x >= least) {
			t.Fatalf("%+v, want %d", e, least)
		}
		chance, _ := new(big.Rat).SetFrac(new(big.Int).Binomial(int64(n), int64(x)), all).Float64()
		near(t, "chance", stat.ItemCVI(x, n).Chance, chance)
	})
}
