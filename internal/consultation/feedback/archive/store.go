package archive

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/consultation/feedback"
	"delfi/internal/platform/postgres"
)

// findFeedback gives the document of a released round (of a standing one: its
// last release) and its hash; nil when there is none.
func Find(ctx context.Context, tx *postgres.Tx, round uuid.UUID) (*feedback.Document, string, error) {
	var document, hash string
	err := tx.QueryRowxContext(ctx, `
		SELECT f.document, f.hash
		FROM civic.feedback AS f
		JOIN civic.round AS r ON r.id = f.round
		WHERE f.round = $1 AND r.state = 'released'
		ORDER BY f.tick DESC
		LIMIT 1`,
		round).Scan(&document, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	f, err := parseFeedback(document)
	return &f, hash, err
}

// Interim gives the document of the last interim release of an open standing round; nil when
// there is none. It is for those who have answered (ballot.Paper), and for nobody else.
func Interim(ctx context.Context, tx *postgres.Tx, round uuid.UUID) (*feedback.Document, error) {
	var document string
	err := tx.QueryRowxContext(ctx, `
		SELECT f.document
		FROM civic.feedback AS f
		JOIN civic.round AS r ON r.id = f.round
		WHERE f.round = $1 AND r.kind = 'standing' AND r.state = 'open'
		ORDER BY f.tick DESC
		LIMIT 1`,
		round).Scan(&document)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	f, err := parseFeedback(document)
	return &f, err
}

// ShownHash gives the hash of the last feedback document released before a round;
// "" when there is none.
func ShownHash(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, number int) (string, error) {
	var hash string
	err := tx.QueryRowxContext(ctx, `
		SELECT f.hash
		FROM civic.feedback AS f
		JOIN civic.round AS r ON r.id = f.round
		WHERE r.consultation = $1 AND r.number < $2 AND r.kind = 'answer' AND r.state = 'released'
		ORDER BY r.number DESC, f.tick DESC
		LIMIT 1`,
		consultation, number).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return hash, err
}

// findFeedbacks gives every document of a consultation's released rounds, by
// round and tick, each with its hash.
func findFeedbacks(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]feedback.Document, []string, error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT f.document, f.hash
		FROM civic.feedback AS f
		JOIN civic.round AS r ON r.id = f.round
		WHERE r.consultation = $1 AND r.state = 'released'
		ORDER BY r.number, f.tick`,
		consultation)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	var all []feedback.Document
	var hashes []string
	for rows.Next() {
		var document, hash string
		if err := rows.Scan(&document, &hash); err != nil {
			return nil, nil, err
		}
		f, err := parseFeedback(document)
		if err != nil {
			return nil, nil, err
		}
		all, hashes = append(all, f), append(hashes, hash)
	}
	return all, hashes, rows.Err()
}

func parseFeedback(document string) (feedback.Document, error) {
	var f feedback.Document
	if err := json.Unmarshal([]byte(document), &f); err != nil {
		return f, fmt.Errorf("a feedback document cannot be read: %w", err)
	}
	return f, nil
}

// Put stores the document of a round, of a standing one that of a release, with its hash.
func Put(ctx context.Context, tx *postgres.Tx, round uuid.UUID, tick int, document, hash string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.feedback (round, tick, document, hash)
		VALUES ($1, $2, $3, $4)`,
		round, tick, document, hash)
	return err
}

// redactFeedback exchanges a document's bytes; its recorded hash stays.
func redactFeedback(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, hash, document string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.feedback AS f
		SET document = $3
		FROM civic.round AS r
		WHERE r.id = f.round AND r.consultation = $1 AND f.hash = $2`,
		consultation, hash, document)
	if err != nil {
		return err
	}
	return postgres.Compact(ctx, tx, "civic.feedback")
}
