package steering

import (
	"context"
	"time"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// Suspend makes its forms read-only, with a reason (administrator or moderator); Resume ends that.
func (s *Service) Suspend(ctx context.Context, actor account.Actor, slug, reason string) error {
	err := s.steer(ctx, actor, slug, consultation.ActSuspend, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
		reason, err := consultation.Reasoned(reason)
		if err != nil {
			return err
		}
		if c.Suspended != nil {
			return consultation.ErrSuspended
		}
		used, err := lifecycle.SuspendedDays(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if used >= consultation.MaxSuspended {
			return fault.New(fault.Conflict, "suspension_spent", "it was suspended for 90 days already").With("max", consultation.MaxSuspended)
		}
		// Answers on their way are let in first; the next ones see the suspension.
		if r := c.Current(); r != nil {
			if err := lifecycle.DrainRound(ctx, tx, r.ID); err != nil {
				return err
			}
		}
		if err := lifecycle.InsertSuspension(ctx, tx, c.ID, reason); err != nil {
			return err
		}
		end := tx.Now.Add(time.Duration(consultation.MaxSuspended-used) * 24 * time.Hour)
		if err := s.jobs.Enqueue(ctx, tx, resume{Consultation: c.ID}, end); err != nil {
			return err
		}
		return s.noteAct(ctx, tx, c, by, consultation.ActSuspend, c.Title, reason, map[string]any{"days_left": consultation.MaxSuspended - used})
	})
	return s.ended(ctx, actor, slug, err, consultation.ActSuspend, "", reason)
}

// Resume ends a suspension; deadlines shift by whole days.
func (s *Service) Resume(ctx context.Context, actor account.Actor, slug string) error {
	err := s.steer(ctx, actor, slug, consultation.ActResume, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
		if c.Suspended == nil {
			return fault.New(fault.Conflict, "not_suspended", "it is not suspended")
		}
		return s.resume(ctx, tx, c, by)
	})
	return s.ended(ctx, actor, slug, err, consultation.ActResume, "", "")
}

func (s *Service) resume(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
	days := consultation.WholeDays(tx.Now.Sub(c.Suspended.Since))
	if err := lifecycle.EndSuspension(ctx, tx, c.ID); err != nil {
		return err
	}
	c.Suspended = nil
	for i := range c.Rounds {
		r := &c.Rounds[i]
		switch r.State {
		case consultation.RoundOpen:
			r.Deadline = civiltime.AddDays(r.Deadline, days)
		case consultation.RoundPlanned:
			r.PlannedAt, r.Deadline = civiltime.AddDays(r.PlannedAt, days), civiltime.AddDays(r.Deadline, days)
		default:
			continue // a closing round finishes as if nothing had been
		}
		if err := lifecycle.SaveRound(ctx, tx, *r); err != nil {
			return err
		}
	}
	if c.Stage == consultation.Announced {
		c.StartsAt = c.Rounds[0].PlannedAt
		if err := lifecycle.Save(ctx, tx, *c); err != nil {
			return err
		}
	}
	if err := s.awaken(ctx, tx, c); err != nil {
		return err
	}
	return s.noteAct(ctx, tx, c, by, consultation.ActResume, c.Title, "", map[string]any{"days": days})
}

// awaken enqueues what happens next by itself, after dates have moved.
func (s *Service) awaken(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
	if r := c.Current(); r != nil {
		if r.State == consultation.RoundOpen {
			return s.await(ctx, tx, *r)
		}
		return nil
	}
	if held := c.LastHeld(); held != nil && held.State != consultation.RoundReleased {
		return nil // its release plans the next round
	}
	if r := c.Next(); r != nil {
		return s.jobs.Enqueue(ctx, tx, openRound{Round: r.ID}, r.PlannedAt)
	}
	return nil
}
