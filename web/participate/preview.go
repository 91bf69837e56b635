package participate

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/web/dossier"
	"delfi/web/page"
)

// Paper draws the questions of a paper as its reader finds them, by the templates of the form
// itself. Its fields are disabled, and stand in no form: nothing is sent.
func Paper(c consultation.Consultation, paper ballot.Paper) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		p := &paperView{view: view{dossier.View{Consultation: c}}, All: true, Paper: paper}
		p.sheet = sheetOf(new(sheets), p.Consultation, p.Paper, page.From(ctx).Reading())
		return preview(p).Render(ctx, w)
	})
}
