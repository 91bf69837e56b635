package invitation

import (
	"encoding/binary"
	"errors"
	"strings"

	"delfi/internal/panel/rowseal"
)

// Guest is who is invited: to an e-mail address, or by a printed letter to a name and a place.
type Guest struct{ Name, Email, Street, Postcode, Town string }

// Paper tells whether a letter to the guest is printed, since there is no e-mail address.
func (g Guest) Paper() bool { return g.Email == "" }

// size is the length of a guest before encryption, the same for all. The fields' greatest
// lengths, in bytes, fit into it.
const (
	size                                                                   = 768
	longestName, longestEmail, longestStreet, longestPostcode, longestTown = 160, 254, 200, 12, 100
)

func (g *Guest) fields() []*string {
	return []*string{&g.Name, &g.Email, &g.Street, &g.Postcode, &g.Town}
}

// encode writes each field behind its length, padded to size.
func (g Guest) encode() []byte {
	b := make([]byte, 0, size)
	for _, f := range g.fields() {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(*f))), *f...)
	}
	return append(b, make([]byte, size-len(b))...)
}

var errGuest = errors.New("invitation: what is kept of a guest cannot be read")

// decode is encode's inverse.
func decode(b []byte) (g Guest, err error) {
	for _, f := range g.fields() {
		if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
			return Guest{}, errGuest
		}
		n := int(binary.BigEndian.Uint16(b))
		*f, b = string(b[2:2+n]), b[2+n:]
	}
	return g, nil
}

// mark is the hash by which an address is known again: the e-mail address in small letters, or
// name and place.
func (g Guest) mark(key []byte) (m [32]byte) {
	if !g.Paper() {
		copy(m[:], rowseal.Derive(key, "invitation address v1", []byte(strings.ToLower(g.Email))))
		return m
	}
	copy(m[:], rowseal.Derive(key, "invitation place v1", []byte(folded(g.Name)), []byte(folded(g.Street)), []byte(folded(g.Postcode)), []byte(folded(g.Town))))
	return m
}

// folded writes a text as it is compared: case and blanks tell no two apart.
func folded(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

// pack writes guests one after the other.
func pack(all []Guest) []byte {
	b := make([]byte, 0, len(all)*size)
	for _, g := range all {
		b = append(b, g.encode()...)
	}
	return b
}

// unpack is pack's inverse.
func unpack(b []byte) ([]Guest, error) {
	if len(b)%size != 0 {
		return nil, errGuest
	}
	out := make([]Guest, len(b)/size)
	for i := range out {
		var err error
		if out[i], err = decode(b[i*size : (i+1)*size]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
