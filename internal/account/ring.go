package account

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/account/claim"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// Keys keeps secret keys outside the database, as pseudonym.Keys does.
type Keys interface {
	// Create makes a random key of 32 bytes under name unless one exists, and gives it.
	Create(ctx context.Context, name string) ([]byte, error)
	// Read gives the key under name; fault.NotFound when it never was.
	Read(ctx context.Context, name string) ([]byte, error)
	// Destroy removes it beyond recovery; nil when it is gone already.
	Destroy(ctx context.Context, name string) error
}

// keyName is a key's name in the store.
func keyName(id uuid.UUID) string { return "identity-" + id.String() }

// keyState says what a key is for: the current one seals, a former one still opens what
// is not rewritten yet, a spent one protects nothing.
type keyState string

const (
	currentKey keyState = "current"
	formerKey  keyState = "former"
	spentKey   keyState = "spent"
)

// key is one opened key of people's data, as its parts.
type key struct {
	id    uuid.UUID
	state keyState
	data  cipher.AEAD
	marks []byte // of the keyed hashes
}

// ring holds the opened keys, the current one first.
type ring []key

// sealed is an encrypted text with the place at which it lies: it opens nowhere else.
type sealed struct {
	key  uuid.UUID
	at   []byte // the row's own name: an account's id, a waiting row's token
	blob []byte
}

// derive is HMAC-SHA256 over a domain and parts, each behind its length.
func derive(key []byte, domain string, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, key)
	for _, p := range append([][]byte{[]byte(domain)}, parts...) {
		m.Write(binary.BigEndian.AppendUint32(nil, uint32(len(p))))
		m.Write(p)
	}
	return m.Sum(nil)
}

// checkValue is what the database keeps of a key: enough to tell another one.
func checkValue(secret []byte, id uuid.UUID) []byte {
	return derive(secret, "identity check v1", id[:])[:16]
}

// aead is AES-256-GCM.
func aead(secret []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// newKey takes a secret apart.
func (s *Service) newKey(id uuid.UUID, state keyState, secret []byte) (key, error) {
	data, err := s.aead(derive(secret, "identity data v1"))
	return key{id: id, state: state, data: data, marks: derive(secret, "identity marks v1")}, err
}

// person, subject, email and the tokens are the keyed hashes by which rows are found.
func (k key) person(issuer, subject string) []byte {
	return derive(k.marks, "person", []byte(issuer), []byte(subject))
}

func (k key) subject(subject string) []byte { return derive(k.marks, "subject", []byte(subject)) }

// email is nil where there is no address.
func (k key) email(email string) []byte {
	if claim.Address(email) == "" {
		return nil
	}
	return derive(k.marks, "email", []byte(claim.Address(email)))
}

// newsToken names the row in which a person's changes wait.
func (k key) newsToken(issuer, subject string) []byte {
	return derive(k.marks, "news", []byte(issuer), []byte(subject))
}

// leaveToken names the row in which an account's leaving waits.
func (k key) leaveToken(account uuid.UUID) []byte { return derive(k.marks, "leave", account[:]) }

// office names an account's row among those who hold an office.
func (k key) office(account uuid.UUID) []byte { return derive(k.marks, "office", account[:]) }

// seal encrypts text for one row, padded to a length of at least least.
func (k key) seal(at, text []byte, least int) (sealed, error) {
	text, err := claim.Pad(text, least)
	if err != nil {
		return sealed{}, err
	}
	return k.lock(at, text)
}

// lock is seal for a text whose length says nothing.
func (k key) lock(at, text []byte) (sealed, error) {
	nonce := make([]byte, k.data.NonceSize(), k.data.NonceSize()+len(text)+k.data.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return sealed{}, err
	}
	return sealed{key: k.id, at: at, blob: k.data.Seal(nonce, nonce, text, at)}, nil
}

var errMoved = fault.New(fault.Unavailable, "identity_moved", "what is kept of a person was altered, or lies in another row than the one it was written for: restore the database from a backup")

// errOtherKey is for who reads the keys again.
var errOtherKey = errors.New("account: sealed under a key that is not open here")

// find gives the key of an id.
func (r ring) find(id uuid.UUID) (key, bool) {
	for _, k := range r {
		if k.id == id {
			return k, true
		}
	}
	return key{}, false
}

// open decrypts what lies in a row.
func (r ring) open(s sealed) ([]byte, error) {
	k, found := r.find(s.key)
	if !found {
		return nil, errOtherKey
	}
	n := k.data.NonceSize()
	if len(s.blob) < n {
		return nil, errMoved
	}
	text, err := k.data.Open(nil, s.blob[:n], s.blob[n:], s.at)
	if err != nil {
		return nil, errMoved
	}
	return text, nil
}

// person opens an account's row.
func (r ring) person(s sealed) (claim.Identity, error) {
	text, err := r.open(s)
	if err != nil {
		return claim.Identity{}, err
	}
	var p claim.Identity
	return p, p.Decode(text)
}

// each gives one mark by every key: a row may lie under any of them.
func (r ring) each(mark func(key) []byte) [][]byte {
	var out [][]byte
	for _, k := range r {
		if m := mark(k); m != nil {
			out = append(out, m)
		}
	}
	return out
}

// names gives the ids of the keys, for an array parameter.
func (r ring) names() []string {
	out := make([]string, len(r))
	for i, k := range r {
		out[i] = k.id.String()
	}
	return out
}

// current is the key that seals.
func (r ring) current() (key, error) {
	if len(r) == 0 || r[0].state != currentKey {
		return key{}, errors.New("account: no key of people's data is current")
	}
	return r[0], nil
}

// listed reads the keys that the database names, from the store.
func (s *Service) listed(ctx context.Context, rows []keyRow) (ring, error) {
	known := *s.ring.Load()
	var out ring
	for _, row := range rows {
		if row.state == spentKey {
			continue
		}
		if k, found := known.find(row.id); found {
			k.state = row.state
			out = append(out, k)
			continue
		}
		secret, err := s.secret(ctx, row)
		if err != nil {
			return nil, err
		}
		k, err := s.newKey(row.id, row.state, secret)
		clear(secret)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	s.ring.Store(&out)
	return out, nil
}

// secret reads a key and compares it with its check value.
func (s *Service) secret(ctx context.Context, row keyRow) ([]byte, error) {
	secret, err := s.keys.Read(ctx, keyName(row.id))
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return nil, fault.New(fault.Unavailable, "identity_key_missing", "the key of people's data, "+keyName(row.id)+".key, is not in this server's folder of keys: restore <data>/keys, which all servers of a site share").Because(err)
	case err != nil:
		return nil, fault.New(fault.Unavailable, "identity_key_differs", "the key of people's data, "+keyName(row.id)+".key, does not open: start with the master key that the other servers have (DELFI_MASTER_KEY or <data>/master.key)").Because(err)
	case subtle.ConstantTimeCompare(checkValue(secret, row.id), row.value) != 1:
		clear(secret)
		return nil, fault.New(fault.Unavailable, "identity_key_differs", "this server holds another "+keyName(row.id)+".key than the one that people's data are encrypted with: restore <data>/keys from the server that wrote this database")
	}
	return secret, nil
}

// Unlock opens the keys of people's data, and makes the first one in a new database.
// Unavailable when a key is missing or another one. Called at start; what is called
// without it unlocks by itself.
func (s *Service) Unlock(ctx context.Context) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := s.writing(ctx, tx)
		return err
	})
}

// look reads the ring in a moment of its own.
func (s *Service) look(ctx context.Context) (ring, error) {
	var rows []keyRow
	err := s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		rows, err = keyRows(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.listed(ctx, rows)
}

// within reads the ring in the caller's transaction.
func (s *Service) within(ctx context.Context, tx *postgres.Tx) (ring, error) {
	rows, err := keyRows(ctx, tx)
	if err != nil {
		return nil, err
	}
	return s.listed(ctx, rows)
}

// writing gives the ring for a transaction that seals: its current key stays the current
// one until the transaction ends.
func (s *Service) writing(ctx context.Context, tx *postgres.Tx) (ring, error) {
	r, err := s.within(ctx, tx)
	if err != nil {
		return nil, err
	}
	if len(r) > 0 {
		if err := shareKeys(ctx, tx); err != nil {
			return nil, err
		}
		return s.within(ctx, tx)
	}
	if err := lockKeys(ctx, tx); err != nil {
		return nil, err
	}
	if r, err = s.within(ctx, tx); err != nil || len(r) > 0 {
		return r, err
	}
	if err := s.addKey(ctx, tx); err != nil {
		return nil, err
	}
	return s.within(ctx, tx)
}

// addKey makes a key and makes it the current one.
func (s *Service) addKey(ctx context.Context, tx *postgres.Tx) error {
	id := uuid.New()
	secret, err := s.keys.Create(ctx, keyName(id))
	if err != nil {
		return fmt.Errorf("make the key of people's data: %w", err)
	}
	defer clear(secret)
	return insertKey(ctx, tx, keyRow{id: id, state: currentKey, value: checkValue(secret, id)})
}

// reveal opens rows in the transaction that read them, by the keys that are open or, where
// they do not do, by those that the database names by now.
func (s *Service) reveal(ctx context.Context, tx *postgres.Tx, rows ...sealed) ([]claim.Identity, error) {
	out, err := s.ring.Load().all(rows)
	if !errors.Is(err, errOtherKey) {
		return out, err
	}
	r, err := s.within(ctx, tx)
	if err != nil {
		return nil, err
	}
	return r.all(rows)
}

func (r *ring) all(rows []sealed) ([]claim.Identity, error) {
	out := make([]claim.Identity, len(rows))
	for i, row := range rows {
		var err error
		if out[i], err = r.person(row); err != nil {
			return nil, err
		}
	}
	return out, nil
}
