package verify

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"delfi/internal/delphi/canonical"
	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/source"
)

// chain is the log as it was checked.
type chain struct {
	head        leaf.Checkpoint
	key         leaf.Key
	cosigners   []leaf.Key
	by          []leaf.Key                // cosigners whose signature was found, on the checkpoint or on cosigned
	cosigned    leaf.Checkpoint           // the newest that bears theirs
	kept        *leaf.Checkpoint          // the one that the reader kept
	wanted      map[int64]leaf.Checkpoint // by size: the log as it stood, for who asks for that size
	successions int64                     // of logs, each by another
	latest      map[string]moment         // by consultation: the newest entry so far
	end         string                    // minute of the newest entry of all
	lives       map[string]*life          // by consultation
	redacted    map[redaction]redacted    // feedback documents from which the law took reasons
}

// redaction names a feedback document by its recorded hash: two consultations may
// have equal ones.
type redaction struct{ consultation, hash string }

// redacted is what the law left of a feedback document.
type redacted struct {
	by    record   // the last removal
	after string   // digest of what it left, hex
	gone  []string // digests of the reasons
}

// record is one entry of the log.
type record struct {
	n int64
	leaf.Entry
	at         time.Time // its minute
	role, kind string
	words      words
	removed    bool // its words were removed by law
}

// line is where the record stands in the file of entries.
func (r record) line() int { return int(r.n) + 1 }

// fault is one about the entry.
func (r record) fault(what, found, expected string) *source.Fault {
	return &source.Fault{File: "entries", Line: r.line(), What: fmt.Sprintf("entry %d (%s): %s", r.n, r.Type, what), Found: found, Expected: expected}
}

// figures reads the body into v.
func (r record) figures(v any) error {
	if err := json.Unmarshal([]byte(r.Body), v); err != nil {
		return r.fault("its figures cannot be read: "+err.Error(), r.Body, "those of its type")
	}
	return nil
}

// words stand beside an entry.
type words struct {
	Name   string `json:"name,omitempty"`
	Target string `json:"target,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// checkpoint is step 1, but for consistency, which needs the entries.
func (c *check) checkpoint() error {
	c.step(1)
	signed, err := c.small("checkpoint")
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
	text, err := c.small("key")
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
	text, err := c.small("cosigned")
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
	c.log.latest, c.log.lives, c.log.redacted = map[string]moment{}, map[string]*life{}, map[redaction]redacted{}
	without := map[int64]record{} // entries whose words are gone, until a removal names them
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
		r, err := readRecord(n, text)
		if err != nil {
			return err
		}
		tree.Add(r.Hash())
		c.result.Entries++
		if r.removed {
			without[n] = r
		}
		if err := c.ordered(r); err != nil {
			return err
		}
		if err := c.replay(r, without); err != nil {
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
	for _, n := range slices.Sorted(func(yield func(int64) bool) {
		for n := range without {
			if !yield(n) {
				return
			}
		}
	}) {
		return without[n].fault("the words beside it are gone, and no removal names it", "", "its words, or an entry that says by which law they were removed")
	}
	return nil
}

// minute is how an entry writes its time.
const minute = "2006-01-02T15:04Z"

// readRecord reads one line of the file of entries.
func readRecord(n int64, line []byte) (record, error) {
	bad := func(what, found, expected string) (record, error) {
		return record{}, &source.Fault{File: "entries", Line: int(n) + 1, What: what, Found: source.Short(found), Expected: expected}
	}
	var l struct {
		N     int64           `json:"n"`
		Entry string          `json:"entry"`
		Salt  []byte          `json:"salt"`
		Words json.RawMessage `json:"words"`
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return bad("the line is no entry", err.Error(), `{"n","entry","salt","words"}`)
	}
	if l.N != n {
		return bad("an entry is out of its place", fmt.Sprintf("number %d", l.N), fmt.Sprintf("number %d", n))
	}
	e, err := leaf.ParseEntry(l.Entry)
	if err != nil {
		return bad(err.Error(), l.Entry, "")
	}
	r := record{n: n, Entry: e}
	if r.at, err = time.Parse(minute, e.Minute); err != nil || r.at.Format(minute) != e.Minute {
		return record{}, r.fault("its minute is not written as one", e.Minute, minute)
	}
	body, err := canonical.Marshal(json.RawMessage(e.Body))
	if err != nil || string(body) != e.Body {
		return record{}, r.fault("its body is not canonical JSON", source.Short(e.Body), source.Short(string(body)))
	}
	var own struct{ Role, Words string }
	if err := r.figures(&own); err != nil {
		return record{}, err
	}
	r.role = own.Role
	if e.Type == "act" || e.Type == "decision" {
		var k struct{ Kind string }
		if err := r.figures(&k); err != nil {
			return record{}, err
		}
		r.kind = k.Kind
	}
	said := len(l.Words) > 0 && string(l.Words) != "null"
	switch {
	case own.Words == "" && said:
		return record{}, r.fault("words stand beside it of which it says nothing", source.Short(string(l.Words)), "none")
	case own.Words == "":
		return r, nil
	case !said:
		r.removed = true
		return r, nil
	}
	text, err := canonical.Marshal(l.Words)
	if err != nil {
		return record{}, r.fault("the words beside it cannot be read", source.Short(string(l.Words)), "")
	}
	if got := leaf.WordsDigest(l.Salt, text); got != own.Words {
		return record{}, r.fault("the words beside it are not those that were recorded: "+source.Short(string(text))+" has another digest", got, own.Words)
	}
	if err := json.Unmarshal(text, &r.words); err != nil {
		return record{}, r.fault("the words beside it cannot be read", source.Short(string(text)), "name, target, reason")
	}
	return r, nil
}
