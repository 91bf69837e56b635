package lifecycle

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/platform/postgres"
)

// SaveTranslation stores the words of an item's version in a further language, in the place
// of those that it had.
func SaveTranslation(ctx context.Context, tx *postgres.Tx, it consultation.Item, lang, text string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.item_translation (item, version, language, text)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT ON CONSTRAINT item_translation_pkey
		DO UPDATE SET text = excluded.text`, it.ID, it.Version, lang, text)
	if err != nil {
		return fmt.Errorf("translation of item %d: %w", it.Number, err)
	}
	return nil
}

// keepTranslations gives an item's new version the translations of the last one before it
// that had the same words: who takes a rewording back has them again.
func keepTranslations(ctx context.Context, tx *postgres.Tx, it consultation.Item) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.item_translation (item, version, language, text)
		SELECT t.item, $2, t.language, t.text
		FROM civic.item_translation t
		WHERE t.item = $1 AND t.version = (
			SELECT max(v.version)
			FROM civic.item_version v
			WHERE v.item = $1 AND v.version < $2 AND v.text = $3)`, it.ID, it.Version, it.Text)
	if err != nil {
		return fmt.Errorf("translations of item %d: %w", it.Number, err)
	}
	return nil
}

// Shown tells whether a round has shown an item's version.
func Shown(ctx context.Context, tx *postgres.Tx, it consultation.Item) (shown bool, err error) {
	err = tx.QueryRowxContext(ctx, `
		SELECT EXISTS (SELECT FROM civic.round_item WHERE item = $1 AND version = $2)`, it.ID, it.Version).Scan(&shown)
	if err != nil {
		return false, fmt.Errorf("item %d shown: %w", it.Number, err)
	}
	return shown, nil
}

// ShownVersions tells of each item of a consultation whether a round has shown its version.
func ShownVersions(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (map[uuid.UUID]bool, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT DISTINCT i.id
		FROM civic.item i
		JOIN civic.round_item f ON f.item = i.id AND f.version = i.version
		WHERE i.consultation = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("shown versions: %w", err)
	}
	defer rows.Close()
	out := map[uuid.UUID]bool{}
	for rows.Next() {
		var item uuid.UUID
		if err := rows.Scan(&item); err != nil {
			return nil, fmt.Errorf("shown versions: %w", err)
		}
		out[item] = true
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("shown versions: %w", err)
	}
	return out, nil
}

// Retranslate gives an item other words in a further language: in its version while no round
// has shown that, else in a new one with the same words in all other languages.
func Retranslate(ctx context.Context, tx *postgres.Tx, it consultation.Item, lang, text string) (consultation.Item, error) {
	shown, err := Shown(ctx, tx, it)
	if err != nil {
		return it, err
	}
	if shown {
		it.Version++
		if err := InsertVersion(ctx, tx, it); err != nil {
			return it, err
		}
		if err := SaveItem(ctx, tx, it); err != nil {
			return it, err
		}
	}
	return it, SaveTranslation(ctx, tx, it, lang, text)
}

// Earlier gives, of each item of a consultation, the newest translation of an earlier
// version by language.
func Earlier(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (map[uuid.UUID]map[string]string, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT DISTINCT ON (t.item, t.language) t.item, t.language, t.text
		FROM civic.item_translation t
		JOIN civic.item i ON i.id = t.item
		WHERE i.consultation = $1 AND t.version < i.version
		ORDER BY t.item, t.language, t.version DESC`, id)
	if err != nil {
		return nil, fmt.Errorf("earlier translations: %w", err)
	}
	defer rows.Close()
	out := map[uuid.UUID]map[string]string{}
	for rows.Next() {
		var item uuid.UUID
		var lang, text string
		if err := rows.Scan(&item, &lang, &text); err != nil {
			return nil, fmt.Errorf("earlier translations: %w", err)
		}
		if out[item] == nil {
			out[item] = map[string]string{}
		}
		out[item][lang] = text
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("earlier translations: %w", err)
	}
	return out, nil
}

// translated reads the words of an item by language, as they are and as the round before had
// them; both are JSON, or nil for none.
func translated(now, before []byte) (map[string]consultation.Translation, error) {
	if now == nil {
		return nil, nil
	}
	var texts, were map[string]string
	if err := json.Unmarshal(now, &texts); err != nil {
		return nil, err
	}
	if before != nil {
		if err := json.Unmarshal(before, &were); err != nil {
			return nil, err
		}
	}
	out := make(map[string]consultation.Translation, len(texts))
	for l, text := range texts {
		t := consultation.Translation{Text: text, Was: were[l]}
		if t.Was == text {
			t.Was = ""
		}
		out[l] = t
	}
	return out, nil
}
