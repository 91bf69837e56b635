package moderation_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/platform/postgres"
)

// A claim keeps colleagues from a case for 15 minutes, and lapses by itself.
func TestClaimLapses(t *testing.T) {
	h := newTown(t)
	ctx, both := h.Context(), []uuid.UUID{h.byTiglio, h.byAirone}
	h.ok(h.s.Claim(ctx, h.marco, post, h.space(), both))
	until := h.clock().Add(15 * time.Minute)
	c := h.of(h.byTiglio)
	if !c.Claim.Held(h.clock()) || c.Claim.Name != "Marco" || !c.Claim.Until.Equal(until) || c.Version != 0 {
		t.Errorf("got %+v", c)
	}
	args := h.refused(h.s.Claim(ctx, h.mirta, post, h.space(), []uuid.UUID{h.other, h.byAirone}), fault.Conflict, "claimed")
	if args["name"] != "Marco" || !args["until"].(time.Time).Equal(until) {
		t.Errorf("says %v", args)
	}
	if h.of(h.other).Claim.Held(h.clock()) {
		t.Error("one of two was claimed: all or none")
	}
	_, err := h.does(h.mirta, moderation.Reject, nil, h.byTiglio)
	h.refused(err, fault.Conflict, "claimed")
	// Nobody gives up what is a colleague's.
	h.ok(h.s.Release(ctx, h.mirta, post, h.space(), both))
	h.pass(15*time.Minute - time.Second)
	h.refused(h.s.Claim(ctx, h.mirta, post, h.space(), both), fault.Conflict, "claimed")
	h.pass(time.Second)
	h.ok(h.s.Claim(ctx, h.mirta, post, h.space(), both))
	// One's own is begun anew, and given up.
	h.pass(10 * time.Minute)
	h.ok(h.s.Claim(ctx, h.mirta, post, h.space(), both))
	h.pass(10 * time.Minute)
	h.refused(h.s.Claim(ctx, h.marco, post, h.space(), both), fault.Conflict, "claimed")
	h.ok(h.s.Release(ctx, h.mirta, post, h.space(), both))
	h.ok(h.s.Claim(ctx, h.marco, post, h.space(), both))
	// An act ends the claim; what was examined is not claimed.
	h.rejects(both...)
	if c := h.of(h.byTiglio); c.Claim.Held(h.clock()) || c.Waiting || c.Version != 1 {
		t.Errorf("got %+v", c)
	}
	h.refused(h.s.Claim(ctx, h.mirta, post, h.space(), both), fault.Conflict, "acted_meanwhile")
	h.refused(h.s.Claim(ctx, h.mirta, post, h.space(), []uuid.UUID{uuid.New()}), fault.NotFound, "no_case")
	h.refused(h.s.Claim(ctx, person("Berta"), post, h.space(), both), fault.Forbidden, "wrong_role")
}

// The second of two moderators is told who did what when; an act that saw the same version
// passes.
func TestSecondModeratorIsTold(t *testing.T) {
	h := newTown(t)
	seen := map[uuid.UUID]int{h.byTiglio: 0, h.byAirone: 0}
	h.pass(31 * time.Minute)
	_, err := h.does(h.marco, moderation.Reject, seen, h.byTiglio, h.byAirone)
	h.ok(err)
	at := h.clock()
	h.pass(time.Minute)
	_, err = h.does(h.mirta, moderation.Link, seen, h.byAirone)
	args := h.refused(err, fault.Conflict, "acted_meanwhile")
	if args["alias"] != "Airone 5" || args["name"] != "Marco" || args["verb"] != "reject" || !args["at"].(time.Time).Equal(at) {
		t.Errorf("says %v", args)
	}
	if h.of(h.byAirone).Version != 1 {
		t.Error("the act that was refused counts")
	}
	// A program compares nothing, and versions go on.
	_, err = h.does(h.mirta, moderation.Requeue, map[uuid.UUID]int{h.byAirone: 1}, h.byAirone)
	h.ok(err)
	_, err = h.does(h.mirta, moderation.Reject, nil, h.byAirone)
	h.ok(err)
	if c := h.of(h.byAirone); c.Version != 3 {
		t.Errorf("got %+v", c)
	}
	// A version that never was, and none for one of two, name nobody.
	_, err = h.does(h.marco, moderation.Reject, map[uuid.UUID]int{h.other: 9}, h.other)
	h.refused(err, fault.Conflict, "unsaid")
	_, err = h.does(h.marco, moderation.Requeue, map[uuid.UUID]int{h.byAirone: 3}, h.byAirone, h.byTiglio)
	h.refused(err, fault.Conflict, "unsaid")
	_, err = h.does(h.marco, moderation.Reject, map[uuid.UUID]int{}, h.other)
	h.refused(err, fault.Conflict, "unsaid")
	if h.of(h.byAirone).Version != 3 || h.of(h.other).Version != 0 {
		t.Error("an act that was refused counts")
	}

	// At once: one of the two succeeds.
	for range 5 {
		id, errs := h.writes(h.gheppio, "Ancora una."), make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() { _, errs[0] = h.does(h.marco, moderation.Reject, map[uuid.UUID]int{id: 0}, id) })
		wg.Go(func() { _, errs[1] = h.does(h.mirta, moderation.Link, map[uuid.UUID]int{id: 0}, id) })
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("both %v", errs)
		}
	}
}

// An act is taken back by a second one within ten minutes; both stay.
func TestUndoForTenMinutes(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a := h.rejects(h.byTiglio, h.byAirone)
	if got := a.UndoUntil(); !got.Equal(h.clock().Add(10 * time.Minute)) {
		t.Errorf("until %v", got)
	}
	h.refused(h.s.Undo(ctx, person("Berta"), post, h.space(), a.ID), fault.Forbidden, "wrong_role")
	h.refused(h.s.Undo(ctx, h.marco, post, h.space(), uuid.New()), fault.NotFound, "no_act")
	h.notes.busy = fault.New(fault.Conflict, "act_built_on", "a later act builds on it")
	h.refused(h.s.Undo(ctx, h.marco, post, h.space(), a.ID), fault.Conflict, "act_built_on")
	h.notes.busy = nil
	h.pass(10*time.Minute - time.Second)
	h.ok(h.s.Undo(ctx, h.mirta, post, h.space(), a.ID)) // a colleague's act, too
	h.ok(h.s.Undo(ctx, h.mirta, post, h.space(), a.ID)) // pressed twice
	args := h.refused(h.s.Undo(ctx, h.marco, post, h.space(), a.ID), fault.Conflict, "act_undone")
	if args["name"] != "Mirta" {
		t.Errorf("says %v", args)
	}
	if c := h.of(h.byTiglio); !c.Waiting || c.Version != 2 || h.notes.hidden[h.byTiglio] {
		t.Errorf("got %+v", c)
	}
	b := h.rejects(h.byTiglio)
	h.pass(10 * time.Minute)
	h.refused(h.s.Undo(ctx, h.marco, post, h.space(), b.ID), fault.Conflict, "undo_over")
	final, err := h.does(h.marco, moderation.Requeue, nil, h.byTiglio)
	h.ok(err)
	h.refused(h.s.Undo(ctx, h.marco, post, h.space(), final.ID), fault.Conflict, "act_final")
	c := h.rejects(h.other)
	h.notes.over = fault.New(fault.Conflict, "synthesis_over", "over")
	h.refused(h.s.Undo(ctx, h.marco, post, h.space(), c.ID), fault.Conflict, "synthesis_over")

	var verbs []string
	h.ok(h.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		acts, err := h.s.Acts(ctx, tx, post, h.space())
		for i, a := range acts {
			verbs = append(verbs, string(a.Verb))
			if a.Number != len(acts)-i || a.Undone != (a.Number == 1) {
				t.Errorf("act %d: %+v", i, a)
			}
		}
		return err
	}))
	if want := []string{"reject", "requeue", "reject", "undo", "reject"}; !slices.Equal(verbs, want) {
		t.Errorf("got %v, want %v", verbs, want)
	}
}

// Every act stands in the record, with rule and words and without the subject's words.
func TestActIsRecorded(t *testing.T) {
	h := newTown(t)
	a := h.rejects(h.byTiglio)
	h.ok(h.s.Undo(h.Context(), h.mirta, post, h.space(), a.ID))
	_, err := h.does(h.marco, moderation.Remove, nil, h.byTiglio)
	h.ok(err)
	entries, err := h.record.Of(h.Context(), h.notes.record)
	h.ok(err)
	var got []string
	for _, e := range entries {
		got = append(got, strings.Join([]string{string(e.Type), e.Kind, e.Role, e.Name, e.Target, e.Reason}, " "))
		if strings.Contains(e.Body+e.Target+e.Reason, "ombra") {
			t.Errorf("the words of the subject are in %+v", e)
		}
	}
	want := []string{"act reject moderator Marco Tiglio 27 Fuori tema.", "act undo moderator Mirta Tiglio 27 Fuori tema.", "removal post moderator Marco Tiglio 27 Fuori tema."}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if b := entries[0].Body; !strings.Contains(b, `"rule":3,"rules":1`) || !strings.Contains(b, a.ID.String()) {
		t.Errorf("the body is %s", b)
	}
	if b := entries[1].Body; !strings.Contains(b, `"undone":"reject"`) || !strings.Contains(b, a.ID.String()) {
		t.Errorf("the body of the undo is %s", b)
	}
}

// The page lists the newest acts and counts all.
func TestPageListsTheNewest(t *testing.T) {
	h := newTown(t)
	for range 3 {
		h.rejects(h.writes(h.tiglio, "Ancora."))
	}
	p := h.page()
	if p.Total != 3 || len(p.Acts) != 2 || p.Acts[0].Number != 3 || p.Acts[1].Number != 2 || p.Tallies[2].Acts != 3 {
		t.Errorf("got %+v", p)
	}
}

// Verbs judge, can be undone and appealed against as the table says.
func TestVerbs(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for verb, want := range map[moderation.Verb][4]bool{ // judges, in, undone, appealed
		moderation.Merge: {true, true, true, true}, moderation.Link: {true, true, true, true}, moderation.Reject: {true, false, true, true},
		moderation.Reword: {false, false, true, false}, moderation.Requeue: {}, moderation.Remove: {}, moderation.Decide: {}, moderation.Undo: {},
	} {
		in, judges := verb.In()
		a := moderation.Act{Verb: verb, At: now}
		if got := [4]bool{judges, in, a.CanUndo(now) == nil, a.CanAppeal(now, now) == nil}; got != want {
			t.Errorf("%s: %v, want %v", verb, got, want)
		}
	}
}
