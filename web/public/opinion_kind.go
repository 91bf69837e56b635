package public

import (
	"slices"
	"strconv"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/report/schema"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// form is the form that an item took in its last round; a scale's where none rated it.
func (o opinionView) form(i schema.Item) delphi.Form {
	last, _ := i.Last()
	return o.FormIn(i.Kind, o.protocolRound(last.Round))
}

// protocolRound is a round as the protocol numbers it: releases are of the standing one.
func (o opinionView) protocolRound(n int) int {
	if !o.view.Protocol.Standing() {
		return n
	}
	return len(o.view.Protocol.Rounds)
}

// drawn tells whether an item is drawn as a distribution over the points of a scale.
func (o opinionView) drawn(i schema.Item) bool {
	f := o.form(i)
	return f == delphi.ScaleForm || f == delphi.CriteriaForm
}

// borne tells whether reasons about an item are those of its list.
func (o opinionView) borne(i schema.Item) bool {
	f := o.form(i)
	return len(i.History) > 0 && (f == delphi.RankingForm || f == delphi.ChoiceForm)
}

// resultOf is what a round said about an item.
func resultOf(i schema.Item, r schema.ItemRound) feedback.ItemResult {
	return feedback.ItemResult{
		Item: i.ID, Number: i.Number, Text: i.Text, Kind: i.Kind, Counts: r.Counts, Tables: r.Tables,
		Figures: r.Figures, Verdict: r.Verdict, Reasons: r.Reasons, Criteria: r.Criteria,
	}
}

// question is what the last round of an item said about it, or about its whole list.
func (o opinionView) question(i schema.Item) (dossier.Question, int, bool) {
	last, ok := i.Last()
	if !ok {
		return dossier.Question{}, 0, false
	}
	form := o.form(i)
	a := dossier.Question{Kind: o.ItemKind(i.Kind), Form: form, Items: []feedback.ItemResult{resultOf(i, last)}}
	if !a.List() {
		return a, last.Round, true
	}
	a.Items = nil
	for _, other := range o.Opinion.Items {
		if r, ok := roundOf(other, last.Round); ok && other.Kind == i.Kind {
			a.Items = append(a.Items, resultOf(other, r))
		}
	}
	return a, last.Round, true
}

// roundOf is what one round said about an item.
func roundOf(i schema.Item, n int) (schema.ItemRound, bool) {
	for _, r := range i.History {
		if r.Round == n {
			return r, true
		}
	}
	return schema.ItemRound{}, false
}

// firstOf is the first of an item's list, with which the list is drawn; of no list the
// item itself.
func (o opinionView) firstOf(i schema.Item) schema.Item {
	last, _ := i.Last()
	for _, other := range o.Opinion.Items {
		if r, ok := other.Last(); ok && o.form(i).Listed() && other.Kind == i.Kind && r.Round == last.Round {
			return other
		}
	}
	return i
}

// cardOf is the item on whose card another stands: a list that is answered with one
// choice, or one order, has one card.
func (o opinionView) cardOf(i schema.Item) schema.Item {
	if o.borne(i) {
		return o.firstOf(i)
	}
	return i
}

// ofCard are the items that stand on an item's card.
func (o opinionView) ofCard(i schema.Item) []schema.Item {
	var all []schema.Item
	for _, other := range o.Opinion.Items {
		if o.cardOf(other).ID == i.ID {
			all = append(all, other)
		}
	}
	return all
}

// counted says how many items are in a bunch: statements, or entries of any kind.
func (o opinionView) counted(q *page.Request, b bunch) string {
	if o.rated(b.First) && o.rated(b.Rest) {
		return q.T("consultation.pile.statements", "n", b.N())
	}
	return q.T("consultation.pile.entries", "n", b.N())
}

// more leads to the rest of a bunch.
func (o opinionView) more(q *page.Request, b bunch) string {
	if o.rated(b.Rest) {
		return q.T("consultation.pile.more", "n", len(b.Rest))
	}
	return q.T("consultation.pile.more_entries", "n", len(b.Rest))
}

// each names the list of all cards.
func (o opinionView) each(q *page.Request) string {
	if o.rated(o.Opinion.Items) {
		return q.T("consultation.opinion.items")
	}
	return q.T("consultation.opinion.questions")
}

// rated tells whether all items are statements on a scale.
func (o opinionView) rated(items []schema.Item) bool {
	return !slices.ContainsFunc(items, func(i schema.Item) bool { return o.form(i) != delphi.ScaleForm })
}

func (o opinionView) first(i schema.Item) bool { return o.firstOf(i).ID == i.ID }

// brief says an item's last figure in a few words; "" where it is drawn or not shown.
func (o opinionView) brief(q *page.Request, i schema.Item) string {
	last, ok := i.Last()
	if !ok {
		return ""
	}
	return o.briefIn(q, i, last)
}

func (o opinionView) briefIn(q *page.Request, i schema.Item, r schema.ItemRound) string {
	a := dossier.Question{Kind: o.ItemKind(i.Kind), Form: o.FormIn(i.Kind, o.protocolRound(r.Round)), Items: []feedback.ItemResult{resultOf(i, r)}}
	return a.Brief(q, r.Round)
}

// byRound says an item's figure in each of its rounds.
func (o opinionView) byRound(q *page.Request, i schema.Item) []string {
	key := "consultation.round.short"
	if o.view.Protocol.Standing() {
		key = "consultation.round.release"
	}
	var lines []string
	for _, r := range i.History {
		if words := o.briefIn(q, i, r); words != "" {
			lines = append(lines, q.T(key, "n", strconv.Itoa(r.Round))+": "+words)
		}
	}
	return lines
}

// peopleOf writes people of a quota and their share; a dash where the rule does not tell it.
func peopleOf(q *page.Request, n, of int) string {
	if n == 0 && of == 0 {
		return "–"
	}
	return q.Number(n) + " · " + ui.Part(q, ui.Plain, n, of)
}

// listReasons are the reasons about an item's list in its last round.
func (o opinionView) listReasons(i schema.Item) []feedback.Reason {
	for _, l := range o.Lists {
		if n := len(l.History); l.Kind == i.Kind && n > 0 {
			return l.History[n-1].Reasons
		}
	}
	return nil
}
