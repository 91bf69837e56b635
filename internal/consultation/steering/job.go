package steering

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/notify"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
)

// What happens by itself, each at its instant. A job says what to look at, never
// what to find: dates move, people act first, two servers work the same one, so
// each looks at the row under its lock and does nothing when it is not the time.
// One that comes early (dates moved; another server's clock is ahead) is put back
// to its instant, and an equal one that waits there already is not doubled.

// The terms of what happens by itself.
const (
	withdrawAfter = 30 // days of a postponed start at which the system withdraws
	lastDayLead   = 24 * time.Hour
	keyDateGrace  = 24 * time.Hour // for a closing round at the key's last day
)

// openRound opens a planned round; of an announced consultation it is the start.
type openRound struct {
	Round uuid.UUID `json:"round"`
}

// closeRound closes an open round at its deadline.
type closeRound struct {
	Round uuid.UUID `json:"round"`
}

// tellLastDay tells everyone enrolled that a day is left.
type tellLastDay struct {
	Round uuid.UUID `json:"round"`
}

// releaseRound releases a gather round that nobody finished examining.
type releaseRound struct {
	Round uuid.UUID `json:"round"`
}

// concludeLate concludes when the facilitator has not, 14 days after the last release.
type concludeLate struct {
	Consultation uuid.UUID `json:"consultation"`
}

// publish publishes when the administration has not, so that nothing can be buried.
type publish struct {
	Consultation uuid.UUID `json:"consultation"`
}

// resume ends a suspension when its days are spent.
type resume struct {
	Consultation uuid.UUID `json:"consultation"`
}

// endKey ends the consultation when the protocol's latest key date begins.
type endKey struct {
	Consultation uuid.UUID `json:"consultation"`
}

// forgetCodes forgets the codes that could be shown once more for some minutes.
type forgetCodes struct{}

// forgetCodesEvery is how often.
const forgetCodesEvery = 5 * time.Minute

func (openRound) Kind() string    { return "open_round" }
func (closeRound) Kind() string   { return "close_round" }
func (tellLastDay) Kind() string  { return "tell_last_day" }
func (releaseRound) Kind() string { return "release_round" }
func (concludeLate) Kind() string { return "conclude_consultation" }
func (publish) Kind() string      { return "publish_consultation" }
func (resume) Kind() string       { return "resume_consultation" }
func (endKey) Kind() string       { return "end_key" }
func (forgetCodes) Kind() string  { return "forget_codes" }

// work registers the jobs.
func (s *Service) work(q *job.Queue) {
	job.On(q, func(ctx context.Context, a openRound) error { return s.onRound(ctx, a.Round, s.openPlanned) })
	job.On(q, func(ctx context.Context, a closeRound) error { return s.onRound(ctx, a.Round, s.closeDue) })
	job.On(q, func(ctx context.Context, a tellLastDay) error { return s.onRound(ctx, a.Round, s.remind) })
	job.On(q, func(ctx context.Context, a releaseRound) error { return s.onRound(ctx, a.Round, s.releaseLate) })
	job.On(q, func(ctx context.Context, a concludeLate) error { return s.on(ctx, a.Consultation, s.concludeLate) })
	job.On(q, func(ctx context.Context, a publish) error { return s.on(ctx, a.Consultation, s.publishLate) })
	job.On(q, func(ctx context.Context, a resume) error { return s.on(ctx, a.Consultation, s.resumeLate) })
	job.On(q, func(ctx context.Context, a endKey) error { return s.on(ctx, a.Consultation, s.endKey) })
	job.On(q, func(ctx context.Context, _ takeBack) error {
		_, err := s.TakeBack(ctx)
		return err
	})
	job.Every(q, takeBackEvery, takeBack{})
	job.On(q, func(ctx context.Context, _ forgetCodes) error { return s.panel.ForgetCodes(ctx) })
	job.Every(q, forgetCodesEvery, forgetCodes{})
}

// on runs a job on a consultation under its lock; one that is gone needs nothing.
func (s *Service) on(ctx context.Context, id uuid.UUID, do func(context.Context, *postgres.Tx, *consultation.Consultation) error) error {
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		return do(ctx, tx, &c)
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

func (s *Service) onRound(ctx context.Context, id uuid.UUID, do func(context.Context, *postgres.Tx, *consultation.Consultation, *consultation.Round) error) error {
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		of, err := lifecycle.OfRound(ctx, tx, id)
		if err != nil {
			return err
		}
		c, err := lifecycle.Lock(ctx, tx, of)
		if err != nil {
			return err
		}
		if r := c.RoundByID(id); r != nil {
			return do(ctx, tx, &c, r)
		}
		return consultation.ErrNoRound
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// openPlanned opens a round at its planned time, or puts it off by a day.
func (s *Service) openPlanned(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round) error {
	first := c.Stage == consultation.Announced && r.Number == 1
	if r.State != consultation.RoundPlanned || c.Suspended != nil || !first && (c.Stage != consultation.Running || c.Current() != nil) {
		return nil // done by hand, or what resumes will look again
	}
	if tx.Now.Before(r.PlannedAt) {
		return s.jobs.Enqueue(ctx, tx, openRound{Round: r.ID}, r.PlannedAt)
	}
	why := s.openable(ctx, tx, c, r)
	if why == nil && first {
		why = s.drafts.Staffed(ctx, tx, *c)
	}
	if c.Joins() == nil && (why == nil || errors.Is(why, consultation.ErrNoLiveItem)) {
		if err := s.stop(ctx, tx, c); err != nil || c.Stage != consultation.Running {
			return err // nothing joined, and the rule held since the release
		}
	}
	switch {
	case why == nil && first:
		if err := c.MoveBy(consultation.ActStart, consultation.Itself); err != nil {
			return err
		}
		return s.start(ctx, tx, c, consultation.Itself)
	case why == nil:
		return s.open(ctx, tx, c, r, consultation.Itself)
	case fault.KindOf(why) != fault.Conflict:
		return why
	case first && r.Postponed >= withdrawAfter:
		if err := c.MoveBy(consultation.ActWithdraw, consultation.Itself); err != nil {
			return err
		}
		return s.withdraw(ctx, tx, c, consultation.Itself, c.Guarded(why))
	case errors.Is(why, consultation.ErrNoLiveItem) && c.LastReleased() != nil:
		// Everything would settle: nothing is put off, it is over. The facilitator
		// has 14 days to conclude, or to bring a statement back: then it opens.
		return s.jobs.Enqueue(ctx, tx, openRound{Round: r.ID}, civiltime.AddDays(tx.Now, 1))
	}
	return s.postpone(ctx, tx, c, r, why)
}

// closeDue closes a round whose deadline has come.
func (s *Service) closeDue(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round) error {
	if r.State != consultation.RoundOpen || c.Suspended != nil {
		return nil
	}
	if tx.Now.Before(r.Deadline) {
		return s.jobs.Enqueue(ctx, tx, closeRound{Round: r.ID}, r.Deadline)
	}
	return s.close(ctx, tx, c, r, consultation.Itself, "")
}

// remind tells everyone once about each deadline: the outbox keeps the same thing
// from being told twice.
func (s *Service) remind(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round) error {
	if r.State != consultation.RoundOpen || c.Suspended != nil || !tx.Now.Before(r.Deadline) {
		return nil
	}
	if eve := r.Deadline.Add(-lastDayLead); tx.Now.Before(eve) {
		return s.jobs.Enqueue(ctx, tx, tellLastDay{Round: r.ID}, eve)
	}
	return s.tellPanel(ctx, tx, c, *r, notify.LastDay)
}

// releaseLate releases a gather round 14 days after its closing, with what is
// pending left "not examined".
func (s *Service) releaseLate(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round) error {
	if r.State != consultation.RoundClosed || r.Answers() || c.Stage != consultation.Running {
		return nil
	}
	if c.Suspended != nil {
		return s.jobs.Enqueue(ctx, tx, releaseRound{Round: r.ID}, civiltime.AddDays(tx.Now, 1))
	}
	n, err := s.pending(ctx, tx, *c)
	if err != nil {
		return err
	}
	r.Unexamined = n
	return s.release(ctx, tx, c, r, consultation.Itself, map[string]any{"not_examined": n})
}

// concludeLate concludes 14 days after the last release, when nothing is left to
// answer or nothing could be opened since.
func (s *Service) concludeLate(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
	if c.Stage != consultation.Running || c.Origin != nil {
		return nil
	}
	if c.Suspended != nil {
		return s.jobs.Enqueue(ctx, tx, concludeLate{Consultation: c.ID}, civiltime.AddDays(tx.Now, 1))
	}
	if c.Concludable() != nil {
		return nil // a round is under way: its release asks again
	}
	if due := civiltime.AddDays(c.LastHeld().ReleasedAt, consultation.ConcludeDays); tx.Now.Before(due) {
		return s.jobs.Enqueue(ctx, tx, concludeLate{Consultation: c.ID}, due)
	}
	if next := c.Next(); next != nil && next.Postponed == 0 {
		planned := tx.Now.Before(next.PlannedAt) // it was suspended meanwhile
		if !planned {                            // the server was down over both instants: its opening is due as well
			why := s.openable(ctx, tx, c, next)
			if planned = why == nil; !planned && fault.KindOf(why) != fault.Conflict {
				return why
			}
		}
		if planned {
			return s.jobs.Enqueue(ctx, tx, concludeLate{Consultation: c.ID}, civiltime.AddDays(slices.MaxFunc([]time.Time{tx.Now, next.PlannedAt}, time.Time.Compare), 1))
		}
	}
	if err := c.MoveBy(consultation.ActConclude, consultation.Itself); err != nil {
		return err
	}
	return s.conclude(ctx, tx, c, consultation.Itself, "", false)
}

// publishLate publishes without texts what the administration left lying, and with
// the minority report as it stands: the opinion says how long the panel read it, or
// that it was not written. An import is published by its process alone.
func (s *Service) publishLate(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
	if c.Stage != consultation.Concluded || c.Origin != nil {
		return nil
	}
	if err := c.MoveBy(consultation.ActPublish, consultation.Itself); err != nil {
		return err
	}
	return s.publish(ctx, tx, c, consultation.Itself, consultation.OpinionTexts{})
}

// resumeLate ends a suspension whose 90 days are spent.
func (s *Service) resumeLate(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
	if c.Suspended == nil {
		return nil
	}
	used, err := lifecycle.SuspendedDays(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	// A job of an earlier suspension comes too early for this one.
	if end := c.Suspended.Since.Add(time.Duration(consultation.MaxSuspended-used) * 24 * time.Hour); tx.Now.Before(end) {
		return s.jobs.Enqueue(ctx, tx, resume{Consultation: c.ID}, end)
	}
	if err := c.MoveBy(consultation.ActResume, consultation.Itself); err != nil {
		return err
	}
	return s.resume(ctx, tx, c, consultation.Itself)
}

// endKey ends the consultation at the key's last day, whatever its state: an
// open round closes and gets a day to be tabulated, then the key goes.
func (s *Service) endKey(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
	last, err := c.LastKeyDay()
	if err != nil {
		return err
	}
	why := c.Why(consultation.WhyKeyDate)
	switch c.Stage {
	case consultation.Announced:
		if err := c.MoveBy(consultation.ActWithdraw, consultation.Itself); err != nil {
			return err
		}
		return s.withdraw(ctx, tx, c, consultation.Itself, why)
	case consultation.Running:
	default:
		return nil
	}
	if c.Suspended != nil {
		if err := c.MoveBy(consultation.ActResume, consultation.Itself); err != nil {
			return err
		}
		if err := s.resume(ctx, tx, c, consultation.Itself); err != nil {
			return err
		}
	}
	if r := c.Current(); r != nil && tx.Now.Before(last.Add(keyDateGrace)) {
		if r.State == consultation.RoundOpen {
			if err := s.close(ctx, tx, c, r, consultation.Itself, why); err != nil {
				return err
			}
		}
		return s.jobs.Enqueue(ctx, tx, endKey{Consultation: c.ID}, last.Add(keyDateGrace))
	}
	// What could not be tabulated by now never will be: it is said, and skipped.
	for i := range c.Rounds {
		if r := &c.Rounds[i]; r.State == consultation.RoundOpen || r.State == consultation.RoundClosing || r.State == consultation.RoundClosed {
			if err := s.noteAct(ctx, tx, c, consultation.Itself, consultation.ActSkip, r.Target(), why, map[string]any{"round": r.Number}); err != nil {
				return err
			}
		}
	}
	if err := s.skip(ctx, tx, c, consultation.RoundOpen, consultation.RoundClosing, consultation.RoundClosed); err != nil {
		return err
	}
	if err := c.MoveBy(consultation.ActConclude, consultation.Itself); err != nil {
		return err
	}
	return s.conclude(ctx, tx, c, consultation.Itself, why, true)
}
