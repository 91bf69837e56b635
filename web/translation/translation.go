package translation

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation/translation"
	"delfi/internal/fault"
	"delfi/internal/prose"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// view is the page: the sheet, with what was typed and refused.
type view struct {
	translation.Sheet
	At       string // id of the statement whose form was sent; "" for none
	Typed    translation.Words
	Problems ui.Problems
	Stale    *ui.Staleness
}

func (c room) sheet(q *page.Request) error {
	s, err := c.Translations.Sheet(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, sheetPage(view{Sheet: s}))
}

// translate stores the words of one statement, and leads to the next one that lacks some.
func (c room) translate(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	q.StandsAt("/desk/" + q.Param("slug") + "/translations")
	w := typed(form)
	if w.Item, err = uuid.Parse(q.Param("item")); err != nil {
		return fault.New(fault.NotFound, "no_item", "there is no such statement")
	}
	err = c.Translations.Translate(q.Context(), q.Actor, q.Param("slug"), w)
	if f := page.Mendable(err); f != nil {
		return c.refuse(q, w, f)
	}
	if err != nil {
		return err
	}
	s, err := c.Translations.Sheet(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	v := view{Sheet: s}
	q.Flash("translation.stored")
	return q.Redirect(v.path("") + v.next(w.Item))
}

// typed reads a statement's form.
func typed(form page.Form) translation.Words {
	w := translation.Words{Texts: map[string]string{}, Seen: map[string]string{}, Reason: form.Value("reason")}
	w.Version, _ = strconv.Atoi(form.Value("item_version")) // none is no version of anything
	for _, name := range form.Names(textField) {
		lang := strings.TrimPrefix(name, textField)
		w.Texts[lang], w.Seen[lang] = form.Value(name), form.Version(seenField+lang)
	}
	return w
}

// The names of a form's fields, before the language.
const (
	textField = "text."
	seenField = "seen."
)

// refuse shows the page again with what was typed: where it is to be mended, or beside what
// somebody else wrote.
func (c room) refuse(q *page.Request, w translation.Words, f *fault.Fault) error {
	s, err := c.Translations.Sheet(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	v := view{Sheet: s, At: w.Item.String(), Typed: w}
	at := slices.IndexFunc(s.Lines, func(l translation.Line) bool { return l.Item.ID == w.Item })
	if at < 0 || s.Refused != nil {
		l := ui.Lost{Frame: v.frame(q), Fault: f, Next: "/desk/" + s.Consultation.Slug}
		for _, lang := range s.Consultation.Further() {
			l.Texts = append(l.Texts, ui.Typed{Label: dossier.Language(q, lang), Text: w.Texts[lang], Lang: lang})
		}
		return q.Render(http.StatusConflict, ui.LostPage(l))
	}
	line := s.Lines[at]
	if f.Kind == fault.Invalid {
		v.Problems = ui.ProblemsOf(f).Label("reason", q.T("staff.reason")).In(formOf(line))
		for _, lang := range s.Consultation.Further() {
			v.Problems = v.Problems.Label(textField+lang, v.label(q, line, lang))
		}
		return q.Render(http.StatusUnprocessableEntity, sheetPage(v))
	}
	var changes []ui.Changed
	for _, lang := range s.Consultation.Further() {
		changes = append(changes, ui.Changed{Label: dossier.Language(q, lang), Theirs: line.Item.Translations[lang].Text, Mine: w.Texts[lang]})
	}
	v.Stale = &ui.Staleness{Fault: f, Changes: ui.Changes(changes...), Theirs: v.path("")}
	return q.Render(http.StatusConflict, sheetPage(v))
}

func (v view) path(more string) string {
	return "/desk/" + v.Consultation.Slug + "/translations" + more
}

// formOf names the form of a statement on the page.
func formOf(l translation.Line) string { return "s" + strconv.Itoa(l.Item.Number) }

// next is the anchor of the first empty field after a statement, else of the first of all;
// "" when nothing is missing.
func (v view) next(after uuid.UUID) string {
	at := slices.IndexFunc(v.Lines, func(l translation.Line) bool { return l.Item.ID == after })
	for n := range v.Lines {
		l := v.Lines[(at+1+n)%len(v.Lines)]
		if lacks := v.Lacks(l); len(lacks) > 0 {
			return "#" + ui.ID(formOf(l)+"-"+textField+lacks[0])
		}
	}
	return ""
}

// parts gives the statements that lack words, and those that have them all.
func (v view) parts() (lacking, whole []translation.Line) {
	for _, l := range v.Lines {
		if len(v.Lacks(l)) > 0 {
			lacking = append(lacking, l)
		} else {
			whole = append(whole, l)
		}
	}
	return lacking, whole
}

// text is what stands in a field.
func (v view) text(l translation.Line, lang string) string {
	if v.At == l.Item.ID.String() {
		return v.Typed.Texts[lang]
	}
	return l.Item.Translations[lang].Text
}

func (v view) reason(l translation.Line) string {
	if v.At == l.Item.ID.String() {
		return v.Typed.Reason
	}
	return ""
}

// seen is the version of the words that stand in a field.
func seen(l translation.Line, lang string) string {
	return prose.Version(l.Item.Translations[lang].Text)
}

func (v view) label(q *page.Request, l translation.Line, lang string) string {
	return q.T("translation.words", "number", l.Item.Number, "language", dossier.Language(q, lang))
}

// refused says why the reader may not translate.
func (v view) refused(q *page.Request) string {
	if f := (*fault.Fault)(nil); errors.As(v.Refused, &f) {
		return q.Fault(f)
	}
	return ""
}

func (v view) frame(q *page.Request) ui.Frame {
	c := v.Consultation
	return ui.Frame{
		Title: q.T("translation.title") + " · " + c.Title, Section: ui.Desk, Owner: c.AdministrationName, Address: c.Address,
		Crumbs: []ui.Crumb{
			{Label: q.T("staff.desks.title"), Path: "/desk"},
			{Label: c.Title, Lang: c.Language, Path: "/desk/" + c.Slug},
			{Label: q.T("translation.title")},
		},
	}
}
