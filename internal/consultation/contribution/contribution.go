package contribution

import (
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/prose"
	"delfi/internal/pseudonym"
)

// State is where a contribution stands.
type State string

// The states.
const (
	Pending  State = "pending"
	Admitted State = "admitted"
	Rejected State = "rejected"
)

// Contribution is one free text. No date, no group, no order.
type Contribution struct {
	ID       uuid.UUID
	Alias    pseudonym.Alias
	Body     string // Markdown; "" when removed
	Language string // of Body; "" for the consultation's first, and, once unsealed, where too few wrote in it
	State    State
	Reason   string          // of a rejection
	Removed  string          // the legal ground on which the text was removed; "" when it stands
	Items    []uuid.UUID     // the items it went into, in the order of the acts
	Similar  int             // in a Queue: equal among those that say similar things, 1..; 0 when it stands alone
	Case     moderation.Case // in a Queue: its version, priority and claim
}

// Version tells these words from others: of a contribution that is changed, the page
// says which its author had before them.
func (c Contribution) Version() string { return prose.Version(c.Body) }

// Counts add up: Received = Admitted + Rejected + Pending.
type Counts struct{ Received, Admitted, Rejected, Pending, Items int }

// How long texts may be, in characters. An item is one sentence that can be
// agreed or disagreed with; what is longer is two items.
const (
	maxBody    = 2000
	maxText    = 600
	maxGround  = 600
	maxLeftOut = 1000
	// maxOwn keeps one person from being the whole queue.
	maxOwn = 50
)

// lined reads free text of one line.
func lined(name, typed string, limit int, needed bool, bad *[]fault.Field) string {
	return prose.Field{Name: name, Max: limit, Needed: needed, Line: true}.Read(typed, bad)
}

// gather gives the gather round that contributions belong to: the last one that
// has opened, else the first that will.
func gather(c consultation.Consultation) (consultation.Round, error) {
	var found consultation.Round
	for _, r := range c.Rounds {
		if r.Kind == delphi.Gather && (found.Number == 0 || r.State != consultation.RoundPlanned && r.State != consultation.RoundSkipped) {
			found = r
		}
	}
	if found.Number == 0 {
		return found, fault.New(fault.NotFound, "no_gather", "this consultation asks for no contributions")
	}
	return found, nil
}

// counted counts what a list holds.
func counted(list []Contribution) Counts {
	var n Counts
	items := map[uuid.UUID]bool{}
	for _, c := range list {
		switch c.State {
		case Admitted:
			n.Admitted++
		case Rejected:
			n.Rejected++
		case Pending:
			n.Pending++
		}
		for _, i := range c.Items {
			items[i] = true
		}
	}
	n.Received, n.Items = n.Admitted+n.Rejected+n.Pending, len(items)
	return n
}
