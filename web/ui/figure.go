package ui

import (
	"fmt"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/verdict"
	"delfi/web/page"
	"delfi/web/ui/chart"
)

// Scale is what a picture needs to know of an item's scale.
type Scale struct {
	Points    int
	Low, High string   // words at the ends, in the reader's language
	Classes   [][2]int // the protocol's classes, from low to high
}

// Words are the reader's words for charts.
func Words(q *page.Request) chart.Words {
	return chart.Words{T: q.T}
}

// Distribution makes a picture's data of an item's figures. own is the reader's own
// last answer, 0 for none. Where only classes may be shown, so does the picture.
func Distribution(id, title string, f verdict.Figures, s Scale, own int) chart.Distribution {
	return distribution(id, title, f.Histogram, quartiles(f.Q1, f.Median, f.Q3), f.Thirds, s, own)
}

// GroupDistribution is Distribution for one group that may be shown.
func GroupDistribution(id, title string, g verdict.GroupFigures, s Scale) chart.Distribution {
	return distribution(id, title, g.Histogram, quartiles(g.Q1, g.Median, g.Q3), false, s, 0)
}

func distribution(id, title string, counts []int, m chart.Quartiles, thirds bool, s Scale, own int) chart.Distribution {
	d := chart.Distribution{ID: id, Title: title, Counts: counts, Low: s.Low, High: s.High, Own: own, Middle: m}
	if thirds {
		d.Middle = chart.Quartiles{}
		d.Own = 0
		for i, c := range thirdsOf(s.Classes) {
			d.Labels = append(d.Labels, span(c))
			if own >= c[0] && own <= c[1] {
				d.Own = i + 1
			}
		}
		return d
	}
	d.Class = s.Classes
	for v := range counts {
		d.Labels = append(d.Labels, fmt.Sprint(v+1))
	}
	return d
}

// thirdsOf are the classes as a small panel is shown: the outer ones, and all between
// them as one.
func thirdsOf(classes [][2]int) [][2]int {
	last := len(classes) - 1
	if last <= 2 {
		return classes
	}
	return [][2]int{classes[0], {classes[1][0], classes[last-1][1]}, classes[last]}
}

// part names one of the three parts of a bar: its side, its points, and what the end
// of the scale is called.
func (s Scale) part(q *page.Request, declared, at verdict.Direction) string {
	side := delphi.Against
	switch at {
	case declared:
		side = delphi.For
	case verdict.Middle:
		side = delphi.Between
	}
	thirds, words := thirdsOf(s.Classes), s.Low
	points := thirds[0]
	switch at {
	case verdict.Middle:
		points, words = thirds[1], ""
	case verdict.High:
		points, words = thirds[len(thirds)-1], s.High
	}
	if words == "" {
		return q.T("ui.legend.side", "side", Side(q, side), "range", span(points))
	}
	return q.T("ui.legend.side_words", "side", Side(q, side), "range", span(points), "words", words)
}

// span writes a class: "1–3", or "2" when it is one point.
func span(c [2]int) string {
	if c[0] == c[1] {
		return fmt.Sprint(c[0])
	}
	return fmt.Sprintf("%d–%d", c[0], c[1])
}

// quartiles are known only when all three are.
func quartiles(q1, median, q3 stat.Value) chart.Quartiles {
	a, ok1 := q1.Float()
	b, ok2 := median.Float()
	c, ok3 := q3.Float()
	return chart.Quartiles{Q1: a, Median: b, Q3: c, Known: ok1 && ok2 && ok3}
}

// Decimal writes a figure with n decimals in the reader's language, "–" when it is
// not defined. The minus is the sign, not the hyphen.
func Decimal(q *page.Request, v stat.Value, n int) string {
	x, ok := v.Float()
	if !ok {
		return "–"
	}
	s := []rune(fmt.Sprintf("%.*f", n, x))
	for i, r := range s {
		switch {
		case r == '.' && q.Lang == "it":
			s[i] = ','
		case r == '-':
			s[i] = '−'
		}
	}
	return string(s)
}

// WithoutMiddle leaves median and middle half out of a picture of two camps, where
// the middle is the place at which nobody stands.
func WithoutMiddle(d chart.Distribution) chart.Distribution {
	d.Middle = chart.Quartiles{}
	return d
}
