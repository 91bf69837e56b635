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
	hasher
	pair []byte // of a node, padded
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
		h = t.node(t.full[height], h)
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
			root = t.node(t.full[height], root)
		}
	}
	return root
}

// node is tlog.NodeHash, without an allocation.
func (t *Tree) node(left, right tlog.Hash) tlog.Hash {
	if t.pair == nil {
		t.hasher = newHasher()
		t.pair = pad(append(make([]byte, 0, 2*sha256.BlockSize), make([]byte, 1+2*sha256.Size)...), 0)
		t.pair[0] = 1
	}
	copy(t.pair[1:], left[:])
	copy(t.pair[1+sha256.Size:], right[:])
	return t.sum(t.pair)
}
