package lifecycle

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/consultation"
	"delfi/internal/platform/postgres"
	"delfi/internal/richtext"
	"delfi/internal/search"
	"delfi/internal/space"
)

// Index makes what anybody may read of a consultation findable: its words and commitment,
// and its items, each on the page that shows it. An item is found from the release of the
// first round that asked it, in the words of the last; once an opinion is published, there.
func Index(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	if !consultation.CanSee(office.Actor{}, c) {
		return nil
	}
	published := !c.PublishedAt.IsZero()
	docs := []search.Document{{
		Subject: space.Subject{Kind: space.Consultation, ID: c.ID, Space: c.Space}, Language: c.Language, Title: c.Title,
		Body: search.Text(c.Question, richtext.Words(c.Background), c.Commitment.Quotation, c.Commitment.Subject, c.Commitment.Decider),
		Path: "/consultations/" + c.Slug, Day: c.AnnouncedAt,
	}}
	list, err := publicItems(ctx, tx, c.ID, published)
	if err != nil {
		return err
	}
	for _, it := range list {
		path, day := fmt.Sprintf("/consultations/%s/rounds/%d#a%d", c.Slug, it.round, it.number), it.released
		if published {
			path, day = fmt.Sprintf("/consultations/%s/opinion#a%d", c.Slug, it.number), c.PublishedAt
		}
		title, body := search.Headline(it.text)
		docs = append(docs, search.Document{
			Subject: space.Subject{Kind: space.Item, ID: it.id, Space: c.Space}, Language: c.Language,
			Title: fmt.Sprintf("%d. %s", it.number, title), Body: body, Path: path, Day: day,
		})
	}
	return search.Put(ctx, tx, docs...)
}

// publicItem is an item on the page that shows it last.
type publicItem struct {
	id       uuid.UUID
	number   int
	text     string
	round    int // number; 0 when no round asked it
	released time.Time
}
