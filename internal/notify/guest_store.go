package notify

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
)

// addInvited stores one row per invitation, under ids that are random.
func addInvited(ctx context.Context, tx *postgres.Tx, m Message, invitations []uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.outbox (id, invitation, kind, consultation, slug, title, round, next_try)
		SELECT gen_random_uuid(), invitation, $2, $3, $4, $5, $6, $7
		FROM unnest($1::uuid[]) AS invited (invitation)
		ON CONFLICT ON CONSTRAINT outbox_once DO NOTHING`,
		pq.Array(invitations), string(m.Kind), m.Consultation, m.Slug, m.Title, m.Round, tx.Now)
	if err != nil {
		return fmt.Errorf("notice: invite: %w", err)
	}
	return nil
}

func withdraw(ctx context.Context, tx *postgres.Tx, invitation uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.outbox
		WHERE invitation = $1`, invitation)
	if err != nil {
		return fmt.Errorf("notice: withdraw: %w", err)
	}
	return nil
}

// fates gives the states of letters by invitation.
func fates(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[uuid.UUID]State, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT invitation, state
		FROM civic.outbox
		WHERE consultation = $1 AND invitation IS NOT NULL`, consultation)
	if err != nil {
		return nil, fmt.Errorf("notice: fates: %w", err)
	}
	defer rows.Close()
	out := map[uuid.UUID]State{}
	for rows.Next() {
		var id uuid.UUID
		var s State
		if err := rows.Scan(&id, &s); err != nil {
			return nil, fmt.Errorf("notice: fates: %w", err)
		}
		out[id] = s
	}
	return out, rows.Err()
}

func closeInvited(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.outbox
		WHERE consultation = $1 AND invitation IS NOT NULL`, consultation)
	if err != nil {
		return fmt.Errorf("notice: close: %w", err)
	}
	return nil
}
