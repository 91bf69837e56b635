package contribution

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/consultation/steering"
	"delfi/internal/moderation"
	"delfi/internal/platform/postgres"
)

// listAll lists a consultation's contributions, by id.
func listAll(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]Contribution, error) {
	return contributions(tx.QueryContext(ctx, `
		SELECT c.id, c.alias, n.name, c.body, c.language, c.state, c.reason, c.removed_for,
		       array_agg(l.item ORDER BY e.number) FILTER (WHERE l.item IS NOT NULL)
		FROM civic.contribution AS c
		JOIN civic.alias AS n ON n.consultation = c.consultation AND n.id = c.alias
		LEFT JOIN civic.lineage AS l ON l.contribution = c.id
		LEFT JOIN civic.synthesis AS e ON e.act = l.act
		WHERE c.consultation = $1
		GROUP BY c.id, n.name
		ORDER BY c.id`, consultation))
}

// listOwn lists an alias's contributions, by id.
func listOwn(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, alias [16]byte) ([]Contribution, error) {
	return contributions(tx.QueryContext(ctx, `
		SELECT c.id, c.alias, n.name, c.body, c.language, c.state, c.reason, c.removed_for,
		       array_agg(l.item ORDER BY e.number) FILTER (WHERE l.item IS NOT NULL)
		FROM civic.contribution AS c
		JOIN civic.alias AS n ON n.consultation = c.consultation AND n.id = c.alias
		LEFT JOIN civic.lineage AS l ON l.contribution = c.id
		LEFT JOIN civic.synthesis AS e ON e.act = l.act
		WHERE c.consultation = $1 AND c.alias = $2
		GROUP BY c.id, n.name
		ORDER BY c.id`, consultation, alias[:]))
}

// contributions reads the rows of the two lists.
func contributions(rows *sql.Rows, err error) ([]Contribution, error) {
	if err != nil {
		return nil, fmt.Errorf("synthesis: list: %w", err)
	}
	defer rows.Close()
	var out []Contribution
	for rows.Next() {
		var c Contribution
		var alias []byte
		var items []uuid.UUID
		if err := rows.Scan(&c.ID, &alias, &c.Alias.Name, &c.Body, &c.Language, &c.State, &c.Reason, &c.Removed, pq.Array(&items)); err != nil {
			return nil, fmt.Errorf("synthesis: list: %w", err)
		}
		c.Alias.ID, c.Items = aliasID(alias), items
		out = append(out, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("synthesis: list: %w", err)
	}
	return out, nil
}

func aliasID(b []byte) (id [16]byte) {
	copy(id[:], b)
	return id
}

// count counts contributions by how far they have come.
func count(ctx context.Context, tx *postgres.Tx, of uuid.UUID) (steering.Contributions, error) {
	var n steering.Contributions
	err := tx.QueryRowxContext(ctx, `
		SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'admitted')
		FROM civic.contribution
		WHERE consultation = $1`, of).Scan(&n.Pending, &n.Admitted)
	if err != nil {
		return n, fmt.Errorf("synthesis: count contributions: %w", err)
	}
	return n, nil
}

// someTexts gives the words of contributions.
func someTexts(ctx context.Context, tx *postgres.Tx, which []uuid.UUID) (map[uuid.UUID]moderation.Text, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT c.id, n.name, c.body, c.language, c.removed_for
		FROM civic.contribution AS c
		JOIN civic.alias AS n ON n.consultation = c.consultation AND n.id = c.alias
		WHERE c.id = ANY($1::uuid[])`, pq.Array(ids(which)))
	if err != nil {
		return nil, fmt.Errorf("contribution: texts: %w", err)
	}
	defer rows.Close()
	out := make(map[uuid.UUID]moderation.Text, len(which))
	for rows.Next() {
		var id uuid.UUID
		var t moderation.Text
		if err := rows.Scan(&id, &t.Author, &t.Body, &t.Language, &t.Removed); err != nil {
			return nil, fmt.Errorf("contribution: texts: %w", err)
		}
		out[id] = t
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("contribution: texts: %w", err)
	}
	return out, nil
}

// wrote tells whether an alias wrote a contribution.
func wrote(ctx context.Context, tx *postgres.Tx, alias [16]byte, id uuid.UUID) (own bool, err error) {
	err = tx.QueryRowxContext(ctx, `
		SELECT EXISTS (SELECT FROM civic.contribution WHERE id = $1 AND alias = $2)`, id, alias[:]).Scan(&own)
	if err != nil {
		return false, fmt.Errorf("contribution: author: %w", err)
	}
	return own, nil
}

// addEffect stores what an act did to its item, under the next number, which the
// consultation's lock keeps ours.
func addEffect(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, e effect) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.synthesis (act, consultation, number, item, made, was, left_out)
		SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6
		FROM civic.synthesis
		WHERE consultation = $2`, e.act, consultation, e.item, e.made, e.was, e.leftOut)
	if err != nil {
		return fmt.Errorf("contribution: add effect: %w", err)
	}
	return nil
}

// listEffects gives what acts did to items, by act.
func listEffects(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[uuid.UUID]effect, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT act, item, made, was, left_out
		FROM civic.synthesis
		WHERE consultation = $1`, consultation)
	if err != nil {
		return nil, fmt.Errorf("contribution: list effects: %w", err)
	}
	defer rows.Close()
	out := map[uuid.UUID]effect{}
	for rows.Next() {
		var e effect
		if err := rows.Scan(&e.act, &e.item, &e.made, &e.was, &e.leftOut); err != nil {
			return nil, fmt.Errorf("contribution: list effects: %w", err)
		}
		out[e.act] = e
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("contribution: list effects: %w", err)
	}
	return out, nil
}

// link puts an act's contributions into its item, and admits them.
func link(ctx context.Context, tx *postgres.Tx, e effect, contributions []uuid.UUID) error {
	if len(contributions) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.lineage (contribution, item, act)
		SELECT unnest($1::uuid[]), $2, $3`, pq.Array(ids(contributions)), e.item, e.act)
	if err != nil {
		return fmt.Errorf("contribution: link: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE civic.contribution
		SET state = 'admitted'
		WHERE id = ANY($1::uuid[])`, pq.Array(ids(contributions)))
	if err != nil {
		return fmt.Errorf("contribution: admit: %w", err)
	}
	return nil
}

// rejectAll rejects contributions for one reason.
func rejectAll(ctx context.Context, tx *postgres.Tx, contributions []uuid.UUID, reason string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.contribution
		SET state = 'rejected', reason = $2
		WHERE id = ANY($1::uuid[])`, pq.Array(ids(contributions)), reason)
	if err != nil {
		return fmt.Errorf("contribution: reject: %w", err)
	}
	return nil
}

// unlink takes contributions out of the item into which an act put them, or out of all for
// uuid.Nil, and gives the items.
func unlink(ctx context.Context, tx *postgres.Tx, act uuid.UUID, contributions []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := tx.QueryContext(ctx, `
		DELETE FROM civic.lineage
		WHERE contribution = ANY($1::uuid[]) AND ($2::uuid IS NULL OR act = $2)
		RETURNING item`, pq.Array(ids(contributions)), uuid.NullUUID{UUID: act, Valid: act != uuid.Nil})
	return found(rows, err, "unlink")
}

// pendAll makes contributions pending that no act admits.
func pendAll(ctx context.Context, tx *postgres.Tx, contributions []uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.contribution AS c
		SET state = 'pending', reason = ''
		WHERE c.id = ANY($1::uuid[])
		  AND NOT EXISTS (SELECT 1 FROM civic.lineage AS l WHERE l.contribution = c.id)`, pq.Array(ids(contributions)))
	if err != nil {
		return fmt.Errorf("contribution: pend: %w", err)
	}
	return nil
}

// pendingOf gives those of some contributions that are pending.
func pendingOf(ctx context.Context, tx *postgres.Tx, contributions []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT id
		FROM civic.contribution
		WHERE id = ANY($1::uuid[]) AND state = 'pending'
		ORDER BY id`, pq.Array(ids(contributions)))
	return found(rows, err, "pending")
}

// hasSources tells whether contributions are in an item.
func hasSources(ctx context.Context, tx *postgres.Tx, item uuid.UUID) (has bool, err error) {
	err = tx.QueryRowxContext(ctx, `
		SELECT EXISTS (SELECT FROM civic.lineage WHERE item = $1)`, item).Scan(&has)
	if err != nil {
		return false, fmt.Errorf("contribution: sources: %w", err)
	}
	return has, nil
}

// found reads rows of one id, each once.
func found(rows *sql.Rows, err error, verb string) ([]uuid.UUID, error) {
	if err != nil {
		return nil, fmt.Errorf("contribution: %s: %w", verb, err)
	}
	defer rows.Close()
	var out []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("contribution: %s: %w", verb, err)
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("contribution: %s: %w", verb, err)
	}
	return out, nil
}

// ids writes ids for an array parameter.
func ids(list []uuid.UUID) []string {
	out := make([]string, len(list))
	for i, id := range list {
		out[i] = id.String()
	}
	return out
}
