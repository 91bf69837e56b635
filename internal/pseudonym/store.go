package pseudonym

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
)

// Heap is the table of aliases: its rows are written anew each hour.
var Heap = postgres.Heap{Table: "civic.alias", Order: "consultation, id"}

// check is what the database knows of a key.
type check struct {
	Value     []byte
	Destroyed bool
	Held      bool // seats are reached by codes
}

// lockKeys lets one transaction at a time, of all servers, make the keys of a consultation.
func lockKeys(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock(hashtextextended('pseudonym ' || $1::text, 0))`,
		consultation.String())
	return err
}

// findCheck gives a key's check value; nil when there is none.
func findCheck(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, sc scope) (*check, error) {
	var c check
	err := tx.QueryRowxContext(ctx, `
		SELECT value, destroyed, held
		FROM civic.key_check
		WHERE consultation = $1 AND scope = $2`,
		consultation, string(sc)).Scan(&c.Value, &c.Destroyed, &c.Held)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &c, nil
}

func insertCheck(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, sc scope, c check) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.key_check (consultation, scope, value, destroyed, held)
		VALUES ($1, $2, $3, $4, $5)`,
		consultation, string(sc), c.Value, c.Destroyed, c.Held)
	return err
}

func markDestroyed(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, sc scope) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.key_check
		SET destroyed = true
		WHERE consultation = $1 AND scope = $2 AND NOT destroyed`,
		consultation, string(sc))
	return err
}

// findAlias gives the name that an alias claimed; "" when none.
func findAlias(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, id [16]byte) (string, error) {
	var name string
	err := tx.QueryRowxContext(ctx, `
		SELECT name
		FROM civic.alias
		WHERE consultation = $1 AND id = $2`,
		consultation, id[:]).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, err
}

// takenNames tells which of the names are claimed.
func takenNames(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, names []string) (map[string]bool, error) {
	var found []string
	err := tx.SelectContext(ctx, &found, `
		SELECT name
		FROM civic.alias
		WHERE consultation = $1 AND name = ANY($2)`,
		consultation, pq.Array(names))
	if err != nil {
		return nil, err
	}
	taken := make(map[string]bool, len(found))
	for _, n := range found {
		taken[n] = true
	}
	return taken, nil
}

// claimedNames gives the names that a consultation's aliases have claimed.
func claimedNames(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[[16]byte]string, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT id, name
		FROM civic.alias
		WHERE consultation = $1`, consultation)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names := map[[16]byte]string{}
	for rows.Next() {
		var id []byte
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, err
		}
		names[[16]byte(id)] = name
	}
	return names, rows.Err()
}

// insertAliases claims names, in the given order.
func insertAliases(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, aliases []Alias) error {
	ids, names := make([][]byte, len(aliases)), make([]string, len(aliases))
	for i, a := range aliases {
		ids[i], names[i] = a.ID[:], a.Name
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.alias (consultation, id, name)
		SELECT $1, id, name
		FROM unnest($2::bytea[], $3::text[]) WITH ORDINALITY AS a (id, name, place)
		ORDER BY place`,
		consultation, pq.ByteaArray(ids), pq.StringArray(names))
	return err
}

// heldKeys lists the keys of consultations with the rows that each protects.
func heldKeys(ctx context.Context, tx *postgres.Tx) ([]Held, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT k.consultation, k.scope, k.destroyed, CASE k.scope
			WHEN 'panel' THEN (SELECT count(*) FROM panel.panelist AS p WHERE p.consultation = k.consultation)
			ELSE (SELECT count(*) FROM civic.alias AS a WHERE a.consultation = k.consultation)
		END
		FROM civic.key_check AS k
		ORDER BY k.consultation, k.scope`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Held
	for rows.Next() {
		var h Held
		if err := rows.Scan(&h.Consultation, &h.Scope, &h.Destroyed, &h.Rows); err != nil {
			return nil, err
		}
		h.Name = scope(h.Scope).name(h.Consultation)
		out = append(out, h)
	}
	return out, rows.Err()
}
