package steering

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/panel"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// Service has the use cases of a consultation's life. Each is one transaction,
// its record included; a guard that fails is a fault.Conflict or Invalid that
// says what is missing.
type Service struct {
	*lifecycle.Reader
	db      *postgres.DB
	jobs    *job.Queue
	drafts  *draft.Service
	record  *ledger.Service
	keys    *pseudonym.Service
	panel   *panel.Service
	notices *notify.Service
	opened  Opened
	opinion Opinion
	dissent Dissent
	redraw  Redraw
	seen    string // version of the consultation on which its actor acts; "" for any

	contributions Counted
	gathering     Gathering
}

// New makes the service and registers its jobs on the queue (open, close,
// conclude and publish at their instants, last-day notices), and tells the panel
// when enrolment is open.
func New(db *postgres.DB, q *job.Queue, d *draft.Service, l *ledger.Service, p *pseudonym.Service, pan *panel.Service, n *notify.Service) *Service {
	s := &Service{
		Reader: lifecycle.NewReader(db),
		db:     db, jobs: q, drafts: d, record: l, keys: p, panel: pan, notices: n,
		contributions: func(context.Context, *postgres.Tx, consultation.Consultation) (Contributions, error) {
			return Contributions{}, nil
		},
		gathering: nowhere,
	}
	s.work(q)
	pan.Ask(s.terms)
	pan.Work(q)
	return s
}

// Lock locks a consultation for an act of a room above, and loads it.
func (s *Service) Lock(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (consultation.Consultation, error) {
	return lifecycle.Lock(ctx, tx, id)
}

// Index makes what anybody may read of a consultation and of its contributions findable,
// and nothing else.
func (s *Service) Index(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	if err := lifecycle.Index(ctx, tx, c); err != nil {
		return err
	}
	return s.gathering.Shown(ctx, tx, c)
}

// InSpace locks and loads the consultation of a space; NotFound for a space of another kind.
func (s *Service) InSpace(ctx context.Context, tx *postgres.Tx, space uuid.UUID) (consultation.Consultation, error) {
	return lifecycle.LockSpace(ctx, tx, space)
}

// terms tells the panel who may enrol: from announcement until the last round
// closes, staff excepted.
func (s *Service) terms(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (panel.Terms, error) {
	c, err := lifecycle.Load(ctx, tx, id)
	if err != nil {
		return panel.Terms{}, err
	}
	if c.Stage == consultation.Draft {
		return panel.Terms{}, consultation.ErrNoSuch
	}
	t := panel.Terms{Open: c.Enrolling(), Full: c.Full(), Codes: c.Answerable()}
	for _, r := range c.Rounds {
		switch {
		case !r.Answers():
		case r.State == consultation.RoundOpen:
			t.Deadline = r.Deadline
		case r.State == consultation.RoundPlanned && t.Next == 0:
			t.Next = r.Number
		}
	}
	t.Ways = make(map[string]panel.Way, len(c.Protocol.Panel.Groups))
	for _, g := range c.Protocol.Panel.Groups {
		t.Groups = append(t.Groups, g.ID)
		t.Ways[g.ID] = panel.Way{Access: g.Access, Rule: g.Rule, Asks: g.Asks}
	}
	for _, m := range slices.Concat(c.Appointed, c.Secretaries) {
		t.Staff = append(t.Staff, m.ID)
	}
	return t, nil
}

// note writes an act into the record.
func (s *Service) note(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author, e ledger.Entry) error {
	e.Consultation, e.Role, e.Name = c.ID, string(by.Role), by.Name
	return s.record.Append(ctx, tx, e)
}

// noteAct is note for a plain act with its public reason.
func (s *Service) noteAct(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author, act consultation.Act, target, reason string, figures map[string]any) error {
	e := ledger.Entry{Type: ledger.Act, Kind: string(act), Target: target, Reason: reason}
	e.Body, e.Texts = ledger.Split(figures)
	return s.note(ctx, tx, c, by, e)
}
