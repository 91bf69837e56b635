package contribution

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/moderation"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
	"delfi/internal/space"
)

// moderated finds a consultation for one of its moderators.
func (s *Service) moderated(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error) {
	c, err := s.consultations.Find(ctx, actor, slug)
	if err != nil {
		return c, err
	}
	if !CanModerate(actor, c) {
		return c, refuse(actor, c)
	}
	return c, nil
}

// desk is one member of staff at work, in one transaction, with the consultation locked.
type desk struct {
	*Service
	tx    *postgres.Tx
	c     consultation.Consultation
	turn  *moderation.Turn
	list  []Contribution
	items []consultation.Item // in play
}

// at locks the consultation for a moderator's act: a second moderator waits, and
// then finds what the first one did.
func (s *Service) at(ctx context.Context, actor account.Actor, slug string, act func(ctx context.Context, d *desk) error) error {
	found, err := s.moderated(ctx, actor, slug)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, by, err := enter(ctx, tx, actor, found.ID)
		if err != nil {
			return err
		}
		if err := CanExamine(c); err != nil {
			return err
		}
		d, err := s.sit(ctx, tx, c, by)
		if err != nil {
			return err
		}
		return act(ctx, d)
	})
}

// enter locks a consultation for one of its moderators.
func enter(ctx context.Context, tx *postgres.Tx, actor account.Actor, id uuid.UUID) (consultation.Consultation, moderation.Staff, error) {
	c, err := lifecycle.Lock(ctx, tx, id)
	if err != nil {
		return c, moderation.Staff{}, err
	}
	who, ok := member(actor, c)
	if !ok || !CanModerate(actor, c) {
		return c, moderation.Staff{}, refuse(actor, c)
	}
	return c, staff(who), nil
}

// sit puts by at the desk of a consultation that is locked.
func (s *Service) sit(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, by moderation.Staff) (*desk, error) {
	d := &desk{Service: s, tx: tx, c: c, turn: s.moderation.Begin(tx, by, space.Contribution, c.Space, ground(c))}
	var err error
	if d.list, err = listAll(ctx, tx, c.ID); err != nil {
		return nil, err
	}
	d.items, err = lifecycle.LiveItems(ctx, tx, c)
	return d, err
}

// Merge admits contributions into an item (many to many), and gives the item.
// Contributions that the item already has are passed over. Invalid names fields;
// Conflict "already_examined" when one was rejected meanwhile, "item_changed" when the
// item's words are no longer of Version, and as moderation.Turn's Take and Do.
func (s *Service) Merge(ctx context.Context, actor account.Actor, slug string, m Merge) (consultation.Item, error) {
	var item consultation.Item
	m, err := m.check()
	if err != nil {
		// Who may not merge here is told that, not how to fill the form in.
		if _, who := s.moderated(ctx, actor, slug); who != nil {
			err = who
		}
		return item, err
	}
	err = s.at(ctx, actor, slug, func(ctx context.Context, d *desk) error {
		if last, done, err := d.repeats(ctx, m); err != nil || done {
			item = last
			return err
		}
		chosen, err := d.pick(ctx, m.Contributions, m.Seen, Pending, Admitted)
		if err != nil {
			return err
		}
		item, err = d.merge(ctx, m, chosen)
		return err
	})
	return item, err
}

// pick takes contributions by id, each once, when all stand in one of the states.
func (d *desk) pick(ctx context.Context, ids []uuid.UUID, seen map[uuid.UUID]int, states ...State) ([]Contribution, error) {
	var out []Contribution
	var which []uuid.UUID
	for _, id := range ids {
		at := slices.IndexFunc(d.list, func(c Contribution) bool { return c.ID == id })
		switch {
		case at < 0:
			return nil, fault.Bad(fault.Field{Name: "contributions", Code: "unknown_contribution", Message: "holds one that this consultation does not have: load the page again"})
		case !slices.Contains(which, id):
			out, which = append(out, d.list[at]), append(which, id)
		}
	}
	if err := d.turn.Take(ctx, which, seen); err != nil {
		return nil, err
	}
	for _, c := range out {
		if !slices.Contains(states, c.State) {
			return nil, fault.New(fault.Conflict, "already_examined", "this contribution has been examined meanwhile").With("alias", c.Alias.Name)
		}
	}
	return out, nil
}

// repeats tells whether a checked Merge is the last act that stands, sent once more: it
// gives the item that the first made.
func (d *desk) repeats(ctx context.Context, m Merge) (consultation.Item, bool, error) {
	a, ok, err := d.last(ctx)
	if err != nil || !ok || a.effect.item == uuid.Nil || !a.about(m.Contributions, m.rule, m.Reason) || a.effect.leftOut != m.LeftOut || a.effect.made != (m.Destination == Fresh) {
		return consultation.Item{}, false, err
	}
	at := slices.IndexFunc(d.items, func(i consultation.Item) bool { return i.ID == a.effect.item })
	if at < 0 || m.Destination != Fresh && m.Item != a.effect.item || m.Destination != Said && m.Text != d.items[at].Text {
		return consultation.Item{}, false, nil
	}
	return d.items[at], true, nil
}

// last gives the newest act that stands.
func (d *desk) last(ctx context.Context) (deed, bool, error) {
	all, err := d.deeds(ctx, d.tx, d.c)
	at := slices.IndexFunc(all, func(a deed) bool { return !a.Undone && a.Verb != moderation.Undo })
	if err != nil || at < 0 {
		return deed{}, false, err
	}
	return all[at], true, nil
}

// deeds lists the acts on a consultation's contributions, newest first, with their effects.
func (s *Service) deeds(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) ([]deed, error) {
	acts, err := s.moderation.Acts(ctx, tx, space.Contribution, c.Space)
	if err != nil {
		return nil, err
	}
	effects, err := listEffects(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	out := make([]deed, len(acts))
	for i, a := range acts {
		out[i] = deed{a, effects[a.ID]}
	}
	return out, nil
}

// merge performs a checked Merge.
func (d *desk) merge(ctx context.Context, m Merge, chosen []Contribution) (consultation.Item, error) {
	a := moderation.Act{ID: uuid.New(), Verb: moderation.Merge, Rule: m.rule, Words: m.Reason}
	e := effect{act: a.ID, leftOut: m.LeftOut}
	item, err := d.destination(ctx, m, &e)
	if err != nil {
		return item, err
	}
	e.item = item.ID
	var names []string
	for _, c := range chosen {
		if slices.Contains(c.Items, item.ID) {
			continue
		}
		a.Subjects = append(a.Subjects, c.ID)
		names = append(names, c.Alias.Name)
	}
	switch {
	case len(a.Subjects) == 0 && e.was == "":
		return item, fault.Bad(fault.Field{Name: "contributions", Code: "already_linked", Message: "are in this statement already, and its words are the same"})
	case len(a.Subjects) == 0:
		a.Verb = moderation.Reword
	case !e.made && e.was == "":
		a.Verb = moderation.Link
	}
	number := strconv.Itoa(item.Number)
	a.Summary = number
	if len(names) > 0 {
		a.Summary = strings.Join(names, ", ") + " → " + number
	}
	if err := addEffect(ctx, d.tx, d.c.ID, e); err != nil {
		return item, err
	}
	if err := link(ctx, d.tx, e, a.Subjects); err != nil {
		return item, err
	}
	_, err = d.turn.Do(ctx, a, "statement "+number, map[string]any{
		"contributions": texts(a.Subjects), "item": item.ID.String(),
		"left_out": ledger.Text(m.LeftOut), "text": ledger.Text(item.Text), "was": ledger.Text(e.was),
	}, nil)
	return item, err
}

// destination finds, rewords or makes the item that a Merge goes into.
func (d *desk) destination(ctx context.Context, m Merge, e *effect) (consultation.Item, error) {
	if m.Destination == Fresh {
		for _, i := range d.items {
			if folded(i.Text) == folded(m.Text) {
				return i, fault.Bad(fault.Field{
					Name: "text", Code: "duplicate_item", Message: "is statement " + strconv.Itoa(i.Number) + " already: link the contributions to it instead",
					Args: map[string]any{"number": i.Number},
				})
			}
		}
		e.made = true
		return d.consultations.AddItem(ctx, d.tx, &d.c, "", m.Text, nil)
	}
	at := slices.IndexFunc(d.items, func(i consultation.Item) bool { return i.ID == m.Item })
	if at < 0 {
		return consultation.Item{}, fault.Bad(fault.Field{Name: "item", Code: "unknown_item", Message: "is no statement that is in play: choose another"})
	}
	item := d.items[at]
	if m.Destination == Existing && m.Text == item.Text {
		return item, nil
	}
	if m.Version != "" && m.Version != prose.Version(item.Text) {
		return item, fault.New(fault.Conflict, "item_changed", "somebody has changed the words of this statement meanwhile").With("number", item.Number)
	}
	if m.Destination == Said {
		return item, nil
	}
	e.was = item.Text
	return d.consultations.RewordItem(ctx, d.tx, &d.c, item.ID, m.Text)
}

// Reject leaves pending contributions out, with a public reason. Conflict
// "already_examined" when one of them was examined meanwhile: none is rejected then; and as
// moderation.Turn's Take and Do.
func (s *Service) Reject(ctx context.Context, actor account.Actor, slug string, c Choice) error {
	return s.choose(ctx, actor, slug, c, moderation.Reject, Pending)
}

// Requeue puts contributions back in the queue, whatever became of them: out of the items
// that they went into, which are gone when they were made here and have no other. It is for
// acts that are older than an undo; faults as Reject's, "already_pending" for one that
// nobody has examined, "contribution_rested" while a statement that the facilitator let join
// rests on one.
func (s *Service) Requeue(ctx context.Context, actor account.Actor, slug string, c Choice) error {
	return s.choose(ctx, actor, slug, c, moderation.Requeue, Admitted, Rejected)
}

// choose performs a Choice on contributions that stand in one of the states.
func (s *Service) choose(ctx context.Context, actor account.Actor, slug string, c Choice, verb moderation.Verb, states ...State) error {
	c, err := c.check()
	if err != nil {
		if _, who := s.moderated(ctx, actor, slug); who != nil {
			return who
		}
		return err
	}
	return s.at(ctx, actor, slug, func(ctx context.Context, d *desk) error {
		if a, ok, err := d.last(ctx); err != nil || ok && a.Verb == verb && a.about(c.Contributions, c.rule, c.Reason) {
			return err // pressed twice
		}
		chosen, err := d.pick(ctx, c.Contributions, c.Seen, states...)
		if err != nil {
			return err
		}
		if verb == moderation.Requeue {
			return d.requeue(ctx, chosen, c.rule, c.Reason)
		}
		return d.reject(ctx, chosen, c.rule, c.Reason)
	})
}

// chosen begins an act on contributions alone.
func chosenAct(verb moderation.Verb, chosen []Contribution, rule moderation.Citation, reason string) moderation.Act {
	a := moderation.Act{ID: uuid.New(), Verb: verb, Rule: rule, Words: reason}
	var names []string
	for _, c := range chosen {
		a.Subjects = append(a.Subjects, c.ID)
		names = append(names, c.Alias.Name)
	}
	a.Summary = strings.Join(names, ", ")
	return a
}

// reject performs a checked rejection.
func (d *desk) reject(ctx context.Context, chosen []Contribution, rule moderation.Citation, reason string) error {
	a := chosenAct(moderation.Reject, chosen, rule, reason)
	if err := rejectAll(ctx, d.tx, a.Subjects, reason); err != nil {
		return err
	}
	_, err := d.turn.Do(ctx, a, a.Summary, map[string]any{"contributions": texts(a.Subjects)}, nil)
	return err
}

// requeue performs a checked Requeue.
func (d *desk) requeue(ctx context.Context, chosen []Contribution, rule moderation.Citation, reason string) error {
	a := chosenAct(moderation.Requeue, chosen, rule, reason)
	if resting, err := rested(ctx, d.tx, a.Subjects); err != nil {
		return err
	} else if at := slices.IndexFunc(chosen, func(c Contribution) bool { return slices.Contains(resting, c.ID) }); at >= 0 {
		return fault.New(fault.Conflict, "contribution_rested", "a statement rests on this contribution that joined after the round").With("alias", chosen[at].Alias.Name)
	}
	left, err := unlink(ctx, d.tx, uuid.Nil, a.Subjects)
	if err != nil {
		return err
	}
	if err := pendAll(ctx, d.tx, a.Subjects); err != nil {
		return err
	}
	if err := d.emptied(ctx, left); err != nil {
		return err
	}
	_, err = d.turn.Do(ctx, a, a.Summary, map[string]any{"contributions": texts(a.Subjects)}, a.Subjects)
	return err
}

// emptied removes those of some items that an act made, that have no contribution left and
// that no round has shown.
func (d *desk) emptied(ctx context.Context, items []uuid.UUID) error {
	made, err := listEffects(ctx, d.tx, d.c.ID)
	if err != nil {
		return err
	}
	for _, id := range items {
		at := slices.IndexFunc(d.items, func(i consultation.Item) bool { return i.ID == id })
		ours := false
		for _, e := range made {
			ours = ours || e.item == id && e.made
		}
		if at < 0 || !ours || d.c.Before(d.c.NextNumber()) != uuid.Nil && !d.items[at].New {
			continue
		}
		full, err := hasSources(ctx, d.tx, id)
		if err != nil {
			return err
		}
		if full {
			continue
		}
		if err := d.consultations.RemoveItem(ctx, d.tx, &d.c, id); err != nil {
			return err
		}
	}
	return nil
}

// Acts lists the acts of synthesis that stand, newest first. What was taken back
// stands in the public record alone.
func (s *Service) Acts(ctx context.Context, actor account.Actor, slug string) ([]Act, error) {
	c, err := s.moderated(ctx, actor, slug)
	if err != nil {
		return nil, err
	}
	var out []Act
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		all, err := s.deeds(ctx, tx, c)
		if err != nil {
			return err
		}
		open := CanExamine(c) == nil
		out = make([]Act, 0, len(all))
		for _, a := range all {
			if a.Undone || a.Verb == moderation.Undo || a.Verb == moderation.Decide {
				continue
			}
			blocked := slices.ContainsFunc(all, func(later deed) bool { return later.blocks(a) })
			out = append(out, Act{Act: a.Act, Undoable: open && !blocked && a.CanUndo(tx.Now) == nil})
		}
		return nil
	})
	return out, err
}
