package leaf

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
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

// NewSeed draws the seed: HMAC-SHA256 of the panelist's own words under 32 random
// bytes, so that a server with a bad source of randomness still cannot foresee it.
func NewSeed(random [32]byte, words string) Seed {
	m := hmac.New(sha256.New, random[:])
	m.Write([]byte(words))
	return Seed(m.Sum(nil))
}

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
	lines []line  // as they came
	order []place // ascending
}

type line struct {
	hash  tlog.Hash
	salt  Salt
	value string
}

// place is one line in the order of hashes.
type place struct {
	head uint64 // of its hash: nearly always enough to compare
	at   int32
}

// Build makes a table's leaves from the seeds and values of the people in it, in
// any order. A duplicate is an error: two people with one seed.
func Build(table string, people int, at func(person int) (*Seed, string)) (Built, error) {
	return new(Builder).Build(table, people, at)
}

// Builder builds one table after the other in the same memory. It is not for
// concurrent use.
type Builder struct {
	lines         []line
	places, order []place
	ends          []int32 // by beginning of the hash: where in order its places end
}

// Build is the function Build; the result is good until the next one.
func (b *Builder) Build(table string, people int, at func(person int) (*Seed, string)) (Built, error) {
	b.lines, b.places, b.order = resized(b.lines, people), resized(b.places, people), resized(b.order, people)
	// Hashes are spread evenly: cut by their first bits, they fall into drawers of a
	// few each, which are sorted one by one.
	first := max(0, bits.Len(uint(people))-3)
	b.ends = resized(b.ends, 1<<first)
	clear(b.ends)
	t := newTexts(table)
	for i := range b.lines {
		l := &b.lines[i]
		var seed *Seed
		seed, l.value = at(i)
		l.salt = t.salt(seed)
		l.hash = t.hash(l.value, &l.salt)
		head := binary.BigEndian.Uint64(l.hash[:])
		b.places[i] = place{head: head, at: int32(i)}
		b.ends[head>>(64-first)]++
	}
	n := int32(0)
	for i, few := range b.ends {
		b.ends[i], n = n, n+few
	}
	for _, p := range b.places {
		drawer := &b.ends[p.head>>(64-first)]
		b.order[*drawer] = p
		*drawer++
	}
	from := int32(0)
	for _, to := range b.ends {
		if to-from > 1 {
			slices.SortFunc(b.order[from:to], b.compare)
		}
		from = to
	}
	var tree Tree
	for i, p := range b.order {
		if i > 0 && b.compare(b.order[i-1], p) == 0 {
			return Built{}, fmt.Errorf("table %s: a leaf stands twice", table)
		}
		tree.Add(b.lines[p.at].hash)
	}
	return Built{Table: table, Root: tree.Root(), lines: b.lines, order: b.order}, nil
}

func (b *Builder) compare(x, y place) int {
	if c := cmp.Compare(x.head, y.head); c != 0 {
		return c
	}
	return bytes.Compare(b.lines[x.at].hash[:], b.lines[y.at].hash[:])
}

// resized gives a slice of n, in the memory of s where it fits.
func resized[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

// N is the number of leaves.
func (b Built) N() int { return len(b.order) }

// Head is the table's head.
func (b Built) Head() Head { return Head{Table: b.Table, N: b.N(), Root: b.Root} }

// Append writes the leaves from..to as the lines of a file of leaves.
func (b Built) Append(to []byte, from, until int) []byte {
	for _, p := range b.order[from:until] {
		to = appendLine(to, b.lines[p.at].value, b.lines[p.at].salt)
	}
	return to
}
