package moderation

import (
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
	"delfi/web/page"
	"delfi/web/ui"
)

// ownView is what became of the reader's own contributions.
type ownView struct {
	consultation.Consultation
	Alias    string
	Own      []contribution.Contribution
	Fates    []moderation.Fate
	Items    []consultation.Item
	Sent     string // the form that was refused; "" for none
	Words    string // as typed in it
	Fault    *fault.Fault
	Problems ui.Problems
}

// formOf names the form of an appeal on the page.
func formOf(f moderation.Fate) string { return f.Act.ID.String() + "-" + f.Subject.String() }

func (c room) ownOf(q *page.Request) (ownView, pseudonym.Alias, error) {
	found, err := c.load(q)
	if err != nil {
		return ownView{}, pseudonym.Alias{}, err
	}
	v := ownView{Consultation: found}
	alias, err := c.Panel.Alias(q.Context(), q.Actor, found.ID)
	if err != nil {
		return v, alias, err
	}
	v.Alias = alias.Name
	if v.Own, err = c.Contributions.Own(q.Context(), alias, found.ID); err != nil {
		return v, alias, err
	}
	subjects := make([]uuid.UUID, len(v.Own))
	for i, one := range v.Own {
		subjects[i] = one.ID
	}
	if v.Fates, err = c.Moderation.Fates(q.Context(), space.Contribution, found.Space, subjects); err != nil {
		return v, alias, err
	}
	v.Items, err = c.Consultations.Items(q.Context(), found.ID)
	return v, alias, err
}

// own shows the reader's contributions with the acts on them.
func (c room) own(q *page.Request) error {
	v, _, err := c.ownOf(q)
	if err != nil {
		return err
	}
	return q.Render(200, ownPage(v))
}

// raise appeals; a form that is refused comes back with what was typed.
func (c room) raise(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, alias, err := c.ownOf(q)
	if err != nil {
		return err
	}
	q.StandsAt("/consultations/" + v.Slug + "/appeals")
	act, errA := uuid.Parse(form.Value("appeal"))
	subject, errS := uuid.Parse(form.Value("subject"))
	if errA != nil || errS != nil {
		return notThere()
	}
	err = c.Moderation.Raise(q.Context(), alias, act, subject, form.Value("words"))
	var f *fault.Fault
	switch {
	case err == nil:
		q.Flash("moderation.done.raised")
		return q.Redirect("/consultations/" + v.Slug + "/appeals")
	case !errors.As(err, &f) || f.Kind != fault.Invalid && f.Kind != fault.Conflict && f.Code != "appeal_busy":
		return err
	}
	v.Fault, v.Sent, v.Words = f, act.String()+"-"+subject.String(), form.Value("words")
	v.Problems = ui.ProblemsOf(f).Labelled(map[string]string{"words": q.T("moderation.own.words")}).In(v.Sent)
	return q.Render(map[fault.Kind]int{fault.Invalid: 422, fault.Conflict: 409, fault.Unavailable: 503}[f.Kind], ownPage(v))
}

// about are the acts on one contribution, newest first.
func (v ownView) about(id uuid.UUID) []moderation.Fate {
	return slices.DeleteFunc(slices.Clone(v.Fates), func(f moderation.Fate) bool { return f.Subject != id })
}

// statements are those that a contribution went into.
func (v ownView) statements(c contribution.Contribution) []consultation.Item {
	return slices.DeleteFunc(slices.Clone(v.Items), func(i consultation.Item) bool { return !slices.Contains(c.Items, i.ID) })
}

// words are those typed for an appeal.
func (v ownView) words(f moderation.Fate) string {
	if formOf(f) != v.Sent {
		return ""
	}
	return v.Words
}

// deciders says who decides an appeal, and until when it is made.
func deciders(q *page.Request, f moderation.Fate) string {
	list := make([]string, len(f.Deciders))
	for i, d := range f.Deciders {
		list[i] = d.Name
	}
	if len(list) == 0 {
		return q.T("moderation.own.decides_other")
	}
	return q.T("moderation.own.decides", "names", strings.Join(list, ", "))
}

// until says how long an appeal can be made.
func until(q *page.Request, f moderation.Fate) string {
	switch {
	case f.Until.IsZero():
		return q.T("moderation.own.until_told")
	case f.Appeals:
		return q.T("moderation.own.until", "moment", q.Moment(f.Until))
	}
	return q.T("moderation.own.over", "day", q.Day(f.Until))
}

func (v ownView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("moderation.own.title") + " · " + v.Title, Section: ui.Consultations, Owner: v.AdministrationName, Address: v.Address,
		Crumbs: crumbs(q, v.Consultation, q.T("moderation.own.title")),
	}
}
