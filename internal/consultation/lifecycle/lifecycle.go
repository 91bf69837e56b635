package lifecycle

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/panel"
	"delfi/internal/platform/postgres"
)

// ShareRound takes the lock of a round shared, which keeps it from closing, and gives it when it takes answers or
// contributions at tx.Now: Conflict "round_closed" when it is not open or its
// deadline has passed, Conflict "suspended" while forms are read-only, NotFound
// when there is none. It writes nothing. What a room must work on alone comes along as
// keys of advisory locks, ascending, so that nobody waits for another in a circle: they
// cost no trip of their own.
func ShareRound(ctx context.Context, tx *postgres.Tx, id uuid.UUID, number int, keys ...int64) (consultation.Round, error) {
	r, suspended, err := shared(ctx, tx, id, number, keys)
	if err != nil {
		return consultation.Round{}, err
	}
	if err := r.Takes(suspended, tx.Now); err != nil {
		return consultation.Round{}, err
	}
	return r, nil
}

// Lock locks a consultation for an act, and loads it.
func Lock(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (consultation.Consultation, error) {
	if err := lock(ctx, tx, id); err != nil {
		return consultation.Consultation{}, err
	}
	return Load(ctx, tx, id)
}

// InSpace loads the consultation of a space.
func InSpace(ctx context.Context, tx *postgres.Tx, space uuid.UUID) (consultation.Consultation, error) {
	id, err := OfSpace(ctx, tx, space)
	if err != nil {
		return consultation.Consultation{}, err
	}
	return Load(ctx, tx, id)
}

// LockSpace is Lock for the consultation of a space.
func LockSpace(ctx context.Context, tx *postgres.Tx, space uuid.UUID) (consultation.Consultation, error) {
	id, err := OfSpace(ctx, tx, space)
	if err != nil {
		return consultation.Consultation{}, err
	}
	return Lock(ctx, tx, id)
}

// LiveItems lists the items in play, by number, New and Was as the next form shows them.
func LiveItems(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) ([]consultation.Item, error) {
	all, err := Items(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(it consultation.Item) bool { return it.State != consultation.ItemLive }), nil
}

// Items lists a consultation's items by number, those out of play last, New and Was as
// the next form shows them.
func Items(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) ([]consultation.Item, error) {
	return ItemsSince(ctx, tx, c.ID, c.Before(c.NextNumber()))
}

// RoundItems lists the items of one answering round as they were frozen at its
// opening (a standing round: those in play), by number; New and Was compare with
// the answering round before it.
func RoundItems(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, r consultation.Round) ([]consultation.Item, error) {
	return roundItems(ctx, tx, r.ID, c.Before(r.Number))
}

// LockRound locks a round, its consultation before it, for an act that changes it,
// whatever its state, and loads both.
func LockRound(ctx context.Context, tx *postgres.Tx, round uuid.UUID) (consultation.Consultation, *consultation.Round, error) {
	of, err := OfRound(ctx, tx, round)
	if err != nil {
		return consultation.Consultation{}, nil, err
	}
	if err := lock(ctx, tx, of); err != nil {
		return consultation.Consultation{}, nil, err
	}
	if err := DrainRound(ctx, tx, round); err != nil {
		return consultation.Consultation{}, nil, err
	}
	c, err := Load(ctx, tx, of)
	if err != nil {
		return consultation.Consultation{}, nil, err
	}
	if r := c.RoundByID(round); r != nil {
		return c, r, nil
	}
	return consultation.Consultation{}, nil, consultation.ErrNoRound
}

// itemIn gives an item of the consultation; NotFound when it belongs to another.
func Item(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, item uuid.UUID) (consultation.Item, error) {
	all, err := ItemsSince(ctx, tx, c.ID, c.Before(c.NextNumber()))
	if err != nil {
		return consultation.Item{}, err
	}
	for _, it := range all {
		if it.ID == item {
			return it, nil
		}
	}
	return consultation.Item{}, consultation.ErrNoItem
}

// Reword gives an item a new version; its own words again change nothing.
func Reword(ctx context.Context, tx *postgres.Tx, it consultation.Item, text string) (consultation.Item, error) {
	if text == it.Text {
		return it, nil
	}
	shown := it.Was
	if shown == "" {
		shown = it.Text
	}
	it.Text, it.Version, it.Translations = text, it.Version+1, nil
	if it.Was = shown; shown == text || it.New {
		it.Was = ""
	}
	if err := InsertVersion(ctx, tx, it); err != nil {
		return consultation.Item{}, err
	}
	return it, SaveItem(ctx, tx, it)
}

// Count stores how many people have answered an open round, rounded down to a
// multiple of 5, and gives it.
func Count(ctx context.Context, tx *postgres.Tx, round uuid.UUID, answered int) (int, error) {
	figure := panel.Stepped(answered)
	return figure, countTurnout(ctx, tx, round, figure)
}

// ActOn runs an act of a person on a consultation in one transaction: the row is locked,
// and a consultation that the actor may not see is not found.
func Act(ctx context.Context, db *postgres.DB, actor account.Actor, slug string, act func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error) error {
	if err := consultation.SignedIn(actor); err != nil {
		return err
	}
	return db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		id, err := BySlug(ctx, tx, slug)
		if err != nil {
			return err
		}
		c, err := Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if !consultation.CanSee(actor, c) {
			return consultation.ErrNoSuch
		}
		return act(ctx, tx, &c)
	})
}

// Find loads a consultation by slug in a transaction of its own; a draft is NotFound to
// all but its administration's staff and its own.
func Find(ctx context.Context, db *postgres.DB, actor account.Actor, slug string) (consultation.Consultation, error) {
	var c consultation.Consultation
	err := db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		id, err := BySlug(ctx, tx, slug)
		if err != nil {
			return err
		}
		c, err = Load(ctx, tx, id)
		return err
	})
	if err != nil {
		return consultation.Consultation{}, err
	}
	if !consultation.CanSee(actor, c) {
		return consultation.Consultation{}, consultation.ErrNoSuch
	}
	return c, nil
}

// Desk is Find for the consultation's staff: Forbidden to others.
func Desk(ctx context.Context, db *postgres.DB, actor account.Actor, slug string) (consultation.Consultation, error) {
	if err := consultation.SignedIn(actor); err != nil {
		return consultation.Consultation{}, err
	}
	c, err := Find(ctx, db, actor, slug)
	if err != nil {
		return consultation.Consultation{}, err
	}
	if err := consultation.CanSit(actor, c); err != nil {
		return consultation.Consultation{}, err
	}
	return c, nil
}

// DecisionAfter gives the decision about an item after a round; the zero one without any.
func DecisionAfter(ctx context.Context, tx *postgres.Tx, id uuid.UUID, round int, item uuid.UUID) (consultation.Decided, error) {
	all, err := Decisions(ctx, tx, id)
	if err != nil {
		return consultation.Decided{}, err
	}
	i := slices.IndexFunc(all, func(d consultation.Decided) bool { return d.Item == item && d.Round == round })
	if i < 0 {
		return consultation.Decided{}, nil
	}
	return all[i], nil
}
