package ballot

import (
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// form is what a round's ballots are checked against: its questions, the codecs of
// their kinds and the room of a payload.
type form struct {
	asked  map[uuid.UUID]asked
	codecs *answer.Set
	layout payload.Layout

	questions int // to be answered: the items, but a list once
}

// asked is one item of a form.
type asked struct {
	answer.Question
	kind int // number among the codecs
}

// newForm makes the form of a round from its frozen items.
func newForm(p protocol.Protocol, round delphi.RoundKind, items []consultation.Item) (form, error) {
	f := form{asked: make(map[uuid.UUID]asked, len(items)), codecs: answer.For(p, round)}
	kinds := make([]int, len(items))
	for n, i := range items {
		var err error
		if kinds[n], err = f.codecs.Number(i.Kind); err != nil {
			return form{}, fmt.Errorf("item %d: %w", i.Number, err)
		}
	}
	for n, q := range Questions(items) {
		f.asked[items[n].ID] = asked{Question: q, kind: kinds[n]}
		if q.First || !f.codecs.Form(kinds[n]).Listed() {
			f.questions++
		}
	}
	// Reasons that no feedback will show are not asked for.
	f.layout = payload.LayoutOf(f.codecs, kinds, feedback.ShowsReasons(p))
	return f, nil
}

// Questions gives the items of a round as its form asks them, in the items' order.
func Questions(items []consultation.Item) []answer.Question {
	lists := map[string]int{}
	out := make([]answer.Question, len(items))
	for n, i := range items {
		out[n] = answer.Question{Number: i.Number, Kind: i.Kind, First: lists[i.Kind] == 0}
		lists[i.Kind]++
	}
	for n := range out {
		out[n].List = lists[out[n].Kind]
	}
	return out
}

// check turns what is submitted into entries and the items whose answers are taken out,
// or names each field that must be mended (package answer).
func (f form) check(in submission) (entries []payload.Entry, cleared []uuid.UUID, err error) {
	var bad []fault.Field
	entries = make([]payload.Entry, 0, len(in.Given))
	for _, a := range in.Given {
		id, of, err := f.find(a.Item)
		if err != nil {
			return nil, nil, err
		}
		bad = append(bad, f.codecs.Check(of.kind, &a, of.Question)...)
		a.Item = ""
		entries = append(entries, payload.Entry{Item: id, Kind: of.kind, Answer: a})
	}
	for _, item := range in.Cleared {
		id, _, err := f.find(item)
		if err != nil {
			return nil, nil, err
		}
		cleared = append(cleared, id)
	}
	if len(bad) > 0 {
		return nil, nil, fault.Bad(bad...)
	}
	return entries, cleared, nil
}

// find gives an item of the form by its id.
func (f form) find(item string) (uuid.UUID, asked, error) {
	id, err := uuid.Parse(item)
	of, ok := f.asked[id]
	if err != nil || !ok {
		return uuid.UUID{}, asked{}, fault.New(fault.NotFound, "unknown_item", "this round has no such statement")
	}
	return id, of, nil
}

// answered counts the questions to which a payload has an answer.
func (f form) answered(p payload.Payload) int {
	n, lists := 0, map[int]bool{} // by kind
	for i := range p.Entries {
		switch kind := p.Entries[i].Kind; {
		case !f.codecs.Form(kind).Listed():
			n++
		case !lists[kind]:
			n, lists[kind] = n+1, true
		}
	}
	return n
}

// keep drops entries of items that are not in play any more.
func (f form) keep(s *payload.Payload) {
	s.Keep(func(item uuid.UUID) bool { _, ok := f.asked[item]; return ok })
}

// selections gives a fault for each kind of which a payload selects more items than may
// be: beside the last of those just written.
func (f form) selections(s payload.Payload, written []payload.Entry) []fault.Field {
	selected := make([]int, f.codecs.Len())
	for i := range s.Entries {
		if e := &s.Entries[i]; f.codecs.Most(e.Kind) > 0 && e.Value == 1 {
			selected[e.Kind]++
		}
	}
	var bad []fault.Field
	for kind, n := range selected {
		most := f.codecs.Most(kind)
		if n <= most {
			continue
		}
		name := "answers"
		for _, e := range written {
			if e.Kind == kind && e.Value == 1 {
				name = f.asked[e.Item].Field()
			}
		}
		bad = append(bad, fault.Field{
			Name: name, Code: "selected_too_many", Message: fmt.Sprintf("select at most %d: take %d out again", most, n-most),
			Args: map[string]any{"max": most, "over": n - most},
		})
	}
	return bad
}

// fits gives a fault when the reasons of a whole payload do not fit its room: the
// longest of those just written is the one to shorten.
func (f form) fits(s payload.Payload, written []payload.Entry) []fault.Field {
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
		name = f.asked[written[longest].Item].ReasonField()
	}
	return []fault.Field{{
		Name: name, Code: "reasons_too_long",
		Message: fmt.Sprintf("all reasons of one ballot together have room for %d bytes (a plain letter is one, an accented one two): shorten them by %d", f.layout.Reasons, over),
		Args:    map[string]any{"max": f.layout.Reasons, "over": over},
	}}
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
func answersOf(s payload.Payload) map[uuid.UUID]delphi.Answer {
	m := make(map[uuid.UUID]delphi.Answer, len(s.Entries))
	for _, e := range s.Entries {
		a := e.Answer
		a.Item = e.Item.String()
		m[e.Item] = a
	}
	return m
}
