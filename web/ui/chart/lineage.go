package chart

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"
)

// Lineage draws which contributions a statement comes from.
type Lineage struct {
	ID      string
	Title   string
	Sources []string // names, "Tiglio 27"; beyond four the rest are counted
	Target  string   // "Affermazione 3"
	Caption string   // under the target: "11 contributi"
}

// Draw draws the sources on the left and the statement on the right.
func (l Lineage) Draw(w Words) templ.Component {
	names := l.Sources
	if len(names) > 4 {
		// Three by name and one box for the others keep the picture readable;
		// all of them stand in the description.
		names = append(append([]string{}, names[:3]...), w.T("ui.chart.others", "n", len(names)-3))
	}
	height := max(150, 38*float64(len(names))-2)
	g := begin(l.ID, "dlf-lineage", height, l.Title,
		w.T("ui.chart.lineage", "sources", strings.Join(l.Sources, ", "), "target", l.Target))
	middle := height / 2
	for i, name := range names {
		// One or two sources stand centred, so that the lines do not slant for nothing.
		y := middle + 38*(float64(i)-float64(len(names)-1)/2)
		g.path("dlf-lin", fmt.Sprintf("M124 %sC165 %s 165 %s 200 %s", num(y), num(y), num(middle), num(middle)))
		fmt.Fprintf(&g.b, `<rect class="dlf-node" x="1" y="%s" width="122" height="28" rx="5"/>`, num(y-14))
		g.text("dlf-t", 62, y+4, "middle", short(name, 18))
	}
	fmt.Fprintf(&g.b, `<rect class="dlf-node k" x="200" y="%s" width="119" height="44" rx="5"/>`, num(middle-22))
	g.text("dlf-t dlf-b dlf-inv", 259, middle-3, "middle", short(l.Target, 18))
	g.text("dlf-t dlf-inv", 259, middle+13, "middle", short(l.Caption, 18))
	return g.end()
}
