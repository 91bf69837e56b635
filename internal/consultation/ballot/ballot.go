package ballot

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// form is what a round's ballots are checked against: its items, their kinds
// and the room on a sheet.
type form struct {
	items  []consultation.Item
	byID   map[uuid.UUID]consultation.Item
	kinds  map[string]delphi.ItemKind
	inPlay map[uuid.UUID]bool
	layout payload.Layout
}

// newForm makes the form of a round from its frozen items.
func newForm(p protocol.Protocol, items []consultation.Item) form {
	f := form{
		items: items, byID: make(map[uuid.UUID]consultation.Item, len(items)),
		kinds: make(map[string]delphi.ItemKind, len(p.ItemKinds)), inPlay: make(map[uuid.UUID]bool, len(items)),
		// Reasons that no feedback will show are not asked for.
		layout: payload.LayoutOf(len(items), feedback.ShowsReasons(p)),
	}
	for _, i := range items {
		f.byID[i.ID], f.inPlay[i.ID] = i, true
	}
	for _, k := range p.ItemKinds {
		f.kinds[k.ID] = k
	}
	return f
}

// check turns answers into entries, or names each one that must be mended:
// field answer_<number> for the value, reason_<number> for the reason, and
// argues_<number> for the side that it argues.
func (f form) check(answers []Answer) ([]payload.Entry, error) {
	var bad []fault.Field
	entries := make([]payload.Entry, 0, len(answers))
	for _, a := range answers {
		item, ok := f.byID[a.Item]
		if !ok {
			return nil, fault.New(fault.NotFound, "unknown_item", "this round has no such statement")
		}
		e, fields := f.entry(item, a)
		bad = append(bad, fields...)
		entries = append(entries, e)
	}
	if len(bad) > 0 {
		return nil, fault.Bad(bad...)
	}
	return entries, nil
}

// entry checks one answer against its item's kind.
func (f form) entry(item consultation.Item, a Answer) (payload.Entry, []fault.Field) {
	var bad []fault.Field
	kind := f.kinds[item.Kind]
	e := payload.Entry{Item: a.Item}
	if a.Reason != "" { // most have none
		e.Reason = prose.Field{Name: fmt.Sprintf("reason_%d", item.Number), Max: payload.MaxReason}.Read(a.Reason, &bad)
	}
	if e.Reason != "" {
		e.Argues = a.Argues // a side without words is not said of anything
	}
	if e.Argues != "" && !e.Argues.Said() {
		bad = append(bad, fault.Field{
			Name: fmt.Sprintf("argues_%d", item.Number), Code: "unknown_side",
			Message: "say that the reason argues for, against or neither, or leave it out",
		})
	}
	value := func() string { return "answer_" + strconv.Itoa(item.Number) } // most answers need it not
	switch {
	case a.CannotJudge && !kind.CannotJudge:
		bad = append(bad, fault.Field{Name: value(), Code: "cannot_judge_off", Message: "this statement is answered with a point of the scale"})
	case a.CannotJudge && a.Value != 0:
		bad = append(bad, fault.Field{Name: value(), Code: "one_answer", Message: "choose a point or that you cannot judge, not both"})
	case a.CannotJudge:
		e.Value = payload.CannotJudge
	case a.Value == 0 && e.Reason != "":
		bad = append(bad, fault.Field{Name: value(), Code: "value_missing", Message: "choose an answer that this reason goes with"})
	case a.Value < 0 || a.Value > kind.Points:
		bad = append(bad, fault.Field{
			Name: value(), Code: "out_of_scale", Message: fmt.Sprintf("choose a point from 1 to %d", kind.Points),
			Args: map[string]any{"min": 1, "max": kind.Points},
		})
	default:
		e.Value = uint8(a.Value)
	}
	return e, bad
}

// fits tells whether the reasons of a whole sheet fit its room; if not, the
// longest of those just written is the one to shorten.
func (f form) fits(s payload.Payload, written []payload.Entry) error {
	over := s.ReasonBytes() - f.layout.Reasons
	if over <= 0 {
		return nil
	}
	longest := 0
	for i, e := range written {
		if len(e.Reason) > len(written[longest].Reason) {
			longest = i
		}
	}
	name := "reasons"
	if len(written) > 0 {
		name = fmt.Sprintf("reason_%d", f.byID[written[longest].Item].Number)
	}
	return fault.Bad(fault.Field{
		Name: name, Code: "reasons_too_long",
		Message: fmt.Sprintf("all reasons of one ballot together have room for %d bytes (a plain letter is one, an accented one two): shorten them by %d", f.layout.Reasons, over),
		Args:    map[string]any{"max": f.layout.Reasons, "over": over},
	})
}

// ownWords tidies the panelist's own words, which have a room of their own.
func ownWords(words string) (string, error) {
	words = prose.Clean(words)
	if over := len(words) - payload.MaxWords; over > 0 {
		return "", fault.Bad(fault.Field{
			Name: "words", Code: "words_too_long",
			Message: fmt.Sprintf("your own words have room for %d bytes: shorten them by %d", payload.MaxWords, over),
			Args:    map[string]any{"max": payload.MaxWords, "over": over},
		})
	}
	return words, nil
}

// answersOf gives a payload as a form reads it.
func answersOf(s payload.Payload) map[uuid.UUID]Answer {
	m := make(map[uuid.UUID]Answer, len(s.Entries))
	for _, e := range s.Entries {
		a := Answer{Item: e.Item, Value: int(e.Value), Reason: e.Reason, Argues: e.Argues}
		if e.Value == payload.CannotJudge {
			a.Value, a.CannotJudge = 0, true
		}
		m[e.Item] = a
	}
	return m
}
