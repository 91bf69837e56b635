package verify

import (
	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/replay"
)

// former is the tree of a log that was succeeded, as it is built again from the entries
// that were carried over.
type former struct {
	tree        leaf.Tree
	checkpoints map[int64]leaf.Checkpoint // by size, of those that receipts name
}

// grow adds an entry that was carried over to the trees of the logs in which it stood.
func (c *check) grow(r replay.Record) {
	for i, f := range c.log.acts.Former {
		if !f.Holds(i, r.N) {
			return
		}
		if i == len(c.log.former) {
			c.log.former = append(c.log.former, former{checkpoints: map[int64]leaf.Checkpoint{}})
		}
		log := &c.log.former[i]
		log.tree.Add(r.Hash())
		if _, named := c.log.wanted[log.tree.N()]; named {
			log.checkpoints[log.tree.N()] = leaf.Checkpoint{Size: log.tree.N(), Root: log.tree.Root()}
		}
	}
}

// written gives the root of the log in which entry n was written, up to that entry: the
// oldest of those that carried it over, else the present one, which ends with it.
func (c *check) written(n int64, now *leaf.Tree) [32]byte {
	root := now.Root()
	for i, f := range c.log.acts.Former {
		if !f.Holds(i, n) {
			break
		}
		root = c.log.former[i].tree.Root()
	}
	return root
}

// of finds the log whose key signed a receipt: how many entries successions put in front
// of it, and how it stood by size; false when none did.
func (c *chain) of(signed leaf.Signed) (ahead int64, checkpoints map[int64]leaf.Checkpoint, ok bool) {
	if signed.Bears(c.key) {
		return 0, c.wanted, true
	}
	for i, f := range c.acts.Former {
		if f.Key != nil && signed.Bears(*f.Key) && i < len(c.former) {
			return int64(i) + 1, c.former[i].checkpoints, true
		}
	}
	return 0, nil, false
}

// keys are the log's own and those of the logs that it succeeded.
func (c *chain) keys() []leaf.Key {
	all := []leaf.Key{c.key}
	for _, f := range c.acts.Former {
		if f.Key != nil {
			all = append(all, *f.Key)
		}
	}
	return all
}
