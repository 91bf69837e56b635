package verdict

import (
	"math"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
)

// outcome is what a consensus rule says about one spread.
type outcome struct {
	testable  bool // the published table tells what the rule asks
	holds     bool
	disagrees bool // rule rand alone, and never where it holds: the panel disagrees, whatever its classes
	hidden    bool // rule rand alone: the table is too coarse to tell whether the panel disagrees
	direction Direction
	grounds   []Ground
}

// decide asks a consensus rule about a scale.
func decide(p protocol.Protocol, c protocol.ConsensusPlan, s spread) outcome {
	switch c.Rule {
	case protocol.RuleShare:
		return shareRule(c, s)
	case protocol.RuleComet:
		return cometRule(c, s)
	case protocol.RuleRand:
		return rand(s)
	}
	h := s.points()
	if h == nil {
		return tooCoarse(c.Rule)
	}
	q := p.Measures.Quantile
	median, iqr := stat.Median(h, q), stat.IQR(h, q)
	switch c.Rule {
	case protocol.RuleMedianIQR:
		return medianIQRRule(c, s, median, iqr)
	case protocol.RuleIQR:
		o := outcome{testable: true, direction: s.sideOf(median)}
		narrow := narrowIn(iqr, c.IQR)
		o.holds, o.grounds = narrow.Holds, []Ground{narrow}
		return o
	case protocol.RuleAgreement:
		return figureRule(c, s, median, stat.Agreement(h), c.Agreement)
	case protocol.RuleCns:
		return figureRule(c, s, median, stat.Consensus(h), c.Cns)
	}
	return outcome{} // the reader refuses rules that do not fit a scale
}

func tooCoarse(r protocol.RuleName) outcome {
	return outcome{grounds: []Ground{{Code: "too_coarse", Holds: true, Detail: string(r)}}}
}

// shareRule tests the window, its mirror image, and the middle class; the declared side
// is asked first, as wide windows can overlap.
func shareRule(c protocol.ConsensusPlan, s spread) outcome {
	k, w := s.kind.Points, *c.Share
	d := direction(w.From+w.To, k+1)
	type part struct {
		code string
		span [2]int
		side Direction
	}
	parts := []part{
		{"share", [2]int{w.From, w.To}, d},
		{"share", [2]int{k + 1 - w.To, k + 1 - w.From}, opposite(d)},
	}
	if middle := s.kind.Thirds(); len(middle) == 3 {
		parts = append(parts, part{"middle", middle[1], Middle})
	}
	o := outcome{testable: true, direction: d}
	for _, one := range parts {
		n, ok := s.within(one.span[0], one.span[1])
		if !ok {
			return tooCoarse(c.Rule)
		}
		ground := shareGround(w, one.code, n, s.of, delphi.Span(one.span))
		if ground.Holds || o.grounds == nil {
			o.holds, o.direction, o.grounds = ground.Holds, one.side, []Ground{ground}
		}
		if o.holds {
			break
		}
	}
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

// side reads a direction against the one that the protocol declares: only the
// declared direction is for (docs/METHOD.md §4). Where the middle itself is declared,
// both ends are against.
func side(d, declared Direction) delphi.Side {
	switch {
	case d == NoDirection || d == "":
		return delphi.NoSide
	case d == declared:
		return delphi.For
	case d == Middle:
		return delphi.Between
	}
	return delphi.Against
}

// medianIQRRule tests the median's limit and its mirror image.
func medianIQRRule(c protocol.ConsensusPlan, s spread, median, iqr stat.Value) outcome {
	m, ok := median.Float()
	if !ok {
		return outcome{}
	}
	limit := c.MedianIQR.MedianMin
	high, low := m >= float64(limit)-rounding, m <= float64(s.kind.Points+1-limit)+rounding
	narrow := narrowIn(iqr, c.MedianIQR.IQRMax)
	o := outcome{testable: true, holds: (high || low) && narrow.Holds, direction: High}
	g := Ground{Code: "median", Holds: high || low, Value: median, Limit: limit}
	if low {
		o.direction = Low
		g.Limit = s.kind.Points + 1 - limit
	}
	o.grounds = []Ground{g, narrow}
	return o
}

// narrowIn compares an interquartile range with its limit, both in the item's units.
func narrowIn(iqr stat.Value, limit int) Ground {
	q, ok := iqr.Float()
	return Ground{Code: "iqr", Holds: ok && q <= float64(limit)+rounding, Value: iqr, Limit: limit}
}

// figureRule is a rule on one figure, with the direction of the median's class.
func figureRule(c protocol.ConsensusPlan, s spread, median, v stat.Value, limit int) outcome {
	if !v.Defined() {
		return outcome{}
	}
	holds := reaches(v, c.Fine(limit))
	return outcome{
		testable: true, holds: holds, direction: s.sideOf(median),
		grounds: []Ground{{Code: string(c.Rule), Holds: holds, Value: times1000(v), Limit: limit, Above: c.Above}},
	}
}

// sideOf is the direction of the class that a median lies in; between two classes
// the higher counts, as RAND's 3.5 and 6.5 do.
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

// cometRule is in (for) or, mirrored, out (against). The other published form of out is
// no consensus: see coreSet.
func cometRule(c protocol.ConsensusPlan, s spread) outcome {
	thirds, ok := s.outer()
	if !ok {
		return tooCoarse(c.Rule)
	}
	r := stat.CometRule{In: c.Comet.In, Against: c.Comet.Against}
	// Those who cannot judge are in no third, and in the denominator if it has them.
	class := stat.Comet(thirds[2], thirds[1]+s.of-s.n, thirds[0], r)
	o := outcome{testable: true, holds: class == stat.CometIn || class == stat.CometOutside, direction: High}
	favour, against := thirds[2], thirds[0]
	if class == stat.CometOutside {
		o.direction = Low
		favour, against = against, favour
	}
	o.grounds = []Ground{
		{Code: "comet_in", Holds: stat.AtLeast(favour, s.of, r.In), Value: permille(favour, s.of), Limit: r.In},
		{Code: "comet_against", Holds: stat.Below(against, s.of, r.Against), Value: permille(against, s.of), Limit: r.Against},
	}
	return o
}

// rand reads RAND/UCLA: agreement by the manual's counts for 8–16 people and by a
// quarter for more, disagreement by counts and by IPRAS; for fewer than 8 the
// method is not defined. The direction is the median's third. Source: Fitch et al.,
// The RAND/UCLA Appropriateness Method User's Manual, RAND 2001, ch. 8.
func rand(s spread) outcome {
	thirds, ok := s.outer()
	if !ok {
		return tooCoarse(protocol.RuleRand)
	}
	third := stat.MedianThird(thirds)
	h := s.points()
	if h != nil {
		third = stat.Ram(h).MedianThird
	}
	agrees, defined := stat.RandAgrees(thirds, third)
	if !defined {
		return outcome{grounds: []Ground{{Code: "rand_size", Value: people(s.n), Limit: 8}}} // the manual begins at eight
	}
	o := outcome{testable: true, holds: agrees, direction: []Direction{Low, Middle, High}[third]}
	outside := s.n - thirds[third]
	if within, apart, small := stat.PanelRule(s.n); small {
		o.disagrees, _ = stat.RandApart(thirds)
		o.grounds = []Ground{
			{Code: "rand_size", Holds: agrees, Value: people(outside), Limit: within},
			{Code: "rand_apart", Holds: !o.disagrees, Value: people(min(thirds[0], thirds[2])), Limit: apart},
		}
		return o
	}
	o.grounds = []Ground{{Code: "rand_quarter", Holds: agrees, Value: permille(outside, s.n), Limit: stat.RandQuarter}}
	if h == nil {
		// Thirds do not tell IPRAS; three quarters in one third leave no room for it.
		if !agrees {
			o.testable, o.hidden, o.grounds = false, true, append(o.grounds, tooCoarse(protocol.RuleRand).grounds...)
		}
		return o
	}
	read := stat.Ram(h)
	ipras, _ := read.IPRAS.Float()
	o.disagrees = read.Disagreement
	o.grounds = append(o.grounds, Ground{Code: "rand_ipras", Holds: !read.Disagreement, Value: times1000(read.IPR), Limit: int(math.Round(1000 * ipras))})
	return o
}

// shareGround compares a count with the share that is asked for, in integers.
func shareGround(r protocol.ShareRule, code string, count, n int, detail string) Ground {
	return Ground{
		Code: code, Holds: n > 0 && 1_000_000*count >= (1000*r.Permille+r.Above)*n,
		Value: permille(count, n), Limit: r.Permille, Above: r.Above, Detail: detail,
	}
}

// Direction is the end of the scale that a consensus, majority or plurality lies
// at, and the larger of two poles.
type Direction string

// The directions; NoDirection where the kind of item has none.
const (
	High        Direction = "high"
	Low         Direction = "low"
	Middle      Direction = "middle"
	NoDirection Direction = "none"
)
