package report

import (
	"context"

	"delfi/internal/consultation"
	"delfi/internal/platform/postgres"
	"delfi/internal/report/schema"
	"delfi/internal/richtext"
	"delfi/internal/search"
	"delfi/internal/space"
)

// opinionOf names a consultation's opinion in its space.
func opinionOf(c consultation.Consultation) space.Subject {
	return space.Subject{Kind: space.Opinion, ID: c.ID, Space: c.Space}
}

// findable lets an opinion be found by its texts, by the report of the minority and by the
// reasons of its items; items and contributions are found for themselves.
func findable(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, o schema.Opinion) error {
	texts := []string{richtext.Words(o.Texts.Summary), richtext.Words(o.Texts.Limitations), richtext.Words(o.Minority.Text), o.Minority.Reason}
	seen := map[string]bool{} // a reason that was given again counts once
	for _, i := range o.Items {
		for _, round := range i.History {
			for _, r := range round.Reasons {
				if !seen[r.Text] {
					seen[r.Text], texts = true, append(texts, r.Text)
				}
			}
		}
	}
	return search.Put(ctx, tx, search.Document{
		Subject: opinionOf(c), Language: c.Language, Title: c.Title, Body: search.Text(texts...),
		Path: "/consultations/" + c.Slug + "/opinion", Day: c.PublishedAt,
	})
}

// Index makes the published opinion of a consultation findable; without one it does nothing.
func (s *Service) Index(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	last, err := latest(ctx, tx, c.ID)
	if err != nil || last.version == 0 {
		return err
	}
	o, err := parse(last)
	if err != nil {
		return err
	}
	return findable(ctx, tx, c, o)
}
