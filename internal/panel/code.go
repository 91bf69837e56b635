package panel

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/postgres"
	"delfi/internal/pseudonym"
)

// IssueCode gives an enrolled actor the held code of a consultation, once: what is
// stored is that it was issued, and nothing by which it could be found again.
// Conflict "code_issued" the second time, "no_codes" where accounts answer,
// "codes_closed" when nothing is left to answer. The use of a code is another
// request and another transaction (docs/RECORD.md §1).
func (s *Service) IssueCode(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Code, error) {
	group, err := s.enrolled(ctx, actor, consultation)
	if err != nil {
		return pseudonym.Code{}, err
	}
	// Made before it is noted: a key that cannot be read must not cost the code.
	code, err := s.seat.Issue(ctx, consultation, group)
	if err != nil {
		return pseudonym.Code{}, err
	}
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		t, err := s.terms(ctx, tx, consultation)
		if err != nil {
			return err
		}
		if !t.Codes {
			return fault.New(fault.Conflict, "codes_closed", "no code is issued any more: nothing is left to answer, or the consultation is suspended")
		}
		first, err := markIssued(ctx, tx, consultation, actor.Account)
		if err == nil && !first {
			err = fault.New(fault.Conflict, "code_issued", "your code was issued already; nobody kept it, so it cannot be shown again")
		}
		return err
	})
	if err != nil {
		return pseudonym.Code{}, err
	}
	return code, nil
}

// Issued tells whether the actor's code was issued. It only reads.
func (s *Service) Issued(ctx context.Context, actor account.Actor, consultation uuid.UUID) (bool, error) {
	if !actor.SignedIn() {
		return false, nil
	}
	var issued bool
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		issued, err = findIssued(ctx, tx, consultation, actor.Account)
		return err
	})
	return issued, err
}

// ByCode gives the seat of whoever holds a code, whoever that is. It only reads;
// Invalid with field "code" says what is wrong with it.
func (s *Service) ByCode(ctx context.Context, consultation uuid.UUID, typed string) (pseudonym.Seat, error) {
	var t Terms
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		t, err = s.terms(ctx, tx, consultation)
		return err
	})
	if err != nil {
		return pseudonym.Seat{}, err
	}
	return s.seat.ByCode(ctx, consultation, typed, t.Groups)
}
