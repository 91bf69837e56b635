package postgres

import (
	"context"
	"fmt"
)

// Heap is a table whose rows people's acts write one by one. Its column fresh is true of
// those that still lie as they came: the order of their transactions and of their places
// says who came after whom. Reorder writes them anew.
type Heap struct {
	Table string // "civic.enrolment"
	Order string // columns, of ids that tell nothing: "consultation, account"
}

// least is how many fresh rows are reordered: one alone waits for another.
const least = 2

// Reorder writes the fresh rows of each heap anew in the order of their ids, all in one
// transaction: afterwards they have one xmin, and lie in the order of their ids. Rows are
// dropped and inserted, since an update leaves a row in the page into which it came.
// Readers see the one or the other; a dump sees one of them. Who changes or drops rows of
// a heap calls Share first: to a statement that met a row under way the row would be gone.
// For the same reason no table has a foreign key to a heap. What is dead goes with its file.
//
//	INSERT ── fresh ──Reorder, hourly──▶ one xmin, order of ids ──CompactDue──▶ no dead bytes
func (db *DB) Reorder(ctx context.Context, heaps ...Heap) error {
	err := db.Transact(ctx, func(ctx context.Context, tx *Tx) error {
		// What is remembered of people stays true: see civic.edition_moves.
		if _, err := tx.ExecContext(ctx, `SELECT set_config('delfi.mingles', 'on', true)`); err != nil {
			return err
		}
		for _, h := range heaps {
			n, err := h.reorder(ctx, tx)
			if err != nil {
				return fmt.Errorf("reorder %s: %w", h.Table, err)
			}
			if n > 0 {
				if err := Compact(ctx, tx, h.Table); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return db.CompactDue(ctx)
}

func (h Heap) reorder(ctx context.Context, tx *Tx) (int64, error) {
	var n int
	if err := tx.GetContext(ctx, &n, `SELECT count(*) FROM (SELECT FROM `+h.Table+` WHERE fresh LIMIT 2) AS found`); err != nil || n < least {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('heap ' || $1, 0))`, h.Table); err != nil {
		return 0, err
	}
	// As the table is now: a column that is forgotten would lose what it holds.
	var columns string
	err := tx.GetContext(ctx, &columns, `
		SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
		FROM pg_attribute
		WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> 'fresh'`, h.Table)
	if err != nil {
		return 0, err
	}
	done, err := tx.ExecContext(ctx, `
		WITH gone AS (
			DELETE FROM `+h.Table+`
			WHERE fresh
			RETURNING `+columns+`)
		INSERT INTO `+h.Table+` (`+columns+`, fresh)
		SELECT `+columns+`, false
		FROM gone
		ORDER BY `+h.Order)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// Share keeps the heap from being reordered until the transaction ends.
func (h Heap) Share(ctx context.Context, tx *Tx) error {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock_shared(hashtextextended('heap ' || $1, 0))`, h.Table); err != nil {
		return fmt.Errorf("share %s: %w", h.Table, err)
	}
	return nil
}
