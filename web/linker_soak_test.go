//go:build soak

package web_test

import (
	"testing"

	"delfi/internal/pseudonym"
)

// Two hundred people, one after the other, half of them and all of them at the same time.
func TestSoakNobodyIsLinkedWithWhatTheyDid(t *testing.T) {
	const people = 133 // and half as many come later
	for _, mode := range []pseudonym.Mode{pseudonym.SealedKey, pseudonym.HeldCode} {
		for _, overlap := range []int{1, people / 2, people} {
			n := natural{mode: mode, share: 1, overlap: overlap, people: people}
			t.Run(n.String(), func(t *testing.T) {
				v := newVillage(t, n)
				v.live()
				v.told()
			})
		}
	}
}
