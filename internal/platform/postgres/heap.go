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

// mixedPages bounds the old rows that are written anew beside fresh ones: all of a table of
// at most so many pages, else one of each of so many pages drawn at random.
const mixedPages = 64

// Reorder writes the fresh rows of all heaps anew, in the order of their ids, and old rows
// of each heap with them, in one transaction: afterwards they have one xmin, and lie in the
// order of their ids. A fresh row that came alone is one of many that moved. Where no heap
// has a fresh row nothing is written. Rows are dropped and inserted, since an update leaves
// a row in the page into which it came. Readers see the one or the other; a dump sees one
// of them. Who changes or drops rows of a heap calls Share first: to a statement that met a
// row under way the row would be gone. For the same reason no table has a foreign key to a
// heap. What is dead goes with its file.
//
//	INSERT ── fresh ─┐
//	                 ├─Reorder, hourly──▶ one xmin, order of ids ──CompactDue──▶ no dead bytes
//	old rows, drawn ─┘
func (db *DB) Reorder(ctx context.Context, heaps ...Heap) error {
	err := db.Transact(ctx, func(ctx context.Context, tx *Tx) error {
		came := false
		for _, h := range heaps {
			fresh, err := h.fresh(ctx, tx)
			if err != nil {
				return fmt.Errorf("reorder %s: %w", h.Table, err)
			}
			came = came || fresh
		}
		if !came {
			return nil
		}
		// Caches of names stay valid: see civic.edition_moves.
		if _, err := tx.ExecContext(ctx, `SELECT set_config('delfi.mingles', 'on', true)`); err != nil {
			return err
		}
		for _, h := range heaps {
			if err := h.reorder(ctx, tx); err != nil {
				return fmt.Errorf("reorder %s: %w", h.Table, err)
			}
			if err := Compact(ctx, tx, h.Table); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return db.CompactDue(ctx)
}

// fresh tells whether a row lies as it came.
func (h Heap) fresh(ctx context.Context, tx *Tx) (bool, error) {
	var found bool
	err := tx.GetContext(ctx, &found, `SELECT EXISTS (SELECT FROM `+h.Table+` WHERE fresh)`)
	return found, err
}

func (h Heap) reorder(ctx context.Context, tx *Tx) error {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('heap ' || $1, 0))`, h.Table); err != nil {
		return err
	}
	// As the table is now: a column that is forgotten would lose what it holds.
	var columns string
	err := tx.GetContext(ctx, &columns, `
		SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
		FROM pg_attribute
		WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> 'fresh'`, h.Table)
	if err != nil {
		return err
	}
	var pages int64
	if err := tx.GetContext(ctx, &pages, `SELECT pg_relation_size($1::regclass) / current_setting('block_size')::bigint`, h.Table); err != nil {
		return err
	}
	if pages <= mixedPages {
		_, err = tx.ExecContext(ctx, `
			WITH gone AS (
				DELETE FROM `+h.Table+`
				RETURNING `+columns+`)
			INSERT INTO `+h.Table+` (`+columns+`, fresh)
			SELECT `+columns+`, false
			FROM gone
			ORDER BY `+h.Order)
		return err
	}
	_, err = tx.ExecContext(ctx, `
		WITH page AS (
			SELECT DISTINCT floor(random() * $1)::bigint AS n
			FROM generate_series(1, $2)
		), drawn AS (
			SELECT one.place
			FROM page
			CROSS JOIN LATERAL (
				SELECT ctid AS place
				FROM `+h.Table+`
				WHERE ctid >= format('(%s,0)', page.n)::tid AND ctid < format('(%s,0)', page.n + 1)::tid AND NOT fresh
				ORDER BY random()
				LIMIT 1) AS one
		), gone AS (
			DELETE FROM `+h.Table+`
			WHERE fresh
			RETURNING `+columns+`
		), mixed AS (
			DELETE FROM `+h.Table+`
			WHERE ctid = ANY (ARRAY(SELECT place FROM drawn))
			RETURNING `+columns+`)
		INSERT INTO `+h.Table+` (`+columns+`, fresh)
		SELECT `+columns+`, false
		FROM (SELECT * FROM gone UNION ALL SELECT * FROM mixed) AS every
		ORDER BY `+h.Order, pages, mixedPages)
	return err
}

// Share keeps the heap from being reordered until the transaction ends.
func (h Heap) Share(ctx context.Context, tx *Tx) error {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock_shared(hashtextextended('heap ' || $1, 0))`, h.Table); err != nil {
		return fmt.Errorf("share %s: %w", h.Table, err)
	}
	return nil
}
