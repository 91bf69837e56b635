package moderation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/platform/postgres"
)

// findRules gives the rules in force in a space.
func findRules(ctx context.Context, tx *postgres.Tx, of uuid.UUID) (Rules, error) {
	r := Rules{Space: of}
	err := tx.QueryRowContext(ctx, `
		SELECT version, published_at
		FROM civic.house_rules
		WHERE space = $1
		ORDER BY version DESC
		LIMIT 1`, of).Scan(&r.Version, &r.Since)
	if errors.Is(err, sql.ErrNoRows) {
		return standing(of), nil
	}
	if err != nil {
		return r, fmt.Errorf("moderation: find rules: %w", err)
	}
	r.Since = r.Since.UTC()
	r.List, err = ruleWords(ctx, tx, of, []int{r.Version})
	return r, err
}

// ruleWords gives the rules of versions that a space published, by version and number.
func ruleWords(ctx context.Context, tx *postgres.Tx, of uuid.UUID, versions []int) ([]Rule, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT r.version, r.number, r.title, r.words, v.language
		FROM civic.house_rule AS r
		JOIN civic.house_rules AS v ON v.space = r.space AND v.version = r.version
		WHERE r.space = $1 AND r.version = ANY($2::integer[])
		ORDER BY r.version, r.number`, of, pq.Array(versions))
	if err != nil {
		return nil, fmt.Errorf("moderation: list rules: %w", err)
	}
	defer rows.Close()
	var out []Rule
	for rows.Next() {
		var r Rule
		if err := rows.Scan(&r.Version, &r.Number, &r.Title, &r.Words, &r.Language); err != nil {
			return nil, fmt.Errorf("moderation: list rules: %w", err)
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("moderation: list rules: %w", err)
	}
	return out, nil
}

// lockRules keeps others from publishing rules of a space until the transaction ends.
func lockRules(ctx context.Context, tx *postgres.Tx, of uuid.UUID) error {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('house rules ' || $1, 0))`, of.String()); err != nil {
		return fmt.Errorf("moderation: lock rules: %w", err)
	}
	return nil
}

// insertRules stores a version of a space's rules, in one language.
func insertRules(ctx context.Context, tx *postgres.Tx, r Rules, language string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.house_rules (space, version, language, published_at)
		VALUES ($1, $2, $3, $4)`, r.Space, r.Version, language, r.Since)
	if err != nil {
		return fmt.Errorf("moderation: add rules: %w", err)
	}
	for _, rule := range r.List {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO civic.house_rule (space, version, number, title, words)
			VALUES ($1, $2, $3, $4, $5)`, r.Space, rule.Version, rule.Number, rule.Title, rule.Words)
		if err != nil {
			return fmt.Errorf("moderation: add rule: %w", err)
		}
	}
	return nil
}
