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

// An act on the desk is one use case, done on the state that the desk showed. When it is
// refused for something that the person can mend (a missing reason, a guard, a state that
// somebody has changed since), the desk comes back with the fields beside their forms and
// what was typed in them.
func (d room) act(q *page.Request, done string, use func(ctx context.Context, on *steering.Service, slug string) error) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	slug := q.Param("slug")
	err = use(q.Context(), d.Consultations.Seen(form.Version("version")), slug)
	if err == nil {
		q.Flash(done)
		return q.Redirect("/desk/" + slug)
	}
	if f := page.Mendable(err); f != nil {
		return d.renderDesk(q, f)
	}
	return err
}

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

func (d room) releaseRound(q *page.Request) error {
	return d.onRound(q, "staff.done.released", func(ctx context.Context, on *steering.Service, slug string, number int, _ page.Form) error {
		return on.ReleaseRound(ctx, q.Actor, slug, number)
	})
}

// onRound is an act on the round that the address names.
func (d room) onRound(q *page.Request, done string, use func(ctx context.Context, on *steering.Service, slug string, number int, form page.Form) error) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	number, err := roundNumber(q)
	if err != nil {
		return err
	}
	return d.act(q, done, func(ctx context.Context, on *steering.Service, slug string) error {
		return use(ctx, on, slug, number, form)
	})
}

func notThere() error {
	return fault.New(fault.NotFound, "not_found", "there is no such page")
}
