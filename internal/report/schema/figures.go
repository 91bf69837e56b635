package schema

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// Figures are everything in an opinion that is computed, and nothing else.
type Figures struct {
	Items      map[uuid.UUID]ItemFigures // those that were rated
	Attrition  []Attrition
	Suppressed []SuppressedTable
	Lists      []List
}

// ItemFigures are those of one item.
type ItemFigures struct {
	Pile        Pile                  `json:"pile"` // "" when it was never rated
	Verdict     verdict.Verdict       `json:"verdict"`
	History     []ItemRound           `json:"history"` // the rounds (releases) that rated it, oldest first
	Sensitivity []verdict.Sensitivity `json:"sensitivity"`
	Bounds      verdict.Bounds        `json:"bounds"`     // would the verdict survive those who left
	Conformity  *verdict.Following    `json:"conformity"` // did people follow the median; nil where no table tells
	Dissent     Dissent               `json:"dissent"`    // reasons of the other side than the verdict's, last round first
}

// FiguresOf computes an opinion's figures from what is public and from nothing
// else, so that whoever checks a record calls exactly this: the protocol, the
// feedback documents of all released rounds and releases, in order, and the
// closings behind them. Decisions are no figures: histories come without.
func FiguresOf(p protocol.Protocol, documents []feedback.Document, closings []table.Closing) Figures {
	out := Figures{Items: map[uuid.UUID]ItemFigures{}, Attrition: attrition(documents), Suppressed: suppressed(p, documents), Lists: lists(documents)}
	for _, d := range documents {
		for _, i := range d.Items {
			if _, done := out.Items[i.Item]; !done {
				out.Items[i.Item] = itemFigures(p, i, documents, closings)
			}
		}
	}
	return out
}

// Of gives an item's figures; empty lists for one that was never rated.
func (f Figures) Of(item uuid.UUID) ItemFigures {
	if i, ok := f.Items[item]; ok {
		return i
	}
	return unrated()
}

func itemFigures(p protocol.Protocol, i feedback.ItemResult, documents []feedback.Document, closings []table.Closing) ItemFigures {
	out := unrated()
	if out.History = history(i.Item, documents); len(out.History) == 0 {
		return out
	}
	out.Verdict = out.History[len(out.History)-1].Verdict
	if k, _ := p.Kind(i.Kind); k.Kind != delphi.TextForm { // words are rated by nobody
		out.Pile = PileOf(out.Verdict)
	}
	item := delphi.Item{ID: i.Item.String(), Kind: i.Kind}
	so := closingsOf(table.Subject(p, item), closings)
	out.Sensitivity = verdict.Sensitive(p, item, so)
	out.Bounds = verdict.Attrition(p, item, so)
	if f, ok := verdict.Conformity(p, item, so); ok {
		out.Conformity = &f
	}
	out.Dissent = dissentOf(out.Verdict, out.History)
	return out
}

// unrated are the figures of an item that nobody rated.
func unrated() ItemFigures {
	return ItemFigures{
		History: []ItemRound{}, Sensitivity: []verdict.Sensitivity{},
		Dissent: Dissent{Against: []Reason{}, For: []Reason{}, Unsaid: []Reason{}},
	}
}

// history lists what each round, or each release that showed it, said of an item.
func history(item uuid.UUID, documents []feedback.Document) []ItemRound {
	out := []ItemRound{}
	for _, d := range documents {
		for _, f := range d.Items {
			if f.Item != item || d.Tick > 0 && f.Released != d.Tick {
				continue
			}
			r := ItemRound{
				Round: d.Round, Text: f.Text, Texts: f.Texts, Counts: f.Counts, Tables: f.Tables, Figures: f.Figures,
				Verdict: f.Verdict, Proposal: f.Proposal, Reasons: f.Reasons, Criteria: f.Criteria,
			}
			if d.Tick > 0 {
				r.Round = d.Tick
			}
			out = append(out, r)
		}
	}
	return out
}

// lists collects what each round, or each release that showed it, said of a list.
func lists(documents []feedback.Document) []List {
	var out []List
	for _, d := range documents {
		for _, l := range d.Lists {
			if d.Tick > 0 && l.Released != d.Tick {
				continue
			}
			at := slices.IndexFunc(out, func(o List) bool { return o.Kind == l.Kind })
			if at < 0 {
				at, out = len(out), append(out, List{Kind: l.Kind})
			}
			round := d.Round
			if d.Tick > 0 {
				round = d.Tick
			}
			out[at].History = append(out[at].History, ListRound{Round: round, ListResult: l})
		}
	}
	return out
}

// closingsOf gives the closings up to the last in which an item was rated, as
// the engine wants them.
func closingsOf(subject string, closings []table.Closing) []table.Closing {
	for n := len(closings); n > 0; n-- {
		if slices.ContainsFunc(closings[n-1].Counts.Items, func(c table.ItemCounts) bool { return c.Item == subject }) {
			return closings[:n]
		}
	}
	return nil
}

// attrition counts, round by round, who answered and who stopped.
func attrition(documents []feedback.Document) []Attrition {
	out := []Attrition{}
	for n, d := range documents {
		if d.Tick > 0 {
			continue // in a standing round nobody stops: answers stand
		}
		a := Attrition{Round: d.Round, Answered: d.Answered, Items: []ItemLeavings{}}
		if n > 0 {
			a.Previous, a.Before = documents[n-1].Round, documents[n-1].Answered
		}
		for _, f := range d.Items {
			a.Items = append(a.Items, ItemLeavings{
				Item: f.Item, Valid: f.Counts.Valid, CannotJudge: f.Counts.CannotJudge, Paired: f.Counts.Paired,
				LeftBefore: f.Counts.LeftBefore, LeftAfter: f.Counts.LeftAfter,
			})
		}
		out = append(out, a)
	}
	return out
}

// suppressed names what the disclosure rule kept back, so that nobody takes a
// gap for an oversight.
func suppressed(p protocol.Protocol, documents []feedback.Document) []SuppressedTable {
	out := []SuppressedTable{}
	for _, d := range documents {
		for _, f := range d.Items {
			if d.Tick > 0 && f.Released != d.Tick {
				continue
			}
			has := func(kinds string) bool {
				return slices.ContainsFunc(f.Tables, func(t table.Table) bool { return strings.ContainsAny(t.ID[:1], kinds) })
			}
			// A choice is told by the table of its list, a text by its words.
			k, _ := p.Kind(f.Kind)
			listed := slices.ContainsFunc(d.Lists, func(l feedback.ListResult) bool { return l.Kind == f.Kind && len(l.Tables) > 0 })
			if !has("APS") && !listed && k.Kind != delphi.TextForm {
				out = append(out, SuppressedTable{Round: d.Round, Item: f.Item, What: "answers"})
			}
			for _, g := range f.Figures.Groups {
				if g.Withheld {
					out = append(out, SuppressedTable{Round: d.Round, Item: f.Item, What: "group/" + g.Group})
				}
			}
			if f.Counts.Paired > 0 && !has("D") {
				out = append(out, SuppressedTable{Round: d.Round, Item: f.Item, What: "shift"})
			}
		}
	}
	return out
}
