package ballot

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/delphi"
	"delfi/internal/ledger/leaf"
)

// maxReason is how many characters one reason may have.
const maxReason = 600

// The room on one sheet. Every blob of a round has one length, so every ballot
// pays for the longest, at every closing: reasons share one budget, whatever the
// number of statements. It holds three full reasons, or a short one beside each
// of twenty statements.
const (
	maxReasons    = 2048 // bytes of UTF-8 for all reasons of one ballot
	maxWords      = 80   // bytes of UTF-8 for the panelist's own words
	maxSuperseded = 16   // marks of ballots that this one has superseded
)

// sheet is what a sealed blob holds. A draft has no randomness, no part and
// has superseded nothing.
//
//	version 4 · randomness 32 · browser 16, zeros for none · length of words, words 80 ·
//	number of marks, marks 16 × 32 · number of entries 2 · entries: item 16, value,
//	since 2, side, length of reason 2 · reasons · zeros
type sheet struct {
	random     [32]byte   // the server's part of the seed
	part       Part       // the rest of it
	superseded [][32]byte // marks of the ballots before this one, newest first; beyond maxSuperseded the oldest go
	entries    []entry    // by item
}

// entry is one answer on a sheet.
type entry struct {
	item   uuid.UUID
	value  uint8 // 1..points; cannotJudge
	since  uint16
	reason string
	argues delphi.Side // the side that the reason argues; "" for not said, or no reason
}

// argued are the sides as a sheet has them, each in one byte.
var argued = [...]delphi.Side{"", delphi.Against, delphi.For, delphi.Neither}

// cannotJudge stands where a value would.
const cannotJudge = 255

const (
	sheetVersion = 4
	sheetBrowser = 1 + 32                            // version, randomness; then what the browser drew
	sheetWords   = sheetBrowser + leaf.BrowserSize   // the length of the words and their room
	sheetMarks   = sheetWords + 1 + maxWords         // number of superseded marks and their room
	sheetCount   = sheetMarks + 1 + 32*maxSuperseded // number of entries
	sheetHead    = sheetCount + 2
	entrySize    = 16 + 1 + 2 + 1 + 2 // item, value, since, side, length of reason
)

// layout is the room on every sheet of a round.
type layout struct {
	items   int
	reasons int // bytes for all reasons together
}

// layoutOf gives the layout for a number of items; without reasons (the
// protocol shows none) there is no room for them.
func layoutOf(items int, reasons bool) layout {
	l := layout{items: items}
	if reasons {
		l.reasons = maxReasons
	}
	return l
}

// size is the length of every encoded sheet of the layout, in bytes.
func (l layout) size() int { return sheetHead + entrySize*l.items + l.reasons }

// reasonBytes is how much of the room for reasons a sheet uses.
func (s sheet) reasonBytes() int {
	n := 0
	for _, e := range s.entries {
		n += len(e.reason)
	}
	return n
}

// encode writes the sheet in exactly l.size() bytes, zeros where room is left.
func (s sheet) encode(l layout) ([]byte, error) {
	if len(s.entries) > l.items || s.reasonBytes() > l.reasons || len(s.part.Words) > maxWords || len(s.superseded) > maxSuperseded {
		return nil, fmt.Errorf("a sheet of %d answers, %d bytes of reasons, %d of words and %d marks does not fit its layout",
			len(s.entries), s.reasonBytes(), len(s.part.Words), len(s.superseded))
	}
	b := make([]byte, sheetCount, l.size())
	b[0] = sheetVersion
	copy(b[1:], s.random[:])
	copy(b[sheetBrowser:], s.part.Browser[:])
	b[sheetWords] = byte(len(s.part.Words))
	copy(b[sheetWords+1:], s.part.Words)
	b[sheetMarks] = byte(len(s.superseded))
	for n, m := range s.superseded {
		copy(b[sheetMarks+1+32*n:], m[:])
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(s.entries)))
	for _, e := range s.entries {
		b = append(b, e.item[:]...)
		b = append(b, e.value)
		b = binary.BigEndian.AppendUint16(b, e.since)
		b = append(b, byte(slices.Index(argued[:], e.argues)))
		b = binary.BigEndian.AppendUint16(b, uint16(len(e.reason)))
	}
	for _, e := range s.entries {
		b = append(b, e.reason...)
	}
	return b[:l.size()], nil
}

var errSheet = errors.New("a sheet cannot be read")

// decode reads a sheet.
func decode(b []byte) (sheet, error) {
	var s sheet
	err := s.decode(b, true)
	return s, err
}

// decode reads a sheet in the place of another, in its memory; with reasons false
// their texts are not copied out.
func (s *sheet) decode(b []byte, reasons bool) error {
	if len(b) < sheetHead || b[0] != sheetVersion {
		return errSheet
	}
	copy(s.random[:], b[1:])
	copy(s.part.Browser[:], b[sheetBrowser:])
	words, marks := int(b[sheetWords]), int(b[sheetMarks])
	if words > maxWords || marks > maxSuperseded {
		return errSheet
	}
	s.part.Words = string(b[sheetWords+1 : sheetWords+1+words])
	s.superseded = s.superseded[:0]
	for n := range marks {
		s.superseded = append(s.superseded, [32]byte(b[sheetMarks+1+32*n:]))
	}
	n := int(binary.BigEndian.Uint16(b[sheetCount:]))
	b = b[sheetHead:]
	if len(b) < n*entrySize {
		return errSheet
	}
	texts := b[n*entrySize:]
	s.entries = slices.Grow(s.entries[:0], n)[:n]
	for i := range s.entries {
		e := b[i*entrySize:]
		s.entries[i] = entry{item: uuid.UUID(e[:16]), value: e[16], since: binary.BigEndian.Uint16(e[17:19])}
		side, size := int(e[19]), int(binary.BigEndian.Uint16(e[20:22]))
		if size > len(texts) || side >= len(argued) {
			return errSheet
		}
		s.entries[i].argues = argued[side]
		if reasons {
			s.entries[i].reason = string(texts[:size])
		}
		texts = texts[size:]
	}
	return nil
}

// find gives the place of an item, or where it belongs.
func (s sheet) find(item uuid.UUID) (int, bool) {
	return slices.BinarySearchFunc(s.entries, item, func(e entry, id uuid.UUID) int {
		return bytes.Compare(e.item[:], id[:])
	})
}

// put stores an entry in the order of items; a blank one takes it out.
func (s *sheet) put(e entry) {
	i, found := s.find(e.item)
	switch {
	case e.value == 0 && found:
		s.entries = slices.Delete(s.entries, i, i+1)
	case e.value == 0:
	case found:
		s.entries[i] = e
	default:
		s.entries = slices.Insert(s.entries, i, e)
	}
}

// same tells whether two sheets give the same answers and reasons.
func (s sheet) same(o sheet) bool {
	return slices.EqualFunc(s.entries, o.entries, func(a, b entry) bool {
		return a.item == b.item && a.value == b.value && a.reason == b.reason && a.argues == b.argues
	})
}

// keep drops entries of items that are not in play any more.
func (s *sheet) keep(items map[uuid.UUID]bool) {
	s.entries = slices.DeleteFunc(s.entries, func(e entry) bool { return !items[e.item] })
}

// answers gives the sheet as a form reads it.
func (s sheet) answers() map[uuid.UUID]Answer {
	m := make(map[uuid.UUID]Answer, len(s.entries))
	for _, e := range s.entries {
		a := Answer{Item: e.item, Value: int(e.value), Reason: e.reason, Argues: e.argues}
		if e.value == cannotJudge {
			a.Value, a.CannotJudge = 0, true
		}
		m[e.item] = a
	}
	return m
}

// sow draws the randomness from which, with the panelist's part, everything that this
// ballot publishes is salted.
func (s *sheet) sow(part Part) error {
	s.part = part
	_, err := rand.Read(s.random[:])
	return err
}

// seed is what salts and mark are drawn from.
func (s sheet) seed() leaf.Seed { return leaf.NewSeed(s.random, s.part) }

// given is the sheet as marks and proofs bind it.
func (s sheet) given() []leaf.Given {
	return s.appendGiven(make([]leaf.Given, 0, len(s.entries)), uuid.UUID.String)
}

// appendGiven is given for who writes the same items again and again.
func (s sheet) appendGiven(to []leaf.Given, name func(uuid.UUID) string) []leaf.Given {
	for _, e := range s.entries {
		g := leaf.Given{Item: name(e.item), Value: leaf.CannotJudge, Reason: e.reason, Argues: string(e.argues)}
		if e.value != cannotJudge {
			g.Value = strconv.Itoa(int(e.value))
		}
		to = append(to, g)
	}
	return to
}

// content and mark are what the receipt shows; of is the round, as leaf.Of names it.
func (s sheet) content(group string) string { return leaf.Content(s.seed(), group, s.given()) }

func (s sheet) mark(of, group string) string { return leaf.Mark(s.content(group), s.part.Digests(of)) }

// supersede notes that this sheet takes the place of one that was delivered.
func (s *sheet) supersede(before sheet, of, group string) error {
	last, err := hex.DecodeString(before.mark(of, group))
	if err != nil {
		return err
	}
	s.superseded = append([][32]byte{[32]byte(last)}, before.superseded...)
	s.superseded = s.superseded[:min(len(s.superseded), maxSuperseded)]
	return nil
}

// replaces is the mark of the ballot before this one, hex; "" for none.
func (s sheet) replaces() string {
	if len(s.superseded) == 0 {
		return ""
	}
	return hex.EncodeToString(s.superseded[0][:])
}
