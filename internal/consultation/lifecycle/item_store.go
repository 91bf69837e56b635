package lifecycle

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

func InsertItem(ctx context.Context, tx *postgres.Tx, it consultation.Item) (consultation.Item, error) {
	err := tx.QueryRowContext(ctx, `
		INSERT INTO civic.item (id, consultation, number, kind, state, version)
		SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, 1
		FROM civic.item
		WHERE consultation = $2
		RETURNING number`,
		it.ID, it.Consultation, it.Kind, string(it.State)).Scan(&it.Number)
	if err != nil {
		return consultation.Item{}, fmt.Errorf("item: %w", err)
	}
	it.Version = 1
	if err := InsertVersion(ctx, tx, it); err != nil {
		return consultation.Item{}, err
	}
	for l, t := range it.Translations {
		if err := SaveTranslation(ctx, tx, it, l, t.Text); err != nil {
			return consultation.Item{}, err
		}
	}
	for _, p := range it.Parents {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO civic.item_parent (item, parent)
			VALUES ($1, $2)`, it.ID, p)
		if err != nil {
			return consultation.Item{}, fmt.Errorf("item's parent: %w", err)
		}
	}
	return it, nil
}

func InsertVersion(ctx context.Context, tx *postgres.Tx, it consultation.Item) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.item_version (item, version, text)
		VALUES ($1, $2, $3)`, it.ID, it.Version, it.Text)
	if err != nil {
		return fmt.Errorf("wording: %w", err)
	}
	return keepTranslations(ctx, tx, it)
}

func SaveItem(ctx context.Context, tx *postgres.Tx, it consultation.Item) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.item
		SET state = $2, version = $3, settled_in = $4
		WHERE id = $1`, it.ID, string(it.State), it.Version, it.SettledIn)
	if err != nil {
		return fmt.Errorf("item %d: %w", it.Number, err)
	}
	return nil
}

// DeleteItem removes an item that no round has shown; one that was shown holds
// on by round_item_item.
func DeleteItem(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.item
		WHERE id = $1`, id)
	switch {
	case err == nil:
		return nil
	case slices.Contains([]string{"round_item_item", "item_parent_parent", "lineage_item"}, postgres.Constraint(err)):
		return fault.New(fault.Conflict, "item_shown", "the statement is in use already")
	}
	return fmt.Errorf("remove item: %w", err)
}

// items lists a consultation's items by number, those out of play last. since is
// the answering round that New and Was compare with; uuid.Nil when there is none.
func ItemsSince(ctx context.Context, tx *postgres.Tx, id, since uuid.UUID) ([]consultation.Item, error) {
	return scanItems(tx.QueryContext(ctx, `
		SELECT i.id, i.consultation, i.number, i.state, i.kind, i.version, v.text, i.settled_in,
			coalesce(b.text, v.text),
			r.number IS NOT NULL AND NOT EXISTS (
				SELECT 1
				FROM civic.round_item e
				JOIN civic.round er ON er.id = e.round
				WHERE e.item = i.id AND er.number <= r.number),
			ARRAY(SELECT p.parent FROM civic.item_parent p JOIN civic.item pi ON pi.id = p.parent WHERE p.item = i.id ORDER BY pi.number),
			(SELECT jsonb_object_agg(t.language, t.text) FROM civic.item_translation t WHERE t.item = i.id AND t.version = v.version),
			(SELECT jsonb_object_agg(t.language, t.text) FROM civic.item_translation t WHERE t.item = i.id AND t.version = b.version)
		FROM civic.item i
		JOIN civic.item_version v ON v.item = i.id AND v.version = i.version
		LEFT JOIN civic.round r ON r.id = $2
		LEFT JOIN civic.round_item ri ON ri.item = i.id AND ri.round = $2
		LEFT JOIN civic.item_version b ON b.item = i.id AND b.version = ri.version
		WHERE i.consultation = $1
		ORDER BY i.state IN ('dropped', 'superseded'), i.number`, id, since))
}

// roundItems lists the items of a round in the versions that it froze, compared
// with the answering round since.
func roundItems(ctx context.Context, tx *postgres.Tx, round, since uuid.UUID) ([]consultation.Item, error) {
	return scanItems(tx.QueryContext(ctx, `
		SELECT i.id, i.consultation, i.number, i.state, i.kind, f.version, v.text, i.settled_in,
			coalesce(b.text, v.text),
			r.number IS NOT NULL AND NOT EXISTS (
				SELECT 1
				FROM civic.round_item e
				JOIN civic.round er ON er.id = e.round
				WHERE e.item = i.id AND er.number <= r.number),
			ARRAY(SELECT p.parent FROM civic.item_parent p JOIN civic.item pi ON pi.id = p.parent WHERE p.item = i.id ORDER BY pi.number),
			(SELECT jsonb_object_agg(t.language, t.text) FROM civic.item_translation t WHERE t.item = i.id AND t.version = v.version),
			(SELECT jsonb_object_agg(t.language, t.text) FROM civic.item_translation t WHERE t.item = i.id AND t.version = b.version)
		FROM civic.round_item f
		JOIN civic.item i ON i.id = f.item
		JOIN civic.item_version v ON v.item = i.id AND v.version = f.version
		LEFT JOIN civic.round r ON r.id = $2
		LEFT JOIN civic.round_item ri ON ri.item = i.id AND ri.round = $2
		LEFT JOIN civic.item_version b ON b.item = i.id AND b.version = ri.version
		WHERE f.round = $1
		ORDER BY i.number`, round, since))
}

func scanItems(rows *sql.Rows, err error) ([]consultation.Item, error) {
	if err != nil {
		return nil, fmt.Errorf("items: %w", err)
	}
	defer rows.Close()
	var out []consultation.Item
	for rows.Next() {
		var it consultation.Item
		var parents pq.StringArray
		var texts, were []byte
		if err := rows.Scan(&it.ID, &it.Consultation, &it.Number, &it.State, &it.Kind, &it.Version, &it.Text, &it.SettledIn, &it.Was, &it.New, &parents, &texts, &were); err != nil {
			return nil, fmt.Errorf("items: %w", err)
		}
		if it.Was == it.Text {
			it.Was = ""
		}
		if it.Translations, err = translated(texts, were); err != nil {
			return nil, fmt.Errorf("translations of item %d: %w", it.Number, err)
		}
		for _, p := range parents {
			id, err := uuid.Parse(p)
			if err != nil {
				return nil, fmt.Errorf("items: %w", err)
			}
			it.Parents = append(it.Parents, id)
		}
		out = append(out, it)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("items: %w", err)
	}
	return out, nil
}

// Freeze writes which version of an item a round shows.
func Freeze(ctx context.Context, tx *postgres.Tx, round uuid.UUID, it consultation.Item) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.round_item (round, item, version)
		VALUES ($1, $2, $3)`, round, it.ID, it.Version)
	if err != nil {
		return fmt.Errorf("freeze item %d: %w", it.Number, err)
	}
	return nil
}

// putOutcome stores where an item stands after a round, or a tick of it.
func SaveOutcome(ctx context.Context, tx *postgres.Tx, round uuid.UUID, tick int, o consultation.Outcome) error {
	verdict, err := json.Marshal(o.Verdict)
	if err != nil {
		return fmt.Errorf("verdict: %w", err)
	}
	proposal, err := json.Marshal(o.Proposal)
	if err != nil {
		return fmt.Errorf("proposal: %w", err)
	}
	res, err := tx.ExecContext(ctx, `
		UPDATE civic.round_item
		SET tick = $3, verdict = $4, proposal = $5
		WHERE round = $1 AND item = $2`, round, o.Item, tick, string(verdict), string(proposal))
	if err != nil {
		return fmt.Errorf("outcome: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return fmt.Errorf("outcome: %w", err)
	}
	if n != 1 {
		return fmt.Errorf("outcome of an item that the round does not have: %s", o.Item)
	}
	return nil
}

// outcomes gives what a round found, by item; items without an outcome are left out.
func Outcomes(ctx context.Context, tx *postgres.Tx, round uuid.UUID) (map[uuid.UUID]consultation.Outcome, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT item, verdict, proposal
		FROM civic.round_item
		WHERE round = $1 AND verdict IS NOT NULL`, round)
	if err != nil {
		return nil, fmt.Errorf("outcomes: %w", err)
	}
	defer rows.Close()
	out := map[uuid.UUID]consultation.Outcome{}
	for rows.Next() {
		var o consultation.Outcome
		var verdict, proposal string
		if err := rows.Scan(&o.Item, &verdict, &proposal); err != nil {
			return nil, fmt.Errorf("outcomes: %w", err)
		}
		if err := json.Unmarshal([]byte(verdict), &o.Verdict); err != nil {
			return nil, fmt.Errorf("verdict: %w", err)
		}
		if err := json.Unmarshal([]byte(proposal), &o.Proposal); err != nil {
			return nil, fmt.Errorf("proposal: %w", err)
		}
		out[o.Item] = o
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("outcomes: %w", err)
	}
	return out, nil
}

// putDecision writes a decision; until the next round opens a later one replaces it.
func SaveDecision(ctx context.Context, tx *postgres.Tx, round uuid.UUID, d consultation.Decided) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.decision (round, item, proposed, decided, role, name, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT ON CONSTRAINT decision_pkey
		DO UPDATE SET decided = excluded.decided, role = excluded.role, name = excluded.name, reason = excluded.reason`,
		round, d.Item, d.Proposed, d.Decided, d.Role, d.Name, d.Reason)
	if err != nil {
		return fmt.Errorf("decision: %w", err)
	}
	return nil
}

// DeleteDecision takes back the decision about an item after a round.
func DeleteDecision(ctx context.Context, tx *postgres.Tx, round, item uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.decision
		WHERE round = $1 AND item = $2`, round, item)
	if err != nil {
		return fmt.Errorf("take back decision: %w", err)
	}
	return nil
}

// decisions lists what was decided in a consultation, by round and item number.
func Decisions(ctx context.Context, tx *postgres.Tx, id uuid.UUID) ([]consultation.Decided, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT r.number, d.item, d.proposed, d.decided, d.role, d.name, d.reason
		FROM civic.decision d
		JOIN civic.round r ON r.id = d.round
		JOIN civic.item i ON i.id = d.item
		WHERE r.consultation = $1
		ORDER BY r.number, i.number`, id)
	if err != nil {
		return nil, fmt.Errorf("decisions: %w", err)
	}
	defer rows.Close()
	var out []consultation.Decided
	for rows.Next() {
		var d consultation.Decided
		if err := rows.Scan(&d.Round, &d.Item, &d.Proposed, &d.Decided, &d.Role, &d.Name, &d.Reason); err != nil {
			return nil, fmt.Errorf("decisions: %w", err)
		}
		out = append(out, d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("decisions: %w", err)
	}
	return out, nil
}
