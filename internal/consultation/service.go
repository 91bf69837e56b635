package consultation

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/panel"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
	"delfi/internal/pseudonym"
)

// Service has the use cases of a consultation's life. Each is one transaction,
// its record included; a guard that fails is a fault.Conflict or Invalid that
// says what is missing.
type Service struct {
	db       *postgres.DB
	jobs     *job.Queue
	accounts *account.Service
	record   *ledger.Service
	bridge   *pseudonym.Service
	panel    *panel.Service
	notices  *notify.Service
	feedback Shown
	opened   Opened
	opinion  Opinion
	dissent  Dissent
	latest   latest

	contributions Counted
	gathering     Gathering
}

// New makes the service and registers its jobs on the queue (open, close,
// conclude and publish at their instants, last-day notices), and tells the panel
// when enrolment is open.
func New(db *postgres.DB, q *job.Queue, a *account.Service, l *ledger.Service, p *pseudonym.Service, pan *panel.Service, n *notify.Service) *Service {
	s := &Service{
		db: db, jobs: q, accounts: a, record: l, bridge: p, panel: pan, notices: n,
		contributions: func(context.Context, *postgres.Tx, uuid.UUID) (Contributions, error) { return Contributions{}, nil },
		gathering:     nowhere,
		feedback:      func(context.Context, *postgres.Tx, uuid.UUID, int) (string, error) { return "", nil },
	}
	s.work(q)
	pan.Ask(s.terms)
	pan.Work(q)
	return s
}

// Listed gives what a page lists: public ones, newest first, and for staff
// (actor) the drafts of their administration.
func (s *Service) Listed(ctx context.Context, actor account.Actor) ([]Consultation, error) {
	own := []uuid.UUID{}
	for _, g := range actor.Grants {
		if actor.Staff(g.Administration) {
			own = append(own, g.Administration)
		}
	}
	var out []Consultation
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		ids, err := listed(ctx, tx, own)
		if err != nil {
			return err
		}
		out, err = wholes(ctx, tx, ids)
		return err
	})
	return out, err
}

// Find gives one by slug; a draft is NotFound to all but its administration's staff.
func (s *Service) Find(ctx context.Context, actor account.Actor, slug string) (Consultation, error) {
	var c Consultation
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		id, err := slugged(ctx, tx, slug)
		if err != nil {
			return err
		}
		c, err = whole(ctx, tx, id)
		return err
	})
	if err != nil {
		return Consultation{}, err
	}
	if !CanSee(actor, c) {
		return Consultation{}, errNoSuch
	}
	return c, nil
}

// Desk gives one by slug to its administration's administrators and its own
// moderators and facilitators; Forbidden to others.
func (s *Service) Desk(ctx context.Context, actor account.Actor, slug string) (Consultation, error) {
	if err := signedIn(actor); err != nil {
		return Consultation{}, err
	}
	c, err := s.Find(ctx, actor, slug)
	if err != nil {
		return Consultation{}, err
	}
	if err := CanSit(actor, c); err != nil {
		return Consultation{}, err
	}
	return c, nil
}

// Items lists the items that are or were in play, by number, dropped ones last.
func (s *Service) Items(ctx context.Context, consultation uuid.UUID) ([]Item, error) {
	var out []Item
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = s.ItemsOf(ctx, tx, consultation)
		return err
	})
	return out, err
}

// ItemsOf is Items inside the caller's transaction.
func (s *Service) ItemsOf(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]Item, error) {
	c, err := whole(ctx, tx, consultation)
	if err != nil {
		return nil, err
	}
	return items(ctx, tx, c.ID, c.before(c.nextNumber()))
}

// Decisions lists what was decided about items between rounds, by round and
// number of the item.
func (s *Service) Decisions(ctx context.Context, consultation uuid.UUID) ([]Decided, error) {
	var out []Decided
	err := s.db.Glance(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		out, err = decisions(ctx, tx, consultation)
		return err
	})
	return out, err
}

// DecisionsOf is Decisions inside the caller's transaction.
func (s *Service) DecisionsOf(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]Decided, error) {
	return decisions(ctx, tx, consultation)
}

// nextNumber is the number of the round whose form the present items are for:
// the one that is open, else the next one.
func (c Consultation) nextNumber() int {
	if r := c.Current(); r != nil && r.State == RoundOpen {
		return r.Number
	}
	if r := c.Next(); r != nil {
		return r.Number
	}
	return len(c.Rounds) + 1
}

// before gives the id of the last answering round before number that has
// figures, or uuid.Nil: what "new" and "reworded" compare with.
func (c Consultation) before(number int) uuid.UUID {
	for i := len(c.Rounds) - 1; i >= 0; i-- {
		r := c.Rounds[i]
		if r.Number < number && r.Answers() && (r.State == RoundClosed || r.State == RoundReleased) {
			return r.ID
		}
	}
	return uuid.Nil
}

// terms tells the panel who may enrol: from announcement until the last round
// closes, staff excepted.
func (s *Service) terms(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (panel.Terms, error) {
	c, err := whole(ctx, tx, consultation)
	if err != nil {
		return panel.Terms{}, err
	}
	if c.Stage == Draft {
		return panel.Terms{}, errNoSuch
	}
	t := panel.Terms{Open: c.Enrolling(), Full: c.full(), Codes: c.answerable()}
	for _, r := range c.Rounds {
		switch {
		case !r.Answers():
		case r.State == RoundOpen:
			t.Deadline = r.Deadline
		case r.State == RoundPlanned && t.Next == 0:
			t.Next = r.Number
		}
	}
	for _, g := range c.Protocol.Panel.Groups {
		t.Groups = append(t.Groups, g.ID)
	}
	for _, m := range c.Staff {
		t.Staff = append(t.Staff, m.Account)
	}
	return t, nil
}

// answerable tells whether a round is open or to come, whoever may still enrol.
func (c Consultation) answerable() bool {
	switch {
	case c.Suspended != nil || c.Origin != nil:
		return false
	case c.Stage == Announced:
		return true
	case c.Stage != Running:
		return false
	}
	return c.Next() != nil || c.Current() != nil && c.Current().State == RoundOpen
}

// author is who does an act, by office.
type author struct {
	role account.Role
	name string
}

// itself is the author of what happens at its time.
var itself = author{role: System}

func signedIn(actor account.Actor) error {
	if !actor.SignedIn() {
		return fault.New(fault.Unauthenticated, "sign_in", "sign in first")
	}
	return nil
}

// steer runs an act of a person on a consultation: one transaction, the row
// locked, what is not the actor's to know of hidden.
func (s *Service) steer(ctx context.Context, actor account.Actor, slug string, act func(ctx context.Context, tx *postgres.Tx, c *Consultation) error) error {
	if err := signedIn(actor); err != nil {
		return err
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		id, err := slugged(ctx, tx, slug)
		if err != nil {
			return err
		}
		c, err := s.ForUpdate(ctx, tx, id)
		if err != nil {
			return err
		}
		if !CanSee(actor, c) {
			return errNoSuch
		}
		return act(ctx, tx, &c)
	})
}

// move takes the consultation one step, in the role in which the actor may.
func (c *Consultation) move(act Act, actor account.Actor) (author, error) {
	to, role, err := step(ofConsultation, c.Stage, act, c.roles(actor)...)
	if err != nil {
		return author{}, err
	}
	c.Stage = to
	return author{role, actor.Name}, nil
}

// moveBy is move for an author whose role is settled.
func (c *Consultation) moveBy(act Act, by author) error {
	to, _, err := step(ofConsultation, c.Stage, act, by.role)
	if err != nil {
		return err
	}
	c.Stage = to
	return nil
}

// needRunning refuses what cannot be done to a consultation that stands still.
func (c Consultation) needRunning() error {
	if c.Stage != Running {
		return fault.New(fault.Conflict, "wrong_stage", "this is not possible at this point").With("state", string(c.Stage))
	}
	return c.needActive()
}

func (c Consultation) needActive() error {
	if c.Suspended != nil {
		return errSuspended
	}
	return nil
}

var errSuspended = fault.New(fault.Conflict, "suspended", "the consultation is suspended: nothing can be changed until it resumes")

// reasoned reads a public reason, which must be there and fit.
func reasoned(reason string) (string, error) {
	var bad []fault.Field
	reason = prose.Field{Name: "reason", Max: 2000, Needed: true}.Read(reason, &bad)
	if len(bad) > 0 {
		return "", fault.Bad(bad...)
	}
	return reason, nil
}

// optional reads a public reason that may be left out.
func optional(reason string) (string, error) {
	if strings.TrimSpace(reason) == "" {
		return "", nil
	}
	return reasoned(reason)
}

// note writes an act into the record.
func (s *Service) note(ctx context.Context, tx *postgres.Tx, c *Consultation, by author, e ledger.Entry) error {
	e.Consultation, e.Role, e.Name = c.ID, string(by.role), by.name
	return s.record.Append(ctx, tx, e)
}

// noteAct is note for a plain act with its public reason.
func (s *Service) noteAct(ctx context.Context, tx *postgres.Tx, c *Consultation, by author, act Act, target, reason string, figures map[string]any) error {
	return s.note(ctx, tx, c, by, ledger.Entry{Type: "act", Kind: string(act), Target: target, Reason: reason, Body: ledger.Body(figures)})
}

func (r Round) target() string { return fmt.Sprintf("round %d", r.Number) }
func (i Item) target() string  { return fmt.Sprintf("statement %d", i.Number) }
