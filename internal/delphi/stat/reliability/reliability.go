package reliability

import (
	"math"
	"slices"

	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/resample"
)

// Level is the level of measurement that Krippendorff's α takes a scale for.
type Level string

// The levels.
const (
	Nominal  Level = "nominal"
	Ordinal  Level = "ordinal"
	Interval Level = "interval"
	Ratio    Level = "ratio"
)

// Krippendorff is α = 1 − D_o/D_e. units are items: units[u][c] people gave item u
// the score scores[c] (ascending). Coincidences come from each item's histogram,
// o_ck = Σ_u n_uc(n_uk − [c=k])/(m_u − 1), so that the cost does not depend on the
// number of people. A unit with fewer than two ratings drops out.
//
// Squared distances: nominal 1; ordinal (Σ_{g=c..k} n_g − (n_c+n_k)/2)²; interval
// (c−k)²; ratio ((c−k)/(c+k))². Undefined without variation, without pairable
// ratings, for an unknown level, and for scores that do not fit the units.
// Source: Krippendorff, Content Analysis, ch. 12; Computing Krippendorff's
// Alpha-Reliability, 2011.
func Krippendorff(units [][]int, scores []float64, level Level) stat.Value {
	c, ok := coincide(units, len(scores))
	if !ok {
		return stat.Undefined
	}
	return c.alpha(scores, level)
}

// coincidences are the pairs of ratings within units, each unit's ratings weighing
// as many as they are.
type coincidences struct {
	seen []float64 // k×k, row by row; only below the diagonal, for d < c
	sums []int     // pairable ratings by category
	n    int       // all of them
}

func newCoincidences(k int) *coincidences {
	return &coincidences{seen: make([]float64, k*k), sums: make([]int, k)}
}

// coincide counts the coincidences of units over k categories; false where a unit
// does not fit them.
func coincide(units [][]int, k int) (*coincidences, bool) {
	out := newCoincidences(k)
	for _, h := range units {
		m, ok := stat.Total(h)
		if len(h) != k || !ok && m != 0 {
			return nil, false
		}
		if m < 2 {
			continue
		}
		out.n += m
		for c, a := range h {
			out.sums[c] += a
			for d, b := range h[:c] {
				out.seen[c*k+d] += float64(a) * float64(b) / float64(m-1)
			}
		}
	}
	return out, true
}

func (c *coincidences) clear() {
	clear(c.seen)
	clear(c.sums)
	c.n = 0
}

// add counts the coincidences of part so many times more.
func (c *coincidences) add(part *coincidences, times int) {
	k, t := len(c.sums), float64(times)
	for i := range k {
		c.sums[i] += times * part.sums[i]
		own, from := c.seen[i*k:i*k+i], part.seen[i*k:i*k+i]
		for j, x := range from {
			own[j] += t * x
		}
	}
	c.n += times * part.n
}

func (c *coincidences) alpha(scores []float64, level Level) stat.Value {
	k := len(scores)
	var seen, chance float64
	for i := range k {
		for j := range i {
			if c.sums[i] == 0 || c.sums[j] == 0 {
				continue
			}
			far, ok := distance(level, c.sums, scores, j, i)
			if !ok {
				return stat.Undefined
			}
			seen += c.seen[i*k+j] * far
			chance += float64(c.sums[i]) * float64(c.sums[j]) * far
		}
	}
	if !(chance > 0) {
		return stat.Undefined
	}
	return stat.Of(1 - float64(c.n-1)*seen/chance)
}

// distance is the squared distance of the scores at c < d.
func distance(level Level, sums []int, scores []float64, c, d int) (float64, bool) {
	switch level {
	case Nominal:
		return 1, true
	case Ordinal:
		// Twice the sum, so that it stays whole: all between count twice, the ends once.
		twice := sums[c] + sums[d]
		for _, s := range sums[c+1 : d] {
			twice += 2 * s
		}
		return float64(twice) * float64(twice) / 4, true
	case Interval:
		x := scores[c] - scores[d]
		return x * x, true
	case Ratio:
		if scores[c]+scores[d] == 0 {
			return 0, false
		}
		x := (scores[c] - scores[d]) / (scores[c] + scores[d])
		return x * x, true
	}
	return 0, false
}

// Multirater is Fleiss' κ.
type Multirater struct {
	Kappa stat.Value
	Z     stat.Value // κ over its standard error if there were no agreement
	P     stat.Value // two-sided
}

// Fleiss is Fleiss' κ of units[u][c], how many of the same number m of raters put
// unit u into category c; z by Fleiss, Nee and Landis. Undefined when units differ
// in m, for m < 2, without units, and when only one category was used.
// Sources: Fleiss, Psychological Bulletin 1971;76:378–382; Fleiss, Nee & Landis,
// same journal 1979;86:974–977.
func Fleiss(units [][]int) Multirater {
	rows, cols, all, ok := stat.Sums(units)
	if !ok || all == 0 || stat.Lone(cols) {
		return Multirater{}
	}
	raters := rows[0]
	if raters < 2 {
		return Multirater{}
	}
	m, n := float64(raters), float64(len(units))
	var seen, chance float64
	for u, h := range units {
		if rows[u] != raters {
			return Multirater{}
		}
		for _, c := range h {
			seen += float64(c) * float64(c-1)
		}
	}
	seen /= n * m * (m - 1)
	var pq, skew float64
	for _, c := range cols {
		p := float64(c) / float64(all)
		chance += p * p
		pq += p * (1 - p)
		skew += p * (1 - p) * (1 - 2*p)
	}
	kappa := (seen - chance) / (1 - chance)
	out := Multirater{Kappa: stat.Of(kappa)}
	if variance := 2 / (n * m * (m - 1)) * (pq*pq - skew) / (pq * pq); variance > 0 {
		z := kappa / math.Sqrt(variance)
		out.Z, out.P = stat.Of(z), stat.Of(stat.TwoSided(z))
	}
	return out
}

// BootstrapAlpha gives the intervals of Krippendorff's α at each of the levels, by
// drawing units: they say how far α depends on which items were asked, the panel
// being given, and cost no look at a person's answers to several items. (Hayes &
// Krippendorff draw from the pairs of ratings instead, with the expected
// disagreement held still.) Units and undefined cases as in Krippendorff; Undefined
// also with fewer than two units that have two ratings. Sources: Zapf et al., BMC
// Medical Research Methodology 2016;16:93; Hayes & Krippendorff, Communication
// Methods and Measures 2007;1:77–89.
func BootstrapAlpha(units [][]int, scores []float64, seed [32]byte, levels ...Level) []resample.Limits {
	parts := make([]*coincidences, 0, len(units))
	for _, h := range units {
		part, ok := coincide([][]int{h}, len(scores))
		if !ok {
			return make([]resample.Limits, len(levels))
		}
		if part.n > 0 {
			parts = append(parts, part)
		}
	}
	if len(parts) < 2 {
		return make([]resample.Limits, len(levels))
	}
	whole := newCoincidences(len(scores))
	return resample.Bootstrap(slices.Repeat([]int{1}, len(parts)), seed, len(levels), func(drawn []int, out []stat.Value) {
		whole.clear()
		for u, times := range drawn {
			if times > 0 {
				whole.add(parts[u], times)
			}
		}
		for i, level := range levels {
			out[i] = whole.alpha(scores, level)
		}
	})
}
