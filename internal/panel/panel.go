package panel

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/fault"
	"delfi/internal/panel/application"
	"delfi/internal/panel/invitation"
	"delfi/internal/panel/roll"
	batching "delfi/internal/platform/batch"
	"delfi/internal/platform/cache"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// Terms are what enrolment in a consultation depends on.
type Terms struct {
	Open   bool               // from announcement until the last round closes, and not suspended
	Groups []string           // ids of the protocol's groups
	Ways   map[string]Way     // by group; open where there is none
	Staff  []account.OfficeID // who steers it, did or is to, and so cannot answer
	Full   bool               // nobody can enrol any more, whatever happens
	Codes  bool               // held codes can be issued: something can still be answered

	// What the time from which a held code works depends on.
	Deadline time.Time // of the round that is open and answered; zero when none is
	Next     int       // number of the next round to open that is answered; 0 when none is
}

// Service has the use cases of enrolment.
type Service struct {
	db           *postgres.DB
	people       *account.Service
	seat         *pseudonym.Service
	rolls        *roll.Service
	guests       *invitation.Service
	applications *application.Service
	terms        func(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (Terms, error)
	drawn        Admit

	// Who is enrolled stays so, in the same group, as long as there is an account; but for
	// those of a roll, who are struck off with it.
	groups *cache.Cache[place, string]
	places *batching.Loader[uuid.UUID, uuid.UUID, held] // by consultation and account

	working *cache.Cache[batchKey, struct{}] // batches of codes that work
}

// place is one account on one panel.
type place struct{ consultation, account uuid.UUID }

// held is a place as it was read.
type held struct {
	group string
	roll  bool // by a roll: it may be struck off
}

// placesKept is how many places are remembered: a few megabytes.
const placesKept = 1 << 16

// New makes the service; enrolment answers "closed" until Ask was called.
func New(db *postgres.DB, a *account.Service, p *pseudonym.Service, rolls *roll.Service, guests *invitation.Service, applications *application.Service) *Service {
	s := &Service{
		db: db, people: a, seat: p, rolls: rolls, guests: guests, applications: applications,
		groups: cache.New[place, string](placesKept), working: cache.New[batchKey, struct{}](batchesKept),
		terms: func(context.Context, *postgres.Tx, uuid.UUID) (Terms, error) { return Terms{}, nil },
		drawn: everybody,
	}
	s.places = batching.NewLoader(s.seated)
	return s
}

// Ask sets who tells the terms of enrolment: consultation, at start. NotFound
// when the actor may not know of the consultation is the teller's to give.
func (s *Service) Ask(terms func(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (Terms, error)) {
	s.terms = terms
}

// CanEnrol tells whether an actor may enrol in a group: nil, or the fault.
func CanEnrol(actor account.Actor, t Terms, group string) error {
	if err := CanCome(actor, t); err != nil {
		return err
	}
	if !slices.Contains(t.Groups, group) {
		return fault.Bad(fault.Field{Name: "group", Code: "unknown_group", Message: "choose one of the consultation's groups"})
	}
	return nil
}

// CanCome is CanEnrol as far as no group decides.
func CanCome(actor account.Actor, t Terms) error {
	switch {
	case !actor.SignedIn():
		return fault.New(fault.Unauthenticated, "sign_in", "sign in to take part")
	case actor.Office != account.OfficeID{} && slices.Contains(t.Staff, actor.Office):
		return fault.New(fault.Forbidden, "staff_cannot_enrol", "who steers a consultation does not answer in it")
	case !t.Open:
		return fault.New(fault.Conflict, "enrolment_closed", "enrolment is not open")
	}
	return nil
}

// Enrol puts the actor on a consultation's panel, in a group of its protocol.
// Staff of the consultation cannot (Forbidden); twice is Conflict; enrolment is
// open from announcement until the last round closes. Who does not fit the group's rule is
// Forbidden "claim_unmet" or "claim_missing", or as roll.Admit says. The account's row keeps
// the day and the group alone.
func (s *Service) Enrol(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string) error {
	return s.enrol(ctx, actor, consultation, func(ctx context.Context, tx *postgres.Tx, t Terms) (string, error) {
		if err := CanEnrol(actor, t, group); err != nil {
			return "", err
		}
		return group, s.enter(ctx, tx, actor, consultation, group, t.Ways[group])
	})
}

// enrol puts the actor into the group that find gives, in the transaction in which it looks.
func (s *Service) enrol(ctx context.Context, actor account.Actor, consultation uuid.UUID, find func(ctx context.Context, tx *postgres.Tx, t Terms) (string, error)) error {
	mark, err := s.mark(ctx, actor, consultation)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		t, err := s.terms(ctx, tx, consultation)
		if err != nil {
			return err
		}
		// Before anything is looked up for them: who cannot enter learns of no code whether it works.
		if err := newcomer(ctx, tx, actor, consultation, mark); err != nil {
			return err
		}
		group, err := find(ctx, tx, t)
		if err != nil {
			return err
		}
		day := civiltime.Date(tx.Now)
		added, err := insertEnrolment(ctx, tx, consultation, actor.Account, group, day)
		if err == nil && !added {
			return errEnrolledAlready
		}
		if err != nil {
			return err
		}
		return s.drawn(ctx, tx, actor, consultation, group)
	})
}

var errEnrolledAlready = fault.New(fault.Conflict, "already_enrolled", "you are enrolled already")

// newcomer refuses who is on the panel, and who left it; mark is mark's.
func newcomer(ctx context.Context, tx *postgres.Tx, actor account.Actor, consultation uuid.UUID, mark []byte) error {
	if left, err := pseudonym.Departed(ctx, tx, consultation, mark); err != nil {
		return err
	} else if left {
		return fault.New(fault.Conflict, "left_before", "you were on this panel and left it: the same person does not answer twice")
	}
	in, err := findGroups(ctx, tx, consultation, []uuid.UUID{actor.Account})
	if err != nil {
		return err
	}
	if _, enrolled := in[actor.Account]; enrolled {
		return errEnrolledAlready
	}
	return nil
}

// Group tells the actor's group, or "" when not enrolled. It only reads.
func (s *Service) Group(ctx context.Context, actor account.Actor, consultation uuid.UUID) (string, error) {
	if !actor.SignedIn() {
		return "", nil
	}
	at := place{consultation, actor.Account}
	if group, ok := s.groups.Get(at); ok {
		return group, nil
	}
	h, enrolled, err := s.places.Load(ctx, consultation, actor.Account)
	if err == nil && enrolled && !h.roll {
		s.groups.Put(at, h.group)
	}
	return h.group, err
}

// seated reads the places of those who ask in the same moment.
func (s *Service) seated(ctx context.Context, consultation uuid.UUID, accounts []uuid.UUID) (map[uuid.UUID]held, error) {
	out := map[uuid.UUID]held{}
	err := s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		groups, err := findGroups(ctx, tx, consultation, accounts)
		for account, group := range groups {
			out[account] = held{group: group}
		}
		return err
	})
	if err != nil || len(out) == 0 {
		return out, err
	}
	err = s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		placed, err := s.rolls.Placed(ctx, tx, consultation, slices.Collect(maps.Keys(out)))
		for _, account := range placed {
			out[account] = held{group: out[account].group, roll: true}
		}
		return err
	})
	return out, err
}

// Seat gives the seat of an enrolled actor (Forbidden "not_enrolled" otherwise). It only reads.
func (s *Service) Seat(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Seat, error) {
	group, err := s.enrolled(ctx, actor, consultation)
	if err != nil {
		return pseudonym.Seat{}, err
	}
	return s.seat.Seat(ctx, consultation, actor.Account, group)
}

// Alias gives the alias of an enrolled actor (Forbidden "not_enrolled" otherwise). It only reads.
func (s *Service) Alias(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Alias, error) {
	if _, err := s.enrolled(ctx, actor, consultation); err != nil {
		return pseudonym.Alias{}, err
	}
	return s.seat.Alias(ctx, consultation, actor.Account)
}

// enrolled gives the group of an actor who must have one.
func (s *Service) enrolled(ctx context.Context, actor account.Actor, consultation uuid.UUID) (string, error) {
	if !actor.SignedIn() {
		return "", fault.New(fault.Unauthenticated, "sign_in", "sign in to take part")
	}
	group, err := s.Group(ctx, actor, consultation)
	if err == nil && group == "" {
		err = fault.New(fault.Forbidden, "not_enrolled", "enrol in this consultation first")
	}
	return group, err
}

// Count counts the panel by group exactly, within the caller's transaction: a round that
// opens or closes counts the panel as it stands in that instant.
func (s *Service) Count(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]int, error) {
	return countEnrolled(ctx, tx, consultation)
}

// EnrolForeign counts n people of an imported conversation into a group,
// without accounts. Whoever imports calls it once per conversation and group.
func (s *Service) EnrolForeign(ctx context.Context, consultation uuid.UUID, group string, n int) error {
	if n <= 0 {
		return fmt.Errorf("an import counts %d people", n)
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		t, err := s.terms(ctx, tx, consultation)
		if err != nil {
			return err
		}
		if !slices.Contains(t.Groups, group) {
			return fault.Bad(fault.Field{Name: "group", Code: "unknown_group", Message: "the protocol has no such group"})
		}
		return addForeign(ctx, tx, consultation, group, n)
	})
}

// Members lists the accounts enrolled, for notices to everyone enrolled; in the
// order of their random ids, which is nobody's order of coming.
func (s *Service) Members(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]uuid.UUID, error) {
	return findMembers(ctx, tx, consultation)
}
