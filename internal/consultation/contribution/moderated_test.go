package contribution_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/consultation/contribution"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
)

// seen gives the versions of the queue's cases, as a form carries them.
func (h *town) seen(ids ...uuid.UUID) map[uuid.UUID]int {
	h.Helper()
	q, _ := h.queue()
	out := map[uuid.UUID]int{}
	for _, id := range ids {
		out[id] = q[id].Case.Version
	}
	return out
}

// raise appeals against an act, and lets the hour begin.
func (h *town) raise(who pseudonym.Alias, act, subject uuid.UUID) {
	h.Helper()
	h.ok(h.Moderation.Raise(h.Context(), who, act, subject, "Non è così."))
	h.ok(h.Jobs.Do(h.Context(), moderation.Opening{}))
}

// upholds lets Mirta uphold an appeal against an act of Marco's.
func (h *town) upholds(act, subject uuid.UUID) {
	h.Helper()
	h.ok(h.Moderation.Settle(h.Context(), h.mirta, space.Contribution, h.space, act, subject, moderation.Upheld, "Ha ragione."))
}

// The queue says who is at a contribution and how often it was acted on; a colleague's claim
// and a stale form are refused, with who did what.
func TestClaimsAndVersions(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a, b := h.writes("Piera", "Uno."), h.writes("Ugo", "Due.")
	h.refused(h.Moderation.Claim(ctx, h.marco, space.Contribution, h.space, []uuid.UUID{a}), fault.Conflict, "round_not_closed")
	h.closed()
	h.ok(h.Moderation.Claim(ctx, h.marco, space.Contribution, h.space, []uuid.UUID{a}))
	if q, _ := h.queue(); q[a].Case.Claim.Name != "Marta Gibellini" || q[b].Case.Claim.Held(h.Clock.Now()) {
		t.Errorf("the queue says %+v and %+v", q[a].Case, q[b].Case)
	}
	h.refused(h.Contributions.Reject(ctx, h.mirta, slug, contribution.Choice{Contributions: []uuid.UUID{b, a}, Rule: rule, Reason: "No."}), fault.Conflict, "claimed")
	seen := h.seen(a, b)
	h.merge("Una frase.", a)
	_, err := h.Contributions.Merge(ctx, h.mirta, slug, contribution.Merge{Contributions: []uuid.UUID{b, a}, Seen: seen, Destination: contribution.Fresh, Text: "Un’altra.", Rule: rule, Reason: "Sì."})
	args := h.refused(err, fault.Conflict, "acted_meanwhile")
	if args["name"] != "Marta Gibellini" || args["verb"] != "merge" || args["alias"] != h.voice("Piera").Name {
		t.Errorf("says %v", args)
	}
	// Without the versions of a form the states are compared.
	h.refused(h.Contributions.Reject(ctx, h.mirta, slug, contribution.Choice{Contributions: []uuid.UUID{a}, Rule: rule, Reason: "No."}), fault.Conflict, "already_examined")
	h.ok(h.Contributions.Reject(ctx, h.mirta, slug, contribution.Choice{Contributions: []uuid.UUID{b}, Seen: h.seen(b), Rule: rule, Reason: "No."}))
	h.refused(h.Contributions.Reject(ctx, h.mirta, slug, contribution.Choice{Contributions: []uuid.UUID{b}, Rule: "1.9", Reason: "Ancora."}), fault.Conflict, "already_examined")
	h.refused(h.Contributions.Requeue(ctx, h.mirta, slug, contribution.Choice{Contributions: []uuid.UUID{b}, Rule: "1.9", Reason: "Ancora."}), fault.Conflict, "rules_changed")
	// The queue of moderation and the states of contributions say the same.
	q, _ := h.queue()
	for id, c := range q {
		if c.Case.Waiting != (c.State == contribution.Pending) {
			t.Errorf("%s is %s, waiting %v", id, c.State, c.Case.Waiting)
		}
	}
}

// After ten minutes a contribution is put back by an act of its own: out of its items, of
// which those go that were made for it alone.
func TestRequeue(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a, b, c := h.writes("Piera", "Uno."), h.writes("Ugo", "Due."), h.writes("Ada", "Tre.")
	h.closed()
	alone := h.merge("Solo di Piera.", a)
	both := h.merge("Di tutti e due.", a, b)
	made := h.last().ID
	h.ok(h.Contributions.Reject(ctx, h.marco, slug, contribution.Choice{Contributions: []uuid.UUID{c}, Rule: rule, Reason: "No."}))
	h.Pass(h, 11*time.Minute)
	h.refused(h.undo(h.marco, h.last().ID), fault.Conflict, "undo_over")
	back := func(ids ...uuid.UUID) error {
		return h.Contributions.Requeue(ctx, h.mirta, slug, contribution.Choice{Contributions: ids, Seen: h.seen(ids...), Rule: rule, Reason: "Da rivedere."})
	}
	h.refused(h.Contributions.Requeue(ctx, h.mirta, slug, contribution.Choice{}), fault.Invalid, "rule:rule_required reason:required contributions:required")
	for range 2 { // pressed twice
		h.ok(back(a, c))
	}
	h.state(a, contribution.Pending)
	h.state(b, contribution.Admitted, both.ID)
	h.state(c, contribution.Pending)
	if got := h.texts(); !slices.Equal(got, []string{"Di tutti e due."}) {
		t.Errorf("in play: %q; %s was made for one alone", got, alone.Text)
	}
	h.refused(back(a), fault.Conflict, "already_examined")
	q, _ := h.queue()
	if q[a].Case.Version != 3 || !q[a].Case.Waiting || q[c].Reason != "" {
		t.Errorf("got %+v and %+v", q[a], q[c])
	}
	var verbs []string
	acts, err := h.Contributions.Acts(ctx, h.marco, slug)
	h.ok(err)
	for _, a := range acts {
		verbs = append(verbs, string(a.Verb))
		if a.Undoable {
			t.Errorf("%s can be undone", a.Verb)
		}
	}
	if diff := cmp.Diff([]string{"requeue", "reject", "merge", "merge"}, verbs); diff != "" {
		t.Error(diff)
	}
	// Acts of before are not undone past it, also within their ten minutes.
	h.ok(back(b))
	if got := h.texts(); len(got) != 0 {
		t.Errorf("in play: %q", got)
	}
	h.refused(h.undo(h.marco, made), fault.Conflict, "undo_over")
	again := h.merge("Di nuovo.", b)
	merged := h.last().ID
	h.ok(back(b))
	h.refused(h.undo(h.marco, merged), fault.Conflict, "act_built_on")
	if slices.Contains(h.texts(), again.Text) {
		t.Error("an item without contributions is in play")
	}
}

// An appeal that is upheld puts the contribution first in the queue; of an act on several
// only the one that was appealed about.
func TestAppealIsUpheld(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a, b, c := h.writes("Piera", "Più ombra."), h.writes("Ugo", "Orologi!"), h.writes("Ada", "Una fontana.")
	h.closed()
	h.ok(h.Contributions.Reject(ctx, h.marco, slug, contribution.Choice{Contributions: []uuid.UUID{a, b}, Rule: rule, Reason: "No."}))
	rejected := h.last().ID
	item := h.merge("Si fa una fontana.", c)
	merged := h.last().ID
	h.refused(h.Moderation.Raise(ctx, h.voice("Ugo"), rejected, a, "Non è così."), fault.NotFound, "no_act")
	h.raise(h.voice("Piera"), rejected, a)
	h.raise(h.voice("Ada"), merged, c)
	h.upholds(rejected, a)
	h.state(a, contribution.Pending)
	h.state(b, contribution.Rejected)
	h.refused(h.undo(h.marco, rejected), fault.Conflict, "act_built_on")
	h.upholds(merged, c)
	h.state(c, contribution.Pending)
	if got := h.texts(); len(got) != 0 {
		t.Errorf("%s has no contribution and is in play", item.Text)
	}
	list, _, err := h.Contributions.Queue(ctx, h.marco, slug)
	h.ok(err)
	if list[0].Case.Priority != 1 || list[1].Case.Priority != 1 || list[2].ID != b {
		t.Errorf("the queue begins with %+v", list[0].Case)
	}
	// Rejected once more by another: the second act stands by itself, and so does an appeal
	// against the first that is upheld later.
	h.ok(h.Contributions.Reject(ctx, h.mirta, slug, contribution.Choice{Contributions: []uuid.UUID{a}, Rule: rule, Reason: "Resta fuori."}))
	h.state(a, contribution.Rejected)
	own, err := h.Moderation.Fates(ctx, space.Contribution, h.space, []uuid.UUID{a})
	h.ok(err)
	if len(own) != 2 || !own[0].Appeals || own[0].Act.Words != "Resta fuori." || own[1].Appeal == nil || own[1].Appeal.Outcome != moderation.Upheld {
		t.Errorf("the author sees %+v", own)
	}
}

// An appeal never blocks a round: once the next one has opened, what became of the
// contribution stands, and the decision says who was right.
func TestAppealBlocksNoRound(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a, b := h.writes("Piera", "Più ombra."), h.writes("Ugo", "Una fontana.")
	h.closed()
	h.merge("Si fa una fontana.", b)
	h.ok(h.Contributions.Reject(ctx, h.marco, slug, contribution.Choice{Contributions: []uuid.UUID{a}, Rule: rule, Reason: "No."}))
	act := h.last().ID
	h.raise(h.voice("Piera"), act, a)
	fates, err := h.Moderation.Fates(ctx, space.Contribution, h.space, []uuid.UUID{a})
	h.ok(err)
	if !fates[0].Until.IsZero() {
		t.Errorf("the days of an appeal begin before authors are told: %v", fates[0].Until)
	}
	h.ok(h.Consultations.ReleaseRound(ctx, h.marco, slug, 1))
	fates, err = h.Moderation.Fates(ctx, space.Contribution, h.space, []uuid.UUID{a})
	h.ok(err)
	if left := fates[0].Until.Sub(h.Clock.Now()); left < 7*24*time.Hour || left > 8*24*time.Hour {
		t.Errorf("until %v", fates[0].Until)
	}
	h.ok(h.Consultations.OpenRound(ctx, h.furio, slug, 2))
	h.upholds(act, a)
	h.state(a, contribution.Rejected)
	h.Pass(h, 12*24*time.Hour) // the answering round ends
	h.ok(h.Consultations.OpenRound(ctx, h.furio, slug, 3))
}

// A removal by law is an act of the queue, at any stage, and cites no rule.
func TestRemovalIsAnAct(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	id := h.writes("Carla", "Il signor Rossi ruba")
	h.closed()
	h.ok(h.Moderation.Claim(ctx, h.marco, space.Contribution, h.space, []uuid.UUID{id}))
	h.ok(h.Contributions.Remove(ctx, h.anna, slug, id, "GDPR, art. 17")) // a claim is no obstacle to the law
	q, _ := h.queue()
	if c := q[id].Case; !c.Waiting || c.Version != 1 || !c.Claim.Held(h.Clock.Now()) {
		t.Errorf("the case is %+v", c)
	}
	page, err := h.Moderation.Public(ctx, space.Contribution, h.space, 0, 10)
	h.ok(err)
	if len(page.Acts) != 1 || page.Removed != 1 {
		t.Fatalf("public is %+v", page)
	}
	l := page.Acts[0]
	if l.Verb != moderation.Remove || l.Rule.Cited() || l.Words != "GDPR, art. 17" || l.By.Role != "administrator" || l.By.Name != "Giulia Bortolotti" || strings.Contains(l.Summary, "Rossi") {
		t.Errorf("the act is %+v", l)
	}
}
