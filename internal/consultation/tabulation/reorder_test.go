package tabulation

import (
	"sync"
	"testing"

	"delfi/internal/consultation/ballot"
)

// While an open round's rows are written anew, nobody who reads or answers misses a
// ballot: receipts are found, drafts do not push out what was delivered, and the
// count is whole.
func TestMinglingHidesNoBallot(t *testing.T) {
	h, ctx := newHouse(t, 12, 2), t.Context()
	for i := range h.people {
		h.cast(2, i, 5)
	}
	var busy, reordering sync.WaitGroup
	done := make(chan struct{})
	reordering.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			if err := h.tabulation.reorder(ctx, h.c.Rounds[1]); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for i := range h.people {
		seat := h.seat(i)
		busy.Go(func() {
			for n := range 15 {
				if err := h.ballots.Save(ctx, seat, 2, h.answers(2, 1+(i+n)%9)); err != nil {
					t.Error(err)
				}
				if _, err := h.ballots.Receipt(ctx, seat, 2); err != nil {
					t.Errorf("person %d, time %d: %v", i, n, err)
				}
				if p, err := h.ballots.Paper(ctx, seat, 2); err != nil || p.Mark == "" {
					t.Errorf("person %d, time %d: no ballot on the paper (%v)", i, n, err)
				}
				if _, err := h.ballots.Deliver(ctx, seat, 2, ballot.Part{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	busy.Wait()
	close(done)
	reordering.Wait()
}
