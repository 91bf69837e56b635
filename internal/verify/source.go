package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"delfi/internal/delphi/canonical"
)

// documentMost bounds a document that is read whole. Leaves, which may be many,
// are streamed.
const documentMost = 512 << 20

// absent says whether a file is not there.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// open gives a file of the record; the error of one that is not there is a fault.
func (c *check) open(name string) (fs.File, error) {
	if err := c.ctx.Err(); err != nil {
		return nil, err
	}
	f, err := c.files.Open(name)
	if absent(err) {
		return nil, &Fault{File: name, What: fileMissing}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c.at.Files++
	c.at.File = name
	c.result.Files++
	c.tell()
	return f, nil
}

// read gives a file whole.
func (c *check) read(name string) ([]byte, error) {
	f, err := c.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, documentMost+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(b) > documentMost {
		return nil, &Fault{File: name, What: "the document is longer than 512 MiB"}
	}
	return b, nil
}

// maybe gives a file that need not be there; nil when it is not.
func (c *check) maybe(name string) ([]byte, error) {
	b, err := c.read(name)
	if missing(err) {
		return nil, nil
	}
	return b, err
}

// document reads a JSON document into v, and sees that it is written in the one
// canonical way, with no field that v does not have: two readers cannot see two
// documents in it.
func (c *check) document(name string, v any) ([]byte, error) {
	b, err := c.read(name)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return nil, &Fault{File: name, What: "the document cannot be read", Found: err.Error(), Expected: "canonical JSON"}
	}
	again, err := canonical.Marshal(v)
	if err != nil {
		return nil, &Fault{File: name, What: "the document cannot be written again: " + err.Error()}
	}
	if !bytes.Equal(b, again) {
		if f := differing(name, b, again); f != nil {
			f.What = "the document is not written as its form asks, at " + f.What
			return nil, f
		}
		return nil, &Fault{File: name, What: "the document is not canonical JSON"}
	}
	return b, nil
}

// stray finds a file under a consultation that nothing in the record speaks of:
// a table that the rule forbids could lie there unseen.
func (c *check) stray(slug string, known map[string]bool) error {
	if err := c.listed(slug, known); err != nil {
		return err
	}
	dirs, ok := c.files.(fs.ReadDirFS)
	if !ok {
		return nil // an address: what its list does not name cannot be found
	}
	return fs.WalkDir(dirs, slug, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || known[name] || name == slug+"/files" {
			return err
		}
		return unspoken(name)
	})
}

func (c *check) listed(slug string, known map[string]bool) error {
	name := slug + "/files"
	text, err := c.maybe(name)
	if text == nil || err != nil {
		return err // a folder may be kept without its list
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	there := map[string]bool{}
	for n, l := range lines {
		full := slug + "/" + l
		if n > 0 && lines[n-1] >= l {
			return &Fault{File: name, Line: n + 1, What: "the list is not sorted", Found: l, Expected: "a path after " + lines[n-1]}
		}
		if !known[full] {
			return unspoken(full)
		}
		there[full] = true
	}
	for _, k := range slices.Sorted(keysOf(known)) {
		if !there[k] {
			return &Fault{File: name, What: "the list leaves out a file that the record speaks of", Found: "", Expected: k}
		}
	}
	return nil
}

func unspoken(name string) *Fault {
	f := &Fault{File: name, What: "nothing in the record speaks of this file"}
	if _, table, ok := strings.Cut(name, "/leaves/"); ok {
		f.Table, f.What = table, "the rule names no such table: nobody may publish its leaves"
	}
	return f
}
