package moderation_test

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/pseudonym"
)

// looks gives what a moderator judges for the second time.
func (h *town) looks(who account.Actor) []moderation.Look {
	h.Helper()
	list, err := h.s.Looks(h.Context(), who, post, h.space())
	h.ok(err)
	return list
}

// One in twenty judgements is shown to another moderator, with the words and without the
// decision.
func TestSecondLook(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	const n = 400
	var acts []moderation.Act
	for i := range n {
		id := h.writes(h.tiglio, "Più ombra.")
		verb := moderation.Reject
		if i%2 == 0 {
			verb = moderation.Link
		}
		a, err := h.does(h.marco, verb, nil, id)
		h.ok(err)
		acts = append(acts, a)
	}
	if mine := h.looks(h.marco); len(mine) != 0 {
		t.Errorf("Marco judges %d of his own acts", len(mine))
	}
	list := h.looks(h.mirta)
	// 20 are expected; a chance of one in a million lies outside.
	if len(list) < 3 || len(list) > 45 {
		t.Errorf("%d of %d are drawn", len(list), n)
	}
	drawn := map[uuid.UUID]bool{}
	for _, l := range list {
		drawn[l.Act] = true
		if l.Text.Body != "Più ombra." {
			t.Errorf("shown is %+v", l)
		}
	}
	for _, l := range h.looks(h.olga) {
		if !drawn[l.Act] {
			t.Error("Olga is shown another draw")
		}
	}
	l := list[0]
	judge := func(who account.Actor, act uuid.UUID, in bool) error {
		return h.s.Judge(ctx, who, post, h.space(), act, l.Subject, in)
	}
	h.refused(judge(h.marco, l.Act, true), fault.Forbidden, "own_act")
	h.refused(judge(h.mirta, uuid.New(), true), fault.NotFound, "no_act")
	h.ok(judge(h.mirta, l.Act, true))
	h.ok(judge(h.mirta, l.Act, true)) // pressed twice
	h.refused(judge(h.mirta, l.Act, false), fault.Conflict, "looked_at")
	h.refused(judge(h.olga, l.Act, true), fault.Conflict, "looked_at")
	if got := h.looks(h.olga); len(got) != len(list)-1 {
		t.Errorf("%d are left", len(got))
	}
	if a := h.page().Agreement; a.N() != 1 || a.Kappa().Defined() {
		t.Errorf("one pair: %+v", a)
	}
	// What was not drawn is nobody's to judge.
	at := slices.IndexFunc(acts, func(a moderation.Act) bool { return !drawn[a.ID] })
	h.refused(h.s.Judge(ctx, h.mirta, post, h.space(), acts[at].ID, acts[at].Subjects[0], true), fault.NotFound, "no_act")
}

// A space whose acts are older than second looks has no key: the first moderator who judges
// makes it, and every server draws by that one.
func TestSecondLookInAnOlderSpace(t *testing.T) {
	h := newTown(t)
	for range 300 {
		h.rejects(h.writes(h.tiglio, "Più ombra."))
	}
	keys := func() []string {
		found, err := filepath.Glob(filepath.Join(h.folder, "look-*"))
		h.ok(err)
		return found
	}
	_, err := h.s.Looks(t.Context(), person("Nessuno"), post, h.space())
	h.refused(err, fault.Forbidden, "wrong_role")
	if len(keys()) != 0 {
		t.Error("who does not moderate makes a key")
	}
	list := h.looks(h.mirta)
	// 15 are expected; a chance of one in four million is none.
	if len(list) == 0 || len(keys()) != 1 {
		t.Fatalf("%d are drawn, by %d keys", len(list), len(keys()))
	}
	files, err := pseudonym.NewFileKeys(h.folder, make([]byte, 32))
	h.ok(err)
	second := moderation.New(h.db, h.record, files)
	second.Register(post, h.notes)
	same, err := second.Looks(t.Context(), h.mirta, post, h.space())
	if h.ok(err); !slices.Equal(same, list) {
		t.Errorf("another server draws %d, not the same %d", len(same), len(list))
	}
	h.ok(second.Judge(t.Context(), h.mirta, post, h.space(), list[0].Act, list[0].Subject, true))
	if left := h.looks(h.mirta); len(left) != len(list)-1 {
		t.Errorf("%d are left of %d", len(left), len(list))
	}
}

// κ is shown from 30 pairs on: the mockup's table, by hand.
func TestAgreement(t *testing.T) {
	a := moderation.Agreement{Pairs: [2][2]int{{19, 2}, {2, 12}}}
	// po = 31/35; pe = (21/35)² + (14/35)² = 0.52; κ = (po − pe)/(1 − pe).
	want := (31.0/35 - 0.52) / 0.48
	if k, ok := a.Kappa().Float(); a.N() != 35 || a.Same() != 31 || !ok || math.Abs(k-want) > 1e-12 {
		t.Errorf("κ = %v, want %v", k, want)
	}
	if (moderation.Agreement{Pairs: [2][2]int{{15, 2}, {2, 10}}}).Kappa().Defined() {
		t.Error("29 pairs have a κ")
	}
	if !(moderation.Agreement{Pairs: [2][2]int{{16, 2}, {2, 10}}}).Kappa().Defined() {
		t.Error("30 pairs have none")
	}
}
