package contribution

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/prose"
	"delfi/internal/pseudonym"
)

// payload is all that one author has written in an open gather round, as it is sealed.
type payload struct {
	alias [16]byte
	lang  string // in which its author writes now; not sealed but with each text
	texts []text
}

// text is one contribution of a payload. Its id is random, and stays when it is opened.
type text struct {
	id   uuid.UUID
	lang string // of the body; "" for the consultation's first
	body string
}

// lengths are the lengths to which a payload is padded: nearly everyone's is of the first,
// and the last has room for the longest texts that one author may have.
var lengths = [...]int{8 << 10, 64 << 10, 512 << 10}

const (
	payloadHead = 16 + 2 // alias, number of texts
	textHead    = 16 + 4 // id, lengths of language and body
)

// encode writes a payload and pads it to one of the lengths, and no shorter than floor, so
// that a row does not show what was taken out of it.
//
//	alias (16) ‖ n (2) ‖ n × (id (16) ‖ length of language (1) ‖ length of body (3) ‖ language ‖ body) ‖ zeros
func (s payload) encode(floor int) ([]byte, error) {
	size := payloadHead
	for _, t := range s.texts {
		size += textHead + len(t.lang) + len(t.body)
	}
	at := slices.IndexFunc(lengths[:], func(n int) bool { return n >= size && n >= floor })
	if at < 0 {
		return nil, errors.New("an author's contributions are longer than all may be")
	}
	b := make([]byte, 0, lengths[at])
	b = append(b, s.alias[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(s.texts)))
	for _, t := range s.texts {
		b = append(b, t.id[:]...)
		b = binary.BigEndian.AppendUint32(b, uint32(len(t.lang))<<24|uint32(len(t.body)))
		b = append(append(b, t.lang...), t.body...)
	}
	return b[:lengths[at]], nil
}

var errPayload = errors.New("sealed contributions cannot be read")

// decode is encode's inverse.
func decode(b []byte) (payload, error) {
	if len(b) < payloadHead {
		return payload{}, errPayload
	}
	s := payload{alias: [16]byte(b[:16])}
	n := int(binary.BigEndian.Uint16(b[16:]))
	b = b[payloadHead:]
	for range n {
		if len(b) < textHead {
			return payload{}, errPayload
		}
		t := text{id: uuid.UUID(b[:16])}
		lengths := binary.BigEndian.Uint32(b[16:])
		lang, size := int(lengths>>24), int(lengths&0xffffff)
		if b = b[textHead:]; lang+size > len(b) {
			return payload{}, errPayload
		}
		t.lang, t.body = string(b[:lang]), string(b[lang:lang+size])
		s.texts, b = append(s.texts, t), b[lang+size:]
	}
	return s, nil
}

// open opens an author's blob; an empty payload for nil.
func open(pen *pseudonym.Pen, author pseudonym.Author, round uuid.UUID, blob []byte) (payload, error) {
	if blob == nil {
		return payload{}, nil
	}
	plain, err := pen.Open(author, round, blob)
	if err != nil {
		return payload{}, err
	}
	return decode(plain)
}

// seal seals a payload in the place of the blob that lay there, which may be nil.
func (s payload) seal(pen *pseudonym.Pen, author pseudonym.Author, round uuid.UUID, was []byte) ([]byte, error) {
	plain, err := s.encode(len(was) - pseudonym.Overhead)
	if err != nil {
		return nil, err
	}
	return pen.Seal(author, round, plain)
}

// add puts a text in; the same words twice are one text, and change nothing.
func (s *payload) add(body string) (t text, changed bool, err error) {
	if at := slices.IndexFunc(s.texts, func(t text) bool { return t.body == body }); at >= 0 {
		return s.texts[at], false, nil
	}
	if len(s.texts) >= maxOwn {
		return t, false, fault.New(fault.Conflict, "contributions_full", "you have written as many contributions as one person can: change or withdraw one of them").With("max", maxOwn)
	}
	t = text{id: uuid.New(), lang: s.lang, body: body}
	s.texts = append(s.texts, t)
	return t, true, nil
}

// revise gives a text other words, if it still has those that its author had before them.
func (s *payload) revise(id uuid.UUID, seen, body string) (changed bool, err error) {
	at := slices.IndexFunc(s.texts, func(t text) bool { return t.id == id })
	switch {
	case at < 0:
		return false, fault.New(fault.Conflict, "contribution_gone", "this contribution is not among yours any more: you withdrew it meanwhile")
	case s.texts[at].body == body:
		return false, nil
	case prose.Version(s.texts[at].body) != seen:
		return false, fault.New(fault.Conflict, "contribution_changed", "you have changed this contribution meanwhile, on another page")
	}
	s.texts[at].body, s.texts[at].lang = body, s.lang
	return true, nil
}

// take takes a text out.
func (s *payload) take(id uuid.UUID) (changed bool) {
	before := len(s.texts)
	s.texts = slices.DeleteFunc(s.texts, func(t text) bool { return t.id == id })
	return len(s.texts) < before
}

// contributions gives a payload's texts as their author sees them, by id.
func (s payload) contributions(alias pseudonym.Alias) []Contribution {
	out := make([]Contribution, len(s.texts))
	for i, t := range s.texts {
		out[i] = Contribution{ID: t.id, Alias: alias, Body: t.body, Language: t.lang, State: Pending}
	}
	byID(out)
	return out
}
