package contribution

import (
	"context"
	"fmt"

	"delfi/internal/account/office"
	"delfi/internal/consultation"
	"delfi/internal/platform/postgres"
	"delfi/internal/richtext"
	"delfi/internal/search"
	"delfi/internal/space"
)

// subject names a contribution in its space.
func subject(c consultation.Consultation, one Contribution) space.Subject {
	return space.Subject{Kind: space.Contribution, ID: one.ID, Space: c.Space}
}

// findable lets contributions be found while their page shows them to everybody: each under
// its alias and on the day of the release, which is the same for all.
func (s *Service) findable(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	if c.Stage == consultation.Draft {
		return nil
	}
	list, err := listAll(ctx, tx, c.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	public := shown(c) == nil && consultation.CanSee(office.Actor{}, c)
	var docs []search.Document
	var gone []space.Subject
	for _, one := range list {
		if !public || one.Body == "" {
			gone = append(gone, subject(c, one))
			continue
		}
		docs = append(docs, search.Document{
			Subject: subject(c, one), Language: c.Language, Title: one.Alias.Name, Body: richtext.Words(one.Body),
			Path: fmt.Sprintf("/consultations/%s/contributions#c-%s", c.Slug, one.ID), Day: released(c).ReleasedAt,
		})
	}
	if err := search.Drop(ctx, tx, gone...); err != nil {
		return err
	}
	return search.Put(ctx, tx, docs...)
}

// released gives the round with whose release contributions became public.
func released(c consultation.Consultation) consultation.Round {
	if g, err := gather(c); err == nil {
		return g
	}
	return c.Rounds[0] // of a conversation held elsewhere
}
