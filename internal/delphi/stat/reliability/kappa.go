package reliability

import (
	"math"
	"slices"

	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/resample"
)

// Weight is how far apart two categories are, 0 for the same one; i and j are
// places on the scale of the table.
type Weight func(i, j int) float64

// Unweighted counts every disagreement alike (Cohen 1960).
func Unweighted(i, j int) float64 {
	if i == j {
		return 0
	}
	return 1
}

// Linear is |i−j|.
func Linear(i, j int) float64 { return math.Abs(float64(i - j)) }

// Quadratic is (i−j)².
func Quadratic(i, j int) float64 { return float64((i - j) * (i - j)) }

// Matrix is a weight that somebody thought out cell by cell; 1 beyond its edges.
func Matrix(v [][]float64) Weight {
	return func(i, j int) float64 {
		if i < len(v) && j < len(v[i]) {
			return v[i][j]
		}
		return Unweighted(i, j)
	}
}

// Agreed is Cohen's κ of a table of pairs.
type Agreed struct {
	Kappa     stat.Value
	Z         stat.Value // κ over its standard error if there were no agreement
	P         stat.Value // two-sided
	Unanimous bool       // one round was unanimous: κ is then 0 or Undefined, however many kept their answer
}

// Kappa is weighted κ = 1 − Σv·O/Σv·E over the categories of the table: pass the
// declared scale for the figure to show, Observed(t) for the one that irr prints.
// It is a trend and never a gate. Undefined when chance leaves nothing to disagree
// about (everyone in one and the same category in both rounds), without pairs,
// and when t is not square; Z also when its variance is 0. Sources: Cohen,
// Psychological Bulletin 1968;70:213–220; the variance: Fleiss, Cohen & Everitt,
// same journal 1969;72:323–327.
func Kappa(t [][]int, v Weight) Agreed {
	rows, cols, people, ok := stat.Square(t)
	if !ok {
		return Agreed{}
	}
	n := float64(people)
	out := Agreed{Unanimous: stat.Lone(rows) || stat.Lone(cols)}
	// Mean distance of each category from the other round's answers.
	rowFar, colFar := make([]float64, len(t)), make([]float64, len(t))
	var seen, chance float64
	for i := range t {
		for j := range t {
			w := v(i, j)
			e := float64(rows[i]) / n * float64(cols[j]) / n
			seen += w * float64(t[i][j]) / n
			chance += w * e
			rowFar[i] += w * float64(cols[j]) / n
			colFar[j] += w * float64(rows[i]) / n
		}
	}
	if !(chance > 0) {
		return out
	}
	out.Kappa = stat.Of(1 - seen/chance)
	variance := -chance * chance
	for i := range t {
		for j := range t {
			d := v(i, j) - rowFar[i] - colFar[j]
			variance += d * d * float64(rows[i]) / n * float64(cols[j]) / n
		}
	}
	// A unanimous round makes the variance 0 in exact arithmetic, and so do rounds
	// without a category in common; the floats leave crumbs of it.
	if out.Unanimous || !(variance > 1e-12*chance*chance) {
		return out
	}
	z := (1 - seen/chance) / (math.Sqrt(variance/n) / chance)
	out.Z, out.P = stat.Of(z), stat.Of(stat.TwoSided(z))
	return out
}

// BootstrapKappa gives the intervals of κ with linear and with quadratic weights of a
// square table of pairs, by drawing pairs: one set of samples serves both. Undefined
// where the table is not square, and as Bootstrap is; a sample in which everyone
// stays in one category leaves κ undefined.
func BootstrapKappa(t [][]int, seed [32]byte) (linear, quadratic resample.Limits) {
	if _, _, _, ok := stat.Square(t); !ok {
		return resample.Limits{}, resample.Limits{}
	}
	k := len(t)
	rows, cols := make([]int, k), make([]int, k)
	both := resample.Bootstrap(slices.Concat(t...), seed, 2, func(drawn []int, out []stat.Value) {
		clear(rows)
		clear(cols)
		seen, chance := [2]int{}, [2]float64{}
		n := 0
		for i := range k {
			for j, c := range drawn[i*k : (i+1)*k] {
				if c == 0 {
					continue
				}
				rows[i] += c
				cols[j] += c
				n += c
				far := max(i-j, j-i)
				seen[0] += far * c
				seen[1] += far * far * c
			}
		}
		for i, r := range rows {
			for j, c := range cols {
				far, e := float64(max(i-j, j-i)), float64(r)*float64(c)
				chance[0] += far * e
				chance[1] += far * far * e
			}
		}
		for w := range out {
			out[w] = stat.Undefined
			if chance[w] > 0 {
				out[w] = stat.Of(1 - float64(seen[w])*float64(n)/chance[w])
			}
		}
	})
	return both[0], both[1]
}
