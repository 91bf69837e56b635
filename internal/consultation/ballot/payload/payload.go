package payload

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/delphi"
	"delfi/internal/ledger/leaf"
)

// The room of one payload. Every blob of a round has one length, so every ballot
// pays for the longest, at every closing: reasons share one budget, whatever the
// number of statements. It holds three full reasons, or a short one beside each
// of twenty statements.
const (
	MaxReasons    = 2048 // bytes of UTF-8 for all reasons of one ballot
	MaxWords      = 80   // bytes of UTF-8 for the panelist's own words
	MaxSuperseded = 16   // marks of ballots that this one has superseded
)

// Payload is the content of a sealed blob. A draft has no randomness, no part and
// has superseded nothing.
//
//	version 5 · randomness 32 · browser 16, zeros for none · length of words, words 80 ·
//	number of marks, marks 16 × 32 · number of entries 2 · entries · zeros
//
// An entry is item 16 · number of its kind 1 · since 2 · side, confidence and language 1 ·
// length of reason 2 · the answer in the width of its kind (package answer) · reason.
type Payload struct {
	Codecs     *answer.Set // of the round's kinds
	Random     [32]byte    // the server's part of the seed
	Part       Part        // the rest of it
	Superseded [][32]byte  // marks of the ballots before this one, newest first; beyond MaxSuperseded the oldest go
	Entries    []Entry     // by item
}

// Entry is one answer in a payload: its Reason has the words, its own Item is empty.
type Entry struct {
	Item  uuid.UUID
	Kind  int    // number among the codecs
	Since uint16 // standing rounds: how many releases there were when it was given or last changed
	delphi.Answer
}

// argued are the sides of reasons by the lower two bits of the byte for what is said beside an
// answer. The next three are the confidence, the upper three the number of the reason's
// language among the protocol's, which declares at most eight.
var argued = [...]delphi.Side{"", delphi.Against, delphi.For, delphi.Neither}

const (
	version   = 5
	browserAt = 1 + 32                         // after version and randomness
	wordsAt   = browserAt + leaf.BrowserSize   // the length of the words and their room
	marksAt   = wordsAt + 1 + MaxWords         // number of superseded marks and their room
	countAt   = marksAt + 1 + 32*MaxSuperseded // number of entries
	headSize  = countAt + 2
	entryHead = 16 + 1 + 2 + 1 + 2 // item, kind, since, what is said beside, length of reason
)

// Layout is the room in every payload of a round.
type Layout struct {
	Entries int // bytes for an answer to every item, without its reason
	Reasons int // bytes for all reasons together
}

// LayoutOf gives the layout of a round that asks items of some kinds, by their numbers;
// without reasons (the protocol shows none) there is no room for them, but for answers
// in words.
func LayoutOf(codecs *answer.Set, kinds []int, reasons bool) Layout {
	var l Layout
	for _, k := range kinds {
		l.Entries += entryHead + codecs.Codec(k).Width()
		reasons = reasons || codecs.Form(k) == delphi.TextForm
	}
	if reasons {
		l.Reasons = MaxReasons
	}
	return l
}

// Size is the length of every encoded payload of the layout, in bytes.
func (l Layout) Size() int { return headSize + l.Entries + l.Reasons }

// ReasonBytes is how much of the room for reasons a payload uses.
func (s Payload) ReasonBytes() int {
	n := 0
	for i := range s.Entries {
		n += len(s.Entries[i].Reason)
	}
	return n
}

// Encode writes the payload in exactly l.Size() bytes, zeros where room is left.
func (s Payload) Encode(l Layout) ([]byte, error) {
	size := 0
	for i := range s.Entries {
		size += entryHead + s.Codecs.Codec(s.Entries[i].Kind).Width()
	}
	if size > l.Entries || s.ReasonBytes() > l.Reasons || len(s.Part.Words) > MaxWords || len(s.Superseded) > MaxSuperseded {
		return nil, fmt.Errorf("a payload of %d answers, %d bytes of reasons, %d of words and %d marks does not fit its layout",
			len(s.Entries), s.ReasonBytes(), len(s.Part.Words), len(s.Superseded))
	}
	b := make([]byte, countAt, l.Size())
	b[0] = version
	copy(b[1:], s.Random[:])
	copy(b[browserAt:], s.Part.Browser[:])
	b[wordsAt] = byte(len(s.Part.Words))
	copy(b[wordsAt+1:], s.Part.Words)
	b[marksAt] = byte(len(s.Superseded))
	for n, m := range s.Superseded {
		copy(b[marksAt+1+32*n:], m[:])
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(s.Entries)))
	for i := range s.Entries {
		e := &s.Entries[i]
		b = append(append(b, e.Item[:]...), byte(e.Kind))
		b = binary.BigEndian.AppendUint16(b, e.Since)
		b = append(b, byte(slices.Index(argued[:], e.Argues)|e.Confidence<<2|s.Codecs.Language(e.Language)<<5))
		b = binary.BigEndian.AppendUint16(b, uint16(len(e.Reason)))
		from := len(b)
		b = b[:from+s.Codecs.Codec(e.Kind).Width()]
		s.Codecs.Codec(e.Kind).Encode(b[from:], &e.Answer)
		b = append(b, e.Reason...)
	}
	return b[:l.Size()], nil
}

var errPayload = errors.New("a payload cannot be read")

// Decode reads a payload of a round.
func Decode(b []byte, codecs *answer.Set) (Payload, error) {
	s := Payload{Codecs: codecs}
	err := s.DecodeInto(b, true)
	return s, err
}

// DecodeInto reads a payload in the place of another of the same round, in its memory;
// with reasons false their texts are not copied out.
func (s *Payload) DecodeInto(b []byte, reasons bool) error {
	if len(b) < headSize || b[0] != version {
		return errPayload
	}
	copy(s.Random[:], b[1:])
	copy(s.Part.Browser[:], b[browserAt:])
	words, marks := int(b[wordsAt]), int(b[marksAt])
	if words > MaxWords || marks > MaxSuperseded {
		return errPayload
	}
	s.Part.Words = string(b[wordsAt+1 : wordsAt+1+words])
	s.Superseded = s.Superseded[:0]
	for n := range marks {
		s.Superseded = append(s.Superseded, [32]byte(b[marksAt+1+32*n:]))
	}
	n := int(binary.BigEndian.Uint16(b[countAt:]))
	b = b[headSize:]
	if len(b) < n*entryHead {
		return errPayload
	}
	s.Entries = slices.Grow(s.Entries[:0], n)[:n]
	for i := range s.Entries {
		var ok bool
		if b, ok = s.Entries[i].decode(b, s.Codecs, reasons); !ok {
			return errPayload
		}
	}
	return nil
}

// decode reads an entry in the place of another, in its memory, and gives the bytes after
// it.
func (e *Entry) decode(b []byte, codecs *answer.Set, reasons bool) ([]byte, bool) {
	if len(b) < entryHead || int(b[16]) >= codecs.Len() {
		return nil, false
	}
	e.Item, e.Kind, e.Since = uuid.UUID(b[:16]), int(b[16]), binary.BigEndian.Uint16(b[17:19])
	language, known := codecs.LanguageAt(int(b[19] >> 5))
	e.Answer = delphi.Answer{Criteria: e.Criteria[:0], Argues: argued[b[19]&3], Confidence: int(b[19] >> 2 & 7), Language: language}
	text, codec := int(binary.BigEndian.Uint16(b[20:22])), codecs.Codec(e.Kind)
	b = b[entryHead:]
	if !known || e.Confidence > answer.Confidences || len(b) < codec.Width()+text || !codec.Decode(b[:codec.Width()], &e.Answer) {
		return nil, false
	}
	b = b[codec.Width():]
	if reasons {
		e.Reason = string(b[:text])
	}
	return b[text:], true
}

// Find gives the place of an item, or where it belongs.
func (s Payload) Find(item uuid.UUID) (int, bool) {
	return slices.BinarySearchFunc(s.Entries, item, func(e Entry, id uuid.UUID) int {
		return bytes.Compare(e.Item[:], id[:])
	})
}

// Put stores an entry in the order of items. A list with one answer has one entry: the
// one of its kind that was there goes.
func (s *Payload) Put(e Entry) {
	if s.Codecs.Form(e.Kind) == delphi.ChoiceForm {
		s.Entries = slices.DeleteFunc(s.Entries, func(o Entry) bool { return o.Kind == e.Kind && o.Item != e.Item })
	}
	i, found := s.Find(e.Item)
	if found {
		s.Entries[i] = e
		return
	}
	s.Entries = slices.Insert(s.Entries, i, e)
}

// Clear takes the answer to an item out.
func (s *Payload) Clear(item uuid.UUID) {
	if i, found := s.Find(item); found {
		s.Entries = slices.Delete(s.Entries, i, i+1)
	}
}

// Same tells whether two payloads give the same answers, with what stands beside them.
func (s Payload) Same(o Payload) bool {
	return slices.EqualFunc(s.Entries, o.Entries, func(a, b Entry) bool {
		return a.Item == b.Item && answer.Same(&a.Answer, &b.Answer) &&
			a.Reason == b.Reason && a.Argues == b.Argues && a.Confidence == b.Confidence
	})
}

// Keep drops entries of items that are not in play any more.
func (s *Payload) Keep(inPlay func(item uuid.UUID) bool) {
	s.Entries = slices.DeleteFunc(s.Entries, func(e Entry) bool { return !inPlay(e.Item) })
}

// Draw draws the randomness from which, with the panelist's part, everything that this
// ballot publishes is salted.
func (s *Payload) Draw(part Part) error {
	s.Part = part
	_, err := rand.Read(s.Random[:])
	return err
}

// Seed is what salts and mark are drawn from.
func (s Payload) Seed() leaf.Seed { return leaf.NewSeed(s.Random, s.Part) }

// Given is the payload as marks and proofs bind it.
func (s Payload) Given() []leaf.Given {
	return s.AppendGiven(make([]leaf.Given, 0, len(s.Entries)), uuid.UUID.String)
}

// AppendGiven is Given in the memory of another, with a cache of the names of items.
func (s Payload) AppendGiven(to []leaf.Given, name func(uuid.UUID) string) []leaf.Given {
	for i := range s.Entries {
		e := &s.Entries[i]
		to = append(to, leaf.Given{
			Item: name(e.Item), Value: s.Codecs.Codec(e.Kind).Text(&e.Answer), Confidence: e.Confidence, Reason: e.Reason, Argues: string(e.Argues),
		})
	}
	return to
}

// Content is what the receipt shows of the answers.
func (s Payload) Content(group string) string { return leaf.Content(s.Seed(), group, s.Given()) }

// Mark is the mark of the ballot; of is the round, as leaf.Of names it.
func (s Payload) Mark(of, group string) string {
	return leaf.Mark(s.Content(group), s.Part.Digests(of))
}

// Supersede notes that this payload takes the place of one that was delivered.
func (s *Payload) Supersede(before Payload, of, group string) error {
	last, err := hex.DecodeString(before.Mark(of, group))
	if err != nil {
		return err
	}
	s.Superseded = append([][32]byte{[32]byte(last)}, before.Superseded...)
	s.Superseded = s.Superseded[:min(len(s.Superseded), MaxSuperseded)]
	return nil
}

// Replaces is the mark of the ballot before this one, hex; "" for none.
func (s Payload) Replaces() string {
	if len(s.Superseded) == 0 {
		return ""
	}
	return hex.EncodeToString(s.Superseded[0][:])
}

// Of names a round as digests and marks do.
func Of(r consultation.Round) string { return leaf.Of(r.Consultation.String(), r.Number) }

// Part is the part of a ballot's seed that the server does not choose.
type Part = leaf.Part

// Date notes on each answer of a standing ballot how many releases there were
// when it was given or last changed. It is what a release counts, and coarser
// than any clock; it lies inside the sealed blob and dies with it.
func Date(s *Payload, before Payload, ticks int) {
	for n := range s.Entries {
		e := &s.Entries[n]
		if i, found := before.Find(e.Item); found && answer.Same(&before.Entries[i].Answer, &e.Answer) {
			e.Since = before.Entries[i].Since
			continue
		}
		e.Since = uint16(ticks)
	}
}
