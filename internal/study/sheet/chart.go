package sheet

import (
	"fmt"
	"html/template"
	"strings"
	"unicode/utf8"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/study"
	"delfi/internal/study/words"
)

// picture is what is drawn of one item: its histograms, oldest first, over the same
// bars.
type picture struct {
	id    string
	words words.Words
	item  study.Item
	rows  []study.ItemRound
	names []string // of the bars
	at    func(v stat.Value) (float64, bool)
}

// pictured gives the picture of an item; false where there are no bars to draw.
func pictured(id string, w words.Words, it study.Item) (picture, bool) {
	p := picture{id: id, words: w, item: it, at: func(stat.Value) (float64, bool) { return 0, false }}
	last := it.Last()
	if len(last.Counts) == 0 || len(last.Values) != len(last.Counts) {
		return p, false
	}
	for _, row := range it.Rounds {
		if len(row.Counts) == len(last.Counts) { // thirds and points do not compare
			row.Counts = study.Bins(row.Counts)
			p.rows = append(p.rows, row)
		}
	}
	for _, name := range study.BinNames(last.Values) {
		p.names = append(p.names, plain(w.Value(name)))
	}
	if it.Kind == string(delphi.ScaleForm) && !last.Thirds {
		from := float64(it.Scale.From)
		p.at = func(v stat.Value) (float64, bool) {
			f, ok := v.Float()
			return f - from + 1, ok
		}
	}
	return p, true
}

// options says whether the bars are things that were chosen, which stand in no order.
func (p picture) options() bool {
	return p.item.Kind == string(delphi.ChoiceForm) || p.item.Kind == string(delphi.SelectionForm)
}

// poles says whether the last round is two camps: then the middle is where nobody
// stands, and no median is drawn.
func (p picture) poles() bool {
	a, ok := p.item.Last().Measures.Value("agreement").Float()
	return ok && a < 0
}

// draw stacks one row per round over a common axis, past rounds paler, medians
// joined downwards: one axis compares better than several abreast.
func (p picture) draw() template.HTML {
	if p.options() {
		return p.list()
	}
	w, n, a := p.words, len(p.rows), axis{len(p.names)}
	height := 80*float64(n) + 28
	long := false
	for _, name := range p.names {
		long = long || float64(utf8.RuneCountInString(name))*8 > a.step()
	}
	d := begin(p.id, "chart", height, w.T("chart.title", plain(p.item.Item)), p.describe())
	peak := 0
	for _, row := range p.rows {
		for _, c := range row.Counts {
			peak = max(peak, thousandths(c, stat.N(row.Counts)))
		}
	}
	poles := p.poles()
	var medians [][2]float64
	for i, row := range p.rows {
		top, bottom := 80*float64(i), 80*float64(i)+74
		if m, q1, q3, ok := p.middle(row); ok && !poles {
			d.rect("band", a.at(q1)-a.bar()/2, top+24, a.at(q3)-a.at(q1)+a.bar(), bottom-top-24)
			medians = append(medians, [2]float64{a.at(m), bottom})
		}
		class := "past"
		if i == n-1 {
			class = "bar"
		}
		for v, c := range row.Counts {
			h := 46 * float64(thousandths(c, stat.N(row.Counts))) / float64(max(peak, 1))
			d.rect(class, a.at(float64(v+1))-a.bar()/2, bottom-h, a.bar(), h)
		}
		d.path("axis", fmt.Sprintf("M%s %sH%s", num(edgeLeft), num(bottom), num(edgeRight)))
	}
	for i, m := range medians {
		if i > 0 {
			line := fmt.Sprintf("M%s %sL%s %s", num(medians[i-1][0]), num(medians[i-1][1]), num(m[0]), num(m[1]))
			d.path("halo", line)
			d.path("path", line)
		}
	}
	for _, m := range medians {
		d.diamond(m[0], m[1])
	}
	for i, row := range p.rows {
		y := 80*float64(i) + 18
		caption := w.T("chart.n", w.Whole(stat.N(row.Counts)))
		if _, _, _, ok := p.middle(row); ok && !poles {
			caption += " · " + w.T("chart.median", p.item.Point(w, row.Measures.Value("median")))
		}
		d.text("t b h", edgeLeft, y, "start", w.T("chart.round", row.Round))
		d.text("t m h", edgeRight, y, "end", caption)
	}
	base := 80*float64(n) + 16
	for v, name := range p.names {
		switch {
		case !long:
			d.text("t dig", a.at(float64(v+1)), base, "middle", name)
		case v == 0:
			d.text("t dig", edgeLeft, base, "start", name)
		case v == len(p.names)-1:
			d.text("t dig", edgeRight, base, "end", name)
		}
	}
	return d.end()
}

// list draws options one below the other, the last round alone.
func (p picture) list() template.HTML {
	w, row := p.words, p.rows[len(p.rows)-1]
	parts := words.Parts(row.Counts)
	d := begin(p.id, "chart", 40*float64(len(p.names))+4, w.T("chart.title", plain(p.item.Item)), p.describe())
	for i, name := range p.names {
		y := 40 * float64(i)
		r := []rune(name)
		if len(r) > 40 {
			name = string(r[:39]) + "…"
		}
		d.text("t", edgeLeft, y+14, "start", name)
		long := 250 * float64(parts[i]) / 100
		d.rect("bar", edgeLeft, y+20, long, 14)
		d.text("t b", edgeLeft+long+6, y+32, "start", w.Part(parts[i]))
	}
	return d.end()
}

// middle gives the median and the quartiles as places among the bars.
func (p picture) middle(row study.ItemRound) (median, q1, q3 float64, ok bool) {
	median, a := p.at(row.Measures.Value("median"))
	q1, b := p.at(row.Measures.Value("q1"))
	q3, c := p.at(row.Measures.Value("q3"))
	return median, q1, q3, a && b && c
}

// describe says in words what the picture shows.
func (p picture) describe() string {
	w := p.words
	var out []string
	for _, row := range p.rows {
		var parts []string
		if own := p.item.Parts(row.Counts); own != nil {
			for _, part := range own {
				parts = append(parts, w.T("chart.at", w.Part(part.Percent), part.Points))
			}
		} else {
			for i, percent := range words.Parts(row.Counts) {
				if percent > 0 {
					parts = append(parts, w.T("chart.at", w.Part(percent), p.names[i]))
				}
			}
		}
		if stat.N(row.Counts) == 0 {
			parts = []string{w.T("chart.none")}
		}
		out = append(out, w.T("chart.desc", row.Round, w.Many(stat.N(row.Counts), "answer"), strings.Join(parts, ", ")))
		if _, _, _, ok := p.middle(row); ok && !p.poles() {
			m := row.Measures
			out = append(out, w.T("chart.desc.median", p.item.Point(w, m.Value("median")), p.item.Point(w, m.Value("q1")), p.item.Point(w, m.Value("q3"))))
		}
	}
	return strings.Join(out, " ")
}

func thousandths(count, n int) int {
	if n <= 0 {
		return 0
	}
	return 1000 * count / n
}

// sides says the parts of a bar, in its order.
func sides(w words.Words, parts []study.Part) string {
	var sides []string
	for _, p := range parts {
		points := strings.ReplaceAll(p.Points, "-", "\u2011") // no line ends within a range
		sides = append(sides, fmt.Sprintf("%s %s (%s)", w.Part(p.Percent), w.Side(p.Side), points))
	}
	return strings.Join(sides, ", ")
}

// bar draws the sides of a scale as one bar: hatched, grey, solid. A part is
// labelled where there is room.
func bar(id, name string, w words.Words, parts []study.Part) template.HTML {
	d := begin(id, "bar3", 24, w.T("chart.bar", name, sides(w, parts)), "")
	x, n := 1.0, 0
	for _, p := range parts {
		n += p.Count
	}
	for i, p := range parts {
		long := 318 * float64(p.Count) / float64(max(n, 1))
		if p.Count == 0 {
			continue
		}
		class := "mi"
		switch i {
		case 0:
			class = "lo"
		case len(parts) - 1:
			class = "hi"
		}
		d.rect(class, x, 1, long, 22)
		if long >= 44 {
			if class == "lo" {
				d.rect("plate", x+long/2-19, 4, 38, 16) // words on a hatch are unreadable
			}
			d.text("t b on-"+class, x+long/2, 16.5, "middle", w.Part(p.Percent))
		}
		x += long
	}
	if n == 0 {
		d.rect("mi", 1, 1, 318, 22)
	}
	return d.end()
}
