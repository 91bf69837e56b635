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
	"delfi/internal/pseudonym"
)

// source is moderation's Source of contributions.
type source struct{ *Service }

// Enter locks the consultation of a space for one of its moderators.
func (s source) Enter(ctx context.Context, tx *postgres.Tx, actor account.Actor, space uuid.UUID) (moderation.Staff, moderation.Ground, error) {
	id, err := lifecycle.OfSpace(ctx, tx, space)
	if err != nil {
		return moderation.Staff{}, moderation.Ground{}, err
	}
	c, by, err := enter(ctx, tx, actor, id)
	if err != nil {
		return moderation.Staff{}, moderation.Ground{}, err
	}
	return by, ground(c), nil
}

// Sit is Enter for a moderator who reads.
func (s source) Sit(ctx context.Context, tx *postgres.Tx, actor account.Actor, space uuid.UUID) (moderation.Staff, moderation.Ground, error) {
	c, err := lifecycle.InSpace(ctx, tx, space)
	if err != nil {
		return moderation.Staff{}, moderation.Ground{}, err
	}
	who, ok := member(actor, c)
	if !ok || !CanModerate(actor, c) {
		return moderation.Staff{}, moderation.Ground{}, refuse(actor, c)
	}
	return staff(who), ground(c), nil
}

// Ground is what anybody may know of a space.
func (s source) Ground(ctx context.Context, tx *postgres.Tx, space uuid.UUID) (moderation.Ground, error) {
	c, err := lifecycle.InSpace(ctx, tx, space)
	if err != nil {
		return moderation.Ground{}, err
	}
	return ground(c), nil
}

// Texts gives contributions' words.
func (s source) Texts(ctx context.Context, tx *postgres.Tx, subjects []uuid.UUID) (map[uuid.UUID]moderation.Text, error) {
	return someTexts(ctx, tx, subjects)
}

// Wrote tells whether an alias wrote a contribution.
func (s source) Wrote(ctx context.Context, tx *postgres.Tx, alias pseudonym.Alias, subject uuid.UUID) (bool, error) {
	return wrote(ctx, tx, alias.ID, subject)
}

// Undo takes an act back. Contributions that no other act admitted are pending again; an
// item goes when the act made it, and its words before come back. Conflict "act_built_on"
// while a later act builds on it.
func (s source) Undo(ctx context.Context, tx *postgres.Tx, a moderation.Act) ([]uuid.UUID, error) {
	d, this, all, err := s.about(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	built := fault.New(fault.Conflict, "act_built_on", "a later act builds on this one: take that back first")
	if later := slices.IndexFunc(all, func(l deed) bool { return l.blocks(this) }); later >= 0 {
		return nil, built.With("act", all[later].Summary)
	}
	e := this.effect
	if e.item != uuid.Nil && !slices.ContainsFunc(d.items, func(i consultation.Item) bool { return i.ID == e.item }) {
		return nil, built
	}
	if _, err := unlink(ctx, tx, a.ID, a.Subjects); err != nil {
		return nil, err
	}
	if err := pendAll(ctx, tx, a.Subjects); err != nil {
		return nil, err
	}
	switch {
	case e.made:
		err = s.consultations.RemoveItem(ctx, tx, &d.c, e.item)
	case e.was != "":
		_, err = s.consultations.RewordItem(ctx, tx, &d.c, e.item, e.was)
	}
	if err != nil {
		return nil, err
	}
	return pendingOf(ctx, tx, a.Subjects)
}

// Uphold takes an act back for one contribution, whose author's appeal is upheld: it leaves
// the item, whose words stay, and which goes when nothing is left in it. A rejection that
// another one has followed since is not taken back.
func (s source) Uphold(ctx context.Context, tx *postgres.Tx, a moderation.Act, subject uuid.UUID) (waits bool, err error) {
	d, this, all, err := s.about(ctx, tx, a)
	if err != nil {
		return false, err
	}
	later := slices.ContainsFunc(all, func(l deed) bool {
		return l.Number > this.Number && l.Verb == moderation.Reject && !l.Undone && l.About(subject)
	})
	if later {
		return false, nil
	}
	one := []uuid.UUID{subject}
	left, err := unlink(ctx, tx, a.ID, one)
	if err != nil {
		return false, err
	}
	if err := pendAll(ctx, tx, one); err != nil {
		return false, err
	}
	if err := d.emptied(ctx, left); err != nil {
		return false, err
	}
	waiting, err := pendingOf(ctx, tx, one)
	return len(waiting) > 0, err
}

// about gives the desk of an act's consultation, which is locked, the act with its effect,
// and all others.
func (s source) about(ctx context.Context, tx *postgres.Tx, a moderation.Act) (*desk, deed, []deed, error) {
	c, err := lifecycle.InSpace(ctx, tx, a.Space)
	if err != nil {
		return nil, deed{}, nil, err
	}
	d, err := s.sit(ctx, tx, c, moderation.Staff{})
	if err != nil {
		return nil, deed{}, nil, err
	}
	all, err := s.deeds(ctx, tx, c)
	if err != nil {
		return nil, deed{}, nil, err
	}
	at := slices.IndexFunc(all, func(d deed) bool { return d.ID == a.ID })
	if at < 0 {
		return nil, deed{}, nil, fault.New(fault.NotFound, "no_act", "there is no such act")
	}
	return d, all[at], all, nil
}
