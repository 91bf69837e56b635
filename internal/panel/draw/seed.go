package draw

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Seed is what a draw's hashes begin with.
type Seed [sha256.Size]byte

func (s Seed) String() string { return hex.EncodeToString(s[:]) }

// Value is what a guarantor hides behind its hash: 32 bytes, of one length so that values
// one after the other can be divided in one way.
type Value [sha256.Size]byte

func (v Value) String() string { return hex.EncodeToString(v[:]) }

// ParseValue reads a value of 64 hex digits.
func ParseValue(text string) (Value, bool) {
	b, ok := digest(text)
	return Value(b), ok
}

// Commitment is the hex SHA-256 of a value's 64 hex digits, as any program computes it from
// the text: printf %s VALUE | sha256sum.
func (v Value) Commitment() string {
	sum := sha256.Sum256([]byte(v.String()))
	return hex.EncodeToString(sum[:])
}

// IsCommitment reports whether a text is 64 hex digits.
func IsCommitment(text string) bool {
	_, ok := digest(text)
	return ok
}

// NewSeed is SHA-256("delfi draw v1" ‖ record root ‖ beacon's randomness ‖ opened values, in
// the guarantors' order).
func NewSeed(record tlog.Hash, b Beacon, opened []Value) Seed {
	h := sha256.New()
	h.Write([]byte("delfi draw v1"))
	h.Write(record[:])
	random := b.Randomness()
	h.Write(random[:])
	for _, v := range opened {
		h.Write(v[:])
	}
	return Seed(h.Sum(nil))
}

// fair is the largest multiple of Panels that 8 bytes hold: a number beneath it falls on each
// panel equally often.
const fair = math.MaxUint64 / Panels * Panels

// Index gives the panel of a portfolio: the first 8 bytes (big-endian) of SHA-256(seed ‖
// counter), the counter being 8 bytes from 0, that are a number below fair, mod Panels.
func (s Seed) Index() int {
	for counter := uint64(0); ; counter++ {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(s[:], counter))
		if n := binary.BigEndian.Uint64(sum[:8]); n < fair {
			return int(n % Panels)
		}
	}
}

// order sorts numbers by SHA-256(seed ‖ ticket).
func (s Seed) order(roll Roll, among []int) []int {
	keys := make(map[int][sha256.Size]byte, len(among))
	for _, n := range among {
		t := roll.At(n).Ticket
		keys[n] = sha256.Sum256(append(s[:], t[:]...))
	}
	out := slices.Clone(among)
	slices.SortFunc(out, func(a, b int) int {
		x, y := keys[a], keys[b]
		return bytes.Compare(x[:], y[:])
	})
	return out
}

// lowest draws without crossing quotas: of each quota the people with the lowest hashes.
func (s Seed) lowest(roll Roll, rule Rule) []int {
	by := map[string][]int{}
	for _, p := range roll.places {
		by[p.Cell] = append(by[p.Cell], p.N)
	}
	var panel []int
	for _, q := range rule.Quotas {
		var among []int
		for _, c := range q.Cells {
			among = append(among, by[c]...)
		}
		panel = append(panel, s.order(roll, among)[:q.Least]...)
	}
	slices.Sort(panel)
	return panel
}

// reserves are the people with the lowest hashes of those who were not drawn, in this order.
func (s Seed) reserves(roll Roll, panel []int, most int) []int {
	drawn := make([]bool, roll.N()+1)
	for _, n := range panel {
		drawn[n] = true
	}
	var among []int
	for n := 1; n <= roll.N(); n++ {
		if !drawn[n] {
			among = append(among, n)
		}
	}
	return s.order(roll, among)[:most]
}
