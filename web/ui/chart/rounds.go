package chart

import (
	"fmt"

	"github.com/a-h/templ"
)

// Round is one row of a picture of several rounds.
type Round struct {
	Name string // "Giro 2"
	Distribution
}

// Series is an item over its rounds.
type Series struct {
	ID, Title string
	Rounds    []Round // oldest first; the last one stands out
	Poles     bool    // two camps: brackets with their shares instead of medians
}

// Rounds stacks one row per round over a common axis, past rounds paler, medians
// joined downwards: one axis compares better than several abreast, and survives a
// telephone. With Poles there is no median and no band, because the middle of two
// camps is where nobody stands; brackets over the outer classes carry their shares.
func Rounds(w Words, s Series) templ.Component {
	n := len(s.Rounds)
	if n == 0 {
		return templ.NopComponent
	}
	last := s.Rounds[n-1].Distribution
	g := begin(s.ID, "dlf-chart", 80*float64(n)+54, s.Title, s.Describe(w))
	a := axis{len(last.Counts)}
	peak, room := s.peak(), 46.0
	if s.Poles {
		room = 40
	}
	var medians [][2]float64
	for i, r := range s.Rounds {
		y := 80 * float64(i)
		bottom := y + 74
		class := "dlf-bar-past"
		if i == n-1 {
			class = "dlf-bar"
		}
		if r.Middle.Known && !s.Poles {
			g.band(a, r.Middle, y+24, bottom)
			medians = append(medians, [2]float64{a.at(r.Middle.Median), bottom})
		}
		if s.Poles {
			g.brackets(a, r.Distribution, y)
		}
		for v, c := range r.Counts {
			h := scaled(permille(c, r.N()), peak, room)
			x := a.at(float64(v + 1))
			g.rect(class, x-a.bar()/2, bottom-h, a.bar(), h)
		}
		g.line("dlf-axis", left, bottom, right, bottom)
	}
	g.joined(medians)
	for i, r := range s.Rounds {
		y := 80*float64(i) + 18
		g.text("dlf-t dlf-b dlf-halot", left, y, "", r.Name)
		g.text("dlf-t dlf-m dlf-halot", right, y, "end", s.caption(w, r))
	}
	base := 80*float64(n-1) + 94
	for v := range last.Counts {
		g.text("dlf-t dlf-dig", a.at(float64(v+1)), base, "middle", last.label(v+1))
	}
	g.ends(last, base+18)
	return g.end()
}

// caption is what stands at the right of a row.
func (s Series) caption(w Words, r Round) string {
	c := w.T("ui.chart.answers", "n", r.N())
	if r.Middle.Known && !s.Poles {
		c += " · " + w.T("ui.chart.median", "value", w.Point(r.Middle.Median))
	}
	return c
}

// Describe says what each row shows.
func (s Series) Describe(w Words) string {
	d := ""
	for i, r := range s.Rounds {
		if i > 0 {
			d += " "
		}
		if s.Poles {
			r.Middle.Known = false
		}
		d += r.Name + ": " + r.Distribution.Describe(w)
	}
	return d
}

// peak is the largest share of all rounds.
func (s Series) peak() int {
	all := make([]Distribution, len(s.Rounds))
	for i, r := range s.Rounds {
		all[i] = r.Distribution
	}
	return Peak(all...)
}

// brackets span the lowest and the highest class, with their shares.
func (g *drawing) brackets(a axis, d Distribution, y float64) {
	classes := d.classes()
	if len(classes) < 2 {
		return
	}
	shares := Shares(d.ClassCounts())
	low, high := classes[0], classes[len(classes)-1]
	half := a.bar() / 2
	l, r := a.at(float64(low[1]))+half, a.at(float64(high[0]))-half
	g.path("dlf-pole", fmt.Sprintf("M%s %sv-6H%sv6M%s %sv-6H%sv6",
		num(a.at(float64(low[0]))-half), num(y+32), num(l),
		num(r), num(y+32), num(a.at(float64(high[1]))+half)))
	if r-l < 70 {
		// Without a middle class there is no room between the camps: above them, then.
		return
	}
	g.text("dlf-t dlf-b", l+10, y+46, "", "← "+label(shares[0]))
	g.text("dlf-t dlf-b", r-10, y+46, "end", label(shares[len(shares)-1])+" →")
}

// The words of a row stand between these distances below the axis of the row above.
const wordsFrom, wordsTo = 11, 29

// joined draws the medians' path with a white halo, and their diamonds upon it. The path
// is broken where the words of a row stand, so that it strikes none of them through.
func (g *drawing) joined(points [][2]float64) {
	d := ""
	for i := 1; i < len(points); i++ {
		from, to := points[i-1], points[i]
		at := func(below float64) string {
			return num(from[0]+(to[0]-from[0])*below/(to[1]-from[1])) + " " + num(from[1]+below)
		}
		d += "M" + at(0) + "L" + at(wordsFrom) + "M" + at(wordsTo) + "L" + num(to[0]) + " " + num(to[1])
	}
	if d != "" {
		g.path("dlf-halo", d)
		g.path("dlf-path", d)
	}
	for _, p := range points {
		g.diamond(p[0], p[1])
	}
}
