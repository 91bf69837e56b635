package moderation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/civiltime"
	"delfi/internal/platform/postgres"
	"delfi/internal/space"
)

// insertAppeal stores an appeal: one row, with its day.
func insertAppeal(ctx context.Context, tx *postgres.Tx, a Appeal) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.moderation_appeal (act, subject, words, raised_on)
		VALUES ($1, $2, $3, $4)`, a.Act.ID, a.Subject, a.Words, civiltime.Date(a.Raised))
	if err != nil {
		return fmt.Errorf("moderation: add appeal: %w", err)
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
