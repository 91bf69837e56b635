package search

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
	"delfi/internal/space"
)

// columns gives documents column by column, for arrays.
func columns(list []Document) (kinds, ids, spaces, languages, visibilities, titles, bodies, paths, days []string) {
	for _, d := range list {
		visibility := "public"
		if d.Hidden {
			visibility = "hidden"
		}
		kinds, ids, spaces = append(kinds, string(d.Kind)), append(ids, d.ID.String()), append(spaces, d.Space.String())
		languages, visibilities = append(languages, d.Language), append(visibilities, visibility)
		titles, bodies, paths, days = append(titles, d.Title), append(bodies, d.Body), append(paths, d.Path), append(days, day(d.Day))
	}
	return
}

// changed gives the documents of subjects whose rows say something else.
func changed(ctx context.Context, tx *postgres.Tx, list []Document) ([]Document, error) {
	kinds, ids, spaces, languages, visibilities, titles, bodies, paths, days := columns(list)
	var places []int
	err := tx.SelectContext(ctx, &places, `
		WITH d AS MATERIALIZED (
			SELECT kind, id, space, language, visibility, title, body, path, day, n
			FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::date[])
				WITH ORDINALITY AS d (kind, id, space, language, visibility, title, body, path, day, n)),
		s AS (
			SELECT kind, id, space, language, visibility, title, body, path, day, version
			FROM civic.search
			WHERE (kind, id) IN (SELECT kind, id FROM d))
		SELECT n - 1
		FROM d
		WHERE (kind, id) IN (
			SELECT coalesce(d.kind, s.kind), coalesce(d.id, s.id)
			FROM d
			FULL JOIN s ON s.kind = d.kind AND s.id = d.id AND s.language = d.language
			WHERE d.n IS NULL OR s.version IS DISTINCT FROM $10
				OR (d.space, d.visibility, d.title, d.body, d.path, d.day) <> (s.space, s.visibility, s.title, s.body, s.path, s.day))
		ORDER BY n`,
		pq.Array(kinds), pq.Array(ids), pq.Array(spaces), pq.Array(languages), pq.Array(visibilities),
		pq.Array(titles), pq.Array(bodies), pq.Array(paths), pq.Array(days), version)
	if err != nil {
		return nil, fmt.Errorf("search: compare: %w", err)
	}
	out := make([]Document, len(places))
	for i, n := range places {
		out[i] = list[n]
	}
	return out, nil
}

// put writes documents in place of the rows of their subjects.
func put(ctx context.Context, tx *postgres.Tx, list []Document) error {
	kinds, ids, spaces, languages, visibilities, titles, bodies, paths, days := columns(list)
	_, err := tx.ExecContext(ctx, `
		WITH d AS (
			SELECT d.kind, d.id, array_agg(d.language) AS languages
			FROM unnest($1::text[], $2::uuid[], $3::text[]) AS d (kind, id, language)
			GROUP BY d.kind, d.id)
		DELETE FROM civic.search AS s
		USING d
		WHERE s.kind = d.kind AND s.id = d.id AND s.language <> ALL(d.languages)`,
		pq.Array(kinds), pq.Array(ids), pq.Array(languages))
	if err != nil {
		return fmt.Errorf("search: drop other languages: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO civic.search (kind, id, space, language, visibility, title, body, path, day, tsv, version)
		SELECT d.kind, d.id, d.space, d.language, d.visibility, d.title, d.body, d.path, d.day,
			civic.search_vector(d.language, d.title, d.body), $10
		FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::date[])
			AS d (kind, id, space, language, visibility, title, body, path, day)
		ORDER BY d.kind, d.id, d.language
		ON CONFLICT ON CONSTRAINT search_pkey
		DO UPDATE SET space = excluded.space, visibility = excluded.visibility, title = excluded.title, body = excluded.body,
			path = excluded.path, day = excluded.day, tsv = excluded.tsv, version = excluded.version`,
		pq.Array(kinds), pq.Array(ids), pq.Array(spaces), pq.Array(languages), pq.Array(visibilities),
		pq.Array(titles), pq.Array(bodies), pq.Array(paths), pq.Array(days), version)
	if err != nil {
		return fmt.Errorf("search: put %d documents: %w", len(list), err)
	}
	return nil
}

// named gives subjects column by column, for arrays.
func named(list []space.Subject) (kinds, ids []string) {
	for _, s := range list {
		kinds, ids = append(kinds, string(s.Kind)), append(ids, s.ID.String())
	}
	return
}

func hide(ctx context.Context, tx *postgres.Tx, list []space.Subject) error {
	kinds, ids := named(list)
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.search AS s
		SET visibility = 'hidden'
		FROM unnest($1::text[], $2::uuid[]) AS d (kind, id)
		WHERE s.kind = d.kind AND s.id = d.id`, pq.Array(kinds), pq.Array(ids))
	if err != nil {
		return fmt.Errorf("search: hide: %w", err)
	}
	return nil
}

func drop(ctx context.Context, tx *postgres.Tx, list []space.Subject) error {
	kinds, ids := named(list)
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.search AS s
		USING unnest($1::text[], $2::uuid[]) AS d (kind, id)
		WHERE s.kind = d.kind AND s.id = d.id`, pq.Array(kinds), pq.Array(ids))
	if err != nil {
		return fmt.Errorf("search: drop: %w", err)
	}
	return nil
}

// present tells which of some spaces have a row.
func present(ctx context.Context, tx *postgres.Tx, spaces []uuid.UUID) (map[uuid.UUID]bool, error) {
	var found []uuid.UUID
	err := tx.SelectContext(ctx, &found, `
		SELECT DISTINCT space
		FROM civic.search
		WHERE space = ANY($1)`, pq.Array(spaces))
	if err != nil {
		return nil, fmt.Errorf("search: spaces: %w", err)
	}
	out := map[uuid.UUID]bool{}
	for _, id := range found {
		out[id] = true
	}
	return out, nil
}

// revise computes the vectors of at most n rows of an older version anew, and tells of how
// many. Rows that an act has locked are left to the next call.
func revise(ctx context.Context, tx *postgres.Tx, n int) (int64, error) {
	res, err := tx.ExecContext(ctx, `
		WITH old AS (
			SELECT kind, id, language
			FROM civic.search
			WHERE version < $1
			ORDER BY version
			LIMIT $2
			FOR UPDATE SKIP LOCKED)
		UPDATE civic.search AS s
		SET tsv = civic.search_vector(s.language, s.title, s.body), version = $1
		FROM old
		WHERE s.kind = old.kind AND s.id = old.id AND s.language = old.language`, version, n)
	if err != nil {
		return 0, fmt.Errorf("search: revise: %w", err)
	}
	return res.RowsAffected()
}
