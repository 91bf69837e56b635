package schema

import (
	"slices"

	"github.com/google/uuid"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// Reason is the words that people gave about an item, once, whatever the rounds.
type Reason struct {
	Text    string      `json:"text"`              // "" when it was removed by law
	Removed string      `json:"removed,omitempty"` // digest of the text that was removed
	Lang    string      `json:"lang,omitempty"`    // of the text, where it is a further one of the consultation and enough people wrote in it; "" for its first, or not told
	Side    delphi.Side `json:"side"`              // "against", "for", "neither", as its author said; "" for not said
	Place   table.Place `json:"place"`             // where the answer beside it lies; "" with a side, and where the rule does not tell it
	Outside bool        `json:"outside"`           // as the last round in which it was given shows it: from outside the middle half
	Rounds  []int       `json:"rounds"`            // that it was given in, ascending
	People  int         `json:"people"`            // with the same words and side, in the round in which they were most
}

// Dissent is the reasons of the other side than the verdict's, each once. A verdict
// in the middle and one that takes no side have both sides against them.
type Dissent struct {
	Against []Reason `json:"against"`
	For     []Reason `json:"for"`

	// Reasons whose authors said no side, from outside the middle half, or from one of
	// two camps, where no middle half is shown: on one side or the other, but for those
	// that are told to lie in the middle or where the verdict does.
	Unsaid []Reason `json:"unsaid"`
}

// Any tells whether there is any dissent.
func (d Dissent) Any() bool { return len(d.Against)+len(d.For)+len(d.Unsaid) > 0 }

// Has tells whether a reason is part of the dissent.
func (d Dissent) Has(r Reason) bool {
	return slices.ContainsFunc(slices.Concat(d.Against, d.For, d.Unsaid), func(o Reason) bool {
		return o.Text == r.Text && o.Removed == r.Removed && o.Side == r.Side
	})
}

// Rest lists the reasons of an item that are no dissent, last round first.
func (i Item) Rest() []Reason {
	out := []Reason{}
	for _, r := range reasonsOf(i.History) {
		if !i.Dissent.Has(r.Reason) {
			out = append(out, r.Reason)
		}
	}
	return out
}

// given is a reason with what only the rounds of a history tell of it.
type given struct {
	Reason
	camps bool // the last round in which it was given shows two camps, and no middle half
}

// reasonsOf lists the reasons of a history, last round first, each once, with the
// place and the middle half of the last round in which it was given.
func reasonsOf(history []ItemRound) []given {
	type key struct {
		words feedback.Words
		side  delphi.Side
	}
	out, at, told := []given{}, map[key]int{}, map[feedback.Words]delphi.Side{}
	for n := len(history) - 1; n >= 0; n-- {
		camps := history[n].Figures.Camps(history[n].Verdict)
		for _, g := range feedback.Alike(history[n].Reasons) {
			k := key{g.Words(), g.Side}
			// Whose side was said in one round has it in the others: the last one's.
			if known, ok := told[k.words]; ok && k.side == "" {
				k.side, g.Place = known, ""
			} else if k.side != "" && !ok {
				told[k.words] = k.side
				if i, unsaid := at[key{k.words, ""}]; unsaid {
					delete(at, key{k.words, ""})
					at[k], out[i].Side, out[i].Place = i, k.side, ""
				}
			}
			i, ok := at[k]
			if !ok {
				i, at[k] = len(out), len(out)
				out = append(out, given{Reason{Text: g.Text, Removed: g.Removed, Lang: g.Lang, Side: k.side, Place: g.Place, Outside: g.Outside}, camps})
			}
			r := &out[i]
			r.People = max(r.People, g.People)
			if !slices.Contains(r.Rounds, history[n].Round) {
				r.Rounds = append([]int{history[n].Round}, r.Rounds...)
			}
		}
	}
	return out
}

// apart tells whether a reason without a side comes from where the middle of the
// answers is not: from outside the middle half, or from one of two camps.
func (r given) apart() bool {
	return r.Outside || r.camps && r.Place != table.PlaceMiddle && r.Place != table.NoPlace
}

// dissentOf finds the dissent from an item's verdict among its reasons.
func dissentOf(v verdict.Verdict, history []ItemRound) Dissent {
	d := Dissent{Against: []Reason{}, For: []Reason{}, Unsaid: []Reason{}}
	side := v.Side
	if v.Key == verdict.Bipolarity {
		side = delphi.NoSide // it names the larger of two camps, and is neither's
	}
	for _, r := range reasonsOf(history) {
		switch {
		case r.Side == delphi.Against && side != delphi.Against:
			d.Against = append(d.Against, r.Reason)
		case r.Side == delphi.For && side != delphi.For:
			d.For = append(d.For, r.Reason)
		case r.Side == "" && r.apart() && (side == delphi.NoSide || string(r.Place) != string(v.Direction)):
			d.Unsaid = append(d.Unsaid, r.Reason)
		}
	}
	return d
}

// Dissenting is an item with the dissent from its verdict.
type Dissenting struct {
	Item    uuid.UUID
	Number  int
	Text    string
	Verdict verdict.Verdict
	Dissent Dissent
}

// DissentIn lists the items of a consultation's documents that have dissent, by
// number.
func DissentIn(documents []feedback.Document) []Dissenting {
	var out []Dissenting
	seen := map[uuid.UUID]bool{}
	for _, d := range documents {
		for _, i := range d.Items {
			if seen[i.Item] {
				continue
			}
			seen[i.Item] = true
			h := history(i.Item, documents)
			if len(h) == 0 {
				continue
			}
			last := h[len(h)-1]
			if found := dissentOf(last.Verdict, h); found.Any() {
				out = append(out, Dissenting{Item: i.Item, Number: i.Number, Text: last.Text, Verdict: last.Verdict, Dissent: found})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Dissenting) int { return a.Number - b.Number })
	return out
}
