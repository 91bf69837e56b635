package page

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/alexedwards/scs/v2"
)

// sealed keeps sessions under keys that only the cookie holds: the row's name
// is a hash of the token, its data is encrypted under another, and its expiry
// is a whole hour. A copied database then tells neither a usable token, nor
// whose session a row is, nor when it began; with the account in plain text,
// the order of transactions would place a sign-in beside the ballot that follows it.
type sealed struct{ inner scs.Store }

// Find opens the session behind a token.
func (s sealed) Find(token string) ([]byte, bool, error) {
	name, box, err := unlock(token)
	if err != nil {
		return nil, false, err
	}
	b, found, err := s.inner.Find(name)
	if err != nil || !found {
		return nil, false, err
	}
	if len(b) < box.NonceSize() {
		return nil, false, errors.New("a stored session is too short")
	}
	data, err := box.Open(nil, b[:box.NonceSize()], b[box.NonceSize():], []byte(name))
	if err != nil {
		return nil, false, fmt.Errorf("a stored session was altered: %w", err)
	}
	return data, true, nil
}

// Commit seals data until expiry, rounded up to the hour.
func (s sealed) Commit(token string, data []byte, expiry time.Time) error {
	name, box, err := unlock(token)
	if err != nil {
		return err
	}
	nonce := make([]byte, box.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return err
	}
	return s.inner.Commit(name, box.Seal(nonce, nonce, data, []byte(name)), expiry.Add(time.Hour).Truncate(time.Hour))
}

// Delete forgets the session behind a token.
func (s sealed) Delete(token string) error {
	name, _, err := unlock(token)
	if err != nil {
		return err
	}
	return s.inner.Delete(name)
}

// unlock derives a row's name and box from a token of 32 random bytes.
func unlock(token string) (string, cipher.AEAD, error) {
	name, err := hkdf.Key(sha256.New, []byte(token), nil, "delfi session name v1", 32)
	if err != nil {
		return "", nil, err
	}
	key, err := hkdf.Key(sha256.New, []byte(token), nil, "delfi session key v1", 32)
	if err != nil {
		return "", nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", nil, err
	}
	box, err := cipher.NewGCM(block)
	return base64.RawURLEncoding.EncodeToString(name), box, err
}
