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
	for n, item := range typed {
		text := r.line(fmt.Sprintf("items[%d].text", n), item.Text, consultation.ItemMost)
		d.Given = append(d.Given, Item{Kind: item.Kind, Text: text})
	}
}

// written reads the protocol document, with what the draft says elsewhere put into it.
func (d Draft) written() (protocol.Protocol, error) {
	document := maps.Clone(d.document)
	part := func(name string) map[string]any {
		inner, _ := document[name].(map[string]any)
		inner = maps.Clone(inner)
		if inner == nil {
			inner = map[string]any{}
		}
		document[name] = inner
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
	switch {
	case len(d.Given) == 0 && p.Items.Source == "given":
		out = append(out, Missing{"items", "required", "the protocol gives the statements, and there are none"})
	case len(d.Given) > 0 && p.Items.Source == "contributions":
		out = append(out, Missing{"items", "not_given", "the protocol takes statements from contributions alone"})
	case len(d.Given) > p.Items.Max:
		out = append(out, Missing{"items", "too_many_items", fmt.Sprintf("the protocol allows %d statements", p.Items.Max)})
	}
	seen := map[Item]bool{}
	for n, item := range d.Given {
		at := fmt.Sprintf("items[%d].", n)
		if _, known := p.Kind(d.kind(p, item)); !known {
			out = append(out, Missing{at + "kind", "unknown_kind", "the protocol knows no such kind of statement"})
		}
		switch {
		case item.Text == "":
			out = append(out, Missing{at + "text", "required", "the statement has no words"})
		case seen[item]:
			out = append(out, Missing{at + "text", "duplicate", "the statement stands twice"})
		}
		seen[item] = true
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
