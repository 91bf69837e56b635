package session

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"delfi/internal/account/sessions"
)

// Store implements scs.CtxStore over rows of encrypted sessions.
type Store struct{ rows *sessions.Store }

// NewStore makes the store.
func NewStore(rows *sessions.Store) Store { return Store{rows} }

// FindCtx decrypts the session of a token, and writes into its head the edition of all
// accounts and the last end of sessions as of which it was read.
func (s Store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	name, box, err := Key(token)
	if err != nil {
		return nil, false, err
	}
	row, found, err := s.rows.Find(ctx, name)
	if err != nil || !found {
		return nil, false, err
	}
	data, err := box.Open(nil, nil, row.Data, []byte(name))
	if err != nil {
		return nil, false, fmt.Errorf("a stored session was altered: %w", err)
	}
	if len(data) < headBytes {
		return nil, false, errShort
	}
	for i, n := range []int64{int64(row.At), row.Began, row.Ending} {
		binary.BigEndian.PutUint64(data[8*i:], uint64(n))
	}
	return data, true, nil
}

// CommitCtx encrypts data until expiry, rounded up to the hour.
func (s Store) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	name, box, err := Key(token)
	if err != nil {
		return err
	}
	return s.rows.Put(ctx, name, box.Seal(nil, nil, data, []byte(name)), expiry.Add(time.Hour).Truncate(time.Hour))
}

// DeleteCtx deletes the session of a token, also when its request was cancelled.
func (s Store) DeleteCtx(ctx context.Context, token string) error {
	name, _, err := Key(token)
	if err != nil {
		return err
	}
	return s.rows.Delete(context.WithoutCancel(ctx), name)
}

// Find, Commit and Delete are of the library's interface, which calls those with a
// context instead.

func (s Store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s Store) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

func (s Store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// Key derives a row's name and its cipher from a secret of at least 16 random bytes.
func Key(secret string) (string, cipher.AEAD, error) {
	b, err := hkdf.Key(sha256.New, []byte(secret), nil, "delfi session v3", 64)
	if err != nil {
		return "", nil, err
	}
	block, err := aes.NewCipher(b[32:])
	if err != nil {
		return "", nil, err
	}
	box, err := cipher.NewGCMWithRandomNonce(block)
	return base64.RawURLEncoding.EncodeToString(b[:32]), box, err
}
