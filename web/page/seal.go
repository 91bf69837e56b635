package page

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
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
// all accounts and which end of sessions it was read.
func (s sealed) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	name, box, err := unlock(token)
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
	if len(data) < noted {
		return nil, false, errShort
	}
	for i, n := range []int64{int64(row.At), row.Began, row.Ending} {
		binary.BigEndian.PutUint64(data[8*i:], uint64(n))
	}
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
	b, err := hkdf.Key(sha256.New, []byte(token), nil, "delfi session v3", 64)
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

// noted is the room at the head of a session's data for the edition it is read at, the
// end after which it began and the last end; what is stored there is nothing.
const noted = 24

// codec writes sessions down: the end in seconds, then keys and values in turn, each
// led by its length. Values are texts.
type codec struct{}

// Encode is for scs.
func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	b := binary.BigEndian.AppendUint64(make([]byte, noted), uint64(deadline.Unix()))
	for key, v := range values {
		if key == readKey {
			continue
		}
		text, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("session: %s is %T and no text", key, v)
		}
		for _, s := range []string{key, text} {
			b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
		}
	}
	return b, nil
}

// Decode is for scs. It adds to the values as of what the session was read.
func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	if len(b) < noted+8 {
		return time.Time{}, nil, errShort
	}
	at := func(i int) int64 { return int64(binary.BigEndian.Uint64(b[8*i:])) }
	values := map[string]any{readKey: account.Stored{At: account.Edition(at(0)), Began: at(1), Ending: at(2)}}
	until := time.Unix(int64(binary.BigEndian.Uint64(b[noted:])), 0)
	for rest := b[noted+8:]; len(rest) > 0; {
		var pair [2]string
		for i := range pair {
			n, size := binary.Uvarint(rest)
			if size <= 0 || n > uint64(len(rest)-size) {
				return time.Time{}, nil, errShort
			}
			pair[i], rest = string(rest[size:size+int(n)]), rest[size+int(n):]
		}
		values[pair[0]] = pair[1]
	}
	return until, values, nil
}

var errShort = errors.New("a stored session is too short")
