package figure

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// The picture has a panel for people and one for items, both axes in powers of
// ten: what grows as the size does is a line of slope one, what does not is flat.
const (
	panelWidth, panelHeight = 340, 260
	marginLeft, marginTop   = 62, 56
	marginBottom            = 54
)

// strokes are told apart by hue or, in grey and by colour-blind readers, by their
// dashes; the tables beside the picture say the same.
var strokes = []struct{ hue, dash string }{
	{"#0066cc", "none"}, {"#b35900", "none"}, {"#00704f", "none"}, {"#7a1fa2", "none"},
	{"#a8123c", "7 4"}, {"#17324d", "2 4"}, {"#6b6b00", "9 3 2 3"},
}

// Chart draws how cases grow.
func Chart(points []Point) string {
	width, height := 2*(panelWidth+marginLeft)+150, panelHeight+marginTop+marginBottom
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="t d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	b.WriteString("<title id=\"t\">How what Delfi does grows with people and with items</title>\n")
	fmt.Fprintf(&b, "<desc id=\"d\">%s</desc>\n", html.EscapeString(describe(points)))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, height)
	cases := caseNames(points)
	for i, along := range []string{"people", "items"} {
		axes(&b, points, cases, along, marginLeft+i*(panelWidth+marginLeft))
	}
	for i, c := range cases {
		y := marginTop + 14 + 20*i
		x := 2*(panelWidth+marginLeft) + 16
		k := strokes[i%len(strokes)]
		fmt.Fprintf(&b, `<path d="M%d %dh28" stroke="%s" stroke-width="2" stroke-dasharray="%s"/><text x="%d" y="%d" fill="#17324d">%s</text>`+"\n",
			x, y-4, k.hue, k.dash, x+36, y, html.EscapeString(c))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func caseNames(points []Point) []string {
	var out []string
	for _, p := range points {
		if !slices.Contains(out, p.Case) {
			out = append(out, p.Case)
		}
	}
	return out
}

// describe says in words what the picture shows.
func describe(points []Point) string {
	var parts []string
	for _, along := range []string{"people", "items"} {
		for _, c := range caseNames(points) {
			var times []string
			for _, p := range of(points, c, along) {
				times = append(times, fmt.Sprintf("%s ms at %d", Number(p.MS), p.Size))
			}
			if len(times) > 0 {
				parts = append(parts, fmt.Sprintf("%s by %s: %s", c, along, strings.Join(times, ", ")))
			}
		}
	}
	return "Milliseconds, both axes in powers of ten. " + strings.Join(parts, ". ") + "."
}

// of gives the points of one line, by size.
func of(points []Point, name, along string) []Point {
	var out []Point
	for _, p := range points {
		if p.Case == name && p.Along == along && p.MS > 0 {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Point) int { return a.Size - b.Size })
	return out
}

// axes draws one panel with its left edge at x.
func axes(b *strings.Builder, points []Point, cases []string, along string, x int) {
	least, most := map[string]float64{"people": 3, "items": 1}[along], map[string]float64{"people": 5, "items": 3}[along]
	low, high := 0.0, 1.0
	for _, p := range points {
		if p.MS > 0 {
			low, high = math.Min(low, math.Floor(math.Log10(p.MS))), math.Max(high, math.Ceil(math.Log10(p.MS)))
		}
	}
	across := func(size int) float64 {
		return float64(x) + panelWidth*(math.Log10(float64(size))-least)/(most-least)*0.9 + panelWidth*0.05
	}
	up := func(v float64) float64 { return marginTop + panelHeight*(1-(math.Log10(v)-low)/(high-low)) }
	fmt.Fprintf(b, `<text x="%d" y="%d" font-size="14" fill="#17324d">by %s, milliseconds</text>`+"\n", x, marginTop-20, along)
	for e := low; e <= high; e++ {
		y := up(math.Pow(10, e))
		fmt.Fprintf(b, `<path d="M%d %.1fh%d" stroke="#d9dadb"/><text x="%d" y="%.1f" text-anchor="end" fill="#455b71">%s</text>`+"\n",
			x, y, panelWidth, x-6, y+4, power(e))
	}
	for e := least; e <= most; e++ {
		at := across(int(math.Pow(10, e)))
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle" fill="#455b71">%s</text>`+"\n", at, marginTop+panelHeight+20, power(e))
	}
	for i, c := range cases {
		line := of(points, c, along)
		var path []string
		for _, p := range line {
			path = append(path, fmt.Sprintf("%.1f %.1f", across(p.Size), up(p.MS)))
		}
		if len(path) == 0 {
			continue
		}
		k := strokes[i%len(strokes)]
		fmt.Fprintf(b, `<path d="M%s" fill="none" stroke="%s" stroke-width="2" stroke-dasharray="%s"/>`+"\n", strings.Join(path, "L"), k.hue, k.dash)
		for _, p := range line {
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>`, across(p.Size), up(p.MS), k.hue)
		}
		b.WriteString("\n")
	}
}

// power writes a power of ten as people do.
func power(e float64) string {
	if e < 0 {
		return fmt.Sprintf("%g", math.Pow(10, e))
	}
	return Thousands(int(math.Pow(10, e)))
}
