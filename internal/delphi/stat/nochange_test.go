package stat_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/delphi/stat"
)

// naiveNoChange lets the people of a histogram answer again many times.
func naiveNoChange(r *rand.Rand, before []int, wobble, times int) float64 {
	n, sum := stat.N(before), 0.0
	for range times {
		after := make([]int, len(before))
		for i, c := range before {
			for range c {
				at := i
				if r.IntN(1000) < wobble {
					at += 2*r.IntN(2) - 1
					if at < 0 || at >= len(before) {
						at = i
					}
				}
				after[at]++
			}
		}
		for i := range before {
			sum += math.Abs(float64(after[i]-before[i])) / (2 * float64(n))
		}
	}
	return sum / float64(times)
}

func TestNoChangeIsTheMeanOfPeopleWhoWobble(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, h := range [][]int{
		{0, 0, 0, 1, 3, 4, 6, 4, 2}, {2, 2, 2, 2, 2, 2, 2, 2, 2}, {3, 3, 3}, {0, 1, 2, 4, 4, 5, 4, 2, 1},
		{50, 60, 70, 60, 50, 60, 70, 60, 50}, {10, 10},
	} {
		want := naiveNoChange(r, h, 300, 4000)
		got, ok := stat.NoChange(h, nil, 300).Float()
		if !ok || math.Abs(got-want) > 0.004 {
			t.Errorf("NoChange(%v) = %.4f, people who wobble give %.4f", h, got, want)
		}
	}
}

// docs/METHOD.md §3 bounds the mean: on nine points .153 at 20 people, .075 at 100 and
// .034 at 500. A panel in favour lies just below.
func TestNoChangeFallsWithThePanel(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n, most := range map[int]float64{20: .153, 100: .075, 500: .034} {
		peak := make([]int, 9)
		peak[7] = n
		if bound := stat.NoChange(peak, nil, 300).Or(0); math.Abs(bound-most) > .0005 {
			t.Errorf("at %d people the bound is %.4f, want %.3f", n, bound, most)
		}
		sum, panels := 0.0, 400
		for range panels {
			h := make([]int, 9)
			for range n {
				h[min(8, max(0, int(math.Round(r.NormFloat64()*1.5+7))-1))]++
			}
			sum += stat.NoChange(h, nil, 300).Or(0)
		}
		if got := sum / float64(panels); got > most+.0005 || got < most-.01 {
			t.Errorf("at %d people the mean is %.4f, want at most %.3f", n, got, most)
		}
	}
}

// A lone peak that widens is a change, and no noise: as many people spread evenly
// bound the mean.
func TestNoChangeOfALonePeakIsBounded(t *testing.T) {
	for n, most := range map[int]float64{20: .18, 100: .09, 1000: .03, 100_000: .003} {
		peak := []int{0, 0, 0, 0, 0, 0, 0, n, 0}
		if v, _ := stat.NoChange(peak, nil, 300).Float(); v > most || v <= 0 {
			t.Errorf("%d people at one point: %v, want at most %v", n, v, most)
		}
	}
}

func TestNoChangeIsUndefinedWhereNothingCanWobble(t *testing.T) {
	for name, v := range map[string]stat.Value{
		"nobody":        stat.NoChange([]int{0, 0, 0}, nil, 300),
		"one point":     stat.NoChange([]int{5}, nil, 300),
		"negative":      stat.NoChange([]int{5, -1}, nil, 300),
		"wobble":        stat.NoChange([]int{5, 1}, nil, 1001),
		"widths differ": stat.NoChange([]int{5, 1}, []int{1}, 300),
	} {
		if v.Defined() {
			t.Errorf("%s: %v, want undefined", name, v)
		}
	}
	if v := stat.NoChange([]int{5, 1}, nil, 0); !v.Equal(stat.Of(0)) {
		t.Errorf("nobody wobbles: %v, want 0", v)
	}
}

func TestNoChangeIsAShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := rapid.SliceOfN(rapid.IntRange(0, 60), 2, 11).Draw(t, "h")
		wobble := rapid.IntRange(0, 1000).Draw(t, "wobble")
		v, ok := stat.NoChange(h, nil, wobble).Float()
		if stat.N(h) == 0 {
			if ok {
				t.Fatalf("defined for nobody")
			}
			return
		}
		// Nobody moves further than the share who wobble, however many cells there are.
		if !ok || v < -1e-9 || v > 1+1e-9 {
			t.Fatalf("NoChange(%v, %d) = %v", h, wobble, v)
		}
		wide := make([]int, len(h))
		for i := range wide {
			wide[i] = 3
		}
		if w, _ := stat.NoChange(h, wide, wobble).Float(); w > v+1e-9 && wobble < 500 {
			t.Fatalf("wider spans move more: %v > %v for %v", w, v, h)
		}
	})
}
