package page

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"delfi/internal/account"
)

// sealed keeps sessions under keys that only the cookie holds: the row's name
// is a hash of the token, its data is encrypted under another, and its expiry
// is a whole hour. A copied database then tells neither a usable token, nor
// whose session a row is, nor when it began; with the account in plain text,
// the order of transactions would place a sign-in beside the ballot that follows it.
type sealed struct{ rows *account.Sessions }

// FindCtx opens the session behind a token, and notes in it as of which edition of
// all accounts it was read.
func (s sealed) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	name, box, err := unlock(token)
	if err != nil {
		return nil, false, err
	}
	b, at, found, err := s.rows.Find(ctx, name)
	if err != nil || !found {
		return nil, false, err
	}
	data, err := box.Open(nil, nil, b, []byte(name))
	if err != nil {
		return nil, false, fmt.Errorf("a stored session was altered: %w", err)
	}
	if len(data) < noted {
		return nil, false, errors.New("a stored session is too short")
	}
	binary.BigEndian.PutUint64(data, uint64(at))
	return data, true, nil
}

// CommitCtx seals data until expiry, rounded up to the hour.
func (s sealed) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	name, box, err := unlock(token)
	if err != nil {
		return err
	}
	return s.rows.Put(ctx, name, box.Seal(nil, nil, data, []byte(name)), expiry.Add(time.Hour).Truncate(time.Hour))
}

// DeleteCtx forgets the session behind a token, also when whoever asked for it has left.
func (s sealed) DeleteCtx(ctx context.Context, token string) error {
	name, _, err := unlock(token)
	if err != nil {
		return err
	}
	return s.rows.Delete(context.WithoutCancel(ctx), name)
}

// Find, Commit and Delete are for whoever has no context; the library asks for them
// in its interface and does not call them.

func (s sealed) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s sealed) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

func (s sealed) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// unlock derives a row's name and box from a token of 32 random bytes.
func unlock(token string) (string, cipher.AEAD, error) {
	b, err := hkdf.Key(sha256.New, []byte(token), nil, "delfi session v2", 64)
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

// noted is the room at the head of a session's data for the edition it is read at;
// what is stored there is nothing.
const noted = 8

// codec writes sessions down. Their values are texts.
type codec struct{}

type session struct {
	Until  time.Time         `json:"until"`
	Values map[string]string `json:"values"`
}

// Encode is for scs.
func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	s := session{Until: deadline, Values: make(map[string]string, len(values))}
	for key, v := range values {
		if key == editionKey {
			continue
		}
		text, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("session: %s is %T and no text", key, v)
		}
		s.Values[key] = text
	}
	b, err := json.Marshal(s)
	return append(make([]byte, noted), b...), err
}

// Decode is for scs. It adds the edition to the values.
func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	var s session
	if err := json.Unmarshal(b[noted:], &s); err != nil {
		return time.Time{}, nil, err
	}
	values := make(map[string]any, len(s.Values)+1)
	for key, text := range s.Values {
		values[key] = text
	}
	values[editionKey] = account.Edition(binary.BigEndian.Uint64(b))
	return s.Until, values, nil
}
