package chart

import (
	"fmt"

	"github.com/a-h/templ"
)

// Spread is how an estimate or a date was answered. Places lie from 0, the least value
// that may be answered, to 1, the greatest.
type Spread struct {
	ID, Title string
	Desc      string // says in words what the picture shows
	Bars      []SpreadBar
	Ticks     []Tick
	Never     int    // people who answered that it never happens
	NeverWord string // "" where that is no answer
	Middle    Quartiles
	Median    string // the median in words
	Own       string // one's own last answer in words; "" for none
	OwnAt     float64
	OwnNever  bool
}

// SpreadBar counts the answers between two places.
type SpreadBar struct {
	From, To float64
	Count    int
}

// Tick is a value that is written at the axis.
type Tick struct {
	At    float64
	Label string
}

// Spreads draws the answers along their own axis, the middle half as a pale band and a
// capped bar with the median's diamond, and "never" as a bar apart from the axis: it lies
// at no distance from any value. One's own answer has a flag.
func Spreads(w Words, s Spread) templ.Component {
	top, bottom, beneath := 42.0, 104.0, 22.0
	if s.Own == "" {
		top, bottom = 14, 76 // no room is kept for a flag
	}
	from, to := 16.0, 304.0
	if s.NeverWord != "" {
		to = 256
	}
	if s.Middle.Known {
		beneath = 64
	}
	g := begin(s.ID, "dlf-chart", bottom+beneath, s.Title, s.Desc)
	at := func(place float64) float64 { return from + (to-from)*min(1, max(0, place)) }
	if s.Middle.Known {
		g.rect("dlf-band", at(s.Middle.Q1), top-2, max(2, at(s.Middle.Q3)-at(s.Middle.Q1)), bottom-top+2)
	}
	peak := s.Never
	for _, b := range s.Bars {
		peak = max(peak, b.Count)
	}
	for _, b := range s.Bars {
		if b.Count == 0 {
			continue
		}
		middle, wide := (at(b.From)+at(b.To))/2, min(14, max(2, 0.77*(at(b.To)-at(b.From))))
		h := scaled(b.Count, peak, bottom-top)
		g.rect("dlf-bar", middle-wide/2, bottom-h, wide, h)
	}
	g.line("dlf-axis", from-8, bottom, to+8, bottom)
	for _, t := range s.Ticks {
		anchor, x := edge(at(t.At))
		g.line("dlf-hair", at(t.At), bottom, at(t.At), bottom+4)
		g.text("dlf-t", x, bottom+17, anchor, t.Label)
	}
	if s.NeverWord != "" {
		h := scaled(s.Never, peak, bottom-top)
		if s.Never > 0 {
			g.rect("dlf-lo", 283, bottom-h, 26, h)
		}
		g.line("dlf-axis", 278, bottom, 314, bottom)
		g.text("dlf-t", 296, bottom+17, "middle", s.NeverWord)
	}
	if s.Own != "" {
		x := at(s.OwnAt)
		if s.OwnNever {
			x = 296
		}
		anchor, words := edge(x)
		g.path("dlf-own", fmt.Sprintf("M%s %sh12l-6 8z", num(x-6), num(top-14)))
		g.line("dlf-hair", x, top-6, x, bottom)
		g.text("dlf-t dlf-b", words, top-20, anchor, w.T("ui.chart.you", "value", s.Own))
	}
	if s.Middle.Known {
		y := bottom + 34
		g.line("dlf-hair", from, y, to, y)
		g.rect("dlf-iqr", at(s.Middle.Q1), y-5, max(1, at(s.Middle.Q3)-at(s.Middle.Q1)), 10)
		g.line("dlf-cap", at(s.Middle.Q1), y-8, at(s.Middle.Q1), y+8)
		g.line("dlf-cap", at(s.Middle.Q3), y-8, at(s.Middle.Q3), y+8)
		g.diamond(at(s.Middle.Median), y)
		anchor, x := edge(at(s.Middle.Median))
		g.text("dlf-t dlf-b", x, y+24, anchor, w.T("ui.chart.median", "value", s.Median))
	}
	return g.end()
}
