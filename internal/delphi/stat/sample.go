package stat

import "math"

// The tests of this file compare groups of different people on one item, from the
// groups' histograms over the same scale.

// Aligned counts raw samples into histograms over the values seen in any of them,
// so that what has no scale can be compared too.
func Aligned(samples ...[]float64) [][]int {
	values := Seen(samples...)
	at := make(map[float64]int, len(values))
	for i, x := range values {
		at[x] = i
	}
	out := make([][]int, len(samples))
	for g, s := range samples {
		out[g] = make([]int, len(values))
		for _, x := range s {
			if i, in := at[x]; in {
				out[g][i]++
			}
		}
	}
	return out
}

// Sum is the outcome of a Mann–Whitney test.
type Sum struct {
	U Value // of the first sample: pairs in which it is higher, ties as a half
	P Value // two-sided, normal, corrected for ties and continuity
}

// MannWhitney compares two groups. U and P are Undefined when a group is empty or
// the scales differ in length; P also when everyone gave the same answer.
// Source: Mann & Whitney, Annals of Mathematical Statistics 1947;18:50–60.
func MannWhitney(a, b []int) Sum {
	n1, ok1 := Total(a)
	n2, ok2 := Total(b)
	if !ok1 || !ok2 || len(a) != len(b) {
		return Sum{}
	}
	// Twice U in integers: 2 for each pair won, 1 for each tie.
	twice, below, ties := 0, 0, 0.0
	for i := range a {
		twice += a[i] * (2*below + b[i])
		below += b[i]
		ties += cube(a[i] + b[i])
	}
	u, n := float64(twice)/2, float64(n1+n2)
	product := float64(n1) * float64(n2)
	out := Sum{U: Of(u)}
	variance := product / 12 * (n + 1 - ties/(n*(n-1)))
	if Lone(merged(a, b)) || !(variance > 0) {
		return out
	}
	// scipy's form: the correction may carry z past 0, and P is cut at 1.
	z := (math.Abs(u-product/2) - 0.5) / math.Sqrt(variance)
	out.P = Of(min(1, math.Erfc(z/math.Sqrt2)))
	return out
}

// merged adds histograms of the same length.
func merged(groups ...[]int) []int {
	out := make([]int, len(groups[0]))
	for _, g := range groups {
		for i, c := range g {
			out[i] += c
		}
	}
	return out
}

// KruskalWallis compares several groups: H, corrected for ties, is χ² with one df
// less than there are groups. Empty groups are dropped. Undefined when fewer than
// two are left, when everyone gave the same answer, and when the scales differ in
// length. Source: Kruskal & Wallis, JASA 1952;47:583–621.
func KruskalWallis(groups [][]int) Test {
	rows, cols, people, ok := Sums(groups)
	if !ok || people == 0 || Lone(cols) {
		return Test{}
	}
	n := float64(people)
	rank := centred(cols, people) // 2·(rank − mean)
	filled, between, ties := 0, 0.0, 0.0
	for g, h := range groups {
		if rows[g] == 0 {
			continue
		}
		filled++
		sum := 0.0
		for i, c := range h {
			sum += float64(c) * rank[i]
		}
		between += sum * sum / 4 / float64(rows[g])
	}
	if filled < 2 {
		return Test{}
	}
	for _, c := range cols {
		ties += cube(c)
	}
	h := 12 * between / (n * (n + 1)) / (1 - ties/(n*n*n-n))
	return test(h, filled-1)
}

// Friedman is the test that the items of a ranking do not differ, corrected for
// ties: χ² = m(n−1)W, n−1 df. It is for rankings only: on ratings it forgets how
// far apart they are. Undefined where Kendall's W is.
// Source: Friedman, JASA 1937;32:675–701.
func Friedman(c Concordance) Test {
	if !c.Chi2.Defined() {
		return Test{}
	}
	return Test{Chi2: c.Chi2, DF: c.DF, P: c.P}
}
