package chart

import (
	"fmt"

	"github.com/a-h/templ"
)

// Strip draws the mean rank of one item of a list of k, and one's own place (0 for none)
// joined to it by a line: how far the two are apart. title says both in words.
func Strip(id, title string, k int, mean float64, own int) templ.Component {
	const y = 12.0
	g := begin(id, "dlf-rstrip", 24, title, "")
	at := func(place float64) float64 { return 10 + 300*(place-1)/float64(max(k-1, 1)) }
	g.line("dlf-hair", at(1), y, at(float64(k)), y)
	for place := 1; place <= k; place++ {
		x := at(float64(place))
		g.line("dlf-hair", x, y-4, x, y+4)
	}
	if own > 0 {
		g.line("dlf-cap", at(float64(own)), y, at(mean), y)
		fmt.Fprintf(&g.b, `<circle class="dlf-mk dlf-dash" cx="%s" cy="%s" r="7"/>`, num(at(float64(own))), num(y))
	}
	g.diamond(at(mean), y)
	return g.end()
}
