package stat

import "math"

// The measures of this file read a histogram over the whole declared scale, its
// zero cells kept: k is how many points it has, n how many people answered.
// All of them are Undefined for k < 2, where a scale says nothing, and without
// answers, except where a comment says otherwise.

// ordinal gives n, and whether an ordinal measure can be had from h.
func ordinal(h []int) (n int, ok bool) {
	n, ok = Total(h)
	return n, ok && len(h) >= 2
}

// cumulative calls f with C_i, the answers at or below point i, for i = 1..k−1.
func cumulative(h []int, f func(c int)) {
	c := 0
	for _, x := range h[:len(h)-1] {
		c += x
		f(c)
	}
}

// Consensus is Tastle and Wierman's Cns = 1 + Σ p_i·log₂(1 − |i−μ|/(k−1)) over
// p_i > 0: 1 at one point, 0 when the panel is split evenly between the ends.
// Source: Tastle & Wierman, Int. J. Approximate Reasoning 2007;45:531–545.
func Consensus(h []int) Value {
	n, ok := ordinal(h)
	if !ok {
		return Undefined
	}
	mu := Points(h).Mean().Or(0)
	cns := 1.0
	for i, c := range h {
		if c > 0 {
			away := math.Abs(float64(i+1)-mu) / float64(len(h)-1)
			cns += float64(c) / float64(n) * math.Log2(1-away)
		}
	}
	return Of(cns)
}

// Leik is Leik's ordinal dispersion D = Σ min(F_i, 1−F_i) / (½(k−1)): 0 at one
// point, 1 when split between the ends. Source: Leik, Pacific Sociological Review
// 1966;9:85–90.
func Leik(h []int) Value {
	n, ok := ordinal(h)
	if !ok {
		return Undefined
	}
	sum := 0
	cumulative(h, func(c int) { sum += min(c, n-c) })
	return Of(2 * float64(sum) / float64(n) / float64(len(h)-1))
}

// BlairLacyL2 is l² = Σ_{i<k} (F_i − ½)² / ((k−1)/4): 1 at one point, 0 when split
// between the ends. Source: Blair & Lacy, Sociological Methods & Research
// 2000;28:251–280.
func BlairLacyL2(h []int) Value {
	n, ok := ordinal(h)
	if !ok {
		return Undefined
	}
	sum := 0.0
	cumulative(h, func(c int) {
		f := float64(c)/float64(n) - 0.5
		sum += f * f
	})
	return Of(4 * sum / float64(len(h)-1))
}

// BlairLacyL is the root of BlairLacyL2.
func BlairLacyL(h []int) Value {
	l2, ok := BlairLacyL2(h).Float()
	if !ok {
		return Undefined
	}
	return Of(math.Sqrt(l2))
}

// IOV is the index of ordinal variation Σ_{i<j} n_i·n_j·(j−i) / Tmax, where Tmax
// is the most that n people can reach: n²(k−1)/4, and (n²−1)(k−1)/4 for odd n.
// Undefined at n = 1, where Tmax is 0. Source: Berry & Mielke, Perceptual and
// Motor Skills 1992;74:576–578.
func IOV(h []int) Value {
	n, ok := ordinal(h)
	if !ok || n == 1 {
		return Undefined
	}
	// A pair of points j−i apart is parted by j−i of the cuts between neighbours,
	// so Σ n_i·n_j·(j−i) is Σ C(n−C) over the cuts.
	t := 0.0
	cumulative(h, func(c int) { t += float64(c) * float64(n-c) })
	most := float64(n) * float64(n)
	if n%2 == 1 {
		most--
	}
	return Of(t / (most * float64(len(h)-1) / 4))
}

// Kvalseth is Kvålseth's coefficient of ordinal variation 1 − √(1 − IOV).
// Undefined where IOV is. Source: Kvålseth, Perceptual and Motor Skills
// 1995;80:621–622.
func Kvalseth(h []int) Value {
	iov, ok := IOV(h).Float()
	if !ok {
		return Undefined
	}
	return Of(1 - math.Sqrt(max(0, 1-iov)))
}

// Entropy is Shannon's −Σ p_i·log₂ p_i, in bits, with 0·log 0 = 0. Defined from
// k = 1 on (0 bits). Source: Shannon, Bell System Technical Journal 1948;27:379.
func Entropy(h []int) Value {
	n, ok := Total(h)
	if !ok {
		return Undefined
	}
	bits := 0.0
	for _, c := range h {
		bits -= xlog2(float64(c) / float64(n))
	}
	return Of(bits)
}

// EntropyShare is Entropy normalised by its maximum, log₂ k, over the whole
// declared scale.
func EntropyShare(h []int) Value {
	if len(h) < 2 {
		return Undefined
	}
	return Entropy(h).Over(Of(math.Log2(float64(len(h)))))
}

// Reardon is ordinal entropy −Σ_{i<k} [F log₂ F + (1−F) log₂(1−F)]/(k−1): 0 at one
// point, 1 when split between the ends. Source: Reardon, Research on Economic
// Inequality 2009;17:129–155.
func Reardon(h []int) Value {
	n, ok := ordinal(h)
	if !ok {
		return Undefined
	}
	sum := 0.0
	cumulative(h, func(c int) {
		f := float64(c) / float64(n)
		sum -= xlog2(f) + xlog2(1-f)
	})
	return Of(sum / float64(len(h)-1))
}

// xlog2 is x·log₂ x, 0 at 0.
func xlog2(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return x * math.Log2(x)
}

// RWG is within-group agreement r_wg = 1 − s²/((k²−1)/12): the variance s² (over
// n−1) against that of a uniform panel on k points; a larger variance counts as
// no agreement, 0. Undefined at n = 1. Source: James, Demaree & Wolf, Journal of
// Applied Psychology 1984;69:85–98.
func RWG(h []int) Value { return rwg(Points(h), len(h)) }

// rwg is RWG of answers whose scale has k points.
func rwg(d Dist, k int) Value {
	s2, ok := d.Variance().Float()
	if !ok || k < 2 {
		return Undefined
	}
	uniform := float64(k*k-1) / 12
	return Of(max(0, 1-s2/uniform))
}
