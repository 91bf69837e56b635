package contribution

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// Restable tells whether a statement that joins after a round may rest on a contribution:
// moderators did not leave it out, and its words stand.
func (c Contribution) Restable() bool { return c.State != Rejected && c.Removed == "" }

// Rest puts a contribution into a statement that joins after a round, in the transaction of
// the facilitator's act, and gives it. It is admitted with that: it is in a statement. Invalid
// names the field "from" where there is no such contribution, or none that is Restable.
func (s *Service) Rest(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, contribution, item uuid.UUID) (Contribution, error) {
	list, _, err := s.PublicOf(ctx, tx, c)
	if err != nil {
		return Contribution{}, err
	}
	at := slices.IndexFunc(list, func(one Contribution) bool { return one.ID == contribution })
	if at < 0 || !list[at].Restable() {
		return Contribution{}, fault.Bad(fault.Field{Name: "from", Code: "no_source", Message: "is no contribution on which a statement can rest"})
	}
	return list[at], rest(ctx, tx, contribution, item)
}

// Unrest takes the contribution out again on which a joined statement rests, before the
// statement is removed: pending again where no other statement has it.
func (s *Service) Unrest(ctx context.Context, tx *postgres.Tx, item uuid.UUID) error {
	left, err := unrest(ctx, tx, item)
	if err != nil || len(left) == 0 {
		return err
	}
	return pendAll(ctx, tx, left)
}
