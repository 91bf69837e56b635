package payload

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

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/ledger/leaf"
)

// MaxReason is how many characters one reason may have.
const MaxReason = 600

// The room on one sheet. Every blob of a round has one length, so every ballot
// pays for the longest, at every closing: reasons share one budget, whatever the
// number of statements. It holds three full reasons, or a short one beside each
// of twenty statements.
const (
	MaxReasons    = 2048 // bytes of UTF-8 for all reasons of one ballot
	MaxWords      = 80   // bytes of UTF-8 for the panelist's own words
	MaxSuperseded = 16   // marks of ballots that this one has superseded
)

// sheet is what a sealed blob holds. A draft has no randomness, no part and
// has superseded nothing.
//
//	version 4 · randomness 32 · browser 16, zeros for none · length of words, words 80 ·
//	number of marks, marks 16 × 32 · number of entries 2 · entries: item 16, value,
//	since 2, side, length of reason 2 · reasons · zeros
type Payload struct {
	Random     [32]byte   // the server's part of the seed
	Part       Part       // the rest of it
	Superseded [][32]byte // marks of the ballots before this one, newest first; beyond maxSuperseded the oldest go
	Entries    []Entry    // by item
}

// Entry is one answer on a sheet.
type Entry struct {
	Item   uuid.UUID
	Value  uint8 // 1..points; cannotJudge
	Since  uint16
	Reason string
	Argues delphi.Side // the side that the reason argues; "" for not said, or no reason
}

// argued are the sides as a sheet has them, each in one byte.
var argued = [...]delphi.Side{"", delphi.Against, delphi.For, delphi.Neither}

// CannotJudge stands where a value would.
const CannotJudge = 255

const (
	sheetVersion = 4
	sheetBrowser = 1 + 32                            // version, randomness; then what the browser drew
	sheetWords   = sheetBrowser + leaf.BrowserSize   // the length of the words and their room
	sheetMarks   = sheetWords + 1 + MaxWords         // number of superseded marks and their room
	sheetCount   = sheetMarks + 1 + 32*MaxSuperseded // number of entries
	sheetHead    = sheetCount + 2
	entrySize    = 16 + 1 + 2 + 1 + 2 // item, value, since, side, length of reason
)

// Layout is the room on every sheet of a round.
type Layout struct {
	Items   int
	Reasons int // bytes for all reasons together
}

// LayoutOf gives the layout for a number of items; without reasons (the
// protocol shows none) there is no room for them.
func LayoutOf(items int, reasons bool) Layout {
	l := Layout{Items: items}
	if reasons {
		l.Reasons = MaxReasons
	}
	return l
}

// Size is the length of every encoded sheet of the layout, in bytes.
func (l Layout) Size() int { return sheetHead + entrySize*l.Items + l.Reasons }

// reasonBytes is how much of the room for reasons a sheet uses.
func (s Payload) ReasonBytes() int {
	n := 0
	for _, e := range s.Entries {
		n += len(e.Reason)
	}
	return n
}

// Encode writes the sheet in exactly l.size() bytes, zeros where room is left.
func (s Payload) Encode(l Layout) ([]byte, error) {
	if len(s.Entries) > l.Items || s.ReasonBytes() > l.Reasons || len(s.Part.Words) > MaxWords || len(s.Superseded) > MaxSuperseded {
		return nil, fmt.Errorf("a sheet of %d answers, %d bytes of reasons, %d of words and %d marks does not fit its layout",
			len(s.Entries), s.ReasonBytes(), len(s.Part.Words), len(s.Superseded))
	}
	b := make([]byte, sheetCount, l.Size())
	b[0] = sheetVersion
	copy(b[1:], s.Random[:])
	copy(b[sheetBrowser:], s.Part.Browser[:])
	b[sheetWords] = byte(len(s.Part.Words))
	copy(b[sheetWords+1:], s.Part.Words)
	b[sheetMarks] = byte(len(s.Superseded))
	for n, m := range s.Superseded {
		copy(b[sheetMarks+1+32*n:], m[:])
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(s.Entries)))
	for _, e := range s.Entries {
		b = append(b, e.Item[:]...)
		b = append(b, e.Value)
		b = binary.BigEndian.AppendUint16(b, e.Since)
		b = append(b, byte(slices.Index(argued[:], e.Argues)))
		b = binary.BigEndian.AppendUint16(b, uint16(len(e.Reason)))
	}
	for _, e := range s.Entries {
		b = append(b, e.Reason...)
	}
	return b[:l.Size()], nil
}

var errSheet = errors.New("a sheet cannot be read")

// Decode reads a sheet.
func Decode(b []byte) (Payload, error) {
	var s Payload
	err := s.DecodeInto(b, true)
	return s, err
}

// decode reads a sheet in the place of another, in its memory; with reasons false
// their texts are not copied out.
func (s *Payload) DecodeInto(b []byte, reasons bool) error {
	if len(b) < sheetHead || b[0] != sheetVersion {
		return errSheet
	}
	copy(s.Random[:], b[1:])
	copy(s.Part.Browser[:], b[sheetBrowser:])
	words, marks := int(b[sheetWords]), int(b[sheetMarks])
	if words > MaxWords || marks > MaxSuperseded {
		return errSheet
	}
	s.Part.Words = string(b[sheetWords+1 : sheetWords+1+words])
	s.Superseded = s.Superseded[:0]
	for n := range marks {
		s.Superseded = append(s.Superseded, [32]byte(b[sheetMarks+1+32*n:]))
	}
	n := int(binary.BigEndian.Uint16(b[sheetCount:]))
	b = b[sheetHead:]
	if len(b) < n*entrySize {
		return errSheet
	}
	texts := b[n*entrySize:]
	s.Entries = slices.Grow(s.Entries[:0], n)[:n]
	for i := range s.Entries {
		e := b[i*entrySize:]
		s.Entries[i] = Entry{Item: uuid.UUID(e[:16]), Value: e[16], Since: binary.BigEndian.Uint16(e[17:19])}
		side, size := int(e[19]), int(binary.BigEndian.Uint16(e[20:22]))
		if size > len(texts) || side >= len(argued) {
			return errSheet
		}
		s.Entries[i].Argues = argued[side]
		if reasons {
			s.Entries[i].Reason = string(texts[:size])
		}
		texts = texts[size:]
	}
	return nil
}

// Find gives the place of an item, or where it belongs.
func (s Payload) Find(item uuid.UUID) (int, bool) {
	return slices.BinarySearchFunc(s.Entries, item, func(e Entry, id uuid.UUID) int {
		return bytes.Compare(e.Item[:], id[:])
	})
}

// Put stores an entry in the order of items; a blank one takes it out.
func (s *Payload) Put(e Entry) {
	i, found := s.Find(e.Item)
	switch {
	case e.Value == 0 && found:
		s.Entries = slices.Delete(s.Entries, i, i+1)
	case e.Value == 0:
	case found:
		s.Entries[i] = e
	default:
		s.Entries = slices.Insert(s.Entries, i, e)
	}
}

// Same tells whether two sheets give the same answers and reasons.
func (s Payload) Same(o Payload) bool {
	return slices.EqualFunc(s.Entries, o.Entries, func(a, b Entry) bool {
		return a.Item == b.Item && a.Value == b.Value && a.Reason == b.Reason && a.Argues == b.Argues
	})
}

// Keep drops entries of items that are not in play any more.
func (s *Payload) Keep(items map[uuid.UUID]bool) {
	s.Entries = slices.DeleteFunc(s.Entries, func(e Entry) bool { return !items[e.Item] })
}

// sow draws the randomness from which, with the panelist's part, everything that this
// ballot publishes is salted.
func (s *Payload) Draw(part Part) error {
	s.Part = part
	_, err := rand.Read(s.Random[:])
	return err
}

// Seed is what salts and mark are drawn from.
func (s Payload) Seed() leaf.Seed { return leaf.NewSeed(s.Random, s.Part) }

// Given is the sheet as marks and proofs bind it.
func (s Payload) Given() []leaf.Given {
	return s.AppendGiven(make([]leaf.Given, 0, len(s.Entries)), uuid.UUID.String)
}

// AppendGiven is given for who writes the same items again and again.
func (s Payload) AppendGiven(to []leaf.Given, name func(uuid.UUID) string) []leaf.Given {
	for _, e := range s.Entries {
		g := leaf.Given{Item: name(e.Item), Value: leaf.CannotJudge, Reason: e.Reason, Argues: string(e.Argues)}
		if e.Value != CannotJudge {
			g.Value = strconv.Itoa(int(e.Value))
		}
		to = append(to, g)
	}
	return to
}

// Content and mark are what the receipt shows; of is the round, as leaf.Of names it.
func (s Payload) Content(group string) string { return leaf.Content(s.Seed(), group, s.Given()) }

func (s Payload) Mark(of, group string) string {
	return leaf.Mark(s.Content(group), s.Part.Digests(of))
}

// Supersede notes that this sheet takes the place of one that was delivered.
func (s *Payload) Supersede(before Payload, of, group string) error {
	last, err := hex.DecodeString(before.Mark(of, group))
	if err != nil {
		return err
	}
	s.Superseded = append([][32]byte{[32]byte(last)}, before.Superseded...)
	s.Superseded = s.Superseded[:min(len(s.Superseded), MaxSuperseded)]
	return nil
}

// replaces is the mark of the ballot before this one, hex; "" for none.
func (s Payload) Replaces() string {
	if len(s.Superseded) == 0 {
		return ""
	}
	return hex.EncodeToString(s.Superseded[0][:])
}

// roundOf names a round as digests and marks do.
func Of(r consultation.Round) string { return leaf.Of(r.Consultation.String(), r.Number) }

// Part is the part of a ballot's seed that the server does not choose.
type Part = leaf.Part

// Answer is an entry as the engine counts it.
func (e Entry) Answer(item string) delphi.Answer {
	if e.Value == CannotJudge {
		return delphi.Answer{Item: item, CannotJudge: true}
	}
	return delphi.Answer{Item: item, Value: int(e.Value)}
}

// Date notes on each answer of a standing ballot how many releases there were
// when it was given or last changed. It is what a release counts, and coarser
// than any clock; it lies inside the sealed blob and dies with it.
func Date(sh *Payload, before Payload, ticks int) {
	for n := range sh.Entries {
		e := &sh.Entries[n]
		if i, found := before.Find(e.Item); found && before.Entries[i].Value == e.Value {
			e.Since = before.Entries[i].Since
			continue
		}
		e.Since = uint16(ticks)
	}
}
