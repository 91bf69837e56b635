package order

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"
)

// Of makes the order of so many items from the place of each; a place that the list does not
// have, or that an item before has, is none.
func Of(items int, place func(n int) int) Order {
	o := make(Order, items)
	for n := range o {
		if at := place(n); at >= 1 && at <= items && o.At(at) < 0 {
			o[n] = at
		}
	}
	return o
}

// Shuffled gives so many items in an order that a key and their ids decide, so that none is
// first for every key. Keys have one length.
func Shuffled(key []byte, items int, id func(n int) []byte) []int {
	sums, out := make([][sha256.Size]byte, items), make([]int, items)
	for n := range out {
		sums[n], out[n] = sha256.Sum256(slices.Concat(key, []byte("ranking"), id(n))), n
	}
	slices.SortFunc(out, func(a, b int) int { return cmp.Or(bytes.Compare(sums[a][:], sums[b][:]), cmp.Compare(a, b)) })
	return out
}
