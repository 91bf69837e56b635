package steering

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
)

// Decide settles an item, carries it on, or keeps it for rewording (facilitator); after a
// select round it carries it on or drops it. Against the engine's proposal a public reason
// is needed. A settled or dropped item comes
// back into play by GoOn, always with a reason, while a round of answers is left. seen is
// the Version of the decision that the actor saw: Conflict "decision_changed" when
// another stands since, and nothing is done when it is the actor's own.
func (s *Service) Decide(ctx context.Context, actor account.Actor, slug string, item uuid.UUID, d consultation.Decision, reason, seen string) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		by, reason, err := c.Deciding(actor, d, reason)
		if err != nil {
			return err
		}
		it, err := lifecycle.Item(ctx, tx, c, item)
		if err != nil {
			return err
		}
		last := c.LastReleased()
		now, err := lifecycle.DecisionAfter(ctx, tx, c.ID, last.Number, it.ID)
		if err != nil {
			return err
		}
		switch {
		case now.Version() == seen:
		case now.Decided == d && now.Reason == reason:
			return nil
		default:
			return fault.New(fault.Conflict, "decision_changed", "somebody decided about this statement in the meantime")
		}
		if now.Decided == consultation.Reword && d != consultation.Reword && it.Was != "" {
			return fault.New(fault.Conflict, "item_reworded", "the statement has new words: take them back first")
		}
		if it.State == consultation.ItemSettled || now.Decided == consultation.Drop {
			if d != consultation.GoOn {
				return fault.New(fault.Conflict, "item_settled", "the statement is settled already")
			}
			if reason == "" {
				return consultation.NeedReason("a settled statement comes back with a reason, which is public")
			}
			if r := c.Round(it.SettledIn); r != nil {
				last = r
			}
		}
		found, err := lifecycle.Outcomes(ctx, tx, last.ID)
		if err != nil {
			return err
		}
		o, judged := found[it.ID]
		if !judged {
			return fault.New(fault.Conflict, "nothing_to_decide", "this statement was not answered in the last round")
		}
		if d == consultation.Drop && last.Kind != delphi.Select {
			return fault.New(fault.Conflict, "drops_nothing", "statements are dropped after a round of selection alone")
		}
		if consultation.Decision(o.Proposal.Action) != d && reason == "" {
			return consultation.NeedReason("this goes against the proposal: give the reason, it is public")
		}
		return s.DecideItem(ctx, tx, c, last, it, consultation.Decision(o.Proposal.Action), d, by, reason)
	})
}

// DecideAsProposed follows the engine's proposal for every undecided item (facilitator).
func (s *Service) DecideAsProposed(ctx context.Context, actor account.Actor, slug string) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		_, role, err := consultation.ItemLive.Step(consultation.ActGoOn, c.Roles(actor)...)
		if err != nil {
			return err
		}
		if err := c.NeedRunning(); err != nil {
			return err
		}
		if err := s.Unmoved(ctx, tx, *c); err != nil {
			return err
		}
		if err := c.Between(); err != nil {
			return err
		}
		return s.follow(ctx, tx, c, consultation.Author{Role: role, Name: actor.Name})
	})
}

// Following tells how many items stay in play when undecided ones follow their
// proposals, and which are undecided.
func (s *Service) Following(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) (staying int, undecided []Undecided, err error) {
	all, err := lifecycle.ItemsSince(ctx, tx, c.ID, uuid.Nil)
	if err != nil {
		return 0, nil, err
	}
	last := c.LastReleased()
	var found map[uuid.UUID]consultation.Outcome
	done := map[uuid.UUID]bool{}
	if last != nil {
		if found, err = lifecycle.Outcomes(ctx, tx, last.ID); err != nil {
			return 0, nil, err
		}
		decided, err := lifecycle.Decisions(ctx, tx, c.ID)
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
		if it.State != consultation.ItemLive {
			continue
		}
		o, judged := found[it.ID]
		if judged && !done[it.ID] {
			undecided = append(undecided, Undecided{it, consultation.Decision(o.Proposal.Action)})
			if p := consultation.Decision(o.Proposal.Action); p == consultation.Settle || p == consultation.Drop {
				continue
			}
		}
		staying++
	}
	return staying, undecided, nil
}

// Undecided is an item about which the facilitator has not decided.
type Undecided struct {
	Item     consultation.Item
	Proposed consultation.Decision
}

// followProposals lets undecided items follow the engine when a round opens. One that the
// engine proposes to reword goes on with its own words, in public: nobody wrote others.
func (s *Service) followProposals(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
	return s.follow(ctx, tx, c, consultation.Itself)
}

func (s *Service) follow(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
	_, undecided, err := s.Following(ctx, tx, c)
	if err != nil {
		return err
	}
	for _, u := range undecided {
		decided, why := u.Proposed, ""
		if decided == consultation.Reword && by == consultation.Itself {
			decided, why = consultation.GoOn, c.Why(consultation.WhyNoWords)
		}
		if err := s.DecideItem(ctx, tx, c, c.LastReleased(), u.Item, u.Proposed, decided, by, why); err != nil {
			return err
		}
	}
	return nil
}

// DecideItem writes one decision, moves the item, and records it.
func (s *Service) DecideItem(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round, it consultation.Item, proposed, decided consultation.Decision, by consultation.Author, reason string) error {
	act, known := decided.Act()
	if !known {
		return fmt.Errorf("%s: unknown proposal %q", it.Target(), decided)
	}
	if it.State == consultation.ItemSettled || it.State == consultation.ItemDropped {
		act = consultation.ActReopen
	}
	to, _, err := it.State.Step(act, by.Role)
	if err != nil {
		return err
	}
	it.State, it.SettledIn = to, 0
	if to == consultation.ItemSettled {
		it.SettledIn = r.Number
	}
	if err := lifecycle.SaveItem(ctx, tx, it); err != nil {
		return err
	}
	err = lifecycle.SaveDecision(ctx, tx, r.ID, consultation.Decided{Item: it.ID, Proposed: proposed, Decided: decided, Role: string(by.Role), Name: by.Name, Reason: reason})
	if err != nil {
		return err
	}
	return s.note(ctx, tx, c, by, ledger.Entry{Type: "decision", Kind: string(act), Target: it.Target(), Reason: reason, Body: ledger.Body(map[string]any{
		"decided": string(decided), "item": it.Number, "proposed": string(proposed), "round": r.Number,
	})})
}

// settleLive settles whatever is in play, with the verdict that it has: after
// the last round, and when the consultation is concluded. An item that no round
// has judged (it was added after the last one) is settled without a round; the record
// has that too, because where an item stands must follow from it.
func (s *Service) settleLive(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author, reason string) error {
	all, err := lifecycle.ItemsSince(ctx, tx, c.ID, uuid.Nil)
	if err != nil {
		return err
	}
	live := 0
	for _, it := range all {
		if it.State == consultation.ItemLive {
			live++
		}
	}
	for i := len(c.Rounds) - 1; i >= 0 && live > 0; i-- {
		r := &c.Rounds[i]
		if !r.Answers() || r.State != consultation.RoundReleased {
			continue
		}
		found, err := lifecycle.Outcomes(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		for j := range all {
			it := &all[j]
			o, judged := found[it.ID]
			if it.State != consultation.ItemLive || !judged {
				continue
			}
			why, proposed := reason, consultation.Decision(o.Proposal.Action)
			if proposed != consultation.Settle && why == "" {
				why = c.Why(consultation.WhyLastRound)
			}
			if err := s.DecideItem(ctx, tx, c, r, *it, proposed, consultation.Settle, by, why); err != nil {
				return err
			}
			it.State = consultation.ItemSettled
			live--
		}
	}
	for _, it := range all {
		if it.State != consultation.ItemLive {
			continue
		}
		if it.State, _, err = it.State.Step(consultation.ActSettle, by.Role); err != nil {
			return err
		}
		if err := lifecycle.SaveItem(ctx, tx, it); err != nil {
			return err
		}
		err := s.note(ctx, tx, c, by, ledger.Entry{
			Type: ledger.Decision, Kind: string(consultation.ActSettle), Target: it.Target(), Reason: reason, Body: ledger.Body(map[string]any{"item": it.Number}),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
