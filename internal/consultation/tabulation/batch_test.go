package tabulation

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"delfi/internal/consultation/ballot"
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
				r, err := h.ballots.Cast(ctx, seat, 2, good, ballot.Part{})
				if err != nil || marks[i] != "" && marks[i] != r.Mark {
					t.Errorf("person %d: %v, %s after %s", i, err, r.Mark, marks[i])
					return
				}
				marks[i] = r.Mark
				if _, err := h.ballots.Cast(ctx, seat, 2, bad, ballot.Part{}); fault.KindOf(err) != fault.Invalid {
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
	h, ctx := newHouse(t, 12, 1), t.Context()
	batch := 0
	for try := 1; batch < 3; try++ {
		if try == 9 {
			t.Fatalf("%d tries, and no batch of three", try)
		}
		h.together(ctx, 1+try)
		for table, id := range map[string]string{"panel.ballot": "panelist", "panel.panelist": "id"} {
			if wrong := h.text(`
				SELECT encode(id, 'hex')
				FROM (SELECT ` + id + ` AS id, lag(` + id + `) OVER (PARTITION BY xmin::text ORDER BY ctid) AS before FROM ` + table + `) AS r
				WHERE id < before`); len(wrong) > 0 {
				t.Errorf("%s: after another of their batch lie %v", table, wrong)
			}
		}
		n, err := strconv.Atoi(h.text(`SELECT max(n)::text FROM (SELECT count(*) AS n FROM panel.ballot GROUP BY xmin::text) AS b`)[0])
		h.must(err)
		batch = max(batch, n)
	}
}

// together has everybody hand in while the round's lock is taken: the first one's batch
// waits for it, and those who come meanwhile are in the next.
func (h *house) together(ctx context.Context, value int) {
	h.t.Helper()
	tx, err := h.db.Pool().Beginx()
	h.must(err)
	_, err = tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('round ' || $1::text || '/2', 0))`, h.c.ID.String())
	h.must(err)
	var all sync.WaitGroup
	for i := range h.people {
		seat, answers := h.seat(i), h.answers(2, value)
		all.Go(func() {
			if _, err := h.ballots.Cast(ctx, seat, 2, answers, ballot.Part{}); err != nil {
				h.t.Errorf("person %d: %v", i, err)
			}
		})
	}
	h.must(tx.Commit())
	all.Wait()
}

// Who gives up waiting takes nobody along.
func TestARequestThatGivesUpTakesNobodyAlong(t *testing.T) {
	h := newHouse(t, 2, 1)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = h.ballots.Cast(gone, h.seat(0), 2, h.answers(2, 5), ballot.Part{}) // whether it counts is not promised
	if _, err := h.ballots.Cast(t.Context(), h.seat(1), 2, h.answers(2, 5), ballot.Part{}); err != nil {
		t.Error(err)
	}
}
