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
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
)

// moderated finds a consultation for one of its moderators.
func (s *Service) moderated(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error) {
	c, err := s.cons.Find(ctx, actor, slug)
	if err != nil {
		return c, err
	}
	if !CanModerate(actor, c) {
		return c, refuse(actor, c)
	}
	return c, nil
}

// desk is one moderator at work, in one transaction, with the consultation locked.
type desk struct {
	*Service
	tx    *postgres.Tx
	c     consultation.Consultation
	who   consultation.Member
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
		d := &desk{Service: s, tx: tx}
		var err error
		if d.c, err = lifecycle.Lock(ctx, tx, found.ID); err != nil {
			return err
		}
		var ok bool
		if d.who, ok = member(actor, d.c); !ok {
			return refuse(actor, d.c)
		}
		if err := workable(d.c); err != nil {
			return err
		}
		if d.list, err = listAll(ctx, tx, d.c.ID); err != nil {
			return err
		}
		if d.items, err = lifecycle.LiveItems(ctx, tx, d.c); err != nil {
			return err
		}
		return act(ctx, d)
	})
}

// Merge admits contributions into an item (many to many), and gives the item.
// Contributions that the item already has are passed over. Invalid names fields;
// Conflict "already_examined" when one was rejected or withdrawn meanwhile,
// "item_changed" when the item's words are no longer of Version.
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
		chosen, err := d.pick(m.Contributions, Pending, Admitted)
		if err != nil {
			return err
		}
		item, err = d.merge(ctx, m, chosen)
		return err
	})
	return item, err
}

// pick gives contributions by id, each once, when all stand in one of the states.
func (d *desk) pick(ids []uuid.UUID, states ...State) ([]Contribution, error) {
	var out []Contribution
	for _, id := range ids {
		at := slices.IndexFunc(d.list, func(c Contribution) bool { return c.ID == id })
		switch {
		case at < 0:
			return nil, fault.Bad(fault.Field{Name: "contributions", Code: "unknown_contribution", Message: "holds one that this consultation does not have: load the page again"})
		case !slices.Contains(states, d.list[at].State):
			return nil, fault.New(fault.Conflict, "already_examined", "this contribution has been examined meanwhile").With("alias", d.list[at].Alias.Name)
		case !slices.ContainsFunc(out, func(c Contribution) bool { return c.ID == id }):
			out = append(out, d.list[at])
		}
	}
	return out, nil
}

// repeats tells whether a checked Merge is the last act that stands, sent once more: it
// gives the item that the first made.
func (d *desk) repeats(ctx context.Context, m Merge) (consultation.Item, bool, error) {
	a, ok, err := d.last(ctx)
	if err != nil || !ok || a.Kind == kindReject || !a.about(m.Contributions, m.Reason) || a.leftOut != m.LeftOut || a.made != (m.Destination == Fresh) {
		return consultation.Item{}, false, err
	}
	at := slices.IndexFunc(d.items, func(i consultation.Item) bool { return i.ID == a.item })
	if at < 0 || m.Destination != Fresh && m.Item != a.item || m.Destination != Said && m.Text != d.items[at].Text {
		return consultation.Item{}, false, nil
	}
	return d.items[at], true, nil
}

// last gives the newest act that stands.
func (d *desk) last(ctx context.Context) (act, bool, error) {
	acts, err := listActs(ctx, d.tx, d.c.ID)
	if err != nil || len(acts) == 0 {
		return act{}, false, err
	}
	return acts[0], true, nil
}

// about tells whether an act moved these contributions, for this reason.
func (a act) about(contributions []uuid.UUID, reason string) bool {
	return a.Reason == reason && slices.Equal(texts(a.contributions), slices.Compact(texts(contributions)))
}

// merge performs a checked Merge.
func (d *desk) merge(ctx context.Context, m Merge, chosen []Contribution) (consultation.Item, error) {
	a := act{Act: Act{ID: uuid.New(), Kind: kindMerge, Reason: m.Reason}, leftOut: m.LeftOut}
	item, err := d.destination(ctx, m, &a)
	if err != nil {
		return item, err
	}
	a.item = item.ID
	var names []string
	for _, c := range chosen {
		if slices.Contains(c.Items, item.ID) {
			continue
		}
		a.contributions = append(a.contributions, c.ID)
		names = append(names, c.Alias.Name)
	}
	switch {
	case len(a.contributions) == 0 && a.was == "":
		return item, fault.Bad(fault.Field{Name: "contributions", Code: "already_linked", Message: "are in this statement already, and its words are the same"})
	case len(a.contributions) == 0:
		a.Kind = kindReword
	case !a.made && a.was == "":
		a.Kind = kindLink
	}
	number := strconv.Itoa(item.Number)
	a.Summary = number
	if len(names) > 0 {
		a.Summary = strings.Join(names, ", ") + " → " + number
	}
	if err := d.keep(ctx, a); err != nil {
		return item, err
	}
	if err := link(ctx, d.tx, a); err != nil {
		return item, err
	}
	return item, d.tell(ctx, a.Kind, "statement "+number, m.Reason, map[string]any{
		"act": a.ID.String(), "contributions": texts(a.contributions), "item": item.ID.String(),
		"left_out": m.LeftOut, "text": item.Text, "was": a.was,
	})
}

// destination finds, rewords or makes the item that a Merge goes into.
func (d *desk) destination(ctx context.Context, m Merge, a *act) (consultation.Item, error) {
	if m.Destination == Fresh {
		for _, i := range d.items {
			if folded(i.Text) == folded(m.Text) {
				return i, fault.Bad(fault.Field{
					Name: "text", Code: "duplicate_item", Message: "is statement " + strconv.Itoa(i.Number) + " already: link the contributions to it instead",
					Args: map[string]any{"number": i.Number},
				})
			}
		}
		a.made = true
		return d.cons.AddItem(ctx, d.tx, &d.c, "", m.Text, nil)
	}
	at := slices.IndexFunc(d.items, func(i consultation.Item) bool { return i.ID == m.Item })
	if at < 0 {
		return consultation.Item{}, fault.Bad(fault.Field{Name: "item", Code: "unknown_item", Message: "is no statement that is in play: choose another"})
	}
	item := d.items[at]
	if m.Destination == Said || m.Text == item.Text {
		return item, nil
	}
	if m.Version != "" && m.Version != prose.Version(item.Text) {
		return item, fault.New(fault.Conflict, "item_changed", "somebody has changed the words of this statement meanwhile").With("number", item.Number)
	}
	a.was = item.Text
	return d.cons.RewordItem(ctx, d.tx, &d.c, item.ID, m.Text)
}

// Reject rejects pending contributions with a public reason. Conflict
// "already_examined" when one of them was examined meanwhile: none is rejected then.
func (s *Service) Reject(ctx context.Context, actor account.Actor, slug string, contributions []uuid.UUID, reason string) error {
	var bad []fault.Field
	reason = lined("reason", reason, maxReason, true, &bad)
	if len(contributions) == 0 {
		bad = append(bad, none)
	}
	if len(bad) > 0 {
		if _, who := s.moderated(ctx, actor, slug); who != nil {
			return who
		}
		return fault.Bad(bad...)
	}
	return s.at(ctx, actor, slug, func(ctx context.Context, d *desk) error {
		if a, ok, err := d.last(ctx); err != nil || ok && a.Kind == kindReject && a.about(contributions, reason) {
			return err // pressed twice
		}
		chosen, err := d.pick(contributions, Pending)
		if err != nil {
			return err
		}
		return d.reject(ctx, chosen, reason)
	})
}

// reject performs a checked rejection.
func (d *desk) reject(ctx context.Context, chosen []Contribution, reason string) error {
	a := act{Act: Act{ID: uuid.New(), Kind: kindReject, Reason: reason}}
	var names []string
	for _, c := range chosen {
		a.contributions = append(a.contributions, c.ID)
		names = append(names, c.Alias.Name)
	}
	a.Summary = strings.Join(names, ", ")
	if err := d.keep(ctx, a); err != nil {
		return err
	}
	if err := rejectAll(ctx, d.tx, a.contributions, reason); err != nil {
		return err
	}
	return d.tell(ctx, kindReject, a.Summary, reason, map[string]any{"act": a.ID.String(), "contributions": texts(a.contributions)})
}

// Acts lists the acts of synthesis that stand, newest first. What was taken back
// stands in the public record alone.
func (s *Service) Acts(ctx context.Context, actor account.Actor, slug string) ([]Act, error) {
	c, err := s.moderated(ctx, actor, slug)
	if err != nil {
		return nil, err
	}
	var acts []act
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		acts, err = listActs(ctx, tx, c.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	open := workable(c) == nil
	out := make([]Act, 0, len(acts))
	for _, a := range acts {
		a.Undoable = open && !slices.ContainsFunc(acts, func(later act) bool { return later.blocks(a) })
		out = append(out, a.Act)
	}
	return out, nil
}

// Undo takes an act back; until the next round opens (Conflict "synthesis_over"),
// and not while a later act builds on it (Conflict "act_built_on"). Contributions
// that no other act admitted are pending again.
func (s *Service) Undo(ctx context.Context, actor account.Actor, slug string, id uuid.UUID) error {
	err := s.at(ctx, actor, slug, func(ctx context.Context, d *desk) error {
		acts, err := listActs(ctx, d.tx, d.c.ID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(acts, func(a act) bool { return a.ID == id })
		if at < 0 {
			return fault.New(fault.NotFound, "no_act", "there is no such act, or it was taken back already")
		}
		a := acts[at]
		if later := slices.IndexFunc(acts, func(l act) bool { return l.blocks(a) }); later >= 0 {
			return fault.New(fault.Conflict, "act_built_on", "a later act builds on this one: take that back first").With("act", acts[later].Summary)
		}
		if err := undo(ctx, d.tx, a); err != nil {
			return err
		}
		switch {
		case a.made:
			err = d.cons.RemoveItem(ctx, d.tx, &d.c, a.item)
		case a.was != "":
			_, err = d.cons.RewordItem(ctx, d.tx, &d.c, a.item, a.was)
		}
		if err != nil {
			return err
		}
		return d.tell(ctx, "undo", a.Summary, a.Reason, map[string]any{"act": a.ID.String(), "undone": a.Kind})
	})
	if fault.KindOf(err) == fault.NotFound {
		if undone, e := s.undone(ctx, actor, slug, id); e != nil || undone {
			return e // pressed twice
		}
	}
	return err
}

// undone tells whether the record says that an act was taken back by this moderator.
func (s *Service) undone(ctx context.Context, actor account.Actor, slug string, id uuid.UUID) (bool, error) {
	c, err := s.moderated(ctx, actor, slug)
	if err != nil {
		return false, err
	}
	all, err := s.record.Of(ctx, c.ID)
	return slices.ContainsFunc(all, func(e ledger.Entry) bool {
		return e.Kind == "undo" && e.Name == actor.Name && strings.Contains(e.Body, id.String())
	}), err
}

// keep stores an act under the next number.
func (d *desk) keep(ctx context.Context, a act) error {
	a.consultation = d.c.ID
	return addAct(ctx, d.tx, a)
}

// tell puts an act in the public record, under the moderator's name and office.
func (d *desk) tell(ctx context.Context, kind, target, reason string, figures map[string]any) error {
	return d.record.Append(ctx, d.tx, ledger.Entry{
		Consultation: d.c.ID, Type: "act", Role: string(d.who.Role), Name: d.who.Name,
		Kind: kind, Target: target, Reason: reason, Body: ledger.Body(figures),
	})
}

// texts writes ids for the record, sorted: the order of a form tells nothing.
func texts(ids []uuid.UUID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	slices.Sort(out)
	return out
}
