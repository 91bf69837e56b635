package tabulation

import "testing"

// The room for a round's ballots is there as soon as it opens: the first ballot finds
// it, so that Postgres' log has no line of a failed insert and the catalogue no row that
// was written with it.
func TestARoundOpensWithRoomForItsBallots(t *testing.T) {
	h := newHouse(t, 2, 1)
	h.open(2)
	marks := func() []string {
		return h.text(`
			SELECT c.relname || ' ' || c.xmin::text
			FROM pg_class AS c
			JOIN pg_namespace AS n ON n.oid = c.relnamespace
			WHERE n.nspname = 'panel' AND c.relname = ANY(ARRAY['` + ballotPart(h.c.Rounds[1].ID) + `', '` + panelistPart(h.c.ID) + `'])
			ORDER BY 1`)
	}
	before := marks()
	if len(before) != 2 {
		t.Fatalf("the round is open, and of its partitions there are %v", before)
	}
	h.cast(2, 0, 7)
	after := marks()
	if len(after) != 2 || after[0] != before[0] || after[1] != before[1] {
		t.Errorf("the first ballot wrote the catalogue: %v, before %v", after, before)
	}
}
