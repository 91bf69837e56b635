package consultation

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/job"
	"delfi/internal/ledger"
	"delfi/internal/notice"
	"delfi/internal/panel"
	"delfi/internal/postgres"
	"delfi/internal/pseudonym"
)

// Service has the use cases of a consultation's life. Each is one transaction,
// its record included; a guard that fails is a fault.Conflict or Invalid that
// says what is missing.
type Service struct {
	db      *postgres.DB
	jobs    *job.Queue
	record  *ledger.Service
	bridge  *pseudonym.Service
	panel   *panel.Service
	notices *notice.Service
}

// New makes the service and registers its jobs on the queue (open, close,
// conclude and publish at their instants, last-day notices).
func New(db *postgres.DB, q *job.Queue, l *ledger.Service, p *pseudonym.Service, pan *panel.Service, n *notice.Service) *Service {
	panic("unwritten")
}

// Listed gives what a page lists: public ones, newest first, and for staff
// (actor) the drafts of their administration.
func (s *Service) Listed(ctx context.Context, actor account.Actor) ([]Consultation, error) {
	panic("unwritten")
}

// Find gives one by slug; a draft is NotFound to all but its administration's staff.
func (s *Service) Find(ctx context.Context, actor account.Actor, slug string) (Consultation, error) {
	panic("unwritten")
}

// Desk gives one by slug to its administration's administrators and its own
// moderators and facilitators; Forbidden to others.
func (s *Service) Desk(ctx context.Context, actor account.Actor, slug string) (Consultation, error) {
	panic("unwritten")
}

// Items lists the items that are or were in play, by number, dropped ones last.
func (s *Service) Items(ctx context.Context, consultation uuid.UUID) ([]Item, error) {
	panic("unwritten")
}

// Create stores a draft (administrator). Invalid names every field that cannot be stored.
func (s *Service) Create(ctx context.Context, actor account.Actor, administration uuid.UUID, f DraftForm) (Consultation, error) {
	panic("unwritten")
}

// Edit stores a draft again; Form gives the draft as its form.
func (s *Service) Edit(ctx context.Context, actor account.Actor, slug string, f DraftForm) (Consultation, error) {
	panic("unwritten")
}

// Form gives a draft as the form that made it.
func (s *Service) Form(ctx context.Context, actor account.Actor, slug string) (DraftForm, error) {
	panic("unwritten")
}

// Missing lists what still stands between a draft and its announcement, one
// fault.Field each (commitment sentence, staff, protocol), so that the desk can say which.
func (s *Service) Missing(ctx context.Context, actor account.Actor, slug string) ([]Missing, error) {
	panic("unwritten")
}

// Missing is one thing that an announcement waits for.
type Missing struct{ Field, Code, Message string }

// Delete removes a draft (administrator).
func (s *Service) Delete(ctx context.Context, actor account.Actor, slug string) error {
	panic("unwritten")
}

// Announce: draft → announced.
func (s *Service) Announce(ctx context.Context, actor account.Actor, slug string) error {
	panic("unwritten")
}

// Start: announced → running, earlier than planned by hand; opens round 1.
func (s *Service) Start(ctx context.Context, actor account.Actor, slug string) error {
	panic("unwritten")
}

// OpenRound opens the next planned round (facilitator).
func (s *Service) OpenRound(ctx context.Context, actor account.Actor, slug string, number int) error {
	panic("unwritten")
}

// ExtendRound moves an open round's deadline by days, with a public reason (facilitator).
func (s *Service) ExtendRound(ctx context.Context, actor account.Actor, slug string, number, days int, reason string) error {
	panic("unwritten")
}

// CloseRound closes an open round before its deadline, with a public reason (facilitator).
func (s *Service) CloseRound(ctx context.Context, actor account.Actor, slug string, number int, reason string) error {
	panic("unwritten")
}

// ReleaseRound releases a closed gather round once every contribution is disposed of (moderator).
func (s *Service) ReleaseRound(ctx context.Context, actor account.Actor, slug string, number int) error {
	panic("unwritten")
}

// Decide settles an item, carries it on, or keeps it for rewording (facilitator);
// against the engine's proposal a public reason is needed.
func (s *Service) Decide(ctx context.Context, actor account.Actor, slug string, item uuid.UUID, d Decision, reason string) error {
	panic("unwritten")
}

// DecideAsProposed follows the engine's proposal for every undecided item (facilitator).
func (s *Service) DecideAsProposed(ctx context.Context, actor account.Actor, slug string) error {
	panic("unwritten")
}

// Conclude: running → concluded (facilitator); planned rounds are skipped, live
// items settled, and the key and ballots destroyed by a job.
func (s *Service) Conclude(ctx context.Context, actor account.Actor, slug, reason string) error {
	panic("unwritten")
}

// Publish: concluded → published (administrator); summary and dissent texts may be
// "" ("not reported"). Needs key and ballots destroyed and the opinion built.
func (s *Service) Publish(ctx context.Context, actor account.Actor, slug string, texts OpinionTexts) error {
	panic("unwritten")
}

// OpinionTexts are the words that the administration and staff add to the opinion, Markdown.
type OpinionTexts struct{ Summary, Minority, Limitations string }

// Withdraw ends it with a public reason (administrator).
func (s *Service) Withdraw(ctx context.Context, actor account.Actor, slug, reason string) error {
	panic("unwritten")
}

// Suspend makes its forms read-only, with a reason (administrator or moderator); Resume ends that.
func (s *Service) Suspend(ctx context.Context, actor account.Actor, slug, reason string) error {
	panic("unwritten")
}

// Resume ends a suspension; deadlines shift by whole days.
func (s *Service) Resume(ctx context.Context, actor account.Actor, slug string) error {
	panic("unwritten")
}
