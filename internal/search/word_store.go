package search

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
	"delfi/internal/space"
)

// addWords adds the words of public documents to those that are suggested. They are in
// order, so that two acts do not wait for each other in a circle.
func addWords(ctx context.Context, tx *postgres.Tx, list []Document) error {
	_, _, _, languages, visibilities, titles, bodies, _, _ := columns(list)
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.search_word AS w (language, word, folded)
		SELECT DISTINCT d.language, l.word, public.unaccent(l.word)
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS d (language, visibility, title, body)
		CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector('civic.search_words',
			left(civic.search_fold(d.title || ' ' || d.body), $5)))) AS l (word)
		WHERE d.visibility = 'public' AND length(l.word) BETWEEN 4 AND 40
		ORDER BY d.language, l.word
		ON CONFLICT ON CONSTRAINT search_word_pkey
		DO UPDATE SET suspect = false
		WHERE w.suspect`,
		pq.Array(languages), pq.Array(visibilities), pq.Array(titles), pq.Array(bodies), maxWords)
	if err != nil {
		return fmt.Errorf("search: add words: %w", err)
	}
	return nil
}

// suspect marks the words of subjects that are about to be hidden or dropped.
func suspect(ctx context.Context, tx *postgres.Tx, list []space.Subject) error {
	kinds, ids := named(list)
	_, err := tx.ExecContext(ctx, `
		WITH gone AS (
			SELECT DISTINCT s.language, l.word
			FROM unnest($1::text[], $2::uuid[]) AS d (kind, id)
			JOIN civic.search AS s ON s.kind = d.kind AND s.id = d.id
			CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector('civic.search_words',
				left(civic.search_fold(s.title || ' ' || s.body), $3)))) AS l (word)),
		locked AS (
			SELECT w.language, w.word
			FROM civic.search_word AS w
			JOIN gone USING (language, word)
			ORDER BY w.language, w.word
			FOR UPDATE OF w)
		UPDATE civic.search_word AS w
		SET suspect = true
		FROM locked
		WHERE w.language = locked.language AND w.word = locked.word`, pq.Array(kinds), pq.Array(ids), maxWords)
	if err != nil {
		return fmt.Errorf("search: suspect words: %w", err)
	}
	return nil
}

// acquit looks at n suspect words at most: those that no public row has go, the others are
// suspect no more. It tells how many they were.
func acquit(ctx context.Context, tx *postgres.Tx, n int) (int64, error) {
	res, err := tx.ExecContext(ctx, `
		WITH looked AS (
			SELECT w.language, w.word
			FROM civic.search_word AS w
			WHERE w.suspect
			ORDER BY w.language, w.word
			LIMIT $1
			FOR UPDATE SKIP LOCKED),
		held AS MATERIALIZED (
			SELECT l.language, l.word, EXISTS (
				SELECT
				FROM civic.search AS s
				WHERE s.visibility = 'public' AND s.language = l.language
					AND s.tsv @@ plainto_tsquery(civic.search_configuration(l.language), l.word)) AS here
			FROM looked AS l),
		kept AS (
			UPDATE civic.search_word AS w
			SET suspect = false
			FROM held AS h
			WHERE h.here AND w.language = h.language AND w.word = h.word
			RETURNING w.word),
		gone AS (
			DELETE FROM civic.search_word AS w
			USING held AS h
			WHERE NOT h.here AND w.language = h.language AND w.word = h.word
			RETURNING w.word)
		SELECT word
		FROM kept
		UNION ALL
		SELECT word
		FROM gone`, n)
	if err != nil {
		return 0, fmt.Errorf("search: acquit words: %w", err)
	}
	looked, err := res.RowsAffected()
	if err != nil || looked == 0 {
		return looked, err
	}
	return looked, postgres.Compact(ctx, tx, "civic.search_word")
}

// missing tells which words no public row has, by their places in the list.
func missing(ctx context.Context, tx *postgres.Tx, words []string) (map[int]bool, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT q.n - 1
		FROM unnest($1::text[]) WITH ORDINALITY AS q (word, n)
		WHERE NOT EXISTS (
			SELECT
			FROM civic.search
			WHERE visibility = 'public' AND (
				language = 'it' AND tsv @@ plainto_tsquery('civic.search_it', q.word)
				OR language = 'en' AND tsv @@ plainto_tsquery('civic.search_en', q.word)
				OR language NOT IN ('it', 'en') AND tsv @@ plainto_tsquery('civic.search_other', q.word)))
			AND numnode(plainto_tsquery('civic.search_it', q.word)) > 0
			AND numnode(plainto_tsquery('civic.search_en', q.word)) > 0`, pq.Array(words))
	if err != nil {
		return nil, fmt.Errorf("search: missing words: %w", err)
	}
	defer rows.Close()
	out := map[int]bool{}
	for rows.Next() {
		var at int
		if err := rows.Scan(&at); err != nil {
			return nil, fmt.Errorf("search: missing words: %w", err)
		}
		out[at] = true
	}
	return out, rows.Err()
}

// nearest gives the word of a public row that is most like one that none has; "" when
// none is near.
func nearest(ctx context.Context, tx *postgres.Tx, word string) (string, error) {
	var found []string
	err := tx.SelectContext(ctx, &found, `
		WITH near AS MATERIALIZED (
			SELECT w.language, w.word, public.similarity(w.folded, public.unaccent($1)) AS likeness
			FROM civic.search_word AS w
			WHERE w.folded OPERATOR(public.%) public.unaccent($1) AND public.similarity(w.folded, public.unaccent($1)) >= 0.45
			ORDER BY likeness DESC, w.word
			LIMIT 20)
		SELECT n.word
		FROM near AS n
		WHERE EXISTS (
			SELECT
			FROM civic.search AS s
			WHERE s.visibility = 'public' AND s.language = n.language
				AND s.tsv @@ plainto_tsquery(civic.search_configuration(n.language), n.word))
		ORDER BY n.likeness DESC, n.word
		LIMIT 1`, word)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}
