package ballot

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"

	"delfi/internal/fault"
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
				r, err := h.ballots.Cast(ctx, seat, 2, good, Part{})
				if err != nil || marks[i] != "" && marks[i] != r.Mark {
					t.Errorf("person %d: %v, %s after %s", i, err, r.Mark, marks[i])
					return
				}
				marks[i] = r.Mark
				if _, err := h.ballots.Cast(ctx, seat, 2, bad, Part{}); fault.KindOf(err) != fault.Invalid {
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

// Rows of one batch lie in the order of their panelists, whatever the order in which
// these came: a copied table tells nobody who answered first.
func TestABatchIsWorkedInNobodysOrder(t *testing.T) {
	h := newHouse(t, 12, 1)
	var batch []*entrant
	for i := range h.people {
		batch = append(batch, &entrant{seat: h.seat(i), in: hand{answers: h.answers(2, 5), deliver: true}})
	}
	slices.SortFunc(batch, func(a, b *entrant) int { return bytes.Compare(b.seat.Panelist[:], a.seat.Panelist[:]) })
	came := slices.Clone(batch)
	h.must(h.ballots.commit(t.Context(), roundKey{consultation: h.c.ID, round: 2}, batch))
	if !slices.Equal(batch, came) {
		t.Error("the crowd's own batch was put in another order")
	}
	for i, e := range batch {
		if e.told.err != nil || e.told.board.Round.Number != 2 {
			t.Errorf("the one who came as number %d is told %v of round %d", i, e.told.err, e.told.board.Round.Number)
		}
	}
	lie := h.text(`SELECT encode(panelist, 'hex') FROM panel.ballot ORDER BY ctid`)
	if len(lie) != len(batch) || !slices.IsSorted(lie) {
		t.Errorf("they lie as %v", lie)
	}
	if lie := h.text(`SELECT encode(id, 'hex') FROM panel.panelist ORDER BY ctid`); len(lie) != len(batch) || !slices.IsSorted(lie) {
		t.Errorf("their panelists lie as %v", lie)
	}
}

// Who gives up waiting takes nobody along.
func TestARequestThatGivesUpTakesNobodyAlong(t *testing.T) {
	h := newHouse(t, 2, 1)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = h.ballots.Cast(gone, h.seat(0), 2, h.answers(2, 5), Part{}) // whether it counts is not promised
	if _, err := h.ballots.Cast(t.Context(), h.seat(1), 2, h.answers(2, 5), Part{}); err != nil {
		t.Error(err)
	}
}
