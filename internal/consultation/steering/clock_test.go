package steering_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// TestDeadlineWhileTheServerWasDown: days later the round is closed as of its
// deadline, and what came after the deadline was never let in.
func TestDeadlineWhileTheServerWasDown(t *testing.T) {
	h := newTown(t)
	h.answering(1)
	deadline := h.round(2).Deadline
	same(t, "deadline", deadline, apptest.Rome("2026-03-28 23:59"))
	h.at("2026-03-31 11:30")
	// The job has not run: the deadline speaks for itself.
	id := h.get().ID
	err := h.DB.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := lifecycle.ShareRound(ctx, tx, id, 2)
		return err
	})
	h.refused(err, fault.Conflict, "round_closed")
	h.refused(h.s.ExtendRound(t.Context(), h.furio, slug, 2, 3, "Altri tre giorni."), fault.Conflict, "round_closed")
	h.drain()
	r := h.round(2)
	if r.State != consultation.RoundReleased {
		t.Fatalf("round 2 is %s", r.State)
	}
	same(t, "closed", r.ClosedAt, deadline)
	same(t, "released", r.ReleasedAt, apptest.Rome("2026-03-31 11:30"))
	same(t, "next opens", h.round(3).PlannedAt, apptest.Rome("2026-04-04 09:00")) // as it was planned: nothing moves earlier
}

// TestClosedByHandAfterTheDeadline: whoever notices, it closed by itself at its instant.
func TestClosedByHandAfterTheDeadline(t *testing.T) {
	h := newTown(t)
	h.answering(1)
	h.at("2026-03-29 08:00")
	h.ok(h.s.CloseRound(t.Context(), h.furio, slug, 2, "Basta così."))
	r := h.round(2)
	same(t, "closed", r.ClosedAt, apptest.Rome("2026-03-28 23:59"))
	if r.Reason != "" {
		t.Errorf("reason %q", r.Reason)
	}
	h.recorded("act/close system : round 2")
}

// TestBallotUnderWayIsLetIn: closing waits for it, and the next one is refused.
func TestBallotUnderWayIsLetIn(t *testing.T) {
	h := newTown(t)
	h.DB.Pool().SetMaxOpenConns(2) // so that the closing waits for the ballot, and not for its connection
	h.answering(1)
	id := h.get().ID
	inside, finish, closed := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	done := make(chan error, 1)
	go func() {
		once := sync.OnceFunc(func() { close(inside) })
		done <- h.DB.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := lifecycle.ShareRound(ctx, tx, id, 2)
			once()
			<-finish
			return err
		})
	}()
	<-inside
	go func() { closed <- h.s.CloseRound(t.Context(), h.furio, slug, 2, "Abbiamo le risposte.") }()
	select {
	case err := <-closed:
		t.Errorf("closed over a ballot under way: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	close(finish)
	h.ok(<-done)
	h.ok(<-closed)
	err := h.DB.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := lifecycle.ShareRound(ctx, tx, id, 2)
		return err
	})
	h.refused(err, fault.Conflict, "round_closed")
}

// TestTabulationMayBeRepeated and changes nothing the second time.
func TestTabulationMayBeRepeated(t *testing.T) {
	h := newTown(t)
	h.stuck = true
	h.answering(2)
	h.at("2026-03-28 23:59")
	if err := h.queue.Drain(t.Context()); err == nil {
		t.Fatal("a stuck tabulation went through")
	}
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundClosing, consultation.RoundPlanned)
	h.refused(h.s.OpenRound(t.Context(), h.furio, slug, 3), fault.Conflict, "not_released")
	h.stuck = false
	h.ok(h.tabulate(t.Context(), h.s, h.round(2).ID))
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundPlanned)
	if got := h.round(2).Turnout; got != 10 {
		t.Errorf("turnout of 13 people: %d", got)
	}
	before := h.entries()
	h.ok(h.tabulate(t.Context(), h.s, h.round(2).ID))
	if !slices.Equal(before, h.entries()) {
		t.Error("a second tabulation left a trace")
	}
}

// TestExtend moves the deadline in public, as often as the protocol allows.
func TestExtend(t *testing.T) {
	h := newTown(t)
	h.answering(1)
	ctx := t.Context()
	if got := fields(h.s.ExtendRound(ctx, h.furio, slug, 2, 3, " ")); !slices.Equal(got, []string{"reason:required"}) {
		t.Errorf("without a reason: %v", got)
	}
	for _, days := range []int{0, -1, 11} {
		if got := fields(h.s.ExtendRound(ctx, h.furio, slug, 2, days, "Festa.")); !slices.Equal(got, []string{"days:out_of_range"}) {
			t.Errorf("by %d days: %v", days, got)
		}
	}
	next := h.round(3).PlannedAt
	h.ok(h.s.ExtendRound(ctx, h.furio, slug, 2, 10, "La festa patronale."))
	h.recorded("act/extend facilitator Furio: round 2")
	// Over the change of clocks on 29 March it is still a minute to midnight.
	same(t, "deadline", h.round(2).Deadline, apptest.Rome("2026-04-07 23:59"))
	if !h.round(3).PlannedAt.After(apptest.Rome("2026-04-07 23:59")) {
		t.Errorf("round 3 opens on %s, before round 2 closes; it was planned for %s", h.round(3).PlannedAt, next)
	}
	h.refused(h.s.ExtendRound(ctx, h.furio, slug, 2, 1, "Ancora."), fault.Conflict, "no_extension_left")
	h.work("2026-03-28 23:59") // the old deadline's job finds it moved
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundOpen, consultation.RoundPlanned)
	h.work("2026-04-07 23:59")
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundPlanned)
}

// TestClosedEarly needs a reason and closes now.
func TestClosedEarly(t *testing.T) {
	h := newTown(t)
	h.answering(1)
	if got := fields(h.s.CloseRound(t.Context(), h.furio, slug, 2, "")); !slices.Equal(got, []string{"reason:required"}) {
		t.Errorf("without a reason: %v", got)
	}
	h.at("2026-03-20 12:00")
	h.ok(h.s.CloseRound(t.Context(), h.furio, slug, 2, "Hanno risposto quasi tutti."))
	r := h.round(2)
	same(t, "closed", r.ClosedAt, apptest.Rome("2026-03-20 12:00"))
	if r.State != consultation.RoundClosing || r.Reason != "Hanno risposto quasi tutti." {
		t.Errorf("%s %q", r.State, r.Reason)
	}
	h.recorded("act/close facilitator Furio: round 2")
}

// TestStartPutOffAndWithdrawn: without its staff it does not start; it is put off
// a day at a time in public, and withdrawn after 30.
func TestStartPutOffAndWithdrawn(t *testing.T) {
	h := newTown(t)
	h.announced()
	h.Newcomer(h, "Furio") // lost the role
	h.refused(h.s.Start(t.Context(), h.anna, slug), fault.Conflict, "staff_missing")
	h.is(consultation.Announced, consultation.RoundPlanned, consultation.RoundPlanned, consultation.RoundPlanned)
	h.work("2026-03-09 09:00")
	h.recorded("act/postpone system : round 1")
	c := h.get()
	same(t, "starts", c.StartsAt, apptest.Rome("2026-03-10 09:00"))
	same(t, "round 1 opens", c.Rounds[0].PlannedAt, apptest.Rome("2026-03-10 09:00"))
	same(t, "round 2 opens", c.Rounds[1].PlannedAt, apptest.Rome("2026-03-25 09:00"))
	for day := 1; day <= 30; day++ {
		h.Clock.Set(apptest.Rome("2026-03-09 09:00").AddDate(0, 0, day).Add(time.Hour))
		h.drain()
	}
	h.is(consultation.Withdrawn, consultation.RoundSkipped, consultation.RoundSkipped, consultation.RoundSkipped)
	h.recorded("act/postpone system : round 1", "act/withdraw system : La piazza", "key_destroyed/ system : La piazza")
	if c := h.get(); c.Reason == "" || c.DestroyedAt.IsZero() {
		t.Errorf("withdrawn for %q, destroyed %v", c.Reason, c.DestroyedAt)
	}
}

// TestStaffBackInTime: the day the facilitator is back, it starts.
func TestStaffBackInTime(t *testing.T) {
	h := newTown(t)
	h.announced()
	h.Newcomer(h, "Furio")
	h.work("2026-03-09 09:00")
	h.Newcomer(h, "Furio", "riva/facilitator")
	h.work("2026-03-10 09:00")
	h.is(consultation.Running, consultation.RoundOpen, consultation.RoundPlanned, consultation.RoundPlanned)
}

// TestNothingToAnswer: a round of answers without statements does not open.
func TestNothingToAnswer(t *testing.T) {
	h := newTown(t)
	h.gathering()
	h.work("2026-03-17 08:00")
	h.ok(h.s.ReleaseRound(t.Context(), h.marco, slug, 1))
	h.refused(h.s.OpenRound(t.Context(), h.furio, slug, 2), fault.Conflict, "no_live_item")
	h.work("2026-03-24 09:00")
	h.recorded("act/postpone system : round 2")
	h.add(1)
	h.work("2026-03-25 09:00")
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundOpen, consultation.RoundPlanned)
}

// TestContributionsLeftLying: the moderator must examine all; after 14 days the
// round is released with the rest "not examined".
func TestContributionsLeftLying(t *testing.T) {
	h := newTown(t)
	h.s.OnContributions(func(context.Context, *postgres.Tx, consultation.Consultation) (steering.Contributions, error) {
		return steering.Contributions{Pending: 4}, nil
	})
	h.gathered(1)
	err := h.s.ReleaseRound(t.Context(), h.marco, slug, 1)
	h.refused(err, fault.Conflict, "contributions_pending")
	h.work("2026-03-30 23:58")
	h.is(consultation.Running, consultation.RoundClosed, consultation.RoundPlanned, consultation.RoundPlanned)
	h.work("2026-03-30 23:59")
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundPlanned, consultation.RoundPlanned)
	h.recorded("act/release system : round 1")
	same(t, "round 2 opens", h.round(2).PlannedAt, apptest.Rome("2026-03-31 09:00"))
	if n := h.round(1).Unexamined; n != 4 {
		t.Errorf("%d not examined", n)
	}
	// What was left then does not hold the next round up; what was undone since does.
	h.s.OnContributions(func(context.Context, *postgres.Tx, consultation.Consultation) (steering.Contributions, error) {
		return steering.Contributions{Pending: 5}, nil
	})
	h.refused(h.s.OpenRound(t.Context(), h.furio, slug, 2), fault.Conflict, "contributions_pending")
	h.s.OnContributions(func(context.Context, *postgres.Tx, consultation.Consultation) (steering.Contributions, error) {
		return steering.Contributions{Pending: 4}, nil
	})
	h.work("2026-03-31 09:00")
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundOpen, consultation.RoundPlanned)
}

// TestNobodyConcludes: 14 days after the last release the system does, and
// publishes when the administration has not.
func TestNobodyConcludes(t *testing.T) {
	h := newTown(t)
	h.answered(1)
	h.work("2026-04-10 09:00")
	h.work("2026-04-20 23:59")
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundReleased)
	h.work("2026-05-04 23:58")
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundReleased)
	h.work("2026-05-04 23:59")
	h.is(consultation.Concluded, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundReleased)
	h.recorded("act/conclude system : La piazza", "key_destroyed/ system : La piazza")
	h.work("2026-05-18 23:59")
	h.is(consultation.Published, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundReleased)
	h.recorded("act/publish system : La piazza")
	if len(h.opinions) != 1 || h.opinions[0] != (consultation.OpinionTexts{}) {
		t.Errorf("opinions %+v", h.opinions)
	}
}

// TestAServerThatWasDownOpensWhatIsDue: a round that was closed early leaves more than 14 days
// until the next one; a server that was down from before the 14 days to that day opens the
// round, as one does that ran all the time, and concludes nothing.
func TestAServerThatWasDownOpensWhatIsDue(t *testing.T) {
	for _, moments := range [][]string{{"2026-04-10 09:00"}, {"2026-04-08 09:00", "2026-04-10 09:00"}, {"2026-04-14 12:00"}} {
		h := newTown(t)
		h.answering(1)
		h.at("2026-03-24 10:00")
		h.ok(h.s.CloseRound(t.Context(), h.furio, slug, 2, "Hanno risposto tutti."))
		h.work("2026-03-24 10:00")
		h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundPlanned)
		for _, moment := range moments {
			h.work(moment)
		}
		h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundOpen)
	}
}

// TestEverythingSettles: when nothing is left to answer no round opens, nothing is
// put off, and 14 days later the rounds left over are skipped.
func TestEverythingSettles(t *testing.T) {
	h := newTown(t)
	h.proposed = verdict.Settle
	h.answered(2)
	h.work("2026-04-10 09:00")
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundPlanned)
	if n := h.round(3).Postponed; n != 0 {
		t.Errorf("put off by %d days", n)
	}
	h.work("2026-04-12 00:00")
	h.is(consultation.Concluded, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundSkipped)
	for _, it := range h.items() {
		if it.State != consultation.ItemSettled || it.SettledIn != 2 {
			t.Errorf("statement %d is %s in %d", it.Number, it.State, it.SettledIn)
		}
	}
}

// TestAStatementIsBroughtBackAfterTheDay on which the next round was planned, since all would
// settle: by the next day the round opens, and nothing was put off.
func TestAStatementIsBroughtBackAfterTheDay(t *testing.T) {
	h := newTown(t)
	h.proposed = verdict.Settle
	h.answered(2)
	h.work("2026-04-10 09:00")
	it := h.items()[0]
	h.ok(h.s.Decide(t.Context(), h.furio, slug, it.ID, consultation.GoOn, "Non è ancora chiaro.", h.decided(it.ID)))
	h.work("2026-04-11 09:00")
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundOpen)
	if n := h.round(3).Postponed; n != 0 {
		t.Errorf("put off by %d days", n)
	}
}

// TestSuspension makes forms read-only, shifts dates by whole days, and ends by
// itself when 90 days are spent.
func TestSuspension(t *testing.T) {
	h := newTown(t)
	h.answering(1)
	ctx := t.Context()
	if got := fields(h.s.Suspend(ctx, h.marco, slug, "")); !slices.Equal(got, []string{"reason:required"}) {
		t.Errorf("without a reason: %v", got)
	}
	h.at("2026-03-20 10:00")
	h.ok(h.s.Suspend(ctx, h.marco, slug, "Errore in un dato fornito al panel."))
	h.recorded("act/suspend moderator Marco: La piazza")
	if sus := h.get().Suspended; sus == nil || sus.Reason != "Errore in un dato fornito al panel." {
		t.Fatalf("suspension %+v", sus)
	}
	locked := func() error {
		id := h.get().ID
		return h.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := lifecycle.ShareRound(ctx, tx, id, 2)
			return err
		})
	}
	h.refused(locked(), fault.Conflict, "suspended")
	h.refused(h.s.CloseRound(ctx, h.furio, slug, 2, "Basta."), fault.Conflict, "suspended")
	h.refused(h.s.ExtendRound(ctx, h.furio, slug, 2, 2, "Ancora."), fault.Conflict, "suspended")
	h.refused(h.s.Suspend(ctx, h.anna, slug, "Di nuovo."), fault.Conflict, "suspended")
	c := h.get()
	h.refused(h.Panel.Enrol(ctx, h.carla, c.ID, c.Protocol.Panel.Groups[0].ID), fault.Conflict, "enrolment_closed")
	h.work("2026-03-29 12:00") // the deadline passes, and closes nothing
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundOpen, consultation.RoundPlanned)
	h.ok(h.s.Resume(ctx, h.anna, slug)) // nine days and two hours: ten whole days
	h.recorded("act/resume administrator Anna: La piazza")
	same(t, "deadline", h.round(2).Deadline, apptest.Rome("2026-04-07 23:59"))
	h.ok(h.s.Resume(ctx, h.anna, slug)) // pressed twice
	h.refused(h.s.Resume(ctx, h.marco, slug), fault.Conflict, "not_suspended")
	h.ok(locked())

	h.ok(h.s.Suspend(ctx, h.anna, slug, "Ricorso."))
	h.work("2026-06-17 11:59") // 80 days are left of 90
	if h.get().Suspended == nil {
		t.Fatal("resumed too early")
	}
	h.work("2026-06-17 13:00")
	if h.get().Suspended != nil {
		t.Fatal("still suspended")
	}
	h.recorded("act/resume system : La piazza")
	h.refused(h.s.Suspend(ctx, h.anna, slug, "Ancora."), fault.Conflict, "suspension_spent")
}

// TestSuspendedBeforeTheStart: the start shifts with it.
func TestSuspendedBeforeTheStart(t *testing.T) {
	h := newTown(t)
	h.announced()
	h.at("2026-03-05 10:00")
	h.ok(h.s.Suspend(t.Context(), h.anna, slug, "Neve."))
	h.work("2026-03-09 09:00")
	h.is(consultation.Announced, consultation.RoundPlanned, consultation.RoundPlanned, consultation.RoundPlanned)
	h.refused(h.s.Start(t.Context(), h.anna, slug), fault.Conflict, "suspended")
	h.work("2026-03-10 10:00")
	h.ok(h.s.Resume(t.Context(), h.anna, slug))
	same(t, "starts", h.get().StartsAt, apptest.Rome("2026-03-14 09:00"))
	h.work("2026-03-14 09:00")
	h.is(consultation.Running, consultation.RoundOpen, consultation.RoundPlanned, consultation.RoundPlanned)
}

// TestKeyDate ends whatever is under way, also when nothing can be tabulated.
func TestKeyDate(t *testing.T) {
	for _, stuck := range []bool{false, true} {
		t.Run(fmt.Sprintf("stuck %v", stuck), func(t *testing.T) {
			h := newTown(t)
			h.gathered(1)
			h.ok(h.s.ReleaseRound(t.Context(), h.marco, slug, 1))
			h.work("2026-03-24 09:00")
			// Suspensions do not move the key's date.
			h.ok(h.s.Suspend(t.Context(), h.anna, slug, "Ricorso."))
			h.at("2026-06-21 09:00")
			h.ok(h.s.Resume(t.Context(), h.anna, slug))
			h.tx(func(ctx context.Context, tx *postgres.Tx) error { // a round that outlives every plan
				_, err := tx.ExecContext(ctx, `UPDATE civic.round SET deadline = '2026-12-01' WHERE number = 2`)
				return err
			})
			h.stuck = stuck
			h.at("2026-08-09 00:00")
			err := h.queue.Drain(t.Context())
			if (err != nil) != stuck {
				t.Fatalf("drain: %v", err)
			}
			if stuck {
				h.is(consultation.Running, consultation.RoundReleased, consultation.RoundClosing, consultation.RoundPlanned)
			} else {
				h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundPlanned)
			}
			h.at("2026-08-10 00:00")
			h.ok(h.s.EndKey(t.Context(), h.get().ID)) // Drain would stop at the stuck one
			h.stuck = false
			h.drain()
			want := consultation.RoundReleased
			if stuck {
				want = consultation.RoundSkipped
			}
			h.is(consultation.Concluded, consultation.RoundReleased, want, consultation.RoundSkipped)
			if h.get().DestroyedAt.IsZero() {
				t.Error("the key lives on")
			}
			if skipped := slices.Contains(h.entries(), "act/skip system : round 2"); skipped != stuck {
				t.Errorf("the failure is recorded: %v", skipped)
			}
		})
	}
}

// TestEveryoneIsTold: about the opening and the last day, everyone enrolled and
// nobody else, once.
func TestEveryoneIsTold(t *testing.T) {
	h := newTown(t)
	h.announced()
	c := h.get()
	h.ok(h.Panel.Enrol(t.Context(), h.carla, c.ID, c.Protocol.Panel.Groups[0].ID))
	h.work("2026-03-09 09:00")
	h.work("2026-03-15 23:58")
	told := func() string {
		var letters []struct {
			Account uuid.UUID `db:"account"`
			Line    string    `db:"line"`
		}
		h.tx(func(ctx context.Context, tx *postgres.Tx) error {
			return tx.SelectContext(ctx, &letters, `SELECT account, kind || ' ' || round AS line FROM civic.outbox ORDER BY 2`)
		})
		var out []string
		for _, l := range letters {
			a, err := h.Accounts.Actor(t.Context(), l.Account)
			h.ok(err)
			out = append(out, a.Name+" "+l.Line)
		}
		return strings.Join(out, ", ")
	}
	if got := told(); got != "Carla round_opened 1" {
		t.Errorf("told: %s", got)
	}
	h.work("2026-03-15 23:59")
	h.ok(h.s.Remind(t.Context(), c.Rounds[0].ID)) // the same job again
	if got := told(); got != "Carla last_day 1, Carla round_opened 1" {
		t.Errorf("told: %s", got)
	}
	// A second consultation invites those who took part in the first.
	f := h.form()
	f.Slug, f.StartsOn = "mercato", "2026-04-20"
	_, err := h.Drafts.Create(t.Context(), h.anna, h.id, f)
	h.ok(err)
	h.ok(h.s.Announce(t.Context(), h.anna, "mercato"))
	if got := told(); got != "Carla invitation 0, Carla last_day 1, Carla round_opened 1" {
		t.Errorf("told: %s", got)
	}
}
