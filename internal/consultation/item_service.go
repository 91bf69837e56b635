package consultation

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
)

// Decide settles an item, carries it on, or keeps it for rewording (facilitator);
// against the engine's proposal a public reason is needed. A settled item comes
// back into play by GoOn, always with a reason, while a round of answers is left.
func (s *Service) Decide(ctx context.Context, actor account.Actor, slug string, item uuid.UUID, d Decision, reason string) error {
	return s.steer(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		by, reason, err := c.deciding(actor, d, reason)
		if err != nil {
			return err
		}
		it, err := itemIn(ctx, tx, c, item)
		if err != nil {
			return err
		}
		last := c.LastReleased()
		if it.State == ItemSettled {
			if d != GoOn {
				return fault.New(fault.Conflict, "item_settled", "the statement is settled already")
			}
			if reason == "" {
				return needReason("a settled statement comes back with a reason, which is public")
			}
			if r := c.Round(it.SettledIn); r != nil {
				last = r
			}
		}
		found, err := outcomes(ctx, tx, last.ID)
		if err != nil {
			return err
		}
		o, judged := found[it.ID]
		if !judged {
			return fault.New(fault.Conflict, "nothing_to_decide", "this statement was not answered in the last round")
		}
		if Decision(o.Proposal.Action) != d && reason == "" {
			return needReason("this goes against the proposal: give the reason, it is public")
		}
		return s.decide(ctx, tx, c, last, it, Decision(o.Proposal.Action), d, by, reason)
	})
}

func needReason(message string) error {
	return fault.Bad(fault.Field{Name: "reason", Code: "against_proposal", Message: message})
}

// deciding checks that it is the time to decide, and that the actor may.
func (c *Consultation) deciding(actor account.Actor, d Decision, reason string) (author, string, error) {
	act, known := d.act()
	if !known {
		return author{}, "", fault.Bad(fault.Field{Name: "decision", Code: "unknown_decision", Message: "decide to settle, go on or reword"})
	}
	_, role, err := step(ofItem, ItemLive, act, c.roles(actor)...)
	if err != nil {
		return author{}, "", err
	}
	if err := c.needRunning(); err != nil {
		return author{}, "", err
	}
	if err := c.between(); err != nil {
		return author{}, "", err
	}
	if c.LastReleased() == nil || c.RoundsLeft() == 0 {
		return author{}, "", fault.New(fault.Conflict, "nothing_to_decide", "there is nothing to decide between rounds now")
	}
	reason, err = optional(reason)
	return author{role, actor.Name}, reason, err
}

// between refuses what may only be done between rounds.
func (c Consultation) between() error {
	if c.Current() != nil {
		return fault.New(fault.Conflict, "round_open", "a round is still open or closing")
	}
	return nil
}

// DecideAsProposed follows the engine's proposal for every undecided item (facilitator).
func (s *Service) DecideAsProposed(ctx context.Context, actor account.Actor, slug string) error {
	return s.steer(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		_, role, err := step(ofItem, ItemLive, ActGoOn, c.roles(actor)...)
		if err != nil {
			return err
		}
		if err := c.needRunning(); err != nil {
			return err
		}
		if err := c.between(); err != nil {
			return err
		}
		return s.follow(ctx, tx, c, author{role, actor.Name})
	})
}

// following tells how many items stay in play when undecided ones follow their
// proposals, and which are undecided.
func (s *Service) following(ctx context.Context, tx *postgres.Tx, c *Consultation) (staying int, undecided []undecidedItem, err error) {
	all, err := items(ctx, tx, c.ID, uuid.Nil)
	if err != nil {
		return 0, nil, err
	}
	last := c.LastReleased()
	var found map[uuid.UUID]Outcome
	done := map[uuid.UUID]bool{}
	if last != nil {
		if found, err = outcomes(ctx, tx, last.ID); err != nil {
			return 0, nil, err
		}
		decided, err := decisions(ctx, tx, c.ID)
		if err != nil {
			return 0, nil, err
		}
		for _, d := range decided {
			if d.Round == last.Number {
				done[d.Item] = true
			}
		}
	}
	for _, it := range all {
		if it.State != ItemLive {
			continue
		}
		o, judged := found[it.ID]
		if judged && !done[it.ID] {
			undecided = append(undecided, undecidedItem{it, Decision(o.Proposal.Action)})
			if Decision(o.Proposal.Action) == Settle {
				continue
			}
		}
		staying++
	}
	return staying, undecided, nil
}

// undecidedItem is an item about which the facilitator has not decided.
type undecidedItem struct {
	item     Item
	proposed Decision
}

// followProposals lets undecided items follow the engine when a round opens.
func (s *Service) followProposals(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
	return s.follow(ctx, tx, c, itself)
}

func (s *Service) follow(ctx context.Context, tx *postgres.Tx, c *Consultation, by author) error {
	_, undecided, err := s.following(ctx, tx, c)
	if err != nil {
		return err
	}
	for _, u := range undecided {
		if err := s.decide(ctx, tx, c, c.LastReleased(), u.item, u.proposed, u.proposed, by, ""); err != nil {
			return err
		}
	}
	return nil
}

// decide writes one decision, moves the item, and records it.
func (s *Service) decide(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round, it Item, proposed, decided Decision, by author, reason string) error {
	act, known := decided.act()
	if !known {
		return fmt.Errorf("%s: unknown proposal %q", it.target(), decided)
	}
	if it.State == ItemSettled {
		act = ActReopen
	}
	to, _, err := step(ofItem, it.State, act, by.role)
	if err != nil {
		return err
	}
	it.State, it.SettledIn = to, 0
	if to == ItemSettled {
		it.SettledIn = r.Number
	}
	if err := updateItem(ctx, tx, it); err != nil {
		return err
	}
	err = putDecision(ctx, tx, r.ID, Decided{Item: it.ID, Proposed: proposed, Decided: decided, Role: string(by.role), Name: by.name, Reason: reason})
	if err != nil {
		return err
	}
	return s.note(ctx, tx, c, by, ledger.Entry{Type: "decision", Kind: string(act), Target: it.target(), Reason: reason, Body: ledger.Body(map[string]any{
		"decided": string(decided), "item": it.Number, "proposed": string(proposed), "round": r.Number,
	})})
}

// settleLive settles whatever is in play, with the verdict that it has: after
// the last round, and when the consultation is concluded. An item that no round
// has judged (it was added after the last one) is settled without a round; the record
// has that too, because where an item stands must follow from it.
func (s *Service) settleLive(ctx context.Context, tx *postgres.Tx, c *Consultation, by author, reason string) error {
	all, err := items(ctx, tx, c.ID, uuid.Nil)
	if err != nil {
		return err
	}
	live := 0
	for _, it := range all {
		if it.State == ItemLive {
			live++
		}
	}
	for i := len(c.Rounds) - 1; i >= 0 && live > 0; i-- {
		r := &c.Rounds[i]
		if !r.Answers() || r.State != RoundReleased {
			continue
		}
		found, err := outcomes(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		for j := range all {
			it := &all[j]
			o, judged := found[it.ID]
			if it.State != ItemLive || !judged {
				continue
			}
			why, proposed := reason, Decision(o.Proposal.Action)
			if proposed != Settle && why == "" {
				why = c.why(whyLastRound)
			}
			if err := s.decide(ctx, tx, c, r, *it, proposed, Settle, by, why); err != nil {
				return err
			}
			it.State = ItemSettled
			live--
		}
	}
	for _, it := range all {
		if it.State != ItemLive {
			continue
		}
		if it.State, _, err = step(ofItem, it.State, ActSettle, by.role); err != nil {
			return err
		}
		if err := updateItem(ctx, tx, it); err != nil {
			return err
		}
		err := s.note(ctx, tx, c, by, ledger.Entry{
			Type: ledger.Decision, Kind: string(ActSettle), Target: it.target(), Reason: reason, Body: ledger.Body(map[string]any{"item": it.Number}),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// itemIn gives an item of the consultation; NotFound when it belongs to another.
func itemIn(ctx context.Context, tx *postgres.Tx, c *Consultation, item uuid.UUID) (Item, error) {
	all, err := items(ctx, tx, c.ID, c.before(c.nextNumber()))
	if err != nil {
		return Item{}, err
	}
	for _, it := range all {
		if it.ID == item {
			return it, nil
		}
	}
	return Item{}, errNoItem
}
