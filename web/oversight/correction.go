package oversight

import (
	"net/http"

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
	Now, Reason string // as typed
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
	v.Now = *v.Words(v.Text)
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
	typed := correction.Correction{Text: text, Now: form.Value("now"), Reason: form.Value("reason"), Seen: form.Version("version")}
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
	v.Now, v.Reason = typed.Now, typed.Reason
	switch {
	case f.Kind == fault.Invalid:
		v.Problems = ui.ProblemsOf(f).Labelled(v.labels(q))
		return q.Render(http.StatusUnprocessableEntity, editorPage(v))
	case v.open(text) == nil:
		v.Changed = &ui.Staleness{Fault: f, Lang: v.Language, Theirs: v.path("/" + string(text)), Changes: ui.Changes(ui.Changed{Label: v.label(q, text), Theirs: *v.Words(text), Mine: v.Now})}
		return q.Render(http.StatusConflict, editorPage(v))
	}
	return q.Render(http.StatusConflict, ui.LostPage(ui.Lost{Frame: v.frame(q), Fault: f, Next: v.path(""), Texts: []ui.Typed{
		{Label: v.label(q, text), Text: v.Now, Lang: v.Language}, {Label: q.T("staff.reason_public"), Text: v.Reason, Lang: v.Language},
	}}))
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
	return map[string]string{"now": q.T("oversight.correct.now"), "reason": q.T("staff.reason_public")}
}

// version is that of the words which the form shows beside it.
func (v editorView) version() string { return correction.Version(*v.Words(v.Text)) }

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
