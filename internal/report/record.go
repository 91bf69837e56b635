package report

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/tabulation"
	"delfi/internal/fault"
	"delfi/internal/panel/drawing"
	"delfi/internal/platform/postgres"
)

// errNoFile says nothing of whether the file will be public one day.
var errNoFile = fault.New(fault.NotFound, "no_file", "the record has no such file")

// file is one public file and who writes it.
type file struct {
	path  string
	write func(ctx context.Context, tx *postgres.Tx, w io.Writer) error
}

// Files lists the public files of a consultation, by their paths in its folder of
// the record, sorted: a file is there from the moment at which it is public.
// NotFound for a consultation that is not.
func (s *Service) Files(ctx context.Context, slug string) ([]string, error) {
	var paths []string
	err := s.inRecord(ctx, slug, func(_ context.Context, _ *postgres.Tx, files []file) error {
		paths = make([]string, len(files))
		for n, f := range files {
			paths[n] = f.path
		}
		return nil
	})
	slices.Sort(paths)
	return paths, err
}

// Write writes one of Files to w; NotFound for what is not public (yet). Leaves
// are streamed: nothing of a table's size is held.
func (s *Service) Write(ctx context.Context, slug, path string, w io.Writer) error {
	return s.inRecord(ctx, slug, func(ctx context.Context, tx *postgres.Tx, files []file) error {
		for _, f := range files {
			if f.path == path {
				return f.write(ctx, tx, w)
			}
		}
		return errNoFile
	})
}

// Marks lists the marks of a round's ballots that begin with two hex digits, and
// those of them that a later ballot of the same person superseded; both sorted.
// NotFound for a round that is not released, and for another prefix.
func (s *Service) Marks(ctx context.Context, slug, round, prefix string) (marks, superseded []string, err error) {
	if len(prefix) != 2 || strings.Trim(prefix, "0123456789abcdef") != "" {
		return nil, nil, errNoFile
	}
	err = s.inRecord(ctx, slug, func(ctx context.Context, tx *postgres.Tx, files []file) error {
		marks, superseded = []string{}, []string{}
		found := 0
		for _, f := range files {
			var to *[]string
			switch f.path {
			case "rounds/" + round + "/leaves/B":
				to = &marks
			case "rounds/" + round + "/superseded":
				to = &superseded
				found++
			default:
				continue
			}
			if err := beginning(prefix, to, func(w io.Writer) error { return f.write(ctx, tx, w) }); err != nil {
				return err
			}
		}
		if found == 0 {
			return errNoFile
		}
		return nil
	})
	slices.Sort(marks)
	return marks, superseded, err
}

// markSize is the length of a mark in hex.
const markSize = 64

// beginning collects the marks at the beginnings of lines that begin with prefix.
func beginning(prefix string, to *[]string, write func(io.Writer) error) error {
	r, w := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := write(w)
		written <- err
		w.CloseWithError(err)
	}()
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		mark, _, _ := strings.Cut(lines.Text(), " ")
		if len(mark) == markSize && strings.HasPrefix(mark, prefix) {
			*to = append(*to, mark)
		}
	}
	r.CloseWithError(lines.Err())
	if err := <-written; err != nil {
		return err
	}
	return lines.Err()
}

// inRecord runs do with the public files of a consultation, all of one moment.
func (s *Service) inRecord(ctx context.Context, slug string, do func(ctx context.Context, tx *postgres.Tx, files []file) error) error {
	c, err := s.consultations.Find(ctx, account.Actor{}, slug)
	if err != nil {
		return err
	}
	if c.Stage == consultation.Draft {
		return errNoFile
	}
	return s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		files := []file{{"protocol.json", verbatim(c.Protocol.Canonical())}}
		all, err := s.tabulation.Published(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		for _, p := range all {
			files = append(files, s.round(c, p)...)
		}
		drawn, err := drawing.Files(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		for _, f := range drawn {
			files = append(files, file{"draws/" + f.Path, verbatim(f.Text)})
		}
		opinion, err := latest(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if opinion.version > 0 {
			files = append(files, file{"opinion.json", verbatim([]byte(opinion.document))})
		}
		return do(ctx, tx, files)
	})
}

// round lists the files of one closing.
func (s *Service) round(c consultation.Consultation, p tabulation.Public) []file {
	folder := "rounds/" + strconv.Itoa(p.Round) + "/"
	if p.Tick > 0 {
		folder += fmt.Sprintf("releases/%d/", p.Tick)
	}
	var files []file
	for _, name := range p.Papers() {
		files = append(files, file{folder + name, func(ctx context.Context, tx *postgres.Tx, w io.Writer) error {
			return s.tabulation.WritePaper(ctx, tx, p, name, w)
		}})
	}
	if p.Tick > 0 {
		return files
	}
	for _, table := range p.Tables {
		files = append(files, file{folder + "leaves/" + table, func(ctx context.Context, tx *postgres.Tx, w io.Writer) error {
			return s.tabulation.WriteLeaves(ctx, tx, c.ID, p, table, w)
		}})
	}
	return files
}

// verbatim writes a document as it is.
func verbatim(document []byte) func(context.Context, *postgres.Tx, io.Writer) error {
	return func(_ context.Context, _ *postgres.Tx, w io.Writer) error {
		_, err := w.Write(document)
		return err
	}
}
