package chart

import (
	"fmt"

	"github.com/a-h/templ"
)

// Bar draws the shares of the lowest, the middle and the highest class as one bar:
// hatched, grey, solid. Two classes leave the middle out; more than three count
// all inner ones as the middle. A part is labelled when it is 30 units wide. sides
// says in words what the parts are; it ends the picture's title.
func Bar(w Words, d Distribution, sides string) templ.Component {
	counts := d.Sides()
	shares := Shares(counts[:])
	title := d.Title
	if sides != "" {
		title += ": " + sides
	}
	g := begin(d.ID, "dlf-bar3", 24, title, "")
	n := d.N()
	x := 1.0
	for i, class := range []string{"dlf-lo", "dlf-mi", "dlf-hi"} {
		if counts[i] == 0 {
			continue
		}
		part := 318 * float64(counts[i]) / float64(n)
		g.rect(class, x, 1, part, 22)
		if part >= 30 {
			words, at := label(shares[i]), x+part/2
			switch class {
			case "dlf-lo":
				// Words on a hatch are unreadable: they get a plain ground.
				fmt.Fprintf(&g.b, `<rect class="dlf-plate" x="%s" y="4" width="34" height="16" rx="3"/>`, num(at-17))
				g.text("dlf-t dlf-b", at, 16.5, "middle", words)
			case "dlf-hi":
				g.text("dlf-t dlf-b dlf-inv", at, 16.5, "middle", words)
			default:
				g.text("dlf-t dlf-b", at, 16.5, "middle", words)
			}
		}
		x += part
	}
	if n == 0 {
		g.rect("dlf-mk", 1, 1, 318, 22)
		g.text("dlf-t", 160, 16.5, "middle", w.T("ui.chart.none"))
	}
	return g.end()
}

// Sides counts the answers of the lowest class, of all between, and of the highest.
func (d Distribution) Sides() [3]int {
	classes := d.ClassCounts()
	var s [3]int
	for i, c := range classes {
		switch i {
		case 0:
			s[0] += c
		case len(classes) - 1:
			s[2] += c
		default:
			s[1] += c
		}
	}
	return s
}
