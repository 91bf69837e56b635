package leaf

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// SaltSize is the length of a salt in bytes.
const SaltSize = 16

// Seed is what a ballot's salts and mark are drawn from. It lies in the sealed
// blob, and in the proof file of who asks for one.
type Seed [32]byte

// Salt hides one value in one table.
type Salt [SaltSize]byte

// Sum is a hash of the log and of its trees, for rooms that sign with it.
type Sum = tlog.Hash

// ID is the name of a table among those of all consultations and rounds.
func ID(consultation string, round int, table string) string {
	return fmt.Sprintf("%s/%d/%s", consultation, round, table)
}

// Salt is the seed's salt in one table, named by its ID: the leaves of one person
// in two tables have nothing in common.
func (s Seed) Salt(table string) Salt { return newTexts(table).salt(&s) }

// leafFormat is the first line of a leaf.
const leafFormat = "delfi leaf v1\n"

// Text is the leaf of one value in one table: its four lines.
func Text(table, value string, salt Salt) []byte {
	b := append([]byte(leafFormat), table...)
	b = append(append(append(b, '\n'), value...), '\n')
	return append(base64.StdEncoding.AppendEncode(b, salt[:]), '\n')
}

// Hash is the leaf's hash in the tree of its table.
func Hash(table, value string, salt Salt) tlog.Hash { return newTexts(table).hash(value, &salt) }

// Built is the leaves of one table, sorted, and their root.
type Built struct {
	Table string // the table's ID
	Root  tlog.Hash
	lines []byte   // as a file has them
	ends  []uint32 // of each line
}

// made is one leaf as it came: a million of them are 52 MB.
type made struct {
	hash  tlog.Hash
	salt  Salt
	value int32
}

// place is where in its drawer a leaf lies.
type place struct {
	head uint64 // of its hash: nearly always enough to compare
	at   int32
}

// Source gives the leaves of a table before they are made.
type Source interface {
	// At gives a person's seed and the number of their value; people come in any order and
	// are asked for once, from 0 on.
	At(person int) (*Seed, int32)
	// Value is the text of a value by its number.
	Value(number int32) string
}

// Build makes a table's leaves from the seeds and values of the people in it. A duplicate
// is an error: two people with one seed.
func Build(table string, people int, from Source) (Built, error) {
	return new(Builder).Build(table, people, from)
}

// Builder builds one table after the other in the same memory. It is not for
// concurrent use.
type Builder struct {
	slab          []made // the drawers' memory
	drawers       [][]made
	places, order []place
	ends          []int32 // by beginning of a hash: where in order its places end
	lines         []byte
	lineEnds      []uint32
}

// Build is the function Build; the result is good until the next one.
func (b *Builder) Build(table string, people int, from Source) (Built, error) {
	// Hashes are spread evenly: by their first bits leaves fall into drawers of some
	// five hundred, and each is sorted and read where it fits a core's own cache.
	first := max(0, bits.Len(uint(people))-9)
	b.drawers = resized(b.drawers, 1<<first)
	// Room for three standard deviations above the mean; the few drawers that need more
	// move to memory of their own.
	mean := people >> first
	room := mean + 3*int(math.Sqrt(float64(mean))) + 3
	b.slab = resized(b.slab, room<<first)
	for i := range b.drawers {
		b.drawers[i] = b.slab[i*room : i*room : (i+1)*room]
	}
	t, size := newTexts(table), 0
	for i := range people {
		seed, value := from.At(i)
		salt, text := t.salt(seed), from.Value(value)
		hash := t.hash(text, &salt)
		size += len(text) + saltText + 2
		drawer := &b.drawers[head(&hash)>>(64-first)]
		*drawer = append(*drawer, made{hash: hash, value: value, salt: salt})
	}
	if size > math.MaxUint32 {
		return Built{}, fmt.Errorf("table %s: its leaves are %d bytes, more than a table may be", table, size)
	}
	var tree Tree
	b.lines, b.lineEnds = slices.Grow(b.lines[:0], size), slices.Grow(b.lineEnds[:0], people)
	for _, drawer := range b.drawers {
		b.sort(drawer, first)
		for i, p := range b.order {
			l := &drawer[p.at]
			if i > 0 && l.hash == drawer[b.order[i-1].at].hash {
				return Built{}, fmt.Errorf("table %s: a leaf stands twice", table)
			}
			tree.Add(l.hash)
			b.lines = append(append(b.lines, from.Value(l.value)...), ' ')
			b.lines = append(base64.StdEncoding.AppendEncode(b.lines, l.salt[:]), '\n')
			b.lineEnds = append(b.lineEnds, uint32(len(b.lines)))
		}
	}
	return Built{Table: table, Root: tree.Root(), lines: b.lines, ends: b.lineEnds}, nil
}

// sort puts the places of a drawer's leaves, whose hashes have their first bits in
// common, into b.order: by their next bits they fall beside a few others, among
// which they are compared.
func (b *Builder) sort(drawer []made, first int) {
	b.places, b.order = resized(b.places, len(drawer)), resized(b.order, len(drawer))
	next := max(0, bits.Len(uint(len(drawer)))-3)
	b.ends = resized(b.ends, 1<<next)
	clear(b.ends)
	for i := range drawer {
		p := place{head: head(&drawer[i].hash), at: int32(i)}
		b.places[i] = p
		b.ends[p.head<<first>>(64-next)]++
	}
	n := int32(0)
	for i, few := range b.ends {
		b.ends[i], n = n, n+few
	}
	for _, p := range b.places {
		end := &b.ends[p.head<<first>>(64-next)]
		b.order[*end] = p
		*end++
	}
	from := int32(0)
	for _, to := range b.ends {
		if to-from > 1 {
			slices.SortFunc(b.order[from:to], func(x, y place) int {
				if c := cmp.Compare(x.head, y.head); c != 0 {
					return c
				}
				return bytes.Compare(drawer[x.at].hash[:], drawer[y.at].hash[:])
			})
		}
		from = to
	}
}

// head is a hash's first eight bytes.
func head(h *tlog.Hash) uint64 { return binary.BigEndian.Uint64(h[:]) }

// resized gives a slice of n, in the memory of s, with what lies there, where it fits.
func resized[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

// N is the number of leaves.
func (b Built) N() int { return len(b.ends) }

// Head is the table's head.
func (b Built) Head() Head { return Head{Table: b.Table, N: b.N(), Root: b.Root} }

// Lines are the leaves from..until as a file of leaves has them.
func (b Built) Lines(from, until int) []byte {
	if from == until {
		return nil
	}
	begin := uint32(0)
	if from > 0 {
		begin = b.ends[from-1]
	}
	return b.lines[begin:b.ends[until-1]]
}
