package account

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/account/office"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// Heap is the table of accounts: its rows are written anew each hour.
var Heap = postgres.Heap{Table: "civic.account", Order: "id"}

// sealedRow is a row as it lies there: an account's, an officer's.
func sealedRow(id, key uuid.UUID, blob []byte) sealed { return sealed{key: key, at: id[:], blob: blob} }

// marked is an account's row to be written.
type marked struct {
	sealed
	id                     uuid.UUID
	person, subject, email []byte
}

// insert makes an account; of two first sign-ins at once one does (false for the other).
func insert(ctx context.Context, tx *postgres.Tx, m marked) (bool, error) {
	done, err := tx.ExecContext(ctx, `
		INSERT INTO civic.account (id, key, person, subject, email, sealed)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT ON CONSTRAINT account_person DO NOTHING`,
		m.id, m.key, m.person, m.subject, m.email, m.blob)
	if err != nil {
		return false, fmt.Errorf("insert account: %w", err)
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// rewrite writes what accounts keep of their people, in the order of rows, and tells how
// many are still there.
func rewrite(ctx context.Context, tx *postgres.Tx, rows []marked) (int, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	if err := Heap.Share(ctx, tx); err != nil {
		return 0, err
	}
	n := 0
	for _, m := range rows {
		done, err := tx.ExecContext(ctx, `
			UPDATE civic.account
			SET key = $2, person = $3, subject = $4, email = $5, sealed = $6
			WHERE id = $1`,
			m.id, m.key, m.person, m.subject, m.email, m.blob)
		if err != nil {
			return n, fmt.Errorf("rewrite account: %w", err)
		}
		one, err := done.RowsAffected()
		if err != nil {
			return n, err
		}
		n += int(one)
	}
	return n, nil
}

// actor reads an account and its roles in one statement, with the edition of that moment.
// Who the person is stays sealed. known is false when a key is in use that r lacks: r finds
// no office under it.
func actor(ctx context.Context, tx *postgres.Tx, r ring, id uuid.UUID) (a Actor, who sealed, at Edition, known bool, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT e.number, `+newKeys+`, a.key, a.sealed, o.id, r.administration, r.role, r.scope
		FROM civic.account a
		CROSS JOIN civic.edition e
		LEFT JOIN civic.officer o ON o.mark = ANY ($3)
		LEFT JOIN civic.role r ON r.officer = o.id
		WHERE a.id = $1
		ORDER BY r.administration, r.role, r.scope`, id, pq.Array(r.names()), pq.ByteaArray(r.offices(id)))
	if err != nil {
		return a, who, at, false, fmt.Errorf("actor: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var officer, administration, scope uuid.NullUUID
		var role sql.NullString
		var key uuid.UUID
		var blob []byte
		var others int
		if err := rows.Scan(&at, &others, &key, &blob, &officer, &administration, &role, &scope); err != nil {
			return a, who, at, false, fmt.Errorf("actor: %w", err)
		}
		a.Account, a.Office, who, known = id, office.ID(officer.UUID), sealedRow(id, key, blob), others == 0
		if administration.Valid {
			a.Grants = append(a.Grants, Grant{Administration: administration.UUID, Role: Role(role.String), Scope: Scope(scope.UUID)})
		}
	}
	if err := rows.Err(); err != nil {
		return a, who, at, false, fmt.Errorf("actor: %w", err)
	}
	if !a.SignedIn() {
		return a, who, at, false, noAccount()
	}
	return a, who, at, known, nil
}

// subject is a person as their provider names them.
type subject struct{ issuer, name string }

// entry is the account of somebody who signs in, and what waits about them, as of an
// edition; both still sealed.
type entry struct {
	id     uuid.UUID
	who    sealed
	news   sealed // without a blob where nothing waits
	at     Edition
	office holdingOffice
}

// entered reads the accounts behind marks, by the places that the marks have in common:
// each person has one mark and one token by every key.
func entered(ctx context.Context, tx *postgres.Tx, places []int64, persons, tokens [][]byte) (map[int64]entry, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT e.number, asked.place, a.id, a.key, a.sealed, n.token, n.key, n.sealed
		FROM unnest($1::bigint[], $2::bytea[]) AS asked (place, person)
		JOIN civic.account a ON a.person = asked.person
		CROSS JOIN civic.edition e
		LEFT JOIN (
			SELECT sought.place, w.token, w.key, w.sealed
			FROM unnest($1::bigint[], $3::bytea[]) AS sought (place, token)
			JOIN civic.waiting w ON w.token = sought.token) AS n ON n.place = asked.place`, pq.Array(places), pq.ByteaArray(persons), pq.ByteaArray(tokens))
	if err != nil {
		return nil, fmt.Errorf("entered: %w", err)
	}
	defer rows.Close()
	found := map[int64]entry{}
	for rows.Next() {
		var e entry
		var place int64
		var key uuid.UUID
		var newsKey uuid.NullUUID
		if err := rows.Scan(&e.at, &place, &e.id, &key, &e.who.blob, &e.news.at, &newsKey, &e.news.blob); err != nil {
			return nil, fmt.Errorf("entered: %w", err)
		}
		e.who = sealedRow(e.id, key, e.who.blob)
		e.news.key = newsKey.UUID
		found[place] = e
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("entered: %w", err)
	}
	return found, nil
}

// people gives who holds a role in a part of an administration or in the whole, in no
// order, and their rows among the officers.
func people(ctx context.Context, tx *postgres.Tx, administration uuid.UUID, scope Scope, role Role) ([]Person, []sealed, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT o.id, o.key, o.sealed, array_agg(DISTINCT r.role ORDER BY r.role)
		FROM civic.officer o
		JOIN civic.role r ON r.officer = o.id AND r.administration = $1 AND r.scope IN ($2, $3)
		WHERE EXISTS (
			SELECT 1
			FROM civic.role held
			WHERE held.officer = o.id AND held.administration = $1 AND held.scope IN ($2, $3) AND held.role = $4)
		GROUP BY o.id`,
		administration, uuid.Nil, uuid.UUID(scope), role)
	if err != nil {
		return nil, nil, fmt.Errorf("people: %w", err)
	}
	defer rows.Close()
	var out []Person
	var who []sealed
	for rows.Next() {
		var p Person
		var key uuid.UUID
		var blob []byte
		var roles []string
		if err := rows.Scan((*uuid.UUID)(&p.ID), &key, &blob, pq.Array(&roles)); err != nil {
			return nil, nil, fmt.Errorf("people: %w", err)
		}
		for _, r := range roles {
			p.Roles = append(p.Roles, Role(r))
		}
		out, who = append(out, p), append(who, sealedRow(uuid.UUID(p.ID), key, blob))
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("people: %w", err)
	}
	return out, who, nil
}

// rowsOf gives the rows of accounts that are there, in the order of their ids.
func rowsOf(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) ([]uuid.UUID, []sealed, error) {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return scanRows(tx.QueryContext(ctx, `
		SELECT id, key, sealed
		FROM civic.account
		WHERE id = ANY ($1::uuid[])
		ORDER BY id`, pq.Array(texts)))
}

// rowsBy gives the rows that any of the marks names, by id.
func rowsBy(ctx context.Context, tx *postgres.Tx, id uuid.NullUUID, subjects, emails [][]byte) ([]uuid.UUID, []sealed, error) {
	return scanRows(tx.QueryContext(ctx, `
		SELECT id, key, sealed
		FROM civic.account
		WHERE id = $1 OR subject = ANY ($2) OR email = ANY ($3)
		ORDER BY id`, id, pq.ByteaArray(subjects), pq.ByteaArray(emails)))
}

// rowsAfter gives some rows that lie under other keys than the given one, by id, and
// keeps them from being written by others.
func rowsAfter(ctx context.Context, tx *postgres.Tx, after, key uuid.UUID, most int) ([]uuid.UUID, []sealed, error) {
	return scanRows(tx.QueryContext(ctx, `
		SELECT id, key, sealed
		FROM civic.account
		WHERE id > $1 AND key <> $2
		ORDER BY id
		LIMIT $3
		FOR NO KEY UPDATE`, after, key, most))
}

func scanRows(rows *sql.Rows, err error) ([]uuid.UUID, []sealed, error) {
	if err != nil {
		return nil, nil, fmt.Errorf("accounts: %w", err)
	}
	defer rows.Close()
	var ids []uuid.UUID
	var out []sealed
	for rows.Next() {
		var id, key uuid.UUID
		var blob []byte
		if err := rows.Scan(&id, &key, &blob); err != nil {
			return nil, nil, fmt.Errorf("accounts: %w", err)
		}
		ids, out = append(ids, id), append(out, sealedRow(id, key, blob))
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("accounts: %w", err)
	}
	return ids, out, nil
}

func noAccount() error {
	return fault.New(fault.NotFound, "no_account", "there is no such account")
}
