package steering_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
)

// TestTwoServersCloseOnce lets several servers find the same deadline at the same moment.
func TestTwoServersCloseOnce(t *testing.T) {
	h := newTown(t)
	h.answering(1)
	h.at("2026-03-28 23:59")
	round := h.round(2).ID
	var all sync.WaitGroup
	failed := make([]error, 6)
	for i := range failed {
		q, s := h.server()
		all.Go(func() {
			if i%2 == 0 {
				failed[i] = q.Drain(t.Context())
			} else {
				failed[i] = s.CloseDue(t.Context(), round)
			}
		})
	}
	all.Wait()
	for _, err := range failed {
		h.ok(err)
	}
	h.drain()
	n := 0
	for _, line := range h.entries() {
		if line == "act/close system : round 2" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the record says %d times that round 2 closed", n)
	}
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundPlanned)
}

// TestServersAtWork runs two servers on the real clock: the consultation starts by
// itself, and its round closes once, at the deadline to the microsecond.
func TestServersAtWork(t *testing.T) {
	h := newTown(t)
	h.Clock.Set(time.Time{})
	f := h.form()
	f.StartsOn, f.CommitmentDecideBy = time.Now().In(civiltime.Rome).Format(time.DateOnly), "2199-01-01"
	// At nine or at once, whichever is later; a start before nine is brought about by hand.
	_, err := h.Drafts.Create(t.Context(), h.anna, h.id, f)
	h.ok(err)
	h.ok(h.s.Announce(t.Context(), h.anna, slug))
	if h.get().StartsAt.After(time.Now()) {
		h.ok(h.s.Start(t.Context(), h.anna, slug))
	}
	q, _ := h.server()
	for _, server := range []*job.Queue{h.queue, q} {
		h.ok(server.Start(t.Context()))
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 5*time.Second)
			defer cancel()
			if err := server.Stop(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	until := func(state consultation.RoundState) consultation.Round {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			if r := h.round(1); r.State == state {
				return r
			}
		}
		t.Fatalf("round 1 is %s, not %s", h.round(1).State, state)
		return consultation.Round{}
	}
	r := until(consultation.RoundOpen)
	h.tx(func(ctx context.Context, tx *postgres.Tx) error {
		r.Deadline = tx.Now.Add(700 * time.Millisecond)
		if err := lifecycle.SaveRound(ctx, tx, r); err != nil {
			return err
		}
		return h.s.Await(ctx, tx, r)
	})
	same(t, "closed", until(consultation.RoundClosed).ClosedAt, r.Deadline)
	n := 0
	for _, line := range h.entries() {
		if line == "act/close system : round 1" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the record says %d times that round 1 closed", n)
	}
}

// TestTwoHandsOpenOnce: of two facilitators' clicks one opens the round.
func TestTwoHandsOpenOnce(t *testing.T) {
	h := newTown(t)
	h.gathered(1)
	h.ok(h.s.ReleaseRound(t.Context(), h.marco, slug, 1))
	var all sync.WaitGroup
	failed := make([]error, 4)
	for i := range failed {
		_, s := h.server()
		all.Go(func() { failed[i] = s.OpenRound(t.Context(), h.furio, slug, 2) })
	}
	all.Wait()
	for _, err := range failed {
		h.ok(err) // a second press of the same hand ends as the first
	}
	opened := 0
	for _, e := range h.entries() {
		if strings.HasPrefix(e, "round_opened/open facilitator") {
			opened++
		}
	}
	if opened != 1 {
		t.Errorf("opened %d times: %v", opened, h.entries())
	}
}

// A crowd that answers without a pause does not keep a round from closing.
func TestAClosingGetsItsTurnInACrowd(t *testing.T) {
	h := newTown(t)
	h.answering(1)
	open := h.get().Current()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	done, came := make(chan struct{}), make(chan struct{}, 1000)
	var crowd sync.WaitGroup
	for range 14 { // one always holds the lock before another lets it go
		crowd.Go(func() {
			for ctx.Err() == nil {
				select {
				case <-done:
					return
				default:
				}
				err := h.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
					if _, err := lifecycle.ShareRound(ctx, tx, open.Consultation, open.Number); err != nil {
						return err
					}
					select {
					case came <- struct{}{}:
					default:
					}
					_, err := tx.ExecContext(ctx, `SELECT pg_sleep(0.05)`)
					return err
				})
				if err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 24 {
		<-came
	}
	err := h.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		_, _, err := lifecycle.LockRound(ctx, tx, open.ID)
		return err
	})
	close(done)
	crowd.Wait()
	if err != nil {
		t.Error(err)
	}
}
