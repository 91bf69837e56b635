package library

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/civiltime"
	"delfi/internal/library/clean"
	"delfi/internal/platform/blob"
	"delfi/internal/platform/postgres"
)

func insertDocument(ctx context.Context, tx *postgres.Tx, d Document) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.document (id, space, number)
		VALUES ($1, $2, $3)`, d.ID, d.Space, d.Number)
	if err != nil {
		return fmt.Errorf("library: insert document: %w", err)
	}
	return nil
}

func insertVersion(ctx context.Context, tx *postgres.Tx, document uuid.UUID, v Version) error {
	var digest []byte
	if v.IsFile() {
		digest = v.File.Digest[:]
	}
	removed := make([]string, len(v.File.Removed))
	for i, r := range v.File.Removed {
		removed[i] = string(r)
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.document_version (document, version, title, source, dated, language, licence, description, link,
			digest, type, size, removed, added_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		document, v.Number, v.Title, v.Source, sql.NullTime{Time: v.Dated, Valid: !v.Dated.IsZero()}, v.Language, v.Licence, v.Description,
		sql.NullString{String: v.Link, Valid: v.Link != ""}, digest, sql.NullString{String: string(v.File.Type), Valid: v.IsFile()},
		sql.NullInt64{Int64: v.File.Size, Valid: v.IsFile()}, pq.Array(removed), civiltime.Date(v.AddedOn))
	if err != nil {
		return fmt.Errorf("library: insert version: %w", err)
	}
	return nil
}

func deleteDocument(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.document
		WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("library: delete document: %w", err)
	}
	return nil
}

func withdraw(ctx context.Context, tx *postgres.Tx, id uuid.UUID, reason string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.document
		SET withdrawn = true, reason = $2
		WHERE id = $1`, id, reason)
	if err != nil {
		return fmt.Errorf("library: withdraw: %w", err)
	}
	return nil
}

// give marks the newest version of each document as given to the panel.
func give(ctx context.Context, tx *postgres.Tx, space uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.document_version v
		SET given = true
		FROM (
			SELECT d.id, max(n.version) AS version
			FROM civic.document d
			JOIN civic.document_version n ON n.document = d.id
			WHERE d.space = $1 AND NOT d.withdrawn
			GROUP BY d.id) AS newest
		WHERE v.document = newest.id AND v.version = newest.version`, space)
	if err != nil {
		return fmt.Errorf("library: give: %w", err)
	}
	return nil
}

// list gives the documents of a space by number, each with its versions.
func list(ctx context.Context, tx *postgres.Tx, space uuid.UUID) ([]Document, error) {
	return documents(tx.QueryContext(ctx, `
		SELECT d.id, d.space, d.number, d.withdrawn, d.reason, v.version, v.title, v.source, v.dated, v.language, v.licence,
			v.description, v.link, v.digest, v.type, v.size, v.removed, v.added_on, v.given
		FROM civic.document d
		JOIN civic.document_version v ON v.document = d.id
		WHERE d.space = $1
		ORDER BY d.number, v.version DESC`, space))
}

// find gives one document of a space; NotFound without it.
func find(ctx context.Context, tx *postgres.Tx, space uuid.UUID, number int) (Document, error) {
	found, err := documents(tx.QueryContext(ctx, `
		SELECT d.id, d.space, d.number, d.withdrawn, d.reason, v.version, v.title, v.source, v.dated, v.language, v.licence,
			v.description, v.link, v.digest, v.type, v.size, v.removed, v.added_on, v.given
		FROM civic.document d
		JOIN civic.document_version v ON v.document = d.id
		WHERE d.space = $1 AND d.number = $2
		ORDER BY d.number, v.version DESC`, space, number))
	if err != nil {
		return Document{}, err
	}
	if len(found) == 0 {
		return Document{}, errNone
	}
	return found[0], nil
}

// newest gives the document with the greatest number, and how many there are.
func newest(ctx context.Context, tx *postgres.Tx, space uuid.UUID) (Document, int, error) {
	all, err := list(ctx, tx, space)
	if err != nil || len(all) == 0 {
		return Document{}, 0, err
	}
	return all[len(all)-1], len(all), nil
}

func documents(rows *sql.Rows, err error) ([]Document, error) {
	if err != nil {
		return nil, fmt.Errorf("library: list: %w", err)
	}
	defer rows.Close()
	var out []Document
	for rows.Next() {
		var d Document
		var v Version
		var dated sql.NullTime
		var link, kind sql.NullString
		var digest []byte
		var size sql.NullInt64
		var removed []string
		err := rows.Scan(&d.ID, &d.Space, &d.Number, &d.Withdrawn, &d.Reason, &v.Number, &v.Title, &v.Source, &dated, &v.Language, &v.Licence,
			&v.Description, &link, &digest, &kind, &size, pq.Array(&removed), &v.AddedOn, &v.Given)
		if err != nil {
			return nil, fmt.Errorf("library: list: %w", err)
		}
		v.Link = link.String
		if dated.Valid {
			v.Dated = dated.Time.UTC()
		}
		v.File.Type, v.File.Size = clean.Type(kind.String), size.Int64
		copy(v.File.Digest[:], digest)
		for _, r := range removed {
			v.File.Removed = append(v.File.Removed, clean.Removed(r))
		}
		if n := len(out); n > 0 && out[n-1].ID == d.ID {
			out[n-1].Versions = append(out[n-1].Versions, v)
			continue
		}
		d.Versions = []Version{v}
		out = append(out, d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("library: list: %w", err)
	}
	return out, nil
}

// digests gives the files that documents have.
func digests(ctx context.Context, tx *postgres.Tx) (map[blob.Digest]bool, error) {
	var all [][]byte
	err := tx.SelectContext(ctx, &all, `
		SELECT DISTINCT digest
		FROM civic.document_version
		WHERE digest IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("library: files: %w", err)
	}
	out := map[blob.Digest]bool{}
	for _, b := range all {
		var d blob.Digest
		copy(d[:], b)
		out[d] = true
	}
	return out, nil
}
