package oversight

import (
	"net/http"
	"strings"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/correction"
	"delfi/internal/fault"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// correctionsView is the page of a consultation's texts that can be corrected.
type correctionsView struct {
	consultation.Consultation
	Made []correction.Made // newest first
}

// editorView is the form of one text.
type editorView struct {
	correctionsView
	Text        consultation.Text
	Now, Reason string            // as typed
	In          map[string]string // as typed, by further language
	Problems    ui.Problems
	Changed     *ui.Staleness // words that somebody else stored meanwhile; nil for none
}

func (c room) correctionsOf(q *page.Request) (correctionsView, error) {
	of, made, err := c.Corrections.Desk(q.Context(), q.Actor, q.Param("slug"))
	return correctionsView{of, made}, err
}

func (c room) corrections(q *page.Request) error {
	v, err := c.correctionsOf(q)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, correctionsPage(v))
}

// editor is the page of a text; Conflict where it cannot be corrected by now.
func (c room) editor(q *page.Request) error {
	v, err := c.editorOf(q)
	if err != nil {
		return err
	}
	if err := v.open(v.Text); err != nil {
		return err
	}
	v.Now, v.In = *v.Words(v.Text), map[string]string{}
	for _, l := range v.Further() {
		v.In[l] = v.was(l)
	}
	return q.Render(http.StatusOK, editorPage(v))
}

// editorOf reads the text that the address names.
func (c room) editorOf(q *page.Request) (editorView, error) {
	v := editorView{Text: consultation.Text(q.Param("text"))}
	var err error
	if v.correctionsView, err = c.correctionsOf(q); err != nil {
		return v, err
	}
	if v.Words(v.Text) == nil {
		return v, fault.New(fault.NotFound, "not_found", "there is no such text")
	}
	return v, nil
}

// open tells whether a text can be corrected now: nil, or why not.
func (v correctionsView) open(text consultation.Text) error {
	if _, _, err := v.Stage.Step(consultation.ActCorrect, account.Administrator); err != nil {
		return err
	}
	return v.Correctable(text)
}

// correct gives the text other words; the form comes back filled in when it cannot.
func (c room) correct(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	slug, text := q.Param("slug"), consultation.Text(q.Param("text"))
	typed := correction.Correction{Text: text, Now: form.Value("now"), In: map[string]string{}, Reason: form.Value("reason"), Seen: form.Version("version")}
	for _, name := range form.Names(nowField) {
		typed.In[strings.TrimPrefix(name, nowField)] = form.Value(name)
	}
	err = c.Corrections.Correct(q.Context(), q.Actor, slug, typed)
	f := page.Mendable(err)
	if f == nil {
		if err != nil {
			return err
		}
		q.Flash("oversight.correct.done")
		return q.Redirect("/desk/" + slug + "/corrections")
	}
	v, err := c.editorOf(q)
	if err != nil {
		return err
	}
	v.Now, v.In, v.Reason = typed.Now, typed.In, typed.Reason
	switch {
	case f.Kind == fault.Invalid:
		v.Problems = ui.ProblemsOf(f).Labelled(v.labels(q))
		return q.Render(http.StatusUnprocessableEntity, editorPage(v))
	case v.open(text) == nil:
		v.Changed = &ui.Staleness{Fault: f, Theirs: v.path("/" + string(text)), Changes: v.changes(q)}
		return q.Render(http.StatusConflict, editorPage(v))
	}
	lost := []ui.Typed{{Label: v.label(q, text), Text: v.Now, Lang: v.First()}}
	for _, l := range v.Further() {
		lost = append(lost, ui.Typed{Label: v.label(q, text) + " · " + dossier.Language(q, l), Text: v.In[l], Lang: l})
	}
	lost = append(lost, ui.Typed{Label: q.T("staff.reason_public"), Text: v.Reason, Lang: v.First()})
	return q.Render(http.StatusConflict, ui.LostPage(ui.Lost{Frame: v.frame(q), Fault: f, Next: v.path(""), Texts: lost}))
}

// nowField begins the names of the fields of new words in further languages.
var nowField = correction.Field("")

// was is what the text says in a further language; "" where it reads the first's.
func (v editorView) was(lang string) string { return v.Translations[lang][v.Text.Field()] }

// changes are the words that somebody else stored meanwhile, beside those that were typed.
func (v editorView) changes(q *page.Request) []ui.Changed {
	all := []ui.Changed{{Label: v.label(q, v.Text), Theirs: *v.Words(v.Text), Mine: v.Now, Lang: v.First()}}
	for _, l := range v.Further() {
		all = append(all, ui.Changed{Label: dossier.Language(q, l), Theirs: v.was(l), Mine: v.In[l], Lang: l})
	}
	return ui.Changes(all...)
}

// hint says what is read in a further language whose field is left empty.
func (v editorView) hint(q *page.Request, lang string) string {
	if lang == v.First() {
		return ""
	}
	return q.T("oversight.correct.now_hint", "language", dossier.Language(q, v.First()))
}

// rows is the height of a field of the text.
func (v editorView) rows() int {
	if v.Text == consultation.BackgroundText {
		return 12
	}
	return 2
}

// now labels the field of the new words in a language.
func (v editorView) now(q *page.Request, lang string) string {
	if len(v.Further()) == 0 {
		return q.T("oversight.correct.now")
	}
	return q.T("oversight.correct.now_in", "language", dossier.Language(q, lang))
}

// label names a text as the draft's form does.
func (v correctionsView) label(q *page.Request, text consultation.Text) string {
	path := string(text)
	switch text {
	case consultation.ActText, consultation.SignatoryText, consultation.MoneyText, consultation.LeftOutText:
		path = "commitment_" + path
	}
	return dossier.FieldName(q, path, len(v.Protocol.Languages))
}

func (v editorView) labels(q *page.Request) map[string]string {
	out := map[string]string{"now": v.now(q, v.First()), "reason": q.T("staff.reason_public")}
	for _, l := range v.Further() {
		out[correction.Field(l)] = v.now(q, l)
	}
	return out
}

// version is that of the words which the form shows beside it.
func (v editorView) version() string { return correction.Version(v.Consultation, v.Text) }

func (v correctionsView) path(more string) string { return "/desk/" + v.Slug + "/corrections" + more }

// by says who corrected a text, in which role.
func (v correctionsView) by(q *page.Request, m correction.Made) string {
	return q.T("oversight.correct.by", "name", ui.In(ui.NameLanguage, m.Entry.Name), "role", q.T("staff.role."+m.Entry.Role), "day", q.Day(m.Entry.Minute))
}

func (v correctionsView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("oversight.correct.title") + " · " + v.Title, Section: ui.Desk, Owner: v.AdministrationName, Address: v.Address,
		Crumbs: []ui.Crumb{
			{Label: q.T("staff.desks.title"), Path: "/desk"},
			{Label: v.Title, Lang: v.Language, Path: "/desk/" + v.Slug},
			{Label: q.T("oversight.correct.title")},
		},
	}
}

func (v editorView) frame(q *page.Request) ui.Frame {
	f := v.correctionsView.frame(q)
	f.Title = v.label(q, v.Text) + " · " + f.Title
	f.Crumbs[2].Path = v.path("")
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: v.label(q, v.Text)})
	return f
}
