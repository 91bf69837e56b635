package facilitation

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
)

// Reword decides that a statement is reworded and confirms its new words, in one act
// (facilitator). seen is Decide's. The statements that are merged with it have to have been
// answered in the same round; each is decided with it. An editorial rewording may be done
// again until the next round opens, a substantive one after Undecide.
func (s *Service) Reword(ctx context.Context, actor account.Actor, slug string, item uuid.UUID, r consultation.Rewording, seen string) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		by, _, err := c.Deciding(actor, consultation.Reword, "")
		if err != nil {
			return err
		}
		it, err := lifecycle.Item(ctx, tx, c, item)
		if err != nil {
			return err
		}
		if r, err = r.Check(it.Text); err != nil {
			return err
		}
		last := c.LastReleased()
		now, err := lifecycle.DecisionAfter(ctx, tx, c.ID, last.Number, it.ID)
		if err != nil {
			return err
		}
		if now.Version() != seen {
			if now.Decided == consultation.Reword && now.Name == by.Name && now.Reason == r.Reason && it.State != consultation.ItemLive {
				return nil // pressed twice
			}
			return fault.New(fault.Conflict, "decision_changed", "somebody decided about this statement in the meantime")
		}
		together, err := s.merged(ctx, tx, c, it, r)
		if err != nil {
			return err
		}
		found, err := lifecycle.Outcomes(ctx, tx, last.ID)
		if err != nil {
			return err
		}
		for _, one := range together {
			o, judged := found[one.ID]
			if !judged {
				return fault.New(fault.Conflict, "nothing_to_decide", "this statement was not answered in the last round")
			}
			if err := s.consultations.DecideItem(ctx, tx, c, last, one, consultation.Decision(o.Proposal.Action), consultation.Reword, by, r.Reason); err != nil {
				return err
			}
		}
		if !r.Substantive {
			return s.editorial(ctx, tx, c, it, r, by)
		}
		return s.substantive(ctx, tx, c, together, r, by)
	})
}

// merged gives the statements that a rewording is of: the statement itself, and those that
// it is merged with, which are live and of its kind.
func (s *Service) merged(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, it consultation.Item, r consultation.Rewording) ([]consultation.Item, error) {
	together := []consultation.Item{it}
	for _, id := range r.With {
		other, err := lifecycle.Item(ctx, tx, c, id)
		if err != nil {
			return nil, err
		}
		if other.State != consultation.ItemLive || other.Kind != it.Kind || other.Was != "" ||
			slices.ContainsFunc(together, func(i consultation.Item) bool { return i.ID == id }) {
			return nil, fault.Bad(fault.Field{Name: "with", Code: "not_mergeable", Message: "choose other statements in play, of the same kind and with their own words"})
		}
		together = append(together, other)
	}
	return together, nil
}

// editorial gives a statement its next version.
func (s *Service) editorial(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, it consultation.Item, r consultation.Rewording, by consultation.Author) error {
	old := it.Text
	it, err := lifecycle.Reword(ctx, tx, it, r.Texts[0])
	if err != nil {
		return err
	}
	return s.noteWords(ctx, tx, c, it, r, by, map[string]any{"change": "editorial", "was": ledger.Text(old)})
}

// substantive puts the new statements in the place of those that they come from.
func (s *Service) substantive(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, from []consultation.Item, r consultation.Rewording, by consultation.Author) error {
	var parents []uuid.UUID
	var numbers []int
	for _, p := range from {
		if p.Was != "" {
			return fault.New(fault.Conflict, "item_reworded", "the statement has new words: take them back first")
		}
		if err := s.consultations.TurnItem(ctx, tx, c, p.ID, consultation.ActSupersede, by); err != nil {
			return err
		}
		parents, numbers = append(parents, p.ID), append(numbers, p.Number)
	}
	for _, text := range r.Texts {
		it, err := s.consultations.JoinItem(ctx, tx, c, from[0].Kind, text, parents)
		if err != nil {
			return err
		}
		if err := s.noteWords(ctx, tx, c, it, r, by, map[string]any{"change": "substantive", "from": numbers}); err != nil {
			return err
		}
	}
	return nil
}

// noteWords writes the new words of a statement into the record.
func (s *Service) noteWords(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, it consultation.Item, r consultation.Rewording, by consultation.Author, figures map[string]any) error {
	figures["item"], figures["version"] = it.Number, it.Version
	figures["text"], figures["left_out"] = ledger.Text(it.Text), ledger.Text(r.LeftOut)
	e := ledger.Entry{Type: ledger.Act, Kind: string(consultation.ActReword), Target: it.Target(), Reason: r.Reason}
	e.Body, e.Texts = ledger.Split(figures)
	return s.note(ctx, tx, c, by, e)
}

// Undecide takes back what was decided about a statement since the last round, with the new
// words that it got (facilitator): the statement is undecided again. Statements that were
// merged come back together. seen is Decide's.
func (s *Service) Undecide(ctx context.Context, actor account.Actor, slug string, item uuid.UUID, seen string) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		by, _, err := c.Deciding(actor, consultation.GoOn, "")
		if err != nil {
			return err
		}
		it, err := lifecycle.Item(ctx, tx, c, item)
		if err != nil {
			return err
		}
		last := c.LastReleased()
		now, err := lifecycle.DecisionAfter(ctx, tx, c.ID, last.Number, it.ID)
		switch {
		case err != nil:
			return err
		case now.Decided == "" && seen != "":
			return nil // pressed twice
		case now.Decided == "" || now.Version() != seen:
			return fault.New(fault.Conflict, "decision_changed", "somebody decided about this statement in the meantime")
		}
		if it.State == consultation.ItemSuperseded {
			return s.unsupersede(ctx, tx, c, last, it, by)
		}
		if it.Was != "" && now.Decided == consultation.Reword {
			if it, err = lifecycle.Reword(ctx, tx, it, it.Was); err != nil {
				return err
			}
		}
		return s.undecide(ctx, tx, c, last, it, by)
	})
}

// undecide takes back one decision, and records it.
func (s *Service) undecide(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, last *consultation.Round, it consultation.Item, by consultation.Author) error {
	to, _, err := it.State.Step(consultation.ActUndecide, by.Role)
	if err != nil {
		return err
	}
	it.State, it.SettledIn = to, 0
	if err := lifecycle.SaveItem(ctx, tx, it); err != nil {
		return err
	}
	if err := lifecycle.DeleteDecision(ctx, tx, last.ID, it.ID); err != nil {
		return err
	}
	return s.note(ctx, tx, c, by, ledger.Entry{
		Type: ledger.Decision, Kind: string(consultation.ActUndecide), Target: it.Target(), Body: ledger.Body(map[string]any{"item": it.Number, "round": last.Number}),
	})
}

// unsupersede takes the statements that came out of a superseded one away again, and puts
// all that they came from back, undecided.
func (s *Service) unsupersede(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, last *consultation.Round, it consultation.Item, by consultation.Author) error {
	all, err := lifecycle.Items(ctx, tx, *c)
	if err != nil {
		return err
	}
	back := []uuid.UUID{it.ID}
	for _, child := range all {
		if !slices.Contains(child.Parents, it.ID) {
			continue
		}
		if _, _, err := child.State.Step(consultation.ActRemove, by.Role); err != nil {
			return err
		}
		if err := lifecycle.DeleteItem(ctx, tx, child.ID); err != nil {
			return err
		}
		for _, p := range child.Parents {
			if !slices.Contains(back, p) {
				back = append(back, p)
			}
		}
	}
	for _, id := range back {
		if err := s.consultations.TurnItem(ctx, tx, c, id, consultation.ActRestore, by); err != nil {
			return err
		}
		parent, err := lifecycle.Item(ctx, tx, c, id)
		if err != nil {
			return err
		}
		if err := s.undecide(ctx, tx, c, last, parent, by); err != nil {
			return err
		}
	}
	return nil
}
