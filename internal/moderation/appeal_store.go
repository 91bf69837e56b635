package moderation

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
	"delfi/internal/space"
)

// lockSealed lets one transaction at a time write sealed appeals, or open them. The lock
// is no row's, as lockAct's.
func lockSealed(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('moderation sealed', 0))`); err != nil {
		return fmt.Errorf("moderation: lock sealed appeals: %w", err)
	}
	return nil
}

// insertSealed stores a sealed row.
func insertSealed(ctx context.Context, tx *postgres.Tx, s sealedAppeal) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.moderation_sealed (token, sealed)
		VALUES ($1, $2)`, s.token, s.blob)
	if err != nil {
		return fmt.Errorf("moderation: add sealed appeal: %w", err)
	}
	return nil
}

// sealedUnder gives the sealed rows of tokens.
func sealedUnder(ctx context.Context, tx *postgres.Tx, tokens [][]byte) ([]sealedAppeal, error) {
	if len(tokens) == 0 {
		return nil, nil
	}
	return scanSealed(tx.QueryContext(ctx, `
		SELECT token, sealed
		FROM civic.moderation_sealed
		WHERE token = ANY ($1)`, pq.ByteaArray(tokens)))
}

// allSealed gives all sealed rows.
func allSealed(ctx context.Context, tx *postgres.Tx) ([]sealedAppeal, error) {
	return scanSealed(tx.QueryContext(ctx, `
		SELECT token, sealed
		FROM civic.moderation_sealed
		ORDER BY token`))
}

func scanSealed(rows *sql.Rows, err error) ([]sealedAppeal, error) {
	if err != nil {
		return nil, fmt.Errorf("moderation: sealed appeals: %w", err)
	}
	defer rows.Close()
	var out []sealedAppeal
	for rows.Next() {
		var s sealedAppeal
		if err := rows.Scan(&s.token, &s.blob); err != nil {
			return nil, fmt.Errorf("moderation: sealed appeals: %w", err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("moderation: sealed appeals: %w", err)
	}
	return out, nil
}

// dropSealed drops sealed rows.
func dropSealed(ctx context.Context, tx *postgres.Tx, tokens [][]byte) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.moderation_sealed
		WHERE token = ANY ($1)`, pq.ByteaArray(tokens))
	if err != nil {
		return fmt.Errorf("moderation: drop sealed appeals: %w", err)
	}
	return nil
}

// insertAppeals stores appeals in clear, in the order of their ids; one that is there stays.
func insertAppeals(ctx context.Context, tx *postgres.Tx, all []Appeal) error {
	slices.SortFunc(all, func(a, b Appeal) int {
		return cmp.Or(bytes.Compare(a.Act.ID[:], b.Act.ID[:]), bytes.Compare(a.Subject[:], b.Subject[:]))
	})
	for _, a := range all {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO civic.moderation_appeal (act, subject, words, raised_on)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT ON CONSTRAINT moderation_appeal_pkey DO NOTHING`, a.Act.ID, a.Subject, a.Words, a.Raised.Format(time.DateOnly))
		if err != nil {
			return fmt.Errorf("moderation: add appeal: %w", err)
		}
	}
	return nil
}

// findAppeal gives the appeal against an act on a subject; acts have their ids alone.
func findAppeal(ctx context.Context, tx *postgres.Tx, act, subject uuid.UUID) (a Appeal, made bool, err error) {
	a, err = scanAppeal(tx.QueryRowContext(ctx, `
		SELECT act, subject, words, raised_on, outcome, decision
		FROM civic.moderation_appeal
		WHERE act = $1 AND subject = $2`, act, subject).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Appeal{}, false, nil
	}
	if err != nil {
		return Appeal{}, false, fmt.Errorf("moderation: find appeal: %w", err)
	}
	return a, true, nil
}

// listAppeals lists the appeals of a space; acts have their ids alone.
func listAppeals(ctx context.Context, tx *postgres.Tx, kind space.Kind, of uuid.UUID) ([]Appeal, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT p.act, p.subject, p.words, p.raised_on, p.outcome, p.decision
		FROM civic.moderation_appeal AS p
		JOIN civic.moderation_act AS a ON a.id = p.act
		WHERE a.space = $1 AND a.kind = $2
		ORDER BY p.act, p.subject`, of, string(kind))
	if err != nil {
		return nil, fmt.Errorf("moderation: list appeals: %w", err)
	}
	defer rows.Close()
	var out []Appeal
	for rows.Next() {
		a, err := scanAppeal(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("moderation: list appeals: %w", err)
		}
		out = append(out, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("moderation: list appeals: %w", err)
	}
	return out, nil
}

func scanAppeal(scan func(...any) error) (Appeal, error) {
	var a Appeal
	var decision uuid.NullUUID
	err := scan(&a.Act.ID, &a.Subject, &a.Words, &a.Raised, &a.Outcome, &decision)
	a.Decision.ID = decision.UUID
	return a, err
}

// saveOutcome stores how an appeal ended, and by which act.
func saveOutcome(ctx context.Context, tx *postgres.Tx, a Appeal, outcome Outcome, decision uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.moderation_appeal
		SET outcome = $3, decision = $4
		WHERE act = $1 AND subject = $2`, a.Act.ID, a.Subject, string(outcome), decision)
	if err != nil {
		return fmt.Errorf("moderation: save outcome: %w", err)
	}
	return nil
}
