package delphi

import (
	"math"

	"delfi/internal/delphi/stat"
)

// outcome is what a consensus rule says about one spread.
type outcome struct {
	testable  bool // the published table tells what the rule asks
	holds     bool
	direction Direction
	against   bool
	grounds   []Ground
}

// rule asks a consensus rule about a scale. A rule without a declared side
// (agreement, cns, rand) reads low as against, since scales run from no to yes.
func (p Protocol) rule(c ConsensusPlan, s spread) outcome {
	switch c.Rule {
	case RuleShare:
		return c.share(s)
	case RuleComet:
		return c.comet(s)
	case RuleRand:
		return rand(s)
	}
	h := s.points()
	if h == nil {
		return tooCoarse(c.Rule)
	}
	median := stat.Median(h, p.Measures.Quantile)
	switch c.Rule {
	case RuleMedianIQR:
		return c.medianIQR(s, median, stat.IQR(h, p.Measures.Quantile))
	case RuleAgreement:
		return side(s, median, "agreement", stat.Agreement(h), c.Agreement)
	case RuleCns:
		return side(s, median, "cns", stat.Consensus(h), c.Cns)
	}
	return outcome{} // the reader refuses rules that do not fit a scale
}

func tooCoarse(r RuleName) outcome {
	return outcome{grounds: []Ground{{Code: "too_coarse", Holds: true, Detail: string(r)}}}
}

// share tests the window and its mirror image; the declared side is asked first,
// as wide windows can both hold.
func (c ConsensusPlan) share(s spread) outcome {
	k, w := s.kind.Points, *c.Share
	window := [2]int{w.From, w.To}
	mirror := [2]int{k + 1 - w.To, k + 1 - w.From}
	n, ok := s.within(window[0], window[1])
	m, mok := s.within(mirror[0], mirror[1])
	if !ok || !mok {
		return tooCoarse(c.Rule)
	}
	d := direction(w.From+w.To, k+1)
	o := outcome{testable: true, holds: stat.AtLeast(n, s.n, w.Permille), direction: d}
	ground := Ground{Code: "share", Holds: o.holds, Value: permille(n, s.n), Limit: w.Permille, Detail: span(window)}
	if !o.holds && stat.AtLeast(m, s.n, w.Permille) {
		o.holds, o.against, o.direction = true, true, opposite(d)
		ground = Ground{Code: "share", Holds: true, Value: permille(m, s.n), Limit: w.Permille, Detail: span(mirror)}
	}
	o.grounds = []Ground{ground}
	return o
}

// direction compares the doubled middle of a window with that of the scale.
func direction(middle, of int) Direction {
	switch {
	case middle > of:
		return High
	case middle < of:
		return Low
	}
	return Middle
}

func opposite(d Direction) Direction {
	switch d {
	case High:
		return Low
	case Low:
		return High
	}
	return d
}

// medianIQR tests the median's limit and its mirror image.
func (c ConsensusPlan) medianIQR(s spread, median, iqr stat.Value) outcome {
	m, ok := median.Float()
	q, qok := iqr.Float()
	if !ok || !qok {
		return outcome{}
	}
	limit, width := c.MedianIQR.MedianMin, c.MedianIQR.IQRMax
	high, low := m >= float64(limit)-rounding, m <= float64(s.kind.Points+1-limit)+rounding
	narrow := q <= float64(width)+rounding
	o := outcome{testable: true, holds: (high || low) && narrow, direction: High}
	g := Ground{Code: "median", Holds: high || low, Value: median, Limit: limit}
	if low {
		o.direction, o.against = Low, true
		g.Limit = s.kind.Points + 1 - limit
	}
	o.grounds = []Ground{g, {Code: "iqr", Holds: narrow, Value: iqr, Limit: width}}
	return o
}

// side is a rule on one figure, with the direction of the median's class.
func side(s spread, median stat.Value, code string, v stat.Value, limit int) outcome {
	if !v.Defined() {
		return outcome{}
	}
	d := s.sideOf(median)
	return outcome{
		testable: true, holds: reaches(v, limit), direction: d, against: d == Low,
		grounds: []Ground{{Code: code, Holds: reaches(v, limit), Value: times1000(v), Limit: limit}},
	}
}

// sideOf is the side of the class that a median lies in; between two classes the
// higher counts, as RAND's 3.5 and 6.5 do.
func (s spread) sideOf(median stat.Value) Direction {
	m, ok := median.Float()
	if !ok {
		return NoDirection
	}
	at := int(math.Ceil(m - rounding))
	for i, c := range s.kind.Classes {
		if at <= c[1] {
			return classSide(i, len(s.kind.Classes))
		}
	}
	return High
}

// classSide is the direction of the i-th of n classes.
func classSide(i, n int) Direction {
	switch i {
	case 0:
		return Low
	case n - 1:
		return High
	}
	return Middle
}

// outer counts the thirds of the nine points that RAND and COMET were made for.
func (s spread) outer() ([3]int, bool) {
	low, a := s.within(1, 3)
	middle, b := s.within(4, 6)
	high, c := s.within(7, 9)
	return [3]int{low, middle, high}, s.kind.Points == 9 && a && b && c
}

// comet is in (for) or out (against), by the protocol's form of "out".
func (c ConsensusPlan) comet(s spread) outcome {
	thirds, ok := s.outer()
	if !ok {
		return tooCoarse(c.Rule)
	}
	r := stat.CometRule{In: c.Comet.In, Against: c.Comet.Against, Out: stat.Mirror}
	if c.Comet.Out == "at-most-half" {
		r.Out = stat.AtMostHalf
	}
	class := stat.Comet(thirds[2], thirds[1], thirds[0], r)
	o := outcome{testable: true, holds: class == stat.CometIn || class == stat.CometOutside, direction: High}
	favour, against := thirds[2], thirds[0]
	if class == stat.CometOutside {
		o.direction, o.against = Low, true
		if r.Out == stat.Mirror {
			favour, against = against, favour
		}
	}
	in := Ground{Code: "comet_in", Holds: stat.AtLeast(favour, s.n, r.In), Value: permille(favour, s.n), Limit: r.In}
	few := Ground{Code: "comet_against", Holds: stat.Below(against, s.n, r.Against), Value: permille(against, s.n), Limit: r.Against}
	if o.against && r.Out == stat.AtMostHalf {
		o.grounds = []Ground{{Code: "comet_in", Holds: false, Value: in.Value, Limit: 500}}
		return o
	}
	o.grounds = []Ground{in, few}
	return o
}

// rand reads RAND/UCLA: for 8–16 people agreement by the manual's counts, for
// more no disagreement by IPRAS; for fewer the method is not defined. The side is
// the median's third.
func rand(s spread) outcome {
	thirds, ok := s.outer()
	if !ok {
		return tooCoarse(RuleRand)
	}
	third := stat.MedianThird(thirds)
	var read stat.Appropriateness
	if h := s.points(); h != nil {
		read = stat.Ram(h)
		third = read.MedianThird
	}
	if third < 0 {
		return outcome{}
	}
	o := outcome{direction: []Direction{Low, Middle, High}[third], against: third == 0}
	if within, _, defined := stat.PanelRule(s.n); defined {
		agreement, _, _ := stat.BySize(thirds, third)
		o.testable, o.holds = true, agreement
		o.grounds = []Ground{{Code: "rand_size", Holds: agreement, Value: people(s.n - thirds[third]), Limit: within}}
		return o
	}
	if s.n < 8 {
		o.grounds = []Ground{{Code: "rand_size", Value: people(s.n), Limit: 8}} // the manual begins at eight
		return o
	}
	ipras, defined := read.IPRAS.Float()
	if !defined {
		return tooCoarse(RuleRand)
	}
	o.testable, o.holds = true, !read.Disagreement
	o.grounds = []Ground{{Code: "rand_ipras", Holds: !read.Disagreement, Value: times1000(read.IPR), Limit: int(math.Round(1000 * ipras))}}
	return o
}
