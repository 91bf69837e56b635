package ballot

import (
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/consultation/feedback"
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
	Feedback  *feedback.Document          // the stored document of the previous answering round; nil in the first
	Shuffle   []byte                      // key of this reader's order of reasons
}

// Part is the part of a ballot's seed that the server does not choose.
type Part = payload.Part
