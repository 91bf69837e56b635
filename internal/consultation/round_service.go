package consultation

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/panel"
	"delfi/internal/platform/postgres"
)

// OpenRound opens the next planned round (facilitator).
func (s *Service) OpenRound(ctx context.Context, actor account.Actor, slug string, number int) error {
	err := s.steerRound(ctx, actor, slug, number, ActOpen, func(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round, by author) error {
		if err := c.needRunning(); err != nil {
			return err
		}
		return s.open(ctx, tx, c, r, by)
	})
	return s.ended(ctx, actor, slug, err, ActOpen, Round{Number: number}.target(), "")
}

// steerRound runs an act of a person on a round. The step itself is taken by
// what the act calls; here only the office is checked, before any guard speaks.
func (s *Service) steerRound(ctx context.Context, actor account.Actor, slug string, number int, act Act,
	do func(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round, by author) error) error {
	return s.steer(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		r := c.Round(number)
		if r == nil {
			// Who has no office here learns that first, also about rounds that are not.
			if !CanSteer(actor, *c) {
				return fault.New(fault.Forbidden, "wrong_role", "this act needs an office that you do not hold here").With("act", string(act))
			}
			return errNoRound
		}
		_, role, err := step(ofRound, r.State, act, c.roles(actor)...)
		if err != nil {
			return err
		}
		return do(ctx, tx, c, r, author{role, actor.Name})
	})
}

// openable checks the guards of an opening without writing anything.
func (s *Service) openable(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round) error {
	if err := c.needActive(); err != nil {
		return err
	}
	if r.Number > 1 {
		if before := c.Round(r.Number - 1); before.State != RoundReleased {
			return fault.New(fault.Conflict, "not_released", "the round before it is not released yet").With("round", before.Number)
		}
		// An act of synthesis may have been undone since the release.
		n, err := s.pending(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if n > c.unexamined() {
			return fault.New(fault.Conflict, "contributions_pending", "contributions are still to be examined").With("pending", n)
		}
	}
	if !r.Answers() || r.Kind == delphi.StandingKind {
		return nil
	}
	staying, _, err := s.following(ctx, tx, c)
	if err != nil {
		return err
	}
	if staying == 0 {
		return errNoLiveItem
	}
	return nil
}

// unexamined counts the contributions that released rounds left not examined.
func (c Consultation) unexamined() int {
	n := 0
	for _, r := range c.Rounds {
		n += r.Unexamined
	}
	return n
}

var errNoLiveItem = fault.New(fault.Conflict, "no_live_item", "no statement is in play: there would be nothing to answer")

// open opens a planned round: undecided items follow their proposals, the items
// in play are frozen in their words, and the deadline is whole days away.
func (s *Service) open(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round, by author) error {
	to, _, err := step(ofRound, r.State, ActOpen, by.role)
	if err != nil {
		return err
	}
	if err := s.openable(ctx, tx, c, r); err != nil {
		return err
	}
	if err := s.followProposals(ctx, tx, c); err != nil {
		return err
	}
	r.State, r.OpenedAt = to, tx.Now
	r.Deadline = lastMinute(tx.Now, c.Protocol.Round(r.Number).Days)
	if r.Enrolled, err = s.Enrolled(ctx, tx, *c); err != nil {
		return err
	}
	if err := updateRound(ctx, tx, *r); err != nil {
		return err
	}
	if r.Answers() {
		err = s.openAnswers(ctx, tx, c, r)
	} else {
		err = s.gathering.Open(ctx, tx, *r)
	}
	if err != nil {
		return err
	}
	shown, err := roundItems(ctx, tx, r.ID, c.before(r.Number))
	if err != nil {
		return err
	}
	feedback, err := s.feedback(ctx, tx, c.ID, r.Number)
	if err != nil {
		return err
	}
	for _, moved := range c.replan(r.Number) {
		if err := updateRound(ctx, tx, moved); err != nil {
			return err
		}
	}
	if err := s.await(ctx, tx, *r); err != nil {
		return err
	}
	if err := s.tellPanel(ctx, tx, c, *r, notify.RoundOpened); err != nil {
		return err
	}
	return s.note(ctx, tx, c, by, ledger.Entry{Type: "round_opened", Kind: string(ActOpen), Target: r.target(), Body: ledger.Body(map[string]any{
		"deadline": r.Deadline.Format(time.RFC3339), "enrolled": r.Enrolled, "feedback": feedback,
		"items": digest(ItemsDocument(shown)), "kind": string(r.Kind), "round": r.Number,
	})})
}

// openAnswers freezes what is asked, lets the held codes that wait work, and makes room
// for ballots.
func (s *Service) openAnswers(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round) error {
	if s.opened == nil {
		return fmt.Errorf("open round %d of %s: nobody makes room for answers (OnOpened)", r.Number, c.ID)
	}
	if err := s.freezeAll(ctx, tx, c, r); err != nil {
		return err
	}
	if err := s.panel.RoundOpens(ctx, tx, c.ID); err != nil {
		return err
	}
	return s.opened(ctx, tx, *r)
}

func (s *Service) freezeAll(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round) error {
	all, err := items(ctx, tx, c.ID, uuid.Nil)
	if err != nil {
		return err
	}
	for _, it := range all {
		if it.State != ItemLive {
			continue
		}
		if err := freeze(ctx, tx, r.ID, it); err != nil {
			return err
		}
	}
	return nil
}

// Enrolled counts the panel by group, in the order of the protocol.
func (s *Service) Enrolled(ctx context.Context, tx *postgres.Tx, c Consultation) ([]int, error) {
	people, err := s.panel.Count(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	out := make([]int, len(c.Protocol.Panel.Groups))
	for n, g := range c.Protocol.Panel.Groups {
		out[n] = people[g.ID]
	}
	return out, nil
}

// await enqueues the closing of an open round at its deadline, and the notice of
// its last day. Jobs of an earlier deadline find it moved and do nothing.
func (s *Service) await(ctx context.Context, tx *postgres.Tx, r Round) error {
	if err := s.jobs.Enqueue(ctx, tx, closeRound{Round: r.ID}, r.Deadline); err != nil {
		return err
	}
	if eve := r.Deadline.Add(-lastDayLead); eve.After(tx.Now) {
		return s.jobs.Enqueue(ctx, tx, tellLastDay{Round: r.ID}, eve)
	}
	return nil
}

// tellPanel tells everyone enrolled, whatever they have done.
func (s *Service) tellPanel(ctx context.Context, tx *postgres.Tx, c *Consultation, r Round, kind notify.Kind) error {
	members, err := s.panel.Members(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, c, notify.Message{Kind: kind, Round: r.Number, Deadline: r.Deadline.Format(time.RFC3339)}, members)
}

// ExtendRound moves an open round's deadline by days, with a public reason (facilitator).
// from is the deadline that was to be moved (zero skips the comparison): Conflict
// "deadline_moved" when somebody else has moved it meanwhile.
func (s *Service) ExtendRound(ctx context.Context, actor account.Actor, slug string, number, days int, reason string, from time.Time) error {
	err := s.steerRound(ctx, actor, slug, number, ActExtend, func(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round, by author) error {
		if err := c.needRunning(); err != nil {
			return err
		}
		reason, err := reasoned(reason)
		if err != nil {
			return err
		}
		planned := c.Protocol.Round(r.Number)
		switch {
		case !tx.Now.Before(r.Deadline):
			return errRoundClosed
		case r.Extensions >= planned.MaxExtensions:
			return fault.New(fault.Conflict, "no_extension_left", "the protocol allows no further extension of this round").With("max", planned.MaxExtensions)
		case days < 1 || days > planned.Days:
			// The key's last day reckons with extensions of at most the round's own length.
			return fault.Bad(fault.Field{Name: "days", Code: "out_of_range", Message: fmt.Sprintf("extend by 1 to %d days", planned.Days), Args: map[string]any{"min": 1, "max": planned.Days}})
		}
		if !from.IsZero() && !from.Equal(r.Deadline) {
			return fault.New(fault.Conflict, "deadline_moved", "somebody has moved the deadline meanwhile")
		}
		if err := lockRound(ctx, tx, r.ID); err != nil {
			return err
		}
		r.Deadline, r.Extensions = later(r.Deadline, days), r.Extensions+1
		if err := updateRound(ctx, tx, *r); err != nil {
			return err
		}
		for _, moved := range c.replan(r.Number) {
			if err := updateRound(ctx, tx, moved); err != nil {
				return err
			}
		}
		if err := s.await(ctx, tx, *r); err != nil {
			return err
		}
		return s.noteAct(ctx, tx, c, by, ActExtend, r.target(), reason, map[string]any{"days": days, "deadline": r.Deadline.Format(time.RFC3339), "round": r.Number})
	})
	return s.ended(ctx, actor, slug, err, ActExtend, Round{Number: number}.target(), reason)
}

// CloseRound closes an open round before its deadline, with a public reason (facilitator).
func (s *Service) CloseRound(ctx context.Context, actor account.Actor, slug string, number int, reason string) error {
	err := s.steerRound(ctx, actor, slug, number, ActClose, func(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round, by author) error {
		if err := c.needRunning(); err != nil {
			return err
		}
		if !tx.Now.Before(r.Deadline) {
			// The deadline came first, whoever noticed it: it closed by itself.
			return s.close(ctx, tx, c, r, itself, "")
		}
		reason, err := reasoned(reason)
		if err != nil {
			return err
		}
		if from := later(r.OpenedAt, c.Protocol.Round(r.Number).MinDays); tx.Now.Before(from) {
			return fault.New(fault.Conflict, "too_early", "the protocol keeps this round open for longer").With("min_days", c.Protocol.Round(r.Number).MinDays)
		}
		return s.close(ctx, tx, c, r, by, reason)
	})
	return s.ended(ctx, actor, slug, err, ActClose, Round{Number: number}.target(), reason)
}

var errRoundClosed = fault.New(fault.Conflict, "round_closed", "this round is closed")

// close ends the answering of a round: at its deadline's instant, or now when
// that is earlier. Ballots under way are let in; later ones find it closed.
func (s *Service) close(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round, by author, reason string) error {
	to, _, err := step(ofRound, r.State, ActClose, by.role)
	if err != nil {
		return err
	}
	if err := lockRound(ctx, tx, r.ID); err != nil {
		return err
	}
	r.State, r.ClosedAt, r.Reason = to, tx.Now, reason
	if r.Deadline.Before(r.ClosedAt) {
		r.ClosedAt = r.Deadline
	}
	if r.Enrolled, err = s.Enrolled(ctx, tx, *c); err != nil {
		return err
	}
	if r.Answers() {
		err = s.jobs.Enqueue(ctx, tx, Tabulate{Round: r.ID}, time.Time{})
	} else {
		// Nothing is counted in a gather round: it is opened.
		if r.State, _, err = step(ofRound, r.State, ActTabulate, System); err != nil {
			return err
		}
		var people int
		if people, err = s.gathering.Close(ctx, tx, *r); err != nil {
			return err
		}
		r.Turnout = panel.Stepped(people)
		err = s.jobs.Enqueue(ctx, tx, releaseRound{Round: r.ID}, later(r.ClosedAt, maxModeration))
	}
	if err != nil {
		return err
	}
	if err := s.jobs.Enqueue(ctx, tx, panel.Hour{}, time.Time{}); err != nil {
		return err
	}
	if err := updateRound(ctx, tx, *r); err != nil {
		return err
	}
	// What the round came to is a "round_closed" of its own, once it is tabulated.
	return s.noteAct(ctx, tx, c, by, ActClose, r.target(), reason, map[string]any{
		"closed_at": r.ClosedAt.Format(time.RFC3339), "enrolled": r.Enrolled, "round": r.Number,
	})
}

// ReleaseRound releases a closed gather round once every contribution is disposed of (moderator).
func (s *Service) ReleaseRound(ctx context.Context, actor account.Actor, slug string, number int) error {
	err := s.steerRound(ctx, actor, slug, number, ActRelease, func(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round, by author) error {
		if err := c.needRunning(); err != nil {
			return err
		}
		n, err := s.pending(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "contributions_pending", "contributions are still to be examined").With("pending", n)
		}
		return s.release(ctx, tx, c, r, by, nil)
	})
	return s.ended(ctx, actor, slug, err, ActRelease, Round{Number: number}.target(), "")
}

// release makes a closed round's result public, and lets the next one come.
func (s *Service) release(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round, by author, figures map[string]any) error {
	if figures == nil {
		figures = map[string]any{}
	}
	figures["round"] = r.Number
	to, _, err := step(ofRound, r.State, ActRelease, by.role)
	if err != nil {
		return err
	}
	r.State, r.ReleasedAt = to, tx.Now
	if err := updateRound(ctx, tx, *r); err != nil {
		return err
	}
	for _, moved := range c.replan(r.Number) {
		if err := updateRound(ctx, tx, moved); err != nil {
			return err
		}
	}
	if next := c.Next(); next != nil {
		if err := s.jobs.Enqueue(ctx, tx, openRound{Round: next.ID}, next.PlannedAt); err != nil {
			return err
		}
	}
	if err := s.noteAct(ctx, tx, c, by, ActRelease, r.target(), "", figures); err != nil {
		return err
	}
	if !r.Answers() {
		return nil
	}
	if c.RoundsLeft() == 0 {
		if err := s.settleLive(ctx, tx, c, itself, ""); err != nil {
			return err
		}
	}
	if err := s.jobs.Enqueue(ctx, tx, concludeLate{Consultation: c.ID}, later(tx.Now, concludeAfter)); err != nil {
		return err
	}
	return s.stop(ctx, tx, c)
}

// stop concludes by itself where the protocol says so: no round is left, or its
// stopping rule holds.
func (s *Service) stop(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
	if !c.Protocol.Stop.Auto || c.Stage != Running || c.Suspended != nil {
		return nil
	}
	if c.RoundsLeft() > 0 {
		stops, err := s.stops(ctx, tx, *c, *c.LastReleased())
		if err != nil || !stops || !c.Protocol.StopsItself() {
			return err
		}
	}
	if err := c.moveBy(ActConclude, itself); err != nil {
		return err
	}
	return s.conclude(ctx, tx, c, itself, "", false)
}

// postpone puts a planned opening off by a day, in public.
func (s *Service) postpone(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round, why error) error {
	if _, _, err := step(ofRound, r.State, ActPostpone, System); err != nil {
		return err
	}
	r.PlannedAt, r.Postponed = later(r.PlannedAt, 1), r.Postponed+1
	if r.PlannedAt.Before(tx.Now) { // the server was down for days
		r.PlannedAt = morning(tx.Now, 1)
	}
	r.Deadline = lastMinute(r.PlannedAt, c.Protocol.Round(r.Number).Days)
	if err := updateRound(ctx, tx, *r); err != nil {
		return err
	}
	for _, moved := range c.replan(r.Number) {
		if err := updateRound(ctx, tx, moved); err != nil {
			return err
		}
	}
	if c.Stage == Announced {
		if err := c.moveBy(ActPostpone, itself); err != nil {
			return err
		}
		c.StartsAt = r.PlannedAt
		if err := updateStage(ctx, tx, *c); err != nil {
			return err
		}
	}
	if err := s.jobs.Enqueue(ctx, tx, openRound{Round: r.ID}, r.PlannedAt); err != nil {
		return err
	}
	return s.noteAct(ctx, tx, c, itself, ActPostpone, r.target(), c.guarded(why), map[string]any{"opens": r.PlannedAt.Format(time.RFC3339), "round": r.Number})
}
