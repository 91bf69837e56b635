package chart

import (
	"strings"

	"github.com/a-h/templ"
)

// Part is one row of a composition: a class of people, and its share of the population, of
// the pool and of the panel, in thousandths; -1 for one that is not told.
type Part struct {
	Label  string
	Shares [3]int
}

// Composition draws how a panel is made up beside its pool and its population: three bars for
// each class, grey, hatched and solid. The bars end at the greatest share, at least 60 %.
// names are population, pool and panel in words; percent writes a share.
func Composition(id, title string, parts []Part, names [3]string, percent func(thousandths int) string) templ.Component {
	const row, most = 71.0, 264.0
	scale := 600
	var desc []string
	for _, p := range parts {
		var one []string
		for i, s := range p.Shares {
			scale = max(scale, s)
			if s >= 0 {
				one = append(one, names[i]+" "+percent(s))
			}
		}
		desc = append(desc, p.Label+": "+strings.Join(one, ", "))
	}
	g := begin(id, "dlf-chart", row*float64(len(parts))+6, title, strings.Join(desc, "; "))
	for i, p := range parts {
		y := row * float64(i)
		g.text("dlf-t dlf-b", 4, y+17, "", short(p.Label, 44))
		at := y + 23
		for k, class := range []string{"dlf-mi", "dlf-lo", "dlf-hi"} {
			if s := p.Shares[k]; s >= 0 {
				w := most * float64(s) / float64(scale)
				g.rect(class, 4, at, w, 11)
				g.text("dlf-t", 8+w, at+10.5, "", percent(s))
			}
			at += 15
		}
	}
	return g.end()
}

// Stage is one stage of a way on which people stay behind.
type Stage struct {
	Label string
	N     int
	Words string // the number, written
}

// Stages draws how many are left at each stage.
func Stages(id, title string, stages []Stage) templ.Component {
	const row, most = 42.0, 250.0
	peak := 1
	var desc []string
	for _, s := range stages {
		peak = max(peak, s.N)
		desc = append(desc, s.Label+": "+s.Words)
	}
	g := begin(id, "dlf-chart", row*float64(len(stages))+4, title, strings.Join(desc, "; "))
	for i, s := range stages {
		y := row * float64(i)
		w := max(1, most*float64(s.N)/float64(peak))
		g.text("dlf-t", 4, y+15, "", short(s.Label, 44))
		g.rect("dlf-bar", 4, y+21, w, 14)
		g.text("dlf-t dlf-b", 10+w, y+33, "", s.Words)
	}
	return g.end()
}
