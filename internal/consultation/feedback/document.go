package feedback

import (
	"github.com/google/uuid"

	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// Feedback is the stored document about one round, decoded. Every figure in it
// comes from its tables.
type Document struct {
	Format   string       `json:"format"`   // "delfi feedback v1"
	Protocol string       `json:"protocol"` // hash of the frozen protocol
	Round    int          `json:"round"`
	Tick     int          `json:"tick"` // number of the release in a standing round; 0 otherwise
	Enrolled int          `json:"enrolled"`
	Answered int          `json:"answered"`
	Items    []ItemResult `json:"items"`
}

// ItemResult is what the document says about one item.
type ItemResult struct {
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
