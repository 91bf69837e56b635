package search

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
	"delfi/internal/space"
)

// planned has the statements of a transaction planned for their own values: which index
// serves depends on how common the words are, and sessions plan for none (postgres.Open).
func planned(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.ExecContext(ctx, `SET LOCAL plan_cache_mode = force_custom_plan`); err != nil {
		return fmt.Errorf("search: plan: %w", err)
	}
	return nil
}

// The parts of the two statements below. $1 is the query, $2 a kind, $3 a space, $4 the
// words for highlights, $5 their beginnings, $6 to $10 the place after which the page begins.
const (
	// matches is the condition of a row that is found, whatever its kind and space.
	matches = `visibility = 'public' AND (
					language = 'it' AND tsv @@ websearch_to_tsquery('civic.search_it', $1)
					OR language = 'en' AND tsv @@ websearch_to_tsquery('civic.search_en', $1)
					OR language NOT IN ('it', 'en') AND tsv @@ websearch_to_tsquery('civic.search_other', $1))`
	// newest are the matches of every kind and space, and of those that were asked for: one
	// more than are ranked, which tells whether there are more.
	newest = `
		WITH every AS MATERIALIZED (
			SELECT kind, id, space, language, day, tsv
			FROM civic.search
			WHERE ` + matches + `
			ORDER BY day DESC, id DESC
			LIMIT 2001),
		asked AS MATERIALIZED (
			(SELECT kind, id, language, day, tsv
			FROM every
			WHERE $2 = '' AND $3::uuid IS NULL)
			UNION ALL
			(SELECT kind, id, language, day, tsv
			FROM civic.search
			WHERE NOT ($2 = '' AND $3::uuid IS NULL) AND ($2 = '' OR kind = $2) AND ($3::uuid IS NULL OR space = $3) AND ` + matches + `
			ORDER BY day DESC, id DESC
			LIMIT 2001)),
		facets AS (
			SELECT coalesce(json_agg(json_build_object('kind', g.kind, 'space', g.space, 'name', h.title, 'language', h.language, 'count', g.n)
				ORDER BY g.n DESC, h.title, g.kind), '[]') AS list
			FROM (
				SELECT kind, space, count(*) AS n
				FROM (SELECT kind, space FROM every ORDER BY day DESC, id DESC LIMIT 2000) AS first
				GROUP BY GROUPING SETS ((kind), (space))) AS g
			LEFT JOIN LATERAL (
				SELECT title, language
				FROM civic.search
				WHERE space = g.space AND kind = 'consultation' AND visibility = 'public'
				ORDER BY language
				LIMIT 1) AS h ON true),`
	// shown draws the page.
	shown = `
		SELECT (SELECT count(*) FROM asked), f.list, p.rank::text, s.kind, s.id, s.space, s.language, s.path, s.day, h.title, h.language,
			ts_headline(civic.search_configuration(s.language), civic.search_fold(s.title),
				websearch_to_tsquery(civic.search_configuration(s.language), $4), E'StartSel=\ue000, StopSel=\ue001, HighlightAll=true'),
			ts_headline(civic.search_configuration(s.language), civic.search_fold(w.piece),
				websearch_to_tsquery(civic.search_configuration(s.language), $4),
				E'StartSel=\ue000, StopSel=\ue001, FragmentDelimiter=\ue002, MaxFragments=2, MinWords=12, MaxWords=28'),
			civic.search_fold(left(s.body, 12)), civic.search_fold(right(s.body, 12))
		FROM facets AS f
		LEFT JOIN page AS p ON true
		LEFT JOIN civic.search AS s ON s.kind = p.kind AND s.id = p.id AND s.language = p.language
		LEFT JOIN LATERAL (
			SELECT CASE
				WHEN length(s.body) <= 12000 THEN s.body
				ELSE substr(s.body, greatest(1, coalesce((SELECT min(nullif(strpos(lower(s.body), b), 0)) FROM unnest($5::text[]) AS b), 1) - 600), 12000)
			END AS piece) AS w ON true
		LEFT JOIN LATERAL (
			SELECT title, language
			FROM civic.search
			WHERE space = s.space AND kind = 'consultation' AND visibility = 'public'
			ORDER BY language
			LIMIT 1) AS h ON true
		ORDER BY p.rank DESC, p.day DESC, p.id DESC, p.kind DESC, p.language DESC`
)

// closest gives a page of hits by their rank among the newest matches.
func closest(ctx context.Context, tx *postgres.Tx, r Request, after place) (Page, error) {
	return scanPage(tx.QueryContext(ctx, newest+`
		ranked AS MATERIALIZED (
			SELECT kind, id, language, day, ts_rank_cd(tsv, CASE language
				WHEN 'it' THEN websearch_to_tsquery('civic.search_it', $1)
				WHEN 'en' THEN websearch_to_tsquery('civic.search_en', $1)
				ELSE websearch_to_tsquery('civic.search_other', $1) END, 1) AS rank
			FROM (SELECT kind, id, language, day, tsv FROM asked ORDER BY day DESC, id DESC LIMIT 2000) AS first),
		page AS (
			SELECT kind, id, language, day, rank
			FROM ranked
			WHERE $6 = '' OR (rank, day, id, kind, language) < (nullif($6, '')::real, nullif($7, '')::date, nullif($8, '')::uuid, $9, $10)
			ORDER BY rank DESC, day DESC, id DESC, kind DESC, language DESC
			LIMIT 21)`+shown, args(r, after)...))
}

// latest gives a page of hits by their day. Where they are more than are ranked, which
// is where an ordered index soon finds a page, they are read from there.
func latest(ctx context.Context, tx *postgres.Tx, r Request, after place) (Page, error) {
	return scanPage(tx.QueryContext(ctx, newest+`
		listed AS (
			SELECT kind, id, language, day
			FROM asked
			WHERE (SELECT count(*) FROM asked) <= 2000
			UNION ALL
			(SELECT kind, id, language, day
			FROM civic.search
			WHERE (SELECT count(*) FROM asked) > 2000 AND ($2 = '' OR kind = $2) AND ($3::uuid IS NULL OR space = $3) AND `+matches+`
				AND ($6 = '' OR (day, id) <= (nullif($7, '')::date, nullif($8, '')::uuid))
			ORDER BY day DESC, id DESC
			LIMIT 200)),
		page AS (
			SELECT kind, id, language, day, 0::real AS rank
			FROM listed
			WHERE $6 = '' OR (day, id, kind, language) < (nullif($7, '')::date, nullif($8, '')::uuid, $9, $10)
			ORDER BY day DESC, id DESC, kind DESC, language DESC
			LIMIT 21)`+shown, args(r, after)...))
}

func args(r Request, after place) []any {
	return []any{
		r.Query.web, string(r.Kind), uuid.NullUUID{UUID: r.Space, Valid: r.Space != uuid.Nil}, r.Query.either(), pq.Array(r.Query.near()),
		after.rank, after.day, after.id, after.kind, after.language,
	}
}

// scanPage reads a page and one hit more, which tells whether there is a next one.
func scanPage(rows *sql.Rows, err error) (Page, error) {
	if err != nil {
		return Page{}, fmt.Errorf("search: find: %w", err)
	}
	defer rows.Close()
	var p Page
	var ends place
	for rows.Next() {
		var facets []byte
		var id, at uuid.NullUUID
		var rank, kind, language, path, home, homeLanguage, title, text, begins, stops sql.NullString
		var day sql.NullTime
		err := rows.Scan(&p.Count, &facets, &rank, &kind, &id, &at, &language, &path, &day, &home, &homeLanguage, &title, &text, &begins, &stops)
		if err != nil {
			return Page{}, fmt.Errorf("search: find: %w", err)
		}
		if p.Kinds == nil && p.Spaces == nil {
			if err := p.readFacets(facets); err != nil {
				return Page{}, err
			}
		}
		switch {
		case !id.Valid: // no hit: the row has the facets alone
		case len(p.Hits) == pageSize:
			p.Next = ends.token()
		default:
			ends = place{rank.String, day.Time.Format("2006-01-02"), id.UUID.String(), kind.String, language.String}
			p.Hits = append(p.Hits, Hit{
				Subject: space.Subject{Kind: space.Kind(kind.String), ID: id.UUID, Space: at.UUID}, Language: language.String, Path: path.String, Day: day.Time,
				Title: parts(title.String), Text: piece(text.String, begins.String, stops.String), Place: home.String, PlaceLanguage: homeLanguage.String,
			})
		}
	}
	if err := rows.Err(); err != nil {
		return Page{}, fmt.Errorf("search: find: %w", err)
	}
	if p.Count > ranked {
		p.Count, p.More = ranked, true
	}
	return p, nil
}

// readFacets reads the parts of the matches, by kind and by space.
func (p *Page) readFacets(list []byte) error {
	var facets []struct {
		Kind           *space.Kind
		Space          *uuid.UUID
		Name, Language *string
		Count          int
	}
	if err := json.Unmarshal(list, &facets); err != nil {
		return fmt.Errorf("search: facets: %w", err)
	}
	for _, f := range facets {
		switch {
		case f.Kind != nil:
			p.Kinds = append(p.Kinds, Facet{Kind: *f.Kind, Count: f.Count})
		case f.Space != nil && f.Name != nil:
			p.Spaces = append(p.Spaces, Facet{Space: *f.Space, Name: *f.Name, Language: *f.Language, Count: f.Count})
		}
	}
	return nil
}

// count gives the number of a query's matches, at most 2,000.
func count(ctx context.Context, tx *postgres.Tx, q Query) (int, error) {
	var n int
	err := tx.QueryRowContext(ctx, `
		SELECT count(*)
		FROM (
			SELECT
			FROM civic.search
			WHERE `+matches+`
			LIMIT 2000) AS found`, q.web).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("search: count: %w", err)
	}
	return n, nil
}

// empty tells whether a query has no word that is indexed in any language.
func empty(ctx context.Context, tx *postgres.Tx, q Query) (bool, error) {
	var nothing bool
	err := tx.QueryRowContext(ctx, `
		SELECT numnode(websearch_to_tsquery('civic.search_it', $1)) = 0
			AND numnode(websearch_to_tsquery('civic.search_en', $1)) = 0`, q.web).Scan(&nothing)
	if err != nil {
		return false, fmt.Errorf("search: read query: %w", err)
	}
	return nothing, nil
}
