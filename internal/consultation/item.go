package consultation

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/delphi/canonical"
	"delfi/internal/delphi/verdict"
	"delfi/internal/prose"
)

// ItemState is where an item stands.
type ItemState string

// The states of an item.
const (
	ItemCandidate  ItemState = "candidate"
	ItemLive       ItemState = "live"
	ItemSettled    ItemState = "settled"
	ItemDropped    ItemState = "dropped"
	ItemSuperseded ItemState = "superseded"
)

// ItemMost is how many characters a statement has at most.
const ItemMost = 600

// Item is one statement that is rated, in its current version.
type Item struct {
	ID           uuid.UUID
	Consultation uuid.UUID
	Number       int // 1.. as shown
	State        ItemState
	Version      int // 1.. counts its wordings
	Text         string
	Language     string                 // of Text as it is read (Consultation.Read); "" for the first
	Translations map[string]Translation // by further language
	Original     string                 // Text in the first language, where it is read in another (In); ""
	Was          string                 // wording of the previous version after an editorial reword since the last round; ""
	New          bool                   // entered after the last answering round
	Kind         string                 // id of its item kind in the protocol
	Parents      []uuid.UUID
	SettledIn    int // number of the round whose verdict settled it; 0
}

// Fresh tells whether no round has asked an item yet, nor one that it comes from.
func (i Item) Fresh() bool { return i.New && len(i.Parents) == 0 }

// AsksFresh tells whether a round that opens asks items that are Fresh: in the first answering
// round none is, since nothing was asked before.
func AsksFresh(items []Item) bool { return slices.ContainsFunc(items, Item.Fresh) }

// Decision is what the facilitator decides about an item between rounds.
type Decision string

// The decisions, which are also the engine's proposals.
const (
	Settle Decision = "settle"
	GoOn   Decision = "go-on"
	Reword Decision = "reword"
	Drop   Decision = "drop" // after a select round
)

// Act names the transition of a decision.
func (d Decision) Act() (Act, bool) {
	switch d {
	case Settle:
		return ActSettle, true
	case GoOn:
		return ActGoOn, true
	case Reword:
		return ActHold, true
	case Drop:
		return ActNarrow, true
	}
	return "", false
}

// Decided is what was decided about an item after a round, by whom and why.
type Decided struct {
	Round    int // number
	Item     uuid.UUID
	Proposed Decision
	Decided  Decision
	Role     string // facilitator, or system when nobody decided
	Name     string
	Reason   string // public; never "" when Decided is not what was Proposed
}

// Version tells one decision about an item from another; "" for none. A form carries that
// of the decision that its reader saw.
func (d Decided) Version() string {
	if d.Decided == "" {
		return ""
	}
	return prose.Version(string(d.Decided), d.Name, d.Reason)
}

// Outcome is what a tabulation found about one item.
type Outcome struct {
	Item     uuid.UUID
	Verdict  verdict.Verdict
	Proposal verdict.Proposal
}

// ItemsDocument is the public list of what a round asks, items.json: canonical
// JSON, in the order in which the engine counts them.
func ItemsDocument(items []Item) []byte {
	list := make([]map[string]any, len(items))
	for n, i := range items {
		list[n] = map[string]any{"item": i.ID.String(), "kind": i.Kind, "new": i.New, "number": i.Number, "text": i.Text, "version": i.Version}
		if texts := i.Texts(); texts != nil {
			list[n]["texts"] = texts
		}
	}
	b, err := canonical.Marshal(list)
	if err != nil {
		panic(fmt.Sprintf("items: %v", err)) // strings, numbers and truths always marshal
	}
	return b
}
