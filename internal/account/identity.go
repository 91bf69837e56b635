package account

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// identity is everything that an account's row keeps of a person.
type identity struct {
	issuer, subject           string
	name, email, municipality string
	language                  string // "it" or "en"
}

// The lengths of an identity before encryption. Nearly everybody's fits the first; what
// waits has the second, whatever it is.
const (
	usualSize, largestSize = 512, 4096
)

// claims gives the identity as a provider would tell it.
func (p identity) claims() Claims {
	return Claims{Issuer: p.issuer, Subject: p.subject, Name: p.name, Email: p.email, Municipality: p.municipality, Language: p.language}
}

// identity gives what is kept of c.
func (c Claims) identity() identity {
	return identity{issuer: c.Issuer, subject: c.Subject, name: c.Name, email: c.Email, municipality: c.Municipality, language: c.Language}
}

func (p *identity) fields() []*string {
	return []*string{&p.issuer, &p.subject, &p.name, &p.email, &p.municipality, &p.language}
}

// encode writes each field behind its length.
func (p identity) encode() []byte {
	var b []byte
	for _, f := range p.fields() {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(*f))), *f...)
	}
	return b
}

// decode is encode's inverse, of a padded text.
func (p *identity) decode(b []byte) error {
	for _, f := range p.fields() {
		if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
			return errors.New("account: what is kept of a person cannot be read")
		}
		n := int(binary.BigEndian.Uint16(b))
		*f, b = string(b[2:2+n]), b[2+n:]
	}
	return nil
}

// pad gives b the smallest of the lengths, none below least.
func pad(b []byte, least int) ([]byte, error) {
	for _, size := range []int{usualSize, largestSize} {
		if size >= least && len(b) <= size {
			return append(b, make([]byte, size-len(b))...), nil
		}
	}
	return nil, fmt.Errorf("account: %d bytes about one person, more than the %d that are kept", len(b), largestSize)
}

// address is an e-mail address as it is looked up: case tells no two apart.
func address(email string) string { return strings.ToLower(strings.TrimSpace(email)) }
