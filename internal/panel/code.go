package panel

import (
	"context"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// keptFor is for how long at least a code that was shown can be shown again to the
// browser that asked for it; rows go by the step after that.
const keptFor, keptStep = 10 * time.Minute, 5 * time.Minute

// Issued is a code as it is shown.
type Issued struct {
	Code pseudonym.Code
	Promise
}

// IssueCode gives an enrolled actor the held code of a consultation, once: what is
// stored is that it was issued, how many its batch has, and for some minutes the code
// itself under held, a secret of the browser that asks. The same browser is given the
// same code meanwhile, so that an answer lost on the way is repaired; nobody else can be.
// Conflict "code_issued" later, "no_codes" where accounts answer, "codes_closed" when
// nothing is left to answer, "codes_late" when no code could work before the end. The use
// of a code is another request and another transaction (docs/RECORD.md §1).
func (s *Service) IssueCode(ctx context.Context, actor account.Actor, consultation uuid.UUID, held pseudonym.Secret) (Issued, error) {
	group, err := s.enrolled(ctx, actor, consultation)
	if err != nil {
		return Issued{}, err
	}
	// Opened before anything is noted: a key that cannot be read must not cost the code.
	mint, err := s.seat.Mint(ctx, consultation)
	if err != nil {
		return Issued{}, err
	}
	defer mint.Close()
	var out Issued
	id := held.KeptID(consultation, actor.Account)
	again := false
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		t, err := s.terms(ctx, tx, consultation)
		if err != nil {
			return err
		}
		first, err := markIssued(ctx, tx, consultation, actor.Account)
		if again = err == nil && !first; err != nil || again {
			return err
		}
		if !t.Codes {
			return fault.New(fault.Conflict, "codes_closed", "no code is issued any more: nothing is left to answer, or the consultation is suspended")
		}
		b, err := newestBatch(ctx, tx, consultation, group)
		if err != nil {
			return err
		}
		b = b.joins(t, tx.Now)
		if out.Promise = b.promise(t, tx.Now); out.Never() {
			return fault.New(fault.Conflict, "codes_late", "no code could begin to work before the last round closes")
		}
		if out.Code, err = mint.Make(group, b.number); err != nil {
			return err
		}
		if err := putBatch(ctx, tx, consultation, group, b); err != nil {
			return err
		}
		sealed, err := held.Seal(id, out.Code)
		if err != nil {
			return err
		}
		return keepCode(ctx, tx, id, sealed, tx.Now.Add(keptFor).Truncate(keptStep).Add(keptStep))
	})
	if err != nil || !again {
		return out, err
	}
	out, shown, err := s.IssuedCode(ctx, actor, consultation, held)
	if err == nil && !shown {
		err = fault.New(fault.Conflict, "code_issued", "your code was issued already; nobody kept it, so it cannot be shown again")
	}
	return out, err
}

// IssuedCode gives again the code that the actor was given some minutes ago in the same
// browser; false when there is none to give. It only reads.
func (s *Service) IssuedCode(ctx context.Context, actor account.Actor, consultation uuid.UUID, held pseudonym.Secret) (Issued, bool, error) {
	id := held.KeptID(consultation, actor.Account)
	var sealed []byte
	err := s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		sealed, err = findCode(ctx, tx, id, s.db.Now())
		return err
	})
	if err != nil || sealed == nil {
		return Issued{}, false, err
	}
	var out Issued
	if out.Code, err = held.Open(id, sealed); err != nil {
		return Issued{}, false, err
	}
	out.Promise, err = s.When(ctx, consultation, out.Code.String())
	return out, err == nil, err
}

// Offered says from when a code would work that the actor asked for now.
func (s *Service) Offered(ctx context.Context, actor account.Actor, consultation uuid.UUID) (Promise, error) {
	group, err := s.enrolled(ctx, actor, consultation)
	if err != nil {
		return Promise{}, err
	}
	var p Promise
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		t, err := s.terms(ctx, tx, consultation)
		if err != nil {
			return err
		}
		b, err := lastBatch(ctx, tx, consultation, group)
		p = b.joins(t, tx.Now).promise(t, tx.Now)
		return err
	})
	return p, err
}

// ForgetCodes deletes the kept codes whose minutes are over.
func (s *Service) ForgetCodes(ctx context.Context) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return forgetCodes(ctx, tx, tx.Now)
	})
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
// Invalid with field "code" says what is wrong with it, Conflict "code_not_yet" that its
// batch does not work yet (see When).
func (s *Service) ByCode(ctx context.Context, consultation uuid.UUID, typed string) (pseudonym.Seat, error) {
	t, err := s.termsOf(ctx, consultation)
	if err != nil {
		return pseudonym.Seat{}, err
	}
	seat, number, err := s.seat.ByCode(ctx, consultation, typed, t.Groups)
	if err == nil {
		err = s.works(ctx, consultation, seat.Group, number)
	}
	if err != nil {
		return pseudonym.Seat{}, err
	}
	return seat, nil
}

func (s *Service) termsOf(ctx context.Context, consultation uuid.UUID) (t Terms, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		t, err = s.terms(ctx, tx, consultation)
		return err
	})
	return t, err
}
