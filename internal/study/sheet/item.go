package sheet

import (
	"math"
	"strings"
	"unicode"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/verdict"
	"delfi/internal/study"
	"delfi/internal/study/words"
)

// overall are the measures of a round that the page shows, in their order.
var overall = []string{"krippendorff_ordinal", "fleiss_kappa", "ac1", "ac2_quadratic", "scvi_ave", "scvi_ua"}

// single are those of an item.
var single = []string{
	"median", "iqr", "top", "mean", "sd", "agreement", "polarization", "cns", "scheibe", "unchanged", "wilcoxon_p",
	"kappa_linear", "kappa_quadratic", "spearman", "icvi", "icvi_kappa", "cvr", "cvr_critical", "w",
}

// item puts one item in words and pictures.
func item(id string, w words.Words, it study.Item) entry {
	e := entry{ID: id, Name: plain(it.Name(w))}
	if it.Label != it.Item {
		e.Label = plain(it.Label)
	}
	if it.Kind == string(delphi.TextForm) {
		e.Text = w.T("page.text")
		return e
	}
	if it.Kind == string(delphi.ScaleForm) && it.Scale.Source != "" {
		e.Scale = w.T("page.scale", w.Number(stat.Of(float64(it.Scale.From)), 0), w.Number(stat.Of(float64(it.Scale.To)), 0), w.T("page.scale."+it.Scale.Source))
	}
	c, last := it.Case(), it.Last()
	e.Class = strings.ReplaceAll(string(it.Verdict.Key), " ", "-")
	e.Verdict, e.Sentence = w.Title(c), w.Sentence(c)
	if parts := it.Parts(last.Counts); parts != nil {
		e.Bar, e.Shares = bar(id+"b", e.Name, w, parts), sides(w, parts)
	}
	if p, ok := pictured(id+"c", w, it); ok {
		e.Chart = p.draw()
		e.Table = p.table()
	}
	if kept := last.Measures.Value("unchanged"); kept.Defined() {
		e.Stable = w.T("page.stable", w.Percent(last.Measures.Value("scheibe")), last.Kept(w), w.Whole(last.Paired))
	}
	for _, g := range it.Verdict.Grounds {
		text, stated := w.Ground(g, c.Rule, it.Shown())
		switch {
		case stated:
			e.Grounds = append(e.Grounds, ground{"·", w.T("mark.note"), text})
		case g.Holds:
			e.Grounds = append(e.Grounds, ground{"✓", w.T("mark.holds"), text})
		default:
			e.Grounds = append(e.Grounds, ground{"✗", w.T("mark.fails"), text})
		}
	}
	for _, text := range it.Remarks(w) {
		e.Grounds = append(e.Grounds, ground{"·", w.T("mark.note"), text})
	}
	if a := it.Attrition; it.Verdict.Key != verdict.TooFew && a.Leavers > 0 && a.Defined && a.Robust {
		e.Grounds = append(e.Grounds, ground{"·", w.T("mark.note"), w.T("page.robust")})
	}
	for _, t := range []table{groups(w, it), ranks(w, it), sensitivity(w, it), intervals(w, it), measures(w, it)} {
		if len(t.Rows) > 0 {
			t.Caption = t.Name + ": " + e.Name
			e.More = append(e.More, t)
		}
	}
	return e
}

// plain makes one line of a name, without the marks that turn the direction of what
// follows it.
func plain(name string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, name)), " ")
}

// table is what a picture shows, in figures.
func (p picture) table() *table {
	w := p.words
	t := &table{Caption: w.T("chart.title", plain(p.item.Name(w))), Head: []cell{text(w.T("page.point"))}}
	for _, row := range p.rows {
		t.Head = append(t.Head, number(w.T("page.round", row.Round)))
	}
	for i, name := range p.names {
		line := []cell{text(name)}
		for _, row := range p.rows {
			line = append(line, number(w.Whole(row.Counts[i])+" ("+w.Part(words.Parts(row.Counts)[i])+")"))
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// groups are the groups of the last round; open, since they stand beside the panel.
func groups(w words.Words, it study.Item) table {
	last := it.Last()
	top := w.T("page.top.any")
	if it.Window != "" {
		top = w.T("page.top", it.Window)
	}
	t := table{
		Name: w.T("page.groups", last.Round), Open: true,
		Head: []cell{text(w.T("page.group")), number(w.T("page.n")), number(w.T("page.median")), number(w.T("page.middle")), number(top)},
	}
	for _, g := range last.Groups {
		if g.Withheld {
			t.Rows = append(t.Rows, []cell{text(plain(g.Group)), text(w.T("page.withheld")), number("–"), number("–"), number("–")})
			continue
		}
		t.Rows = append(t.Rows, []cell{
			text(plain(g.Group)), number(w.Whole(g.N)), number(it.Point(w, g.Median)),
			number(half(w, it, g.Q1, g.Q3)), number(it.GroupTop(w, g)),
		})
	}
	return t
}

// ranks are the mean ranks of a list, the best of the last round first.
func ranks(w words.Words, it study.Item) table {
	t := table{Name: w.T("page.meanrank"), Open: true, Head: []cell{text(w.T("page.item"))}}
	for _, row := range it.Rounds {
		t.Head = append(t.Head, number(w.T("page.round", row.Round)))
	}
	for _, own := range it.Ranks(it.Last()) {
		line := []cell{text(plain(own.Name))}
		for _, row := range it.Rounds {
			line = append(line, number(w.Number(row.Measures.Value("mean_rank/"+own.Name), 2)))
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// half writes the middle half of the answers.
func half(w words.Words, it study.Item, q1, q3 stat.Value) string {
	if !q1.Defined() || !q3.Defined() {
		return "–"
	}
	return w.T("page.to", it.Point(w, q1), it.Point(w, q3))
}

// sensitivity is what other published rules make of the item.
func sensitivity(w words.Words, it study.Item) table {
	t := table{
		Name: w.T("page.sensitivity"), Lead: w.T("page.sensitivity.lead"),
		Head: []cell{text(w.T("page.rule")), text(w.T("page.verdict"))},
	}
	if it.Verdict.Key == verdict.TooFew {
		return t // no rule judges so few
	}
	for _, s := range it.Sensitivity {
		message := w.T("page.undefined")
		if s.Defined {
			message = w.Verdict(s.Key, s.Side)
		}
		t.Rows = append(t.Rows, []cell{text(w.Published(s.Rule)), text(message)})
	}
	return t
}

// intervals are those of every round.
func intervals(w words.Words, it study.Item) table {
	t := table{Name: w.T("page.intervals"), Head: []cell{text(w.T("page.round.name")), text(w.T("page.measure")), number(w.T("page.value")), number(w.T("page.interval"))}}
	for _, row := range it.Rounds {
		for _, n := range row.Intervals {
			if !n.Low.Defined() {
				continue
			}
			value, low, high := row.Measures.Value(n.Measure), w.Number(n.Low, 2), w.Number(n.High, 2)
			message := w.Number(value, 2)
			if n.Measure == "median" {
				message, low, high = it.Level(w, value), it.Level(w, n.Low), it.Level(w, n.High)
			}
			t.Rows = append(t.Rows, []cell{text(w.T("page.round", row.Round)), text(w.T("measure." + n.Measure)), number(message), number(w.T("page.to", low, high))})
		}
	}
	return t
}

// measures are the figures that most readers ask for, round by round.
func measures(w words.Words, it study.Item) table {
	t := table{Name: w.T("page.measures"), Head: []cell{text(w.T("page.measure"))}}
	for _, row := range it.Rounds {
		t.Head = append(t.Head, number(w.T("page.round", row.Round)))
	}
	for _, name := range single {
		line, some := []cell{text(w.T("word." + name))}, false
		for _, row := range it.Rounds {
			v := row.Measures.Value(name)
			some = some || v.Defined()
			line = append(line, number(figure(w, it, row, name, v)))
		}
		if some {
			t.Rows = append(t.Rows, line)
		}
	}
	return t
}

func figure(w words.Words, it study.Item, row study.ItemRound, name string, v stat.Value) string {
	f, ok := v.Float()
	switch {
	case name == "top":
		return it.Top(w, row)
	case name == "unchanged":
		return row.Kept(w)
	case name == "median" || name == "mean":
		return it.Level(w, v)
	case name == "scheibe":
		return w.Percent(v)
	case name == "wilcoxon_p" && ok && f < 0.001: // nobody asks how far
		return "< " + w.Number(stat.Of(0.001), 3)
	case name == "wilcoxon_p" && ok:
		return w.Number(stat.Of(math.Round(1000*f)/1000), 3)
	}
	return w.Number(v, 2)
}
