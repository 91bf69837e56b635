package moderation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
)

// insertLook stores a second judgement beside the first.
func insertLook(ctx context.Context, tx *postgres.Tx, a Act, subject uuid.UUID, by account.OfficeID, first, second bool) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.moderation_look (act, subject, space, officer, first_in, second_in)
		VALUES ($1, $2, $3, $4, $5, $6)`, a.ID, subject, a.Space, uuid.UUID(by), first, second)
	if err != nil {
		return fmt.Errorf("moderation: add look: %w", err)
	}
	return nil
}

// findLook gives who judged a subject of an act for the second time, and how.
func findLook(ctx context.Context, tx *postgres.Tx, act, subject uuid.UUID) (by account.OfficeID, in, made bool, err error) {
	err = tx.QueryRowContext(ctx, `
		SELECT officer, second_in
		FROM civic.moderation_look
		WHERE act = $1 AND subject = $2`, act, subject).Scan((*uuid.UUID)(&by), &in)
	if errors.Is(err, sql.ErrNoRows) {
		return by, false, false, nil
	}
	if err != nil {
		return by, false, false, fmt.Errorf("moderation: find look: %w", err)
	}
	return by, in, true, nil
}

// looked lists the judgements of a space that were looked at twice: act and subject.
func looked(ctx context.Context, tx *postgres.Tx, of uuid.UUID) ([][2]uuid.UUID, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT act, subject
		FROM civic.moderation_look
		WHERE space = $1`, of)
	if err != nil {
		return nil, fmt.Errorf("moderation: list looks: %w", err)
	}
	defer rows.Close()
	var out [][2]uuid.UUID
	for rows.Next() {
		var pair [2]uuid.UUID
		if err := rows.Scan(&pair[0], &pair[1]); err != nil {
			return nil, fmt.Errorf("moderation: list looks: %w", err)
		}
		out = append(out, pair)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("moderation: list looks: %w", err)
	}
	return out, nil
}

// countLooks counts the pairs of judgements of spaces.
func countLooks(ctx context.Context, tx *postgres.Tx, spaces []uuid.UUID) (Agreement, error) {
	var a Agreement
	err := tx.QueryRowContext(ctx, `
		SELECT count(*) FILTER (WHERE first_in AND second_in), count(*) FILTER (WHERE first_in AND NOT second_in),
		       count(*) FILTER (WHERE NOT first_in AND second_in), count(*) FILTER (WHERE NOT first_in AND NOT second_in)
		FROM civic.moderation_look
		WHERE space = ANY($1::uuid[])`, pq.Array(ids(spaces))).Scan(&a.Pairs[0][0], &a.Pairs[0][1], &a.Pairs[1][0], &a.Pairs[1][1])
	if err != nil {
		return a, fmt.Errorf("moderation: count looks: %w", err)
	}
	return a, nil
}
