package sheet

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/resample"
	"delfi/internal/delphi/verdict"
	"delfi/internal/study"
	"delfi/internal/study/words"
)

var (
	//go:embed page.html
	pageText string
	//go:embed style.css
	style string

	layout = template.Must(template.New("page").Parse(pageText))
)

// page is all that the layout writes, in words.
type page struct {
	W        words.Words
	Style    template.CSS
	File     string
	Format   string
	Size     string // how many people, items and rounds
	Summary  string
	Warnings []string // those that are about no item
	Flagged  []entry  // items that have some
	Rounds   table
	Piles    []pile
	Bars     bool // whether any item has sides
	Items    []entry
	Method   []string
	Notes    []string
}

// pile is the items on one side, those that reached most first.
type pile struct {
	Name  string
	Items []entry
}

// entry is one item.
type entry struct {
	ID, Name, Label, Scale string
	Text                   string // of an open question, instead of a verdict
	Class                  string // of the chip
	Verdict, Sentence      string
	Bar, Chart             template.HTML
	Shares                 string // of the bar
	Table                  *table // of the chart
	Stable                 string
	Grounds                []ground
	More                   []table
	Warnings               []string
}

type ground struct{ Mark, Words, Text string }

// table is a table with a caption; Name is that of the fold around it.
type table struct {
	Name, Lead, Caption string
	Open                bool
	Head                []cell
	Rows                [][]cell
}

type cell struct {
	Text string
	Num  bool
	Bar  template.HTML
}

func text(s string) cell   { return cell{Text: s} }
func number(s string) cell { return cell{Text: s, Num: true} }

// Write writes the page of a result in a language. file names the study's file.
func Write(out io.Writer, file string, r study.Result, w words.Words) error {
	p := page{
		W: w, Style: template.CSS(style), File: file, Format: r.Format, Summary: w.Summary(r.Reached()), Notes: r.Read(w),
		Size: strings.Join([]string{w.Many(r.Panelists, "panelist"), w.Many(len(r.Items), "item"), w.Many(len(r.Rounds), "round")}, ", ") + ".",
	}
	about := map[string][]string{}
	for _, n := range r.Warnings {
		text := n.In(w)
		if len(n.Items) == 0 {
			p.Warnings = append(p.Warnings, text)
		}
		for _, item := range n.Items {
			about[item] = append(about[item], text)
		}
	}
	for i, it := range r.Questions() {
		e := item(fmt.Sprintf("a%d", i+1), w, it)
		for _, name := range append([]string{it.Item}, it.Options...) {
			e.Warnings = append(e.Warnings, about[name]...)
		}
		p.Items, p.Bars = append(p.Items, e), p.Bars || e.Bar != ""
	}
	for _, e := range p.Items {
		if len(e.Warnings) > 0 {
			p.Flagged = append(p.Flagged, e)
		}
	}
	p.Rounds = rounds(r, w)
	p.Piles = piles(r.Questions(), p.Items, w)
	p.Method = method(r, w)
	if err := layout.Execute(out, p); err != nil {
		return fmt.Errorf("sheet: write page: %w", err)
	}
	return nil
}

// piles sorts items by side, and within each by what was reached.
func piles(items []study.Item, entries []entry, w words.Words) []pile {
	order := []string{"for", "against", "middle", "reached", "divided", "open"}
	by := map[string][]int{}
	for i, it := range items {
		key := "open"
		switch it.Verdict.Key {
		case verdict.Consensus, verdict.Majority, verdict.Plurality:
			if key = string(it.Verdict.Side); !slices.Contains(order[:3], key) {
				key = "reached"
			}
		case verdict.Bipolarity, verdict.Disagreement:
			key = "divided"
		}
		if it.Kind != string(delphi.TextForm) {
			by[key] = append(by[key], i)
		}
	}
	rank := []verdict.Key{verdict.Consensus, verdict.Majority, verdict.Plurality, verdict.Bipolarity, verdict.Disagreement}
	var out []pile
	for _, key := range order {
		list := by[key]
		slices.SortStableFunc(list, func(a, b int) int {
			return slices.Index(rank, items[a].Verdict.Key) - slices.Index(rank, items[b].Verdict.Key)
		})
		pile := pile{Name: w.T("page.pile." + key)}
		for _, i := range list {
			e := entries[i]
			if parts := items[i].Parts(items[i].Last().Counts); parts != nil {
				e.Bar = bar(e.ID+"p", e.Name, w, parts) // its ids are its own
			}
			pile.Items = append(pile.Items, e)
		}
		if len(list) > 0 {
			out = append(out, pile)
		}
	}
	return out
}

// rounds is the table of all rounds: one column each.
func rounds(r study.Result, w words.Words) table {
	t := table{Caption: w.T("page.rounds"), Head: []cell{text(w.T("page.figure"))}}
	could, did := []cell{text(w.T("page.enrolled"))}, []cell{text(w.T("page.answered"))}
	for _, round := range r.Rounds {
		t.Head = append(t.Head, number(w.T("page.round", round.Round)))
		could = append(could, number(w.Whole(round.Enrolled)))
		did = append(did, number(w.Whole(round.Answered)+" ("+w.Percent(stat.Share(round.Answered, round.Enrolled))+")"))
	}
	t.Rows = append(t.Rows, could, did)
	for _, name := range overall {
		line, some := []cell{text(w.T("word." + name))}, false
		for _, round := range r.Rounds {
			v := round.Measures.Value(name)
			message := w.Number(v, 2)
			if n, ok := round.Intervals.Of(name); ok {
				message += " " + w.T("interval.whole", w.Number(n.Low, 2), w.Number(n.High, 2))
			} else if low := round.Measures.Value(name + "_low"); low.Defined() {
				message += " " + w.T("interval.whole", w.Number(low, 2), w.Number(round.Measures.Value(name+"_high"), 2))
			}
			line, some = append(line, number(message)), some || v.Defined()
		}
		if some {
			t.Rows = append(t.Rows, line)
		}
	}
	return t
}

// method says by what the study was measured, and how it was drawn.
func method(r study.Result, w words.Words) []string {
	var out, rules []string
	for _, it := range r.Items {
		if rule := w.Rule(it.Case().Rule); !slices.Contains(rules, rule) {
			rules = append(rules, rule)
		}
	}
	out = append(out, w.T("method.rule", strings.Join(rules, "; "), r.Rules))
	out = append(out, w.T("method.quantile", r.Quantile()))
	if r.Disclosed {
		out = append(out, w.T("method.disclosed"))
	} else {
		out = append(out, w.T("method.points"))
	}
	if r.Seed == "" {
		out = append(out, w.T("method.none"))
	} else {
		out = append(out, w.T("method.intervals", w.Whole(resample.Resamples), r.Resampler, r.Seed))
	}
	return append(out, w.T("method.rounding"), w.T("method.sources"))
}
