package public

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/report/schema"
	"delfi/web/dossier"
	"delfi/web/page"
)

// reasonsView is one page of all reasons about one thing.
type reasonsView struct {
	view
	Title   string // of what they are
	Text    string // the statement; "" of a list
	Carried string // its language as it carries it
	Kicker  string
	Columns []dossier.Column // all of them
	At      int              // page, from 1
	Back    string           // page on which the first ones stand
	path    func(n int) string
}

// of is how many pages there are.
func (r reasonsView) of() int { return dossier.Pages(r.Columns) }

// paged gives the page that the address names.
func (r reasonsView) paged(q *page.Request) (reasonsView, error) {
	n, err := strconv.Atoi(q.Param("page"))
	if err != nil || n < 1 || n > r.of() || strconv.Itoa(n) != q.Param("page") || len(r.Columns) == 0 {
		return r, fault.New(fault.NotFound, "no_page", "there is no such page of reasons")
	}
	r.At = n
	return r, nil
}

// firstReasons are those that the page of a round shows, with the way to all.
func (r resultView) firstReasons(q *page.Request, title string, reasons []feedback.Reason, of string) templ.Component {
	return dossier.Reasons(title, dossier.Page(dossier.Columns(reasons), 1), "r-"+of, r.ReasonsPath(r.Round.Number, of, 1), r.Display(q).Reason)
}

// reasons shows all reasons that a released round gathered about an item or a list.
func (c room) reasons(q *page.Request) error {
	v, r, err := c.loader.Numbered(q)
	if err != nil {
		return err
	}
	f, err := c.Archive.Feedback(q.Context(), v.ID, r.Number)
	if err != nil {
		return err
	}
	f = *f.In(v.Language)
	result := resultView{view: view{v}, Round: r, Document: f}
	of := q.Param("of")
	out := reasonsView{view: result.view, Kicker: v.RoundName(q, r), Title: q.T("consultation.paper.reasons"), path: func(n int) string { return v.ReasonsPath(r.Number, of, n) }}
	if n := slices.IndexFunc(f.Items, func(i feedback.ItemResult) bool { return strconv.Itoa(i.Number) == of }); n >= 0 {
		i := f.Items[n]
		out.Title, out.Text, out.Carried, out.Columns = result.reasonsTitle(q, v.FormIn(i.Kind, r.Number)), strconv.Itoa(i.Number)+". "+i.Text, i.Language, dossier.Columns(i.Reasons)
	} else {
		out.Columns = dossier.Columns(result.listReasons(of))
	}
	out.Back = v.Path("/rounds/" + strconv.Itoa(r.Number) + "#r-" + of)
	if out, err = out.paged(q); err != nil {
		return err
	}
	return q.Render(200, reasons(out))
}

// opinionReasons shows all reasons about an item of the published opinion, its dissent first.
func (c room) opinionReasons(q *page.Request) error {
	o, err := c.published(q)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(o.Opinion.Items, func(i schema.Item) bool { return strconv.Itoa(i.Number) == q.Param("of") })
	if n < 0 {
		return fault.New(fault.NotFound, "no_page", "there is no such page of reasons")
	}
	i := o.Opinion.Items[n]
	out := reasonsView{
		view: o.view, Kicker: q.T("consultation.step.opinion"), Title: q.T("consultation.paper.reasons"), Text: strconv.Itoa(i.Number) + ". " + i.Text, Carried: i.Language,
		Columns: o.everyReason(i), Back: o.view.Path("/opinion#a" + strconv.Itoa(i.Number)), path: func(n int) string { return o.view.OpinionReasonsPath(i.Number, n) },
	}
	if out, err = out.paged(q); err != nil {
		return err
	}
	return q.Render(200, reasons(out))
}

// everyReason are all reasons about an item: of a question in words those of its last round,
// of a list's item those about the list, of any other its dissent and then the rest, by side.
func (o opinionView) everyReason(i schema.Item) []dossier.Column {
	switch {
	case o.form(i) == delphi.TextForm:
		last, _ := i.Last()
		return dossier.Columns(last.Reasons)
	case o.borne(i):
		return dossier.Columns(o.listReasons(i))
	}
	return dossier.Joined(append(dissentColumns(i.Dissent), unsaidColumn(i.Dissent)...), rest(i))
}
