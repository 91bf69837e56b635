package staff

import (
	"context"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/steering"
	"delfi/internal/fault"
	"delfi/internal/prose"
	"delfi/web/page"
)

// publishes publishes the opinion with the administration's texts.
func (d room) publishes(ctx context.Context, q *page.Request, on *steering.Service, slug string, _ int, form page.Form) error {
	texts := consultation.OpinionTexts{Summary: form.Value("summary"), Limitations: form.Value("limitations")}
	err := on.Publish(ctx, q.Actor, slug, texts)
	if fault.KindOf(err) == fault.Conflict && d.published(ctx, q.Actor, slug, texts) {
		return nil // pressed twice: these words are published
	}
	return err
}

// published tells whether an opinion with these texts stands already.
func (d room) published(ctx context.Context, actor account.Actor, slug string, texts consultation.OpinionTexts) bool {
	c, err := d.Consultations.Find(ctx, actor, slug)
	if err != nil || c.PublishedAt.IsZero() {
		return false
	}
	o, _, err := d.Reports.Of(ctx, c.ID)
	return err == nil && o.Texts.Summary == prose.Clean(texts.Summary) && o.Texts.Limitations == prose.Clean(texts.Limitations)
}

func notThere() error {
	return fault.New(fault.NotFound, "not_found", "there is no such page")
}
