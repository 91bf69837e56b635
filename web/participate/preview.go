package participate

import (
	"context"
	"io"
	"slices"

	"github.com/a-h/templ"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/web/dossier"
	"delfi/web/page"
)

// Preview draws items as the panel of a consultation is asked about them in its first round of
// answers, by the templates of the form itself. Its fields are disabled: nothing is sent.
func Preview(c consultation.Consultation, items []consultation.Item) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		p := &paperView{view: view{dossier.View{Consultation: c}}, All: true}
		n := 1 + slices.IndexFunc(c.Protocol.Rounds, func(r protocol.RoundPlan) bool { return r.Kind != delphi.Gather })
		kind := c.Protocol.Round(n).Kind
		p.Paper = ballot.Paper{Items: items, Round: consultation.Round{Number: n, Kind: kind}, Codecs: answer.For(c.Protocol, kind)}
		p.sheet = sheetOf(new(sheets), p.Paper, page.From(ctx).Lang)
		return preview(p).Render(ctx, w)
	})
}
