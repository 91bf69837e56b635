package consultation

import (
	"testing"

	"github.com/google/uuid"

	"delfi/internal/ledger"
)

// TestItemsDocument has each item as the record's own canonical JSON has it.
func TestItemsDocument(t *testing.T) {
	items := []Item{
		{ID: uuid.New(), Kind: "statement", New: true, Number: 1, Text: "Più alberi <qui> & «là»", Version: 2},
		{ID: uuid.New(), Kind: "statement", Number: 12, Text: "È \"sì\"\\"},
	}
	want := ""
	for _, i := range items {
		want += "," + ledger.Body(map[string]any{"item": i.ID.String(), "kind": i.Kind, "new": i.New, "number": i.Number, "text": i.Text, "version": i.Version})
	}
	if got := string(ItemsDocument(items)); got != "["+want[1:]+"]" {
		t.Errorf("%s; want [%s]", got, want[1:])
	}
	if got := string(ItemsDocument(nil)); got != "[]" {
		t.Errorf("no items are %s", got)
	}
}
