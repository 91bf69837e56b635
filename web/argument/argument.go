package argument

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/strongest"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
	"delfi/web/page"
	"delfi/web/ui"
)

// view is the page, with what was typed and refused.
type view struct {
	strongest.Desk
	Search   string
	At       string // form that was sent; "" for none
	Typed    strongest.Mark
	Problems ui.Problems
	Fault    *fault.Fault // why nothing was marked, where no field can be mended
}

const (
	// shown is how many arguments of a side the page shows.
	shown = 50
	// sought is the kind of the cookies that have what is looked for.
	sought = "arguments"
)

func (c room) desk(q *page.Request) error {
	d, err := c.Strongest.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, deskPage(view{Desk: d, Search: q.Cookies.Sought(sought, d.Consultation.Slug)}))
}

// find keeps what is looked for until another is, or nothing.
func (c room) find(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	d, err := c.Strongest.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	words := form.Value("words")
	if form.Value("do") == "all" {
		words = ""
	}
	if err := q.Cookies.Seek(sought, d.Consultation.Slug, words); err != nil {
		return err
	}
	return q.Redirect(view{Desk: d}.path(""))
}

// mark marks an argument, or takes a mark back; the page comes back filled in where it cannot.
func (c room) mark(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	slug := q.Param("slug")
	q.StandsAt("/desk/" + slug + "/arguments")
	m := strongest.Mark{Side: delphi.Side(q.Param("side")), Argument: form.Value("argument"), Reason: form.Value("reason"), Seen: form.Value("seen")}
	if m.Item, err = strconv.Atoi(q.Param("item")); err != nil {
		return fault.New(fault.NotFound, "no_item", "there is no such statement")
	}
	err = c.Strongest.Mark(q.Context(), q.Actor, slug, m)
	f := page.Mendable(err)
	if f == nil {
		if err != nil {
			return err
		}
		q.Flash("argument.marked")
		return q.Redirect("/desk/" + slug + "/arguments#" + formOf(m.Item, m.Side))
	}
	d, err := c.Strongest.Desk(q.Context(), q.Actor, slug)
	if err != nil {
		return err
	}
	v := view{Desk: d, Search: q.Cookies.Sought(sought, slug), At: formOf(m.Item, m.Side), Typed: m}
	if d.Refused != nil || !slices.ContainsFunc(d.Options, func(i feedback.ItemResult) bool { return i.Number == m.Item }) {
		return q.Render(http.StatusConflict, ui.LostPage(ui.Lost{Frame: v.frame(q), Fault: f, Next: "/desk/" + slug, Texts: []ui.Typed{
			{Label: q.T("staff.reason"), Text: m.Reason, Lang: d.Consultation.Language},
		}}))
	}
	if f.Kind == fault.Invalid {
		v.Problems = ui.ProblemsOf(f).Labelled(map[string]string{"argument": q.T("argument.which"), "reason": q.T("staff.reason_public")}).In(v.At)
		return q.Render(http.StatusUnprocessableEntity, deskPage(v))
	}
	v.Fault = f
	return q.Render(http.StatusConflict, deskPage(v))
}

// formOf names the form of a side of an option on the page.
func formOf(item int, side delphi.Side) string { return "o" + strconv.Itoa(item) + "-" + string(side) }

func (v view) path(more string) string { return "/desk/" + v.Consultation.Slug + "/arguments" + more }

func (v view) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("argument.title") + " · " + v.Consultation.Title, Section: ui.Desk, Owner: v.Consultation.AdministrationName,
		Crumbs: []ui.Crumb{
			{Label: q.T("staff.desks.title"), Path: "/desk"},
			{Label: v.Consultation.Title, Lang: v.Consultation.Language, Path: "/desk/" + v.Consultation.Slug},
			{Label: q.T("argument.title")},
		},
	}
}

// refused says why nothing is marked now.
func (v view) refused(q *page.Request) string {
	var f *fault.Fault
	if errors.As(v.Refused, &f) {
		return q.Fault(f)
	}
	return ""
}

// arguments are those of a side of an option that have every word that is looked for, each
// once, and how many are not shown.
func (v view) arguments(i feedback.ItemResult, side delphi.Side) (all []feedback.Given, left int) {
	words := strings.Fields(strings.ToLower(v.Search))
	for _, g := range feedback.Alike(i.Reasons) {
		text := strings.ToLower(g.Text)
		if g.Side != side || g.Text == "" || slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			continue
		}
		all = append(all, g)
	}
	left = max(0, len(all)-shown)
	return all[:len(all)-left], left
}

// options are the arguments to choose from; who has marked one may take the mark back.
func (v view) options(q *page.Request, i feedback.ItemResult, side delphi.Side, all []feedback.Given) []ui.Option {
	now := v.Marked(i.Number, side)
	if v.At == formOf(i.Number, side) {
		now = v.Typed.Argument
	}
	var out []ui.Option
	for _, g := range all {
		digest := leaf.Digest([]byte(g.Text))
		out = append(out, ui.Option{Value: digest, Label: g.Text, Lang: v.Consultation.Lang(g.Lang), Chosen: now == digest})
	}
	if v.Marked(i.Number, side) != strongest.None {
		out = append(out, ui.Option{Value: strongest.None, Label: q.T("argument.none"), Chosen: now == strongest.None})
	}
	return out
}

// typed is the reason in a form: as it was sent, "" in every other.
func (v view) typed(form string) string {
	if v.At == form {
		return v.Typed.Reason
	}
	return ""
}

// held is the mark of a side of an option that holds; false for none, or one whose words the
// law removed.
func (v view) held(item int, side delphi.Side) (strongest.Case, bool) {
	at := slices.IndexFunc(v.Cases, func(c strongest.Case) bool { return c.Item == item && c.Side == side && c.Text != "" })
	if at < 0 {
		return strongest.Case{}, false
	}
	return v.Cases[at], true
}
