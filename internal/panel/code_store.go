package panel

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// newestBatch gives a group's newest batch, its row locked: one code is issued after the
// other. The zero batch when there is none.
func newestBatch(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) (batch, error) {
	_, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock(hashtextextended('codes ' || $1::text || '/' || $2::text, 0))`,
		consultation.String(), group)
	if err != nil {
		return batch{}, err
	}
	return lastBatch(ctx, tx, consultation, group)
}

// lastBatch gives a group's newest batch; the zero batch when there is none.
func lastBatch(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) (batch, error) {
	return scanBatch(tx.QueryRowContext(ctx, `
		SELECT number, codes, works_from
		FROM civic.code_batch
		WHERE consultation = $1 AND grp = $2
		ORDER BY number DESC
		LIMIT 1`,
		consultation, group))
}

func findBatch(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, number int) (batch, error) {
	return scanBatch(tx.QueryRowContext(ctx, `
		SELECT number, codes, works_from
		FROM civic.code_batch
		WHERE consultation = $1 AND grp = $2 AND number = $3`,
		consultation, group, number))
}

func scanBatch(row *sql.Row) (batch, error) {
	var b batch
	var from sql.NullTime
	err := row.Scan(&b.number, &b.codes, &from)
	if errors.Is(err, sql.ErrNoRows) {
		return batch{}, nil
	}
	if from.Valid {
		b.worksFrom = from.Time.UTC()
	}
	return b, err
}

func putBatch(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, b batch) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.code_batch (consultation, grp, number, codes, works_from)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (consultation, grp, number) DO UPDATE
		SET codes = excluded.codes, works_from = excluded.works_from`,
		consultation, group, b.number, b.codes, sql.NullTime{Time: b.worksFrom, Valid: !b.worksFrom.IsZero()})
	return err
}

// freeBatches lets every batch work that does not yet.
func freeBatches(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, now time.Time) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.code_batch
		SET works_from = $2
		WHERE consultation = $1 AND (works_from IS NULL OR works_from > $2)`,
		consultation, now)
	return err
}

func keepCode(ctx context.Context, tx *postgres.Tx, id, sealed []byte, until time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.code_kept (id, sealed, until)
		VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, until = excluded.until`,
		id, sealed, until)
	return err
}

// findCode gives what is kept under an id; nil when nothing is.
func findCode(ctx context.Context, tx *postgres.Tx, id []byte, now time.Time) ([]byte, error) {
	var sealed []byte
	err := tx.QueryRowxContext(ctx, `
		SELECT sealed
		FROM civic.code_kept
		WHERE id = $1 AND until > $2`,
		id, now).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return sealed, err
}

func forgetCodes(ctx context.Context, tx *postgres.Tx, now time.Time) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.code_kept
		WHERE until <= $1`, now)
	return err
}
