package contribution_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/consultation/contribution"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// TestWordsOfStatementsCanBeRemovedFromTheRecord: those of a merge, of a link and of a new
// wording, with what was left out, stand beside the entries; once the law took them, no row
// of the record has them, and its tree holds.
func TestWordsOfStatementsCanBeRemovedFromTheRecord(t *testing.T) {
	h := newTown(t)
	a, b := h.writes("Carla", "Il signor Rossi ruba"), h.writes("Dario", "Anche secondo me")
	h.closed()
	first := h.merge("Il signor Rossi di via Verdi 3 ruba.", a)
	_, err := h.Contributions.Merge(h.Context(), h.marco, slug, contribution.Merge{
		Contributions: []uuid.UUID{b}, Destination: contribution.Existing, Item: first.ID, Text: "In via Verdi si ruba.",
		Rule: rule, Reason: "Stessa richiesta.", LeftOut: "il nome del signor Rossi",
	})
	h.ok(err)
	var names []map[string]string
	entries, err := h.Record.Of(h.Context(), h.id)
	h.ok(err)
	for _, e := range entries {
		if strings.Contains(e.Body, "Rossi") || strings.Contains(e.Body, "Verdi") {
			t.Errorf("the body of entry %d has words of a statement: %s", e.Sequence, e.Body)
		}
		if e.Kind != "merge" && e.Kind != "link" {
			continue
		}
		names = append(names, e.Texts)
		h.ok(h.DB.Transact(h.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			return h.Record.Remove(ctx, tx, e.Sequence, "GDPR, art. 17")
		}))
	}
	want := []map[string]string{
		{"text": "Il signor Rossi di via Verdi 3 ruba."},
		{"text": "In via Verdi si ruba.", "was": "Il signor Rossi di via Verdi 3 ruba.", "left_out": "il nome del signor Rossi"},
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	var rows []string
	h.ok(h.DB.Pool().Select(&rows, `SELECT e::text FROM record.entry AS e UNION ALL SELECT w::text FROM record.words AS w`))
	if all := strings.Join(rows, "\n"); strings.Contains(all, "Rossi") || strings.Contains(all, "Verdi") {
		t.Error("the words are still in the record")
	}
	h.ok(h.Record.Recount(h.Context()))
}

// TestRemovalByLaw: the words go, from the database too; alias, state and ground
// stay; the record says who and why, and not what was said.
func TestRemovalByLaw(t *testing.T) {
	h := newTown(t)
	id := h.writes("Carla", "Il signor Rossi di via Verdi 3 ruba")
	kept := h.writes("Dario", "Più alberi")
	// While the round is open the words are sealed: there is nothing to remove yet.
	h.refused(h.Contributions.Remove(t.Context(), h.marco, slug, id, "art. 17"), fault.NotFound, "no_contribution")
	h.closed()
	h.refused(h.Contributions.Remove(t.Context(), h.furio, slug, id, "art. 17"), fault.Forbidden, "wrong_role")
	h.refused(h.Contributions.Remove(t.Context(), h.berta, slug, id, "art. 17"), fault.NotFound, "not_found")
	h.refused(h.Contributions.Remove(t.Context(), h.marco, slug, id, "  "), fault.Invalid, "ground:required")
	h.refused(h.Contributions.Remove(t.Context(), h.marco, slug, id, "art. 17\nIl registro regge"), fault.Invalid, "ground:not_one_line")
	for range 2 {
		h.ok(h.Contributions.Remove(t.Context(), h.marco, slug, id, "GDPR, art. 17"))
	}
	queue, counts := h.queue()
	if c := queue[id]; c.Body != "" || c.Removed != "GDPR, art. 17" || c.Alias.Name == "" {
		t.Errorf("the contribution is now %+v", c)
	}
	if c := queue[kept]; c.Body != "Più alberi" || c.Removed != "" || counts.Received != 2 {
		t.Errorf("the other one is now %+v, of %+v", c, counts)
	}
	var rows []string
	h.ok(h.DB.Pool().Select(&rows, `SELECT c::text FROM civic.contribution AS c UNION ALL SELECT e::text FROM record.entry AS e`))
	if strings.Contains(strings.Join(rows, "\n"), "Rossi") {
		t.Error("the words are still there")
	}
	entries, err := h.Record.Of(t.Context(), h.id)
	h.ok(err)
	found := 0
	for _, e := range entries {
		if e.Type == "removal" {
			found++
			if e.Name != "Marta Gibellini" || e.Role != "moderator" || e.Reason != "GDPR, art. 17" || strings.Contains(e.Body, "GDPR") {
				t.Errorf("the record says %+v", e)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d removals are in the record", found)
	}
	// An administrator may too.
	h.ok(h.Contributions.Remove(t.Context(), h.anna, slug, kept, "ordine del giudice"))
}
