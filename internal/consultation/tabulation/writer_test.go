package tabulation

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"delfi/internal/consultation/steering"
)

// Who writes into the database and lacks the key puts in no ballot, and exchanges none:
// nothing is published of a round in which a row does not open. What they can do, take a
// ballot away, put back an earlier one or give its author another group, is seen by who kept
// the receipt (docs/RECORD.md §4).
func TestAWriterWithoutTheKeyPutsInNoBallot(t *testing.T) {
	const people = 12
	h, ctx := newHouse(t, people, 1), t.Context()
	var former []byte // the first ballot of the last one, who changed it
	var marks []string
	for i := range people {
		receipt := h.cast(2, i, 2+i%3)
		if i == people-1 {
			h.must(h.db.Pool().Get(&former, `SELECT sealed FROM panel.ballot WHERE panelist = $1`, h.panelist(i)))
			receipt = h.cast(2, i, 9)
		}
		marks = append(marks, receipt.Mark)
	}
	round := h.c.Rounds[1].ID
	h.close(2)
	const strange = `decode('000102030405060708090a0b0c0d0e0f', 'hex')`
	for name, attack := range map[string]struct{ do, undo string }{
		"another's ballot under a panelist of one's own": {
			`INSERT INTO panel.panelist (consultation, id, grp) SELECT consultation, ` + strange + `, grp FROM panel.panelist LIMIT 1;
			 INSERT INTO panel.ballot (round, panelist, sealed) SELECT round, ` + strange + `, sealed FROM panel.ballot LIMIT 1`,
			`DELETE FROM panel.ballot WHERE panelist = ` + strange + `; DELETE FROM panel.panelist WHERE id = ` + strange},
		"random bytes": {
			`INSERT INTO panel.panelist (consultation, id, grp) SELECT consultation, ` + strange + `, grp FROM panel.panelist LIMIT 1;
			 INSERT INTO panel.ballot (round, panelist, sealed) SELECT round, ` + strange + `, set_byte(sealed, 40, 255 - get_byte(sealed, 40)) FROM panel.ballot LIMIT 1`,
			`DELETE FROM panel.ballot WHERE panelist = ` + strange + `; DELETE FROM panel.panelist WHERE id = ` + strange},
		"two exchanged": {swapped(h.panelist(0), h.panelist(1)), swapped(h.panelist(0), h.panelist(1))},
	} {
		_, err := h.db.Pool().Exec(attack.do)
		h.must(err)
		if err := h.tabulation.tabulate(ctx, steering.Tabulate{Round: round}); err == nil || !strings.Contains(err.Error(), "does not open") {
			t.Errorf("%s: %v", name, err)
		}
		if n := h.text(`SELECT count(*)::text FROM civic.closing WHERE round = $1 AND root IS NOT NULL`, round); n[0] != "0" {
			t.Errorf("%s: something is published", name)
		}
		_, err = h.db.Pool().Exec(attack.undo)
		h.must(err)
	}
	// Taken away, and put back as it was.
	_, err := h.db.Pool().Exec(`DELETE FROM panel.ballot WHERE panelist = $1`, h.panelist(3))
	h.must(err)
	_, err = h.db.Pool().Exec(`UPDATE panel.ballot SET sealed = $2 WHERE panelist = $1`, h.panelist(people-1), former)
	h.must(err)
	h.must(h.tabulation.tabulate(ctx, steering.Tabulate{Round: round}))
	left := h.published(2).files["B"]
	var missing []int
	for i, mark := range marks {
		if !strings.Contains(left, mark) {
			missing = append(missing, i)
		}
	}
	if !slices.Equal(missing, []int{3, people - 1}) {
		t.Errorf("the receipts of %v find no mark", missing)
	}
}

// panelist is the id of person i's panelist.
func (h *house) panelist(i int) []byte {
	h.t.Helper()
	seat := h.seat(i)
	return slices.Clone(seat.Panelist[:])
}

// swapped exchanges the ballots of two panelists.
func swapped(a, b []byte) string {
	one, two := `decode('`+hex.EncodeToString(a)+`', 'hex')`, `decode('`+hex.EncodeToString(b)+`', 'hex')`
	return `UPDATE panel.ballot AS mine SET sealed = theirs.sealed FROM panel.ballot AS theirs
		WHERE (mine.panelist, theirs.panelist) IN ((` + one + `, ` + two + `), (` + two + `, ` + one + `))`
}
