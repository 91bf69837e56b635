package stat

import "slices"

// Concordance is how far m people rank n items alike.
type Concordance struct {
	Items, Raters int
	W             Value   // corrected for ties
	Uncorrected   Value   // without tie correction, shown beside it
	Chi2          Value   // m(n−1)W
	DF            int     // n−1
	P             Value   // upper tail of χ² with DF
	Exact         Value   // permutation p, where nobody tied and m, n are small; see KendallExact
	MeanRanks     []Value // by item
}

// Strength is how strongly m people agree by their W.
type Strength uint8

// The strengths, from below.
const (
	VeryWeak Strength = iota // very weak, if any
	Weak                     // from .3
	Moderate                 // from .5
	Strong                   // from .7; unusually strong from .9 is not told apart
)

// StrengthOf reads Kendall's W as a strength of agreement. Source: Schmidt, Managing Delphi
// surveys using nonparametric statistical techniques, Decision Sciences 1997;28:763–774,
// table of the interpretation of W.
func StrengthOf(w float64) Strength {
	switch {
	case w >= 0.7:
		return Strong
	case w >= 0.5:
		return Moderate
	case w >= 0.3:
		return Weak
	}
	return VeryWeak
}

// KendallW is Kendall's coefficient of concordance of ranks[rater][item], or of
// any scores, which are ranked first (rank 1 = smallest, ties averaged). A rater
// with a NaN is incomplete and is dropped, never the item: dropping items would
// change the question. See KendallSums for definition and undefined cases.
func KendallW(ranks [][]float64) Concordance {
	sums, m, ties := RankSums(ranks)
	return KendallSums(sums, m, ties)
}

// RankSums gives what KendallSums reads: the rank sum of each item over the
// complete raters, how many those are, and Σ(t³−t) over all their ties. Raters
// with fewer or more items than the first are incomplete.
func RankSums(scores [][]float64) (sums []float64, raters int, ties float64) {
	if len(scores) == 0 {
		return nil, 0, 0
	}
	sums = make([]float64, len(scores[0]))
	for _, row := range scores {
		r, t, ok := Ranked(row)
		if !ok || len(r) != len(sums) {
			continue
		}
		raters++
		ties += t
		for i, x := range r {
			sums[i] += x
		}
	}
	return sums, raters, ties
}

// Ranked gives the average ranks of scores, 1 = smallest, and Σ(t³−t) over their
// ties; false when a score is NaN (missing).
func Ranked(scores []float64) (ranks []float64, ties float64, ok bool) {
	order := make([]int, len(scores))
	for i, x := range scores {
		if x != x {
			return nil, 0, false
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case scores[a] < scores[b]:
			return -1
		case scores[a] > scores[b]:
			return 1
		}
		return 0
	})
	ranks = make([]float64, len(scores))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && scores[order[j]] == scores[order[i]] {
			j++
		}
		for _, at := range order[i:j] {
			ranks[at] = float64(i+j+1) / 2 // mean of i+1..j
		}
		ties += cube(j - i)
		i = j
	}
	return ranks, ties, true
}

// KendallSums is Kendall's W from the rank sums of n items over m raters and
// their tie sum Σ(t³−t):
//
//	W = 12·S / (m²(n³−n) − m·Σ(t³−t)),  S = Σ(R_i − R̄)²,  χ² = m(n−1)W
//
// All but the counts and mean ranks are Undefined for n < 2, for m < 1, and when
// every rater ties everything (0/0). Source: Kendall & Babington Smith, Annals of Mathematical
// Statistics 1939;10:275–287; Kendall, Rank Correlation Methods, ch. 6.
func KendallSums(sums []float64, raters int, ties float64) Concordance {
	n, m := float64(len(sums)), float64(raters)
	c := Concordance{Items: len(sums), Raters: raters, DF: max(0, len(sums)-1)}
	if raters < 1 {
		return c
	}
	total := 0.0
	for _, r := range sums {
		total += r
		c.MeanRanks = append(c.MeanRanks, Of(r/m))
	}
	s := 0.0
	for _, r := range sums {
		d := r - total/n
		s += d * d
	}
	if len(sums) < 2 {
		return c
	}
	most := m * m * (n*n*n - n)
	corrected := most - m*ties
	if !(corrected > 0) {
		return c
	}
	c.Uncorrected = Of(12 * s / most)
	if ties == 0 {
		c.Exact = KendallExact(sums, raters)
	}
	return c.with(12 * s / corrected)
}

// with puts W and what follows from it.
func (c Concordance) with(w float64) Concordance {
	c.W = Of(w)
	chi2 := float64(c.Raters) * float64(c.DF) * w
	c.Chi2, c.P = Of(chi2), Upper(chi2, c.DF)
	return c
}

// Plain is c with the uncorrected W in the place of W, and its χ² and P: what
// software prints that ignores ties.
func (c Concordance) Plain() Concordance {
	if w, ok := c.Uncorrected.Float(); ok {
		return c.with(w)
	}
	return c
}
