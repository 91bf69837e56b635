package contribution

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/consultation/steering"
	"delfi/internal/platform/postgres"
)

// listAll lists a consultation's contributions, by id.
func listAll(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]Contribution, error) {
	return contributions(tx.QueryContext(ctx, `
		SELECT c.id, c.alias, n.name, c.body, c.state, c.reason, c.removed_for,
		       array_agg(l.item ORDER BY a.number) FILTER (WHERE l.item IS NOT NULL)
		FROM civic.contribution AS c
		JOIN civic.alias AS n ON n.consultation = c.consultation AND n.id = c.alias
		LEFT JOIN civic.lineage AS l ON l.contribution = c.id
		LEFT JOIN civic.synthesis_act AS a ON a.id = l.act
		WHERE c.consultation = $1
		GROUP BY c.id, n.name
		ORDER BY c.id`, consultation))
}

// listOwn lists an alias's contributions, by id.
func listOwn(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, alias [16]byte) ([]Contribution, error) {
	return contributions(tx.QueryContext(ctx, `
		SELECT c.id, c.alias, n.name, c.body, c.state, c.reason, c.removed_for,
		       array_agg(l.item ORDER BY a.number) FILTER (WHERE l.item IS NOT NULL)
		FROM civic.contribution AS c
		JOIN civic.alias AS n ON n.consultation = c.consultation AND n.id = c.alias
		LEFT JOIN civic.lineage AS l ON l.contribution = c.id
		LEFT JOIN civic.synthesis_act AS a ON a.id = l.act
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
		if err := rows.Scan(&c.ID, &alias, &c.Alias.Name, &c.Body, &c.State, &c.Reason, &c.Removed, pq.Array(&items)); err != nil {
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
		SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'admitted'),
		       (SELECT count(*) FROM civic.synthesis_act AS a WHERE a.consultation = $1)
		FROM civic.contribution
		WHERE consultation = $1`, of).Scan(&n.Pending, &n.Admitted, &n.Acts)
	if err != nil {
		return n, fmt.Errorf("synthesis: count contributions: %w", err)
	}
	return n, nil
}

// addAct stores an act under the next number, which the consultation's lock keeps ours.
func addAct(ctx context.Context, tx *postgres.Tx, a act) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.synthesis_act
			(id, consultation, number, kind, summary, reason, left_out, contributions, item, made, was)
		SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7::uuid[], $8, $9, $10
		FROM civic.synthesis_act
		WHERE consultation = $2`,
		a.ID, a.consultation, a.Kind, a.Summary, a.Reason, a.leftOut, pq.Array(ids(a.contributions)),
		uuid.NullUUID{UUID: a.item, Valid: a.item != uuid.Nil}, a.made, a.was)
	if err != nil {
		return fmt.Errorf("synthesis: add act: %w", err)
	}
	return nil
}

// link puts an act's contributions into its item, and admits them.
func link(ctx context.Context, tx *postgres.Tx, a act) error {
	if len(a.contributions) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.lineage (contribution, item, act)
		SELECT unnest($1::uuid[]), $2, $3`, pq.Array(ids(a.contributions)), a.item, a.ID)
	if err != nil {
		return fmt.Errorf("synthesis: link: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE civic.contribution
		SET state = 'admitted'
		WHERE id = ANY($1::uuid[])`, pq.Array(ids(a.contributions)))
	if err != nil {
		return fmt.Errorf("synthesis: admit: %w", err)
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
		return fmt.Errorf("synthesis: reject: %w", err)
	}
	return nil
}

// undo takes back what an act did to contributions: those that no other act
// admitted are pending again.
func undo(ctx context.Context, tx *postgres.Tx, a act) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.lineage
		WHERE act = $1`, a.ID)
	if err != nil {
		return fmt.Errorf("synthesis: undo: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE civic.contribution AS c
		SET state = 'pending', reason = ''
		WHERE c.id = ANY($1::uuid[])
		  AND NOT EXISTS (SELECT 1 FROM civic.lineage AS l WHERE l.contribution = c.id)`, pq.Array(ids(a.contributions)))
	if err != nil {
		return fmt.Errorf("synthesis: undo: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE civic.synthesis_act
		SET undone = true
		WHERE id = $1`, a.ID)
	if err != nil {
		return fmt.Errorf("synthesis: undo: %w", err)
	}
	return nil
}

// listActs lists the acts that stand, newest first.
func listActs(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]act, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT id, number, kind, summary, reason, left_out, contributions, item, made, was
		FROM civic.synthesis_act
		WHERE consultation = $1 AND NOT undone
		ORDER BY number DESC`, consultation)
	if err != nil {
		return nil, fmt.Errorf("synthesis: list acts: %w", err)
	}
	defer rows.Close()
	var out []act
	for rows.Next() {
		a := act{consultation: consultation}
		var item uuid.NullUUID
		if err := rows.Scan(&a.ID, &a.number, &a.Kind, &a.Summary, &a.Reason, &a.leftOut, pq.Array(&a.contributions), &item, &a.made, &a.was); err != nil {
			return nil, fmt.Errorf("synthesis: list acts: %w", err)
		}
		a.item = item.UUID
		out = append(out, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("synthesis: list acts: %w", err)
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
