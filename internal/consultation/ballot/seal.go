package ballot

import (
	"github.com/google/uuid"

	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/pseudonym"
)

// openBlob decrypts and reads a blob; false for a nil one.
func openBlob(safe *pseudonym.Safe, seat pseudonym.Seat, round uuid.UUID, purpose pseudonym.Purpose, blob []byte, codecs *answer.Set) (payload.Payload, bool, error) {
	if blob == nil {
		return payload.Payload{}, false, nil
	}
	plain, err := safe.Open(seat.Panelist, round, purpose, blob)
	if err != nil {
		return payload.Payload{}, false, err
	}
	p, err := payload.Decode(plain, codecs)
	return p, err == nil, err
}

// seal encodes a payload at the length of its round, and encrypts it.
func seal(safe *pseudonym.Safe, seat pseudonym.Seat, round uuid.UUID, purpose pseudonym.Purpose, p payload.Payload, l payload.Layout) ([]byte, error) {
	plain, err := p.Encode(l)
	if err != nil {
		return nil, err
	}
	return safe.Seal(seat.Panelist, round, purpose, plain)
}
