package rowseal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"github.com/google/uuid"
)

// ErrMoved is a text that was altered, or lies in another row than its own.
var ErrMoved = errors.New("rowseal: what is kept of a person was altered, or lies in another row than its own")

// Derive is HMAC-SHA256 over a domain and parts, each behind its length.
func Derive(key []byte, domain string, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, key)
	for _, p := range append([][]byte{[]byte(domain)}, parts...) {
		m.Write(binary.BigEndian.AppendUint32(nil, uint32(len(p))))
		m.Write(p)
	}
	return m.Sum(nil)
}

// Sealer seals and opens the texts of one domain with AES-256-GCM.
type Sealer struct{ data cipher.AEAD }

// New makes the sealer of a domain under a key.
func New(key []byte, domain string) (Sealer, error) {
	block, err := aes.NewCipher(Derive(key, domain))
	if err != nil {
		return Sealer{}, err
	}
	data, err := cipher.NewGCM(block)
	return Sealer{data}, err
}

// Seal encrypts a text for one row.
func (s Sealer) Seal(row uuid.UUID, text []byte) ([]byte, error) {
	nonce := make([]byte, s.data.NonceSize(), s.data.NonceSize()+len(text)+s.data.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return s.data.Seal(nonce, nonce, text, row[:]), nil
}

// Open is Seal's inverse; ErrMoved for what was sealed for another row.
func (s Sealer) Open(row uuid.UUID, sealed []byte) ([]byte, error) {
	if len(sealed) < s.data.NonceSize() {
		return nil, ErrMoved
	}
	text, err := s.data.Open(nil, sealed[:s.data.NonceSize()], sealed[s.data.NonceSize():], row[:])
	if err != nil {
		return nil, ErrMoved
	}
	return text, nil
}
