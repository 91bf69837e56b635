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
	"delfi/internal/verify/source"
)

// open gives a file of the record of at most so many bytes; the error of one that is
// not there, or is no regular file, is a fault.
func (c *check) open(name string, most int64) (io.ReadCloser, error) {
	if err := c.ctx.Err(); err != nil {
		return nil, err
	}
	f, err := c.files.Open(name)
	var fault *source.Fault
	switch {
	case source.Absent(err):
		return nil, &source.Fault{File: name, What: fileMissing}
	case errors.As(err, &fault):
		return nil, fault
	case err != nil:
		return nil, source.Unreadable(name, err)
	}
	// A file that is being transferred has no Stat.
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		return nil, errors.Join(source.Irregular(name), f.Close())
	}
	c.at.Files++
	c.at.File = name
	if c.result.Files++; c.result.Files > c.options.Bounds.Files {
		return nil, errors.Join(&source.Fault{File: name, What: "the record has more files than are read of one", Expected: fmt.Sprintf("at most %d", c.options.Bounds.Files)}, f.Close())
	}
	c.tell()
	return c.meter.File(f, name, most), nil
}

// read gives a file whole.
func (c *check) read(name string) ([]byte, error) {
	return c.readUpTo(name, c.options.Bounds.Document)
}

// small gives a checkpoint or a file of keys.
func (c *check) small(name string) ([]byte, error) {
	return c.readUpTo(name, c.options.Bounds.Small)
}

func (c *check) readUpTo(name string, most int64) ([]byte, error) {
	f, err := c.open(name, most)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
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
	if elements, objects := source.Weigh(b); elements > c.options.Bounds.Elements || objects > c.options.Bounds.Objects {
		return nil, &source.Fault{File: name, What: "the document has more values than any of its kind may have", Found: fmt.Sprintf("%d values, %d objects", elements, objects), Expected: fmt.Sprintf("at most %d and %d", c.options.Bounds.Elements, c.options.Bounds.Objects)}
	}
	if err := json.Unmarshal(b, v); err != nil {
		return nil, &source.Fault{File: name, What: "the document cannot be read", Found: err.Error(), Expected: "canonical JSON"}
	}
	// Fields that are not written would all be written again: no canonical document
	// grows by more than its escapes.
	if loose, err := json.Marshal(v); err == nil && len(loose) > 6*len(b) {
		return nil, &source.Fault{File: name, What: "the document is not written as its form asks: fields are missing", Found: source.Short(string(b))}
	}
	again, err := canonical.Marshal(v)
	if err != nil {
		return nil, &source.Fault{File: name, What: "the document cannot be written again: " + err.Error()}
	}
	if !bytes.Equal(b, again) {
		if f := differing(name, b, again); f != nil {
			f.What = "the document is not written as its form asks, at " + f.What
			return nil, f
		}
		return nil, &source.Fault{File: name, What: "the document is not canonical JSON"}
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
	names := 0
	return fs.WalkDir(dirs, slug, func(name string, d fs.DirEntry, err error) error {
		if names++; names > c.options.Bounds.Listed {
			return &source.Fault{File: slug, What: "the folder holds more names than a record may have", Expected: fmt.Sprintf("at most %d", c.options.Bounds.Listed)}
		}
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
	if n := bytes.Count(text, []byte("\n")); n > c.options.Bounds.Listed {
		return tooLong(name, n, c.options.Bounds.Listed)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	there := map[string]bool{}
	for n, l := range lines {
		full := slug + "/" + l
		if n > 0 && lines[n-1] >= l {
			return &source.Fault{File: name, Line: n + 1, What: "the list is not sorted", Found: l, Expected: "a path after " + lines[n-1]}
		}
		if !known[full] {
			return unspoken(full)
		}
		there[full] = true
	}
	for _, k := range slices.Sorted(keysOf(known)) {
		if !there[k] {
			return &source.Fault{File: name, What: "the list leaves out a file that the record speaks of", Found: "", Expected: k}
		}
	}
	return nil
}

func tooLong(name string, lines, most int) *source.Fault {
	return &source.Fault{File: name, What: "the list is longer than that of any record may be", Found: fmt.Sprintf("%d lines", lines), Expected: fmt.Sprintf("at most %d", most)}
}

func unspoken(name string) *source.Fault {
	f := &source.Fault{File: name, What: "nothing in the record speaks of this file"}
	if _, table, ok := strings.Cut(name, "/leaves/"); ok {
		f.Table, f.What = table, "the rule names no such table: nobody may publish its leaves"
	}
	return f
}
