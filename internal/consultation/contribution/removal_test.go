package contribution_test

import (
	"strings"
	"testing"

	"delfi/internal/fault"
)

// TestRemovalByLaw: the words go, from the database too; alias, state and ground
// stay; the record says who and why, and not what was said.
func TestRemovalByLaw(t *testing.T) {
	h := newTown(t)
	id := h.writes("Carla", "Il signor Rossi di via Verdi 3 ruba")
	kept := h.writes("Dario", "Più alberi")
	// While the round is open the words are sealed: there is nothing to remove yet.
	h.refused(h.contributions.Remove(t.Context(), h.marco, slug, id, "art. 17"), fault.NotFound, "no_contribution")
	h.closed()
	h.refused(h.contributions.Remove(t.Context(), h.furio, slug, id, "art. 17"), fault.Forbidden, "wrong_role")
	h.refused(h.contributions.Remove(t.Context(), h.berta, slug, id, "art. 17"), fault.NotFound, "not_found")
	h.refused(h.contributions.Remove(t.Context(), h.marco, slug, id, "  "), fault.Invalid, "ground:required")
	h.refused(h.contributions.Remove(t.Context(), h.marco, slug, id, "art. 17\nIl registro regge"), fault.Invalid, "ground:not_one_line")
	for range 2 {
		h.ok(h.contributions.Remove(t.Context(), h.marco, slug, id, "GDPR, art. 17"))
	}
	queue, counts := h.queue()
	if c := queue[id]; c.Body != "" || c.Removed != "GDPR, art. 17" || c.Alias.Name == "" {
		t.Errorf("the contribution is now %+v", c)
	}
	if c := queue[kept]; c.Body != "Più alberi" || c.Removed != "" || counts.Received != 2 {
		t.Errorf("the other one is now %+v, of %+v", c, counts)
	}
	var rows []string
	h.ok(h.db.Pool().Select(&rows, `SELECT c::text FROM civic.contribution AS c UNION ALL SELECT e::text FROM record.entry AS e`))
	if strings.Contains(strings.Join(rows, "\n"), "Rossi") {
		t.Error("the words are still there")
	}
	entries, err := h.record.Of(t.Context(), h.id)
	h.ok(err)
	found := 0
	for _, e := range entries {
		if e.Type == "removal" {
			found++
			if e.Name != "Marco" || e.Role != "moderator" || e.Reason != "GDPR, art. 17" || !strings.Contains(e.Body, `"ground":"GDPR, art. 17"`) {
				t.Errorf("the record says %+v", e)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d removals are in the record", found)
	}
	// An administrator may too.
	h.ok(h.contributions.Remove(t.Context(), h.anna, slug, kept, "ordine del giudice"))
}
