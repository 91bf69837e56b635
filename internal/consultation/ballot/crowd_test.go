package ballot

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/pseudonym"
)

// Many hand in at once, some of them twice, some with what cannot be counted: each
// is told about their own ballot, and what was acknowledged is there.
func TestACrowdIsCommittedTogetherAndEachIsToldTheirOwn(t *testing.T) {
	h, ctx := newHouse(t, 40, 3), t.Context()
	marks := make([]string, len(h.people))
	var all sync.WaitGroup
	for i := range h.people {
		seat, good, bad := h.seat(i), h.answers(2, 1+i%9, 5, 5), h.answers(2, 99)
		all.Go(func() {
			for range 3 { // a replay is the same ballot
				r, err := h.ballots.Cast(ctx, seat, 2, good)
				if err != nil || marks[i] != "" && marks[i] != r.Mark {
					t.Errorf("person %d: %v, %s after %s", i, err, r.Mark, marks[i])
					return
				}
				marks[i] = r.Mark
				if _, err := h.ballots.Cast(ctx, seat, 2, bad); fault.KindOf(err) != fault.Invalid {
					t.Errorf("person %d: a point off the scale: %v", i, err)
				}
			}
		})
	}
	all.Wait()
	for i := range h.people {
		p, err := h.ballots.Paper(ctx, h.seat(i), 2)
		if err != nil || p.Mark != marks[i] || p.Mark == "" {
			t.Errorf("person %d: acknowledged %s, stored %s (%v)", i, marks[i], p.Mark, err)
		}
	}
}

// While a batch is in work, what comes waits and is taken together: in the order
// of panelists and never of arrival, one round a batch, one request a ballot.
func TestWhatWaitsIsTakenTogetherInNobodysOrder(t *testing.T) {
	started, gate := make(chan []*waiter, 16), make(chan struct{})
	c := crowd{commit: func(_ context.Context, batch []*waiter) {
		started <- batch
		<-gate
		for _, w := range batch {
			w.done <- outcome{}
		}
	}}
	one := uuid.New()
	var all sync.WaitGroup
	enter := func(panelist byte, round int) {
		all.Go(func() {
			c.enter(t.Context(), pseudonym.Seat{Consultation: one, Panelist: pseudonym.Panelist{panelist}}, round, hand{})
		})
	}
	waits := func(n int) {
		for range 5000 {
			c.mu.Lock()
			there := len(c.waiting)
			c.mu.Unlock()
			if there == n {
				return
			}
			time.Sleep(time.Millisecond)
		}
		t.Fatalf("never did %d wait", n)
	}
	for i := range leaders { // each leader has one ballot in work
		enter(byte(100+i), 2)
		<-started
	}
	for n, who := range []byte{9, 3, 7, 100, 3, 5} {
		enter(who, 2)
		waits(n + 1)
	}
	enter(4, 3)
	waits(7)
	gate <- struct{}{}
	next := <-started
	got := ""
	for _, w := range next {
		got += fmt.Sprint(w.seat.Panelist[0], "/", w.round, " ")
	}
	// 100 may still be in work with the other leader; 3 comes once.
	if got != "3/2 5/2 7/2 9/2 " && got != "3/2 5/2 7/2 9/2 100/2 " {
		t.Errorf("taken together: %s", got)
	}
	close(gate)
	all.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.busy) != 0 || len(c.waiting) != 0 {
		t.Errorf("%d in work and %d waiting at the end", len(c.busy), len(c.waiting))
	}
}

// Who gives up waiting takes nobody along.
func TestARequestThatGivesUpTakesNobodyAlong(t *testing.T) {
	h := newHouse(t, 2, 1)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = h.ballots.Cast(gone, h.seat(0), 2, h.answers(2, 5)) // whether it counts is not promised
	if _, err := h.ballots.Cast(t.Context(), h.seat(1), 2, h.answers(2, 5)); err != nil {
		t.Error(err)
	}
}
