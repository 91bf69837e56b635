package pseudonym

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/gf32"
)

// Code is a held code as people copy it: eight groups of five letters and digits.
// Like a panelist it refuses to be printed or logged; String, which pages and
// cookies need, must be called by name.
type Code struct{ text string }

// A code is tag(20 bits) ‖ nonce(56) ‖ batch(16) ‖ MAC(64), written in Crockford's base
// 32. Four characters and a check make a group, so that a typing error has a place. The
// tag is a hash of the consultation's public id: it tells a code of another consultation
// from a wrong one. The batch is masked by a keyed hash of the nonce, so that no two codes
// can be told to be of one batch, or which of them came first.
const (
	nonceSize = 7
	batchSize = 2
	macSize   = 8
	perGroup  = 5
	groups    = 8
	digits    = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

var crockford = base32.NewEncoding(digits).WithPadding(base32.NoPadding)

// String is the code as it is shown: "0J4KX-…".
func (c Code) String() string {
	var b strings.Builder
	for i := 0; i < len(c.text); i += perGroup {
		if i > 0 {
			b.WriteByte('-')
		}
		b.WriteString(c.text[i : i+perGroup])
	}
	return b.String()
}

// Format writes a constant, whatever the verb.
func (c Code) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("code(hidden)")) }

// MarshalText refuses: a code in JSON would be one in a job, a page or a log.
func (c Code) MarshalText() ([]byte, error) { return nil, fmt.Errorf("a code is never marshalled") }

// Mint is a consultation's opened key for making codes. Close it after use; it is for one
// use case, never kept.
type Mint struct {
	consultation uuid.UUID
	key          []byte
}

// Mint opens the key by which codes are made. It only reads. Faults as Seat's; Conflict
// "no_codes" where seats are reached by accounts.
func (s *Service) Mint(ctx context.Context, consultation uuid.UUID) (*Mint, error) {
	key, err := s.codeKey(ctx, consultation)
	if err != nil {
		return nil, err
	}
	return &Mint{consultation: consultation, key: key}, nil
}

// Close forgets the key.
func (m *Mint) Close() { clear(m.key) }

// Make makes a new code for a group, in a batch (1..65535): nonce ‖ batch ‖ MAC(key,
// consultation, group, batch, nonce). Nothing of it is kept.
func (m *Mint) Make(group string, batch int) (Code, error) {
	if batch < 1 || batch > 1<<16-1 {
		return Code{}, fmt.Errorf("a code cannot be of batch %d", batch)
	}
	nonce := make([]byte, nonceSize)
	if _, err := rand.Read(nonce); err != nil {
		return Code{}, err
	}
	number := binary.BigEndian.AppendUint16(nil, uint16(batch))
	body := append(nonce, masked(m.key, m.consultation, nonce, number)...)
	body = append(body, codeMAC(m.key, m.consultation, group, number, nonce)...)
	return Code{checked(tag(m.consultation) + crockford.EncodeToString(body))}, nil
}

// Tidy writes a code as Code.String does, however it was typed; what is no code
// comes back as it is.
func Tidy(typed string) string {
	body, err := read(typed)
	if err != nil {
		return typed
	}
	return Code{checked(body)}.String()
}

// ByCode gives the seat of whoever holds a code, in one of the groups among, and the
// batch of the code: whether that works already is the panel's to say. It only reads: the
// first ballot bears the panelist, whose id is a keyed hash of nonce and batch. Invalid
// with field "code" names the typing error, the other consultation, or that nobody was
// given this code; other faults as Mint's.
func (s *Service) ByCode(ctx context.Context, consultation uuid.UUID, typed string, among []string) (seat Seat, batch int, err error) {
	body, err := read(typed)
	if err != nil {
		return Seat{}, 0, err
	}
	key, err := s.codeKey(ctx, consultation)
	if err != nil {
		return Seat{}, 0, err
	}
	defer clear(key)
	if body[:perGroup-1] != tag(consultation) {
		return Seat{}, 0, badCode("code_elsewhere", "this code belongs to another consultation", nil)
	}
	raw, err := crockford.DecodeString(body[perGroup-1:])
	if err != nil || len(raw) != nonceSize+batchSize+macSize {
		return Seat{}, 0, unknownCode()
	}
	nonce, mac := raw[:nonceSize], raw[nonceSize+batchSize:]
	number := masked(key, consultation, nonce, raw[nonceSize:nonceSize+batchSize])
	for _, g := range among {
		if hmac.Equal(mac, codeMAC(key, consultation, g, number, nonce)) {
			seat = Seat{Consultation: consultation, Group: g}
			copy(seat.Panelist[:], derive(key, "held code v1", nonce, number, consultation[:]))
			return seat, int(binary.BigEndian.Uint16(number)), nil
		}
	}
	return Seat{}, 0, unknownCode()
}

// codeKey is the panel key of a consultation whose seats are reached by codes.
func (s *Service) codeKey(ctx context.Context, consultation uuid.UUID) ([]byte, error) {
	key, held, err := s.panelKey(ctx, consultation)
	if err == nil && !held {
		clear(key)
		return nil, fault.New(fault.Conflict, "no_codes", "this consultation is answered with an account, not with a code")
	}
	return key, err
}

func codeMAC(key []byte, consultation uuid.UUID, group string, batch, nonce []byte) []byte {
	return derive(key, "code mac v1", consultation[:], []byte(group), batch, nonce)[:macSize]
}

// masked masks a batch number, or takes the mask off.
func masked(key []byte, consultation uuid.UUID, nonce, number []byte) []byte {
	mask := derive(key, "code batch v1", consultation[:], nonce)
	out := make([]byte, batchSize)
	for i := range out {
		out[i] = number[i] ^ mask[i]
	}
	return out
}

// tag is the first group of every code of a consultation, without its check.
func tag(consultation uuid.UUID) string {
	h := sha256.Sum256(append([]byte("code tag v1"), consultation[:]...))
	return crockford.EncodeToString(h[:5])[:perGroup-1]
}

// checked puts a check after every four characters.
func checked(body string) string {
	var b strings.Builder
	for i := 0; i < len(body); i += perGroup - 1 {
		part := body[i : i+perGroup-1]
		b.WriteString(part)
		b.WriteByte(digits[check5(part, i/(perGroup-1))])
	}
	return b.String()
}

// check5 is the check symbol of a group: any two groups exchanged change it.
func check5(part string, group int) byte {
	symbols := make([]byte, len(part))
	for i := range part {
		symbols[i] = byte(strings.IndexByte(digits, part[i]))
	}
	return gf32.Check(byte(group), symbols...)
}

// read takes a code as people type it: either case, with any spaces and dashes, O
// for 0, I and L for 1. It gives the characters without their checks.
func read(typed string) (string, error) {
	var text strings.Builder
	for _, r := range strings.ToUpper(typed) {
		switch {
		case strings.ContainsRune(" -–—.\t\r\n\u00a0", r):
			continue
		case r == 'O':
			r = '0'
		case r == 'I' || r == 'L':
			r = '1'
		case r > 127 || !strings.ContainsRune(digits, r):
			return "", badCode("code_character", fmt.Sprintf("a code has no %q", r), map[string]any{"character": string(r)})
		}
		text.WriteRune(r)
	}
	code := text.String()
	switch {
	case code == "":
		return "", badCode("code_missing", "enter your code", nil)
	case len(code) != groups*perGroup:
		return "", badCode("code_length", fmt.Sprintf("a code has %d characters, this one %d", groups*perGroup, len(code)),
			map[string]any{"want": groups * perGroup, "have": len(code)})
	}
	var body strings.Builder
	for i := range groups {
		part, sum := code[i*perGroup:(i+1)*perGroup-1], code[(i+1)*perGroup-1]
		if digits[check5(part, i)] != sum {
			return "", badCode("code_typo", fmt.Sprintf("group %d has a typing error", i+1), map[string]any{"group": i + 1})
		}
		body.WriteString(part)
	}
	return body.String(), nil
}

func unknownCode() error {
	return badCode("code_unknown", "this consultation has issued no such code", nil)
}

func badCode(code, message string, args map[string]any) error {
	return fault.Bad(fault.Field{Name: "code", Code: code, Message: message, Args: args})
}
