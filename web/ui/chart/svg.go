package chart

import (
	"context"
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// Every picture is 320 units wide: at most 440 px on the page, so that a unit is
// never smaller than a pixel on the narrowest telephone.
const (
	width = 320.0
	left  = 8.0
	right = 312.0
)

// drawing collects the markup of one picture. All text goes through html.EscapeString.
type drawing struct{ b strings.Builder }

// begin opens a picture that has a title and, unless empty, a description.
func begin(id, class string, height float64, title, desc string) *drawing {
	d := &drawing{}
	labels := id + "t"
	if desc != "" {
		labels += " " + id + "d"
	}
	fmt.Fprintf(&d.b, `<svg class="%s" viewBox="0 0 320 %s" role="img" aria-labelledby="%s"><title id="%st">%s</title>`,
		class, num(height), html.EscapeString(labels), html.EscapeString(id), html.EscapeString(title))
	if desc != "" {
		fmt.Fprintf(&d.b, `<desc id="%sd">%s</desc>`, html.EscapeString(id), html.EscapeString(desc))
	}
	return d
}

// end closes the picture and gives it as a component.
func (d *drawing) end() templ.Component {
	d.b.WriteString(`</svg>`)
	s := d.b.String()
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	})
}

func (d *drawing) rect(class string, x, y, w, h float64) {
	fmt.Fprintf(&d.b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`, class, num(x), num(y), num(w), num(h))
}

func (d *drawing) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&d.b, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`, class, num(x1), num(y1), num(x2), num(y2))
}

func (d *drawing) path(class, path string) {
	fmt.Fprintf(&d.b, `<path class="%s" d="%s"/>`, class, path)
}

// text writes words; anchor is "", "middle" or "end".
func (d *drawing) text(class string, x, y float64, anchor, words string) {
	a := ""
	if anchor != "" {
		a = ` text-anchor="` + anchor + `"`
	}
	fmt.Fprintf(&d.b, `<text class="%s" x="%s" y="%s"%s>%s</text>`, class, num(x), num(y), a, html.EscapeString(words))
}

// diamond marks a median.
func (d *drawing) diamond(x, y float64) {
	d.path("dlf-med", fmt.Sprintf("M%s %sL%s %sL%s %sL%s %sZ",
		num(x), num(y-7), num(x+7), num(y), num(x), num(y+7), num(x-7), num(y)))
}

// num writes a coordinate with one decimal at most, so that golden files stay
// the same on every processor.
func num(v float64) string {
	s := fmt.Sprintf("%.1f", v)
	s = strings.TrimSuffix(s, ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// short cuts words that would run into their neighbour; the table has them whole.
func short(words string, n int) string {
	r := []rune(words)
	if len(r) <= n {
		return words
	}
	return strings.TrimRight(string(r[:n-1]), " ") + "…"
}

// axis places k bars evenly between left and right.
type axis struct{ k int }

// step is the room of one bar, gap included.
func (a axis) step() float64 { return (right - left) / float64(max(a.k, 1)) }

// at is where the scale value v (from 1, may lie between two points) stands.
func (a axis) at(v float64) float64 { return left + a.step()*(v-0.5) }

// bar is a bar's width: 26 of 33.8 units on nine points.
func (a axis) bar() float64 { return a.step() * 0.77 }
