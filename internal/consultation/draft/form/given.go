package form

import (
	"fmt"

	"delfi/internal/consultation"
	"delfi/internal/delphi/protocol"
	"delfi/internal/prose"
)

// Item is a statement that is given with the protocol.
type Item struct {
	Kind, Text string            // Kind is the id of an item kind; "" for the first
	In         map[string]string `json:",omitempty"` // its words by further language
}

// ItemsMost is how many items a draft may give.
const ItemsMost = 1000

// GivenText and GivenKind name the fields of a given statement, counted from 0.
func GivenText(n int) string { return fmt.Sprintf("given[%d].text", n) }

// GivenKind names the field of a given statement's kind.
func GivenKind(n int) string { return fmt.Sprintf("given[%d].kind", n) }

func (r *reader) items(d *Draft, typed []Item) {
	if len(typed) > ItemsMost {
		r.fail("given", "too_many", fmt.Sprintf("has more than %d statements", ItemsMost), map[string]any{"max": ItemsMost})
		return
	}
	for n, item := range typed {
		one := Item{Kind: item.Kind, Text: prose.Field{Name: GivenText(n), Max: consultation.ItemMost, Line: true}.Read(item.Text, &r.bad)}
		for _, l := range d.document.Further() {
			if words := (prose.Field{Name: Translation(GivenText(n), l), Max: consultation.ItemMost, Line: true}).Read(item.In[l], &r.bad); words != "" {
				if one.In == nil {
					one.In = map[string]string{}
				}
				one.In[l] = words
			}
		}
		d.Given = append(d.Given, one)
	}
}

// Fitting lists what is wrong with the items that are given, held against the protocol.
func (d Draft) Fitting(p protocol.Protocol) []Missing {
	var out []Missing
	add := func(field, code, message string, args map[string]any) {
		out = append(out, Missing{Field: field, Code: code, Message: message, Args: args})
	}
	switch {
	case len(d.Given) == 0 && p.Items.Source == "given":
		add("given", "items_needed", "the protocol gives the statements, and there are none", nil)
	case len(d.Given) > 0 && p.Items.Source == "contributions":
		add("given", "items_not_given", "the protocol takes statements from contributions alone", nil)
	case len(d.Given) > p.Items.Max:
		add("given", "too_many", fmt.Sprintf("the protocol allows %d statements", p.Items.Max), map[string]any{"max": p.Items.Max})
	}
	type spoken struct{ kind, text string }
	seen := map[spoken]bool{}
	for n, item := range d.Given {
		nth := map[string]any{"n": n + 1, "kind": item.Kind}
		if _, known := p.Kind(d.kind(p, item)); !known {
			add(GivenKind(n), "item_kind", fmt.Sprintf("statement %d is of a kind that the protocol does not know", n+1), nth)
		}
		switch {
		case item.Text == "":
			add(GivenText(n), "item_blank", fmt.Sprintf("statement %d has no words", n+1), nth)
		case seen[spoken{d.kind(p, item), item.Text}]:
			add(GivenText(n), "item_twice", fmt.Sprintf("statement %d stands twice", n+1), nth)
		}
		seen[spoken{d.kind(p, item), item.Text}] = true
	}
	return out
}

// kind is the id of a given item's kind.
func (d Draft) kind(p protocol.Protocol, i Item) string {
	if i.Kind == "" {
		return p.ItemKinds[0].ID
	}
	return i.Kind
}

// Items gives those that are given with the protocol, before they are stored.
func (d Draft) Items(p protocol.Protocol) []consultation.Item {
	out := make([]consultation.Item, len(d.Given))
	for n, item := range d.Given {
		out[n] = consultation.Item{Kind: d.kind(p, item), Text: item.Text}
		for l, words := range item.In {
			if out[n].Translations == nil {
				out[n].Translations = map[string]consultation.Translation{}
			}
			out[n].Translations[l] = consultation.Translation{Text: words}
		}
	}
	return out
}
