package consultation

import (
	"context"
	"time"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// Suspension is an interval in which forms are read-only.
type Suspension struct {
	Since  time.Time
	Reason string
}

// maxSuspended is how many days a consultation may be suspended in all.
const maxSuspended = 90

// Suspend makes its forms read-only, with a reason (administrator or moderator); Resume ends that.
func (s *Service) Suspend(ctx context.Context, actor account.Actor, slug, reason string) error {
	err := s.steer(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		by, err := c.move(ActSuspend, actor)
		if err != nil {
			return err
		}
		if reason, err = reasoned(reason); err != nil {
			return err
		}
		if c.Suspended != nil {
			return errSuspended
		}
		used, err := suspendedDays(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if used >= maxSuspended {
			return fault.New(fault.Conflict, "suspension_spent", "it was suspended for 90 days already").With("max", maxSuspended)
		}
		// Answers on their way are let in first; the next ones see the suspension.
		if r := c.Current(); r != nil {
			if err := lockRound(ctx, tx, r.ID); err != nil {
				return err
			}
		}
		if err := insertSuspension(ctx, tx, c.ID, reason); err != nil {
			return err
		}
		end := tx.Now.Add(time.Duration(maxSuspended-used) * 24 * time.Hour)
		if err := s.jobs.Enqueue(ctx, tx, resume{Consultation: c.ID}, end); err != nil {
			return err
		}
		return s.noteAct(ctx, tx, c, by, ActSuspend, c.Title, reason, map[string]any{"days_left": maxSuspended - used})
	})
	return s.ended(ctx, actor, slug, err, ActSuspend, "", reason)
}

// Resume ends a suspension; deadlines shift by whole days.
func (s *Service) Resume(ctx context.Context, actor account.Actor, slug string) error {
	err := s.steer(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		by, err := c.move(ActResume, actor)
		if err != nil {
			return err
		}
		if c.Suspended == nil {
			return fault.New(fault.Conflict, "not_suspended", "it is not suspended")
		}
		return s.resume(ctx, tx, c, by)
	})
	return s.ended(ctx, actor, slug, err, ActResume, "", "")
}

func (s *Service) resume(ctx context.Context, tx *postgres.Tx, c *Consultation, by author) error {
	days := wholeDays(tx.Now.Sub(c.Suspended.Since))
	if err := endSuspension(ctx, tx, c.ID); err != nil {
		return err
	}
	c.Suspended = nil
	for i := range c.Rounds {
		r := &c.Rounds[i]
		switch r.State {
		case RoundOpen:
			r.Deadline = later(r.Deadline, days)
		case RoundPlanned:
			r.PlannedAt, r.Deadline = later(r.PlannedAt, days), later(r.Deadline, days)
		default:
			continue // a closing round finishes as if nothing had been
		}
		if err := updateRound(ctx, tx, *r); err != nil {
			return err
		}
	}
	if c.Stage == Announced {
		c.StartsAt = c.Rounds[0].PlannedAt
		if err := updateStage(ctx, tx, *c); err != nil {
			return err
		}
	}
	if err := s.awaken(ctx, tx, c); err != nil {
		return err
	}
	return s.noteAct(ctx, tx, c, by, ActResume, c.Title, "", map[string]any{"days": days})
}

// awaken enqueues what happens next by itself, after dates have moved.
func (s *Service) awaken(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
	if r := c.Current(); r != nil {
		if r.State == RoundOpen {
			return s.await(ctx, tx, *r)
		}
		return nil
	}
	if held := c.LastHeld(); held != nil && held.State != RoundReleased {
		return nil // its release plans the next round
	}
	if r := c.Next(); r != nil {
		return s.jobs.Enqueue(ctx, tx, openRound{Round: r.ID}, r.PlannedAt)
	}
	return nil
}
