package leaf

import (
	"crypto/sha256"

	"golang.org/x/mod/sumdb/tlog"
)

// Tree computes the root over hashes that come one by one, in the memory of its
// own height. The zero value is the empty tree.
type Tree struct {
	full []tlog.Hash // by height: a whole subtree of 2^height leaves, where n has that bit
	n    int64
}

// Add takes the next leaf's hash.
func (t *Tree) Add(h tlog.Hash) {
	for height := 0; ; height++ {
		if height == len(t.full) {
			t.full = append(t.full, h)
			break
		}
		if t.n>>height&1 == 0 {
			t.full[height] = h
			break
		}
		h = node(t.full[height], h)
	}
	t.n++
}

// N is the number of leaves so far.
func (t *Tree) N() int64 { return t.n }

// Root is the root over the leaves so far; of none it is the hash of nothing.
func (t *Tree) Root() tlog.Hash {
	if t.n == 0 {
		return sha256.Sum256(nil)
	}
	var root tlog.Hash
	begun := false
	for height := range t.full {
		switch {
		case t.n>>height&1 == 0:
		case !begun:
			root, begun = t.full[height], true
		default:
			root = node(t.full[height], root)
		}
	}
	return root
}

// node is tlog.NodeHash, without an allocation.
func node(left, right tlog.Hash) tlog.Hash {
	var b [1 + 2*sha256.Size]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}
