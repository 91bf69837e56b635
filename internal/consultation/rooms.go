package consultation

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/delphi"
	"delfi/internal/postgres"
)

// What follows is for the rooms beneath (ballot, synthesis) and for report: they
// do their part of an act in the same transaction, and the stage of things stays here.

// Tabulate asks the ballot room to tabulate a round in state closing. It is
// enqueued by the closing of a round that has ballots; its worker ends by calling
// Tabulated.
type Tabulate struct {
	Round uuid.UUID `json:"round"`
}

// Kind names the job.
func (Tabulate) Kind() string { return "tabulate_round" }

// Destroy asks the ballot room to destroy the key and the ballots of a
// consultation that ended; its worker ends by calling Destroyed.
type Destroy struct {
	Consultation uuid.UUID `json:"consultation"`
}

// Kind names the job.
func (Destroy) Kind() string { return "destroy_ballots" }

// Outcome is what a tabulation found about one item.
type Outcome struct {
	Item     uuid.UUID
	Verdict  delphi.Verdict
	Proposal delphi.Proposal
}

// Pending counts the contributions of a consultation that nobody has examined yet.
type Pending func(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (int, error)

// Opinion stores the opinion document of a consultation that is being published.
type Opinion func(ctx context.Context, tx *postgres.Tx, c Consultation, texts OpinionTexts) error

// OnPending sets who counts pending contributions (the synthesis room, in its New).
func (s *Service) OnPending(count Pending) { panic("unwritten") }

// OnPublish sets who stores the opinion (report, wired in cmd).
func (s *Service) OnPublish(store Opinion) { panic("unwritten") }

// Locked locks a round FOR SHARE and gives it when it takes answers or
// contributions at tx.Now: Conflict "round_closed" when it is not open or its
// deadline has passed, Conflict "suspended" while forms are read-only, NotFound
// when there is none. It writes nothing.
func (s *Service) Locked(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, number int) (Round, error) {
	panic("unwritten")
}

// RoundForUpdate locks a round (and its consultation before it) for an act that
// changes it, whatever its state.
func (s *Service) RoundForUpdate(ctx context.Context, tx *postgres.Tx, round uuid.UUID) (Round, error) {
	panic("unwritten")
}

// ForUpdate locks a consultation for an act of its staff, and gives it whole.
func (s *Service) ForUpdate(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (Consultation, error) {
	panic("unwritten")
}

// ByID gives a consultation whole, inside the caller's transaction.
func (s *Service) ByID(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (Consultation, error) {
	panic("unwritten")
}

// LiveItems lists the items in play, by number, New and Was as the next form shows them.
func (s *Service) LiveItems(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]Item, error) {
	panic("unwritten")
}

// RoundItems lists the items of one answering round as they were frozen at its
// opening (a standing round: those in play), by number; New and Was compare with
// the answering round before it.
func (s *Service) RoundItems(ctx context.Context, tx *postgres.Tx, round uuid.UUID) ([]Item, error) {
	panic("unwritten")
}

// Answering lists the open rounds that take ballots, for the hourly turnout.
func (s *Service) Answering(ctx context.Context, tx *postgres.Tx) ([]Round, error) {
	panic("unwritten")
}

// Count stores how many people have answered an open round, rounded down to a
// multiple of 5, and gives it.
func (s *Service) Count(ctx context.Context, tx *postgres.Tx, round uuid.UUID, answered int) (int, error) {
	panic("unwritten")
}

// Tabulated ends a closing: closing → closed → released, with the verdict and
// proposal of each item. answered is exact. Again on a released round it does
// nothing (nil): a tabulation may be repeated.
func (s *Service) Tabulated(ctx context.Context, tx *postgres.Tx, round uuid.UUID, answered int, outcomes []Outcome) error {
	panic("unwritten")
}

// Ticked stores an interim release of an open standing round: the outcomes of
// the items released at this tick (1..).
func (s *Service) Ticked(ctx context.Context, tx *postgres.Tx, round uuid.UUID, tick int, outcomes []Outcome) error {
	panic("unwritten")
}

// Destroyed notes that the key and the ballots are gone.
func (s *Service) Destroyed(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	panic("unwritten")
}

// AddItem puts a new item in play between rounds (or in an open standing round),
// with the next number. kind "" is the protocol's first item kind; parents are
// the items that it was merged or split from, which are superseded.
func (s *Service) AddItem(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, kind, text string, parents []uuid.UUID) (Item, error) {
	panic("unwritten")
}

// RemoveItem undoes AddItem while no round has shown the item (Conflict
// "item_shown" afterwards); its parents are in play again.
func (s *Service) RemoveItem(ctx context.Context, tx *postgres.Tx, item uuid.UUID) error {
	panic("unwritten")
}

// RewordItem gives a live item new words (an editorial reword: a new version,
// answers still paired), between rounds. Giving back the old words undoes it.
func (s *Service) RewordItem(ctx context.Context, tx *postgres.Tx, item uuid.UUID, text string) (Item, error) {
	panic("unwritten")
}

// DropItem takes a live item out of play, between rounds; RestoreItem undoes that.
func (s *Service) DropItem(ctx context.Context, tx *postgres.Tx, item uuid.UUID) error {
	panic("unwritten")
}

// RestoreItem puts a dropped item back in play, between rounds.
func (s *Service) RestoreItem(ctx context.Context, tx *postgres.Tx, item uuid.UUID) error {
	panic("unwritten")
}

// The import of a conversation that was held elsewhere walks the same
// transitions with the system as its actor:
//
//	Import ─ contributions, items, ballots, ticks ─ CloseStanding ─ (jobs: last
//	release, Tabulated) ─ ConcludeForeign ─ (jobs: Destroyed) ─ PublishForeign

// ImportPlan is what an import knows before its first contribution.
type ImportPlan struct {
	Administration                  uuid.UUID
	Slug, Title, Question, Language string // the slug gets a number when it is taken
	Origin                          Origin
	Protocol                        delphi.Protocol // one standing round
}

// Import creates a consultation without staff or commitment, with its standing
// round open.
func (s *Service) Import(ctx context.Context, p ImportPlan) (Consultation, error) {
	panic("unwritten")
}

// CloseStanding closes the standing round of an imported consultation; the
// Tabulate job that it enqueues makes the last release.
func (s *Service) CloseStanding(ctx context.Context, consultation uuid.UUID) error {
	panic("unwritten")
}

// ConcludeForeign concludes an imported consultation whose round was released.
func (s *Service) ConcludeForeign(ctx context.Context, consultation uuid.UUID) error {
	panic("unwritten")
}

// PublishForeign publishes an imported consultation whose key and ballots are gone.
func (s *Service) PublishForeign(ctx context.Context, consultation uuid.UUID, texts OpinionTexts) error {
	panic("unwritten")
}
