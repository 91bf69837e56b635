package stat

import "math"

// NoChange is the mean of Scheibe between two rounds of a panel that does not
// change its mind: the people of the histogram before answer again, each of them by
// one point more or less with probability wobble/1000, half each way; who would
// leave the scale stays. It is never more than for as many people spread evenly,
// whose histogram chance alone changes: a lone peak that widens has changed. On 9
// points and at 300 ‰ it is at most .153 for 20 people and .034 for 500.
//
// before counts spans of points, in order; widths are their numbers of points (nil
// for single points), within which answers count as spread evenly. Undefined without
// answers, for fewer than two spans, and for a wobble outside 0..1000.
func NoChange(before, widths []int, wobble int) Value {
	n, ok := Total(before)
	k := len(before)
	if !ok || k < 2 || wobble < 0 || wobble > 1000 || widths != nil && len(widths) != k {
		return Undefined
	}
	if widths == nil {
		widths = make([]int, k)
	}
	points := 0
	crossing, seen, even := make([]float64, k), make([]float64, k), make([]float64, k)
	for i, w := range widths {
		w = max(1, w)
		points += w
		crossing[i] = float64(wobble) / 2000 / float64(w) // of one border of the span
		seen[i], even[i] = float64(before[i]), float64(n)*float64(w)
	}
	for i := range even {
		even[i] /= float64(points)
	}
	return Of(min(wobbled(seen, crossing), wobbled(even, crossing)) / (2 * float64(n)))
}

// wobbled is the mean of Σ|change of a cell|. A cell changes by those who come from
// its neighbours less those who leave: a sum of binomials, whose mean distance from
// 0 is had from its characteristic function.
func wobbled(people, crossing []float64) float64 {
	sum, last := 0.0, len(people)-1
	for i, n := range people {
		out := crossing[i]
		if i > 0 && i < last {
			out *= 2
		}
		flows := []flow{{n, out, -1}}
		if i > 0 {
			flows = append(flows, flow{people[i-1], crossing[i-1], 1})
		}
		if i < last {
			flows = append(flows, flow{people[i+1], crossing[i+1], 1})
		}
		sum += meanDistance(flows)
	}
	return sum
}

// flow is a binomial number of people, n of whom each go with probability p; it is
// added with its sign.
type flow struct{ n, p, sign float64 }

// normalFrom is the variance from which a sum of binomials counts as normal.
const normalFrom = 100

// meanDistance is E|X| of X = Σ sign·binomial: exactly, by
// |x| = 1/π ∫₀^π (1−cos xt)/(1−cos t) dt for whole x, or as a folded normal (Leone,
// Nelson & Nottingham, Technometrics 1961;3:543–550) where the variance is large.
func meanDistance(flows []flow) float64 {
	mean, variance := 0.0, 0.0
	for _, f := range flows {
		mean += f.sign * f.n * f.p
		variance += f.n * f.p * (1 - f.p)
	}
	if variance > normalFrom {
		sd := math.Sqrt(variance)
		return sd*math.Sqrt(2/math.Pi)*math.Exp(-mean*mean/(2*variance)) + mean*math.Erf(mean/(sd*math.Sqrt2))
	}
	// The integrand is a sum of waves no shorter than X is large: beyond twelve
	// standard deviations nothing is left, and the midpoints give the integral.
	steps := int(math.Abs(mean)+12*math.Sqrt(variance)) + 24
	sum := 0.0
	for s := range steps {
		t := math.Pi * (float64(s) + 0.5) / float64(steps)
		// Each flow's function is (1−p+p·e^{±it})ⁿ: sizes multiply, angles add.
		size, angle := 0.0, 0.0 // the size's logarithm
		for _, f := range flows {
			re, im := 1-f.p+f.p*math.Cos(t), f.sign*f.p*math.Sin(t)
			size += f.n / 2 * math.Log(re*re+im*im)
			angle += f.n * math.Atan2(im, re)
		}
		sum += (1 - math.Exp(size)*math.Cos(angle)) / (1 - math.Cos(t))
	}
	return sum / float64(steps)
}
