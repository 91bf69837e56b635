package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
)

// profile gives an account's row and how many letters it was told.
func profile(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (sealed, int, error) {
	var key uuid.UUID
	var blob []byte
	var letters int
	err := tx.QueryRowxContext(ctx, `
		SELECT a.key, a.sealed, (SELECT count(*) FROM civic.outbox AS o WHERE o.account = a.id)
		FROM civic.account AS a
		WHERE a.id = $1`, id).Scan(&key, &blob, &letters)
	if err != nil {
		return sealed{}, 0, fmt.Errorf("profile: %w", err)
	}
	return sealedRow(id, key, blob), letters, nil
}

func officesOf(ctx context.Context, tx *postgres.Tx, marks [][]byte) ([]Office, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT b.name, r.role, r.scope
		FROM civic.officer AS o
		JOIN civic.role AS r ON r.officer = o.id
		JOIN civic.administration AS b ON b.id = r.administration
		WHERE o.mark = ANY ($1)
		ORDER BY b.name, r.role, r.scope`, pq.ByteaArray(marks))
	if err != nil {
		return nil, fmt.Errorf("offices: %w", err)
	}
	defer rows.Close()
	var out []Office
	for rows.Next() {
		var o Office
		if err := rows.Scan(&o.Administration, &o.Role, (*uuid.UUID)(&o.Scope)); err != nil {
			return nil, fmt.Errorf("offices: %w", err)
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

// remove deletes an account.
func remove(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	if err := Heap.Share(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		DELETE FROM civic.account
		WHERE id = $1`, id); err != nil {
		return fmt.Errorf("remove account: %w", err)
	}
	return nil
}
