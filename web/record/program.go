package record

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/verify"
	"delfi/web/page"
)

const (
	text  = "text/plain; charset=utf-8"
	lines = "application/x-ndjson"
)

func (c room) checkpoint(q *page.Request) error {
	signed, err := c.Record.Checkpoint(q.Context())
	if err != nil {
		return err
	}
	return q.Public(text, false, signed)
}

func (c room) cosigned(q *page.Request) error {
	signed, err := c.Record.Cosigned(q.Context())
	if err != nil {
		return err
	}
	return q.Public(text, false, signed)
}

func (c room) key(q *page.Request) error {
	keys, err := c.Record.VerifierKeys(q.Context())
	if err != nil {
		return err
	}
	return q.Public(text, false, []byte(strings.Join(keys, "\n")+"\n"))
}

// consultations lists the public consultations, one a line, with the folder of each: a
// program could not find it otherwise.
func (c room) consultations(q *page.Request) error {
	list, err := c.list(q.Context())
	if err != nil {
		return err
	}
	return q.Public(lines, false, list)
}

// list writes the list as delfi verify reads it.
func (c room) list(ctx context.Context) ([]byte, error) {
	all, err := c.Consultations.Listed(ctx, account.Actor{})
	if err != nil {
		return nil, err
	}
	var b []byte
	for _, one := range all {
		line, err := verify.Listed{
			ID: one.ID.String(), Opinion: !one.PublishedAt.IsZero(), Protocol: one.ProtocolHash,
			Slug: one.Slug, Stage: string(one.Stage), Title: one.Title,
		}.Line()
		if err != nil {
			return nil, err
		}
		b = append(b, line...)
	}
	return b, nil
}

// tile gives hashes of the tree; a full tile never changes.
func (c room) tile(q *page.Request) error {
	data, full, err := c.Record.Tile(q.Context(), "tile/8/"+q.Param("*"))
	if err != nil {
		return err
	}
	return q.Public("application/octet-stream", full, data)
}

const (
	// pageMost bounds the entries of a page of the log.
	pageMost = 1000
	// pageBytes ends a page with the entry that reaches it.
	pageBytes = 1 << 20
)

// errFull ends a page.
var errFull = errors.New("the page is full")

// entries sends a page of the log: the entries from ≤ n < to, at most limit of them. Its
// Link header names the next page up to the same end, so that all pages together are the
// log of one moment, byte by byte the file "entries" of a downloaded folder.
func (c room) entries(q *page.Request) error {
	size, root, err := c.Record.Present(q.Context())
	if err != nil {
		return err
	}
	from, err := whole(q, "from", 0, 0)
	if err != nil {
		return err
	}
	to, err := whole(q, "to", 0, size)
	if err != nil {
		return err
	}
	limit, err := whole(q, "limit", 1, pageMost)
	if err != nil {
		return err
	}
	if limit > pageMost {
		return fault.Bad(fault.Field{Name: "limit", Code: "out_of_range", Message: fmt.Sprintf("ask for 1 to %d entries, and follow the link to the next page", pageMost), Args: map[string]any{"min": 1, "max": pageMost}})
	}
	from, to = min(from, size), min(to, size)
	// A text that is removed by law adds an entry: the root tells this change too.
	if !q.Fresh(lines, fmt.Sprintf("%s-%d-%d-%d", root, from, to, limit), false) {
		return nil
	}
	next := from
	var b bytes.Buffer
	err = c.Record.Lines(q.Context(), from, min(to, from+limit), func(l ledger.Line) error {
		if b.Len() >= pageBytes {
			return errFull
		}
		text, err := l.JSON()
		if err != nil {
			return err
		}
		next = l.N + 1
		b.Write(text)
		return nil
	})
	if err != nil && !errors.Is(err, errFull) {
		return err
	}
	if from < next && next < to {
		q.W.Header().Set("Link", fmt.Sprintf(`</record/entries?from=%d&to=%d&limit=%d>; rel="next"`, next, to, limit))
	}
	return q.Public(lines, false, b.Bytes())
}

// whole reads a whole number from the query; otherwise is the value of none.
func whole(q *page.Request, name string, least, otherwise int64) (int64, error) {
	text := q.Query(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least {
		return 0, fault.Bad(fault.Field{Name: name, Code: "whole_number", Message: fmt.Sprintf("write a whole number from %d", least)})
	}
	return n, nil
}

// write writes all entries before size, holding one at a time.
func (c room) write(ctx context.Context, size int64, w io.Writer) error {
	return c.Record.Lines(ctx, 0, size, func(l ledger.Line) error {
		b, err := l.JSON()
		if err != nil {
			return err
		}
		_, err = w.Write(b)
		return err
	})
}

// noteSize bounds what a witness posts: a checkpoint with a few lines.
const noteSize = 16 << 10

// cosign stores a witness's line.
func (c room) cosign(q *page.Request) error {
	signed, err := io.ReadAll(io.LimitReader(q.R.Body, noteSize+1))
	if err != nil {
		return err
	}
	if len(signed) > noteSize {
		return fault.New(fault.TooLarge, "too_large", "a checkpoint with its lines is shorter").With("max", noteSize)
	}
	if err := c.Record.Cosign(q.Context(), signed); err != nil {
		return err
	}
	q.W.WriteHeader(204)
	return nil
}

func (c room) files(q *page.Request) error {
	all, err := c.Reports.Files(q.Context(), q.Param("slug"))
	if err != nil {
		return err
	}
	return q.Public(text, false, []byte(strings.Join(all, "\n")+"\n"))
}

// file gives one public file of a consultation.
func (c room) file(q *page.Request) error {
	name := q.Param("*")
	kind := text
	if path.Ext(name) == ".json" {
		kind = "application/json"
	}
	return q.Stream(kind, "", func(w io.Writer) error {
		return c.Reports.Write(q.Context(), q.Param("slug"), name, w)
	})
}

// moment is a consistent part of one state of the log.
type moment struct {
	files  []string // of one consultation
	list   []byte   // of all
	signed []byte   // checkpoint
}

// still reads the files of a consultation, the list and a checkpoint of one moment:
// nothing was released between them.
func (c room) still(q *page.Request, slug string) (m moment, err error) {
	before, err := c.Record.Checkpoint(q.Context())
	for err == nil {
		if m.files, err = c.Reports.Files(q.Context(), slug); err != nil {
			break
		}
		if m.list, err = c.list(q.Context()); err != nil {
			break
		}
		if m.signed, err = c.Record.Checkpoint(q.Context()); err != nil || bytes.Equal(before, m.signed) {
			break
		}
		before = m.signed
	}
	return m, err
}

// zip streams the folder that delfi verify reads: the log and one consultation.
func (c room) zip(q *page.Request) error {
	slug := q.Param("slug")
	m, err := c.still(q, slug)
	if err != nil {
		return err
	}
	size, err := sizeOf(m.signed)
	if err != nil {
		return err
	}
	keys, err := c.Record.VerifierKeys(q.Context())
	if err != nil {
		return err
	}
	witnessed, err := c.Record.Cosigned(q.Context())
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	return q.Stream("application/zip", slug+".zip", func(w io.Writer) error {
		z := zip.NewWriter(w)
		put := func(name string, write func(io.Writer) error) error {
			f, err := z.Create(name)
			if err != nil {
				return err
			}
			return write(f)
		}
		all := func(b []byte) func(io.Writer) error {
			return func(w io.Writer) error { _, err := w.Write(b); return err }
		}
		if err := put("checkpoint", all(m.signed)); err != nil {
			return err
		}
		if err := put("consultations", all(m.list)); err != nil {
			return err
		}
		if witnessed != nil {
			if err := put("cosigned", all(witnessed)); err != nil {
				return err
			}
		}
		if err := put("key", all([]byte(strings.Join(keys, "\n")+"\n"))); err != nil {
			return err
		}
		if err := put("entries", func(w io.Writer) error { return c.write(q.Context(), size, w) }); err != nil {
			return err
		}
		for _, name := range m.files {
			if err := put(slug+"/"+name, func(w io.Writer) error { return c.Reports.Write(q.Context(), slug, name, w) }); err != nil {
				return err
			}
		}
		if err := put(slug+"/files", all([]byte(strings.Join(m.files, "\n")+"\n"))); err != nil {
			return err
		}
		return z.Close()
	})
}

// sizeOf reads the size in a checkpoint of our own.
func sizeOf(signed []byte) (int64, error) {
	parts := strings.SplitN(string(signed), "\n", 3)
	if len(parts) < 3 {
		return 0, fmt.Errorf("our own checkpoint has no size")
	}
	return strconv.ParseInt(parts[1], 10, 64)
}
