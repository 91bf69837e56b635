package preview

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/delphi"
	"delfi/web/page"
	"delfi/web/participate"
	"delfi/web/participate/gather"
)

// Of draws items as the panel of a consultation is first asked about them.
func Of(c consultation.Consultation, items []consultation.Item) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		starts := c.StartsAt
		if starts.IsZero() {
			starts = page.From(ctx).Now
		}
		return templ.Join(parts(c, items, starts)...).Render(ctx, w)
	})
}

// parts are those of a preview whose rounds begin at an instant.
func parts(c consultation.Consultation, items []consultation.Item, starts time.Time) []templ.Component {
	type drawn struct {
		kind string
		form delphi.Form
	}
	var all []templ.Component
	seen, times, gathers := map[drawn]bool{}, map[string]int{}, false
	for _, r := range consultation.Plan(c.ID, c.Protocol, starts) {
		r.OpenedAt = r.PlannedAt
		if r.Kind == delphi.Gather {
			if !gathers {
				all = append(all, gather.Write(c, r))
			}
			gathers = true
			continue
		}
		p := ballot.Paper{Round: r, Codecs: answer.For(c.Protocol, r.Kind)}
		fresh := map[drawn]bool{}
		for _, i := range items {
			k, _ := c.Protocol.Kind(i.Kind)
			if as := (drawn{k.ID, k.In(r.Kind)}); !seen[as] {
				fresh[as] = true
				i.ID, i.Number = uuid.New(), i.Number+len(items)*times[k.ID] // a page has each id once
				p.Items = append(p.Items, i)
			}
		}
		if len(p.Items) > 0 {
			all = append(all, participate.Paper(c, p))
		}
		for as := range fresh {
			seen[as] = true
			times[as.kind]++
		}
	}
	return all
}
