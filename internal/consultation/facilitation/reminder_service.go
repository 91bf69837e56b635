package facilitation

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/platform/postgres"
)

// Letter is a letter as its readers get it, but for their names.
type Letter struct{ Subject, Text string }

// Remind sends everyone enrolled a reminder of an open round (facilitator): to those who have
// answered too, since nobody knows who has. Conflict "remind_days" in the first and last days
// of the round, that of Unmoved when the letter is not the one that the actor read (seen: the
// StateVersion that its page showed), "reminded" when it was done for this deadline already, unless by the actor.
func (s *Service) Remind(ctx context.Context, actor account.Actor, slug string, number int, seen string) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		r := c.Round(number)
		if r == nil {
			if !consultation.CanSteer(actor, *c) {
				return consultation.WrongRole(consultation.ActRemind)
			}
			return consultation.ErrNoRound
		}
		_, role, err := r.State.Step(consultation.ActRemind, c.Roles(actor)...)
		if err != nil {
			return err
		}
		if err := s.consultations.Seen(seen).Unmoved(ctx, tx, *c); err != nil {
			return err
		}
		if err := c.NeedRunning(); err != nil {
			return err
		}
		last, err := s.reminded(ctx, tx, *c, *r)
		switch {
		case err != nil:
			return err
		case last != nil && last.Name == actor.Name:
			return nil // pressed twice
		case last != nil:
			return errReminded(*last)
		}
		if err := r.Remindable(tx.Now); err != nil {
			return err
		}
		members, err := s.panel.Members(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if to := consultation.Addressees(members); len(to) > 0 {
			if err := s.notices.Tell(ctx, tx, reminder(*c, *r), to); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, c, consultation.Author{Role: role, Name: actor.Name}, ledger.Entry{
			Type: ledger.Act, Kind: string(consultation.ActRemind), Target: r.Target(),
			Body: ledger.Body(map[string]any{"round": r.Number, "deadline": r.Deadline.Format(time.RFC3339)}),
		})
	})
}

func reminder(c consultation.Consultation, r consultation.Round) notify.Message {
	return notify.Message{Kind: notify.Reminder, Consultation: c.ID, Slug: c.Slug, Title: c.Title, Round: r.Number, Deadline: r.Deadline.Format(time.RFC3339)}
}

// reminded finds the reminder of a round's present deadline in the record; nil for none.
func (s *Service) reminded(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, r consultation.Round) (*ledger.Entry, error) {
	all, err := s.record.ActsOf(ctx, tx, c.ID, string(consultation.ActRemind))
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(e ledger.Entry) bool {
		var f struct {
			Round    int
			Deadline time.Time
		}
		return json.Unmarshal([]byte(e.Body), &f) == nil && f.Round == r.Number && f.Deadline.Equal(r.Deadline)
	})
	if i < 0 {
		return nil, nil
	}
	return &all[i], nil
}

func errReminded(e ledger.Entry) *fault.Fault {
	return fault.New(fault.Conflict, "reminded", "the panel was reminded of this deadline already").With("name", e.Name)
}

// reminds says of an open round what a reminder would be, and why there can be none now.
func (s *Service) reminds(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, o *Outlook) error {
	r := c.Current()
	if r == nil || r.State != consultation.RoundOpen {
		return nil
	}
	last, err := s.reminded(ctx, tx, c, *r)
	if err != nil {
		return err
	}
	if o.Unreminded = r.Remindable(tx.Now); last != nil {
		o.Unreminded = errReminded(*last)
	}
	o.Letter.Subject, o.Letter.Text, err = s.notices.Preview(reminder(c, *r), c.Language)
	return err
}
