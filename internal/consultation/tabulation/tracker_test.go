package tabulation

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// whole is a release of the standing round counted from all its ballots at once.
type whole struct {
	table.Closing
	tally   *table.Tally
	changed map[string]int
}

func (h *house) wholly(earlier []table.Closing) whole {
	h.t.Helper()
	ctx := h.t.Context()
	round := h.c.Rounds[0]
	safe, err := h.pseudonyms.Safe(ctx, h.c.ID)
	h.must(err)
	defer safe.Close()
	items := h.items(1)
	t, err := table.NewTally(h.c.Protocol, 1, engineItems(items))
	h.must(err)
	v, err := newVotes(h.c.Protocol, round, items)
	h.must(err)
	shown, changed := feedback.LastShown(earlier), map[string]int{}
	var b delphi.Ballot
	h.must(h.tabulation.decrypt(ctx, safe, h.c.Protocol, round, false, func(p *opened) error {
		for _, e := range p.payload.Entries {
			if n, asked := v.at[e.Item]; asked && int(e.Since) >= shown[v.names[n]] {
				changed[v.names[n]]++
			}
		}
		v.answers(&b, p)
		return t.Add(b)
	}))
	var people []int
	h.must(h.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		people, err = h.consultations.Enrolled(ctx, tx, h.c)
		return err
	}))
	out, err := table.Release(h.c.Protocol, t, people, changed, false)
	h.must(err)
	return whole{out, t, changed}
}

// ticks are the releases so far, as they are stored.
func (h *house) ticks() []table.Closing {
	h.t.Helper()
	var out []table.Closing
	h.must(h.db.Read(h.t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		out, err = ticksOf(ctx, tx, h.c.Rounds[0].ID)
		return err
	}))
	return out
}

// A release that reads what changed says what one would say that reads everything,
// whatever happened in between: new people, changed, repeated and drafted answers,
// new statements, ballots and people that are gone, rows written anew, a process
// started again, and two that take turns.
func TestAReleaseOfWhatChangedIsThatOfEverything(t *testing.T) {
	ctx := t.Context()
	const people = 90
	h, ids, _ := standingHouse(t, people, 4)
	h.refresh()
	r := rand.New(rand.NewPCG(5, 5))
	processes := []*Service{h.tabulation}
	h.wire()
	processes = append(processes, h.tabulation)
	answers := func() ballot.Answers {
		var out []delphi.Answer
		for _, id := range ids {
			if v := r.IntN(4); v > 0 { // 0 leaves it as it was
				out = append(out, delphi.Answer{Item: id.String(), Value: v})
			}
		}
		return ballot.Answers{Given: append(out, delphi.Answer{Item: ids[0].String(), Value: 1 + r.IntN(3)})}
	}
	seats, err := h.pseudonyms.Foreign(ctx, h.c.ID, h.group(), strings.Fields(strings.Repeat("v ", people))...)
	h.must(err)
	for i := range seats {
		seats[i].Panelist[0], seats[i].Panelist[1] = byte(i), byte(i>>8)
	}
	cast := func(i int) {
		_, err := h.ballots.Cast(ctx, seats[i], 1, answers(), ballot.Part{})
		h.must(err)
	}
	for tick := 1; tick <= 14; tick++ {
		// Often too few for a release: what they changed waits for the next.
		for range []int{r.IntN(6), r.IntN(60)}[r.IntN(2)] {
			cast(r.IntN(min(people-1, 20*tick)))
		}
		h.must(h.ballots.Save(ctx, seats[1], 1, answers()))
		switch tick {
		case 4:
			h.must(h.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
				c, err := lifecycle.Lock(ctx, tx, h.c.ID)
				if err != nil {
					return err
				}
				item, err := h.consultations.AddItem(ctx, tx, &c, "", "Un commento venuto dopo", nil)
				ids = append(ids, item.ID)
				return err
			}))
		case 6:
			h.must(h.tabulation.reorder(ctx, h.c.Rounds[0]))
		case 8:
			h.must(h.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
				_, err := tx.ExecContext(ctx, `DELETE FROM panel.ballot WHERE round = $1 AND panelist = $2`, h.c.Rounds[0].ID, seats[2].Panelist[:])
				return err
			}))
			cast(people - 1) // as many as before, and others
		case 10:
			h.wire()
			processes[1] = h.tabulation
		}
		earlier := h.ticks()
		want := h.wholly(earlier)
		by := processes[r.IntN(2)]
		h.must(by.Release(ctx, h.c.ID, tick, false))
		if d := cmp.Diff(want.Closing, h.ticks()[tick-1]); d != "" {
			t.Fatalf("release %d: %s", tick, d)
		}
		// What is shown is rounded; what it is rounded from is equal too.
		m := by.trackers.of[h.c.Rounds[0].ID]
		if d := cmp.Diff(want.changed, m.changed(h.c.Protocol, feedback.LastShown(earlier))); d != "" {
			t.Fatalf("release %d, changes: %s", tick, d)
		}
		for _, id := range ids {
			if d := cmp.Diff(want.tally.Histogram(id.String()), m.tally.Histogram(id.String())); d != "" || m.tally.Answered() != want.tally.Answered() {
				t.Fatalf("release %d, item %s: %s", tick, id, d)
			}
		}
	}
	if n := len(h.tabulation.trackers.of); n != 1 {
		t.Errorf("%d rounds are remembered", n)
	}
	h.must(processes[0].Release(ctx, h.c.ID, 15, true))
	if n := len(processes[0].trackers.of); n != 0 {
		t.Errorf("%d rounds are remembered after their end", n)
	}
}

// Between two releases only what was written is read.
func TestAReleaseReadsWhatChangedAlone(t *testing.T) {
	ctx := t.Context()
	h, _, cast := standingHouse(t, 60, 1)
	for i := range 40 {
		cast(i, 1+i%3)
	}
	h.must(h.tabulation.Release(ctx, h.c.ID, 1, false))
	cast(3, 1+4%3)
	cast(5, 1+5%3) // the same again: nothing is written
	cast(40, 2)
	h.refresh()
	m := h.tabulation.trackers.take(h.c, h.c.Rounds[0])
	want := map[string]bool{}
	seats, err := h.pseudonyms.Foreign(ctx, h.c.ID, h.group(), "voter 3", "voter 40")
	h.must(err)
	for _, s := range seats {
		want[string(s.Panelist[:])] = true
	}
	h.must(h.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		changed, err := m.compare(func(visit func(pseudonym.Panelist, version) error) error {
			return ballotVersions(ctx, tx, h.c.Rounds[0].ID, visit)
		})
		if len(changed) != len(want) {
			t.Errorf("%d ballots would be read of %d that changed", len(changed), len(want))
		}
		for _, p := range changed {
			if !want[string(p)] {
				t.Error("a ballot would be read that did not change")
			}
		}
		return err
	}))
}

// What a process remembers of answers goes with their key, before it is confirmed
// that the key is gone, and does not come back with a release that was under way.
func TestWhatIsRememberedGoesWithTheKey(t *testing.T) {
	ctx := t.Context()
	h, _, cast := standingHouse(t, 20, 1)
	for i := range 20 {
		cast(i, 1+i%3)
	}
	h.must(h.tabulation.Release(ctx, h.c.ID, 1, false))
	h.refresh()
	round := h.c.Rounds[0].ID
	under := h.tabulation.trackers.take(h.c, h.c.Rounds[0])
	if len(under.voters) != 20 {
		t.Fatalf("%d voters are remembered", len(under.voters))
	}
	h.tabulation.trackers.give(round, under)
	under = h.tabulation.trackers.take(h.c, h.c.Rounds[0])
	h.must(h.pseudonyms.Destroy(ctx, h.c.ID))
	h.tabulation.trackers.give(round, under)
	if n := len(h.tabulation.trackers.of); n != 0 {
		t.Errorf("%d rounds are remembered after their key", n)
	}
}

// Where the protocol says so, a standing round closes before its deadline once two
// releases in a row say the same of every statement, and not before.
func TestAStandingRoundClosesOnDrift(t *testing.T) {
	const people = 130
	for _, auto := range []bool{true, false} {
		h, _, cast := standingHouse(t, people, 2, func(p *protocol.Protocol) {
			p.Stop, p.Rounds[0].Days, p.Rounds[0].MinDays = protocol.StopPlan{Auto: auto, When: "drift"}, 30, 0
		})
		h.refresh()
		for i := range people {
			cast(i, 1+i%3, 3)
		}
		h.must(h.tabulation.Release(t.Context(), h.c.ID, 1, false))
		// One statement moves: 43 people who agreed disagree. Of the other ten change,
		// which is less than the threshold.
		for i := range people {
			if i%3 == 2 {
				cast(i, 1, 3-i%12/11)
			}
		}
		h.must(h.tabulation.Release(t.Context(), h.c.ID, 2, false))
		h.refresh()
		if got := h.c.Rounds[0].State; got != consultation.RoundOpen {
			t.Fatalf("auto %v: after a release that moved the round is %s", auto, got)
		}
		// Twelve change places, and the counts stay. The other is not released again.
		for i := range 18 {
			if i%3 < 2 {
				cast(i, 2-i%3, 3)
			}
		}
		h.must(h.tabulation.Release(t.Context(), h.c.ID, 3, false))
		h.refresh()
		want := map[bool]consultation.RoundState{true: consultation.RoundClosing, false: consultation.RoundOpen}[auto]
		r := h.c.Rounds[0]
		if r.State != want || auto && !strings.Contains(r.Reason, "sotto la soglia") {
			for _, f := range h.releases() {
				for _, i := range f.Items {
					t.Logf("release %d: %+v", f.Tick, i.Verdict)
				}
			}
			t.Errorf("auto %v: the round is %s (%q), want %s", auto, r.State, r.Reason, want)
		}
		// The record has the release before the closing that it brings about.
		acts := h.text(`SELECT type FROM record.entry WHERE consultation = $1 ORDER BY sequence DESC LIMIT 2`, h.c.ID)
		if auto && !slices.Equal(acts, []string{"act", "release"}) {
			t.Errorf("the record ends with %q", acts)
		}
	}
}
