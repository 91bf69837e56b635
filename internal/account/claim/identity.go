package claim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Identity is everything that an account's row keeps of a person.
type Identity struct {
	Issuer, Subject           string
	Name, Email, Municipality string
	Language                  string // "it" or "en"
}

// The lengths of an identity before encryption. Nearly everybody's fits the first; what
// waits has the second, whatever it is.
const (
	UsualSize, LargestSize = 512, 4096
)

// Claims gives the identity as a provider would tell it.
func (p Identity) Claims() Claims {
	return Claims{Issuer: p.Issuer, Subject: p.Subject, Name: p.Name, Email: p.Email, Municipality: p.Municipality, Language: p.Language}
}

// Identity gives what is kept of c.
func (c Claims) Identity() Identity {
	return Identity{Issuer: c.Issuer, Subject: c.Subject, Name: c.Name, Email: c.Email, Municipality: c.Municipality, Language: c.Language}
}

func (p *Identity) fields() []*string {
	return []*string{&p.Issuer, &p.Subject, &p.Name, &p.Email, &p.Municipality, &p.Language}
}

// Encode writes each field behind its length.
func (p Identity) Encode() []byte {
	var b []byte
	for _, f := range p.fields() {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(*f))), *f...)
	}
	return b
}

// Decode is Encode's inverse, of a padded text.
func (p *Identity) Decode(b []byte) error {
	for _, f := range p.fields() {
		if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
			return errors.New("account: what is kept of a person cannot be read")
		}
		n := int(binary.BigEndian.Uint16(b))
		*f, b = string(b[2:2+n]), b[2+n:]
	}
	return nil
}

// Pad gives b the smallest of the lengths, none below least.
func Pad(b []byte, least int) ([]byte, error) {
	for _, size := range []int{UsualSize, LargestSize} {
		if size >= least && len(b) <= size {
			return append(b, make([]byte, size-len(b))...), nil
		}
	}
	return nil, fmt.Errorf("account: %d bytes about one person, more than the %d that are kept", len(b), LargestSize)
}

// Address is an e-mail address as it is looked up: case tells no two apart.
func Address(email string) string { return strings.ToLower(strings.TrimSpace(email)) }
