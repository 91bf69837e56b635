package refill

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"time"

	"delfi/internal/account/sessions"
	"delfi/web/middleware"
	"delfi/web/session"
)

const (
	// Lifetime is how long a stored form can be taken.
	Lifetime = time.Hour
	// aMinute bounds the forms from one address, anHour the bytes of all.
	aMinute, anHour = 20, 64 << 20
	// leastRow is the least size of a row: whether a form was long is its owner's own.
	leastRow = 4 << 10
	// mostForm bounds the size to which a stored form grows when it is opened.
	mostForm = 8 << 20
)

// Store stores forms in encrypted rows beside the sessions. It is safe for concurrent use.
type Store struct {
	rows *sessions.Store
	pace middleware.Rate
	room middleware.HourlyRoom
}

// NewStore returns a store over rows.
func NewStore(rows *sessions.Store) *Store {
	return &Store{rows: rows, pace: middleware.NewRate(aMinute)}
}

// Put stores values that an address sent, and returns the secret by which they are taken;
// "" when the address, or everybody together, has stored too many.
func (s *Store) Put(ctx context.Context, from string, values url.Values, now time.Time) (string, error) {
	if !s.pace.Allow(from) {
		return "", nil
	}
	packed, err := pack(values)
	if err != nil || !s.room.Take(len(packed), anHour, now) {
		return "", err
	}
	secret := rand.Text()
	name, box, err := session.Key(purpose + secret)
	if err != nil {
		return "", err
	}
	until := now.Add(Lifetime).Add(time.Hour).Truncate(time.Hour)
	if err := s.rows.Put(ctx, name, box.Seal(nil, nil, packed, []byte(name)), until); err != nil {
		return "", fmt.Errorf("refill: store form: %w", err)
	}
	return secret, nil
}

// Find returns the values of a secret; nil when they are gone.
func (s *Store) Find(ctx context.Context, secret string) (url.Values, error) {
	name, box, err := session.Key(purpose + secret)
	if err != nil {
		return nil, err
	}
	row, found, err := s.rows.Find(ctx, name)
	if err != nil || !found {
		return nil, err
	}
	packed, err := box.Open(nil, nil, row.Data, []byte(name))
	if err != nil {
		return nil, fmt.Errorf("refill: open form: %w", err)
	}
	return unpack(packed)
}

// purpose separates the keys of forms from those of sessions.
const purpose = "refill "

// pack writes values in a length that tells little.
func pack(values url.Values) ([]byte, error) {
	plain, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(plain) // neither can fail on a buffer
	_ = z.Close()
	size := leastRow
	for size < b.Len() {
		size *= 2
	}
	return append(b.Bytes(), make([]byte, size-b.Len())...), nil
}

func unpack(b []byte) (url.Values, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	z.Multistream(false) // the rest is padding
	plain, err := io.ReadAll(io.LimitReader(z, mostForm))
	if err != nil {
		return nil, err
	}
	var values url.Values
	err = json.Unmarshal(plain, &values)
	return values, err
}
