package ballot

import (
	"github.com/google/uuid"

	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/pseudonym"
)

// openBlob decrypts and reads a blob; false for a nil one.
func openBlob(safe *pseudonym.Safe, seat pseudonym.Seat, round uuid.UUID, purpose pseudonym.Purpose, blob []byte) (payload.Payload, bool, error) {
	if blob == nil {
		return payload.Payload{}, false, nil
	}
	plain, err := safe.Open(seat.Panelist, round, purpose, blob)
	if err != nil {
		return payload.Payload{}, false, err
	}
	sh, err := payload.Decode(plain)
	return sh, err == nil, err
}

func sealSheet(safe *pseudonym.Safe, seat pseudonym.Seat, round uuid.UUID, purpose pseudonym.Purpose, sh payload.Payload, l payload.Layout) ([]byte, error) {
	plain, err := sh.Encode(l)
	if err != nil {
		return nil, err
	}
	return safe.Seal(seat.Panelist, round, purpose, plain)
}
