package resample_test

import (
	"math"
	"math/rand"
	"slices"
	"testing"

	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
	"delfi/internal/delphi/stat/resample"
)

// figuresOf are the figures of a histogram that a study has intervals of.
func figuresOf(h []int, out []stat.Value) { out[0], out[1] = stat.Median(h, 7), stat.Agreement(h) }

// people spreads a histogram into one answer per person.
func people(h []int) (out []int) {
	for i, c := range h {
		out = append(out, slices.Repeat([]int{i}, c)...)
	}
	return out
}

// naive draws people one by one with another generator.
func naive(h []int, figure func(h []int) stat.Value) (out []float64) {
	r, crowd := rand.New(rand.NewSource(11)), people(h)
	for range resample.Resamples {
		drawn := make([]int, len(h))
		for range crowd {
			drawn[crowd[r.Intn(len(crowd))]]++
		}
		if x, ok := figure(drawn).Float(); ok {
			out = append(out, x)
		}
	}
	slices.Sort(out)
	return out
}

// agrees fails unless an interval's ends cut off 2.5 % of the figures that drawing
// people one by one gives, within four Monte-Carlo errors of both (.0022 each).
// Where figures repeat, an end lies among its equals.
func agrees(t *testing.T, what string, got resample.Limits, figures []float64) {
	t.Helper()
	low, lok := got.Low.Float()
	high, hok := got.High.Float()
	if !lok || !hok || low > high {
		t.Errorf("%s: %+v", what, got)
		return
	}
	const error, width = 0.009, 1e-9
	n := float64(len(figures))
	share := func(below float64) float64 {
		i, _ := slices.BinarySearch(figures, below)
		return float64(i) / n
	}
	if share(low-width) > 0.025+error || share(low+width) < 0.025-error {
		t.Errorf("%s: %.4f to %.4f of the figures lie at or below the low end %g", what, share(low-width), share(low+width), low)
	}
	if share(high-width) > 0.975+error || share(high+width) < 0.975-error {
		t.Errorf("%s: %.4f to %.4f of the figures lie at or below the high end %g", what, share(high-width), share(high+width), high)
	}
}

// Drawing a histogram is drawing people: cell by cell in a crowd, one by one in a
// small panel, the intervals are those of people drawn by another generator.
func TestBootstrapIsDrawingPeople(t *testing.T) {
	for name, h := range map[string][]int{
		"small": {0, 1, 2, 0, 1, 3, 5, 4, 2}, "middle": {2, 0, 5, 11, 9, 20, 31, 18, 6}, "camps": {60, 40, 10, 2, 0, 3, 12, 50, 55}, "crowd": {100, 150, 220, 340, 500, 610, 700, 300, 80},
	} {
		got := resample.Bootstrap(h, resample.Seed([]byte(name), "item", "histogram"), 2, figuresOf)
		agrees(t, name+": median", got[0], naive(h, func(h []int) stat.Value { return stat.Median(h, 7) }))
		agrees(t, name+": A", got[1], naive(h, stat.Agreement))
	}
	table := [][]int{{9, 3, 1, 0, 0}, {4, 12, 6, 1, 0}, {0, 5, 21, 7, 2}, {0, 1, 6, 17, 4}, {1, 0, 2, 3, 8}}
	linear, quadratic := reliability.BootstrapKappa(table, [32]byte{3})
	flat := slices.Concat(table...)
	square := func(h []int) [][]int { return slices.Collect(slices.Chunk(h, 5)) }
	agrees(t, "κ linear", linear, naive(flat, func(h []int) stat.Value { return reliability.Kappa(square(h), reliability.Linear).Kappa }))
	agrees(t, "κ quadratic", quadratic, naive(flat, func(h []int) stat.Value { return reliability.Kappa(square(h), reliability.Quadratic).Kappa }))
	rankings := [][]float64{{1, 2, 3, 4}, {2, 1, 3, 4}, {1, 3, 2, 4}, {4, 3, 2, 1}, {1, 1, 2, 2}}
	given := []int{7, 4, 5, 2, 3}
	w := resample.BootstrapW(rankings, given, [32]byte{4})
	agrees(t, "W", w, naive(given, func(h []int) stat.Value {
		var all [][]float64
		for _, d := range people(h) {
			all = append(all, rankings[d])
		}
		return stat.KendallW(all).W
	}))
	units := [][]int{{8, 1, 0, 0, 0}, {1, 6, 2, 0, 0}, {0, 0, 1, 0, 0}, {0, 2, 5, 2, 0}, {0, 0, 1, 7, 1}, {0, 0, 0, 2, 7}, {1, 2, 3, 2, 1}, {0, 0, 6, 3, 0}}
	alpha := reliability.BootstrapAlpha(units, []float64{1, 2, 3, 4, 5}, [32]byte{5}, reliability.Nominal, reliability.Ordinal, reliability.Interval)
	pairable := append(slices.Clone(units[:2]), units[3:]...) // a unit with one rating is none
	for i, level := range []reliability.Level{reliability.Nominal, reliability.Ordinal, reliability.Interval} {
		agrees(t, "α "+string(level), alpha[i], naive(slices.Repeat([]int{1}, len(pairable)), func(h []int) stat.Value {
			var all [][]int
			for _, u := range people(h) {
				all = append(all, pairable[u])
			}
			return reliability.Krippendorff(all, []float64{1, 2, 3, 4, 5}, level)
		}))
	}
}

// The bootstrap distribution of an odd panel's median is known exactly: it is at
// most the j-th answer when more than half of n draws are (Efron 1979, §3).
func TestBootstrapOfTheMedianIsExact(t *testing.T) {
	h := []int{1, 2, 3, 4, 6, 8, 7, 3, 1} // 35 people
	n := stat.N(h)
	quantile := func(p float64) int {
		below := 0
		for i, c := range h {
			below += c
			// P(at least 18 of 35 draws lie at or below point i+1)
			tail := 0.0
			for k := n/2 + 1; k <= n; k++ {
				tail += math.Exp(logChoose(n, k)) * math.Pow(float64(below)/float64(n), float64(k)) * math.Pow(1-float64(below)/float64(n), float64(n-k))
			}
			if tail >= p {
				return i + 1
			}
		}
		return len(h)
	}
	got := resample.Bootstrap(h, [32]byte{9}, 2, figuresOf)[0]
	if got.Low != stat.Of(float64(quantile(0.025))) || got.High != stat.Of(float64(quantile(0.975))) {
		t.Errorf("%+v, want %d to %d", got, quantile(0.025), quantile(0.975))
	}
}

func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// Of 200 panels drawn from one crowd about 95 % have an interval that holds the
// crowd's figure; a percentile interval of 60 people is known to hold a little less.
func TestBootstrapCovers(t *testing.T) {
	crowd := []int{4, 6, 10, 15, 20, 18, 14, 9, 4}
	want := stat.Points(crowd).Mean().Or(0)
	all, r, held := people(crowd), rand.New(rand.NewSource(5)), 0
	for panel := range 200 {
		h := make([]int, len(crowd))
		for range 60 {
			h[all[r.Intn(len(all))]]++
		}
		got := resample.Bootstrap(h, resample.Seed(nil, "panel", string(rune('a'+panel))), 1, func(h []int, out []stat.Value) { out[0] = stat.Points(h).Mean() })[0]
		if got.Low.Or(99) <= want && want <= got.High.Or(-99) {
			held++
		}
	}
	if held < 180 || held > 198 {
		t.Errorf("%d of 200 intervals hold the crowd's mean", held)
	}
}

// What has no interval, and what draws leave out.
func TestBootstrapUndefined(t *testing.T) {
	// People who all answer alike tell nothing of how far another panel would lie.
	for _, h := range [][]int{nil, {0, 0}, {-1, 3}, {0, 0, 7}, {1}, {0, 1, 0}, {1000, 0}} {
		if got := resample.Bootstrap(h, [32]byte{}, 2, figuresOf); got[0] != (resample.Limits{}) || got[1] != (resample.Limits{}) {
			t.Errorf("%v: %+v", h, got)
		}
	}
	// Two people on two points: half of all samples leave κ undefined.
	if linear, _ := reliability.BootstrapKappa([][]int{{1, 0}, {0, 1}}, [32]byte{}); linear.Low.Defined() || linear.Draws == 0 || linear.Draws > 6000 {
		t.Errorf("%+v", linear)
	}
	if linear, quadratic := reliability.BootstrapKappa([][]int{{1, 2, 3}}, [32]byte{}); linear != (resample.Limits{}) || quadratic != (resample.Limits{}) {
		t.Errorf("%+v %+v", linear, quadratic)
	}
	for _, w := range []resample.Limits{
		resample.BootstrapW(nil, nil, [32]byte{}), resample.BootstrapW([][]float64{{1, 2}}, []int{1}, [32]byte{}),
		resample.BootstrapW([][]float64{{1, math.NaN()}, {1, 2}}, []int{1, 1}, [32]byte{}), resample.BootstrapW([][]float64{{1, 2}, {1, 2, 3}}, []int{1, 1}, [32]byte{}),
		resample.BootstrapW([][]float64{{1, 2, 3}}, []int{9}, [32]byte{}),
	} {
		if w != (resample.Limits{}) {
			t.Errorf("%+v", w)
		}
	}
	for _, units := range [][][]int{nil, {{3, 2}}, {{3, 2}, {1, 0}}, {{3, 2}, {1, 2, 3}}, {{3, -2}, {1, 2}}} {
		if got := reliability.BootstrapAlpha(units, []float64{1, 2}, [32]byte{}, reliability.Ordinal)[0]; got != (resample.Limits{}) {
			t.Errorf("%v: %+v", units, got)
		}
	}
}

// The same seed gives the same interval wherever it is drawn: these figures stand
// as long as the resampler keeps its name.
func TestBootstrapIsRepeatable(t *testing.T) {
	if resample.Resampler != "xoshiro256++/multinomial/2" {
		t.Fatal("another resampler has other figures: pin them")
	}
	for _, c := range []struct {
		h    []int
		want string
	}{
		{[]int{0, 1, 2, 0, 1, 3, 5, 4, 2}, "0.15575396825396826 0.7083333333333333"},
		{[]int{100, 150, 220, 340, 500, 610, 700, 300, 80}, "0.38275000000000003 0.4218333333333333"},
	} {
		got := resample.Bootstrap(c.h, resample.Seed([]byte("delfi"), "item", "histogram"), 2, figuresOf)[1]
		if s := got.Low.String() + " " + got.High.String(); s != c.want {
			t.Errorf("%v: %s, want %s", c.h, s, c.want)
		}
	}
}
