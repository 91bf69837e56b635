package steering

import (
	"context"
	"fmt"

	"delfi/internal/consultation"
	"delfi/internal/platform/postgres"
)

// Contributions counts those of a consultation by how far they have come.
type Contributions struct {
	Pending  int // nobody has examined them yet
	Admitted int // in at least one item
	Acts     int // of those who examined them, so far
}

// Counted gives them.
type Counted func(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) (Contributions, error)

// Opinion stores the opinion document of a consultation that is being published.
type Opinion func(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, texts consultation.OpinionTexts) error

// Opened makes room for the answers of a round that opens.
type Opened func(ctx context.Context, tx *postgres.Tx, r consultation.Round) error

// OnOpened sets who makes it (tabulation, in its New).
func (s *Service) OnOpened(room Opened) { s.opened = room }

// OnContributions sets who counts contributions (contribution, in its New).
func (s *Service) OnContributions(count Counted) { s.contributions = count }

// pending counts the contributions that nobody has examined yet.
func (s *Service) pending(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) (int, error) {
	n, err := s.contributions(ctx, tx, c)
	return n.Pending, err
}

// Dissent tells whether the panel's reasons dissent from the verdicts of a concluded
// consultation.
type Dissent func(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) (bool, error)

// OnDissent sets who knows the dissent (report, in its New).
func (s *Service) OnDissent(known Dissent) { s.dissent = known }

// OnPublish sets who stores the opinion (report, wired in app).
func (s *Service) OnPublish(store Opinion) { s.opinion = store }

// Redraw draws a published opinion up again, as its next version.
type Redraw func(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error

// OnRemoved sets who draws opinions up again (report, in its New).
func (s *Service) OnRemoved(redraw Redraw) { s.redraw = redraw }

// Removed has the opinion of a consultation drawn up again without a text that the law took
// in the caller's transaction, after the removal's entry: the record never has the one
// without the other. Before publication it does nothing.
func (s *Service) Removed(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	if c.PublishedAt.IsZero() {
		return nil
	}
	if s.redraw == nil {
		return fmt.Errorf("removal in %s: nobody draws opinions up again (OnRemoved)", c.ID)
	}
	return s.redraw(ctx, tx, c)
}

// Gathering is what happens to the sealed contributions of a gather round, each in the
// transaction of the act on the round.
type Gathering struct {
	Open  func(ctx context.Context, tx *postgres.Tx, r consultation.Round) error                 // makes room for them
	Close func(ctx context.Context, tx *postgres.Tx, r consultation.Round) (people int, _ error) // writes them in clear
	Drop  func(ctx context.Context, tx *postgres.Tx, r consultation.Round) error                 // unread: the round was skipped
	Shown func(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error          // lets contributions be found as far as pages show them now
}

// OnGather sets who keeps contributions (contribution, in its New).
func (s *Service) OnGather(g Gathering) { s.gathering = g }

// nowhere is Gathering where nobody contributes.
var nowhere = Gathering{
	Open:  func(context.Context, *postgres.Tx, consultation.Round) error { return nil },
	Close: func(context.Context, *postgres.Tx, consultation.Round) (int, error) { return 0, nil },
	Drop:  func(context.Context, *postgres.Tx, consultation.Round) error { return nil },
	Shown: func(context.Context, *postgres.Tx, consultation.Consultation) error { return nil },
}
