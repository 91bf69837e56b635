package facilitator

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"delfi/internal/consultation"
	"delfi/internal/consultation/brief"
	"delfi/internal/fault"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// briefView is the page of the words about a round.
type briefView struct {
	brief.Desk
	Typed    map[string]string // by language
	Seen     string            // of the words that the form began from
	Preview  bool              // the words are shown as they will be read
	Problems ui.Problems
	Stale    *ui.Staleness
}

func (c room) briefOf(q *page.Request) (briefView, error) {
	number, err := strconv.Atoi(q.Param("number"))
	if err != nil || strconv.Itoa(number) != q.Param("number") {
		return briefView{}, consultation.ErrNoRound
	}
	d, err := c.Briefs.Desk(q.Context(), q.Actor, q.Param("slug"), number)
	v := briefView{Desk: d, Typed: map[string]string{}, Seen: d.Last().Seen()}
	v.Typed[d.Consultation.First()] = d.Last().Text
	for l, words := range d.Last().Texts {
		v.Typed[l] = words
	}
	return v, err
}

func (c room) brief(q *page.Request) error {
	v, err := c.briefOf(q)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, briefPage(v))
}

// writeBrief shows the words as they will be read, or publishes them; the form comes back filled
// in when it cannot.
func (c room) writeBrief(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := c.briefOf(q)
	if err != nil {
		return err
	}
	now := v.Seen
	v.Seen = form.Version("seen")
	for _, l := range v.languages() {
		v.Typed[l] = form.Value(v.field(l))
	}
	if v.Refused == nil && form.Value("act") == "preview" {
		if _, err = brief.Check(v.Consultation, v.Typed); err == nil {
			v.Preview = true
			return q.Render(http.StatusOK, briefPage(v))
		}
	} else {
		err = c.Briefs.Write(q.Context(), q.Actor, v.Consultation.Slug, v.Round.Number, v.Typed, v.Seen)
	}
	f := page.Mendable(err)
	switch {
	case err == nil:
		q.Flash("facilitator.brief.done")
		return q.Redirect(v.path())
	case f == nil:
		return err
	case f.Kind == fault.Invalid:
		v.Problems = ui.ProblemsOf(f).Labelled(v.labels(q))
		return q.Render(http.StatusUnprocessableEntity, briefPage(v))
	case v.Refused != nil:
		l := ui.Lost{Frame: v.frame(q), Fault: f, Next: "/desk/" + v.Consultation.Slug}
		for _, lang := range v.languages() {
			l.Texts = append(l.Texts, ui.Typed{Label: v.label(q, lang), Text: v.Typed[lang], Lang: lang})
		}
		return q.Render(http.StatusConflict, ui.LostPage(l))
	}
	var changes []ui.Changed
	for _, l := range v.languages() {
		theirs := v.Last().Text
		if l != v.Consultation.First() {
			theirs = v.Last().Texts[l]
		}
		changes = append(changes, ui.Changed{Label: v.label(q, l), Theirs: theirs, Mine: v.Typed[l]})
	}
	v.Seen, v.Stale = now, &ui.Staleness{Fault: f, Lang: v.Consultation.First(), Changes: ui.Changes(changes...), Theirs: v.path()}
	return q.Render(http.StatusConflict, briefPage(v))
}

// languages are those of the consultation, its first one first.
func (v briefView) languages() []string {
	return slices.Concat([]string{v.Consultation.First()}, v.Consultation.Further())
}

// field names the form's field of the words in a language.
func (v briefView) field(lang string) string {
	if lang == v.Consultation.First() {
		return "text"
	}
	return brief.Field(lang)
}

func (v briefView) label(q *page.Request, lang string) string {
	if len(v.Consultation.Further()) == 0 {
		return q.T("facilitator.brief.text")
	}
	return q.T("draft.in_language", "label", q.T("facilitator.brief.text"), "language", dossier.Language(q, lang))
}

func (v briefView) labels(q *page.Request) map[string]string {
	all := map[string]string{}
	for _, l := range v.languages() {
		all[v.field(l)] = v.label(q, l)
	}
	return all
}

// hint says what the words may have, and that those in a further language may be left out.
func (v briefView) hint(q *page.Request, lang string) string {
	if lang == v.Consultation.First() {
		return q.T("facilitator.brief.text_hint", "max", brief.Most)
	}
	return q.T("facilitator.brief.translated_hint")
}

// refused says why the reader may not write; "" where they may.
func (v briefView) refused(q *page.Request) string {
	if f := (*fault.Fault)(nil); errors.As(v.Refused, &f) {
		return q.Fault(f)
	}
	return ""
}

func (v briefView) path() string {
	return "/desk/" + v.Consultation.Slug + "/rounds/" + strconv.Itoa(v.Round.Number) + "/brief"
}

func (v briefView) frame(q *page.Request) ui.Frame {
	c := v.Consultation
	title := q.T("facilitator.brief.title", "number", v.Round.Number)
	return ui.Frame{
		Title: title + " · " + c.Title, Section: ui.Desk, Owner: c.AdministrationName, Address: c.Address,
		Crumbs: []ui.Crumb{{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: c.Title, Lang: c.Language, Path: "/desk/" + c.Slug}, {Label: title}},
	}
}
