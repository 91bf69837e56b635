package dossier

import (
	"cmp"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/web/page"
	"delfi/web/ui"
)

// Question is what a round said about one of its questions: about an item, or about all
// items of a kind that were answered as one list.
type Question struct {
	Kind  delphi.ItemKind
	Form  delphi.Form
	Items []feedback.ItemResult // at least one
}

// List tells whether its items were answered together.
func (a Question) List() bool { return a.Form.Listed() }

// FormIn is the form that a kind takes in a round.
func (v View) FormIn(kind string, round int) delphi.Form {
	k := v.ItemKind(kind)
	return cmp.Or(k.In(v.Protocol.Round(round).Kind), delphi.ScaleForm)
}

// Group parts items into those of one question each: all items of a kind that are answered
// as one list in the round, where the first stands, and every other alone.
func Group[T any](v View, round int, items []T, kind func(T) string) [][]T {
	out := make([][]T, 0, len(items))
	lists := map[string]int{} // place in out by kind
	for _, i := range items {
		k := kind(i)
		if at, begun := lists[k]; begun {
			out[at] = append(out[at], i)
			continue
		}
		if v.FormIn(k, round).Listed() {
			lists[k] = len(out)
		}
		out = append(out, []T{i})
	}
	return out
}

// Questions are those of a round.
func (v View) Questions(round int, items []feedback.ItemResult) []Question {
	var out []Question
	for _, of := range Group(v, round, items, func(i feedback.ItemResult) string { return i.Kind }) {
		out = append(out, Question{Kind: v.ItemKind(of[0].Kind), Form: v.FormIn(of[0].Kind, round), Items: of})
	}
	return out
}

// Measured is a question as it is drawn, without anybody's own answer.
func (a Question) Measured(q *page.Request, round int) Measured {
	f := a.Items[0]
	m := Measured{
		ID: ID("h", f.Number), Title: q.T("consultation.paper.picture_any", "round", round),
		Kind: a.Kind, Form: a.Form, Counts: f.Counts, Figures: f.Figures, Criteria: f.Criteria,
	}
	if !a.List() {
		m.Title = q.T("consultation.paper.picture", "n", f.Number, "round", round)
		return m
	}
	for _, i := range a.Items {
		e := Entry{Item: i.Item.String(), Number: i.Number, Text: i.Text}
		e.Yes, e.Of = Selected(i.Tables, e.Item)
		m.Entries = append(m.Entries, e)
	}
	return m
}

// Asks says what was to be done with a list.
func (a Question) Asks(q *page.Request) string {
	return q.T("consultation.list."+string(a.Form), "n", len(a.Items), "most", a.Kind.K)
}

// Brief says an item's figure in a few words: its median, its share, its mean rank; ""
// for a scale, which is drawn, and where nothing may be shown.
func (a Question) Brief(q *page.Request, round int) string {
	m := a.Measured(q, round)
	if !m.Whole() {
		return ""
	}
	f := a.Items[0]
	switch a.Form {
	case delphi.EstimateForm, delphi.DateForm:
		if v, ok := f.Figures.Median.Float(); ok {
			return q.T("ui.chart.median", "value", m.withUnit(q, v))
		}
	case delphi.ChoiceForm:
		return ui.Part(q, ui.Plain, m.count(0), f.Figures.N)
	case delphi.SelectionForm:
		return ui.Part(q, ui.Plain, m.Entries[0].Yes, m.Entries[0].Of)
	case delphi.RankingForm:
		if mean, ok := m.Mean(m.Entries[0]); ok {
			m.Entries = make([]Entry, len(f.Counts.List))
			return m.rankWords(q, Entry{}, mean)
		}
	}
	return ""
}

// Estimated says a person's estimate, or date.
func Estimated(q *page.Request, k delphi.ItemKind, a delphi.Answer) string {
	switch {
	case a.CannotJudge:
		return q.T("consultation.paper.cannot_judge")
	case a.Never:
		return q.T("consultation.estimate.never")
	case k.Triple:
		return q.T("consultation.estimate.three", "low", Bare(q, k, a.Low), "likely", Bare(q, k, a.Value), "high", Value(q, k, a.High))
	}
	return Value(q, k, a.Value)
}
