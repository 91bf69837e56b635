package verify

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"

	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
)

// chain is the log as it was checked.
type chain struct {
	head      leaf.Checkpoint
	key       leaf.Key
	cosigners []leaf.Key
	by        []leaf.Key                // cosigners whose signature was found, on the checkpoint or on cosigned
	cosigned  leaf.Checkpoint           // the newest that bears theirs
	kept      *leaf.Checkpoint          // the one that the reader kept
	wanted    map[int64]leaf.Checkpoint // by size: the log as it stood, for who asks for that size
	acts      *replay.Acts              // of its entries
	former    []former                  // trees of the logs that were succeeded, the newest first
	roots     map[int64][32]byte        // of the log in which an entry "draw" was written, up to it, by its number
}

// checkpoint is step 1, but for consistency, which needs the entries.
func (c *check) checkpoint() error {
	c.step(1)
	signed, err := c.small("checkpoint", c.options.Bounds.Small)
	if missing(err) {
		return ErrNoRecord
	}
	if err != nil {
		return err
	}
	if err := c.keys(); err != nil {
		return err
	}
	head, by, err := c.signed("checkpoint", signed)
	if err != nil {
		return err
	}
	c.log.head, c.log.by, c.log.cosigned = head, by, head
	c.result.Origin, c.result.Size, c.result.Root = head.Origin, head.Size, head.Root.String()
	c.log.wanted = map[int64]leaf.Checkpoint{}
	if err := c.newestCosigned(); err != nil {
		return err
	}
	for _, r := range c.receipts {
		c.log.wanted[r.Size] = leaf.Checkpoint{}
	}
	return c.keptEarlier()
}

// keys takes the log's key and the cosigners' from the reader, or from the record.
func (c *check) keys() error {
	var brought []leaf.Key
	text, err := c.small("key", c.options.Bounds.Small)
	switch {
	case err == nil:
		if brought, err = keys(string(text)); err != nil {
			return &source.Fault{File: "key", What: err.Error()}
		}
	case !missing(err) || c.options.Key == "":
		return err
	}
	if len(brought) > 0 {
		c.log.key, c.log.cosigners = brought[0], brought[1:]
	}
	if c.options.Key != "" {
		if c.log.key, err = leaf.ParseKey(c.options.Key); err != nil {
			return &Misuse{fmt.Errorf("--key: %w", err)}
		}
		c.result.Pinned = true
	}
	if len(c.options.Cosigners) > 0 {
		c.log.cosigners, c.result.CosignersPinned = nil, true
		for _, text := range c.options.Cosigners {
			k, err := leaf.ParseKey(text)
			if err != nil {
				return &Misuse{fmt.Errorf("--cosigner: %w", err)}
			}
			c.log.cosigners = append(c.log.cosigners, k)
		}
	}
	c.result.Key = c.log.key.Text
	return nil
}

// signed opens a checkpoint: the log's key must have signed it.
func (c *check) signed(name string, text []byte) (leaf.Checkpoint, []leaf.Key, error) {
	note, err := leaf.Open(text, append([]leaf.Key{c.log.key}, c.log.cosigners...)...)
	if err != nil {
		return leaf.Checkpoint{}, nil, &source.Fault{File: name, What: "a signature is wrong", Found: err.Error(), Expected: "one by " + c.log.key.Name}
	}
	if !note.Bears(c.log.key) {
		return leaf.Checkpoint{}, nil, &source.Fault{File: name, What: "the key of the log has not signed it", Found: source.Short(fmt.Sprintf("signatures of %q", note.Else)), Expected: "one by " + c.log.key.Text}
	}
	p, err := leaf.ParseCheckpoint(note.Text)
	if err != nil {
		return leaf.Checkpoint{}, nil, &source.Fault{File: name, What: err.Error()}
	}
	if p.Origin != c.log.key.Name {
		return leaf.Checkpoint{}, nil, &source.Fault{File: name, Line: 1, What: "it is of another log than its key", Found: p.Origin, Expected: c.log.key.Name}
	}
	by := slices.DeleteFunc(note.By, func(k leaf.Key) bool { return k.Text == c.log.key.Text })
	return p, by, nil
}

// newestCosigned reads the checkpoint that the cosigners signed, where there is one.
func (c *check) newestCosigned() error {
	text, err := c.small("cosigned", c.options.Bounds.Small)
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	p, by, err := c.signed("cosigned", text)
	if err != nil {
		return err
	}
	if p.Size > c.log.head.Size {
		return &source.Fault{File: "cosigned", Line: 2, What: "cosigners signed a longer log than the checkpoint", Found: fmt.Sprint(p.Size), Expected: fmt.Sprintf("at most %d", c.log.head.Size)}
	}
	if len(by) > len(c.log.by) {
		c.log.by, c.log.cosigned = by, p
	}
	c.log.wanted[p.Size] = leaf.Checkpoint{}
	return nil
}

// keptEarlier reads the checkpoint that the reader kept.
func (c *check) keptEarlier() error {
	if c.options.Checkpoint == nil {
		return nil
	}
	if p, other := c.foreign(); other {
		c.log.wanted[p.Size] = leaf.Checkpoint{} // its log may be one that this one succeeded
		return nil
	}
	p, _, err := c.signed("the checkpoint kept earlier", c.options.Checkpoint)
	if err != nil {
		return err
	}
	if p.Size > c.log.head.Size {
		return &source.Fault{File: "checkpoint", Line: 2, What: "the log is shorter than it was: it was rewritten since the checkpoint that you kept", Found: fmt.Sprintf("%d entries", c.log.head.Size), Expected: fmt.Sprintf("at least %d", p.Size)}
	}
	c.log.kept, c.log.wanted[p.Size] = &p, leaf.Checkpoint{}
	c.result.Kept = p.Size
	return nil
}

// foreign gives the checkpoint that the reader kept where the key of another log signed it.
func (c *check) foreign() (leaf.Checkpoint, bool) {
	note, err := leaf.Open(c.options.Checkpoint, c.log.key)
	if err != nil || note.Bears(c.log.key) {
		return leaf.Checkpoint{}, false
	}
	p, err := leaf.ParseCheckpoint(note.Text)
	return p, err == nil && p.Origin != c.log.key.Name
}

// formerKept refuses a checkpoint of another log, and says of which: of one that this log
// succeeded it says too whether that one was carried over as it stood then.
func (c *check) formerKept() error {
	if c.options.Checkpoint == nil {
		return nil
	}
	p, other := c.foreign()
	if !other {
		return nil
	}
	for i, f := range c.log.acts.Former {
		if f.Key == nil {
			continue
		}
		note, err := leaf.Open(c.options.Checkpoint, *f.Key)
		if err != nil || !note.Bears(*f.Key) {
			continue
		}
		found, held := leaf.Checkpoint{}, false
		if i < len(c.log.former) {
			found, held = c.log.former[i].checkpoints[p.Size]
		}
		if !held || found.Root != p.Root {
			return &source.Fault{File: "entries", What: fmt.Sprintf("the checkpoint that you kept is of the former log %s, whose first %d entries were not carried over as they stood", p.Origin, p.Size), Found: source.OrNothing(found.Root.String()), Expected: p.Root.String()}
		}
		return &Misuse{fmt.Errorf("--checkpoint: it is of the former log %s, which entry %d of this log succeeded: its %d entries were carried over as they stood then; from now on keep a checkpoint of %s", source.Short(p.Origin), i, p.Size, c.log.head.Origin)}
	}
	return &Misuse{fmt.Errorf("--checkpoint: it is of the log %s, and this is %s, which names no such former log, or not by the key that signed it: the two cannot be compared", source.Short(p.Origin), c.log.head.Origin)}
}

// entries is step 2: every entry hashed into the tree, its words against their
// digest, and each consultation's acts replayed.
func (c *check) entries() error {
	c.step(2)
	f, err := c.open("entries", c.options.Bounds.Log)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 64<<10)
	var tree leaf.Tree
	c.log.acts = replay.New(c.log.head.Size, c.options.Bounds.Spoken)
	c.log.roots = map[int64][32]byte{}
	for n := int64(0); ; n++ {
		if _, ok := c.log.wanted[n]; ok {
			c.log.wanted[n] = leaf.Checkpoint{Origin: c.log.head.Origin, Size: n, Root: tree.Root()}
		}
		text, err := source.Line(in, c.options.Bounds.Line)
		if errors.Is(err, io.EOF) && len(text) == 0 {
			break
		}
		if errors.Is(err, io.EOF) {
			return &source.Fault{File: "entries", Line: int(n) + 1, What: "the last line has no end"}
		}
		if err != nil {
			return lineFault("entries", "", int(n)+1, err)
		}
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if n == c.log.head.Size {
			return &source.Fault{File: "entries", Line: int(n) + 1, What: "nobody signed this entry (where the log grew while it was read, read it again)", Found: fmt.Sprintf("more than %d entries", n), Expected: fmt.Sprintf("the %d of the checkpoint", n)}
		}
		r, err := replay.Read(n, text)
		if err != nil {
			return err
		}
		tree.Add(r.Hash())
		c.grow(r)
		if r.Type == "draw" {
			c.log.roots[n] = c.written(n, &tree)
		}
		c.result.Entries++
		if err := c.log.acts.Take(r); err != nil {
			return err
		}
	}
	if tree.N() < c.log.head.Size {
		return &source.Fault{File: "entries", What: "entries of the checkpoint are missing", Found: fmt.Sprint(tree.N()), Expected: fmt.Sprint(c.log.head.Size)}
	}
	if tree.Root() != c.log.head.Root {
		return &source.Fault{File: "entries", What: fmt.Sprintf("an entry is not the one that was signed: the root of the %d entries differs from the checkpoint's", tree.N()), Found: tree.Root().String(), Expected: c.log.head.Root.String()}
	}
	if k := c.log.kept; k != nil && c.log.wanted[k.Size] != *k {
		return &source.Fault{File: "entries", What: fmt.Sprintf("the log was rewritten since the checkpoint that you kept: the first %d entries have another root", k.Size), Found: c.log.wanted[k.Size].Root.String(), Expected: k.Root.String()}
	}
	if p := c.log.cosigned; p.Size < c.log.head.Size && c.log.wanted[p.Size] != p {
		return &source.Fault{File: "entries", What: fmt.Sprintf("the log is not the one that was cosigned: the first %d entries have another root", p.Size), Found: c.log.wanted[p.Size].Root.String(), Expected: p.Root.String()}
	}
	if err := c.formerKept(); err != nil {
		return err
	}
	c.result.Removals, c.result.Contributions = c.log.acts.Removals, c.log.acts.Contributions
	return c.log.acts.Unnamed()
}
