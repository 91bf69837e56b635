package queue

import (
	"errors"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/space"
	"delfi/web/page"
	"delfi/web/ui"
)

// appealsView is the page of appeals.
type appealsView struct {
	Consultation consultation.Consultation
	Pleas        []moderation.Plea
	Sent         string // the form that was refused; "" for none
	Outcome      string // as chosen in it
	Words        string // as typed in it
	Fault        *fault.Fault
	Problems     ui.Problems
}

// formOf names the form of an appeal on the page.
func formOf(p moderation.Plea) string { return p.Act.ID.String() + "-" + p.Subject.String() }

func (d room) appealsOf(q *page.Request) (appealsView, error) {
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return appealsView{}, err
	}
	v := appealsView{Consultation: c}
	v.Pleas, err = d.Moderation.Pleas(q.Context(), q.Actor, space.Contribution, c.Space)
	return v, err
}

func (d room) appeals(q *page.Request) error {
	v, err := d.appealsOf(q)
	if err != nil {
		return err
	}
	return q.Render(200, appealsPage(v))
}

// settle decides an appeal; a form that is refused comes back with what was typed.
func (d room) settle(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	q.StandsAt("/desk/" + c.Slug + "/appeals")
	act, errA := uuid.Parse(form.Value("appeal"))
	subject, errS := uuid.Parse(form.Value("subject"))
	if errA != nil || errS != nil {
		return notThere()
	}
	err = d.Moderation.Settle(q.Context(), q.Actor, space.Contribution, c.Space, act, subject, moderation.Outcome(form.Value("outcome")), form.Value("words"))
	var f *fault.Fault
	switch {
	case err == nil:
		q.Flash("staff.done.settled")
		return q.Redirect("/desk/" + c.Slug + "/appeals")
	case !errors.As(err, &f) || f.Kind != fault.Invalid && f.Kind != fault.Conflict:
		return err
	}
	v, err := d.appealsOf(q)
	if err != nil {
		return err
	}
	v.Fault, v.Sent, v.Outcome, v.Words = f, act.String()+"-"+subject.String(), form.Value("outcome"), form.Value("words")
	v.Problems = ui.ProblemsOf(f).Labelled(map[string]string{"outcome": q.T("staff.appeal.outcome"), "words": q.T("staff.reason")}).In(v.Sent)
	if f.Kind == fault.Invalid {
		return q.Render(422, appealsPage(v))
	}
	return q.Render(409, appealsPage(v))
}

// words are those typed for an appeal.
func (v appealsView) words(p moderation.Plea) string {
	if formOf(p) != v.Sent {
		return ""
	}
	return v.Words
}

// outcomes are the three ends of an appeal; none is chosen at first.
func (v appealsView) outcomes(q *page.Request, p moderation.Plea) []ui.Option {
	var out []ui.Option
	for _, o := range moderation.Outcomes {
		out = append(out, ui.Option{
			Value: string(o), Label: q.T("moderation.outcome." + string(o)), Hint: q.T("staff.appeal.means_" + string(o)),
			Chosen: formOf(p) == v.Sent && v.Outcome == string(o),
		})
	}
	return out
}

// rule says under which rule the act was done.
func (v appealsView) rule(q *page.Request, p moderation.Plea) string { return ui.RuleTitle(q, p.Rule) }

// open counts those that wait.
func (v appealsView) open() int { return Waiting(v.Pleas) }

func (v appealsView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("staff.appeal.title") + " · " + v.Consultation.Title, Section: ui.Desk, Owner: v.Consultation.AdministrationName,
		Crumbs: deskCrumbs(q, v.Consultation, q.T("staff.appeal.title")),
	}
}
