package leaf

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is the log at one size, as its key and its cosigners sign it (the
// C2SP form).
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// Text is the checkpoint's three lines.
func (c Checkpoint) Text() string { return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root) }

// ParseCheckpoint reads the text of a checkpoint. Further lines are refused: Delfi
// writes none, and what nobody reads nobody should have signed.
func ParseCheckpoint(text string) (Checkpoint, error) {
	l := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(l) != 3 || l[0] == "" {
		return Checkpoint{}, fmt.Errorf("a checkpoint has three lines, origin, size and root; this has %d", len(l))
	}
	c := Checkpoint{Origin: l[0]}
	var err error
	if c.Size, err = strconv.ParseInt(l[1], 10, 64); err != nil || c.Size < 0 {
		return Checkpoint{}, fmt.Errorf("line 2: %q is no size", l[1])
	}
	if c.Root, err = tlog.ParseHash(l[2]); err != nil {
		return Checkpoint{}, fmt.Errorf("line 3: %q is no root", l[2])
	}
	if c.Text() != text {
		return Checkpoint{}, fmt.Errorf("the checkpoint is not written as it is signed")
	}
	return c, nil
}

// Key is a verifier key, "name+hash+key" as note has it.
type Key struct {
	Text string
	Name string

	verifier note.Verifier
}

// ParseKey reads a verifier key.
func ParseKey(text string) (Key, error) {
	v, err := note.NewVerifier(text)
	if err != nil {
		return Key{}, fmt.Errorf("%q is no verifier key", text)
	}
	return Key{Text: text, Name: v.Name(), verifier: v}, nil
}

// Signed is a note whose signatures were checked.
type Signed struct {
	Text string
	By   []Key    // those of the given keys that signed it
	Else []string // names under further signatures, which nothing proves
}

// Bears says whether the key signed.
func (s Signed) Bears(k Key) bool {
	return slices.ContainsFunc(s.By, func(b Key) bool { return b.Text == k.Text })
}

// Open checks a note against keys. A signature of one of them that is wrong is an
// error; one of a key that is not among them proves nothing and is only named.
func Open(signed []byte, keys ...Key) (Signed, error) {
	var known []note.Verifier
	for n, k := range keys {
		// A key given twice would be ambiguous to note.
		if !slices.ContainsFunc(keys[:n], func(b Key) bool { return b.Text == k.Text }) {
			known = append(known, k.verifier)
		}
	}
	n, err := note.Open(signed, note.VerifierList(known...))
	var unsigned *note.UnverifiedNoteError
	if errors.As(err, &unsigned) {
		n, err = unsigned.Note, nil
	}
	if err != nil {
		return Signed{}, err
	}
	out := Signed{Text: n.Text}
	for _, s := range n.Sigs {
		for _, k := range keys {
			if k.Name == s.Name && k.verifier.KeyHash() == s.Hash && !out.Bears(k) {
				out.By = append(out.By, k)
			}
		}
	}
	for _, s := range n.UnverifiedSigs {
		out.Else = append(out.Else, s.Name)
	}
	return out, nil
}
