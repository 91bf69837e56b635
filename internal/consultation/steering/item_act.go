package steering

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
)

// AddItem puts a new item in play between rounds (or in an open standing round),
// with the next number. kind "" is the protocol's first item kind; parents are
// the items that it was merged or split from, which are superseded.
func (s *Service) AddItem(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, kind, text string, parents []uuid.UUID) (consultation.Item, error) {
	for _, p := range parents {
		if err := c.ItemsChange(); err != nil {
			return consultation.Item{}, err
		}
		if err := s.TurnItem(ctx, tx, c, p, consultation.ActSupersede, moderating); err != nil {
			return consultation.Item{}, err
		}
	}
	return s.JoinItem(ctx, tx, c, kind, text, parents)
}

// JoinItem is AddItem of a statement whose parents are superseded already.
func (s *Service) JoinItem(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, kind, text string, parents []uuid.UUID) (consultation.Item, error) {
	if err := c.ItemsChange(); err != nil {
		return consultation.Item{}, err
	}
	var err error
	if r := c.Current(); r == nil && c.RoundsLeft() == 0 {
		return consultation.Item{}, fault.New(fault.Conflict, "no_round_left", "no round is left in which it could be answered")
	}
	it := consultation.Item{ID: uuid.New(), Consultation: c.ID, Kind: kind, Parents: parents}
	if it.Text, err = consultation.Wording(text); err != nil {
		return consultation.Item{}, err
	}
	if it.Kind == "" {
		it.Kind = c.Protocol.ItemKinds[0].ID
	}
	if _, known := c.Protocol.Kind(it.Kind); !known {
		return consultation.Item{}, fault.Bad(fault.Field{Name: "kind", Code: "unknown_kind", Message: "the protocol knows no such kind of item"})
	}
	if it.State, err = admitted(); err != nil {
		return consultation.Item{}, err
	}
	if it, err = lifecycle.InsertItem(ctx, tx, it); err != nil {
		return consultation.Item{}, err
	}
	if it.Number > c.Protocol.Items.Max {
		return consultation.Item{}, fault.New(fault.Conflict, "too_many_items", "the protocol allows no more statements").With("max", c.Protocol.Items.Max)
	}
	if r := c.Current(); r != nil {
		// It joins the standing round that is open.
		if err := lifecycle.Freeze(ctx, tx, r.ID, it); err != nil {
			return consultation.Item{}, err
		}
	}
	return it, nil
}

// admitted is the state of an item that is in play from the beginning.
func admitted() (state consultation.ItemState, err error) {
	for _, act := range []consultation.Act{consultation.ActPropose, consultation.ActAdmit} {
		if state, _, err = state.Step(act, consultation.System); err != nil {
			return "", err
		}
	}
	return state, nil
}

// lay puts the items in play that an announced consultation gives.
func (s *Service) lay(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, given []consultation.Item) error {
	for _, it := range given {
		var err error
		it.ID, it.Consultation = uuid.New(), c.ID
		if it.State, err = admitted(); err != nil {
			return err
		}
		if _, err := lifecycle.InsertItem(ctx, tx, it); err != nil {
			return err
		}
	}
	return nil
}

// RemoveItem undoes AddItem while no round has shown the item (Conflict
// "item_shown" afterwards); its parents are in play again.
func (s *Service) RemoveItem(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, item uuid.UUID) error {
	it, err := changing(ctx, tx, c, item)
	if err != nil {
		return err
	}
	if _, _, err := it.State.Step(consultation.ActRemove, account.Moderator); err != nil {
		return err
	}
	if err := lifecycle.DeleteItem(ctx, tx, it.ID); err != nil {
		return err
	}
	for _, p := range it.Parents {
		if err := s.TurnItem(ctx, tx, c, p, consultation.ActRestore, moderating); err != nil {
			return err
		}
	}
	return nil
}

// RewordItem gives a live item new words (an editorial reword: a new version,
// answers still paired), between rounds. Giving back the old words undoes it.
func (s *Service) RewordItem(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, item uuid.UUID, text string) (consultation.Item, error) {
	it, err := changing(ctx, tx, c, item)
	if err != nil {
		return consultation.Item{}, err
	}
	if _, _, err := it.State.Step(consultation.ActReword, account.Moderator); err != nil {
		return consultation.Item{}, err
	}
	if text, err = consultation.Wording(text); err != nil {
		return consultation.Item{}, err
	}
	return lifecycle.Reword(ctx, tx, it, text)
}

// DropItem takes a live item out of play, between rounds; RestoreItem undoes that.
func (s *Service) DropItem(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, item uuid.UUID) error {
	it, err := changing(ctx, tx, c, item)
	if err != nil {
		return err
	}
	return s.TurnItem(ctx, tx, c, it.ID, consultation.ActDrop, moderating)
}

// RestoreItem puts a dropped item back in play, between rounds.
func (s *Service) RestoreItem(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, item uuid.UUID) error {
	it, err := changing(ctx, tx, c, item)
	if err != nil {
		return err
	}
	return s.TurnItem(ctx, tx, c, it.ID, consultation.ActRestore, moderating)
}

// changing gives an item of a locked consultation whose items may change now; in
// standing rounds nothing is reworded.
func changing(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, item uuid.UUID) (consultation.Item, error) {
	if err := c.ItemsChange(); err != nil {
		return consultation.Item{}, err
	}
	if err := c.Between(); err != nil {
		return consultation.Item{}, err
	}
	return lifecycle.Item(ctx, tx, c, item)
}

// moderating is the author of what a moderator's act does to an item: the act's own entry,
// which the room above writes, has the name.
var moderating = consultation.Author{Role: account.Moderator}

// TurnItem moves an item of a locked consultation, and records where the item stands: the
// entry of the act that moves it has its words.
func (s *Service) TurnItem(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, item uuid.UUID, act consultation.Act, by consultation.Author) error {
	it, err := lifecycle.Item(ctx, tx, c, item)
	if err != nil {
		return err
	}
	if it.State, _, err = it.State.Step(act, by.Role); err != nil {
		return err
	}
	if err := lifecycle.SaveItem(ctx, tx, it); err != nil {
		return err
	}
	return s.note(ctx, tx, c, by, ledger.Entry{
		Type: ledger.Decision, Kind: string(act), Target: it.Target(), Body: ledger.Body(map[string]any{"item": it.Number}),
	})
}
