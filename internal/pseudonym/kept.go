package pseudonym

import (
	"crypto/rand"
	"fmt"

	"github.com/google/uuid"
)

// Secret is what one browser holds, and the server only while it answers that browser: a
// code that was shown is kept under it for as long as its page may have been lost.
type Secret struct{ bytes []byte }

// secretSize is what a browser's secret has at least, in bytes.
const secretSize = 16

// NewSecret reads a browser's secret; false when it is too short to be one.
func NewSecret(held string) (Secret, bool) {
	return Secret{[]byte(held)}, len(held) >= secretSize
}

// KeptID finds what is kept for an account in a consultation under the secret. It tells
// nothing of any of the three.
func (s Secret) KeptID(consultation, account uuid.UUID) []byte {
	return derive(s.bytes, "kept id v1", consultation[:], account[:])[:16]
}

// Seal encrypts a code under the secret: AES-256-GCM, with the id as additional data.
func (s Secret) Seal(id []byte, c Code) ([]byte, error) {
	aead, err := gcm(derive(s.bytes, "kept key v1", id))
	if err != nil {
		return nil, err
	}
	blob := make([]byte, aead.NonceSize(), aead.NonceSize()+len(c.text)+aead.Overhead())
	if _, err := rand.Read(blob); err != nil {
		return nil, err
	}
	return aead.Seal(blob, blob, []byte(c.text), id), nil
}

// Open is Seal's inverse.
func (s Secret) Open(id, blob []byte) (Code, error) {
	aead, err := gcm(derive(s.bytes, "kept key v1", id))
	if err != nil {
		return Code{}, err
	}
	if len(blob) < Overhead {
		return Code{}, fmt.Errorf("a kept code is too short")
	}
	plain, err := aead.Open(nil, blob[:aead.NonceSize()], blob[aead.NonceSize():], id)
	if err != nil {
		return Code{}, fmt.Errorf("a kept code does not open: %w", err)
	}
	return Code{string(plain)}, nil
}
