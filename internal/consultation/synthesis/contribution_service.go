package synthesis

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/postgres"
	"delfi/internal/prose"
	"delfi/internal/pseudonym"
	"delfi/internal/richtext"
)

// Service has the use cases.
type Service struct {
	db     *postgres.DB
	cons   *consultation.Service
	record *ledger.Service
}

// New makes the service, and lets the consultation ask it what is still pending.
func New(db *postgres.DB, c *consultation.Service, l *ledger.Service) *Service {
	s := &Service{db: db, cons: c, record: l}
	c.OnContributions(count)
	return s
}

// Contribute stores a contribution of an alias in the open gather round (1..2000
// characters). The same words sent twice are one contribution. Conflict
// "round_closed" and "suspended" as the round says; "contributions_full" past
// fifty of one alias.
func (s *Service) Contribute(ctx context.Context, alias pseudonym.Alias, consultation uuid.UUID, body string) (Contribution, error) {
	body, err := words(body)
	if err != nil {
		return Contribution{}, err
	}
	var out Contribution
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := s.open(ctx, tx, consultation); err != nil {
			return err
		}
		claimed, err := pseudonym.Claim(ctx, tx, consultation, alias)
		if err != nil {
			return err
		}
		// One alias writes one thing after the other, so that a second click finds
		// what the first one stored.
		if err := lockAlias(ctx, tx, consultation, claimed.ID); err != nil {
			return err
		}
		own, err := listOwn(ctx, tx, consultation, claimed.ID)
		if err != nil {
			return err
		}
		for _, c := range own {
			if c.State == Pending && c.Body == body {
				out = c
				return nil
			}
		}
		if len(own) >= maxOwn {
			return fault.New(fault.Conflict, "contributions_full", "you have written as many contributions as one person can: change one instead").With("max", maxOwn)
		}
		out = Contribution{ID: uuid.New(), Alias: claimed, Body: body, State: Pending}
		return addContribution(ctx, tx, consultation, out)
	})
	return out, err
}

// Revise stores one's own contribution again while the gather round is open.
// NotFound when it is another's, or withdrawn.
func (s *Service) Revise(ctx context.Context, alias pseudonym.Alias, consultation, contribution uuid.UUID, body string) error {
	body, err := words(body)
	if err != nil {
		return err
	}
	return s.own(ctx, alias, consultation, contribution, func(ctx context.Context, tx *postgres.Tx, _ Contribution) error {
		return setBody(ctx, tx, contribution, body)
	})
}

// Retract withdraws one's own contribution while the gather round is open, and
// deletes its words. Again it does nothing.
func (s *Service) Retract(ctx context.Context, alias pseudonym.Alias, consultation, contribution uuid.UUID) error {
	return s.own(ctx, alias, consultation, contribution, func(ctx context.Context, tx *postgres.Tx, c Contribution) error {
		return retract(ctx, tx, c.ID)
	})
}

// own runs act on a pending contribution of an alias, in an open gather round.
func (s *Service) own(ctx context.Context, alias pseudonym.Alias, consultation, contribution uuid.UUID, act func(context.Context, *postgres.Tx, Contribution) error) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := s.open(ctx, tx, consultation); err != nil {
			return err
		}
		if err := lockAlias(ctx, tx, consultation, alias.ID); err != nil {
			return err
		}
		own, err := listOwn(ctx, tx, consultation, alias.ID)
		if err != nil {
			return err
		}
		for _, c := range own {
			if c.ID == contribution && c.State == Pending && c.Removed == "" {
				return act(ctx, tx, c)
			}
		}
		return fault.New(fault.NotFound, "no_contribution", "there is no such contribution of yours")
	})
}

// open shares the lock of the gather round, as an answer does with its own, and refuses
// when it takes no contribution now.
func (s *Service) open(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	c, err := s.cons.ByID(ctx, tx, id)
	if err != nil {
		return err
	}
	g, err := gather(c)
	if err != nil {
		return err
	}
	_, err = s.cons.Locked(ctx, tx, id, g.Number)
	return err
}

// words checks a contribution's text.
func words(body string) (string, error) {
	var bad []fault.Field
	body = prose.Field{Name: "body", Max: maxBody, Needed: true, Rendered: richtext.Words}.Read(body, &bad)
	if len(bad) > 0 {
		return "", fault.Bad(bad...)
	}
	return body, nil
}

// Own lists an alias's contributions with what became of each, by id: the order
// in which somebody wrote is nobody's to see, not even in a copied page.
func (s *Service) Own(ctx context.Context, alias pseudonym.Alias, consultation uuid.UUID) ([]Contribution, error) {
	var out []Contribution
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = listOwn(ctx, tx, consultation, alias.ID)
		return err
	})
	return out, err
}

// Queue lists every contribution for a moderator of the consultation, pending
// first, similar ones (shared words) next to each other, never by date. Forbidden
// to others; Conflict while the gather round is open.
func (s *Service) Queue(ctx context.Context, actor account.Actor, slug string) ([]Contribution, Counts, error) {
	c, err := s.moderated(ctx, actor, slug)
	if err != nil {
		return nil, Counts{}, err
	}
	if err := examinable(c); err != nil {
		return nil, Counts{}, err
	}
	list, err := s.list(ctx, c.ID)
	if err != nil {
		return nil, Counts{}, err
	}
	return queued(list), counted(list), nil
}

// Public lists what pages may show once the gather round was released: aliases,
// texts, states, items, by id. Conflict "not_released" before; what was withdrawn
// is not in it.
func (s *Service) Public(ctx context.Context, consultation uuid.UUID) ([]Contribution, Counts, error) {
	var list []Contribution
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := s.cons.ByID(ctx, tx, consultation)
		if err != nil {
			return err
		}
		if err := shown(c); err != nil {
			return err
		}
		list, err = listAll(ctx, tx, consultation)
		return err
	})
	return list, counted(list), err
}

// shown refuses contributions that are not public yet. A conversation held
// elsewhere was public there.
func shown(c consultation.Consultation) error {
	if c.Origin != nil {
		return nil
	}
	g, err := gather(c)
	if fault.KindOf(err) == fault.NotFound {
		return nil // nothing was asked for: the list is empty
	}
	if err == nil && g.State != consultation.RoundReleased {
		err = fault.New(fault.Conflict, "not_released", "this round has no results yet")
	}
	return err
}

func (s *Service) list(ctx context.Context, consultation uuid.UUID) ([]Contribution, error) {
	var list []Contribution
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		list, err = listAll(ctx, tx, consultation)
		return err
	})
	return list, err
}
