// Package ballot keeps sealed ballots, closes rounds into tables, and stores the
// one feedback document of each round.
package ballot

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/job"
	"delfi/internal/ledger"
	"delfi/internal/postgres"
	"delfi/internal/pseudonym"
)

// Answer is one answer as a form gives it.
type Answer struct {
	Item        uuid.UUID
	Value       int // 1..points; 0 with CannotJudge
	CannotJudge bool
	Reason      string // ≤ 600 characters; "" for none
}

// Paper is what a panelist has before them: the draft and the delivered ballot
// of an open round, and the last delivered ballot of the round before.
type Paper struct {
	Round     consultation.Round
	Items     []consultation.Item // the live items, by number
	Draft     map[uuid.UUID]Answer
	Delivered map[uuid.UUID]Answer // nil when none
	Last      map[uuid.UUID]Answer // of the previous answering round; nil when missed or none
	Mark      string               // of the delivered ballot, hex; "" when none
	Feedback  *Feedback            // the stored document of the previous answering round; nil in the first
	Shuffle   []byte               // key of this reader's order of reasons
}

// Feedback is the stored document about one round, decoded. Every figure in it
// comes from its tables.
type Feedback struct {
	Round    int            `json:"round"`
	Enrolled int            `json:"enrolled"`
	Answered int            `json:"answered"`
	Items    []ItemFeedback `json:"items"`
}

// ItemFeedback is what the document says about one item.
type ItemFeedback struct {
	Item     uuid.UUID         `json:"item"`
	Number   int               `json:"number"`
	Text     string            `json:"text"`
	Kind     string            `json:"kind"`
	Counts   delphi.ItemCounts `json:"counts"`
	Tables   []delphi.Table    `json:"tables"` // those that the rule names
	Figures  delphi.Figures    `json:"figures"`
	Verdict  delphi.Verdict    `json:"verdict"`
	Proposal delphi.Proposal   `json:"proposal"`
	Reasons  []Reason          `json:"reasons"`
}

// Reason is one panelist's reason, without its author.
type Reason struct {
	Text    string `json:"text"`
	Outside bool   `json:"outside"` // from outside the middle half
	Side    string `json:"side"`    // "against", "for", "middle" or "" when the rule does not show it
}

// Receipt is what a panelist gets for a delivered ballot.
type Receipt struct {
	Mark     string // hex
	Answered int    // answers given
	Blank    int    // items left without an answer
	Replaces string // the mark it replaces; ""
}

// Service has the use cases.
type Service struct {
	db     *postgres.DB
	cons   *consultation.Service
	bridge *pseudonym.Service
	record *ledger.Service
}

// New makes the service and registers its jobs (tabulate at closing, hourly
// turnout, destruction at the end).
func New(db *postgres.DB, q *job.Queue, c *consultation.Service, p *pseudonym.Service, l *ledger.Service) *Service {
	panic("unwritten")
}

// Paper gives the form of an open round to its seat; Conflict "round_closed" when it is not open.
func (s *Service) Paper(ctx context.Context, seat pseudonym.Seat, round int) (Paper, error) {
	panic("unwritten")
}

// Save puts answers into the sealed draft (items not named stay as they were).
func (s *Service) Save(ctx context.Context, seat pseudonym.Seat, round int, answers []Answer) error {
	panic("unwritten")
}

// Deliver turns the draft into the ballot that counts, and gives its receipt.
func (s *Service) Deliver(ctx context.Context, seat pseudonym.Seat, round int) (Receipt, error) {
	panic("unwritten")
}

// Cast saves and delivers at once: imports, the demonstration and one-page forms.
func (s *Service) Cast(ctx context.Context, seat pseudonym.Seat, round int, answers []Answer) (Receipt, error) {
	panic("unwritten")
}

// Feedback gives the stored document of a released round; Conflict while the
// round is not released, NotFound for a gather round.
func (s *Service) Feedback(ctx context.Context, consultation uuid.UUID, round int) (Feedback, error) {
	panic("unwritten")
}
