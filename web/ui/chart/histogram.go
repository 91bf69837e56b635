package chart

import (
	"fmt"

	"github.com/a-h/templ"
)

// Histogram draws one distribution: bars with their shares, the pale band and the
// capped bar from Q1 to Q3, the diamond at the median, one's own bar hatched and
// flagged. Without quartiles band, cap and diamond are left out, not guessed.
func Histogram(w Words, d Distribution) templ.Component {
	const top, bottom = 40.0, 144.0
	height := 218.0
	if !d.Middle.Known {
		height = 186 // no room is kept for what is not drawn
	}
	g := begin(d.ID, "dlf-chart", height, d.Title, d.Describe(w))
	a := axis{len(d.Counts)}
	if d.Middle.Known {
		g.band(a, d.Middle, top-2, bottom)
	}
	shares := Shares(d.Counts)
	peak := most(d.Counts)
	for i, c := range d.Counts {
		x := a.at(float64(i + 1))
		h := scaled(c, peak, bottom-top)
		own := i+1 == d.Own
		class, digit := "dlf-bar", "dlf-t dlf-dig"
		if own {
			class, digit = "dlf-bar-own", "dlf-t dlf-dig dlf-b"
		}
		g.rect(class, x-a.bar()/2, bottom-h, a.bar(), h)
		g.text("dlf-t", x, bottom-h-4, "middle", a.share(shares[i]))
		if own {
			// The flag stands above the share, so that neither hides the other.
			y := bottom - h - 18
			g.path("dlf-own", fmt.Sprintf("M%s %sh12l-6 8z", num(x-6), num(y-8)))
			anchor, fx := edge(x)
			g.text("dlf-t dlf-b", fx, y-11, anchor, w.T("ui.chart.you", "value", d.label(d.Own)))
		}
		g.text(digit, x, bottom+14, "middle", d.label(i+1))
	}
	g.line("dlf-axis", left, bottom, right, bottom)
	ends := bottom + 34
	if d.Middle.Known {
		g.capped(a, d.Middle, bottom+28)
		anchor, x := edge(a.at(d.Middle.Median))
		g.text("dlf-t dlf-b", x, bottom+52, anchor, w.T("ui.chart.median", "value", w.Point(d.Middle.Median)))
		ends = bottom + 70
	}
	g.ends(d, ends)
	return g.end()
}

// Small draws a group's distribution for comparing several beside one another: no
// shares, and a height that means the same in each. peak is the largest share, in
// permille, of all that stand together.
func Small(w Words, d Distribution, peak int) templ.Component {
	const top, bottom = 8.0, 60.0
	height := 100.0
	if !d.Middle.Known {
		height = 80
	}
	g := begin(d.ID, "dlf-chart small", height, d.Title, d.Describe(w))
	a := axis{len(d.Counts)}
	if d.Middle.Known {
		g.band(a, d.Middle, top-2, bottom)
	}
	for i, c := range d.Counts {
		x := a.at(float64(i + 1))
		h := scaled(permille(c, d.N()), peak, bottom-top)
		g.rect("dlf-bar", x-a.bar()/2, bottom-h, a.bar(), h)
		g.text("dlf-t dlf-dig", x, bottom+14, "middle", d.label(i+1))
	}
	g.line("dlf-axis", left, bottom, right, bottom)
	if d.Middle.Known {
		g.capped(a, d.Middle, bottom+28)
	}
	return g.end()
}

// Peak is the largest share, in permille, of several distributions: the common
// height of their bars.
func Peak(all ...Distribution) int {
	peak := 0
	for _, d := range all {
		for _, c := range d.Counts {
			peak = max(peak, permille(c, d.N()))
		}
	}
	return peak
}

// band is the pale ground behind the middle half.
func (g *drawing) band(a axis, q Quartiles, top, bottom float64) {
	from, to := a.at(q.Q1)-a.step()/2, a.at(q.Q3)+a.step()/2
	g.rect("dlf-band", from, top, to-from, bottom-top)
}

// capped is the bar from Q1 to Q3 with the median's diamond, at height y.
func (g *drawing) capped(a axis, q Quartiles, y float64) {
	from, to := a.at(q.Q1)-a.bar()/2, a.at(q.Q3)+a.bar()/2
	g.line("dlf-hair", a.at(1), y, a.at(float64(a.k)), y)
	g.rect("dlf-iqr", from, y-5, to-from, 10)
	g.line("dlf-cap", from, y-8, from, y+8)
	g.line("dlf-cap", to, y-8, to, y+8)
	g.diamond(a.at(q.Median), y)
}

// ends writes what the two ends of the scale mean.
func (g *drawing) ends(d Distribution, y float64) {
	g.text("dlf-t dlf-m", left, y, "", short(d.Low, 21))
	g.text("dlf-t dlf-m", right, y, "end", short(d.High, 21))
}

// share is the label of a bar: ten bars and more stand too close for the space.
func (a axis) share(share int) string {
	if a.k > 9 {
		return fmt.Sprintf("%d%%", share)
	}
	return label(share)
}

// edge keeps a word centred at x inside the picture.
func edge(x float64) (anchor string, at float64) {
	switch {
	case x < 40:
		return "", left
	case x > width-40:
		return "end", right
	}
	return "middle", x
}

// scaled is the height of a bar; an answer that exists is never invisible.
func scaled(count, peak int, room float64) float64 {
	if count == 0 || peak == 0 {
		return 0
	}
	return max(room*float64(count)/float64(peak), 1)
}

// most is the largest count.
func most(counts []int) int {
	m := 0
	for _, c := range counts {
		m = max(m, c)
	}
	return m
}

// permille is c of n in thousandths; of nothing it is 0.
func permille(c, n int) int {
	if n == 0 {
		return 0
	}
	return 1000 * c / n
}
