package stat

import "math"

// Change is McNemar's test of a 2×2 table: did as many change one way as the other?
type Change struct {
	Chi2, P                   Value // (b−c)²/(b+c), 1 df
	CorrectedChi2, CorrectedP Value // (|b−c|−1)²/(b+c), 0 where b = c
	Exact                     Value // two-sided binomial p of b out of b+c; 1 when nobody changed
}

// McNemar tests b = t[0][1] against c = t[1][0]. All Undefined when t is not 2×2
// or holds nobody; the χ² forms also when nobody changed (0/0).
// Source: McNemar, Psychometrika 1947;12:153–157; Edwards 1948 for the correction.
func McNemar(t [][]int) Change {
	if _, _, _, ok := Square(t); !ok || len(t) != 2 {
		return Change{}
	}
	b, c := t[0][1], t[1][0]
	out := Change{Exact: half(b, b+c)}
	if b+c == 0 {
		return out
	}
	gap := math.Abs(float64(b - c))
	plain := test(gap*gap/float64(b+c), 1)
	gap = max(0, gap-1)
	corrected := test(gap*gap/float64(b+c), 1)
	out.Chi2, out.P = plain.Chi2, plain.P
	out.CorrectedChi2, out.CorrectedP = corrected.Chi2, corrected.P
	return out
}

// Bowker is the test of symmetry Σ_{i<j} (n_ij − n_ji)²/(n_ij + n_ji), k(k−1)/2 df
// over the k categories seen in either round. χ² and P are Undefined when a pair
// of cells is empty on both sides (0/0), when fewer than two categories were seen,
// and when t is not square. See BowkerSkipping.
// Source: Bowker, JASA 1948;43:572–574.
func Bowker(t [][]int) Test {
	chi2, pairs, empty := bowker(t)
	if pairs == 0 || empty > 0 {
		return Test{DF: pairs}
	}
	return test(chi2, pairs)
}

// BowkerSkipping is Bowker over the pairs of cells that hold someone: pairs that
// are empty on both sides give neither a term nor a degree of freedom. Undefined
// when none is left: nobody changed. Source: Hoenig, Morgan & Brown, Canadian
// Journal of Fisheries and Aquatic Sciences 1995;52:364–368.
func BowkerSkipping(t [][]int) Test {
	chi2, pairs, empty := bowker(t)
	if pairs == empty {
		return Test{}
	}
	return test(chi2, pairs-empty)
}

// bowker sums the terms of all pairs of categories and counts those that are 0/0.
func bowker(t [][]int) (chi2 float64, pairs, empty int) {
	if _, _, _, ok := Square(t); !ok {
		return 0, 0, 0
	}
	t = Observed(t)
	for i := range t {
		for j := range i {
			pairs++
			both := t[i][j] + t[j][i]
			if both == 0 {
				empty++
				continue
			}
			d := float64(t[i][j] - t[j][i])
			chi2 += d * d / float64(both)
		}
	}
	return chi2, pairs, empty
}

// StuartMaxwell tests whether the two rounds have the same margins: d'·S⁻¹·d over
// k−1 categories, k−1 df, with d the differences of the margins, S_ii = n_i. + n_.i
// − 2n_ii and S_ij = −(n_ij + n_ji). Categories in which everyone agrees with
// themselves (n_i. = n_.i = n_ii) are dropped. Undefined when fewer than two are
// left and when S is singular. Sources: Stuart, Biometrika 1955;42:412–416;
// Maxwell, British Journal of Psychiatry 1970;116:651–655.
func StuartMaxwell(t [][]int) Test {
	rows, cols, _, ok := Square(t)
	if !ok {
		return Test{}
	}
	t = keep(t, func(i int) bool { return rows[i] != t[i][i] || cols[i] != t[i][i] })
	k := len(t)
	// S is the Laplacian of the graph that joins categories between which someone
	// moved, less one node: it is singular exactly when that graph falls apart
	// (matrix-tree theorem). Asked in integers, no pivot has to be called "zero".
	if k < 2 || !connected(t) {
		return Test{}
	}
	rows, cols, _, _ = Square(t)
	s := make([][]float64, k-1) // S with d as its last column
	for i := range s {
		s[i] = make([]float64, k)
		for j := range s {
			s[i][j] = -float64(t[i][j] + t[j][i])
		}
		s[i][i] = float64(rows[i] + cols[i] - 2*t[i][i])
		s[i][k-1] = float64(rows[i] - cols[i])
	}
	chi2 := 0.0
	for i, x := range solve(s) {
		chi2 += x * float64(rows[i]-cols[i])
	}
	return test(max(0, chi2), k-1)
}

// connected tells whether one can get from every category to every other along
// moves that someone made, in either direction.
func connected(t [][]int) bool {
	reached := make([]bool, len(t))
	reached[0] = true
	queue := []int{0}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		for j := range t {
			if !reached[j] && t[i][j]+t[j][i] > 0 {
				reached[j] = true
				queue = append(queue, j)
			}
		}
	}
	for _, r := range reached {
		if !r {
			return false
		}
	}
	return true
}

// solve eliminates an augmented system, in place. Without pivoting: a Laplacian less
// one node is diagonally dominant, and elimination keeps it so.
func solve(a [][]float64) []float64 {
	n := len(a)
	for c := range n {
		for r := c + 1; r < n; r++ {
			f := a[r][c] / a[c][c]
			for j := c; j <= n; j++ {
				a[r][j] -= f * a[c][j]
			}
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		x[i] = a[i][n]
		for j := i + 1; j < n; j++ {
			x[i] -= a[i][j] * x[j]
		}
		x[i] /= a[i][i]
	}
	return x
}
