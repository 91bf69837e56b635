package stat

import (
	"math"
	"slices"
)

// Dist is a distribution of answers over scores that rise: Count[i] people
// answered Score[i]. It serves whatever has no scale points (euros, years) and
// carries the measures of level and spread for histograms as well.
type Dist struct {
	Score []float64 // strictly ascending; +∞ stands for "never"
	Count []int     // as long as Score, none negative
}

// Points is the Dist of a histogram: scores 1..k.
func Points(h []int) Dist {
	s := make([]float64, len(h))
	for i := range s {
		s[i] = float64(i + 1)
	}
	return Dist{Score: s, Count: h}
}

// Raw counts raw answers, in any order. A NaN among them is left out.
func Raw(x []float64) Dist {
	s := make([]float64, 0, len(x))
	for _, v := range x {
		if !math.IsNaN(v) {
			s = append(s, v)
		}
	}
	slices.Sort(s)
	var d Dist
	for i, v := range s {
		if i == 0 || v != s[i-1] {
			d.Score = append(d.Score, v)
			d.Count = append(d.Count, 0)
		}
		d.Count[len(d.Count)-1]++
	}
	return d
}

// N is the number of answers.
func (d Dist) N() int { return N(d.Count) }

// n is N where a measure can be had at all.
func (d Dist) n() (int, bool) {
	if len(d.Score) != len(d.Count) {
		return 0, false
	}
	return Total(d.Count)
}

// order is the j-th smallest answer, j from 0 to N−1; outside it is the nearest.
func (d Dist) order(j int) float64 {
	last := math.NaN()
	for i, c := range d.Count {
		if c == 0 {
			continue
		}
		last = d.Score[i]
		if j < c {
			break
		}
		j -= c
	}
	return last
}

// Quantile is the permille-th quantile (0..1000) by the Hyndman–Fan type kind:
//
//	2  inverse of the distribution function, averaged at its steps
//	6  position (n+1)p, Weibull          (SPSS, Minitab)
//	7  position (n−1)p + 1, linear       (R, numpy, spreadsheets; the default)
//	8  position (n+⅓)p + ⅓, median-unbiased
//
// Positions are computed in integers, so that no rounding of p·n moves an answer.
// Undefined without answers, for another kind, for permille outside 0..1000.
// Source: Hyndman & Fan, The American Statistician 1996;50:361–365.
func (d Dist) Quantile(permille int, kind int) Value {
	n, ok := d.n()
	if !ok || permille < 0 || permille > 1000 {
		return Undefined
	}
	j, num, den, ok := position(n, permille, kind)
	if !ok {
		return Undefined
	}
	lo := d.order(j)
	if num == 0 {
		return Of(lo)
	}
	hi := d.order(j + 1)
	if hi == lo { // also keeps ∞ − ∞ away
		return Of(lo)
	}
	return Of(lo + float64(num)/float64(den)*(hi-lo))
}

// position gives the place of a quantile among n ordered answers: the answer j
// (from 0) and the fraction num/den of the way to the next one.
func position(n, permille, kind int) (j, num, den int, ok bool) {
	var at int // 0-based position, in units of 1/den
	switch kind {
	case 2:
		// At a step of the distribution function the two neighbours are averaged.
		switch {
		case permille == 0 || n*permille%1000 != 0:
			return n * permille / 1000, 0, 1, true
		case permille == 1000:
			return n - 1, 0, 1, true
		}
		return n*permille/1000 - 1, 1, 2, true
	case 6:
		den = 1000
		at = (n+1)*permille - den
	case 7:
		den = 1000
		at = (n - 1) * permille
	case 8:
		den = 3000
		at = (3*n+1)*permille + 1000 - den
	default:
		return 0, 0, 0, false
	}
	at = min(max(at, 0), (n-1)*den) // beyond the first or last answer lies nobody
	return at / den, at % den, den, true
}

// Median is the quantile at 500 ‰.
func (d Dist) Median(kind int) Value { return d.Quantile(500, kind) }

// IQR is Q3 − Q1 by quantile type kind. Undefined without answers, or when both
// quartiles are "never".
func (d Dist) IQR(kind int) Value {
	return d.Quantile(750, kind).Minus(d.Quantile(250, kind))
}

// RelativeIQR is IQR/median. Undefined without answers and at a median of 0.
// On scales that contain 0 it depends on where 0 lies: flag it there.
func (d Dist) RelativeIQR(kind int) Value { return d.IQR(kind).Over(d.Median(kind)) }

// CQV is the coefficient of quartile variation (Q3−Q1)/(Q3+Q1). Undefined
// without answers and where Q3+Q1 = 0. Source: Bonett, CSDA 2006;50:2953–2957.
func (d Dist) CQV(kind int) Value {
	q1, q3 := d.Quantile(250, kind), d.Quantile(750, kind)
	a, ok1 := q1.Float()
	b, ok3 := q3.Float()
	if !ok1 || !ok3 {
		return Undefined
	}
	if cancels(a+b, max(math.Abs(a), math.Abs(b))) {
		return Undefined
	}
	return q3.Minus(q1).Over(Of(a + b))
}

// cancels tells whether a sum of terms up to size is 0 but for the crumbs that
// floats leave: quartiles at −4/3 and 4/3 have no coefficient, not one of 10¹⁶.
func cancels(sum, size float64) bool { return math.Abs(sum) <= 0x1p-50*size }

// Mean is the arithmetic mean of the scores. Undefined without answers.
func (d Dist) Mean() Value {
	n, ok := d.n()
	if !ok {
		return Undefined
	}
	sum, size := 0.0, 0.0
	for i, c := range d.Count {
		if c > 0 { // 0·∞ is not 0
			sum += float64(c) * d.Score[i]
			size += float64(c) * math.Abs(d.Score[i])
		}
	}
	if !math.IsInf(size, 0) && cancels(sum, size) {
		return Of(0)
	}
	return Of(sum / float64(n))
}

// moment is Σ (x − mean)^power over the answers.
func (d Dist) moment(mean float64, power int) float64 {
	sum := 0.0
	for i, c := range d.Count {
		if c == 0 {
			continue
		}
		x := d.Score[i] - mean
		p := x
		for range power - 1 {
			p *= x
		}
		sum += float64(c) * p
	}
	return sum
}

// Variance is Σ(x−x̄)²/(n−1). Undefined below two answers.
func (d Dist) Variance() Value {
	n, ok := d.n()
	mean, defined := d.Mean().Float()
	if !ok || !defined || n < 2 {
		return Undefined
	}
	if lo, hi := d.order(0), d.order(n-1); lo == hi {
		return Of(0) // exactly, whatever the mean was rounded to
	}
	return Of(d.moment(mean, 2) / float64(n-1))
}

// SD is the root of Variance. Undefined below two answers.
func (d Dist) SD() Value {
	v, ok := d.Variance().Float()
	if !ok {
		return Undefined
	}
	return Of(math.Sqrt(v))
}

// CV is the coefficient of variation s/x̄. Undefined below two answers and at a
// mean of 0. On scales that contain 0 it depends on where 0 lies: flag it there.
func (d Dist) CV() Value { return d.SD().Over(d.Mean()) }

// Min is the lowest answer, Undefined without answers.
func (d Dist) Min() Value {
	if _, ok := d.n(); !ok {
		return Undefined
	}
	return Of(d.order(0))
}

// Max is the highest answer, Undefined without answers.
func (d Dist) Max() Value {
	n, ok := d.n()
	if !ok {
		return Undefined
	}
	return Of(d.order(n - 1))
}

// away is the mean of |x − centre|.
func (d Dist) away(centre Value) Value {
	n, ok := d.n()
	m, defined := centre.Float()
	if !ok || !defined {
		return Undefined
	}
	sum := 0.0
	for i, c := range d.Count {
		if c > 0 {
			sum += float64(c) * math.Abs(d.Score[i]-m)
		}
	}
	return Of(sum / float64(n))
}

// AD is the average deviation about the median, mean |x − median|. Undefined
// without answers. Source: Burke, Finkelstein & Dusig, Organizational Research
// Methods 1999;2:49–68.
func (d Dist) AD() Value { return d.away(d.Median(7)) }

// ADMean is the average deviation about the mean, mean |x − x̄|; shown beside AD.
func (d Dist) ADMean() Value { return d.away(d.Mean()) }

// MAD is the median of |x − median|, not scaled to a normal distribution.
// Undefined without answers.
func (d Dist) MAD() Value {
	m, ok := d.Median(7).Float()
	if !ok {
		return Undefined
	}
	// The distances are few (one per score), so counting them again is cheap.
	far := make(map[float64]int, len(d.Score))
	for i, c := range d.Count {
		if c > 0 && d.Score[i] != m { // equal infinities are 0 apart
			far[math.Abs(d.Score[i]-m)] += c
		} else if c > 0 {
			far[0] += c
		}
	}
	var e Dist
	for x := range far {
		e.Score = append(e.Score, x)
	}
	slices.Sort(e.Score)
	for _, x := range e.Score {
		e.Count = append(e.Count, far[x])
	}
	return e.Median(7)
}

// MedianShift is median(after) − median(before): shown beside the gates, never
// one of them. Undefined when either round has no answers.
func MedianShift(before, after Dist) Value {
	return after.Median(7).Minus(before.Median(7))
}

// ChangeCV is CV(after) − CV(before); a fall says that opinions drew together.
// Undefined when either CV is. Source: English & Keran 1976, in von der Gracht,
// Technological Forecasting & Social Change 2012;79:1525–1536.
func ChangeCV(before, after Dist) Value { return after.CV().Minus(before.CV()) }
