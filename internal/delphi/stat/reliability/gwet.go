package reliability

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"delfi/internal/delphi/stat"
)

// Corrected is an agreement among many raters, corrected for chance.
type Corrected struct {
	Value     stat.Value // at most 1; 0 where chance alone would agree as much
	SE        stat.Value // standard error over units
	Low, High stat.Value // 95 %, Student's t with units−1 degrees of freedom; High at most 1
}

// Gwet is Gwet's agreement coefficient of units[u][c], how many raters put unit u
// into category c: AC1 with Unweighted, AC2 with Linear or Quadratic. The number of
// raters may differ by unit; every column is a category that could have been
// chosen, used or not. Distances v become weights of agreement w = 1 − v/max v, and
//
//	AC = (p_a − p_e)/(1 − p_e)
//	p_a = mean over the units with r_u ≥ 2 of Σ_c n_uc(Σ_d w_cd·n_ud − 1)/(r_u(r_u−1))
//	p_e = Σw/(q(q−1))·Σ_c π_c(1−π_c),  π_c = mean over units of n_uc/r_u
//
// A unit without ratings drops out. The variance linearises AC unit by unit, so that
// it says how far the figure depends on which units were rated, the raters being
// given. Undefined for q < 2, when no unit has two ratings, when units differ in
// width; SE, Low and High also with a single unit. Sources: Gwet, British Journal
// of Mathematical and Statistical Psychology 2008;61:29–48; Gwet, Handbook of
// Inter-Rater Reliability, 4th ed. 2014, ch. 4–5.
func Gwet(units [][]int, v Weight) Corrected {
	raters, cols, _, ok := stat.Sums(units)
	q := len(cols)
	if !ok || q < 2 {
		return Corrected{}
	}
	weights, sum := agreementWeights(q, v)
	pi := make([]float64, q)
	agreed := make([]float64, len(units)) // by unit, 0 below two ratings
	var rated, pairable, seen float64
	for u, h := range units {
		r := float64(raters[u])
		if raters[u] == 0 {
			continue
		}
		rated++
		for c, n := range h {
			pi[c] += float64(n) / r
		}
		if raters[u] < 2 {
			continue
		}
		pairable++
		for c, n := range h {
			near := -1.0
			for d, m := range h {
				near += weights[c*q+d] * float64(m)
			}
			agreed[u] += float64(n) * near
		}
		agreed[u] /= r * (r - 1)
		seen += agreed[u]
	}
	if pairable == 0 {
		return Corrected{}
	}
	seen /= pairable
	scale := sum / float64(q*(q-1))
	chance := 0.0
	for c := range pi {
		pi[c] /= rated
		chance += scale * pi[c] * (1 - pi[c])
	}
	ac := (seen - chance) / (1 - chance)
	out := Corrected{Value: stat.Of(ac)}
	if rated < 2 {
		return out
	}
	squares := 0.0
	for u, h := range units {
		if raters[u] == 0 {
			continue
		}
		own := 0.0
		if raters[u] >= 2 {
			own = rated / pairable * (agreed[u] - chance) / (1 - chance)
		}
		expected := 0.0
		for c, n := range h {
			expected += scale * float64(n) * (1 - pi[c]) / float64(raters[u])
		}
		d := own - 2*(1-ac)*(expected-chance)/(1-chance) - ac
		squares += d * d
	}
	se := math.Sqrt(squares / (rated * (rated - 1)))
	t := distuv.StudentsT{Sigma: 1, Nu: rated - 1}.Quantile(0.975)
	out.SE, out.Low, out.High = stat.Of(se), stat.Of(ac-t*se), stat.Of(min(1, ac+t*se))
	return out
}

// agreementWeights turns distances over q categories into weights of agreement, row
// by row, with their sum: 1 on the diagonal, 0 at the greatest distance.
func agreementWeights(q int, v Weight) (w []float64, sum float64) {
	far := 0.0
	for i := range q {
		for j := range q {
			far = max(far, v(i, j))
		}
	}
	w = make([]float64, q*q)
	for i := range q {
		for j := range q {
			w[i*q+j] = 1
			if far > 0 {
				w[i*q+j] -= v(i, j) / far
			}
			sum += w[i*q+j]
		}
	}
	return w, sum
}
