package form

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi/protocol"
	"delfi/internal/prose"
)

// Item is a statement that is given with the protocol.
type Item struct{ Kind, Text string } // Kind is the id of an item kind; "" for the first

// documentMost is how long a protocol document of a draft may be, in bytes.
const documentMost = 64 << 10

// document reads the protocol document as far as it is written: what it says is held
// against its constraints when it is complete.
func (r *reader) document(d *Draft, typed string) {
	if strings.TrimSpace(typed) == "" {
		return
	}
	if len(typed) > documentMost {
		r.fail("protocol", "too_long", fmt.Sprintf("is longer than %d bytes", documentMost), map[string]any{"max": documentMost})
		return
	}
	if fault := protocol.Syntax([]byte(typed)); fault != nil {
		r.fail("protocol", fault.Code, fault.Message, fault.Args)
		return
	}
	if err := json.Unmarshal([]byte(typed), &d.document); err != nil || d.document == nil {
		r.fail("protocol", "syntax", "is no JSON object", nil)
	}
}

// itemsMost is how many items a draft may give.
const itemsMost = 1000

func (r *reader) items(d *Draft, typed []Item) {
	if len(typed) > itemsMost {
		r.fail("items", "too_many", fmt.Sprintf("has more than %d statements", itemsMost), map[string]any{"max": itemsMost})
		return
	}
	for _, item := range typed {
		text := prose.Field{Name: "items", Max: consultation.ItemMost, Line: true}.Read(item.Text, &r.bad)
		d.Given = append(d.Given, Item{Kind: item.Kind, Text: text})
	}
}

// written reads the protocol document, with what the draft says elsewhere put into it.
func (d Draft) written() (protocol.Protocol, error) {
	document := maps.Clone(d.document)
	part := func(name string) map[string]any {
		inner, object := document[name].(map[string]any)
		if document[name] == nil {
			object = true
		}
		if inner = maps.Clone(inner); inner == nil {
			inner = map[string]any{}
		}
		if object { // what is none is a fault of its own
			document[name] = inner
		}
		return inner
	}
	if _, there := document["languages"]; !there {
		document["languages"] = []any{d.language}
	}
	reply, anonymity := part("reply"), part("anonymity")
	reply["n"], reply["unit"] = d.Commitment.ReplyDays, "day"
	_, dated := anonymity["latest_key_date"]
	if !dated {
		// Any date will do for a sketch; the real one follows from its rounds.
		anonymity["latest_key_date"] = d.startsOn.Format(time.DateOnly)
	}
	p, err := parsed(document)
	if err != nil || dated {
		return p, err
	}
	anonymity["latest_key_date"] = consultation.KeyDate(p, consultation.Plan(uuid.Nil, p, d.StartsAt())).Format(time.DateOnly)
	return parsed(document)
}

func parsed(document map[string]any) (protocol.Protocol, error) {
	b, err := json.Marshal(document)
	if err != nil {
		return protocol.Protocol{}, err
	}
	return protocol.Parse(b)
}

// Fitting lists what is wrong with the items that are given, held against the protocol.
func (d Draft) Fitting(p protocol.Protocol) []Missing {
	var out []Missing
	add := func(code, message string, args map[string]any) {
		out = append(out, Missing{Field: "items", Code: code, Message: message, Args: args})
	}
	switch {
	case len(d.Given) == 0 && p.Items.Source == "given":
		add("items_needed", "the protocol gives the statements, and there are none", nil)
	case len(d.Given) > 0 && p.Items.Source == "contributions":
		add("items_not_given", "the protocol takes statements from contributions alone", nil)
	case len(d.Given) > p.Items.Max:
		add("too_many", fmt.Sprintf("the protocol allows %d statements", p.Items.Max), map[string]any{"max": p.Items.Max})
	}
	seen := map[Item]bool{}
	for n, item := range d.Given {
		nth := map[string]any{"n": n + 1, "kind": item.Kind}
		if _, known := p.Kind(d.kind(p, item)); !known {
			add("item_kind", fmt.Sprintf("statement %d is of a kind that the protocol does not know", n+1), nth)
		}
		switch {
		case item.Text == "":
			add("item_blank", fmt.Sprintf("statement %d has no words", n+1), nth)
		case seen[Item{d.kind(p, item), item.Text}]:
			add("item_twice", fmt.Sprintf("statement %d stands twice", n+1), nth)
		}
		seen[Item{d.kind(p, item), item.Text}] = true
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
	}
	return out
}
