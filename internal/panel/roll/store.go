package roll

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"delfi/internal/civiltime"
	"delfi/internal/platform/postgres"
)

// Heap is the table of places: its rows are written anew each hour.
var Heap = postgres.Heap{Table: "civic.roll_place", Order: "consultation, ticket"}

// row is a roll as it is stored.
type row struct {
	Roll
	proof    []byte
	recorded bool
}

func rolls(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]row, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT grp, owner, people, since, proof, recorded
		FROM civic.roll
		WHERE consultation = $1`, consultation)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]row{}
	for rows.Next() {
		var group string
		var r row
		if err := rows.Scan(&group, &r.Owner, &r.N, &r.Since, &r.proof, &r.recorded); err != nil {
			return nil, err
		}
		out[group] = r
	}
	return out, rows.Err()
}

// share keeps a group's roll from being replaced until the transaction ends.
func share(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock_shared(hashtextextended('roll ' || $1::text, 0))`, consultation.String())
	return err
}

// lock is share for who replaces it.
func lock(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock(hashtextextended('roll ' || $1::text, 0))`, consultation.String())
	return err
}

func putRoll(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, r row) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.roll (consultation, grp, owner, people, since, proof, recorded)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT ON CONSTRAINT roll_pkey DO UPDATE
		SET owner = excluded.owner, people = excluded.people, since = excluded.since, recorded = excluded.recorded`,
		consultation, group, r.Owner, r.N, civiltime.Date(r.Since), r.proof, r.recorded)
	return err
}

func markRecorded(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.roll
		SET recorded = true
		WHERE consultation = $1 AND NOT recorded`, consultation)
	return err
}

// members gives a roll's members in the order of their tickets.
func members(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) ([]Member, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT ticket, status
		FROM civic.roll_member
		WHERE consultation = $1 AND grp = $2
		ORDER BY ticket`, consultation, group)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Member
	for rows.Next() {
		var ticket sql.RawBytes
		var m Member
		if err := rows.Scan(&ticket, &m.Status); err != nil {
			return nil, err
		}
		copy(m.Ticket[:], ticket)
		out = append(out, m)
	}
	return out, rows.Err()
}

// memberBatch is how many members one statement writes.
const memberBatch = 5000

// replaceMembers makes a roll's members those given.
func replaceMembers(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, all []Member) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.roll_member
		WHERE consultation = $1 AND grp = $2`, consultation, group)
	if err != nil {
		return err
	}
	for len(all) > 0 {
		some := all[:min(len(all), memberBatch)]
		all = all[len(some):]
		tickets, statuses := make([][]byte, len(some)), make([]int64, len(some))
		for i := range some {
			tickets[i], statuses[i] = some[i].Ticket[:], int64(some[i].Status)
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO civic.roll_member (consultation, grp, ticket, status)
			SELECT $1, $2, ticket, status
			FROM unnest($3::bytea[], $4::smallint[]) AS m (ticket, status)`,
			consultation, group, pq.ByteaArray(tickets), pq.Int64Array(statuses))
		if err != nil {
			return err
		}
	}
	return nil
}

// statusOf gives how a ticket stands on a group's roll.
func statusOf(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, t Ticket) (Status, error) {
	var s Status
	err := tx.QueryRowxContext(ctx, `
		SELECT status
		FROM civic.roll_member
		WHERE consultation = $1 AND grp = $2 AND ticket = $3`,
		consultation, group, t[:]).Scan(&s)
	if errors.Is(err, sql.ErrNoRows) {
		return Absent, nil
	}
	return s, err
}

// stage keeps a file's members until they are imported, in the place of those before.
func stage(ctx context.Context, tx *postgres.Tx, id, consultation uuid.UUID, group, owner string, s Sheet) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.roll_staged (id, consultation, grp, owner, members, layout, separator, encoding, zeros)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT ON CONSTRAINT roll_staged_group DO UPDATE
		SET id = excluded.id, owner = excluded.owner, members = excluded.members, layout = excluded.layout,
			separator = excluded.separator, encoding = excluded.encoding, zeros = excluded.zeros`,
		id, consultation, group, owner, pack(s.Members), string(s.Layout), string(s.Separator), s.Encoding, s.Zeros)
	return err
}

// findStaged gives what is staged for a group, with its members; false for nothing.
func findStaged(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) (out Staged, packed []byte, found bool, err error) {
	var separator string
	err = tx.QueryRowxContext(ctx, `
		SELECT id, owner, members, layout, separator, encoding, zeros
		FROM civic.roll_staged
		WHERE consultation = $1 AND grp = $2`, consultation, group).
		Scan(&out.ID, &out.Owner, &packed, &out.Sheet.Layout, &separator, &out.Sheet.Encoding, &out.Sheet.Zeros)
	if errors.Is(err, sql.ErrNoRows) {
		return Staged{}, nil, false, nil
	}
	for _, c := range separator {
		out.Sheet.Separator = c
	}
	return out, packed, err == nil, err
}

// takeStaged gives what is staged and drops it; false when nothing is under this id.
func takeStaged(ctx context.Context, tx *postgres.Tx, id, consultation uuid.UUID, group string) (owner string, packed []byte, found bool, err error) {
	err = tx.QueryRowxContext(ctx, `
		DELETE FROM civic.roll_staged
		WHERE id = $1 AND consultation = $2 AND grp = $3
		RETURNING owner, members`,
		id, consultation, group).Scan(&owner, &packed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil, false, nil
	}
	return owner, packed, err == nil, err
}

// place is an account's with a ticket.
type place struct {
	group   string
	account uuid.NullUUID
	struck  bool
}

func findPlace(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, t Ticket) (p place, found bool, err error) {
	err = tx.QueryRowxContext(ctx, `
		SELECT grp, account, struck
		FROM civic.roll_place
		WHERE consultation = $1 AND ticket = $2`,
		consultation, t[:]).Scan(&p.group, &p.account, &p.struck)
	if errors.Is(err, sql.ErrNoRows) {
		return place{}, false, nil
	}
	return p, err == nil, err
}

// addPlace takes a ticket for an account; false when it is taken.
func addPlace(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, t Ticket, account uuid.UUID) (bool, error) {
	done, err := tx.ExecContext(ctx, `
		INSERT INTO civic.roll_place (consultation, ticket, grp, account)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT ON CONSTRAINT roll_place_pkey DO NOTHING`,
		consultation, t[:], group, account)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// restore makes a place that was struck off one again.
func restore(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, t Ticket) error {
	if err := Heap.Share(ctx, tx); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.roll_place
		SET struck = false, fresh = true, grp = $3
		WHERE consultation = $1 AND ticket = $2`, consultation, t[:], group)
	return err
}

// strike marks the places whose tickets are not active any more.
func strike(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]place, error) {
	if err := Heap.Share(ctx, tx); err != nil {
		return nil, err
	}
	return places(tx.QueryxContext(ctx, `
		UPDATE civic.roll_place AS p
		SET struck = true, fresh = true
		WHERE p.consultation = $1 AND NOT p.struck AND NOT EXISTS (
			SELECT
			FROM civic.roll_member AS m
			WHERE m.consultation = p.consultation AND m.grp = p.grp AND m.ticket = p.ticket AND m.status = $2)
		RETURNING p.grp, p.account, p.struck`, consultation, Active))
}

func places(rows *sqlx.Rows, err error) ([]place, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []place
	for rows.Next() {
		var p place
		if err := rows.Scan(&p.group, &p.account, &p.struck); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// placed gives those of the accounts that hold a place by a ticket.
func placed(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, accounts []uuid.UUID) ([]uuid.UUID, error) {
	var out []uuid.UUID
	err := tx.SelectContext(ctx, &out, `
		SELECT account
		FROM civic.roll_place
		WHERE consultation = $1 AND account = ANY($2)`, consultation, pq.Array(accounts))
	return out, err
}

// forget leaves the places of an account without it.
func forget(ctx context.Context, tx *postgres.Tx, account uuid.UUID) error {
	if err := Heap.Share(ctx, tx); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.roll_place
		SET account = NULL, fresh = true
		WHERE account = $1`, account)
	return err
}

// drop deletes all that is of a consultation.
func drop(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	if err := Heap.Share(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM civic.roll_place WHERE consultation = $1`, consultation); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM civic.roll_member WHERE consultation = $1`, consultation); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM civic.roll_staged WHERE consultation = $1`, consultation)
	return err
}
