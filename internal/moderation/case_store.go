package moderation

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
	"delfi/internal/space"
)

// insertCases puts new cases in the queue, in the given order.
func insertCases(ctx context.Context, tx *postgres.Tx, kind space.Kind, of uuid.UUID, subjects []uuid.UUID) error {
	const most = 10_000 // in one statement
	for len(subjects) > 0 {
		part := subjects[:min(most, len(subjects))]
		subjects = subjects[len(part):]
		_, err := tx.ExecContext(ctx, `
			INSERT INTO civic.moderation_case (kind, subject, space)
			SELECT $1, subject, $2
			FROM unnest($3::uuid[]) WITH ORDINALITY AS s (subject, place)
			ORDER BY place`, string(kind), of, pq.Array(ids(part)))
		if err != nil {
			return fmt.Errorf("moderation: enqueue: %w", err)
		}
	}
	return nil
}

// listCases gives the cases of a space, by subject.
func listCases(ctx context.Context, tx *postgres.Tx, kind space.Kind, of uuid.UUID) (map[uuid.UUID]Case, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT subject, version, priority, waiting, claimed_by, claimed_name, claimed_until
		FROM civic.moderation_case
		WHERE space = $1 AND kind = $2`, of, string(kind))
	return cases(rows, err, kind, of)
}

// findCases gives those of some subjects.
func findCases(ctx context.Context, tx *postgres.Tx, kind space.Kind, of uuid.UUID, subjects []uuid.UUID) (map[uuid.UUID]Case, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT subject, version, priority, waiting, claimed_by, claimed_name, claimed_until
		FROM civic.moderation_case
		WHERE kind = $1 AND subject = ANY($2::uuid[]) AND space = $3`, string(kind), pq.Array(ids(subjects)), of)
	return cases(rows, err, kind, of)
}

// cases reads the rows of the two.
func cases(rows *sql.Rows, err error, kind space.Kind, of uuid.UUID) (map[uuid.UUID]Case, error) {
	if err != nil {
		return nil, fmt.Errorf("moderation: list cases: %w", err)
	}
	defer rows.Close()
	out := map[uuid.UUID]Case{}
	for rows.Next() {
		c := Case{Subject: space.Subject{Kind: kind, Space: of}}
		var by uuid.NullUUID
		var until sql.NullTime
		if err := rows.Scan(&c.ID, &c.Version, &c.Priority, &c.Waiting, &by, &c.Claim.Name, &until); err != nil {
			return nil, fmt.Errorf("moderation: list cases: %w", err)
		}
		c.Claim.By, c.Claim.Until = account.OfficeID(by.UUID), until.Time.UTC()
		out[c.ID] = c
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("moderation: list cases: %w", err)
	}
	return out, nil
}

// saveClaims gives cases one claim; the zero Claim takes theirs away.
func saveClaims(ctx context.Context, tx *postgres.Tx, kind space.Kind, subjects []uuid.UUID, c Claim) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.moderation_case
		SET claimed_by = $3, claimed_name = $4, claimed_until = $5
		WHERE kind = $1 AND subject = ANY($2::uuid[])`,
		string(kind), pq.Array(ids(subjects)), null(uuid.UUID(c.By)), c.Name, sql.NullTime{Time: c.Until, Valid: !c.Until.Equal(time.Time{})})
	if err != nil {
		return fmt.Errorf("moderation: save claims: %w", err)
	}
	return nil
}

// saveCases counts an act on its subjects, ends their claims, and says which wait from now
// on, with which priority.
func saveCases(ctx context.Context, tx *postgres.Tx, kind space.Kind, subjects, waiting []uuid.UUID, priority int) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.moderation_case
		SET version = version + 1, waiting = subject = ANY($3::uuid[]), priority = $4,
		    claimed_by = NULL, claimed_name = '', claimed_until = NULL
		WHERE kind = $1 AND subject = ANY($2::uuid[])`,
		string(kind), pq.Array(ids(subjects)), pq.Array(ids(waiting)), priority)
	if err != nil {
		return fmt.Errorf("moderation: save cases: %w", err)
	}
	return nil
}

// countAct counts an act on its subjects, and leaves their places in the queue.
func countAct(ctx context.Context, tx *postgres.Tx, kind space.Kind, subjects []uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.moderation_case
		SET version = version + 1
		WHERE kind = $1 AND subject = ANY($2::uuid[])`, string(kind), pq.Array(ids(subjects)))
	if err != nil {
		return fmt.Errorf("moderation: count act: %w", err)
	}
	return nil
}

// null is an id for a column that may have none.
func null(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }

// ids writes ids for an array parameter.
func ids(list []uuid.UUID) []string {
	out := make([]string, len(list))
	for i, id := range list {
		out[i] = id.String()
	}
	return out
}
