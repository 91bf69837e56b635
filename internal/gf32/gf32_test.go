package gf32_test

import (
	"slices"
	"testing"

	"delfi/internal/gf32"
)

// TestEveryErrorOfOneHandIsFound: one wrong symbol, and two exchanged, in every place.
func TestEveryErrorOfOneHandIsFound(t *testing.T) {
	word := []byte{7, 31, 0, 12, 12, 1, 30, 5, 19, 22, 3, 9}
	right := gf32.Check(0, word...)
	for i := range word {
		for wrong := range byte(32) {
			other := slices.Clone(word)
			other[i] = wrong
			if same := gf32.Check(0, other...) == right; same != (wrong == word[i]) {
				t.Errorf("%d in place %d is taken for %d", wrong, i, word[i])
			}
		}
		for j := range i {
			other := slices.Clone(word)
			other[i], other[j] = other[j], other[i]
			if same := gf32.Check(0, other...) == right; same != (word[i] == word[j]) {
				t.Errorf("places %d and %d may be exchanged", i, j)
			}
		}
	}
	for part := range byte(32) {
		if same := gf32.Check(part, word...) == right; same != (part == 0) {
			t.Errorf("part %d is taken for part 0", part)
		}
	}
}
