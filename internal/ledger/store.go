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

// lock waits for the acts before this one. Statements after it see, at READ
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
		SELECT number, id, origin, verifier
		FROM record.log
		ORDER BY number DESC
		LIMIT 1`)
}

// logNamed gives the log of an origin; number 0 when there is none.
func logNamed(ctx context.Context, tx *postgres.Tx, origin string) (log, error) {
	return logBy(ctx, tx, `
		SELECT number, id, origin, verifier
		FROM record.log
		WHERE origin = $1`, origin)
}

func logBy(ctx context.Context, tx *postgres.Tx, query string, args ...any) (log, error) {
	var l log
	err := tx.QueryRowContext(ctx, query, args...).Scan(&l.number, &l.id, &l.origin, &l.verifier)
	if errors.Is(err, sql.ErrNoRows) {
		return log{}, nil
	}
	if err != nil {
		return log{}, fmt.Errorf("log: %w", err)
	}
	return l, nil
}

func sizeOf(ctx context.Context, tx *postgres.Tx, l log) (int64, error) {
	var n int64
	err := tx.QueryRowContext(ctx, `
		SELECT coalesce(max(sequence) + 1, 0)
		FROM record.entry
		WHERE log = $1`, l.number).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("size of the record: %w", err)
	}
	return n, nil
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
	return nil
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
		found[index] = tlog.Hash(h)
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

// linesBefore gives up to limit lines before a number (0: from the end), newest first.
func linesBefore(ctx context.Context, tx *postgres.Tx, l log, before int64, limit int) ([]Line, error) {
	var out []Line
	err := readLines(ctx, tx, func(l Line) error { out = append(out, l); return nil },
		selectLine+` AND (e.sequence < $2 OR $2 = 0) ORDER BY e.sequence DESC LIMIT $3`, l.number, before, limit)
	return out, err
}

func eachLine(ctx context.Context, tx *postgres.Tx, l log, from, until int64, visit func(Line) error) error {
	return readLines(ctx, tx, visit, selectLine+` AND e.sequence >= $2 AND e.sequence < $3 ORDER BY e.sequence`, l.number, from, until)
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
