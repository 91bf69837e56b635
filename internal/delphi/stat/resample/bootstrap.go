package resample

import (
	"slices"

	"delfi/internal/delphi/stat"
)

// Resamples is how many samples a bootstrap interval is made of.
const Resamples = 10_000

// Resampler names how the samples come about, for whoever repeats them: the numbers
// of xoshiro256++, whose state is the seed as four big-endian 64-bit numbers; a
// sample of n people from counts over m cells that are not empty draws each person
// by Lemire's method from the halves of a word while n ≤ 32m, else cell by cell in
// their order, each binomial given those before it (inversion from 0 below 10
// expected, else BTRS), the last cell taking the rest.
const Resampler = "xoshiro256++/multinomial/2"

// Limits are a percentile bootstrap interval of 95 %.
type Limits struct {
	Low, High stat.Value
	Draws     int // samples in which the figure is defined; 0 where there was nothing to draw
}

// Bootstrap gives the percentile intervals of figures of counts, whatever these are
// counts of (points of a scale, cells of a table, distinct rankings): it draws
// Resamples times as many people as there are, with replacement, and compute writes
// the figures of each sample into out. The ends are the 250th and the 9,751st of
// 10,000 figures in order, (B+1)·α/2 from either side. A sample in which a figure is
// not defined is left out; where more than 5 % are, without people, and where all are
// in one cell, the interval is Undefined: every sample of people who answer alike is
// the same, and says nothing of how far another panel would lie. A sample costs the number of cells, not of people. Sources: Efron &
// Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13; Davison & Hinkley,
// Bootstrap Methods, §5.3.
func Bootstrap(counts []int, seed [32]byte, figures int, compute func(drawn []int, out []stat.Value)) []Limits {
	intervals := make([]Limits, figures)
	r := newResampler(counts, seed)
	if r == nil {
		return intervals
	}
	values := make([][]float64, figures)
	for f := range values {
		values[f] = make([]float64, 0, Resamples)
	}
	out := make([]stat.Value, figures)
	for range Resamples {
		compute(r.sample(), out)
		for f, v := range out {
			if x, ok := v.Float(); ok {
				values[f] = append(values[f], x)
			}
		}
	}
	for f, v := range values {
		intervals[f] = percentile(v)
	}
	return intervals
}

// percentile reads an interval off the figures of the samples, which it sorts.
func percentile(values []float64) Limits {
	b := len(values)
	if 20*b < 19*Resamples {
		return Limits{Draws: b}
	}
	slices.Sort(values)
	k := (b + 1) * 25 / 1000
	return Limits{Low: stat.Of(values[k-1]), High: stat.Of(values[b-k]), Draws: b}
}

// resampler draws samples from counts.
type resampler struct {
	stream *xoshiro
	cells  []int // places of the counts that are not 0
	counts []int // of those cells
	n      int
	person []int32 // cell of each person, where people are drawn one by one
	drawn  []int
}

// newResampler is nil where there is nobody to draw, or all are in one cell.
func newResampler(counts []int, seed [32]byte) *resampler {
	n, ok := stat.Total(counts)
	if !ok {
		return nil
	}
	r := &resampler{stream: newXoshiro(seed), n: n, drawn: make([]int, len(counts))}
	for i, c := range counts {
		if c > 0 {
			r.cells, r.counts = append(r.cells, i), append(r.counts, c)
		}
	}
	if len(r.cells) < 2 {
		return nil
	}
	if n <= 32*len(r.cells) {
		for i, c := range r.counts {
			for range c {
				r.person = append(r.person, int32(r.cells[i]))
			}
		}
	}
	return r
}

// sample draws n people; the slice is used again.
func (r *resampler) sample() []int {
	clear(r.drawn)
	if r.person != nil {
		r.stream.draw(uint32(r.n), r.person, r.drawn)
		return r.drawn
	}
	left, people := r.n, r.n // people of the sample and of the counts from here on
	for i, c := range r.counts {
		if left == 0 {
			break
		}
		x := left
		if c < people {
			x = r.stream.binomial(left, float64(c)/float64(people))
		}
		r.drawn[r.cells[i]] = x
		left -= x
		people -= c
	}
	return r.drawn
}

// BootstrapW gives the interval of Kendall's W, by drawing raters: scores[d] is a
// ranking that counts[d] of them gave, smallest best. Undefined where W is, where a
// ranking is incomplete, and without two raters.
func BootstrapW(scores [][]float64, counts []int, seed [32]byte) Limits {
	if len(scores) != len(counts) || stat.N(counts) < 2 {
		return Limits{}
	}
	ranks, ties := make([][]float64, len(scores)), make([]float64, len(scores))
	for d, row := range scores {
		var ok bool
		if ranks[d], ties[d], ok = stat.Ranked(row); !ok || len(row) != len(scores[0]) {
			return Limits{}
		}
	}
	sums := make([]float64, len(scores[0]))
	return Bootstrap(counts, seed, 1, func(drawn []int, out []stat.Value) {
		clear(sums)
		m, tied := 0, 0.0
		for d, times := range drawn {
			if times == 0 {
				continue
			}
			m += times
			tied += float64(times) * ties[d]
			for i, r := range ranks[d] {
				sums[i] += float64(times) * r
			}
		}
		out[0] = concord(sums, m, tied)
	})[0]
}

// concord is W alone.
func concord(sums []float64, raters int, ties float64) stat.Value {
	n, m := float64(len(sums)), float64(raters)
	corrected := m*m*(n*n*n-n) - m*ties
	if raters < 1 || len(sums) < 2 || !(corrected > 0) {
		return stat.Undefined
	}
	mean, s := m*(n+1)/2, 0.0
	for _, r := range sums {
		s += (r - mean) * (r - mean)
	}
	return stat.Of(12 * s / corrected)
}
