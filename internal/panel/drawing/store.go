package drawing

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"

	"delfi/internal/panel/draw"
	"delfi/internal/platform/postgres"
)

// row is a draw as it is stored.
type row struct {
	Group       string         `db:"grp"`
	Household   bool           `db:"household"`
	List        string         `db:"list"`
	Rule        sql.NullString `db:"rule"`
	Portfolio   sql.NullString `db:"portfolio"`
	CommittedAt sql.NullTime   `db:"committed_at"`
	Round       sql.NullInt64  `db:"round"`
	Root        []byte         `db:"record_root"`
	Result      sql.NullString `db:"result"`
	Called      int            `db:"called"`
	Reason      sql.NullString `db:"reason"`
	Keyless     bool           `db:"keyless"`
	Proof       []byte         `db:"proof"`
}

// insertDraw fixes the list of a group; false when it has one.
func insertDraw(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, household bool, list, proof []byte) (bool, error) {
	done, err := tx.ExecContext(ctx, `
		INSERT INTO civic.draw (consultation, grp, household, list, proof)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT ON CONSTRAINT draw_pkey DO NOTHING`,
		consultation, group, household, string(list), proof)
	if err != nil {
		return false, fmt.Errorf("drawing: insert draw: %w", err)
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// findDraws gives the draws of a consultation, by group.
func findDraws(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]Draw, error) {
	var rows []row
	if err := tx.SelectContext(ctx, &rows, `
		SELECT grp, household, list, rule, portfolio, committed_at, round, record_root, result, called, reason, keyless, proof
		FROM civic.draw
		WHERE consultation = $1
		ORDER BY grp`, consultation); err != nil {
		return nil, fmt.Errorf("drawing: find draws: %w", err)
	}
	out := make([]Draw, len(rows))
	for i, r := range rows {
		guarantors, err := findGuarantors(ctx, tx, consultation, r.Group)
		if err != nil {
			return nil, err
		}
		if out[i], err = r.draw(consultation, guarantors); err != nil {
			return nil, fmt.Errorf("drawing: read the draw of %s: %w", r.Group, err)
		}
	}
	return out, nil
}

// draw reads the stored files.
func (r row) draw(consultation uuid.UUID, guarantors []Guarantor) (Draw, error) {
	d := Draw{
		Consultation: consultation, Group: r.Group, Household: r.Household, Guarantors: guarantors, Called: r.Called, Reason: r.Reason.String, Keyless: r.Keyless, proof: r.Proof,
		planned: r.Rule.Valid, drawn: r.Result.Valid, Round: r.Round.Int64,
	}
	var err error
	if d.Roll, err = draw.ParseRoll([]byte(r.List)); err != nil {
		return d, err
	}
	if r.Rule.Valid {
		if d.Rule, err = draw.ParseRule([]byte(r.Rule.String)); err != nil {
			return d, err
		}
	}
	if r.Portfolio.Valid {
		if d.Portfolio, err = draw.ParsePortfolio([]byte(r.Portfolio.String), d.Roll, d.Rule); err != nil {
			return d, err
		}
	}
	if r.CommittedAt.Valid {
		d.CommittedAt, d.Root = r.CommittedAt.Time.UTC(), [32]byte(r.Root)
	}
	if r.Result.Valid {
		d.Result, err = draw.ParseResult([]byte(r.Result.String))
	}
	return d, err
}

func findGuarantors(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) ([]Guarantor, error) {
	var rows []struct {
		Name   string         `db:"name"`
		Digest string         `db:"digest"`
		Value  sql.NullString `db:"value"`
		Opened sql.NullTime   `db:"opened_at"`
	}
	if err := tx.SelectContext(ctx, &rows, `
		SELECT name, digest, value, opened_at
		FROM civic.draw_guarantor
		WHERE consultation = $1 AND grp = $2
		ORDER BY place`, consultation, group); err != nil {
		return nil, fmt.Errorf("drawing: find guarantors: %w", err)
	}
	var out []Guarantor
	for _, r := range rows {
		out = append(out, Guarantor{Name: r.Name, Digest: r.Digest, Value: r.Value.String, At: r.Opened.Time.UTC()})
	}
	return out, nil
}

// storePlan replaces rule, portfolio and guarantors of a draw that is not committed to.
func storePlan(ctx context.Context, tx *postgres.Tx, d Draw) error {
	portfolio := sql.NullString{}
	if d.Rule.Crossing() {
		portfolio = sql.NullString{String: string(d.Portfolio.Text()), Valid: true}
	}
	if _, err := tx.ExecContext(ctx, `
		UPDATE civic.draw
		SET rule = $3, portfolio = $4
		WHERE consultation = $1 AND grp = $2`,
		d.Consultation, d.Group, string(d.Rule.Canonical()), portfolio); err != nil {
		return fmt.Errorf("drawing: store rule: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `
		DELETE FROM civic.draw_guarantor
		WHERE consultation = $1 AND grp = $2`, d.Consultation, d.Group); err != nil {
		return fmt.Errorf("drawing: drop guarantors: %w", err)
	}
	for i, g := range d.Guarantors {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO civic.draw_guarantor (consultation, grp, place, name, digest)
			VALUES ($1, $2, $3, $4, $5)`, d.Consultation, d.Group, i+1, g.Name, g.Digest); err != nil {
			return fmt.Errorf("drawing: insert guarantor: %w", err)
		}
	}
	return nil
}

func storeCommitment(ctx context.Context, tx *postgres.Tx, d Draw) error {
	if _, err := tx.ExecContext(ctx, `
		UPDATE civic.draw
		SET committed_at = $3, round = $4, record_root = $5
		WHERE consultation = $1 AND grp = $2`,
		d.Consultation, d.Group, d.CommittedAt, d.Round, d.Root[:]); err != nil {
		return fmt.Errorf("drawing: store commitment: %w", err)
	}
	return nil
}

func storeValue(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, place int, value string, at time.Time) error {
	if _, err := tx.ExecContext(ctx, `
		UPDATE civic.draw_guarantor
		SET value = $4, opened_at = $5
		WHERE consultation = $1 AND grp = $2 AND place = $3`,
		consultation, group, place, value, at); err != nil {
		return fmt.Errorf("drawing: store value: %w", err)
	}
	return nil
}

func storeResult(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, result []byte) error {
	if _, err := tx.ExecContext(ctx, `
		UPDATE civic.draw
		SET result = $3
		WHERE consultation = $1 AND grp = $2`,
		consultation, group, string(result)); err != nil {
		return fmt.Errorf("drawing: store result: %w", err)
	}
	return nil
}

func storeCalled(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, called int) error {
	if _, err := tx.ExecContext(ctx, `
		UPDATE civic.draw
		SET called = $3
		WHERE consultation = $1 AND grp = $2`, consultation, group, called); err != nil {
		return fmt.Errorf("drawing: store reserves: %w", err)
	}
	return nil
}

func storeWithdrawal(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group, reason string) error {
	if _, err := tx.ExecContext(ctx, `
		UPDATE civic.draw
		SET reason = $3
		WHERE consultation = $1 AND grp = $2`, consultation, group, reason); err != nil {
		return fmt.Errorf("drawing: store withdrawal: %w", err)
	}
	return nil
}

// take marks a number as that of somebody enrolled; false when it is marked.
func take(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, n int) (bool, error) {
	done, err := tx.ExecContext(ctx, `
		INSERT INTO civic.draw_taken (consultation, grp, n)
		VALUES ($1, $2, $3)
		ON CONFLICT ON CONSTRAINT draw_taken_pkey DO NOTHING`, consultation, group, n)
	if err != nil {
		return false, fmt.Errorf("drawing: take a ticket: %w", err)
	}
	rows, err := done.RowsAffected()
	return rows == 1, err
}

// findKeyed lists the draws whose key was not destroyed.
func findKeyed(ctx context.Context, tx *postgres.Tx) (out []ID, err error) {
	err = tx.SelectContext(ctx, &out, `
		SELECT consultation, grp
		FROM civic.draw
		WHERE NOT keyless
		ORDER BY consultation, grp`)
	return out, err
}

func storeKeyless(ctx context.Context, tx *postgres.Tx, id ID) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.draw
		SET keyless = true
		WHERE consultation = $1 AND grp = $2`, id.Consultation, id.Group)
	return err
}
