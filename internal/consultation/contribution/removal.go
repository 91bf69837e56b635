package contribution

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/platform/postgres"
	"delfi/internal/search"
	"delfi/internal/space"
)

// CanRemove tells whether an actor may remove a text by law: a moderator of the
// consultation, or an administrator of its administration.
func CanRemove(actor account.Actor, c consultation.Consultation) bool {
	return CanModerate(actor, c) || actor.Has(c.Administration, c.Scope(), account.Administrator)
}

// Remove deletes the words of a contribution that the law wants gone, at any stage.
// The contribution stays, with its alias, its state and the public legal ground in
// place of its words; the record tells who did it and why, and not what it said. A
// published opinion is drawn up again in the same transaction.
// Again it does nothing. Invalid when the ground is missing.
func (s *Service) Remove(ctx context.Context, actor account.Actor, slug string, contribution uuid.UUID, basis string) error {
	found, err := s.consultations.Find(ctx, actor, slug)
	if err != nil {
		return err
	}
	if !CanRemove(actor, found) {
		return refuse(actor, found)
	}
	var bad []fault.Field
	if basis = lined("ground", basis, maxGround, true, &bad); len(bad) > 0 {
		return fault.Bad(bad...)
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Lock(ctx, tx, found.ID)
		if err != nil {
			return err
		}
		list, err := listAll(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(list, func(c Contribution) bool { return c.ID == contribution })
		if at < 0 {
			return fault.New(fault.NotFound, "no_contribution", "there is no such contribution")
		}
		if list[at].Removed != "" {
			return nil
		}
		if err := removeBody(ctx, tx, contribution, basis); err != nil {
			return err
		}
		if err := search.Forget(ctx, tx, subject(c, list[at])); err != nil {
			return err
		}
		by := moderation.Staff{ID: actor.Office, Name: actor.Name, Role: account.Administrator}
		if CanModerate(actor, c) {
			by.Role = account.Moderator
		}
		a := moderation.Act{ID: uuid.New(), Verb: moderation.Remove, Subjects: []uuid.UUID{contribution}, Summary: list[at].Alias.Name, Words: basis}
		if _, err = s.moderation.Begin(tx, by, space.Contribution, c.Space, ground(c)).Do(ctx, a, a.Summary, nil, nil); err != nil {
			return err
		}
		return s.consultations.Removed(ctx, tx, c)
	})
}
