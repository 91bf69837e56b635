package invitation

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/civiltime"
	"delfi/internal/platform/postgres"
)

// Heap is the table of what was used: its rows are written anew each hour.
var Heap = postgres.Heap{Table: "civic.invitation_used", Order: "consultation, token"}

// list is a group's invitations as they are stored.
type list struct {
	List
	proof    []byte
	recorded int
}

func lists(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]list, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT grp, people, since, until, proof, recorded
		FROM civic.invitation_list
		WHERE consultation = $1`, consultation)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]list{}
	for rows.Next() {
		var group string
		var l list
		var until sql.NullTime
		if err := rows.Scan(&group, &l.N, &l.Since, &until, &l.proof, &l.recorded); err != nil {
			return nil, err
		}
		if until.Valid {
			l.Until = until.Time.Format(time.DateOnly)
		}
		out[group] = l
	}
	return out, rows.Err()
}

func putList(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, l List, proof []byte) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.invitation_list (consultation, grp, people, since, proof)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT ON CONSTRAINT invitation_list_pkey DO UPDATE
		SET people = excluded.people, since = excluded.since`,
		consultation, group, l.N, civiltime.Date(l.Since), proof)
	return err
}

// setUntil sets the last day on which a group's codes work; false where there is no list.
func setUntil(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group, until string) (bool, error) {
	done, err := tx.ExecContext(ctx, `
		UPDATE civic.invitation_list
		SET until = $3
		WHERE consultation = $1 AND grp = $2`, consultation, group, sql.NullString{String: until, Valid: until != ""})
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

func markRecorded(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.invitation_list
		SET recorded = people
		WHERE consultation = $1 AND recorded < people`, consultation)
	return err
}

// share keeps a consultation's invitations from being changed until the transaction ends. No
// row is locked: the number of the transaction that used a code would lie in it.
func share(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock_shared(hashtextextended('invitation ' || $1::text, 0))`, consultation.String())
	return err
}

// lock is share for who changes them.
func lock(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock(hashtextextended('invitation ' || $1::text, 0))`, consultation.String())
	return err
}

// row is an invitation as it is stored; code is nil once it is revoked.
type row struct {
	id, consultation uuid.UUID
	group            string
	mark             [32]byte
	code             []byte
	edition          int
	sealed           []byte
	made             bool // by the import under way
}

// invitations gives the rows of a consultation, in the order of their ids.
func invitations(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]row, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT id, grp, mark, code, edition, sealed
		FROM civic.invitation
		WHERE consultation = $1
		ORDER BY id`, consultation)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []row
	for rows.Next() {
		r := row{consultation: consultation}
		var mark sql.RawBytes
		if err := rows.Scan(&r.id, &r.group, &mark, &r.code, &r.edition, &r.sealed); err != nil {
			return nil, err
		}
		copy(r.mark[:], mark)
		out = append(out, r)
	}
	return out, rows.Err()
}

// find gives an invitation's row; false where there is none.
func find(ctx context.Context, tx *postgres.Tx, consultation, id uuid.UUID) (row, bool, error) {
	r := row{id: id, consultation: consultation}
	err := tx.QueryRowxContext(ctx, `
		SELECT grp, code, edition, sealed
		FROM civic.invitation
		WHERE id = $1 AND consultation = $2`, id, consultation).Scan(&r.group, &r.code, &r.edition, &r.sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return row{}, false, nil
	}
	return r, err == nil, err
}

// findCode gives the invitation of a code; false where none has it.
func findCode(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, code []byte) (id uuid.UUID, group string, found bool, err error) {
	err = tx.QueryRowxContext(ctx, `
		SELECT id, grp
		FROM civic.invitation
		WHERE consultation = $1 AND code = $2`, consultation, code).Scan(&id, &group)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, "", false, nil
	}
	return id, group, err == nil, err
}

// rowBatch is how many invitations one statement writes.
const rowBatch = 2000

// putInvitations writes new invitations in the order given, and what is kept of known guests.
func putInvitations(ctx context.Context, tx *postgres.Tx, all []row) error {
	for len(all) > 0 {
		some := all[:min(len(all), rowBatch)]
		all = all[len(some):]
		var ids, consultations, groups []string
		var marks, codes, sealed [][]byte
		for i := range some {
			r := &some[i]
			if !r.made {
				if err := setSealed(ctx, tx, *r); err != nil {
					return err
				}
				continue
			}
			ids, consultations, groups = append(ids, r.id.String()), append(consultations, r.consultation.String()), append(groups, r.group)
			marks, codes, sealed = append(marks, r.mark[:]), append(codes, r.code), append(sealed, r.sealed)
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO civic.invitation (id, consultation, grp, mark, code, edition, sealed)
			SELECT id, consultation, grp, mark, code, 1, sealed
			FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[]) AS made (id, consultation, grp, mark, code, sealed)`,
			pq.Array(ids), pq.Array(consultations), pq.Array(groups), pq.ByteaArray(marks), pq.ByteaArray(codes), pq.ByteaArray(sealed))
		if err != nil {
			return err
		}
	}
	return nil
}

func setSealed(ctx context.Context, tx *postgres.Tx, r row) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.invitation
		SET sealed = $2
		WHERE id = $1`, r.id, r.sealed)
	return err
}

// setCode gives an invitation the hash of another code, or none.
func setCode(ctx context.Context, tx *postgres.Tx, id uuid.UUID, code []byte, edition int) error {
	hash := sql.Null[[]byte]{V: code, Valid: code != nil}
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.invitation
		SET code = $2, edition = $3
		WHERE id = $1`, id, hash, edition)
	return err
}

// use notes that an invitation is used; false when it was before. A constraint that refused
// the second one would leave a line with the moment in Postgres' log.
func use(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, token []byte) (bool, error) {
	done, err := tx.ExecContext(ctx, `
		INSERT INTO civic.invitation_used (consultation, token)
		VALUES ($1, $2)
		ON CONFLICT ON CONSTRAINT invitation_used_pkey DO NOTHING`, consultation, token)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// stage keeps a file's guests until they are imported, in the place of those before.
func stage(ctx context.Context, tx *postgres.Tx, id, consultation uuid.UUID, group string, sealed []byte, s Sheet) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.invitation_staged (id, consultation, grp, sealed, separator, encoding, zeros)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT ON CONSTRAINT invitation_staged_group DO UPDATE
		SET id = excluded.id, sealed = excluded.sealed, separator = excluded.separator, encoding = excluded.encoding, zeros = excluded.zeros`,
		id, consultation, group, sealed, string(s.Separator), s.Encoding, s.Zeros)
	return err
}

// findStaged gives what is staged for a group; false for nothing.
func findStaged(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) (out Staged, sealed []byte, found bool, err error) {
	var separator string
	err = tx.QueryRowxContext(ctx, `
		SELECT id, sealed, separator, encoding, zeros
		FROM civic.invitation_staged
		WHERE consultation = $1 AND grp = $2`, consultation, group).
		Scan(&out.ID, &sealed, &separator, &out.Sheet.Encoding, &out.Sheet.Zeros)
	if errors.Is(err, sql.ErrNoRows) {
		return Staged{}, nil, false, nil
	}
	for _, c := range separator {
		out.Sheet.Separator = c
	}
	return out, sealed, err == nil, err
}

// takeStaged gives what is staged and drops it; false when nothing is under this id.
func takeStaged(ctx context.Context, tx *postgres.Tx, id, consultation uuid.UUID, group string) (sealed []byte, found bool, err error) {
	err = tx.QueryRowxContext(ctx, `
		DELETE FROM civic.invitation_staged
		WHERE id = $1 AND consultation = $2 AND grp = $3
		RETURNING sealed`, id, consultation, group).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return sealed, err == nil, err
}

// drop deletes all that is of a consultation but its lists, which say how many were invited.
func drop(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	if err := Heap.Share(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM civic.invitation_used WHERE consultation = $1`, consultation); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM civic.invitation WHERE consultation = $1`, consultation); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM civic.invitation_staged WHERE consultation = $1`, consultation)
	return err
}
