package contribution_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation/contribution"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
	"delfi/internal/space"
)

// One contribution may say two things, and one statement be said by many.
func TestManyToMany(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a := h.writes("Piera", "Trenta sempre, e una strada disegnata per andare piano.")
	b := h.writes("Ugo", "Trenta anche la sera.")
	c := h.writes("Ada", "Dossi no, la strada va ridisegnata.")
	h.closed()

	thirty := h.merge("Il limite di 30 vale tutto il giorno.", a, b)
	drawn := h.merge("La strada è ridisegnata per andare piano.", a, c, a) // named twice, linked once
	h.state(a, contribution.Admitted, thirty.ID, drawn.ID)
	h.state(b, contribution.Admitted, thirty.ID)
	h.state(c, contribution.Admitted, drawn.ID)

	// Already said: linked, and the words stay.
	item, err := h.Contributions.Merge(ctx, h.mirta, slug, contribution.Merge{Contributions: []uuid.UUID{a, c}, Destination: contribution.Said, Item: thirty.ID, Text: "Altre parole.", Rule: rule, Reason: "Già detto."})
	h.ok(err)
	if item.ID != thirty.ID || item.Text != thirty.Text {
		t.Errorf("got %+v", item)
	}
	h.state(c, contribution.Admitted, drawn.ID, thirty.ID)

	// Into an existing one with new words, and new words alone.
	item, err = h.Contributions.Merge(ctx, h.mirta, slug, contribution.Merge{Contributions: []uuid.UUID{b}, Destination: contribution.Existing, Item: drawn.ID, Text: "La strada è ridisegnata,\n senza dossi.", LeftOut: "anche la sera", Rule: rule, Reason: "Più chiaro."})
	h.ok(err)
	if item.Text != "La strada è ridisegnata, senza dossi." {
		t.Errorf("got %q", item.Text)
	}
	_, err = h.Contributions.Merge(ctx, h.mirta, slug, contribution.Merge{Destination: contribution.Existing, Item: thirty.ID, Text: "Il limite di 30 vale sempre.", Version: prose.Version(thirty.Text), Rule: rule, Reason: "Più corto."})
	h.ok(err)
	if diff := cmp.Diff([]string{"Il limite di 30 vale sempre.", "La strada è ridisegnata, senza dossi."}, h.texts()); diff != "" {
		t.Error(diff)
	}
	_, n := h.queue()
	if n != (contribution.Counts{Received: 3, Admitted: 3, Items: 2}) {
		t.Errorf("got %+v", n)
	}

	acts, err := h.Contributions.Acts(ctx, h.marco, slug)
	h.ok(err)
	var kinds []string
	for _, a := range acts {
		kinds = append(kinds, string(a.Verb))
	}
	if diff := cmp.Diff([]string{"reword", "merge", "link", "merge", "merge"}, kinds); diff != "" {
		t.Error(diff)
	}
}

// Every act stands in the public record with its reason, under the moderator's
// office and name; of people it names aliases alone.
func TestRecorded(t *testing.T) {
	h := newTown(t)
	a, b := h.writes("Piera", "Una fontana."), h.writes("Ugo", "Comprate orologi!")
	h.closed()
	h.merge("Si costruisce una fontana.", a)
	h.ok(h.Contributions.Reject(h.Context(), h.mirta, slug, contribution.Choice{Contributions: []uuid.UUID{b}, Rule: rule, Reason: "Pubblicità."}))
	h.ok(h.undo(h.marco, h.last().ID))
	entries, err := h.Record.Of(h.Context(), h.id)
	h.ok(err)
	var got [][5]string
	for _, e := range entries[len(entries)-3:] {
		got = append(got, [5]string{string(e.Type), e.Role + " " + e.Name, e.Kind, e.Target, e.Reason})
		if strings.Contains(e.Body+e.Target+e.Reason, "Piera") || strings.Contains(e.Body+e.Target+e.Reason, "Ugo") {
			t.Errorf("a person is named: %+v", e)
		}
	}
	ugo := h.voice("Ugo").Name
	want := [][5]string{
		{"act", "moderator Marta Gibellini", "merge", "statement 1", "Stessa richiesta."},
		{"act", "moderator Davide Lancellotti", "reject", ugo, "Pubblicità."},
		{"act", "moderator Marta Gibellini", "undo", ugo, "Pubblicità."},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Acts are taken back one by one, down to the beginning; none while a later one
// builds on its words.
func TestUndoChain(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a, b, c := h.writes("Piera", "Trenta sempre."), h.writes("Ugo", "Trenta la sera."), h.writes("Ada", "Comprate orologi!")
	h.closed()
	item := h.merge("Il limite vale sempre.", a)
	made := h.last().ID
	_, err := h.Contributions.Merge(ctx, h.mirta, slug, contribution.Merge{Contributions: []uuid.UUID{b}, Destination: contribution.Existing, Item: item.ID, Text: "Il limite vale anche la sera.", Rule: rule, Reason: "Precisato."})
	h.ok(err)
	reworded := h.last().ID
	_, err = h.Contributions.Merge(ctx, h.mirta, slug, contribution.Merge{Contributions: []uuid.UUID{c}, Destination: contribution.Said, Item: item.ID, Rule: rule, Reason: "Già detto."})
	h.ok(err)
	linked := h.last().ID

	h.refused(h.undo(h.marco, made), fault.Conflict, "act_built_on")
	h.refused(h.undo(h.marco, reworded), fault.Conflict, "act_built_on")
	acts, err := h.Contributions.Acts(ctx, h.marco, slug)
	h.ok(err)
	if !acts[0].Undoable || acts[1].Undoable || acts[2].Undoable {
		t.Errorf("got %+v", acts)
	}

	// Any moderator may, also for a colleague's act.
	h.ok(h.undo(h.marco, linked))
	h.state(c, contribution.Pending)
	h.ok(h.undo(h.marco, linked)) // pressed twice
	h.refused(h.undo(h.mirta, linked), fault.Conflict, "act_undone")
	h.ok(h.Contributions.Reject(ctx, h.marco, slug, contribution.Choice{Contributions: []uuid.UUID{c}, Rule: rule, Reason: "Pubblicità."}))
	rejected := h.last().ID

	h.ok(h.undo(h.marco, reworded))
	h.state(b, contribution.Pending)
	if got := h.texts(); !slices.Equal(got, []string{"Il limite vale sempre."}) {
		t.Errorf("got %q", got)
	}
	h.ok(h.undo(h.marco, made))
	h.ok(h.undo(h.marco, rejected))
	_, n := h.queue()
	if n != (contribution.Counts{Received: 3, Pending: 3}) || len(h.texts()) != 0 {
		t.Errorf("got %+v and %q", n, h.texts())
	}
	if acts, err = h.Contributions.Acts(ctx, h.marco, slug); err != nil || len(acts) != 0 {
		t.Errorf("%+v stand (%v)", acts, err)
	}
	// And all of it can be done again.
	h.merge("Il limite vale sempre.", a, b)
	h.state(a, contribution.Admitted, func() uuid.UUID { q, _ := h.queue(); return q[b].Items[0] }())
}

// Links lean on nothing but their item's words: each can be taken back by itself,
// and a contribution that another act admitted stays admitted.
func TestUndoOfOneLink(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a, b, c := h.writes("Piera", "Uno."), h.writes("Ugo", "Due."), h.writes("Ada", "Tre.")
	h.closed()
	first, second := h.merge("Primo.", a), h.merge("Secondo.", c)
	link := func(id uuid.UUID) uuid.UUID {
		_, err := h.Contributions.Merge(ctx, h.marco, slug, contribution.Merge{Contributions: []uuid.UUID{id}, Destination: contribution.Said, Item: first.ID, Rule: rule, Reason: "Già detto."})
		h.ok(err)
		return h.last().ID
	}
	of, _ := link(b), link(c)
	h.ok(h.undo(h.marco, of))
	h.state(b, contribution.Pending)
	h.state(c, contribution.Admitted, second.ID, first.ID)
	h.ok(h.undo(h.marco, h.last().ID))
	h.state(c, contribution.Admitted, second.ID)
}

// When the next round has opened, what became of contributions stands.
func TestUndoUntilTheRoundOpens(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a := h.writes("Piera", "Una fontana.")
	b := h.writes("Ugo", "Panchine.")
	h.closed()
	h.merge("Si mettono panchine.", b)
	item := h.merge("Si costruisce una fontana.", a)
	act := h.last().ID
	h.ok(h.Consultations.ReleaseRound(ctx, h.marco, slug, 1))
	// Released but not yet shown to the panel: still possible.
	h.ok(h.undo(h.marco, act))
	h.state(a, contribution.Pending)
	h.refused(h.Consultations.OpenRound(ctx, h.furio, slug, 2), fault.Conflict, "contributions_pending")
	item = h.merge("Si costruisce una fontana.", a)
	act = h.last().ID
	c, err := h.Consultations.Find(ctx, h.marco, slug)
	h.ok(err)
	h.ok(h.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := h.Contributions.Rest(ctx, tx, c, b, item.ID)
		return err
	}))
	back := contribution.Choice{Contributions: []uuid.UUID{b}, Seen: h.seen(b), Rule: rule, Reason: "Da rivedere."}
	h.refused(h.Contributions.Requeue(ctx, h.marco, slug, back), fault.Conflict, "contribution_rested")
	h.ok(h.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error { return h.Contributions.Unrest(ctx, tx, item.ID) }))
	h.ok(h.Consultations.OpenRound(ctx, h.furio, slug, 2))

	h.refused(h.undo(h.marco, act), fault.Conflict, "synthesis_over")
	h.refused(h.Contributions.Reject(ctx, h.marco, slug, contribution.Choice{Contributions: []uuid.UUID{a}, Rule: rule, Reason: "No."}), fault.Conflict, "synthesis_over")
	_, err = h.Contributions.Merge(ctx, h.marco, slug, contribution.Merge{Destination: contribution.Existing, Item: item.ID, Text: "Altro.", Rule: rule, Reason: "Altro."})
	h.refused(err, fault.Conflict, "synthesis_over")
	if h.last().Undoable {
		t.Error("the act seems to be undoable")
	}
	h.state(a, contribution.Admitted, item.ID) // the queue can still be read
}

// Only moderators named for the consultation work at it; other administrations
// are not told what there is.
func TestWhoMayModerate(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a := h.writes("Piera", "Una fontana.")
	h.closed()
	item := h.merge("Si costruisce una fontana.", a)
	act := h.last().ID
	for name, c := range map[string]struct {
		actor account.Actor
		kind  fault.Kind
		code  string
	}{
		"signed out":                    {account.Actor{}, fault.Unauthenticated, "sign_in"},
		"a participant":                 {h.Newcomer(h, "Piera"), fault.Forbidden, "wrong_role"},
		"the administrator":             {h.anna, fault.Forbidden, "wrong_role"},
		"the facilitator":               {h.furio, fault.Forbidden, "wrong_role"},
		"a moderator of something else": {h.other, fault.Forbidden, "wrong_role"},
		"another administration":        {h.berta, fault.NotFound, "not_found"},
		"a moderator who was removed":   {h.Newcomer(h, "davide", "riva/council"), fault.Forbidden, "wrong_role"},
	} {
		t.Run(name, func(*testing.T) {
			_, _, err := h.Contributions.Queue(ctx, c.actor, slug)
			h.refused(err, c.kind, c.code)
			_, err = h.Contributions.Acts(ctx, c.actor, slug)
			h.refused(err, c.kind, c.code)
			h.refused(h.undo(c.actor, act), c.kind, c.code)
			h.refused(h.Contributions.Reject(ctx, c.actor, slug, contribution.Choice{Contributions: []uuid.UUID{a}, Rule: rule, Reason: "No."}), c.kind, c.code)
			h.refused(h.Contributions.Reject(ctx, c.actor, slug, contribution.Choice{Contributions: nil, Rule: rule, Reason: ""}), c.kind, c.code)
			for _, m := range []contribution.Merge{{}, {Destination: contribution.Existing, Item: item.ID, Text: "Altro.", Rule: rule, Reason: "Altro."}} {
				_, err = h.Contributions.Merge(ctx, c.actor, slug, m)
				h.refused(err, c.kind, c.code)
			}
		})
	}
	if got := h.texts(); !slices.Equal(got, []string{"Si costruisce una fontana."}) {
		t.Errorf("got %q", got)
	}
	h.refused(h.Moderation.Undo(ctx, h.marco, space.Contribution, uuid.New(), act), fault.NotFound, "not_found")
}

// A form that fails names every field.
func TestFields(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a := h.writes("Piera", "Una fontana.")
	h.closed()
	item := h.merge("Si costruisce una fontana.", a)
	long := strings.Repeat("x", 1001)
	for _, c := range []struct {
		m    contribution.Merge
		want string
	}{
		{contribution.Merge{Destination: contribution.Fresh, Text: "Più\u202e alberi", Rule: rule, Reason: "sì\nno", LeftOut: "\x1b[2J"}, "reason:not_one_line left_out:not_one_line text:not_one_line contributions:required"},
		{contribution.Merge{}, "rule:rule_required reason:required destination:required contributions:required"},
		{contribution.Merge{Destination: contribution.Fresh}, "rule:rule_required reason:required text:required contributions:required"},
		{contribution.Merge{Destination: contribution.Fresh, Contributions: []uuid.UUID{a}, Text: long, LeftOut: long, Rule: rule, Reason: long}, "reason:too_long left_out:too_long text:too_long"},
		{contribution.Merge{Destination: contribution.Fresh, Contributions: []uuid.UUID{a}, Text: "si  costruisce una FONTANA.", Rule: rule, Reason: "x"}, "text:duplicate_item"},
		{contribution.Merge{Destination: contribution.Fresh, Contributions: []uuid.UUID{uuid.New()}, Text: "x", Rule: rule, Reason: "x"}, "contributions:unknown_contribution"},
		{contribution.Merge{Destination: contribution.Said, Contributions: []uuid.UUID{a}, Item: uuid.New(), Rule: rule, Reason: "x"}, "item:unknown_item"},
		{contribution.Merge{Destination: contribution.Said, Contributions: []uuid.UUID{a}, Item: item.ID, Rule: rule, Reason: "x"}, "contributions:already_linked"},
		{contribution.Merge{Destination: contribution.Existing, Item: item.ID, Text: item.Text, Rule: rule, Reason: "x"}, "contributions:already_linked"},
	} {
		_, err := h.Contributions.Merge(ctx, h.marco, slug, c.m)
		h.refused(err, fault.Invalid, c.want)
	}
	h.refused(h.Contributions.Reject(ctx, h.marco, slug, contribution.Choice{Contributions: nil, Rule: rule, Reason: " "}), fault.Invalid, "reason:required contributions:required")
	h.refused(h.Contributions.Reject(ctx, h.marco, slug, contribution.Choice{Contributions: []uuid.UUID{a}, Rule: rule, Reason: "No."}), fault.Conflict, "already_examined")
	if got := h.texts(); !slices.Equal(got, []string{"Si costruisce una fontana."}) {
		t.Errorf("got %q", got)
	}
}

// Two moderators at once: the one who comes second is told what the first did.
func TestTwoModerators(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	var ids []uuid.UUID
	for _, body := range []string{"Uno.", "Due.", "Tre.", "Quattro.", "Cinque.", "Sei."} {
		ids = append(ids, h.writes("Piera", body))
	}
	h.closed()
	for _, id := range ids {
		errs := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() {
			errs[0] = h.Contributions.Reject(ctx, h.marco, slug, contribution.Choice{Contributions: []uuid.UUID{id}, Rule: rule, Reason: "Fuori tema."})
		})
		wg.Go(func() {
			_, errs[1] = h.Contributions.Merge(ctx, h.mirta, slug, contribution.Merge{Contributions: []uuid.UUID{id}, Destination: contribution.Fresh, Text: "Frase " + id.String(), Rule: rule, Reason: "Nuova."})
		})
		wg.Wait()
		lost := errs[0]
		if errs[0] == nil {
			lost = errs[1]
		}
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("both %v", errs)
		}
		h.refused(lost, fault.Conflict, "already_examined")
	}
	_, n := h.queue()
	if n.Pending != 0 || n.Received != len(ids) || n.Items != n.Admitted {
		t.Errorf("got %+v", n)
	}

	// Words that changed under one's hands are not overwritten unseen.
	item := h.merge("Una frase.", func() uuid.UUID { return h.readmit(ids[0]) }())
	_, err := h.Contributions.Merge(ctx, h.marco, slug, contribution.Merge{Destination: contribution.Existing, Item: item.ID, Text: "Una frase migliore.", Version: prose.Version(item.Text), Rule: rule, Reason: "Meglio."})
	h.ok(err)
	_, err = h.Contributions.Merge(ctx, h.mirta, slug, contribution.Merge{Destination: contribution.Existing, Item: item.ID, Text: "Un’altra frase.", Version: prose.Version(item.Text), Rule: rule, Reason: "Meglio."})
	h.refused(err, fault.Conflict, "item_changed")
}
