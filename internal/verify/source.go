package verify

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
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

// small gives a checkpoint, a file of keys or a protocol.
func (c *check) small(name string, most int64) ([]byte, error) {
	f, err := c.open(name, most)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// lines reads a list line by line; each ends with a line feed.
func (c *check) lines(name string, most int, each func(n int, line string) error) error {
	f, err := c.open(name, c.options.Bounds.Document)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	for n := 1; ; n++ {
		line, err := source.Line(in, most)
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil
		case errors.Is(err, io.EOF):
			return &source.Fault{File: name, Line: n, What: "the last line has no end"}
		case err != nil:
			return lineFault(name, "", n, err)
		case n > c.options.Bounds.Listed:
			return &source.Fault{File: name, What: "the list is longer than that of any record may be", Found: fmt.Sprintf("more than %d lines", c.options.Bounds.Listed), Expected: fmt.Sprintf("at most %d", c.options.Bounds.Listed)}
		}
		if err := each(n, string(line[:len(line)-1])); err != nil {
			return err
		}
	}
}

// document reads a JSON document into v, and sees that it is written in the one
// canonical way, with each field of v and no other: two readers cannot see two
// documents in it.
func (c *check) document(name string, v any) ([]byte, error) {
	f, err := c.open(name, c.options.Bounds.Document)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := canonical.Read(f, c.options.Bounds.Document, v)
	return text, malformed(name, 0, err)
}

// malformed puts the fault of a JSON text into the form of a record's.
func malformed(name string, line int, err error) error {
	var f *canonical.Fault
	if !errors.As(err, &f) {
		return err
	}
	return &source.Fault{File: name, Line: line, What: "the document is not written as its form asks, " + f.Error()}
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
	there, last := map[string]bool{}, ""
	err := c.lines(name, lineLeast, func(n int, line string) error {
		full := slug + "/" + line
		if last >= line && n > 1 {
			return &source.Fault{File: name, Line: n, What: "the list is not sorted", Found: source.Short(line), Expected: "a path after " + source.Short(last)}
		}
		if !known[full] {
			return unspoken(full)
		}
		last, there[full] = line, true
		return nil
	})
	if missing(err) {
		return nil // a folder may be kept without its list
	}
	if err != nil {
		return err
	}
	for _, k := range slices.Sorted(maps.Keys(known)) {
		if !there[k] {
			return &source.Fault{File: name, What: "the list leaves out a file that the record speaks of", Found: "", Expected: k}
		}
	}
	return nil
}

func unspoken(name string) *source.Fault {
	f := &source.Fault{File: name, What: "nothing in the record speaks of this file"}
	if _, table, ok := strings.Cut(name, "/leaves/"); ok {
		f.Table, f.What = table, "the rule names no such table: nobody may publish its leaves"
	}
	return f
}
