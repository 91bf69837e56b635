package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"
	"golang.org/x/mod/sumdb/tlog"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// sequencing is the advisory lock under which numbers are given ("delfi" in ASCII).
const sequencing = 0x64656c6669

// lock serializes acts by an advisory lock. Statements after it see, at READ
// COMMITTED, what they committed.
func lock(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(sequencing)); err != nil {
		return fmt.Errorf("entry lock: %w", err)
	}
	return nil
}

func insertLog(ctx context.Context, tx *postgres.Tx, l log) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO record.log (number, id, origin, verifier)
		VALUES ($1, $2, $3, $4)`,
		l.number, l.id, l.origin, l.verifier)
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	return nil
}

// newest gives the log; number 0 before it began.
func newest(ctx context.Context, tx *postgres.Tx) (log, error) {
	return logBy(ctx, tx, `
		SELECT l.number, l.id, l.origin, l.verifier, coalesce(f.found, ''), f.id
		FROM record.log l
		LEFT JOIN record.finding f ON f.log = l.number
		ORDER BY l.number DESC
		LIMIT 1`)
}

// logNamed gives the log of an origin; number 0 when there is none.
func logNamed(ctx context.Context, tx *postgres.Tx, origin string) (log, error) {
	return logBy(ctx, tx, `
		SELECT l.number, l.id, l.origin, l.verifier, coalesce(f.found, ''), f.id
		FROM record.log l
		LEFT JOIN record.finding f ON f.log = l.number
		WHERE l.origin = $1`, origin)
}

func logBy(ctx context.Context, tx *postgres.Tx, query string, args ...any) (log, error) {
	var l log
	var found uuid.NullUUID
	err := tx.QueryRowContext(ctx, query, args...).Scan(&l.number, &l.id, &l.origin, &l.verifier, &l.finding, &found)
	if errors.Is(err, sql.ErrNoRows) {
		return log{}, nil
	}
	if err != nil {
		return log{}, fmt.Errorf("log: %w", err)
	}
	l.found = found.UUID
	return l, nil
}

// putFinding stores a log's finding in the place of an earlier one.
func putFinding(ctx context.Context, tx *postgres.Tx, l log, found string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO record.finding (log, id, found)
		VALUES ($1, $2, $3)
		ON CONFLICT ON CONSTRAINT finding_pkey DO UPDATE SET id = excluded.id, found = excluded.found`,
		l.number, uuid.New(), found)
	if err != nil {
		return fmt.Errorf("finding: %w", err)
	}
	return nil
}

// deleteFinding deletes the finding that l was read with, and no later one.
func deleteFinding(ctx context.Context, tx *postgres.Tx, l log) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM record.finding WHERE log = $1 AND id = $2`, l.number, l.found); err != nil {
		return fmt.Errorf("finding: %w", err)
	}
	return nil
}

// extent is the end of each table of a log.
type extent struct{ entries, hashes int64 }

func extentOf(ctx context.Context, tx *postgres.Tx, l log) (extent, error) {
	var e extent
	err := tx.QueryRowContext(ctx, `
		SELECT coalesce((SELECT max(sequence) + 1 FROM record.entry WHERE log = $1), 0),
		       coalesce((SELECT max(index) + 1 FROM record.hash WHERE log = $1), 0)`, l.number).Scan(&e.entries, &e.hashes)
	if err != nil {
		return e, fmt.Errorf("size of the record: %w", err)
	}
	return e, nil
}

// sizeOf returns the number of a log's entries, and refuses tables that end at different
// ones.
func sizeOf(ctx context.Context, tx *postgres.Tx, l log) (int64, error) {
	e, err := extentOf(ctx, tx, l)
	if err != nil {
		return 0, err
	}
	if want := tlog.StoredHashIndex(0, e.entries); e.hashes != want {
		return 0, alteredf("the record has %d entries, whose tree has %d stored hashes and not %d: a table was cut", e.entries, want, e.hashes)
	}
	return e.entries, nil
}

func insertLine(ctx context.Context, tx *postgres.Tx, l log, e Entry, line Line) error {
	of := uuid.NullUUID{UUID: e.Consultation, Valid: e.Consultation != uuid.Nil}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO record.entry (log, sequence, type, consultation, minute, text)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		l.number, line.N, string(e.Type), of, e.Minute, line.Text)
	if err != nil {
		return fmt.Errorf("entry %s/%s: %w", e.Type, e.Kind, err)
	}
	if line.Salt == nil {
		return nil
	}
	words := sql.NullString{String: line.Words, Valid: line.Words != ""}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO record.words (log, sequence, salt, document)
		VALUES ($1, $2, $3, $4)`,
		l.number, line.N, line.Salt, words)
	if err != nil {
		return fmt.Errorf("words of entry %s/%s: %w", e.Type, e.Kind, err)
	}
	return nil
}

// removeWords forgets words in every log that carries them: their salt is one.
func removeWords(ctx context.Context, tx *postgres.Tx, salt []byte) error {
	if _, err := tx.ExecContext(ctx, `UPDATE record.words SET document = NULL WHERE salt = $1`, salt); err != nil {
		return fmt.Errorf("words: %w", err)
	}
	return postgres.Compact(ctx, tx, "record.words") // the file keeps what a row no longer has
}

func insertHashes(ctx context.Context, tx *postgres.Tx, l log, index int64, all []tlog.Hash) error {
	for i, h := range all {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO record.hash (log, index, hash)
			VALUES ($1, $2, $3)`,
			l.number, index+int64(i), h[:])
		if err != nil {
			return fmt.Errorf("hash %d: %w", index+int64(i), err)
		}
	}
	return nil
}

// errNoHash is a stored hash that is not there (yet).
var errNoHash = errors.New("the record has no such hash")

// readHashes gives stored hashes in the order of indexes.
func readHashes(ctx context.Context, tx *postgres.Tx, l log, indexes []int64) ([]tlog.Hash, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT index, hash
		FROM record.hash
		WHERE log = $1 AND index = ANY ($2)`, l.number, pq.Array(indexes))
	if err != nil {
		return nil, fmt.Errorf("hashes: %w", err)
	}
	defer rows.Close()
	found := make(map[int64]tlog.Hash, len(indexes))
	for rows.Next() {
		var index int64
		var h []byte
		if err := rows.Scan(&index, &h); err != nil {
			return nil, fmt.Errorf("hashes: %w", err)
		}
		if len(h) == tlog.HashSize {
			found[index] = tlog.Hash(h)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("hashes: %w", err)
	}
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		h, ok := found[index]
		if !ok {
			return nil, fmt.Errorf("%w: %d", errNoHash, index)
		}
		out[i] = h
	}
	return out, nil
}

const selectLine = `
	SELECT e.sequence, e.text, w.salt, coalesce(w.document, '')
	FROM record.entry e
	LEFT JOIN record.words w ON w.log = e.log AND w.sequence = e.sequence
	WHERE e.log = $1`

func lineAt(ctx context.Context, tx *postgres.Tx, l log, n int64) (Line, error) {
	var out []Line
	err := readLines(ctx, tx, func(l Line) error { out = append(out, l); return nil }, selectLine+` AND e.sequence = $2`, l.number, n)
	if err == nil && len(out) == 0 {
		err = fault.New(fault.NotFound, "no_entry", "the record has no such entry")
	}
	if err != nil {
		return Line{}, err
	}
	return out[0], nil
}

func linesOf(ctx context.Context, tx *postgres.Tx, l log, consultation uuid.UUID) ([]Line, error) {
	var out []Line
	err := readLines(ctx, tx, func(l Line) error { out = append(out, l); return nil },
		selectLine+` AND e.consultation = $2 ORDER BY e.sequence`, l.number, consultation)
	return out, err
}

// actsOf gives a consultation's acts of some kinds. A body is canonical JSON on one line, so that
// its kind is written one way, and a string in it cannot hold the quotes.
func actsOf(ctx context.Context, tx *postgres.Tx, l log, consultation uuid.UUID, kinds []string) ([]Line, error) {
	var out []Line
	err := readLines(ctx, tx, func(l Line) error { out = append(out, l); return nil },
		selectLine+` AND e.consultation = $2 AND e.type = $3
			AND EXISTS (SELECT FROM unnest($4::text[]) AS k WHERE strpos(e.text, '"kind":"' || k || '"') > 0)
		ORDER BY e.sequence`, l.number, consultation, string(Act), pq.Array(kinds))
	return out, err
}

// linesBefore gives up to limit lines before a number (0: from the end), newest first.
func linesBefore(ctx context.Context, tx *postgres.Tx, l log, before int64, limit int) ([]Line, error) {
	var out []Line
	err := readLines(ctx, tx, func(l Line) error { out = append(out, l); return nil },
		selectLine+` AND (e.sequence < $2 OR $2 = 0) ORDER BY e.sequence DESC LIMIT $3`, l.number, before, limit)
	return out, err
}

// eachRow visits the rows from ≤ n < until in order. The range is named for both tables: a
// join by key alone could read the whole of one.
func eachRow(ctx context.Context, tx *postgres.Tx, l log, from, until int64, visit func(row) error) error {
	rows, err := tx.QueryContext(ctx, `
		SELECT e.sequence, e.text, w.salt, coalesce(w.document, ''), e.type, coalesce(e.consultation::text, '-'),
		       to_char(e.minute, 'YYYY-MM-DD"T"HH24:MI"Z"')
		FROM record.entry e
		LEFT JOIN record.words w ON w.log = $1 AND w.sequence >= $2 AND w.sequence < $3 AND w.sequence = e.sequence
		WHERE e.log = $1 AND e.sequence >= $2 AND e.sequence < $3
		ORDER BY e.sequence`, l.number, from, until)
	if err != nil {
		return fmt.Errorf("entries: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.N, &r.Text, &r.Salt, &r.Words, &r.kind, &r.consultation, &r.minute); err != nil {
			return fmt.Errorf("entries: %w", err)
		}
		if err := visit(r); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("entries: %w", err)
	}
	return nil
}

// hashRange gives the stored hashes from ≤ index < until, up to the first that is missing.
func hashRange(ctx context.Context, tx *postgres.Tx, l log, from, until int64) ([]tlog.Hash, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT index, hash
		FROM record.hash
		WHERE log = $1 AND index >= $2 AND index < $3
		ORDER BY index`, l.number, from, until)
	if err != nil {
		return nil, fmt.Errorf("hashes: %w", err)
	}
	defer rows.Close()
	out := make([]tlog.Hash, 0, until-from)
	for rows.Next() {
		var index int64
		var h []byte
		if err := rows.Scan(&index, &h); err != nil {
			return nil, fmt.Errorf("hashes: %w", err)
		}
		if index != from+int64(len(out)) || len(h) != tlog.HashSize {
			break
		}
		out = append(out, tlog.Hash(h))
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("hashes: %w", err)
	}
	return out, nil
}

func readLines(ctx context.Context, tx *postgres.Tx, visit func(Line) error, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("entries: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var l Line
		if err := rows.Scan(&l.N, &l.Text, &l.Salt, &l.Words); err != nil {
			return fmt.Errorf("entries: %w", err)
		}
		if err := visit(l); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("entries: %w", err)
	}
	return nil
}

// former lists what was written before there was a log, oldest first.
func former(ctx context.Context, tx *postgres.Tx) ([]Entry, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT consultation, type, role, name, kind, target, reason, body, minute
		FROM record.former
		ORDER BY sequence`)
	if err != nil {
		return nil, fmt.Errorf("former entries: %w", err)
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var e Entry
		if err := rows.Scan(&e.Consultation, &e.Type, &e.Role, &e.Name, &e.Kind, &e.Target, &e.Reason, &e.Body, &e.Minute); err != nil {
			return nil, fmt.Errorf("former entries: %w", err)
		}
		out = append(out, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("former entries: %w", err)
	}
	return out, nil
}

func dropFormer(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM record.former`); err != nil {
		return fmt.Errorf("former entries: %w", err)
	}
	return nil
}

func insertCosignature(ctx context.Context, tx *postgres.Tx, l log, name string, size int64, text string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO record.cosignature (log, name, size, line)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT ON CONSTRAINT cosignature_pkey DO NOTHING`,
		l.number, name, size, text)
	if err != nil {
		return fmt.Errorf("cosignature: %w", err)
	}
	return nil
}

// cosigned lists the lines that stand at a size.
func cosigned(ctx context.Context, tx *postgres.Tx, l log, size int64) ([]string, error) {
	var out []string
	err := tx.SelectContext(ctx, &out, `
		SELECT line
		FROM record.cosignature
		WHERE log = $1 AND size = $2
		ORDER BY name`, l.number, size)
	if err != nil {
		return nil, fmt.Errorf("cosignatures: %w", err)
	}
	return out, nil
}

// cosignedBy lists the sizes that all of names signed, newest first.
func cosignedBy(ctx context.Context, tx *postgres.Tx, l log, names []string) ([]int64, error) {
	var out []int64
	err := tx.SelectContext(ctx, &out, `
		SELECT size
		FROM record.cosignature
		WHERE log = $1 AND name = ANY ($2)
		GROUP BY size
		HAVING count(*) = $3
		ORDER BY size DESC
		LIMIT 100`, l.number, pq.Array(names), len(names))
	if err != nil {
		return nil, fmt.Errorf("cosignatures: %w", err)
	}
	return out, nil
}

// heldOf lists the logs with the minutes of their first entries, oldest first.
func heldOf(ctx context.Context, tx *postgres.Tx) (held []Held, logs []log, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT l.number, l.id, l.origin, l.verifier, e.minute
		FROM record.log l
		LEFT JOIN record.entry e ON e.log = l.number AND e.sequence = 0
		ORDER BY l.number`)
	if err != nil {
		return nil, nil, fmt.Errorf("logs: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var l log
		var began sql.NullTime
		if err := rows.Scan(&l.number, &l.id, &l.origin, &l.verifier, &began); err != nil {
			return nil, nil, fmt.Errorf("logs: %w", err)
		}
		held, logs = append(held, Held{Verifier: l.verifier, Began: began.Time}), append(logs, l)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("logs: %w", err)
	}
	return held, logs, nil
}
