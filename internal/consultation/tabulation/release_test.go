package tabulation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

// standingHouse imports a conversation of three points with n voters.
func standingHouse(t testing.TB, n, items int, change ...func(*protocol.Protocol)) (*house, []uuid.UUID, func(i int, values ...int)) {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), keys: t.TempDir()}
	h.db = testdb.NewAt(t, h.clock)
	h.wire()
	ctx := t.Context()
	a, err := h.accounts.Found(ctx, account.Administration{Slug: "archivio", Name: "Archivio"})
	h.must(err)
	protocol, err := protocol.Standing(protocol.StandingPlan{Language: "it", GroupName: "Tutti", Days: 1, LatestKeyDate: "2027-03-01"})
	h.must(err)
	for _, f := range change {
		f(&protocol)
	}
	h.c, err = h.consultations.Import(ctx, steering.ImportPlan{
		ID: uuid.New(), Administration: a.ID, Title: "Altrove", Question: "Che ne dite?", Language: "it",
		Origin: consultation.Origin{Name: "Polis", URL: "https://example.org", Licence: "CC BY 4.0"}, Protocol: protocol,
	})
	h.must(err)
	var ids []uuid.UUID
	h.must(h.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Lock(ctx, tx, h.c.ID)
		if err != nil {
			return err
		}
		for i := range items {
			item, err := h.consultations.AddItem(ctx, tx, &c, "", fmt.Sprintf("Commento %d", i+1), nil)
			if err != nil {
				return err
			}
			ids = append(ids, item.ID)
		}
		return nil
	}))
	h.must(h.panel.EnrolForeign(ctx, h.c.ID, h.group(), n))
	return h, ids, func(i int, values ...int) {
		t.Helper()
		seats, err := h.pseudonyms.Foreign(ctx, h.c.ID, h.group(), fmt.Sprint("voter ", i))
		h.must(err)
		var answers []delphi.Answer
		for k, v := range values {
			if v > 0 {
				answers = append(answers, delphi.Answer{Item: ids[k].String(), Value: v})
			}
		}
		_, err = h.ballots.Cast(ctx, seats[0], 1, ballot.Answers{Given: answers}, ballot.Part{})
		h.must(err)
	}
}

// releases gives what each release says, by tick.
func (h *house) releases() []feedback.Document {
	h.t.Helper()
	var out []feedback.Document
	for _, d := range h.text(`SELECT document FROM civic.feedback ORDER BY tick`) {
		var f feedback.Document
		h.must(json.Unmarshal([]byte(d), &f))
		out = append(out, f)
	}
	return out
}

func TestAStandingRoundReleasesWhatEnoughPeopleTouched(t *testing.T) {
	ctx := t.Context()
	h, _, cast := standingHouse(t, 60, 3)
	// First item: 33 answers. Second: 9, one short of ten. Third: none.
	for i := range 33 {
		switch {
		case i < 9:
			cast(i, 3, 2)
		case i < 21:
			cast(i, 3)
		default:
			cast(i, 1)
		}
	}
	h.must(h.tabulation.Release(ctx, h.c.ID, 1, false))
	first := h.releases()[0]
	if d := cmp.Diff([]int{10, 0, 20}, first.Items[0].Figures.Histogram); d != "" {
		t.Error("interim counts are to the nearest five:", d)
	}
	if first.Items[0].Released != 1 || first.Items[1].Released != 0 || len(first.Items[1].Tables) != 0 {
		t.Errorf("released in %d and %d", first.Items[0].Released, first.Items[1].Released)
	}
	if first.Answered != 30 {
		t.Errorf("an open round tells that %d answered", first.Answered)
	}

	// Nine change their first item: not enough. Many keep it and say so again.
	for i := range 9 {
		cast(i, 2)
	}
	for i := 9; i < 33; i++ {
		if i < 21 {
			cast(i, 3)
		} else {
			cast(i, 1)
		}
	}
	cast(9, 0, 2) // the tenth on the second item
	h.must(h.tabulation.Release(ctx, h.c.ID, 2, false))
	second := h.releases()[1]
	if second.Items[0].Released != 1 {
		t.Error("nine changes released an item again")
	}
	if d := cmp.Diff(first.Items[0].Figures, second.Items[0].Figures); d != "" {
		t.Error("an item that is not released shows other figures:", d)
	}
	if second.Items[1].Released != 2 {
		t.Error("ten answers since the beginning did not release the second item")
	}
	// A tenth change, after two releases, counts with the nine before.
	cast(10, 2)
	h.must(h.tabulation.Release(ctx, h.c.ID, 3, false))
	if third := h.releases()[2]; third.Items[0].Released != 3 {
		t.Error("ten changes since its last release do not release an item")
	}

	// The end: everything, to the person, and the round is released.
	h.must(h.tabulation.Release(ctx, h.c.ID, 4, true))
	h.must(h.queue.Drain(ctx))
	f, err := h.archive.Feedback(ctx, h.c.ID, 1)
	h.must(err)
	if f.Tick != 4 || f.Answered != 33 {
		t.Errorf("last release %d with %d people", f.Tick, f.Answered)
	}
	if d := cmp.Diff([]int{12, 10, 11}, f.Items[0].Figures.Histogram); d != "" {
		t.Error("last counts are exact:", d)
	}
	if f.Items[1].Counts.Valid != 10 {
		t.Errorf("%d answers of 10 to the second item", f.Items[1].Counts.Valid)
	}
	if f.Items[2].Verdict.Key != verdict.TooFew || len(f.Items[2].Tables) != 0 {
		t.Errorf("nobody answered, and it is %s", f.Items[2].Verdict.Key)
	}
	h.refresh()
	if h.c.Rounds[0].State != consultation.RoundReleased {
		t.Errorf("the round is %s", h.c.Rounds[0].State)
	}
}

func TestAReleaseIsMadeOnceAndInOrder(t *testing.T) {
	ctx := t.Context()
	h, _, cast := standingHouse(t, 12, 1)
	for i := range 12 {
		cast(i, 3)
	}
	h.refused(h.tabulation.Release(ctx, h.c.ID, 2, false), fault.Conflict, "tick_order")
	for range 2 {
		h.must(h.tabulation.Release(ctx, h.c.ID, 1, false))
	}
	if n := len(h.releases()); n != 1 {
		t.Errorf("%d releases of 1", n)
	}
	for range 2 {
		h.must(h.tabulation.Release(ctx, h.c.ID, 2, true))
	}
	h.refused(h.tabulation.Release(ctx, h.c.ID, 3, false), fault.Conflict, "round_closed")
	if n := len(h.releases()); n != 2 {
		t.Errorf("%d releases of 2", n)
	}
	if n := h.text(`SELECT count(*)::text FROM panel.ballot`)[0]; n != "12" {
		t.Errorf("%s ballots are left", n)
	}
}

// Whoever has answered sees what releases showed of that, and nobody sees anything else of an
// open standing round: not on its page, nor in the record, nor by guessing what an entry's
// digests are of.
func TestInterimFiguresAreForThoseWhoAnswered(t *testing.T) {
	ctx := t.Context()
	h, ids, cast := standingHouse(t, 14, 2)
	for i := range 12 {
		cast(i, 3)
	}
	for i := range 11 {
		cast(i, 0, 2)
	}
	h.must(h.tabulation.Release(ctx, h.c.ID, 1, false))
	told := func(voter int) (out [2]bool, nothing bool) {
		t.Helper()
		seats, err := h.pseudonyms.Foreign(ctx, h.c.ID, h.group(), fmt.Sprint("voter ", voter))
		h.must(err)
		p, err := h.ballots.Paper(ctx, seats[0], 1)
		h.must(err)
		return [2]bool{p.Told(ids[0]), p.Told(ids[1])}, p.Feedback == nil
	}
	cast(12, 0, 1)
	for voter, want := range map[int][2]bool{0: {true, true}, 11: {true, false}, 12: {false, true}, 13: {}} {
		if got, nothing := told(voter); got != want || nothing != (voter == 13) {
			t.Errorf("voter %d is told %v, nothing %v; want %v", voter, got, nothing, want)
		}
	}
	_, err := h.archive.Feedback(ctx, h.c.ID, 1)
	h.refused(err, fault.Conflict, "not_released")
	public := func() (all []Public) {
		t.Helper()
		h.must(h.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
			all, err = h.tabulation.Published(ctx, tx, h.c.ID)
			return err
		}))
		return all
	}
	if all := public(); len(all) != 0 {
		t.Errorf("%d releases of an open round are in the record", len(all))
	}
	entry := h.text(`SELECT text FROM record.entry WHERE type = 'release'`)[0]
	for _, stored := range h.text(`SELECT unnest(ARRAY[c.counts, c.tally, c.items, f.document]) FROM civic.closing AS c JOIN civic.feedback AS f ON f.round = c.round AND f.tick = c.tick`) {
		if strings.Contains(entry, leaf.Digest([]byte(stored))) {
			t.Errorf("the entry %s has the bare digest of %s", entry, stored)
		}
	}
	h.must(h.tabulation.Release(ctx, h.c.ID, 2, true))
	if all := public(); len(all) != 2 || !slices.Contains(all[0].Papers(), "salt") && !slices.Contains(all[1].Papers(), "salt") {
		t.Errorf("in the record of the released round are %+v", all)
	}
}

// A tick makes a release when enough people gave or changed an answer, and otherwise
// nothing: nine of ten make none, and what comes a second after a tick is counted by the next.
func TestTicksReleaseWhatEnoughPeopleTouched(t *testing.T) {
	ctx := t.Context()
	h, _, cast := standingHouse(t, 60, 1, func(p *protocol.Protocol) { p.Rounds[0].Days = 3 })
	h.refresh()
	round := h.c.Rounds[0]
	job := steering.Tick{Round: round.ID}
	next := func() time.Time {
		t.Helper()
		return h.c.NextTick(round, h.now)
	}
	tick := func(releases int) {
		t.Helper()
		h.now = next()
		due := next()
		h.must(h.tabulation.ticked(ctx, h.queue, job))
		h.must(h.tabulation.ticked(ctx, h.queue, job)) // another server
		if n := len(h.releases()); n != releases {
			t.Errorf("at %v there are %d releases, want %d", h.now, n, releases)
		}
		at := h.text(`SELECT to_char(max(scheduled_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM queue.river_job WHERE kind = 'tick_round' AND state IN ('available', 'scheduled')`)[0]
		if want := due.UTC().Format(time.DateTime); at != want {
			t.Errorf("the next tick is at %s, want %s", at, want)
		}
	}
	if first := next(); first.Sub(round.OpenedAt) != time.Hour {
		t.Errorf("the first tick is %v after the opening", first.Sub(round.OpenedAt))
	}
	for i := range 9 {
		cast(i, 1)
	}
	tick(0)
	cast(9, 1)
	tick(1)
	h.now = h.now.Add(time.Second)
	for i := range 10 {
		cast(i, 3)
	}
	if n := len(h.releases()); n != 1 {
		t.Errorf("answers after a tick made release %d", n)
	}
	tick(2)
	tick(2)
	h.must(h.tabulation.Release(ctx, h.c.ID, 3, true))
	h.now = next()
	h.must(h.tabulation.ticked(ctx, h.queue, job)) // finds it closed
	if n := len(h.releases()); n != 3 {
		t.Errorf("%d releases after the deadline's", n)
	}
}

// An interim release commits to its rounded tally and has no leaves; the deadline's
// has leaves for every voter, also for those who were imported and hold no receipt.
func TestAStandingRoundHasLeavesAtItsDeadlineAlone(t *testing.T) {
	ctx := t.Context()
	h, _, cast := standingHouse(t, 60, 2)
	for i := range 33 {
		cast(i, 1+i%3, 1+i%2)
	}
	h.must(h.tabulation.Release(ctx, h.c.ID, 1, false))
	interim := h.text(`SELECT heads || superseded || coalesce(encode(root, 'hex'), '') || '|' || tally FROM civic.closing WHERE tick = 1`)[0]
	if len(interim) < 20 || interim[0] != '|' || len(h.text(`SELECT tbl FROM civic.leaves`)) > 0 {
		t.Errorf("an interim release left %q", interim)
	}
	for i := 33; i < 40; i++ {
		cast(i, 2, 2)
	}
	cast(0, 3, 3) // changes their answers: what was said before is superseded
	h.must(h.tabulation.Release(ctx, h.c.ID, 2, true))
	h.refresh()
	if d := cmp.Diff(map[string]int{"A": 2, "B": 1}, h.prove(1)); d != "" {
		t.Error(d)
	}
	if p := h.published(1); p.counts.Answered != 40 || len(p.superseded) != 65 {
		t.Errorf("%d ballots, superseded %q", p.counts.Answered, p.superseded)
	}
	types := h.text(`
		SELECT string_agg(split_part(text, chr(10), 2), ' ' ORDER BY sequence)
		FROM record.entry
		WHERE split_part(text, chr(10), 2) IN ('release', 'round_closed', 'feedback')`)
	if types[0] != "release round_closed feedback" {
		t.Errorf("the record says %v", types)
	}
}
