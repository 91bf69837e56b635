package contribution_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation/contribution"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/richtext"
)

// While the round is open people write, change and withdraw what is their own.
func TestOwnWords(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	piera, ugo := h.voice("Piera"), h.voice("Ugo")
	made, err := h.Contributions.Contribute(ctx, piera, h.id, "  Più **ombra**.\r\n\r\nE panchine. ", "")
	h.ok(err)
	if made.Body != "Più **ombra**.\n\nE panchine." || made.State != contribution.Pending || made.Alias.Name == "" || made.ID.Version() != 4 {
		t.Errorf("got %+v", made)
	}
	second := h.writes("Piera", "Una fontana.")
	h.ok(h.Contributions.Revise(ctx, piera, h.id, made.ID, made.Version(), "Più ombra.", ""))
	h.ok(h.Contributions.Revise(ctx, piera, h.id, made.ID, made.Version(), "Più ombra.", "")) // a second click
	h.refused(h.Contributions.Revise(ctx, piera, h.id, made.ID, made.Version(), "Meno sole.", ""), fault.Conflict, "contribution_changed")
	h.refused(h.Contributions.Revise(ctx, ugo, h.id, made.ID, made.Version(), "Meno ombra.", ""), fault.Conflict, "contribution_gone")
	h.ok(h.Contributions.Retract(ctx, ugo, h.id, made.ID)) // nothing of his
	h.refused(h.Contributions.Revise(ctx, piera, h.id, uuid.New(), "", "Altro.", ""), fault.Conflict, "contribution_gone")
	for range 2 {
		h.ok(h.Contributions.Retract(ctx, piera, h.id, second))
	}
	h.refused(h.Contributions.Revise(ctx, piera, h.id, second, "", "Anzi no.", ""), fault.Conflict, "contribution_gone")

	own, err := h.Contributions.Own(ctx, piera, h.id)
	h.ok(err)
	if len(own) != 1 || own[0].Body != "Più ombra." || own[0].State != contribution.Pending {
		t.Errorf("got %+v", own)
	}
	if own, err = h.Contributions.Own(ctx, ugo, h.id); err != nil || len(own) != 0 {
		t.Errorf("Ugo has %+v (%v)", own, err)
	}
}

// A form that fails says which field and why.
func TestWordsThatCannotBeStored(t *testing.T) {
	h := newTown(t)
	for body, code := range map[string]string{
		"": "body:required", " \n ": "body:required", strings.Repeat("à", 2001): "body:too_long",
		"a\x00b": "body:not_text", "\xff": "body:not_text",
	} {
		_, err := h.Contributions.Contribute(h.Context(), h.voice("Piera"), h.id, body, "")
		h.refused(err, fault.Invalid, code)
	}
	h.writes("Piera", strings.Repeat("à", 2000))
}

// A second click on "send" stores nothing new, also at the same moment.
func TestSentTwice(t *testing.T) {
	h := newTown(t)
	piera := h.voice("Piera")
	ids := make([]uuid.UUID, 4)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			c, err := h.Contributions.Contribute(h.Context(), piera, h.id, "Una fontana.", "")
			if err != nil {
				t.Error(err)
			}
			ids[i] = c.ID
		})
	}
	wg.Wait()
	if len(slices.Compact(ids)) != 1 {
		t.Errorf("%d contributions", len(slices.Compact(ids)))
	}
}

// Nobody fills the queue alone.
func TestOneVoiceAmongMany(t *testing.T) {
	h := newTown(t)
	for i := range 50 {
		h.writes("Piera", strings.Repeat("x", i+1))
	}
	_, err := h.Contributions.Contribute(h.Context(), h.voice("Piera"), h.id, "Ancora una.", "")
	h.refused(err, fault.Conflict, "contributions_full")
	// One withdrawn makes room for another.
	own, err := h.Contributions.Own(h.Context(), h.voice("Piera"), h.id)
	h.ok(err)
	h.ok(h.Contributions.Retract(h.Context(), h.voice("Piera"), h.id, own[0].ID))
	h.writes("Piera", "Ancora una.")
}

// From the deadline on nothing is written any more, whether the round was closed
// already or not.
func TestDeadline(t *testing.T) {
	h := newTown(t)
	ctx, piera := h.Context(), h.voice("Piera")
	mine := h.writes("Piera", "Una fontana.")
	try := func() {
		t.Helper()
		_, err := h.Contributions.Contribute(ctx, piera, h.id, "Tardi.", "")
		h.refused(err, fault.Conflict, "round_closed")
		h.refused(h.Contributions.Revise(ctx, piera, h.id, mine, "", "Tardi.", ""), fault.Conflict, "round_closed")
		h.refused(h.Contributions.Retract(ctx, piera, h.id, mine), fault.Conflict, "round_closed")
	}
	h.Clock.Add(10 * 24 * time.Hour)
	try() // no server was up at the deadline
	h.Pass(h, 0)
	try()
	h.state(mine, contribution.Pending)
}

// While the consultation is suspended forms are read-only.
func TestSuspended(t *testing.T) {
	h := newTown(t)
	h.voice("Piera") // enrolled before
	h.ok(h.Consultations.Suspend(h.Context(), h.anna, slug, "Elezioni."))
	_, err := h.Contributions.Contribute(h.Context(), h.voice("Piera"), h.id, "Una fontana.", "")
	h.refused(err, fault.Conflict, "suspended")
}

// Contributions are nobody's to read while the round is open, moderators included,
// and the public's only from the release on.
func TestSealedUntilRead(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a, b := h.writes("Piera", "Una fontana."), h.writes("Ugo", "Comprate orologi!")
	gone := h.writes("Ada", "Ci ripenso.")
	h.ok(h.Contributions.Retract(ctx, h.voice("Ada"), h.id, gone))
	_, _, err := h.Contributions.Queue(ctx, h.marco, slug)
	h.refused(err, fault.Conflict, "round_not_closed")
	_, err = h.Contributions.Merge(ctx, h.marco, slug, contribution.Merge{Contributions: []uuid.UUID{a}, Destination: contribution.Fresh, Text: "Una fontana.", Rule: rule, Reason: "Sì."})
	h.refused(err, fault.Conflict, "round_not_closed")
	h.closed()
	_, _, err = h.Contributions.Public(ctx, h.id)
	h.refused(err, fault.Conflict, "not_released")
	h.refused(h.Consultations.ReleaseRound(ctx, h.marco, slug, 1), fault.Conflict, "contributions_pending")

	item := h.merge("Si costruisce una fontana.", a)
	h.ok(h.Contributions.Reject(ctx, h.mirta, slug, contribution.Choice{Contributions: []uuid.UUID{b}, Rule: rule, Reason: "Pubblicità."}))
	h.ok(h.Consultations.ReleaseRound(ctx, h.marco, slug, 1))
	list, n, err := h.Contributions.Public(ctx, h.id)
	h.ok(err)
	if n != (contribution.Counts{Received: 2, Admitted: 1, Rejected: 1, Items: 1}) || len(list) != 2 {
		t.Errorf("got %+v of %d", n, len(list))
	}
	own, err := h.Contributions.Own(ctx, h.voice("Piera"), h.id)
	h.ok(err)
	if len(own) != 1 || own[0].State != contribution.Admitted || !slices.Equal(own[0].Items, []uuid.UUID{item.ID}) {
		t.Errorf("Piera sees %+v", own)
	}
	own, err = h.Contributions.Own(ctx, h.voice("Ugo"), h.id)
	h.ok(err)
	if len(own) != 1 || own[0].State != contribution.Rejected || own[0].Reason != "Pubblicità." {
		t.Errorf("Ugo sees %+v", own)
	}
}

// Hostile Markdown is stored as it was written, and no page runs it.
func TestHostileMarkdown(t *testing.T) {
	h := newTown(t)
	body := "<script>alert(1)</script> [qui](javascript:alert(1)) ![x](https://spia.example/p.png) '; DROP TABLE civic.contribution; --"
	id := h.writes("Eva", body)
	h.closed()
	q, _ := h.queue()
	if q[id].Body != body {
		t.Errorf("got %q", q[id].Body)
	}
	shown := richtext.Render(q[id].Body).String()
	for _, bad := range []string{"<script", "javascript:alert(1)\"", "<img", "spia.example"} {
		if strings.Contains(shown, bad) {
			t.Errorf("%q is in %s", bad, shown)
		}
	}
	h.merge("<b onmouseover=alert(1)>Una\nfontana</b>", id)
	if got := h.texts(); !slices.Equal(got, []string{"<b onmouseover=alert(1)>Una fontana</b>"}) {
		t.Errorf("got %q", got)
	}
}

// Nothing stored about a contribution has a date, or leads to an account.
func TestNoDateNoAccount(t *testing.T) {
	h := newTown(t)
	h.ok(h.DB.Read(h.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		var columns []string
		err := tx.SelectContext(ctx, &columns, `
			SELECT column_name::text
			FROM information_schema.columns
			WHERE table_schema = 'civic' AND table_name IN ('contribution', 'lineage')
			  AND (data_type LIKE '%time%' OR data_type IN ('date', 'bigint', 'integer') OR column_name LIKE '%account%')`)
		if len(columns) > 0 {
			t.Errorf("columns %v", columns)
		}
		return err
	}))
}
