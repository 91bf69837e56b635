package translation

import (
	"context"
	"slices"
	"strings"

	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
)

// Bind adds a consultation's translations of some of its fields to the figures of an entry,
// to stand beside it: "title.en", "decider.en".
func Bind(figures map[string]any, c consultation.Consultation, fields ...string) {
	for _, l := range c.Further() {
		for _, field := range fields {
			figures[strings.TrimPrefix(field, "commitment_")+"."+l] = ledger.Text(c.Translations[l][field])
		}
	}
}

// Worded refuses to open a round while a statement in play lacks words: new ones where it is
// decided to be reworded, or those of a language in which the consultation is held.
func Worded(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	items, err := lifecycle.LiveItems(ctx, tx, c)
	if err != nil {
		return err
	}
	if last := c.LastReleased(); last != nil {
		decided, err := lifecycle.Decisions(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		wordless := numbers(items, func(it consultation.Item) bool {
			return slices.ContainsFunc(decided, func(d consultation.Decided) bool {
				return d.Item == it.ID && d.Round == last.Number && it.Wordless(d)
			})
		})
		if len(wordless) > 0 {
			return consultation.ErrWordless(wordless)
		}
	}
	if lacking := c.Lacking(items); len(lacking) > 0 {
		return consultation.ErrUntranslated(lacking)
	}
	return nil
}

func numbers(items []consultation.Item, that func(consultation.Item) bool) []int {
	var out []int
	for _, it := range items {
		if that(it) {
			out = append(out, it.Number)
		}
	}
	return out
}
