package pseudonym

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"hash"

	"github.com/google/uuid"
)

// Purpose says what a sealed blob is, so that a draft cannot be passed off as a ballot.
type Purpose string

// The purposes.
const (
	BallotBlob Purpose = "ballot"
	DraftBlob  Purpose = "draft"
)

// Safe is a consultation's opened panel key: it seals and opens what panelists
// hand in. Close it after use; it is for one use case, never kept.
type Safe struct {
	consultation uuid.UUID
	key          []byte
	blobs        []byte // HKDF's extract of key, which the keys of blobs are expanded from
}

// Safe opens a consultation's panel key; faults as Seat's. It only reads.
func (s *Service) Safe(ctx context.Context, consultation uuid.UUID) (*Safe, error) {
	key, err := s.key(ctx, consultation, panelScope)
	if err != nil {
		return nil, err
	}
	return openSafe(consultation, key)
}

func openSafe(consultation uuid.UUID, key []byte) (*Safe, error) {
	blobs, err := hkdf.Extract(sha256.New, key, nil)
	if err != nil {
		return nil, err
	}
	return &Safe{consultation: consultation, key: key, blobs: blobs}, nil
}

// Close forgets the key.
func (s *Safe) Close() {
	clear(s.key)
	clear(s.blobs)
}

// Overhead is how much longer a sealed blob is than what it holds: nonce and tag.
const Overhead = 12 + 16

// Seal encrypts plain for one panelist, round and purpose: AES-256-GCM under
// HKDF-SHA256(key, panelist ‖ round). Equal inputs give different blobs.
func (s *Safe) Seal(p Panelist, round uuid.UUID, purpose Purpose, plain []byte) ([]byte, error) {
	gcm, err := s.cipher(p, round)
	if err != nil {
		return nil, err
	}
	blob := make([]byte, gcm.NonceSize(), gcm.NonceSize()+len(plain)+gcm.Overhead())
	if _, err := rand.Read(blob); err != nil {
		return nil, err
	}
	return gcm.Seal(blob, blob, plain, s.bound(purpose)), nil
}

// Open is Seal's inverse; it fails when any of the arguments differs.
func (s *Safe) Open(p Panelist, round uuid.UUID, purpose Purpose, blob []byte) ([]byte, error) {
	return s.Opener(round, purpose).Open(nil, p, blob)
}

// Opener opens one blob after the other of a round. It is not for concurrent use,
// and good until the safe is closed.
type Opener struct {
	keys    hash.Hash // the HMAC that HKDF expands with
	info    []byte
	key     []byte
	bound   []byte
	purpose Purpose
}

// Opener makes one for a round's blobs.
func (s *Safe) Opener(round uuid.UUID, purpose Purpose) *Opener {
	return &Opener{keys: hmac.New(sha256.New, s.blobs), info: info(Panelist{}, round), bound: s.bound(purpose), purpose: purpose}
}

// Open opens a panelist's blob and appends what it holds to dst.
func (o *Opener) Open(dst []byte, p Panelist, blob []byte) ([]byte, error) {
	// RFC 5869 §2.3 for one block: what cipher asks of the library, without its
	// making an HMAC for each blob.
	copy(o.info[len(infoLabel):], p[:])
	o.keys.Reset()
	o.keys.Write(o.info)
	o.keys.Write([]byte{1})
	o.key = o.keys.Sum(o.key[:0])
	gcm, err := gcm(o.key)
	if err != nil {
		return dst, err
	}
	if len(blob) < Overhead {
		return dst, fmt.Errorf("a sealed %s is too short", o.purpose)
	}
	plain, err := gcm.Open(dst, blob[:gcm.NonceSize()], blob[gcm.NonceSize():], o.bound)
	if err != nil {
		return dst, fmt.Errorf("a sealed %s does not open: %w", o.purpose, err)
	}
	return plain, nil
}

// Order gives a key for an order that nobody can foresee and everybody would
// get again: which stayers are left out of a table, in what order one reader
// meets reasons. 32 bytes.
func (s *Safe) Order(label string, parts ...[]byte) []byte {
	return derive(s.key, "order v1 "+label, parts...)
}

// Reader gives the key of a reader's own order of reasons in a round: the same
// at every visit, another for every reader. 32 bytes.
func (s *Safe) Reader(seat Seat, round uuid.UUID) []byte {
	return s.Order("reader", seat.Panelist[:], round[:])
}

func (s *Safe) cipher(p Panelist, round uuid.UUID) (cipher.AEAD, error) {
	return expanded(s.blobs, info(p, round))
}

// expanded gives the cipher of one blob: AES-256-GCM under HKDF's expansion of blobs.
func expanded(blobs, info []byte) (cipher.AEAD, error) {
	k, err := hkdf.Expand(sha256.New, blobs, string(info), keySize)
	if err != nil {
		return nil, err
	}
	return gcm(k)
}

const infoLabel = "delfi ballot v1"

// info is what tells the key of one blob from the others'.
func info(p Panelist, round uuid.UUID) []byte {
	b := append(make([]byte, 0, 64), infoLabel...)
	b = append(b, p[:]...)
	return append(b, round[:]...)
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// bound is the additional data: panelist and round are bound by the key already.
func (s *Safe) bound(purpose Purpose) []byte {
	return append([]byte(purpose), s.consultation[:]...)
}
