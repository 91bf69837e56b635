package stat

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Correlation is a rank correlation of a table, with its two-sided p.
type Correlation struct{ R, P Value }

// Spearman is Pearson's correlation of the average ranks of earlier and later
// answers; p from t = ρ√((n−2)/(1−ρ²)) with n−2 df. Undefined when a round is
// unanimous; P also below three pairs. Rows and columns are ordered categories,
// not necessarily the same ones. Source: Spearman, American Journal of Psychology
// 1904;15:72–101; Kendall, Rank Correlation Methods, ch. 3.
func Spearman(t [][]int) Correlation {
	rows, cols, n, ok := Sums(t)
	if !ok || n == 0 || Lone(rows) || Lone(cols) {
		return Correlation{}
	}
	a, b := centred(rows, n), centred(cols, n)
	var ab, aa, bb float64
	for i, row := range t {
		aa += float64(rows[i]) * a[i] * a[i]
		for j, c := range row {
			ab += float64(c) * a[i] * b[j]
		}
	}
	for j, c := range cols {
		bb += float64(c) * b[j] * b[j]
	}
	rho := min(1, max(-1, ab/math.Sqrt(aa*bb)))
	out := Correlation{R: Of(rho)}
	if df := float64(n - 2); df > 0 {
		// df/(df+t²) is 1−ρ²: no t is needed, and ρ = ±1 gives p = 0.
		out.P = Of(mathext.RegIncBeta(df/2, 0.5, (1-rho)*(1+rho)))
	}
	return out
}

// centred gives twice the average rank of each category less its mean, n+1:
// integers, so that sums of them are exact.
func centred(h []int, n int) []float64 {
	out := make([]float64, len(h))
	below := 0
	for i, c := range h {
		out[i] = float64(2*below + c + 1 - (n + 1))
		below += c
	}
	return out
}

// TauB is Kendall's τ-b = (C − D)/√((N−T_a)(N−T_b)) over the N pairs of people:
// C agree in order, D disagree, T are tied in a round. P is the normal one with the
// variance corrected for ties. Undefined when a round is unanimous. Source:
// Kendall, Rank Correlation Methods, ch. 3–4; Biometrika 1945;33:239–251.
func TauB(t [][]int) Correlation {
	rows, cols, people, ok := Sums(t)
	if !ok || people == 0 || Lone(rows) || Lone(cols) {
		return Correlation{}
	}
	balance := 0.0 // C − D
	right, left := make([]int, len(cols)), make([]int, len(cols))
	// Walking the rows upwards, above[j] holds who stands in a later row, column j.
	above := make([]int, len(cols))
	for i := len(t) - 1; i >= 0; i-- {
		sum := 0
		for j := range cols {
			left[j] = sum
			sum += above[j]
		}
		for j := range cols {
			right[j] = sum - left[j] - above[j]
			balance += float64(t[i][j]) * float64(right[j]-left[j])
		}
		for j, c := range t[i] {
			above[j] += c
		}
	}
	n := float64(people)
	pairs := n * (n - 1) / 2
	a, b := tied(rows), tied(cols)
	out := Correlation{R: Of(min(1, max(-1, balance/math.Sqrt((pairs-a.pairs)*(pairs-b.pairs)))))}
	m := n * (n - 1)
	variance := (m*(2*n+5)-a.fives-b.fives)/18 + 2*a.pairs*b.pairs/m
	if people > 2 { // with two people no three can tie
		variance += a.threes * b.threes / (9 * m * (n - 2))
	}
	if variance > 0 {
		out.P = Of(TwoSided(balance / math.Sqrt(variance)))
	}
	return out
}

// ties holds the sums over groups of t ties that the variance of τ-b needs.
type ties struct {
	pairs  float64 // Σ t(t−1)/2
	threes float64 // Σ t(t−1)(t−2)
	fives  float64 // Σ t(t−1)(2t+5)
}

func tied(h []int) ties {
	var s ties
	for _, c := range h {
		t := float64(c)
		s.pairs += t * (t - 1) / 2
		s.threes += t * (t - 1) * (t - 2)
		s.fives += t * (t - 1) * (2*t + 5)
	}
	return s
}
