package ballot

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// maxReason is how many characters one reason may have.
const maxReason = 600

// The room for reasons in one ballot. Every blob of a round has one length, so
// every ballot pays for the longest; that is why reasons have a budget, by the
// number of items alone: full length for eight of them, and a short line for
// each further one. 640 bytes hold 600 characters with their accents.
const (
	fullReasons = 8
	fullReason  = 640
	lineReason  = 96
)

// sheet is what a sealed blob holds. A draft has no seed and replaces nothing.
type sheet struct {
	seed     [32]byte
	replaces [32]byte // mark of the ballot before this one; zero for none
	entries  []entry  // by item
}

// entry is one answer on a sheet.
type entry struct {
	item   uuid.UUID
	value  uint8 // 1..points; cannotJudge
	since  uint16
	reason string
}

// cannotJudge stands where a value would.
const cannotJudge = 255

const (
	sheetVersion = 1
	sheetHead    = 1 + 32 + 32 + 2 // version, seed, replaces, number of entries
	entrySize    = 16 + 1 + 2 + 2  // item, value, since, length of reason
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
		l.reasons = fullReason*min(items, fullReasons) + lineReason*max(items-fullReasons, 0)
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

// encode writes the sheet in exactly l.size() bytes, zeros at the end.
func (s sheet) encode(l layout) ([]byte, error) {
	if len(s.entries) > l.items || s.reasonBytes() > l.reasons {
		return nil, fmt.Errorf("a sheet of %d answers and %d bytes of reasons does not fit its layout", len(s.entries), s.reasonBytes())
	}
	b := make([]byte, 0, l.size())
	b = append(b, sheetVersion)
	b = append(b, s.seed[:]...)
	b = append(b, s.replaces[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(s.entries)))
	for _, e := range s.entries {
		b = append(b, e.item[:]...)
		b = append(b, e.value)
		b = binary.BigEndian.AppendUint16(b, e.since)
		b = binary.BigEndian.AppendUint16(b, uint16(len(e.reason)))
	}
	for _, e := range s.entries {
		b = append(b, e.reason...)
	}
	return b[:l.size()], nil
}

var errSheet = errors.New("a sheet cannot be read")

// decode reads a sheet; with reasons false their texts are not copied out.
func decode(b []byte, reasons bool) (sheet, error) {
	var s sheet
	if len(b) < sheetHead || b[0] != sheetVersion {
		return s, errSheet
	}
	copy(s.seed[:], b[1:33])
	copy(s.replaces[:], b[33:65])
	n := int(binary.BigEndian.Uint16(b[65:67]))
	b = b[sheetHead:]
	if len(b) < n*entrySize {
		return s, errSheet
	}
	texts := b[n*entrySize:]
	s.entries = make([]entry, n)
	for i := range s.entries {
		e := b[i*entrySize:]
		s.entries[i] = entry{item: uuid.UUID(e[:16]), value: e[16], since: binary.BigEndian.Uint16(e[17:19])}
		size := int(binary.BigEndian.Uint16(e[19:21]))
		if size > len(texts) {
			return s, errSheet
		}
		if reasons {
			s.entries[i].reason = string(texts[:size])
		}
		texts = texts[size:]
	}
	return s, nil
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
		return a.item == b.item && a.value == b.value && a.reason == b.reason
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
		a := Answer{Item: e.item, Value: int(e.value), Reason: e.reason}
		if e.value == cannotJudge {
			a.Value, a.CannotJudge = 0, true
		}
		m[e.item] = a
	}
	return m
}

// sow draws the seed from which everything that this ballot publishes is
// salted: HMAC of 32 random bytes over the panelist's own words (none yet).
func (s *sheet) sow() error {
	var key [32]byte
	if _, err := rand.Read(key[:]); err != nil {
		return err
	}
	m := hmac.New(sha256.New, key[:])
	m.Write([]byte(""))
	copy(s.seed[:], m.Sum(nil))
	return nil
}

// mark is what the receipt shows (RECORD.md §3): SHA-256 of "mark v1", the seed,
// and one LF-ended line per answer, "item group value reason", sorted; value is
// the point or "cannot-judge", reason the hex SHA-256 of its text or "-".
func (s sheet) mark(group string) [32]byte {
	lines := make([]string, len(s.entries))
	for i, e := range s.entries {
		value, reason := "cannot-judge", "-"
		if e.value != cannotJudge {
			value = fmt.Sprint(e.value)
		}
		if e.reason != "" {
			d := sha256.Sum256([]byte(e.reason))
			reason = hex.EncodeToString(d[:])
		}
		lines[i] = fmt.Sprintf("%s %s %s %s\n", e.item, group, value, reason)
	}
	slices.Sort(lines)
	h := sha256.New()
	h.Write([]byte("mark v1"))
	h.Write(s.seed[:])
	for _, l := range lines {
		h.Write([]byte(l))
	}
	return [32]byte(h.Sum(nil))
}

// receipt says what was delivered.
func (s sheet) receipt(group string, items int) Receipt {
	m := s.mark(group)
	r := Receipt{Mark: hex.EncodeToString(m[:]), Answered: len(s.entries), Blank: items - len(s.entries)}
	if s.replaces != [32]byte{} {
		r.Replaces = hex.EncodeToString(s.replaces[:])
	}
	return r
}
