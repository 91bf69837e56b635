package administration

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"unicode"

	"delfi/internal/account/office"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// A first code is 30 characters of Crockford's base 32: 150 random bits, in six groups.
const (
	firstBytes, firstLength, firstGroup = 19, 30, 5
	firstDigits                         = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

var firstText = base32.NewEncoding(firstDigits).WithPadding(base32.NoPadding)

// newFirstCode makes a code as it is printed: "0J4KX-…".
func newFirstCode() (string, error) {
	random := make([]byte, firstBytes)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	text := firstText.EncodeToString(random)[:firstLength]
	var groups []string
	for i := 0; i < len(text); i += firstGroup {
		groups = append(groups, text[i:i+firstGroup])
	}
	return strings.Join(groups, "-"), nil
}

// firstHash is the hash of a code however it is typed: either case, with any spaces and
// dashes, O for 0, I and L for 1.
func firstHash(typed string) []byte {
	sum := sha256.Sum256([]byte("first code v1 " + strings.Map(func(r rune) rune {
		switch r = unicode.ToUpper(r); {
		case unicode.IsSpace(r) || strings.ContainsRune("-–—.", r):
			return -1
		case r == 'O':
			return '0'
		case r == 'I' || r == 'L':
			return '1'
		}
		return r
	}, typed)))
	return sum[:]
}

// FirstRun makes the code that opens the page of the first administration, in the place
// of any that was made before, and stores its hash. It gives "" when there is an
// administration: no code stands then.
func (s *Service) FirstRun(ctx context.Context) (string, error) {
	code, err := newFirstCode()
	if err != nil {
		return "", err
	}
	var any bool
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if any, err = anyone(ctx, tx); err != nil {
			return err
		}
		if any {
			return dropFirstCode(ctx, tx)
		}
		return putFirstCode(ctx, tx, firstHash(code))
	})
	if err != nil || any {
		return "", err
	}
	return code, nil
}

// FirstOpen tells whether a code waits for the first administration.
func (s *Service) FirstOpen(ctx context.Context) (bool, error) {
	var open bool
	err := s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		open, err = firstOpen(ctx, tx)
		return err
	})
	return open, err
}

// FoundFirst makes the first administration; appoint makes the actor its administrator in
// the same transaction. The code is good for once; NotFound "no_page" when none waits.
// Invalid names every field, a wrong code among them, which stays good.
func (s *Service) FoundFirst(ctx context.Context, actor office.Actor, code string, a Administration, appoint func(context.Context, *postgres.Tx, Administration) error) (Administration, error) {
	if !actor.SignedIn() {
		return Administration{}, fault.New(fault.Unauthenticated, "sign_in", "sign in first")
	}
	a, unfit := a.read()
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		hash, err := lockFirstCode(ctx, tx)
		if err != nil {
			return err
		}
		any, err := anyone(ctx, tx)
		if err != nil {
			return err
		}
		if hash == nil || any {
			return fault.New(fault.NotFound, "no_page", "there is no such page")
		}
		var bad []fault.Field
		if subtle.ConstantTimeCompare(hash, firstHash(code)) != 1 {
			bad = append(bad, fault.Field{Name: "code", Code: "first_code", Message: "this is not the code that the server printed when it last started: copy it from there, or start the server again for a new one"})
		}
		if bad = append(bad, unfit...); len(bad) > 0 {
			return fault.Bad(bad...)
		}
		if a, err = insert(ctx, tx, a); err != nil {
			return err
		}
		if err := appoint(ctx, tx, a); err != nil {
			return err
		}
		return dropFirstCode(ctx, tx)
	})
	return a, err
}
