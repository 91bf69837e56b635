package membership

import (
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/panel/application"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// view is where the reader stands towards a group of declared membership.
type view struct {
	dossier.View
	Of        protocol.GroupPlan
	Own       []application.Application // for the group, the newest first
	Elsewhere bool                      // an application for another group waits
	steers    bool                      // the reader does not take part: they only see and withdraw what they sent
	Typed     application.Applicant
	Problems  ui.Problems
	Fault     *fault.Fault // why nothing was done
}

// load gives the group that the address names, with the reader's applications.
func (c room) load(q *page.Request) (view, error) {
	d, err := c.loader.Load(q)
	if err != nil {
		return view{}, err
	}
	v := view{View: d, steers: d.Steers(q.Actor)}
	at := slices.IndexFunc(v.Declared(), func(g protocol.GroupPlan) bool { return g.ID == q.Param("group") })
	if at < 0 {
		return v, fault.New(fault.NotFound, "no_page", "there is no such group, or its members do not apply")
	}
	v.Of = v.Declared()[at]
	all, err := c.Panel.Applied(q.Context(), q.Actor, v.ID)
	for _, a := range all {
		if a.Group == v.Of.ID {
			v.Own = append(v.Own, a)
		} else if a.State == application.Waiting {
			v.Elsewhere = true
		}
	}
	return v, err
}

// newest is the reader's newest application for the group; the zero one without any.
func (v view) newest() application.Application {
	if len(v.Own) == 0 {
		return application.Application{}
	}
	return v.Own[0]
}

// applies tells whether the reader can apply now.
func (v view) applies() bool {
	s := v.newest().State
	return v.Enrolling() && !v.steers && !v.Elsewhere && s != application.Waiting && s != application.Admitted && v.newest().Nth < application.Most
}

func (v view) path() string { return v.Path("/membership/" + v.Of.ID) }

// secretary names who admits the members of the group, with their office.
func (v view) secretary(q *page.Request) string {
	m, named := v.Secretary(v.Of.ID, q.Now)
	if !named {
		return q.T("membership.nobody")
	}
	return ui.In(ui.NameLanguage, m.Name) + ", " + ui.In(v.Language, m.Office)
}

// rule says who belongs to the group, in the words of the protocol.
func (v view) rule(q *page.Request) string {
	if words := v.Of.RuleIn[q.Reading()]; words != "" {
		return ui.In(q.Reading(), words)
	}
	return ui.In(v.First(), v.Of.Rule)
}

// facts are what an application says.
func (v view) facts(q *page.Request, a application.Application) []ui.Fact {
	facts := []ui.Fact{{Name: q.T("membership.name"), Value: a.Name}}
	if a.Detail != "" {
		facts = append(facts, ui.Fact{Name: q.T("membership.detail." + v.Of.Asks), Value: a.Detail})
	}
	return append(facts, ui.Fact{Name: q.T("membership.since"), Value: q.Day(a.Since)})
}

// state says how an application stands.
func state(q *page.Request, a application.Application) (tone, icon, words string) {
	switch a.State {
	case application.Admitted:
		return "ok", "it-check-circle", q.T("membership.state.admitted", "day", q.Day(a.Decided))
	case application.Refused:
		return "no", "it-error", q.T("membership.state.refused", "day", q.Day(a.Decided))
	case application.Revoked:
		return "no", "it-error", q.T("membership.state.revoked", "day", q.Day(a.Revoked))
	}
	return "due", "it-clock", q.T("membership.state.waiting")
}

func (c room) page(q *page.Request) error {
	v, err := c.load(q)
	if err != nil {
		return err
	}
	if v.Group != "" {
		q.Flash("consultation.enrol.already")
		return q.Redirect(v.Path(""))
	}
	v.Typed = application.Applicant{Name: v.newest().Name, Detail: v.newest().Detail}
	if v.Typed.Name == "" {
		v.Typed.Name = q.Actor.Name
	}
	return q.Render(http.StatusOK, membership(v))
}

// apply stores an application; a button pressed twice ends as it did at first.
func (c room) apply(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := c.load(q)
	if err != nil {
		return err
	}
	v.Typed = application.Applicant{Name: form.Value("name"), Detail: form.Value("detail")}
	err = c.Panel.Apply(q.Context(), q.Actor, v.ID, v.Of.ID, v.Typed)
	if fault.KindOf(err) == fault.Conflict && v.newest().State == application.Waiting && v.repeats() {
		err = nil
	}
	if err != nil {
		return v.refused(q, err)
	}
	q.Flash("membership.applied")
	return q.Redirect(v.path())
}

// repeats tells whether what was typed is what waits.
func (v view) repeats() bool {
	typed, err := v.Typed.Typed(v.Of.Asks)
	return err == nil && typed == v.newest().Applicant
}

// withdraw takes back what waits; one that does not is said on the page.
func (c room) withdraw(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := c.load(q)
	if err != nil {
		return err
	}
	id, _ := uuid.Parse(form.Value("application")) // none is of nobody's
	err = c.Panel.Withdraw(q.Context(), q.Actor, v.ID, id)
	if fault.KindOf(err) == fault.NotFound && v.newest().State != application.Waiting {
		return q.Redirect(v.path()) // decided or taken back meanwhile: the page says which
	}
	if err != nil {
		return err
	}
	q.Flash("membership.withdrawn")
	return q.Redirect(v.path())
}

// refused shows the page once more, with what is to be mended or why nothing was done.
func (v view) refused(q *page.Request, err error) error {
	switch kind := fault.KindOf(err); {
	case kind == fault.Invalid:
		v.Problems = ui.ProblemsOf(err).Labelled(map[string]string{"name": q.T("membership.name"), "detail": q.T("membership.detail." + v.Of.Asks)})
		return q.Render(http.StatusUnprocessableEntity, membership(v))
	case kind == fault.Conflict && errors.As(err, &v.Fault):
		return q.Render(http.StatusConflict, membership(v))
	}
	return err
}
