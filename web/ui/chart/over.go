package chart

import "github.com/a-h/templ"

// Over draws a distribution to stand over the buttons of its scale: each bar over its own
// button, with its share, one's own hatched.
func Over(w Words, d Distribution) templ.Component {
	const top, base = 20.0, 68.0
	g := begin(d.ID, "dlf-chart", 70, d.Title, d.Describe(w))
	step := width / float64(max(len(d.Counts), 1))
	shares, peak := Shares(d.Counts), most(d.Counts)
	for i, c := range d.Counts {
		x, h := step*(float64(i)+0.5), scaled(c, peak, base-top)
		class, words := "dlf-bar", "dlf-t"
		if i+1 == d.Own {
			class, words = "dlf-bar-own", "dlf-t dlf-b"
		}
		g.rect(class, x-0.325*step, base-h, 0.65*step, h)
		g.text(words, x, base-h-4, "middle", axis{len(d.Counts)}.share(shares[i]))
	}
	g.line("dlf-axis", 0, base, width, base)
	return g.end()
}
