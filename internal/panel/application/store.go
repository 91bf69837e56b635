package application

import (
	"context"
	"database/sql"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"delfi/internal/account/office"
	"delfi/internal/civiltime"
	"delfi/internal/platform/postgres"
)

// Heap is the table of applications: its rows are written anew each hour.
var Heap = postgres.Heap{Table: "civic.application", Order: "id"}

// list is what is kept of a group as a whole.
type list struct {
	proof      []byte
	admissions int           // of one person once, as long as their account lives
	recorded   sql.NullInt64 // of them
}

func lists(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]list, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT grp, proof, admissions, recorded
		FROM civic.application_list
		WHERE consultation = $1`, consultation)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]list{}
	for rows.Next() {
		var group string
		var l list
		if err := rows.Scan(&group, &l.proof, &l.admissions, &l.recorded); err != nil {
			return nil, err
		}
		out[group] = l
	}
	return out, rows.Err()
}

func insertList(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, proof []byte) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.application_list (consultation, grp, proof)
		VALUES ($1, $2, $3)
		ON CONFLICT ON CONSTRAINT application_list_pkey DO NOTHING`, consultation, group, proof)
	return err
}

func addAdmissions(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, n int) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.application_list
		SET admissions = admissions + $3
		WHERE consultation = $1 AND grp = $2`, consultation, group, n)
	return err
}

func markRecorded(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.application_list
		SET recorded = admissions
		WHERE consultation = $1 AND recorded IS DISTINCT FROM admissions`, consultation)
	return err
}

// share keeps a consultation's applications from being decided about until the transaction
// ends. No row is locked: the number of the transaction that enrolled would lie in it.
func share(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock_shared(hashtextextended('application ' || $1::text, 0))`, consultation.String())
	return err
}

// lock is share for who changes them.
func lock(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		SELECT pg_advisory_xact_lock(hashtextextended('application ' || $1::text, 0))`, consultation.String())
	return err
}

// row is an application as it is stored.
type row struct {
	Application
	consultation  uuid.UUID
	applicant     []byte
	number        []byte // keyed hash; nil where the group asks none
	sealed, words []byte
}

// each calls do with each row.
func each(rows *sqlx.Rows, err error, do func(row) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		var decided, revoked sql.NullTime
		var decider, revoker uuid.NullUUID
		err := rows.Scan(&r.ID, &r.consultation, &r.Group, &r.applicant, &r.Nth, &r.State, &r.Since, &r.number, &r.sealed, &decided, &decider, &revoked, &revoker, &r.words)
		if err != nil {
			return err
		}
		r.Decided, r.Decider = decided.Time, office.ID(decider.UUID)
		r.Revoked, r.Revoker = revoked.Time, office.ID(revoker.UUID)
		if err := do(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

func scan(rows *sqlx.Rows, err error) ([]row, error) {
	var out []row
	err = each(rows, err, func(r row) error {
		out = append(out, r)
		return nil
	})
	return out, err
}

// inOrder calls do with the rows of a group in one state: those that wait by the day on which they
// came, others by the day of the last decision, the latest first. It leaves out from and takes
// most at most.
func inOrder(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, state State, from, most int, do func(row) error) error {
	if state == Waiting {
		rows, err := tx.QueryxContext(ctx, `
			SELECT id, consultation, grp, applicant, nth, state, since, number, sealed, decided, decider, revoked, revoker, words
			FROM civic.application
			WHERE consultation = $1 AND grp = $2 AND state = 'waiting'
			ORDER BY coalesce(revoked, decided, since), id
			OFFSET $3
			LIMIT $4`, consultation, group, from, most)
		return each(rows, err, do)
	}
	rows, err := tx.QueryxContext(ctx, `
		SELECT id, consultation, grp, applicant, nth, state, since, number, sealed, decided, decider, revoked, revoker, words
		FROM civic.application
		WHERE consultation = $1 AND grp = $2 AND state = $3
		ORDER BY coalesce(revoked, decided, since) DESC, id DESC
		OFFSET $4
		LIMIT $5`, consultation, group, string(state), from, most)
	return each(rows, err, do)
}

// ofApplicants gives the rows of people, each of one consultation, the newest of each group first.
func ofApplicants(ctx context.Context, tx *postgres.Tx, consultations []uuid.UUID, applicants [][]byte) ([]row, error) {
	return scan(tx.QueryxContext(ctx, `
		SELECT a.id, a.consultation, a.grp, a.applicant, a.nth, a.state, a.since, a.number, a.sealed, a.decided, a.decider, a.revoked, a.revoker, a.words
		FROM unnest($1::uuid[], $2::bytea[]) AS m (consultation, applicant)
		JOIN civic.application AS a ON a.consultation = m.consultation AND a.applicant = m.applicant
		ORDER BY a.consultation, a.grp, a.nth DESC`, pq.Array(consultations), pq.ByteaArray(applicants)))
}

// some gives the rows of a group with one of those ids.
func some(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, ids []uuid.UUID) ([]row, error) {
	return scan(tx.QueryxContext(ctx, `
		SELECT id, consultation, grp, applicant, nth, state, since, number, sealed, decided, decider, revoked, revoker, words
		FROM civic.application
		WHERE consultation = $1 AND grp = $2 AND id = ANY ($3)
		ORDER BY id`, consultation, group, pq.Array(ids)))
}

// sharers gives the applicants of a group whose application with one of those numbers waits or
// is admitted, each once for a number, by the number.
func sharers(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, numbers [][]byte) (map[string][]string, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT DISTINCT number, applicant
		FROM civic.application
		WHERE consultation = $1 AND grp = $2 AND number = ANY ($3) AND state IN ('waiting', 'admitted')`,
		consultation, group, pq.ByteaArray(numbers))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]string{}
	for rows.Next() {
		var number, applicant []byte
		if err := rows.Scan(&number, &applicant); err != nil {
			return nil, err
		}
		out[string(number)] = append(out[string(number)], string(applicant))
	}
	return out, rows.Err()
}

// everAdmitted tells whether a person was admitted to a group by another application.
func everAdmitted(ctx context.Context, tx *postgres.Tx, r row, consultation uuid.UUID) (bool, error) {
	var found bool
	err := tx.GetContext(ctx, &found, `
		SELECT EXISTS (
			SELECT FROM civic.application
			WHERE consultation = $1 AND grp = $2 AND applicant = $3 AND id <> $4 AND state IN ('admitted', 'revoked'))`,
		consultation, r.Group, r.applicant, r.ID)
	return found, err
}

// counts gives how many applications of each group are in each state.
func counts(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]Counts, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT grp, state, count(*)
		FROM civic.application
		WHERE consultation = $1
		GROUP BY grp, state`, consultation)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]Counts{}
	for rows.Next() {
		var group string
		var state State
		var n int
		if err := rows.Scan(&group, &state, &n); err != nil {
			return nil, err
		}
		if out[group] == nil {
			out[group] = Counts{}
		}
		out[group][state] = n
	}
	return out, rows.Err()
}

// insert stores a waiting application; false where another of the person's waits. A constraint
// that refused the second one would leave a line with the moment in Postgres' log.
func insert(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, r row) (bool, error) {
	done, err := tx.ExecContext(ctx, `
		INSERT INTO civic.application (id, consultation, grp, applicant, nth, state, since, number, sealed)
		VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7, $8)
		ON CONFLICT DO NOTHING`,
		r.ID, consultation, r.Group, r.applicant, r.Nth, civiltime.Date(tx.Now), sql.Null[[]byte]{V: r.number, Valid: r.number != nil}, r.sealed)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// removeWaiting deletes a person's waiting application; false where it does not wait.
func removeWaiting(ctx context.Context, tx *postgres.Tx, consultation, id uuid.UUID, applicant []byte) (bool, error) {
	if err := Heap.Share(ctx, tx); err != nil {
		return false, err
	}
	done, err := tx.ExecContext(ctx, `
		DELETE FROM civic.application
		WHERE id = $1 AND consultation = $2 AND applicant = $3 AND state = 'waiting'`, id, consultation, applicant)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// decide stores an admission or a refusal; false where the application is gone meanwhile, with
// its account.
func decide(ctx context.Context, tx *postgres.Tx, id uuid.UUID, to State, by office.ID, words []byte) (bool, error) {
	done, err := tx.ExecContext(ctx, `
		UPDATE civic.application
		SET state = $2, decided = $3, decider = $4, words = $5, fresh = true
		WHERE id = $1`, id, to, civiltime.Date(tx.Now), uuid.UUID(by), sql.Null[[]byte]{V: words, Valid: words != nil})
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// revoke stores that an admission was taken back; false as decide's.
func revoke(ctx context.Context, tx *postgres.Tx, id uuid.UUID, by office.ID, words []byte) (bool, error) {
	done, err := tx.ExecContext(ctx, `
		UPDATE civic.application
		SET state = 'revoked', revoked = $2, revoker = $3, words = $4, fresh = true
		WHERE id = $1`, id, civiltime.Date(tx.Now), uuid.UUID(by), words)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// admitted tells whether a person is admitted to a group now.
func admitted(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, applicant []byte) (bool, error) {
	var found bool
	err := tx.GetContext(ctx, &found, `
		SELECT EXISTS (
			SELECT FROM civic.application
			WHERE consultation = $1 AND grp = $2 AND applicant = $3 AND state = 'admitted')`, consultation, group, applicant)
	return found, err
}

// live gives the consultations that keep applications, with the proofs of their keys.
func live(ctx context.Context, tx *postgres.Tx) (map[uuid.UUID][]byte, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT DISTINCT ON (consultation) consultation, proof
		FROM civic.application_list
		ORDER BY consultation`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[uuid.UUID][]byte{}
	for rows.Next() {
		var id uuid.UUID
		var proof []byte
		if err := rows.Scan(&id, &proof); err != nil {
			return nil, err
		}
		out[id] = proof
	}
	return out, rows.Err()
}

func forget(ctx context.Context, tx *postgres.Tx, consultations []uuid.UUID, applicants [][]byte) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.application AS a
		USING unnest($1::uuid[], $2::bytea[]) AS m (consultation, applicant)
		WHERE a.consultation = m.consultation AND a.applicant = m.applicant`, pq.Array(consultations), pq.ByteaArray(applicants))
	return err
}

// drop deletes all that is of a consultation.
func drop(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	if err := Heap.Share(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM civic.application WHERE consultation = $1`, consultation); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM civic.application_list WHERE consultation = $1`, consultation)
	return err
}
