package account

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
)

// putWaiting stores what waits under a token, in the place of what waited there.
func putWaiting(ctx context.Context, tx *postgres.Tx, w sealed) error {
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO civic.waiting (token, key, sealed)
		VALUES ($1, $2, $3)
		ON CONFLICT ON CONSTRAINT waiting_pkey
		DO UPDATE SET key = excluded.key, sealed = excluded.sealed`,
		w.at, w.key, w.blob); err != nil {
		return fmt.Errorf("put what waits: %w", err)
	}
	return nil
}

func dropWaiting(ctx context.Context, tx *postgres.Tx, tokens [][]byte) error {
	_, err := takeWaiting(ctx, tx, tokens)
	return err
}

// takeWaiting drops what waits, and gives the tokens under which something did.
func takeWaiting(ctx context.Context, tx *postgres.Tx, tokens [][]byte) ([][]byte, error) {
	if len(tokens) == 0 {
		return nil, nil
	}
	gone, err := scanTokens(tx.QueryContext(ctx, `
		DELETE FROM civic.waiting
		WHERE token = ANY ($1)
		RETURNING token`, pq.ByteaArray(tokens)))
	if err != nil || len(gone) == 0 {
		return gone, err
	}
	return gone, postgres.Compact(ctx, tx, "civic.waiting")
}

// waitingUnder gives those of the tokens under which something waits.
func waitingUnder(ctx context.Context, tx *postgres.Tx, tokens [][]byte) ([][]byte, error) {
	if len(tokens) == 0 {
		return nil, nil
	}
	return scanTokens(tx.QueryContext(ctx, `
		SELECT token
		FROM civic.waiting
		WHERE token = ANY ($1)`, pq.ByteaArray(tokens)))
}

func scanTokens(rows *sql.Rows, err error) ([][]byte, error) {
	if err != nil {
		return nil, fmt.Errorf("what waits: %w", err)
	}
	defer rows.Close()
	var out [][]byte
	for rows.Next() {
		var token []byte
		if err := rows.Scan(&token); err != nil {
			return nil, fmt.Errorf("what waits: %w", err)
		}
		out = append(out, token)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("what waits: %w", err)
	}
	return out, nil
}

// waitingAfter gives some of what waits, by token, and keeps it from others.
func waitingAfter(ctx context.Context, tx *postgres.Tx, after []byte, most int) ([]sealed, error) {
	return scanWaiting(tx.QueryContext(ctx, `
		SELECT token, key, sealed
		FROM civic.waiting
		WHERE token > $1
		ORDER BY token
		LIMIT $2
		FOR UPDATE`, nonNull(after), most))
}

// waitingRead is waitingAfter for who only reads.
func waitingRead(ctx context.Context, tx *postgres.Tx, after []byte, most int) ([]sealed, error) {
	return scanWaiting(tx.QueryContext(ctx, `
		SELECT token, key, sealed
		FROM civic.waiting
		WHERE token > $1
		ORDER BY token
		LIMIT $2`, nonNull(after), most))
}

// nonNull is an empty text for nil, which the driver writes as NULL.
func nonNull(b []byte) []byte { return append([]byte{}, b...) }

func scanWaiting(rows *sql.Rows, err error) ([]sealed, error) {
	if err != nil {
		return nil, fmt.Errorf("what waits: %w", err)
	}
	defer rows.Close()
	var out []sealed
	for rows.Next() {
		var w sealed
		if err := rows.Scan(&w.at, &w.key, &w.blob); err != nil {
			return nil, fmt.Errorf("what waits: %w", err)
		}
		out = append(out, w)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("what waits: %w", err)
	}
	return out, nil
}
