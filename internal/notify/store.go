package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
)

// add stores one row per account. The ids are made here, not in the order of
// accounts: a random one each.
func add(ctx context.Context, tx *postgres.Tx, m Message, deadline time.Time, accounts []uuid.UUID) error {
	ids := make([]string, len(accounts))
	to := make([]string, len(accounts))
	for i, a := range accounts {
		ids[i], to[i] = uuid.NewString(), a.String()
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.outbox (id, account, kind, consultation, slug, title, round, deadline, next_try)
		SELECT id, account, $3, $4, $5, $6, $7, $8, $9
		FROM unnest($1::uuid[], $2::uuid[]) AS told (id, account)
		ON CONFLICT ON CONSTRAINT outbox_once DO NOTHING`,
		pq.Array(ids), pq.Array(to), string(m.Kind), m.Consultation, m.Slug, m.Title, m.Round,
		sql.NullTime{Time: deadline, Valid: !deadline.IsZero()}, tx.Now)
	if err != nil {
		return fmt.Errorf("notice: add: %w", err)
	}
	return nil
}

// due locks the message that has waited the longest; false when none is due, or
// other servers hold them all.
func due(ctx context.Context, tx *postgres.Tx) (queued, bool, error) {
	var m queued
	var account uuid.NullUUID
	var deadline sql.NullTime
	err := tx.QueryRowxContext(ctx, `
		SELECT id, account, invitation, kind, consultation, slug, title, round, deadline, tries
		FROM civic.outbox
		WHERE state = 'waiting' AND next_try <= $1
		ORDER BY next_try, id
		LIMIT 1
		FOR UPDATE SKIP LOCKED`, tx.Now).
		Scan(&m.ID, &account, &m.Invitation, &m.Kind, &m.Consultation, &m.Slug, &m.Title, &m.Round, &deadline, &m.Tries)
	if errors.Is(err, sql.ErrNoRows) {
		return queued{}, false, nil
	}
	if err != nil {
		return queued{}, false, fmt.Errorf("notice: due: %w", err)
	}
	m.Account, m.Deadline = account.UUID, deadline.Time
	return m, true, nil
}

// settle ends a message's wait.
func settle(ctx context.Context, tx *postgres.Tx, id uuid.UUID, s State, trouble string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.outbox
		SET state = $2, tries = tries + 1, trouble = left($3, 300)
		WHERE id = $1`, id, string(s), trouble)
	if err != nil {
		return fmt.Errorf("notice: settle: %w", err)
	}
	return nil
}

// postpone lets a message wait for its next try.
func postpone(ctx context.Context, tx *postgres.Tx, id uuid.UUID, next time.Time, trouble string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.outbox
		SET tries = tries + 1, next_try = $2, trouble = left($3, 300)
		WHERE id = $1`, id, next, trouble)
	if err != nil {
		return fmt.Errorf("notice: postpone: %w", err)
	}
	return nil
}

// keep says of every waiting message why it stays.
func keep(ctx context.Context, tx *postgres.Tx, trouble string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.outbox
		SET trouble = $1
		WHERE state = 'waiting' AND trouble <> $1`, trouble)
	if err != nil {
		return fmt.Errorf("notice: keep: %w", err)
	}
	return nil
}

// earliest is when the next waiting message is due; zero when none waits.
func earliest(ctx context.Context, tx *postgres.Tx) (time.Time, error) {
	var at sql.NullTime
	err := tx.GetContext(ctx, &at, `
		SELECT min(next_try)
		FROM civic.outbox
		WHERE state = 'waiting'`)
	if err != nil {
		return time.Time{}, fmt.Errorf("notice: earliest: %w", err)
	}
	return at.Time, nil
}

// left counts the waiting messages and gives the trouble of one.
func left(ctx context.Context, tx *postgres.Tx) (int, string, error) {
	var n int
	var trouble string
	err := tx.QueryRowxContext(ctx, `
		SELECT count(*), coalesce(max(trouble), '')
		FROM civic.outbox
		WHERE state = 'waiting'`).Scan(&n, &trouble)
	if err != nil {
		return 0, "", fmt.Errorf("notice: left: %w", err)
	}
	return n, trouble, nil
}

// forget deletes the letters to an account, told or waiting.
func forget(ctx context.Context, tx *postgres.Tx, account uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.outbox
		WHERE account = $1`, account)
	if err != nil {
		return fmt.Errorf("notice: forget: %w", err)
	}
	return nil
}
