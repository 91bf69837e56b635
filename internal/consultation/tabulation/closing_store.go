package tabulation

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/delphi/canonical"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

// document is everything that a closing leaves behind.
type document struct {
	closing    table.Closing
	feedback   feedback.Document
	items      []byte
	tally      []byte
	heads      []byte // empty before a standing round's deadline, as is what follows
	superseded []byte
	salt       []byte // of the digests of an interim release; empty otherwise
}

// hashes are the hex SHA-256 of a closing's documents, by which the record names them; of an
// interim release with the salt before each.
type hashes struct{ counts, feedback, items, tally, heads, superseded string }

// insertClosing keeps a closing's documents and tables, and gives their hashes.
func insertClosing(ctx context.Context, tx *postgres.Tx, round uuid.UUID, d document) (hashes, error) {
	tick := d.feedback.Tick
	counts, err := canonical.Marshal(d.closing.Counts)
	if err != nil {
		return hashes{}, err
	}
	feedback, err := canonical.Marshal(d.feedback)
	if err != nil {
		return hashes{}, err
	}
	h := hashes{
		counts: leaf.Digest(counts), feedback: leaf.Digest(feedback), items: leaf.Digest(d.items),
		tally: leaf.Digest(d.tally), heads: leaf.Digest(d.heads), superseded: leaf.Digest(d.superseded),
	}
	stored := h.feedback
	if len(d.salt) > 0 {
		h = hashes{
			counts: leaf.WordsDigest(d.salt, counts), feedback: leaf.WordsDigest(d.salt, feedback),
			items: leaf.WordsDigest(d.salt, d.items), tally: leaf.WordsDigest(d.salt, d.tally),
		}
	}
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO civic.closing (round, tick, counts, items, tally, heads, root, superseded, salt)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		round, tick, string(counts), string(d.items), string(d.tally), string(d.heads), d.closing.Root, string(d.superseded), hex.EncodeToString(d.salt)); err != nil {
		return hashes{}, err
	}
	for place, t := range d.closing.Tables {
		table, err := canonical.Marshal(t)
		if err != nil {
			return hashes{}, err
		}
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO civic.count_table (round, tick, id, place, document)
			VALUES ($1, $2, $3, $4, $5)`,
			round, tick, t.ID, place, string(table)); err != nil {
			return hashes{}, err
		}
	}
	return h, archive.Put(ctx, tx, round, tick, string(feedback), stored)
}

// closingsBefore gives the closings of the answering rounds before a number,
// oldest first. It joins the round's state: a round that is open or closing has
// nothing to give.
func closingsBefore(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, number int) ([]table.Closing, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT r.number, c.tick, c.counts, c.root, t.document
		FROM civic.round AS r
		JOIN civic.closing AS c ON c.round = r.id AND c.tick = 0
		LEFT JOIN civic.count_table AS t ON t.round = c.round AND t.tick = c.tick
		WHERE r.consultation = $1 AND r.number < $2 AND r.state = 'released'
		ORDER BY r.number, t.place`,
		consultation, number)
	if err != nil {
		return nil, err
	}
	return scanClosings(rows)
}

// ticksOf gives the releases of a standing round, oldest first. They are public
// while it is open; that is what a release is.
func ticksOf(ctx context.Context, tx *postgres.Tx, round uuid.UUID) ([]table.Closing, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT r.number, c.tick, c.counts, c.root, t.document
		FROM civic.round AS r
		JOIN civic.closing AS c ON c.round = r.id AND c.tick > 0
		LEFT JOIN civic.count_table AS t ON t.round = c.round AND t.tick = c.tick
		WHERE r.id = $1 AND r.kind = 'standing'
		ORDER BY c.tick, t.place`,
		round)
	if err != nil {
		return nil, err
	}
	return scanClosings(rows)
}

// scanClosings reads closings from rows of (round, tick, counts, root or NULL, table or NULL),
// one row per table.
func scanClosings(rows *sqlx.Rows) ([]table.Closing, error) {
	defer rows.Close()
	var closings []table.Closing
	var last [2]int
	for rows.Next() {
		var at [2]int
		var counts string
		var root []byte
		var stored sql.NullString
		if err := rows.Scan(&at[0], &at[1], &counts, &root, &stored); err != nil {
			return nil, err
		}
		if at != last {
			c := table.Closing{Tables: []table.Table{}, Root: root}
			if err := json.Unmarshal([]byte(counts), &c.Counts); err != nil {
				return nil, fmt.Errorf("a counts document cannot be read: %w", err)
			}
			closings, last = append(closings, c), at
		}
		if stored.Valid {
			var t table.Table
			if err := json.Unmarshal([]byte(stored.String), &t); err != nil {
				return nil, fmt.Errorf("a table cannot be read: %w", err)
			}
			c := &closings[len(closings)-1]
			c.Tables = append(c.Tables, t)
		}
	}
	return closings, rows.Err()
}

// releasedClosings gives the closings of a consultation's released rounds, by
// round and tick.
func releasedClosings(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]table.Closing, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT r.number, c.tick, c.counts, c.root, t.document
		FROM civic.round AS r
		JOIN civic.closing AS c ON c.round = r.id
		LEFT JOIN civic.count_table AS t ON t.round = c.round AND t.tick = c.tick
		WHERE r.consultation = $1 AND r.state = 'released'
		ORDER BY r.number, c.tick, t.place`,
		consultation)
	if err != nil {
		return nil, err
	}
	return scanClosings(rows)
}
