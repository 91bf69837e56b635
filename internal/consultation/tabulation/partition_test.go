package tabulation

import (
	"context"
	"testing"

	"delfi/internal/platform/postgres"
)

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

// A piece of a closed round's copy reads no more rows than it copies, so that the time
// of the whole grows as the round does.
func TestAPieceOfACopyReadsItsRowsAlone(t *testing.T) {
	h := newHouse(t, 2, 1)
	h.open(2)
	round, consultation := h.c.Rounds[1].ID, h.c.ID
	ballots, panel := ballotPart(round), panelistPart(consultation)
	_, err := h.db.Pool().Exec(`
		INSERT INTO panel.ballot (round, panelist, sealed)
		SELECT '` + round.String() + `', decode(md5(n::text), 'hex'), 'x'
		FROM generate_series(1, 30000) AS n;
		INSERT INTO panel.panelist (consultation, id, grp)
		SELECT '` + consultation.String() + `', decode(md5(n::text), 'hex'), 'cittadini'
		FROM generate_series(1, 120000) AS n;
		ANALYZE panel.` + ballots + `, panel.` + panel)
	h.must(err)
	there, _, err := h.tabulation.beginCopies(t.Context(), ballots, panel, round, consultation)
	if err != nil || !there {
		t.Fatal(there, err)
	}
	for _, c := range []struct {
		part string
		next func(context.Context, *postgres.Tx) (int, error)
	}{
		{ballots, func(ctx context.Context, tx *postgres.Tx) (int, error) { return copyBallots(ctx, tx, ballots, round) }},
		{panel, func(ctx context.Context, tx *postgres.Tx) (int, error) {
			return copyPanelists(ctx, tx, panel, consultation)
		}},
	} {
		for piece := range 2 {
			h.must(h.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
				// With so few rows a planner may like to read them all.
				if _, err := tx.ExecContext(ctx, `SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off`); err != nil {
					return err
				}
				before, err := rowsRead(ctx, tx, c.part)
				if err != nil {
					return err
				}
				copied, err := c.next(ctx, tx)
				if err != nil {
					return err
				}
				read, err := rowsRead(ctx, tx, c.part)
				if err != nil {
					return err
				}
				if read -= before; copied < 10_000 || read > copied+1 {
					t.Errorf("piece %d of %s: %d rows are copied, %d are read", piece, c.part, copied, read)
				}
				return nil
			}))
		}
	}
}

// rowsRead counts the rows of a partition that this connection read, in this transaction and
// in those of which the server's statistics lack the figures.
func rowsRead(ctx context.Context, tx *postgres.Tx, part string) (n int, err error) {
	err = tx.GetContext(ctx, &n, `
		SELECT seq_tup_read + idx_tup_fetch
		FROM pg_stat_xact_all_tables
		WHERE relid = $1::regclass`, "panel."+part)
	return n, err
}
