package library

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/library"
	"delfi/internal/library/clean"
	"delfi/web/page"
	"delfi/web/ui"
)

// deskView is the desk of a library, or of one of its documents.
type deskView struct {
	consultation.Consultation
	Documents []library.Document
	Public    bool // everybody reads them
	Number    int  // of the one document; 0 on the desk of all
	Seen      int  // its version that the form was begun from
	Form      library.Form
	Reason    string // of its withdrawal
	Problems  ui.Problems
	Stale     *ui.Staleness
	Fault     *fault.Fault // why the document was not withdrawn, where nothing can be mended
}

// deskPath is the desk of a consultation's library.
func deskPath(slug string) string { return "/desk/" + slug + "/library" }

// path is the page's own address.
func (v deskView) path() string {
	if v.Number == 0 {
		return deskPath(v.Slug)
	}
	return deskPath(v.Slug) + "/" + strconv.Itoa(v.Number)
}

// document is the one document of the page.
func (v deskView) document() library.Document {
	at := slices.IndexFunc(v.Documents, func(d library.Document) bool { return d.Number == v.Number })
	if at < 0 {
		return library.Document{}
	}
	return v.Documents[at]
}

// at loads the desk that the address names.
func (c room) at(q *page.Request) (deskView, error) {
	v := deskView{}
	var err error
	if v.Consultation, err = c.Consultations.Latest(q.Context(), q.Actor, q.Param("slug")); err != nil {
		return v, err
	}
	v.Documents, v.Public, err = c.Library.Desk(q.Context(), q.Actor, v.Space)
	return v, err
}

// one loads the desk of the document that the address names.
func (c room) one(q *page.Request) (deskView, error) {
	n, err := number(q, "n")
	if err != nil {
		return deskView{}, err
	}
	v, err := c.at(q)
	if err != nil {
		return v, err
	}
	v.Number = n
	if v.document().Number == 0 {
		return v, fault.New(fault.NotFound, "no_document", "there is no such document")
	}
	v.Seen, v.Form = v.document().Current().Number, library.FormOf(v.document().Current())
	return v, nil
}

func (c room) desk(q *page.Request) error {
	v, err := c.at(q)
	if err != nil {
		return err
	}
	v.Form.Language = v.Language
	return q.Render(http.StatusOK, desk(v))
}

func (c room) edit(q *page.Request) error {
	v, err := c.one(q)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, edit(v))
}

// typed reads a document's form, character by character, and its file; nil without one.
func typed(q *page.Request) (page.Form, library.Form, *library.Upload, error) {
	sent, err := q.Form()
	if err != nil {
		return sent, library.Form{}, nil, err
	}
	f := library.Form{
		Title: sent.Value("title"), Source: sent.Value("source"), Dated: sent.Value("dated"), Language: sent.Value("language"),
		Licence: sent.Value("licence"), Description: strings.ReplaceAll(sent.Value("description"), "\r\n", "\n"), Link: sent.Value("link"),
	}
	if file := q.Uploaded(); file != nil {
		return sent, f, &library.Upload{Name: file.Name, Body: file}, nil
	}
	return sent, f, nil, nil
}

// keeper gives the consultation whose library the actor may change, before a byte of a file
// is read: a stranger's takes no place of those that are awaited.
func (c room) keeper(q *page.Request) (consultation.Consultation, error) {
	of, err := c.Consultations.Latest(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return of, err
	}
	if _, _, err := c.Library.Desk(q.Context(), q.Actor, of.Space); fault.KindOf(err) != fault.Conflict {
		return of, err
	}
	return of, nil // what is too late is told beside what was typed
}

func (c room) add(q *page.Request) error {
	of, err := c.keeper(q)
	if err != nil {
		return err
	}
	_, f, file, err := typed(q)
	if err != nil {
		return err
	}
	added, err := c.Library.Add(q.Context(), q.Actor, of.Space, f, file)
	switch {
	case fault.KindOf(err) == fault.Invalid:
		v, bad := c.at(q)
		if bad != nil {
			return bad
		}
		v.Form, v.Problems = f, problems(q, err)
		return q.Render(http.StatusUnprocessableEntity, desk(v))
	case fault.KindOf(err) == fault.Conflict:
		return lost(q, of, err, f)
	case err != nil:
		return err
	}
	q.Flash(done("library.done.added", added.Removed))
	return q.Redirect(deskPath(of.Slug))
}

func (c room) revise(q *page.Request) error {
	n, err := number(q, "n")
	if err != nil {
		return err
	}
	of, err := c.keeper(q)
	if err != nil {
		return err
	}
	sent, f, file, err := typed(q)
	if err != nil {
		return err
	}
	seen, _ := sent.Int("seen") // none is of no version
	revised, err := c.Library.Revise(q.Context(), q.Actor, of.Space, n, seen, f, file)
	var why *fault.Fault
	switch {
	case err == nil:
		q.Flash(done("library.done.revised", revised.Removed))
		return q.Redirect(deskPath(of.Slug))
	case !errors.As(err, &why):
		return err
	case why.Kind == fault.Invalid, why.Code == "document_changed":
		v, bad := c.one(q)
		if fault.KindOf(bad) == fault.NotFound || bad == nil && v.document().Withdrawn {
			return lost(q, of, err, f)
		}
		if bad != nil {
			return bad
		}
		theirs := v.Form
		v.Form = f
		if why.Kind == fault.Invalid {
			v.Seen, v.Problems = seen, problems(q, err)
			return q.Render(http.StatusUnprocessableEntity, edit(v))
		}
		v.Stale = &ui.Staleness{Fault: why, Changes: ui.Changes(changes(q, theirs, f)...), Theirs: v.path()}
		return q.Render(http.StatusConflict, edit(v))
	case why.Kind == fault.Conflict, why.Code == "no_document":
		return lost(q, of, err, f)
	}
	return err
}

// beforeWithdrawal is the page before a document is withdrawn; in a draft, deleted.
func (c room) beforeWithdrawal(q *page.Request) error {
	v, err := c.one(q)
	if err != nil {
		return err
	}
	if v.document().Withdrawn {
		return fault.New(fault.NotFound, "no_document", "there is no such document")
	}
	return q.Render(http.StatusOK, withdrawalPage(v, v.removal(q)))
}

// removal says what goes and what stays of a document.
func (v deskView) removal(q *page.Request) ui.Removal {
	d := v.document()
	f := v.frame(q)
	if last := &f.Crumbs[len(f.Crumbs)-1]; last.Path == "" {
		last.Path = v.path()
	}
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: v.ends(q, "button")})
	r := ui.Removal{
		Frame: f, Kicker: v.Title, KickerLang: v.Language, Title: v.ends(q, "before"), Words: d.Current().Title, Lang: d.Current().Lang(),
		Goes: []string{v.ends(q, "goes")}, Stays: []string{v.ends(q, "stays")},
		Action: v.path() + "/withdraw", Hidden: [][2]string{{"seen", strconv.Itoa(d.Current().Number)}},
		Button: v.ends(q, "title"), Back: v.path(), BackWords: q.T("library.back_document"), Problems: v.Problems, Gone: d.Withdrawn,
	}
	if v.Fault != nil {
		r.Refused = q.Fault(v.Fault)
	}
	return r
}

func (c room) withdraw(q *page.Request) error {
	sent, err := q.Form()
	if err != nil {
		return err
	}
	n, err := number(q, "n")
	if err != nil {
		return err
	}
	of, err := c.Consultations.Latest(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	seen, _ := sent.Int("seen") // none is of no version
	err = c.Library.Withdraw(q.Context(), q.Actor, of.Space, n, seen, sent.Value("reason"))
	if kind := fault.KindOf(err); kind == fault.Invalid || kind == fault.Conflict {
		v, bad := c.one(q)
		if bad != nil {
			return bad
		}
		v.Reason = sent.Value("reason")
		if kind == fault.Invalid {
			v.Problems = problems(q, err)
			return q.Render(http.StatusUnprocessableEntity, withdrawalPage(v, v.removal(q)))
		}
		errors.As(err, &v.Fault)
		return q.Render(http.StatusConflict, withdrawalPage(v, v.removal(q)))
	}
	if err != nil {
		return err
	}
	q.Flash("library.done.withdrawn")
	return q.Redirect(deskPath(of.Slug))
}

// lost is the page of a document that cannot be stored any more.
func lost(q *page.Request, of consultation.Consultation, err error, f library.Form) error {
	l := ui.Lost{Frame: (deskView{Consultation: of}).frame(q), Next: deskPath(of.Slug)}
	errors.As(err, &l.Fault)
	for _, c := range changes(q, library.Form{}, f) {
		l.Texts = append(l.Texts, ui.Typed{Label: c.Label, Text: c.Mine})
	}
	return q.Render(http.StatusConflict, ui.LostPage(l))
}

// fields are the names of a form's fields, in its order.
var fields = []string{"title", "source", "dated", "language", "licence", "description", "link", "file", "reason"}

// problems are what is to be mended, under the labels of the form.
func problems(q *page.Request, err error) ui.Problems {
	labels := map[string]string{}
	for _, name := range fields {
		labels[name] = q.T("library.field." + name)
	}
	return ui.ProblemsOf(err).Labelled(labels)
}

// changes pairs what stands with what was typed, in the order of the form.
func changes(q *page.Request, theirs, mine library.Form) []ui.Changed {
	pair := func(name, a, b string) ui.Changed {
		return ui.Changed{Label: q.T("library.field." + name), Theirs: a, Mine: b}
	}
	return []ui.Changed{
		pair("title", theirs.Title, mine.Title), pair("source", theirs.Source, mine.Source), pair("dated", theirs.Dated, mine.Dated),
		pair("language", chosen(q, "language", theirs.Language), chosen(q, "language", mine.Language)),
		pair("licence", chosen(q, "licence", theirs.Licence), chosen(q, "licence", mine.Licence)),
		pair("description", theirs.Description, mine.Description), pair("link", theirs.Link, mine.Link),
	}
}

// chosen says a code in words; "" for none.
func chosen(q *page.Request, field, code string) string {
	if code == "" || !slices.Contains(slices.Concat(library.Languages, library.Licences), code) {
		return ""
	}
	return q.T("library." + field + "." + code)
}

// options are the codes of a field to choose from.
func options(q *page.Request, field string, codes []string, now string) []ui.Option {
	out := make([]ui.Option, len(codes))
	for i, code := range codes {
		out[i] = ui.Option{Value: code, Label: q.T("library." + field + "." + code), Chosen: code == now}
	}
	return out
}

// frame is the frame of the page.
func (v deskView) frame(q *page.Request) ui.Frame {
	f := ui.Frame{
		Title: q.T("library.desk") + " · " + v.Title, Section: ui.Desk, Owner: v.AdministrationName,
		Crumbs: []ui.Crumb{
			{Label: q.T("staff.desks.title"), Path: "/desk"},
			{Label: v.Title, Lang: v.Language, Path: "/desk/" + v.Slug},
			{Label: q.T("library.desk")},
		},
	}
	if v.Number > 0 {
		f.Title = v.document().Current().Title + " · " + q.T("library.desk")
		f.Crumbs[2].Path = deskPath(v.Slug)
		f.Crumbs = append(f.Crumbs, ui.Crumb{Label: v.document().Current().Title, Lang: v.document().Current().Lang()})
	}
	return f
}

// fileHint says what files may come, and of one that has a file what it has.
func (v deskView) fileHint(q *page.Request) string {
	text := q.T("library.file_hint", "types", types(), "max", q.Number(library.MaxFile>>20))
	if v.Number > 0 && v.document().Current().IsFile() {
		text = q.T("library.file_now", "file", gives(q, v.document().Current())) + " " + text
	}
	return text
}

// removed says what was taken out of a file; "" for nothing.
func removed(q *page.Request, all []clean.Removed) string {
	if len(all) == 0 {
		return ""
	}
	return q.T(done("library.removed", all))
}

// ends says a part of the form that takes the document away: withdrawn with a reason, or
// deleted while nobody else reads it.
func (v deskView) ends(q *page.Request, part string) string {
	if v.Public {
		return q.T("library.withdraw." + part)
	}
	return q.T("library.delete." + part)
}
