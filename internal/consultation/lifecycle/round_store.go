package lifecycle

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/consultation"
	"delfi/internal/platform/postgres"
)

func InsertRound(ctx context.Context, tx *postgres.Tx, r consultation.Round) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.round (id, consultation, number, kind, state, planned_at, deadline)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.ID, r.Consultation, r.Number, string(r.Kind), r.State, r.PlannedAt, r.Deadline)
	if err != nil {
		return fmt.Errorf("round %d: %w", r.Number, err)
	}
	return nil
}

func SaveRound(ctx context.Context, tx *postgres.Tx, r consultation.Round) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.round
		SET state = $2, planned_at = $3, opened_at = $4, deadline = $5, closed_at = $6, released_at = $7,
			extensions = $8, postponed = $9, ticks = $10, unexamined = $11, enrolled = $12, turnout = $13, closed_for = $14,
			struck_off = $15
		WHERE id = $1`,
		r.ID, r.State, r.PlannedAt, null(r.OpenedAt), r.Deadline, null(r.ClosedAt), null(r.ReleasedAt),
		r.Extensions, r.Postponed, r.Ticks, r.Unexamined, pq.Array(append([]int{}, r.Enrolled...)), r.Turnout, r.Reason, r.StruckOff)
	if err != nil {
		return fmt.Errorf("round %d: %w", r.Number, err)
	}
	return nil
}

func scanRound(scan func(...any) error) (consultation.Round, error) {
	var r consultation.Round
	var opened, closed, released sql.NullTime
	var enrolled pq.Int64Array
	err := scan(&r.ID, &r.Consultation, &r.Number, &r.Kind, &r.State, &r.PlannedAt, &opened, &r.Deadline, &closed, &released,
		&r.Extensions, &r.Postponed, &r.Ticks, &r.Unexamined, &enrolled, &r.Turnout, &r.Reason, &r.StruckOff)
	r.PlannedAt, r.Deadline = r.PlannedAt.UTC(), r.Deadline.UTC()
	r.OpenedAt, r.ClosedAt, r.ReleasedAt = utc(opened), utc(closed), utc(released)
	for _, n := range enrolled {
		r.Enrolled = append(r.Enrolled, int(n))
	}
	return r, err
}

func rounds(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID, byID map[uuid.UUID]*consultation.Consultation) error {
	rows, err := tx.QueryContext(ctx, `
		SELECT id, consultation, number, kind, state, planned_at, opened_at, deadline, closed_at, released_at,
			extensions, postponed, ticks, unexamined, enrolled, turnout, closed_for, struck_off
		FROM civic.round
		WHERE consultation = ANY($1)
		ORDER BY consultation, number`, pq.Array(ids))
	if err != nil {
		return fmt.Errorf("rounds: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRound(rows.Scan)
		if err != nil {
			return fmt.Errorf("rounds: %w", err)
		}
		if c := byID[r.Consultation]; c != nil {
			c.Rounds = append(c.Rounds, r)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("rounds: %w", err)
	}
	return nil
}

// shared lets as many ballots into a round as come at once, and no closing; it gives
// the round, and whether its consultation is suspended. The lock is an advisory one
// because those stand in line: a row locked FOR SHARE by a crowd without a pause never
// comes free for the closing that waits for it. The keys that come along are locked
// after the round, in their order, each by one transaction at a time.
func shared(ctx context.Context, tx *postgres.Tx, id uuid.UUID, number int, keys []int64) (r consultation.Round, suspended bool, err error) {
	_, err = tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock_shared(hashtextextended('round ' || $1::text || '/' || $2::text, 0))
		UNION ALL (
			SELECT pg_advisory_xact_lock(key)
			FROM unnest($3::bigint[]) WITH ORDINALITY AS asked (key, place)
			ORDER BY place
		)`,
		id.String(), strconv.Itoa(number), pq.Int64Array(keys))
	if err != nil {
		return consultation.Round{}, false, fmt.Errorf("share round %d: %w", number, err)
	}
	// A statement of its own after the lock: it sees what a closing before us committed.
	row := tx.QueryRowContext(ctx, `
		SELECT id, consultation, number, kind, state, planned_at, opened_at, deadline, closed_at, released_at,
			extensions, postponed, ticks, unexamined, enrolled, turnout, closed_for, struck_off,
			EXISTS (SELECT 1 FROM civic.suspension AS s WHERE s.consultation = $1 AND s.until IS NULL)
		FROM civic.round
		WHERE consultation = $1 AND number = $2`, id, number)
	r, err = scanRound(func(into ...any) error { return row.Scan(append(into, &suspended)...) })
	if errors.Is(err, sql.ErrNoRows) {
		return consultation.Round{}, false, consultation.ErrNoRound
	}
	if err != nil {
		return consultation.Round{}, false, fmt.Errorf("share round %d: %w", number, err)
	}
	return r, suspended, nil
}

// lockRound waits until every ballot under way is in, and lets none begin.
func DrainRound(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock(hashtextextended('round ' || consultation::text || '/' || number::text, 0))
		FROM civic.round
		WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("lock round: %w", err)
	}
	err = tx.QueryRowContext(ctx, `
		SELECT id
		FROM civic.round
		WHERE id = $1
		FOR UPDATE`, id).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return consultation.ErrNoRound
	}
	if err != nil {
		return fmt.Errorf("lock round: %w", err)
	}
	return nil
}

// consultationOf gives the consultation that a round belongs to.
func OfRound(ctx context.Context, tx *postgres.Tx, round uuid.UUID) (uuid.UUID, error) {
	var id uuid.UUID
	err := tx.QueryRowContext(ctx, `
		SELECT consultation
		FROM civic.round
		WHERE id = $1`, round).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, consultation.ErrNoRound
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("consultation of round: %w", err)
	}
	return id, nil
}

// openRounds lists the open rounds of some kinds.
func openRounds(ctx context.Context, tx *postgres.Tx, kinds ...string) ([]consultation.Round, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT id, consultation, number, kind, state, planned_at, opened_at, deadline, closed_at, released_at,
			extensions, postponed, ticks, unexamined, enrolled, turnout, closed_for, struck_off
		FROM civic.round
		WHERE state = 'open' AND kind = ANY($1)
		ORDER BY id`, pq.Array(kinds))
	if err != nil {
		return nil, fmt.Errorf("open rounds: %w", err)
	}
	defer rows.Close()
	var out []consultation.Round
	for rows.Next() {
		r, err := scanRound(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("open rounds: %w", err)
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("open rounds: %w", err)
	}
	return out, nil
}

// countTurnout stores a figure; the round is not locked: only an open one has
// it moved, and the last figure is overtaken by the counts document.
func countTurnout(ctx context.Context, tx *postgres.Tx, round uuid.UUID, figure int) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.round
		SET turnout = $2
		WHERE id = $1 AND state = 'open' AND turnout <> $2`, round, figure)
	if err != nil {
		return fmt.Errorf("turnout: %w", err)
	}
	return nil
}
