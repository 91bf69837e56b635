package invitation

import (
	"github.com/google/uuid"

	"delfi/internal/panel/rowseal"
)

// UsedToken is what a row of a used invitation says, for who has the key.
func UsedToken(key []byte, id uuid.UUID) []byte {
	return rowseal.Derive(key, "invitation used v1", id[:])
}
