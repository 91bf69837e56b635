package contribution

import (
	"context"
	"encoding/binary"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/steering"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
	"delfi/internal/pseudonym"
	"delfi/internal/richtext"
	"delfi/internal/space"
)

// Service has the use cases.
type Service struct {
	db            *postgres.DB
	consultations *steering.Service
	pseudonyms    *pseudonym.Service
	moderation    *moderation.Service
}

// New makes the service, registers its hourly job and itself as the source of contributions
// in moderation's queue, and lets the consultation ask it what is still pending and have
// gather rounds opened and closed.
func New(db *postgres.DB, q *job.Queue, c *steering.Service, p *pseudonym.Service, m *moderation.Service) *Service {
	s := &Service{db: db, consultations: c, pseudonyms: p, moderation: m}
	m.Register(space.Contribution, source{s})
	job.On(q, s.gathered)
	job.Every(q, gatheredEvery, Gathered{})
	c.OnContributions(s.counted)
	c.OnGather(steering.Gathering{Open: s.makeRoom, Close: s.unseal, Drop: s.drop, Shown: s.findable})
	return s
}

// counted counts a consultation's contributions, and the acts on them.
func (s *Service) counted(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) (steering.Contributions, error) {
	n, err := count(ctx, tx, c.ID)
	if err != nil {
		return n, err
	}
	n.Acts, err = s.moderation.Acted(ctx, tx, space.Contribution, c.Space)
	return n, err
}

// Contribute seals a contribution of an alias in the open gather round (1..2000
// characters). The same words sent twice are one contribution. Conflict
// "round_closed" and "suspended" as the round says; "contributions_full" past
// fifty of one alias.
func (s *Service) Contribute(ctx context.Context, alias pseudonym.Alias, consultation uuid.UUID, body, lang string) (Contribution, error) {
	body, err := words(body)
	if err != nil {
		return Contribution{}, err
	}
	var made text
	err = s.write(ctx, alias, consultation, lang, func(own *payload) (changed bool, err error) {
		made, changed, err = own.add(body)
		return changed, err
	})
	if err != nil {
		return Contribution{}, err
	}
	return Contribution{ID: made.id, Alias: alias, Body: made.body, Language: made.lang, State: Pending}, nil
}

// Revise gives one's own contribution other words while the gather round is open; seen
// is the Version that its author had before them. Conflict "contribution_gone" when it
// is not among theirs, "contribution_changed" when it has other words by now.
func (s *Service) Revise(ctx context.Context, alias pseudonym.Alias, consultation, contribution uuid.UUID, seen, body, lang string) error {
	body, err := words(body)
	if err != nil {
		return err
	}
	return s.write(ctx, alias, consultation, lang, func(own *payload) (bool, error) {
		return own.revise(contribution, seen, body)
	})
}

// Retract withdraws one's own contribution while the gather round is open: it leaves
// nothing behind. Again it does nothing.
func (s *Service) Retract(ctx context.Context, alias pseudonym.Alias, consultation, contribution uuid.UUID) error {
	return s.write(ctx, alias, consultation, "", func(own *payload) (bool, error) {
		return own.take(contribution), nil
	})
}

// write lets an alias change what it has written in an open gather round, one change
// after the other, and seals it anew; lang is the language in which its author reads. It shares the round's lock, as an answer does.
func (s *Service) write(ctx context.Context, alias pseudonym.Alias, consultation uuid.UUID, lang string, change func(*payload) (changed bool, err error)) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Load(ctx, tx, consultation)
		if err != nil {
			return err
		}
		g, err := gather(c)
		if err != nil {
			return err
		}
		pen, err := s.pseudonyms.Pen(ctx, tx, consultation)
		if err != nil {
			return err
		}
		defer pen.Close()
		author := pen.Author(alias, g.ID)
		if _, err := lifecycle.ShareRound(ctx, tx, consultation, g.Number, int64(binary.BigEndian.Uint64(author[:8]))); err != nil {
			return err
		}
		was, err := findSealed(ctx, tx, g.ID, author)
		if err != nil {
			return err
		}
		own, err := open(pen, author, g.ID, was)
		if err != nil {
			return err
		}
		own.alias, own.lang = alias.ID, c.Written(lang)
		changed, err := change(&own)
		if err != nil || !changed {
			return err
		}
		blob, err := own.seal(pen, author, g.ID, was)
		if err != nil {
			return err
		}
		return putSealed(ctx, tx, g.ID, author, blob)
	})
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
// in which somebody wrote is nobody's to see, not even in a copied page. Those of a
// round that is open are opened for their author.
func (s *Service) Own(ctx context.Context, alias pseudonym.Alias, consultation uuid.UUID) ([]Contribution, error) {
	out, err := s.owned(ctx, alias, consultation)
	if noTable(err) {
		return s.owned(ctx, alias, consultation) // it closed meanwhile
	}
	return out, err
}

func (s *Service) owned(ctx context.Context, alias pseudonym.Alias, id uuid.UUID) (out []Contribution, err error) {
	var g consultation.Round
	var pen *pseudonym.Pen
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Load(ctx, tx, id)
		if err != nil {
			return err
		}
		if g, err = gather(c); err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if out, err = listOwn(ctx, tx, id, alias.ID); err != nil || g.State != consultation.RoundOpen {
			return err
		}
		pen, err = s.pseudonyms.Pen(ctx, tx, id)
		return err
	})
	if err != nil || pen == nil {
		return out, err
	}
	defer pen.Close()
	author := pen.Author(alias, g.ID)
	var blob []byte
	// A statement of its own: rows that were written anew meanwhile are invisible to an
	// older snapshot.
	err = s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		blob, err = findSealed(ctx, tx, g.ID, author)
		return err
	})
	if err != nil {
		return nil, err
	}
	own, err := open(pen, author, g.ID, blob)
	if err != nil {
		return nil, err
	}
	out = append(out, own.contributions(alias)...)
	byID(out)
	return out, nil
}

// Queue lists every contribution for a moderator of the consultation, with its case: pending
// first, and of those the ones of greater priority; similar ones (shared words) next to each
// other, never by date. Forbidden to others; Conflict while the gather round is open.
func (s *Service) Queue(ctx context.Context, actor account.Actor, slug string) ([]Contribution, Counts, error) {
	c, err := s.moderated(ctx, actor, slug)
	if err != nil {
		return nil, Counts{}, err
	}
	if err := examinable(c); err != nil {
		return nil, Counts{}, err
	}
	var list []Contribution
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		if list, err = listAll(ctx, tx, c.ID); err != nil {
			return err
		}
		cases, err := s.moderation.Cases(ctx, tx, space.Contribution, c.Space)
		for i := range list {
			list[i].Case = cases[list[i].ID]
		}
		return err
	})
	if err != nil {
		return nil, Counts{}, err
	}
	return queued(list), counted(list), nil
}

// Public lists what pages may show once the gather round was released: aliases,
// texts, states, items, by id. Conflict "not_released" before.
func (s *Service) Public(ctx context.Context, id uuid.UUID) ([]Contribution, Counts, error) {
	var list []Contribution
	var counts Counts
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		c, err := lifecycle.Load(ctx, tx, id)
		if err != nil {
			return err
		}
		list, counts, err = s.PublicOf(ctx, tx, c)
		return err
	})
	return list, counts, err
}

// PublicOf is Public inside the caller's transaction.
func (s *Service) PublicOf(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) ([]Contribution, Counts, error) {
	if err := shown(c); err != nil {
		return nil, Counts{}, err
	}
	list, err := listAll(ctx, tx, c.ID)
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
