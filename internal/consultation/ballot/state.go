package ballot

import (
	"context"

	"delfi/internal/pseudonym"
)

// State is how far one seat's ballot of an open round is.
type State uint8

const (
	Blank     State = iota // neither a draft nor a delivered ballot
	Drafted                // a draft, which does not count
	Delivered              // a ballot that counts
	Revised                // a ballot that counts, and beside it a draft that does not
)

// State reads how far a seat's ballot of an open round is; faults as Paper's. It opens
// neither blob: that there is one tells it.
func (s *Service) State(ctx context.Context, seat pseudonym.Seat, round int) (State, error) {
	b, err := s.context(ctx, seat.Consultation, round)
	if err != nil {
		return Blank, err
	}
	if err := b.takes(s.db.Now()); err != nil {
		return Blank, err
	}
	rows, _, err := s.loader.Load(ctx, rounds{now: b.Round.ID}, seat.Panelist)
	if err != nil {
		return Blank, err
	}
	return rows.now.state(), nil
}

// state is that of a row as it lies in the table.
func (b row) state() State {
	switch {
	case b.sealed != nil && b.draft != nil:
		return Revised
	case b.sealed != nil:
		return Delivered
	case b.draft != nil:
		return Drafted
	}
	return Blank
}
