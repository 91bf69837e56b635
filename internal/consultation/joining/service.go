package joining

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/account/office"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/joined"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/steering"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

// Service has the use cases.
type Service struct {
	db            *postgres.DB
	consultations *steering.Service
	contributions *contribution.Service
	record        *ledger.Service
}

// New makes the service.
func New(db *postgres.DB, s *steering.Service, c *contribution.Service, l *ledger.Service) *Service {
	return &Service{db: db, consultations: s, contributions: c, record: l}
}

// Join puts a new statement in play (facilitator). Conflicts are those of
// consultation.Consultation.Joins; Invalid names the fields of CheckJoining, and "from" where
// the statement rests on nothing that was said. The same statement again by the same
// facilitator does nothing.
func (s *Service) Join(ctx context.Context, actor account.Actor, slug string, j consultation.Joining) (consultation.Item, error) {
	var it consultation.Item
	err := s.act(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
		items, fresh, err := s.joined(ctx, tx, *c)
		if err != nil {
			return err
		}
		j, bad := c.CheckJoining(j, items)
		if at := slices.IndexFunc(fresh, func(o joined.Statement) bool { return o.Entry.Name == by.Name && o.Same(j) }); at >= 0 {
			it = *fresh[at].Item
			return nil // pressed twice
		}
		if bad != nil {
			return bad
		}
		if it, err = s.consultations.JoinItem(ctx, tx, c, j.Kind, j.Text, nil); err != nil {
			return err
		}
		figures := map[string]any{
			"item": it.Number, "version": it.Version, "item_kind": it.Kind, "round": c.LastReleased().Number, "text": ledger.Text(j.Text),
		}
		for l, text := range j.Texts {
			if err := lifecycle.SaveTranslation(ctx, tx, it, l, text); err != nil {
				return err
			}
			figures["text."+l] = ledger.Text(text)
		}
		if err := s.rests(ctx, tx, *c, it, j, figures); err != nil {
			return err
		}
		e := ledger.Entry{Kind: string(consultation.ActJoin), Target: it.Target(), Reason: j.Reason}
		e.Body, e.Texts = ledger.Split(figures)
		return s.note(ctx, tx, *c, by, e)
	})
	return it, err
}

// rests binds a statement to what it rests on.
func (s *Service) rests(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, it consultation.Item, j consultation.Joining, figures map[string]any) error {
	if j.Contribution != uuid.Nil {
		from, err := s.contributions.Rest(ctx, tx, c, j.Contribution, it.ID)
		if err != nil {
			return err
		}
		figures["contribution"] = from.ID.String()
	}
	if j.Digest == "" {
		return nil
	}
	f, _, err := archive.Find(ctx, tx, c.LastReleased().ID)
	if err != nil {
		return err
	}
	if f == nil || !slices.ContainsFunc(f.AllReasons(), func(r *feedback.Reason) bool { return r.Removed == "" && leaf.Digest([]byte(r.Text)) == j.Digest }) {
		return fault.Bad(fault.Field{Name: "from", Code: "no_source", Message: "is nothing that was said in the last round"})
	}
	figures["said"] = j.Digest
	return nil
}

// Withdraw takes back a statement that joined, until the next round opens (facilitator), with a
// public reason. Conflict "not_joined" for any other; of one that is gone it does nothing.
func (s *Service) Withdraw(ctx context.Context, actor account.Actor, slug string, item uuid.UUID, reason string) error {
	return s.act(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
		_, fresh, err := s.joined(ctx, tx, *c)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(fresh, func(j joined.Statement) bool { return j.Item.ID == item })
		if at < 0 {
			if _, err := lifecycle.Item(ctx, tx, c, item); fault.KindOf(err) == fault.NotFound {
				return nil // pressed twice
			} else if err != nil {
				return err
			}
			return fault.New(fault.Conflict, "not_joined", "this statement did not join since the last round")
		}
		if reason, err = consultation.Reasoned(reason); err != nil {
			return err
		}
		it := *fresh[at].Item
		if _, _, err := it.State.Step(consultation.ActRemove, by.Role); err != nil {
			return err
		}
		if err := s.contributions.Unrest(ctx, tx, it.ID); err != nil {
			return err
		}
		if err := s.consultations.RemoveItem(ctx, tx, c, it.ID); err != nil {
			return err
		}
		return s.note(ctx, tx, *c, by, ledger.Entry{
			Kind: string(consultation.ActRemove), Target: it.Target(), Reason: reason, Body: ledger.Body(map[string]any{"item": it.Number}),
		})
	})
}

// act runs an act of the facilitator on the statements that join.
func (s *Service) act(ctx context.Context, actor account.Actor, slug string, do func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		if err := may(actor, *c); err != nil {
			return err
		}
		return do(ctx, tx, c, consultation.Author{Role: account.Facilitator, Name: actor.Name})
	})
}

// may tells whether the actor may let statements join now: nil, or why not.
func may(actor account.Actor, c consultation.Consultation) error {
	if !slices.Contains(c.Roles(actor), account.Facilitator) {
		return office.Needs(account.Facilitator)
	}
	return c.Joins()
}

// joined gives the statements of a consultation, and those of them that joined since the last
// round, by number.
func (s *Service) joined(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) (items []consultation.Item, fresh []joined.Statement, err error) {
	all, err := joined.Find(ctx, tx, s.record, c)
	if err != nil {
		return nil, nil, err
	}
	if items, err = lifecycle.Items(ctx, tx, c); err != nil {
		return nil, nil, err
	}
	for _, j := range all {
		at := slices.IndexFunc(items, func(i consultation.Item) bool { return i.Number == j.Number && i.Fresh() })
		if at >= 0 {
			j.Item = &items[at]
			fresh = append(fresh, j)
		}
	}
	return items, fresh, nil
}

// note writes an act into the record.
func (s *Service) note(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, by consultation.Author, e ledger.Entry) error {
	e.Consultation, e.Type, e.Role, e.Name = c.ID, ledger.Act, string(by.Role), by.Name
	return s.record.Append(ctx, tx, e)
}
