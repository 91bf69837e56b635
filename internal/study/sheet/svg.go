package sheet

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// Every picture is 320 units wide and shown at most 440 px wide.
const (
	edgeLeft  = 8.0
	edgeRight = 312.0
)

// drawing collects the markup of one picture. All words go through
// html.EscapeString, so that the picture is safe as a whole.
type drawing struct{ b strings.Builder }

func begin(id, class string, height float64, title, desc string) *drawing {
	d := &drawing{}
	labels := id + "t"
	if desc != "" {
		labels += " " + id + "d"
	}
	fmt.Fprintf(&d.b, `<svg class="%s" viewBox="0 0 320 %s" role="img" aria-labelledby="%s"><title id="%st">%s</title>`,
		class, num(height), labels, id, html.EscapeString(title))
	if desc != "" {
		fmt.Fprintf(&d.b, `<desc id="%sd">%s</desc>`, id, html.EscapeString(desc))
	}
	return d
}

// end gives the picture as markup that a template takes as it is.
func (d *drawing) end() template.HTML {
	d.b.WriteString("</svg>")
	return template.HTML(d.b.String()) // every word in it is escaped
}

func (d *drawing) rect(class string, x, y, w, h float64) {
	fmt.Fprintf(&d.b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`, class, num(x), num(y), num(w), num(h))
}

func (d *drawing) path(class, path string) {
	fmt.Fprintf(&d.b, `<path class="%s" d="%s"/>`, class, path)
}

// text writes words; anchor is "start", "middle" or "end".
func (d *drawing) text(class string, x, y float64, anchor, words string) {
	fmt.Fprintf(&d.b, `<text class="%s" x="%s" y="%s" text-anchor="%s">%s</text>`, class, num(x), num(y), anchor, html.EscapeString(words))
}

// diamond marks a median.
func (d *drawing) diamond(x, y float64) {
	d.path("med", fmt.Sprintf("M%s %sL%s %sL%s %sL%s %sZ", num(x), num(y-7), num(x+7), num(y), num(x), num(y+7), num(x-7), num(y)))
}

// num writes a coordinate with one decimal at most, so that pages are the same on
// every processor.
func num(v float64) string {
	s := strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// axis places k bars evenly between the edges.
type axis struct{ k int }

func (a axis) step() float64 { return (edgeRight - edgeLeft) / float64(max(a.k, 1)) }

// at is where the place v stands, from 1; it may lie between two points.
func (a axis) at(v float64) float64 { return edgeLeft + a.step()*(v-0.5) }

func (a axis) bar() float64 { return a.step() * 0.77 }
