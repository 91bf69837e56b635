package verify

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/source"
)

func proofOf(b *book) leaf.Proof {
	p, err := leaf.ParseProof(b.proof)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

// swap exchanges the value of the proof's leaf with that of another leaf: the
// tally stays what it was.
func swap(b *book, table string) {
	p := proofOf(b)
	seed := p.Seed()
	salt := seed.Salt(leaf.ID(b.id, 3, table))
	all := b.leaves(3, table)
	own := slices.IndexFunc(all, func(l leafLine) bool { return l.salt == salt })
	other := slices.IndexFunc(all, func(l leafLine) bool { return l.value != all[own].value })
	all[own].value, all[other].value = all[other].value, all[own].value
	b.relay(3, table, all)
}

// ordered says whether the second leaf of a file comes after the first.
func ordered(b *book, lines []string) bool {
	_, err := leaf.Read(strings.NewReader(strings.Join(lines, "")), func(string, leaf.Sum) error { return nil })
	return err == nil
}

// TestEveryTamperingIsNamed: the first fault says in words what is wrong, and in
// which file and table.
func TestEveryTamperingIsNamed(t *testing.T) {
	honest := press(t, nil)
	for _, c := range tamperings() {
		t.Run(c.name, func(t *testing.T) {
			b := honest.copied(t)
			o := Options{}
			if c.with != nil {
				c.with(b, &o)
			}
			if c.does != nil {
				c.does(b)
			}
			_, err := Run(t.Context(), b.files, o)
			var f *source.Fault
			if !errors.As(err, &f) {
				t.Fatalf("nobody noticed: %v", err)
			}
			if !strings.Contains(f.Error(), c.fault) || !strings.HasPrefix(f.Error(), c.place) {
				t.Errorf("it was named so: %s", f)
			}
		})
	}
}
