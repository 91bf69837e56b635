package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"delfi/internal/postgres"
)

// Sessions keeps rows that say nothing: a name, bytes and a whole hour. What they are
// is known to whoever has the cookie (web/page/seal.go).
type Sessions struct{ db *postgres.DB }

// NewSessions makes the store.
func NewSessions(db *postgres.DB) *Sessions { return &Sessions{db: db} }

// Find reads a row that is not over, and the edition of all accounts at that moment.
func (s *Sessions) Find(ctx context.Context, name string) (data []byte, at Edition, found bool, err error) {
	err = s.db.Glance(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.QueryRowContext(ctx, `
			SELECT s.data, e.number
			FROM public.sessions AS s
			CROSS JOIN civic.edition AS e
			WHERE s.token = $1 AND s.expiry > current_timestamp`, name).Scan(&data, &at)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, false, nil
	}
	if err != nil {
		return nil, 0, false, fmt.Errorf("find session: %w", err)
	}
	return data, at, true, nil
}

// Put writes a row. It is one statement and a transaction by itself, durable when it
// returns, for it costs one round trip so and not three.
func (s *Sessions) Put(ctx context.Context, name string, data []byte, until time.Time) error {
	_, err := s.db.Pool().ExecContext(ctx, `
		INSERT INTO public.sessions (token, data, expiry)
		VALUES ($1, $2, $3)
		ON CONFLICT ON CONSTRAINT sessions_pkey
		DO UPDATE SET data = excluded.data, expiry = excluded.expiry`, name, data, until)
	if err != nil {
		return fmt.Errorf("put session: %w", err)
	}
	return nil
}

// Delete removes a row, if it is there.
func (s *Sessions) Delete(ctx context.Context, name string) error {
	if _, err := s.db.Pool().ExecContext(ctx, `
		DELETE FROM public.sessions
		WHERE token = $1`, name); err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	return nil
}

// Sweep removes what is over.
func (s *Sessions) Sweep(ctx context.Context) error {
	if _, err := s.db.Pool().ExecContext(ctx, `
		DELETE FROM public.sessions
		WHERE expiry < current_timestamp`); err != nil {
		return fmt.Errorf("sweep sessions: %w", err)
	}
	return nil
}
