package answer

import (
	"fmt"
	"slices"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
)

// Codec encodes, checks, reads and writes the answers to items of one kind in one kind
// of round. Of a delphi.Answer it has what is answered: Value, CannotJudge, Never, Low,
// High and Criteria; the other fields stay as they are.
type Codec interface {
	// Width is the number of bytes of every encoded answer, at least 1.
	Width() int
	// Encode writes a checked answer into the Width bytes of b. Zeros encode no answer.
	Encode(b []byte, a *delphi.Answer)
	// Decode reads b into a, in the memory of its Criteria where they fit. False for
	// zeros and for bytes that Encode does not write.
	Decode(b []byte, a *delphi.Answer) bool
	// Text is the canonical value of an answer: one word, the same for equal answers.
	Text(a *delphi.Answer) string
	// Parse reads a Text. The error says what it could be.
	Parse(text string) (delphi.Answer, error)
	// Check gives the faults of an answer by form field.
	Check(a *delphi.Answer, of Question) []fault.Field
	// Read reads the fields of a form that give an answer; false where none does. Its
	// faults are those that Check cannot see in the answer.
	Read(form Form, of Question) (delphi.Answer, bool, []fault.Field)

	// fill sets the fields from which Read reads a checked answer.
	fill(to map[string]string, a *delphi.Answer, of Question)
}

// kinds is the registry: what makes the codec of each form.
var kinds = map[delphi.Form]func(delphi.ItemKind) Codec{
	delphi.ScaleForm:     func(k delphi.ItemKind) Codec { return scale{k} },
	delphi.CriteriaForm:  func(k delphi.ItemKind) Codec { return criteria{k} },
	delphi.EstimateForm:  newEstimate,
	delphi.DateForm:      newEstimate,
	delphi.RankingForm:   func(delphi.ItemKind) Codec { return ranking{} },
	delphi.ChoiceForm:    func(k delphi.ItemKind) Codec { return choice{k} },
	delphi.SelectionForm: func(delphi.ItemKind) Codec { return selection{} },
	delphi.TextForm:      func(delphi.ItemKind) Codec { return text{} },
}

// Set has the codecs of a protocol's kinds in one kind of round: what is to be ranked is
// first selected. Many use it at once; nothing changes it.
type Set struct {
	codecs    []Codec
	kinds     []delphi.ItemKind
	round     delphi.RoundKind
	languages []string // of the protocol, the first of which binds
}

// For makes the codecs of a protocol in a kind of round.
func For(p protocol.Protocol, r delphi.RoundKind) *Set {
	s := &Set{kinds: p.ItemKinds, round: r, languages: p.Languages}
	for _, k := range p.ItemKinds {
		s.codecs = append(s.codecs, kinds[k.In(r)](k))
	}
	return s
}

// Len is the number of kinds, which are numbered from 0 in the protocol's order.
func (s *Set) Len() int { return len(s.codecs) }

// Codec gives that of a kind by its number.
func (s *Set) Codec(kind int) Codec { return s.codecs[kind] }

// Width is the number of bytes of the widest kind.
func (s *Set) Width() int {
	widest := 0
	for _, c := range s.codecs {
		widest = max(widest, c.Width())
	}
	return widest
}

// Form gives the form of a kind by its number.
func (s *Set) Form(kind int) delphi.Form { return s.kinds[kind].In(s.round) }

// Most is how many items of a kind one ballot may select; 0 where that is no limit.
func (s *Set) Most(kind int) int {
	if s.Form(kind) == delphi.SelectionForm {
		return s.kinds[kind].K
	}
	return 0
}

// Language gives the number of a language of the protocol, 0 for its first and for one that
// it does not declare.
func (s *Set) Language(lang string) int { return max(0, slices.Index(s.languages, lang)) }

// LanguageAt gives a language of the protocol by its number; "" for the first, and false
// where there is none.
func (s *Set) LanguageAt(n int) (string, bool) {
	if n == 0 {
		return "", true
	}
	if n >= len(s.languages) {
		return "", false
	}
	return s.languages[n], true
}

// Number gives a kind's number by its id.
func (s *Set) Number(id string) (int, error) {
	n := slices.IndexFunc(s.kinds, func(k delphi.ItemKind) bool { return k.ID == id })
	if n < 0 {
		return 0, fmt.Errorf("answer: the protocol has no kind %q", id)
	}
	return n, nil
}

// Same tells whether two answers say the same, whatever stands beside them.
func Same(a, b *delphi.Answer) bool {
	return a.Value == b.Value && a.CannotJudge == b.CannotJudge && a.Never == b.Never &&
		a.Low == b.Low && a.High == b.High && slices.Equal(a.Criteria, b.Criteria)
}
