package tabulation

import (
	"sync"
	"testing"

	"delfi/internal/consultation/ballot"
)

// No use case of a ballot, nor the jobs of a closing, a release and an end, takes a
// second connection while it holds one.
func TestBallotsNeedOneConnection(t *testing.T) {
	h := newHouse(t, 10, 2)
	h.db.Pool().SetMaxOpenConns(1)
	ctx := t.Context()
	var all sync.WaitGroup
	for i := range 10 {
		seat, answers := h.seat(i), h.answers(2, 5, 1+i%9)
		all.Go(func() {
			if _, err := h.ballots.Paper(ctx, seat, 2); err != nil {
				t.Error(err)
			}
			if err := h.ballots.Save(ctx, seat, 2, answers); err != nil {
				t.Error(err)
			}
			if _, err := h.ballots.Deliver(ctx, seat, 2, ballot.Part{Words: "parole"}); err != nil {
				t.Error(err)
			}
			if _, err := h.ballots.Proof(ctx, seat, 2); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	h.must(h.tabulation.turnout(ctx, Turnout{}))
	h.finish(2)
	if _, err := h.archive.Feedback(ctx, h.c.ID, 2); err != nil {
		t.Error(err)
	}
	h.prove(2)
	h.conclude()
	h.must(h.queue.Drain(ctx))
}

func TestReleasesOfAStandingRoundNeedOneConnection(t *testing.T) {
	h, _, cast := standingHouse(t, 12, 2)
	h.db.Pool().SetMaxOpenConns(1)
	for i := range 12 {
		cast(i, 1+i%3, 2)
	}
	h.must(h.queue.Drain(t.Context()))
	h.pass(1)
	h.pass(3)
}
