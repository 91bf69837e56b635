package ballot

import (
	"slices"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/joined"
	"delfi/internal/consultation/strongest"
	"delfi/internal/delphi"
)

// Paper is what a panelist has before them: the draft and the delivered ballot
// of an open round, and the last delivered ballot of the round before. The Reason of an
// answer has the words.
type Paper struct {
	Round     consultation.Round
	Items     []consultation.Item         // the live items, by number
	Codecs    *answer.Set                 // of the round, made once for all its papers
	Draft     map[uuid.UUID]delphi.Answer // the working copy: the draft, else what was delivered, else empty
	Pending   bool                        // the draft differs from what was delivered: it does not count yet
	Delivered map[uuid.UUID]delphi.Answer // nil when none
	Last      map[uuid.UUID]delphi.Answer // of the previous answering round; nil when missed or none
	Mark      string                      // of the delivered ballot, hex; "" when none
	Feedback  *feedback.Document          // the stored document of the previous answering round, nil in the first; of a standing one its last release, for whoever has answered: see Told
	Shuffle   []byte                      // key of this reader's order of reasons
	Cases     []strongest.Case            // the strongest of each side of options, as the facilitator marked them
	Joined    []joined.Statement          // the statements that the facilitator let join, with the reason of each
}

// standing tells whether it is the form of a standing round.
func (p Paper) standing() bool { return p.Round.Kind == delphi.StandingKind }

// Told tells whether the reader may see what Feedback says of an item: in a standing round
// of what they have answered themselves, and of what a release has shown (docs/METHOD.md §2).
func (p Paper) Told(item uuid.UUID) bool {
	if p.Feedback == nil {
		return false
	}
	if !p.standing() {
		return true
	}
	at := slices.IndexFunc(p.Feedback.Items, func(f feedback.ItemResult) bool { return f.Item == item })
	return at >= 0 && p.Feedback.Items[at].Released > 0 && p.Answered(item)
}

// Answered tells whether the delivered ballot answers an item, or one of the list that it
// is answered with.
func (p Paper) Answered(item uuid.UUID) bool {
	if _, ok := p.Delivered[item]; ok {
		return true
	}
	at := slices.IndexFunc(p.Items, func(i consultation.Item) bool { return i.ID == item })
	if at < 0 {
		return false
	}
	kind := p.Items[at].Kind
	number, err := p.Codecs.Number(kind)
	return err == nil && p.Codecs.Form(number).Listed() && slices.ContainsFunc(p.Items, func(i consultation.Item) bool {
		_, ok := p.Delivered[i.ID]
		return ok && i.Kind == kind
	})
}

// Own is the reader's answer that stands beside the panel's: of the round before, and of
// this one where it is a standing round.
func (p Paper) Own(item uuid.UUID) (delphi.Answer, bool) {
	if p.standing() {
		a, ok := p.Delivered[item]
		return a, ok
	}
	a, ok := p.Last[item]
	return a, ok
}

// Part is the part of a ballot's seed that the server does not choose.
type Part = payload.Part
