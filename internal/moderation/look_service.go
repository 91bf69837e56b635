package moderation

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/space"
)

// lookName names the key that draws the second looks of a space.
func lookName(of uuid.UUID) string { return "look-" + of.String() }

// lookKey gives it, made at its first use: a space may be older than second looks.
func (s *Service) lookKey(ctx context.Context, of uuid.UUID) ([]byte, error) {
	key, err := s.keys.Create(ctx, lookName(of))
	if err != nil {
		return nil, fmt.Errorf("moderation: key of second looks: %w", err)
	}
	return key, nil
}

// Looks lists the subjects of a space that a moderator judges for the second time: drawn
// from those of acts of others that stand, with their words, and without what was decided.
func (s *Service) Looks(ctx context.Context, actor account.Actor, kind space.Kind, of uuid.UUID) ([]Look, error) {
	source, err := s.source(kind)
	if err != nil {
		return nil, err
	}
	var out []Look
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		out = nil
		by, _, err := source.Sit(ctx, tx, actor, of)
		if err != nil {
			return err
		}
		key, err := s.lookKey(ctx, of)
		if err != nil {
			return err
		}
		defer clear(key)
		acts, err := listActs(ctx, tx, kind, of)
		if err != nil {
			return err
		}
		done, err := looked(ctx, tx, of)
		if err != nil {
			return err
		}
		var subjects []uuid.UUID
		for _, a := range acts {
			if _, judges := a.Verb.In(); !judges || a.Undone || canLook(a, by) != nil {
				continue
			}
			for _, id := range a.Subjects {
				if drawn(key, a.ID, id) && !slices.Contains(done, [2]uuid.UUID{a.ID, id}) {
					out, subjects = append(out, Look{Act: a.ID, Subject: id}), append(subjects, id)
				}
			}
		}
		texts, err := source.Texts(ctx, tx, subjects)
		if err != nil {
			return err
		}
		for i := range out {
			out[i].Text = texts[out[i].Subject]
		}
		out = slices.DeleteFunc(out, func(l Look) bool { return l.Text.Body == "" })
		return nil
	})
	return out, err
}

// Judge stores a second moderator's judgement of a subject. Forbidden "own_act" for the
// first one; NotFound "no_act" for what was not drawn; Conflict "looked_at" when a colleague
// has judged; again it does nothing.
func (s *Service) Judge(ctx context.Context, actor account.Actor, kind space.Kind, of, act, subject uuid.UUID, in bool) error {
	return s.in(ctx, actor, kind, of, func(ctx context.Context, tx *postgres.Tx, by Staff, _ Ground) error {
		key, err := s.lookKey(ctx, of)
		if err != nil {
			return err
		}
		defer clear(key)
		a, err := lockAct(ctx, tx, act)
		if err != nil {
			return err
		}
		first, judges := a.Verb.In()
		if a.Space != of || a.Kind != kind || !judges || !a.About(subject) {
			return errNoAct
		}
		if err := canLook(a, by); err != nil {
			return err
		}
		if !drawn(key, act, subject) {
			return errNoAct
		}
		who, second, made, err := findLook(ctx, tx, act, subject)
		switch {
		case err != nil:
			return err
		case made && who == by.ID && second == in:
			return nil
		case made:
			return fault.New(fault.Conflict, "looked_at", "a colleague has judged this already")
		}
		return insertLook(ctx, tx, a, subject, by.ID, first, in)
	})
}

// agreement counts the pairs of all spaces of the administration that a space belongs to:
// those of one are few.
func agreement(ctx context.Context, tx *postgres.Tx, of uuid.UUID) (Agreement, error) {
	place, err := space.Find(ctx, tx, of)
	if err != nil {
		return Agreement{}, err
	}
	spaces, err := space.InAdministration(ctx, tx, place.Administration)
	if err != nil {
		return Agreement{}, err
	}
	return countLooks(ctx, tx, spaces)
}
