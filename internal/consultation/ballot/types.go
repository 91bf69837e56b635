package ballot

import (
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// Answer is one answer as a form gives it.
type Answer struct {
	Item        uuid.UUID
	Value       int // 1..points; 0 with CannotJudge
	CannotJudge bool
	Reason      string      // ≤ 600 characters; "" for none
	Argues      delphi.Side // the side that the reason argues, as its author says; "" for not said
}

// Paper is what a panelist has before them: the draft and the delivered ballot
// of an open round, and the last delivered ballot of the round before.
type Paper struct {
	Round     consultation.Round
	Items     []consultation.Item  // the live items, by number
	Draft     map[uuid.UUID]Answer // the working copy: the draft, else what was delivered, else empty
	Pending   bool                 // the draft differs from what was delivered: it does not count yet
	Delivered map[uuid.UUID]Answer // nil when none
	Last      map[uuid.UUID]Answer // of the previous answering round; nil when missed or none
	Mark      string               // of the delivered ballot, hex; "" when none
	Feedback  *Feedback            // the stored document of the previous answering round; nil in the first
	Shuffle   []byte               // key of this reader's order of reasons
}

// Feedback is the stored document about one round, decoded. Every figure in it
// comes from its tables.
type Feedback struct {
	Format   string         `json:"format"`   // "delfi feedback v1"
	Protocol string         `json:"protocol"` // hash of the frozen protocol
	Round    int            `json:"round"`
	Tick     int            `json:"tick"` // number of the release in a standing round; 0 otherwise
	Enrolled int            `json:"enrolled"`
	Answered int            `json:"answered"`
	Items    []ItemFeedback `json:"items"`
}

// ItemFeedback is what the document says about one item.
type ItemFeedback struct {
	Item     uuid.UUID        `json:"item"`
	Number   int              `json:"number"`
	Text     string           `json:"text"`
	Kind     string           `json:"kind"`
	Counts   table.ItemCounts `json:"counts"`
	Tables   []table.Table    `json:"tables"` // those that the rule names, but R
	Figures  verdict.Figures  `json:"figures"`
	Verdict  verdict.Verdict  `json:"verdict"`
	Proposal verdict.Proposal `json:"proposal"`
	Reasons  []Reason         `json:"reasons"`
	Released int              `json:"released"` // standing round: the tick that released these figures; 0 otherwise
}

// Reason is one panelist's reason, without its author.
type Reason struct {
	Text    string      `json:"text"`
	Removed string      `json:"removed,omitempty"` // digest of a text that was removed by law: a stub stands in its place
	Outside bool        `json:"outside"`           // from outside the middle half that its round shows
	Side    delphi.Side `json:"side"`              // "against", "for" or "neither", as its author said; "" for not said
	Place   table.Place `json:"place"`             // where the answer beside it lies, "low", "middle", "high", "none" (who cannot judge); "" with a side, and where the rule does not tell it
}
