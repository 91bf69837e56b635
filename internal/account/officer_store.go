package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/account/office"
	"delfi/internal/platform/postgres"
)

// officers and roles are tables whose rows a first sign-in writes beside an account's.
var (
	officers = postgres.Heap{Table: "civic.officer", Order: "id"}
	roles    = postgres.Heap{Table: "civic.role", Order: "officer, administration, role, scope"}
)

// officerOf gives the officer that one of the marks names.
func officerOf(ctx context.Context, tx *postgres.Tx, marks [][]byte) (id office.ID, found bool, err error) {
	err = tx.QueryRowContext(ctx, `
		SELECT id
		FROM civic.officer
		WHERE mark = ANY ($1)`, pq.ByteaArray(marks)).Scan((*uuid.UUID)(&id))
	if errors.Is(err, sql.ErrNoRows) {
		return id, false, nil
	}
	if err != nil {
		return id, false, fmt.Errorf("officer: %w", err)
	}
	return id, true, nil
}

// insertOfficer makes an officer; of two first roles at once one does (false for the other).
func insertOfficer(ctx context.Context, tx *postgres.Tx, o officer) (bool, error) {
	done, err := tx.ExecContext(ctx, `
		INSERT INTO civic.officer (id, key, mark, sealed)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT ON CONSTRAINT officer_mark DO NOTHING`, uuid.UUID(o.id), o.key, o.mark, o.blob)
	if err != nil {
		return false, fmt.Errorf("insert officer: %w", err)
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// rewriteOfficer writes an officer under another key.
func rewriteOfficer(ctx context.Context, tx *postgres.Tx, o officer) error {
	if _, err := tx.ExecContext(ctx, `
		UPDATE civic.officer
		SET key = $2, mark = $3, sealed = $4
		WHERE id = $1`, uuid.UUID(o.id), o.key, o.mark, o.blob); err != nil {
		return fmt.Errorf("rewrite officer: %w", err)
	}
	return nil
}

// officerRows gives the rows of officers.
func officerRows(ctx context.Context, tx *postgres.Tx, ids []office.ID) ([]officer, error) {
	return scanOfficers(tx.QueryContext(ctx, `
		SELECT id, key, sealed
		FROM civic.officer
		WHERE id = ANY ($1::uuid[])
		ORDER BY id`, pq.Array(texts(ids))))
}

// officersAfter gives some officers that lie under other keys than the given one, by id,
// and keeps them from being written by others.
func officersAfter(ctx context.Context, tx *postgres.Tx, after, key uuid.UUID, most int) ([]officer, error) {
	return scanOfficers(tx.QueryContext(ctx, `
		SELECT id, key, sealed
		FROM civic.officer
		WHERE id > $1 AND key <> $2
		ORDER BY id
		LIMIT $3
		FOR NO KEY UPDATE`, after, key, most))
}

func scanOfficers(rows *sql.Rows, err error) ([]officer, error) {
	if err != nil {
		return nil, fmt.Errorf("officers: %w", err)
	}
	defer rows.Close()
	var out []officer
	for rows.Next() {
		var o officer
		if err := rows.Scan((*uuid.UUID)(&o.id), &o.key, &o.blob); err != nil {
			return nil, fmt.Errorf("officers: %w", err)
		}
		o.at = o.id[:]
		out = append(out, o)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("officers: %w", err)
	}
	return out, nil
}

// texts writes ids for an array parameter.
func texts(ids []office.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}

// holdingOffice is what the rows of an officer say of the roles that they hold; the zero ID
// is of somebody who never held one.
type holdingOffice struct {
	known  bool // false when a key is in use by which nothing was looked for
	id     office.ID
	grants []Grant
	groups []string // that give the claimed ones; with the id of a part for its name, which is not at hand
}

// held gives officers with their roles, by the places that their marks have in common.
func held(ctx context.Context, tx *postgres.Tx, places []int64, keys []string, marks [][]byte) (map[int64]holdingOffice, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT `+newKeys+`, asked.place, o.id, r.administration, r.role, r.scope, r.claimed, b.slug
		FROM unnest($1::bigint[], $3::bytea[]) AS asked (place, mark)
		LEFT JOIN civic.officer o ON o.mark = asked.mark
		LEFT JOIN civic.role r ON r.officer = o.id
		LEFT JOIN civic.administration b ON b.id = r.administration
		ORDER BY r.administration, r.role, r.scope`, pq.Array(places), pq.Array(keys), pq.ByteaArray(marks))
	if err != nil {
		return nil, fmt.Errorf("roles of those who enter: %w", err)
	}
	defer rows.Close()
	out := map[int64]holdingOffice{}
	for rows.Next() {
		var place int64
		var others int
		var id, administration, scope uuid.NullUUID
		var role, slug sql.NullString
		var claimed sql.NullBool
		if err := rows.Scan(&others, &place, &id, &administration, &role, &scope, &claimed, &slug); err != nil {
			return nil, fmt.Errorf("roles of those who enter: %w", err)
		}
		h := out[place]
		if h.known = others == 0; id.Valid {
			h.id = office.ID(id.UUID)
		}
		if administration.Valid {
			g := Grant{Administration: administration.UUID, Role: Role(role.String), Scope: Scope(scope.UUID)}
			h.grants = append(h.grants, g)
			if claimed.Bool {
				h.groups = append(h.groups, groupOf(slug.String, g))
			}
		}
		out[place] = h
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("roles of those who enter: %w", err)
	}
	return out, nil
}

// removeOfficer forgets who an officer was, and their roles; the names beside their acts stay.
func removeOfficer(ctx context.Context, tx *postgres.Tx, marks [][]byte) error {
	for _, h := range []postgres.Heap{officers, roles} {
		if err := h.Share(ctx, tx); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `
		WITH gone AS (
			DELETE FROM civic.officer
			WHERE mark = ANY ($1)
			RETURNING id)
		DELETE FROM civic.role
		WHERE officer IN (SELECT id FROM gone)`, pq.ByteaArray(marks)); err != nil {
		return fmt.Errorf("remove officer: %w", err)
	}
	return nil
}

// clearOfficer is an officer whose account stands in clear.
type clearOfficer struct {
	id      office.ID
	account uuid.UUID
}

// unsealed gives the officers whose accounts stand in clear, and keeps others from sealing
// them meanwhile.
func unsealed(ctx context.Context, tx *postgres.Tx) ([]clearOfficer, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT id, account
		FROM civic.officer_unsealed
		ORDER BY id
		FOR UPDATE`)
	if err != nil {
		return nil, fmt.Errorf("officers in clear: %w", err)
	}
	defer rows.Close()
	var out []clearOfficer
	for rows.Next() {
		var o clearOfficer
		if err := rows.Scan((*uuid.UUID)(&o.id), &o.account); err != nil {
			return nil, fmt.Errorf("officers in clear: %w", err)
		}
		out = append(out, o)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("officers in clear: %w", err)
	}
	return out, nil
}

// dropUnsealed drops them. Another program that starts meanwhile finds none.
func dropUnsealed(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM civic.officer_unsealed`); err != nil {
		return fmt.Errorf("drop officers in clear: %w", err)
	}
	return postgres.Compact(ctx, tx, "civic.officer_unsealed")
}
