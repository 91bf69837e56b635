package staff

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/prose"
	"delfi/web/page"
)

// An act on the desk is one use case. When it is refused for something that the
// person can mend (a missing reason, a guard), the desk comes back with the
// fields beside their forms and what was typed in them.
func (d room) act(q *page.Request, done string, use func(ctx context.Context, slug string) error) error {
	slug := q.Param("slug")
	err := use(q.Context(), slug)
	if err == nil {
		q.Flash(done)
		return q.Redirect("/desk/" + slug)
	}
	var f *fault.Fault
	if errors.As(err, &f) && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
		return d.renderDesk(q, f)
	}
	return err
}

func (d room) announce(q *page.Request) error {
	return d.act(q, "staff.done.announced", func(ctx context.Context, slug string) error {
		return d.Consultations.Announce(ctx, q.Actor, slug)
	})
}

func (d room) start(q *page.Request) error {
	return d.act(q, "staff.done.started", func(ctx context.Context, slug string) error {
		return d.Consultations.Start(ctx, q.Actor, slug)
	})
}

func (d room) delete(q *page.Request) error {
	if err := d.Drafts.Delete(q.Context(), q.Actor, q.Param("slug")); err != nil {
		return err
	}
	q.Flash("staff.done.deleted")
	return q.Redirect("/desk")
}

func (d room) suspend(q *page.Request) error {
	return d.reasoned(q, "staff.done.suspended", d.Consultations.Suspend)
}

func (d room) conclude(q *page.Request) error {
	return d.reasoned(q, "staff.done.concluded", d.Consultations.Conclude)
}

func (d room) withdraw(q *page.Request) error {
	return d.reasoned(q, "staff.done.withdrawn", d.Consultations.Withdraw)
}

func (d room) resume(q *page.Request) error {
	return d.act(q, "staff.done.resumed", func(ctx context.Context, slug string) error {
		return d.Consultations.Resume(ctx, q.Actor, slug)
	})
}

func (d room) publish(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	texts := consultation.OpinionTexts{Summary: form.Value("summary"), Limitations: form.Value("limitations")}
	return d.act(q, "staff.done.published", func(ctx context.Context, slug string) error {
		err := d.Consultations.Publish(ctx, q.Actor, slug, texts)
		if fault.KindOf(err) == fault.Conflict && d.published(ctx, q.Actor, slug, texts) {
			return nil // pressed twice: these words are published
		}
		return err
	})
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

func (d room) openRound(q *page.Request) error {
	return d.onRound(q, "staff.done.opened", func(ctx context.Context, slug string, number int, _ page.Form) error {
		return d.Consultations.OpenRound(ctx, q.Actor, slug, number)
	})
}

func (d room) releaseRound(q *page.Request) error {
	return d.onRound(q, "staff.done.released", func(ctx context.Context, slug string, number int, _ page.Form) error {
		return d.Consultations.ReleaseRound(ctx, q.Actor, slug, number)
	})
}

func (d room) closeRound(q *page.Request) error {
	return d.onRound(q, "staff.done.closed", func(ctx context.Context, slug string, number int, form page.Form) error {
		return d.Consultations.CloseRound(ctx, q.Actor, slug, number, form.Value("reason"))
	})
}

func (d room) extendRound(q *page.Request) error {
	return d.onRound(q, "staff.done.extended", func(ctx context.Context, slug string, number int, form page.Form) error {
		days, err := strconv.Atoi(form.Value("days"))
		if err != nil {
			return fault.Bad(fault.Field{Name: "days", Code: "whole_number", Message: "write a whole number of days"})
		}
		from, err := time.Parse(time.RFC3339, form.Value("deadline"))
		if err != nil {
			from = time.Time{}
		}
		return d.Consultations.ExtendRound(ctx, q.Actor, slug, number, days, form.Value("reason"), from)
	})
}

func (d room) decide(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	item, err := uuid.Parse(q.Param("item"))
	if err != nil {
		return notThere()
	}
	return d.act(q, "staff.done.decided", func(ctx context.Context, slug string) error {
		return d.Consultations.Decide(ctx, q.Actor, slug, item, consultation.Decision(form.Value("decision")), form.Value("reason"), form.Value("seen"))
	})
}

func (d room) decideAll(q *page.Request) error {
	return d.act(q, "staff.done.decided_all", func(ctx context.Context, slug string) error {
		return d.Consultations.DecideAsProposed(ctx, q.Actor, slug)
	})
}

// reasoned is an act whose form has a reason alone.
func (d room) reasoned(q *page.Request, done string, use func(context.Context, account.Actor, string, string) error) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	return d.act(q, done, func(ctx context.Context, slug string) error {
		return use(ctx, q.Actor, slug, form.Value("reason"))
	})
}

// onRound is an act on the round that the address names.
func (d room) onRound(q *page.Request, done string, use func(ctx context.Context, slug string, number int, form page.Form) error) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(q.Param("number"))
	if err != nil || strconv.Itoa(number) != q.Param("number") {
		return notThere()
	}
	return d.act(q, done, func(ctx context.Context, slug string) error {
		return use(ctx, slug, number, form)
	})
}

func notThere() error {
	return fault.New(fault.NotFound, "not_found", "there is no such page")
}
