package consultation

import (
	"context"

	"delfi/internal/delphi"
	"delfi/internal/platform/postgres"
)

// Gathering is what happens to the sealed contributions of a gather round, each in the
// transaction of the act on the round.
type Gathering struct {
	Open  func(ctx context.Context, tx *postgres.Tx, r Round) error                 // makes room for them
	Close func(ctx context.Context, tx *postgres.Tx, r Round) (people int, _ error) // writes them in clear
	Drop  func(ctx context.Context, tx *postgres.Tx, r Round) error                 // unread: the round was skipped
}

// OnGather sets who keeps contributions (the synthesis room, in its New).
func (s *Service) OnGather(g Gathering) { s.gathering = g }

// nowhere is Gathering where nobody contributes.
var nowhere = Gathering{
	Open:  func(context.Context, *postgres.Tx, Round) error { return nil },
	Close: func(context.Context, *postgres.Tx, Round) (int, error) { return 0, nil },
	Drop:  func(context.Context, *postgres.Tx, Round) error { return nil },
}

// Gathering lists the open rounds that take contributions, for the hourly turnout.
func (s *Service) Gathering(ctx context.Context, tx *postgres.Tx) ([]Round, error) {
	return openRounds(ctx, tx, string(delphi.Gather))
}
