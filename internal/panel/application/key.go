package application

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/panel/rowseal"
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

func keyName(consultation uuid.UUID) string { return "application-" + consultation.String() }

// proof is what the database keeps of a key: enough to tell another one.
func proof(key []byte, consultation uuid.UUID) []byte {
	return rowseal.Derive(key, "application check v1", consultation[:])[:16]
}

// mark is the hash by which an account is found among applicants.
func mark(key []byte, account uuid.UUID) []byte {
	return rowseal.Derive(key, "applicant v1", account[:])
}

// numberMark is the hash by which the applications for a group with one number are found.
func numberMark(key []byte, group, number string) []byte {
	return rowseal.Derive(key, "application number v1", []byte(group), []byte(folded(number)))
}

// read gives the key of a consultation's applications, whose proof the database has.
// Unavailable when this server holds none, or another.
func (s *Service) read(ctx context.Context, consultation uuid.UUID, want []byte) ([]byte, error) {
	key, err := s.keys.Read(ctx, keyName(consultation))
	if fault.KindOf(err) == fault.NotFound {
		return nil, fault.New(fault.Unavailable, "application_key_missing", "this server does not hold the key of this consultation's applications: nobody can apply or be admitted").Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("application: read the key: %w", err)
	}
	if subtle.ConstantTimeCompare(want, proof(key, consultation)) != 1 {
		clear(key)
		return nil, fault.New(fault.Unavailable, "application_key_differs", "this server holds another key than the one of this consultation's applications: nobody can apply or be admitted")
	}
	return key, nil
}

// seal encrypts a text for one row, under a domain for each of its columns.
func seal(key []byte, domain string, row uuid.UUID, text []byte) ([]byte, error) {
	column, err := rowseal.New(key, domain)
	if err != nil {
		return nil, err
	}
	return column.Seal(row, text)
}

// pack writes texts, each behind its length, padded to one size.
func pack(size int, texts ...string) []byte {
	b := make([]byte, 0, size)
	for _, t := range texts {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(t))), t...)
	}
	return append(b, make([]byte, size-len(b))...)
}

// unpack is pack's inverse, for so many texts.
func unpack(b []byte, texts ...*string) error {
	for _, t := range texts {
		if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
			return rowseal.ErrMoved
		}
		n := int(binary.BigEndian.Uint16(b))
		*t, b = string(b[2:2+n]), b[2+n:]
	}
	return nil
}
