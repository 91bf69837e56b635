package steering

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/access"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/translation"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/panel"
	"delfi/internal/platform/postgres"
)

// OpenRound opens the next planned round (facilitator).
func (s *Service) OpenRound(ctx context.Context, actor account.Actor, slug string, number int) error {
	err := s.steerRound(ctx, actor, slug, number, consultation.ActOpen, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round, by consultation.Author) error {
		if err := c.NeedRunning(); err != nil {
			return err
		}
		return s.open(ctx, tx, c, r, by)
	})
	return s.ended(ctx, actor, slug, err, consultation.ActOpen, consultation.Round{Number: number}.Target(), "")
}

// steerRound runs an act of a person on a round. The step itself is taken by
// what the act calls; here only the office is checked, before any guard speaks.
func (s *Service) steerRound(ctx context.Context, actor account.Actor, slug string, number int, act consultation.Act,
	do func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round, by consultation.Author) error) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		r := c.Round(number)
		if r == nil {
			// Who has no office here learns that first, also about rounds that are not.
			if !consultation.CanSteer(actor, *c) {
				return consultation.WrongRole(act)
			}
			return consultation.ErrNoRound
		}
		_, role, err := r.State.Step(act, c.Roles(actor)...)
		if err != nil {
			return err
		}
		if err := s.Unmoved(ctx, tx, *c); err != nil {
			return err
		}
		return do(ctx, tx, c, r, consultation.Author{Role: role, Name: actor.Name})
	})
}

// openable checks the guards of an opening without writing anything.
func (s *Service) openable(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round) error {
	if err := c.NeedActive(); err != nil {
		return err
	}
	if r.Number > 1 {
		if before := c.Round(r.Number - 1); before.State != consultation.RoundReleased {
			return fault.New(fault.Conflict, "not_released", "the round before it is not released yet").With("round", before.Number)
		}
		// An act of synthesis may have been undone since the release.
		n, err := s.pending(ctx, tx, *c)
		if err != nil {
			return err
		}
		if n > c.Unexamined() {
			return fault.New(fault.Conflict, "contributions_pending", "contributions are still to be examined").With("pending", n)
		}
	}
	if !r.Answers() {
		return nil
	}
	if r.Kind == delphi.StandingKind {
		return translation.Worded(ctx, tx, *c)
	}
	staying, _, err := s.Following(ctx, tx, c)
	if err != nil {
		return err
	}
	if staying == 0 {
		return consultation.ErrNoLiveItem
	}
	return translation.Worded(ctx, tx, *c)
}

// open opens a planned round: undecided items follow their proposals, the items
// in play are frozen in their words, and the deadline is whole days away.
func (s *Service) open(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round, by consultation.Author) error {
	to, _, err := r.State.Step(consultation.ActOpen, by.Role)
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
	r.Deadline = consultation.LastMinute(tx.Now, c.Protocol.Round(r.Number).Days)
	if r.StruckOff, err = s.panel.Strike(ctx, tx, c.ID); err != nil {
		return err
	}
	if err := access.RecordAdmitted(ctx, tx, s.record, s.panel, *c, by); err != nil {
		return err
	}
	if r.Enrolled, err = s.Enrolled(ctx, tx, *c); err != nil {
		return err
	}
	if err := lifecycle.SaveRound(ctx, tx, *r); err != nil {
		return err
	}
	if r.Answers() {
		err = s.openAnswers(ctx, tx, c, r)
	} else if err = s.gathering.Open(ctx, tx, *r); err == nil {
		err = s.gathering.Shown(ctx, tx, *c)
	}
	if err != nil {
		return err
	}
	shown, err := lifecycle.RoundItems(ctx, tx, *c, *r)
	if err != nil {
		return err
	}
	feedback, err := archive.ShownHash(ctx, tx, c.ID, r.Number)
	if err != nil {
		return err
	}
	for _, moved := range c.Replan(r.Number) {
		if err := lifecycle.SaveRound(ctx, tx, moved); err != nil {
			return err
		}
	}
	if err := s.await(ctx, tx, *r); err != nil {
		return err
	}
	if r.Kind == delphi.StandingKind && c.Origin == nil { // an import makes its own releases
		if err := s.jobs.Enqueue(ctx, tx, Tick{Round: r.ID}, c.NextTick(*r, tx.Now)); err != nil {
			return err
		}
	}
	if err := s.tellPanel(ctx, tx, c, *r, notify.Opening(consultation.AsksFresh(shown))); err != nil {
		return err
	}
	figures := map[string]any{
		"deadline": r.Deadline.Format(time.RFC3339), "enrolled": r.Enrolled, "feedback": feedback,
		"items": digest(consultation.ItemsDocument(shown)), "kind": string(r.Kind), "round": r.Number,
	}
	if r.StruckOff > 0 {
		figures["struck_off"] = r.StruckOff
	}
	return s.note(ctx, tx, c, by, ledger.Entry{Type: "round_opened", Kind: string(consultation.ActOpen), Target: r.Target(), Body: ledger.Body(figures)})
}

// openAnswers freezes what is asked, lets the held codes that wait work, and makes room
// for ballots.
func (s *Service) openAnswers(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round) error {
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

func (s *Service) freezeAll(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round) error {
	all, err := lifecycle.ItemsSince(ctx, tx, c.ID, uuid.Nil)
	if err != nil {
		return err
	}
	for _, it := range all {
		if it.State != consultation.ItemLive {
			continue
		}
		if err := lifecycle.Freeze(ctx, tx, r.ID, it); err != nil {
			return err
		}
	}
	return nil
}

// Enrolled counts the panel by group, in the order of the protocol.
func (s *Service) Enrolled(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) ([]int, error) {
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
func (s *Service) await(ctx context.Context, tx *postgres.Tx, r consultation.Round) error {
	if err := s.jobs.Enqueue(ctx, tx, closeRound{Round: r.ID}, r.Deadline); err != nil {
		return err
	}
	if eve := r.Deadline.Add(-lastDayLead); eve.After(tx.Now) {
		return s.jobs.Enqueue(ctx, tx, tellLastDay{Round: r.ID}, eve)
	}
	return nil
}

// tellPanel tells everyone enrolled, whatever they have done.
func (s *Service) tellPanel(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r consultation.Round, kind notify.Kind) error {
	members, err := s.panel.Members(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, c, notify.Message{Kind: kind, Round: r.Number, Deadline: r.Deadline.Format(time.RFC3339)}, members)
}

// ExtendRound moves an open round's deadline by days, with a public reason (facilitator).
func (s *Service) ExtendRound(ctx context.Context, actor account.Actor, slug string, number, days int, reason string) error {
	err := s.steerRound(ctx, actor, slug, number, consultation.ActExtend, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round, by consultation.Author) error {
		if err := c.NeedRunning(); err != nil {
			return err
		}
		reason, err := consultation.Reasoned(reason)
		if err != nil {
			return err
		}
		planned := c.Protocol.Round(r.Number)
		switch {
		case !tx.Now.Before(r.Deadline):
			return consultation.ErrRoundClosed
		case r.Extensions >= planned.MaxExtensions:
			return fault.New(fault.Conflict, "no_extension_left", "the protocol allows no further extension of this round").With("max", planned.MaxExtensions)
		case days < 1 || days > planned.Days:
			// The key's last day reckons with extensions of at most the round's own length.
			return fault.Bad(fault.Field{Name: "days", Code: "out_of_range", Message: fmt.Sprintf("extend by 1 to %d days", planned.Days), Args: map[string]any{"min": 1, "max": planned.Days}})
		}
		if err := lifecycle.DrainRound(ctx, tx, r.ID); err != nil {
			return err
		}
		r.Deadline, r.Extensions = civiltime.AddDays(r.Deadline, days), r.Extensions+1
		if err := lifecycle.SaveRound(ctx, tx, *r); err != nil {
			return err
		}
		for _, moved := range c.Replan(r.Number) {
			if err := lifecycle.SaveRound(ctx, tx, moved); err != nil {
				return err
			}
		}
		if err := s.await(ctx, tx, *r); err != nil {
			return err
		}
		return s.noteAct(ctx, tx, c, by, consultation.ActExtend, r.Target(), reason, map[string]any{"days": days, "deadline": r.Deadline.Format(time.RFC3339), "round": r.Number})
	})
	return s.ended(ctx, actor, slug, err, consultation.ActExtend, consultation.Round{Number: number}.Target(), reason)
}

// CloseRound closes an open round before its deadline, with a public reason (facilitator).
func (s *Service) CloseRound(ctx context.Context, actor account.Actor, slug string, number int, reason string) error {
	err := s.steerRound(ctx, actor, slug, number, consultation.ActClose, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round, by consultation.Author) error {
		if err := c.NeedRunning(); err != nil {
			return err
		}
		if !tx.Now.Before(r.Deadline) {
			// The deadline came first, whoever noticed it: it closed by itself.
			return s.close(ctx, tx, c, r, consultation.Itself, "")
		}
		reason, err := consultation.Reasoned(reason)
		if err != nil {
			return err
		}
		if from := civiltime.AddDays(r.OpenedAt, c.Protocol.Round(r.Number).MinDays); tx.Now.Before(from) {
			return fault.New(fault.Conflict, "too_early", "the protocol keeps this round open for longer").With("min_days", c.Protocol.Round(r.Number).MinDays)
		}
		return s.close(ctx, tx, c, r, by, reason)
	})
	return s.ended(ctx, actor, slug, err, consultation.ActClose, consultation.Round{Number: number}.Target(), reason)
}

// close ends the answering of a round: at its deadline's instant, or now when
// that is earlier. Ballots under way are let in; later ones find it closed.
func (s *Service) close(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round, by consultation.Author, reason string) error {
	to, _, err := r.State.Step(consultation.ActClose, by.Role)
	if err != nil {
		return err
	}
	if err := lifecycle.DrainRound(ctx, tx, r.ID); err != nil {
		return err
	}
	r.State, r.ClosedAt, r.Reason = to, tx.Now, reason
	if r.Deadline.Before(r.ClosedAt) {
		r.ClosedAt = r.Deadline
	}
	if err := access.RecordAdmitted(ctx, tx, s.record, s.panel, *c, by); err != nil {
		return err
	}
	if r.Enrolled, err = s.Enrolled(ctx, tx, *c); err != nil {
		return err
	}
	if r.Answers() {
		err = s.jobs.Enqueue(ctx, tx, Tabulate{Round: r.ID}, time.Time{})
	} else {
		// Nothing is counted in a gather round: it is opened.
		if r.State, _, err = r.State.Step(consultation.ActTabulate, consultation.System); err != nil {
			return err
		}
		var people int
		if people, err = s.gathering.Close(ctx, tx, *r); err != nil {
			return err
		}
		r.Turnout = panel.Stepped(people)
		err = s.jobs.Enqueue(ctx, tx, releaseRound{Round: r.ID}, civiltime.AddDays(r.ClosedAt, consultation.ExamineDays))
	}
	if err != nil {
		return err
	}
	if err := s.jobs.Enqueue(ctx, tx, panel.Hour{}, time.Time{}); err != nil {
		return err
	}
	if err := lifecycle.SaveRound(ctx, tx, *r); err != nil {
		return err
	}
	// What the round came to is a "round_closed" of its own, once it is tabulated.
	return s.noteAct(ctx, tx, c, by, consultation.ActClose, r.Target(), reason, map[string]any{
		"closed_at": r.ClosedAt.Format(time.RFC3339), "enrolled": r.Enrolled, "round": r.Number,
	})
}

// ReleaseRound releases a closed gather round once every contribution is disposed of (moderator).
func (s *Service) ReleaseRound(ctx context.Context, actor account.Actor, slug string, number int) error {
	err := s.steerRound(ctx, actor, slug, number, consultation.ActRelease, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round, by consultation.Author) error {
		if err := c.NeedRunning(); err != nil {
			return err
		}
		n, err := s.pending(ctx, tx, *c)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "contributions_pending", "contributions are still to be examined").With("pending", n)
		}
		return s.release(ctx, tx, c, r, by, nil)
	})
	return s.ended(ctx, actor, slug, err, consultation.ActRelease, consultation.Round{Number: number}.Target(), "")
}

// release makes a closed round's result public, and lets the next one come.
func (s *Service) release(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round, by consultation.Author, figures map[string]any) error {
	if figures == nil {
		figures = map[string]any{}
	}
	figures["round"] = r.Number
	to, _, err := r.State.Step(consultation.ActRelease, by.Role)
	if err != nil {
		return err
	}
	r.State, r.ReleasedAt = to, tx.Now
	if err := lifecycle.SaveRound(ctx, tx, *r); err != nil {
		return err
	}
	if r.Answers() {
		err = lifecycle.Index(ctx, tx, *c)
	} else {
		err = s.gathering.Shown(ctx, tx, *c)
	}
	if err != nil {
		return err
	}
	for _, moved := range c.Replan(r.Number) {
		if err := lifecycle.SaveRound(ctx, tx, moved); err != nil {
			return err
		}
	}
	if next := c.Next(); next != nil {
		if err := s.jobs.Enqueue(ctx, tx, openRound{Round: next.ID}, next.PlannedAt); err != nil {
			return err
		}
	}
	if err := s.noteAct(ctx, tx, c, by, consultation.ActRelease, r.Target(), "", figures); err != nil {
		return err
	}
	if !r.Answers() {
		return nil
	}
	if c.RoundsLeft() == 0 {
		if err := s.settleLive(ctx, tx, c, consultation.Itself, ""); err != nil {
			return err
		}
	}
	if err := s.jobs.Enqueue(ctx, tx, concludeLate{Consultation: c.ID}, civiltime.AddDays(tx.Now, consultation.ConcludeDays)); err != nil {
		return err
	}
	return s.stop(ctx, tx, c)
}

// stop concludes by itself where the protocol says so: no round is left, or its
// stopping rule holds.
func (s *Service) stop(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
	if !c.Protocol.Stop.Auto || c.Stage != consultation.Running || c.Suspended != nil {
		return nil
	}
	if c.RoundsLeft() > 0 {
		if c.Joins() == nil && tx.Now.Before(c.Next().PlannedAt) {
			return nil // statements may join until then, which go on
		}
		stops, err := s.stops(ctx, tx, *c, *c.LastReleased())
		if err != nil || !stops || !c.Protocol.StopsItself() {
			return err
		}
	}
	if err := c.MoveBy(consultation.ActConclude, consultation.Itself); err != nil {
		return err
	}
	return s.conclude(ctx, tx, c, consultation.Itself, "", false)
}

// postpone puts a planned opening off by a day, in public.
func (s *Service) postpone(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round, why error) error {
	if _, _, err := r.State.Step(consultation.ActPostpone, consultation.System); err != nil {
		return err
	}
	r.PlannedAt, r.Postponed = civiltime.AddDays(r.PlannedAt, 1), r.Postponed+1
	if r.PlannedAt.Before(tx.Now) { // the server was down for days
		r.PlannedAt = consultation.Morning(tx.Now, 1)
	}
	r.Deadline = consultation.LastMinute(r.PlannedAt, c.Protocol.Round(r.Number).Days)
	if err := lifecycle.SaveRound(ctx, tx, *r); err != nil {
		return err
	}
	for _, moved := range c.Replan(r.Number) {
		if err := lifecycle.SaveRound(ctx, tx, moved); err != nil {
			return err
		}
	}
	if c.Stage == consultation.Announced {
		if err := c.MoveBy(consultation.ActPostpone, consultation.Itself); err != nil {
			return err
		}
		c.StartsAt = r.PlannedAt
		if err := lifecycle.Save(ctx, tx, *c); err != nil {
			return err
		}
	}
	if err := s.jobs.Enqueue(ctx, tx, openRound{Round: r.ID}, r.PlannedAt); err != nil {
		return err
	}
	return s.noteAct(ctx, tx, c, consultation.Itself, consultation.ActPostpone, r.Target(), c.Guarded(why), map[string]any{"opens": r.PlannedAt.Format(time.RFC3339), "round": r.Number})
}

// digest is how the record names a document.
func digest(document []byte) string {
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:])
}
