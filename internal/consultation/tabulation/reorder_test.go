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

// Whoever is the first of a round, and alone in the hour: their rows keep no transaction
// that another row of theirs was born beside, and where nobody came nothing is written.
func TestWhoVotesAloneKeepsNoRowAsItCame(t *testing.T) {
	h, ctx := newHouse(t, 2, 2), t.Context()
	part, panel := "panel."+ballotPart(h.c.Rounds[1].ID), "panel."+panelistPart(h.c.ID)
	stamp := func(table string) (xmin string) {
		t.Helper()
		h.must(h.db.Pool().Get(&xmin, `SELECT string_agg(DISTINCT xmin::text, ' ') FROM `+table))
		return xmin
	}
	for i := range 2 { // the one who came before was written anew already
		h.cast(2, i, 5)
		ballots, people := stamp(part), stamp(panel)
		h.must(h.tabulation.reorder(ctx, h.c.Rounds[1]))
		if after := stamp(part); after == ballots || stamp(panel) == people || after != stamp(panel) {
			t.Errorf("person %d: ballots of %s are of %s, people of %s of %s", i, ballots, after, people, stamp(panel))
		}
	}
	ballots := stamp(part)
	h.must(h.tabulation.reorder(ctx, h.c.Rounds[1]))
	if after := stamp(part); after != ballots {
		t.Errorf("nobody came, and what was of %s is of %s", ballots, after)
	}
}
