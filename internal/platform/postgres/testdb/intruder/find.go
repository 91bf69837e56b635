package intruder

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// prefix is how long needles are at least.
const prefix = 8

// Find gives where each needle first appears in a heap of bytes, and where it last does,
// both in the order of the places. It reads the heap once, whatever the number of needles,
// whose first bytes differ.
func Find(heap []byte, needles map[string][]byte) (first, last []Instant) {
	var begins [1 << 16]bool
	by := map[uint64][]string{}
	for name, n := range needles {
		begins[binary.LittleEndian.Uint16(n)] = true
		by[binary.LittleEndian.Uint64(n)] = append(by[binary.LittleEndian.Uint64(n)], name)
	}
	f, l := map[string]int{}, map[string]int{}
	for at := 0; at+prefix <= len(heap); at++ {
		if !begins[uint16(heap[at])|uint16(heap[at+1])<<8] {
			continue
		}
		for _, name := range by[binary.LittleEndian.Uint64(heap[at:])] {
			if !bytes.HasPrefix(heap[at:], needles[name]) {
				continue
			}
			if _, seen := f[name]; !seen {
				f[name] = at
			}
			l[name] = at
		}
	}
	return ordered(f), ordered(l)
}

func ordered(places map[string]int) []Instant {
	out := make([]Instant, 0, len(places))
	for name, at := range places {
		out = append(out, Instant{at, name})
	}
	slices.SortFunc(out, func(a, b Instant) int { return cmp.Compare(a.At, b.At) })
	return out
}
