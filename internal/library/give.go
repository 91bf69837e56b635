package library

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/search"
	"delfi/internal/space"
)

// Give freezes what a space's panel is given to read, in the transaction of its
// announcement: the present version of each document. It gives their digests, by number,
// for the entry of the announcement.
func Give(ctx context.Context, tx *postgres.Tx, space uuid.UUID) ([]string, error) {
	if err := give(ctx, tx, space); err != nil {
		return nil, err
	}
	given, err := Reading(ctx, tx, space)
	if err != nil {
		return nil, err
	}
	digests := make([]string, len(given))
	for i, d := range given {
		digests[i] = d.Current().Digest()
	}
	return digests, nil
}

// Reading lists what a space's panel was given to read, by number: each document with the
// version that was, alone.
func Reading(ctx context.Context, tx *postgres.Tx, space uuid.UUID) ([]Document, error) {
	all, err := list(ctx, tx, space)
	if err != nil {
		return nil, err
	}
	var out []Document
	for _, d := range all {
		for _, v := range d.Versions {
			if v.Given {
				d.Versions = []Version{v}
				out = append(out, d)
				break
			}
		}
	}
	return out, nil
}

// Index makes the documents of a space that everybody may read findable.
func (s *Service) Index(ctx context.Context, tx *postgres.Tx, space uuid.UUID) error {
	g, err := s.owner(ctx, tx, account.Actor{}, space, false)
	if fault.KindOf(err) == fault.NotFound {
		return nil // nobody reads it yet
	}
	if err != nil {
		return err
	}
	return Index(ctx, tx, space, g.Path)
}

// Index does so for a library whose page is at path.
func Index(ctx context.Context, tx *postgres.Tx, space uuid.UUID, path string) error {
	all, err := list(ctx, tx, space)
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Withdrawn {
			continue
		}
		if err := findable(ctx, tx, Ground{Path: path}, d); err != nil {
			return err
		}
	}
	return nil
}

// subject names a document in its space.
func (d Document) subject() space.Subject {
	return space.Subject{Kind: space.Document, ID: d.ID, Space: d.Space}
}

// findable lets a document be found by its words.
func findable(ctx context.Context, tx *postgres.Tx, g Ground, d Document) error {
	v := d.Current()
	return search.Put(ctx, tx, search.Document{
		Subject: d.subject(), Language: v.Language, Title: v.Title, Body: search.Text(v.Source, v.Description),
		Path: fmt.Sprintf("%s#d%d", g.Path, d.Number), Day: v.AddedOn,
	})
}

// unfindable takes a document out of what is found.
func unfindable(ctx context.Context, tx *postgres.Tx, d Document) error {
	return search.Hide(ctx, tx, d.subject())
}
