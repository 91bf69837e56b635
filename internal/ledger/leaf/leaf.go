package leaf

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
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
func (s Seed) Salt(table string) Salt {
	buffer := make([]byte, 0, 160)
	return s.salt(buffer, table)
}

func (s *Seed) salt(buffer []byte, table string) Salt {
	buffer = append(append(buffer[:0], s[:]...), table...)
	sum := sha256.Sum256(buffer)
	return Salt(sum[:SaltSize])
}

// appendText writes a leaf's four lines.
func appendText(b []byte, table, value string, salt Salt) []byte {
	b = append(b, "delfi leaf v1\n"...)
	b = append(append(b, table...), '\n')
	b = append(append(b, value...), '\n')
	b = base64.StdEncoding.AppendEncode(b, salt[:])
	return append(b, '\n')
}

// Text is the leaf of one value in one table: its four lines.
func Text(table, value string, salt Salt) []byte { return appendText(nil, table, value, salt) }

// Hash is the leaf's hash.
func Hash(table, value string, salt Salt) tlog.Hash {
	return hash(make([]byte, 0, 256), table, value, salt)
}

// hash is tlog.RecordHash of a leaf, without an allocation.
func hash(buffer []byte, table, value string, salt Salt) tlog.Hash {
	return sha256.Sum256(appendText(append(buffer[:0], 0), table, value, salt))
}

// Built is the leaves of one table, sorted, and their root.
type Built struct {
	Table string // the table's ID
	Root  tlog.Hash
	lines []line
}

type line struct {
	hash  tlog.Hash
	salt  Salt
	value string
}

// Build makes a table's leaves from the seeds and values of the people in it, in
// any order. A duplicate is an error: two people with one seed.
func Build(table string, people int, at func(person int) (*Seed, string)) (Built, error) {
	b := Built{Table: table, lines: make([]line, people)}
	type place struct {
		head uint64 // of the hash: nearly always enough to compare
		at   int32
	}
	order := make([]place, people)
	buffer := make([]byte, 0, 512)
	for i := range b.lines {
		seed, value := at(i)
		l := &b.lines[i]
		l.value, l.salt = value, seed.salt(buffer, table)
		l.hash = hash(buffer, table, value, l.salt)
		order[i] = place{head: head(l.hash), at: int32(i)}
	}
	slices.SortFunc(order, func(x, y place) int {
		if c := cmp.Compare(x.head, y.head); c != 0 {
			return c
		}
		return bytes.Compare(b.lines[x.at].hash[:], b.lines[y.at].hash[:])
	})
	sorted := make([]line, people)
	var tree Tree
	for i, p := range order {
		sorted[i] = b.lines[p.at]
		if i > 0 && sorted[i].hash == sorted[i-1].hash {
			return Built{}, fmt.Errorf("table %s: a leaf stands twice", table)
		}
		tree.Add(sorted[i].hash)
	}
	b.lines, b.Root = sorted, tree.Root()
	return b, nil
}

func head(h tlog.Hash) uint64 {
	return uint64(h[0])<<56 | uint64(h[1])<<48 | uint64(h[2])<<40 | uint64(h[3])<<32 |
		uint64(h[4])<<24 | uint64(h[5])<<16 | uint64(h[6])<<8 | uint64(h[7])
}

// N is the number of leaves.
func (b Built) N() int { return len(b.lines) }

// Head is the table's head.
func (b Built) Head() Head { return Head{Table: b.Table, N: b.N(), Root: b.Root} }

// Append writes the leaves from..to as the lines of a file of leaves.
func (b Built) Append(to []byte, from, until int) []byte {
	for _, l := range b.lines[from:until] {
		to = appendLine(to, l.value, l.salt)
	}
	return to
}
