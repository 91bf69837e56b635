package contribution

import (
	"testing"

	"github.com/google/uuid"

	"delfi/internal/pseudonym"
)

// SealedTable names the table of a round's sealed contributions.
var SealedTable = sealedTable

// Seal gives an author's row as it would lie in the table.
func Seal(t testing.TB, pen *pseudonym.Pen, alias pseudonym.Alias, round uuid.UUID, bodies ...string) (pseudonym.Author, []byte) {
	t.Helper()
	own := payload{alias: alias.ID}
	for _, b := range bodies {
		if _, _, err := own.add(b); err != nil {
			t.Fatal(err)
		}
	}
	author := pen.Author(alias, round)
	blob, err := own.seal(pen, author, round, nil)
	if err != nil {
		t.Fatal(err)
	}
	return author, blob
}
