package facilitation_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/fault"
)

// TestNoRoundWithoutWords: a statement that is decided to be reworded keeps the next round
// shut until it has new words, by hand and by the clock; an undecided one whose rewording
// was proposed goes on with its own words, in public.
func TestNoRoundWithoutWords(t *testing.T) {
	h := newTown(t)
	ctx, two := t.Context(), h.answered(2)
	h.ok(h.s.Decide(ctx, h.furio, slug, two[0].ID, consultation.Reword, "È ambigua.", ""))
	err := h.s.OpenRound(ctx, h.furio, slug, 3)
	h.refused(err, fault.Conflict, "words_missing")
	if f := (*fault.Fault)(nil); !errors.As(err, &f) || f.Args["numbers"] != "1" {
		t.Errorf("it does not name the statement: %v", err)
	}
	before := h.get().Round(3).PlannedAt
	h.work("2026-04-04 09:00")
	if now := h.get().Round(3); now.State != consultation.RoundPlanned || !now.PlannedAt.After(before) {
		t.Errorf("round 3 is %s, planned %s", now.State, now.PlannedAt)
	}
	if e := h.last(); e.Kind != string(consultation.ActPostpone) || e.Reason != "Ci sono affermazioni da riformulare che non hanno ancora parole nuove." {
		t.Errorf("the record says %+v", e)
	}
	h.ok(h.f.Reword(ctx, h.furio, slug, two[0].ID, consultation.Rewording{Texts: []string{"Una frase chiara."}, LeftOut: "il resto", Reason: "È ambigua."}, h.seen(two[0].ID)))
	e := h.last()
	if want := map[string]string{"text": "Una frase chiara.", "was": "Affermazione 1.", "left_out": "il resto"}; e.Kind != "reword" || !cmp.Equal(e.Texts, want) || !strings.Contains(e.Body, `"change":"editorial"`) {
		t.Errorf("the record says %+v", e)
	}
	h.ok(h.s.OpenRound(ctx, h.furio, slug, 3))
	h.stands("1 Una frase chiara.|Affermazione 1.|live", "2 Affermazione 2.||live")
	decided, err := h.s.Decisions(ctx, h.get().ID)
	h.ok(err)
	if d := decided[1]; d.Proposed != consultation.Reword || d.Decided != consultation.GoOn || d.Role != "system" || d.Reason == "" {
		t.Errorf("about the undecided one: %+v", d)
	}
}

// TestEditorial: the same statement in a new version, done again as often as needed, and
// taken back with the decision.
func TestEditorial(t *testing.T) {
	h := newTown(t)
	ctx, one := t.Context(), h.answered(1)[0]
	words := func(text, reason string) consultation.Rewording {
		return consultation.Rewording{Texts: []string{text}, Reason: reason}
	}
	if got := fields(h.f.Reword(ctx, h.furio, slug, one.ID, words("Affermazione 1.", ""), "")); !slices.Equal(got, []string{"reason:required", "text_1:same_words"}) {
		t.Errorf("the same words without a reason: %q", got)
	}
	if got := fields(h.f.Reword(ctx, h.furio, slug, one.ID, words(strings.Repeat("x", consultation.ItemMost+1), "Sì."), "")); !slices.Equal(got, []string{"text_1:too_long"}) {
		t.Errorf("too many words: %q", got)
	}
	h.refused(h.f.Reword(ctx, h.marco, slug, one.ID, words("Altro.", "Sì."), ""), fault.Forbidden, "wrong_role")
	h.ok(h.f.Reword(ctx, h.furio, slug, one.ID, words("Prima versione.", "Era oscura."), ""))
	h.refused(h.f.Reword(ctx, h.furio, slug, one.ID, words("Altra.", "Altro."), ""), fault.Conflict, "decision_changed")
	h.ok(h.f.Reword(ctx, h.furio, slug, one.ID, words("Seconda versione.", "Era oscura."), h.seen(one.ID)))
	h.stands("1 Seconda versione.|Affermazione 1.|live")
	h.refused(h.s.Decide(ctx, h.furio, slug, one.ID, consultation.GoOn, "No.", h.seen(one.ID)), fault.Conflict, "item_reworded")
	seen := h.seen(one.ID)
	h.ok(h.f.Undecide(ctx, h.furio, slug, one.ID, seen))
	h.ok(h.f.Undecide(ctx, h.furio, slug, one.ID, seen)) // pressed twice
	h.stands("1 Affermazione 1.||live")
	h.recorded("decision/undecide facilitator Furio: statement 1")
	if got := h.seen(one.ID); got != "" {
		t.Errorf("a decision still stands: %q", got)
	}
}

// TestSplit: two new statements with the old one as their parent, and back again.
func TestSplit(t *testing.T) {
	h := newTown(t)
	ctx, one := t.Context(), h.answered(1)[0]
	r := consultation.Rewording{Texts: []string{"La prima idea.", "La seconda idea."}, LeftOut: "gli autovelox", Reason: "Due idee in una."}
	if got := fields(h.f.Reword(ctx, h.furio, slug, one.ID, consultation.Rewording{Texts: []string{"Uguale.", "Uguale."}, Reason: "Sì."}, "")); !slices.Equal(got, []string{"text_2:same_words"}) {
		t.Errorf("two equal parts: %q", got)
	}
	h.ok(h.f.Reword(ctx, h.furio, slug, one.ID, r, ""))
	h.ok(h.f.Reword(ctx, h.furio, slug, one.ID, r, "")) // pressed twice
	h.stands("2 La prima idea.||live", "3 La seconda idea.||live", "1 Affermazione 1.||superseded")
	h.recorded("decision/hold facilitator Furio: statement 1", "decision/supersede facilitator Furio: statement 1",
		"act/reword facilitator Furio: statement 2", "act/reword facilitator Furio: statement 3")
	if e := h.last(); !strings.Contains(e.Body, `"change":"substantive"`) || !strings.Contains(e.Body, `"from":[1]`) || e.Texts["left_out"] != "gli autovelox" {
		t.Errorf("the record says %+v", e)
	}
	h.ok(h.f.Undecide(ctx, h.furio, slug, one.ID, h.seen(one.ID)))
	h.stands("1 Affermazione 1.||live")
	h.recorded("decision/restore facilitator Furio: statement 1", "decision/undecide facilitator Furio: statement 1")
	h.ok(h.f.Reword(ctx, h.furio, slug, one.ID, r, ""))
	h.ok(h.s.OpenRound(ctx, h.furio, slug, 3))
	if items := h.items(); !items[0].New || !slices.Equal(items[0].Parents, []uuid.UUID{one.ID}) {
		t.Errorf("round 3 asks %+v", items[0])
	}
	h.refused(h.f.Undecide(ctx, h.furio, slug, one.ID, h.seen(one.ID)), fault.Conflict, "round_open")
}

// TestMergeWithOthers: each of the merged statements is decided, and comes back with the rest.
func TestMergeWithOthers(t *testing.T) {
	h := newTown(t)
	ctx, all := t.Context(), h.answered(3)
	r := consultation.Rewording{Texts: []string{"Le due insieme."}, With: []uuid.UUID{all[1].ID}, Reason: "Dicono lo stesso."}
	for _, with := range [][]uuid.UUID{{all[0].ID}, {all[1].ID, all[1].ID}} {
		bad := r
		bad.With = with
		if got := fields(h.f.Reword(ctx, h.furio, slug, all[0].ID, bad, "")); !slices.Equal(got, []string{"with:not_mergeable"}) {
			t.Errorf("with %v: %q", with, got)
		}
	}
	both := r
	both.Texts = []string{"Una.", "Due."}
	if got := fields(h.f.Reword(ctx, h.furio, slug, all[0].ID, both, "")); !slices.Equal(got, []string{"becomes:split_or_merged"}) {
		t.Errorf("split and merged: %q", got)
	}
	h.ok(h.f.Reword(ctx, h.furio, slug, all[0].ID, r, ""))
	h.stands("3 Affermazione 3.||live", "4 Le due insieme.||live", "1 Affermazione 1.||superseded", "2 Affermazione 2.||superseded")
	h.recorded("decision/hold facilitator Furio: statement 1", "decision/hold facilitator Furio: statement 2",
		"decision/supersede facilitator Furio: statement 1", "decision/supersede facilitator Furio: statement 2", "act/reword facilitator Furio: statement 4")
	h.ok(h.f.Undecide(ctx, h.furio, slug, all[1].ID, h.seen(all[1].ID)))
	h.stands("1 Affermazione 1.||live", "2 Affermazione 2.||live", "3 Affermazione 3.||live")
	if h.seen(all[0].ID)+h.seen(all[1].ID) != "" {
		t.Error("a decision still stands")
	}
}

// TestUndecide takes back a settled statement, and refuses where somebody decided meanwhile.
func TestUndecide(t *testing.T) {
	h := newTown(t)
	ctx, one := t.Context(), h.answered(1)[0]
	h.refused(h.f.Undecide(ctx, h.furio, slug, one.ID, ""), fault.Conflict, "decision_changed")
	h.ok(h.s.Decide(ctx, h.furio, slug, one.ID, consultation.Settle, "Basta così.", ""))
	h.refused(h.f.Undecide(ctx, h.furio, slug, one.ID, "x"), fault.Conflict, "decision_changed")
	h.refused(h.f.Undecide(ctx, h.anna, slug, one.ID, h.seen(one.ID)), fault.Forbidden, "wrong_role")
	h.ok(h.f.Undecide(ctx, h.furio, slug, one.ID, h.seen(one.ID)))
	h.stands("1 Affermazione 1.||live")
}
