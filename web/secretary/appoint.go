package secretary

import (
	"net/http"
	"slices"

	"delfi/internal/account"
	"delfi/internal/account/office"
	"delfi/internal/consultation"
	"delfi/internal/consultation/access"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/panel/application"
	"delfi/web/page"
	"delfi/web/ui"
)

// appointView is the page on which an administrator names the secretary of a group.
type appointView struct {
	access.Secretariat
	People   []account.Person // who hold the role
	Roles    string           // address of the page on which roles are given
	Typed    access.Appointment
	Problems ui.Problems
}

// nameOf is a group's name in the reader's language, else in the consultation's.
func nameOf(q *page.Request, c consultation.Consultation, g protocol.GroupPlan) string {
	if words := g.Name[q.Lang]; words != "" {
		return words
	}
	return g.Name[c.Language]
}

func (v appointView) path() string { return "/desk/" + v.Slug + "/secretaries/" + v.Group.ID }

func (v appointView) frame(q *page.Request) ui.Frame {
	title := q.T("secretary.appoint.title", "group", nameOf(q, v.Consultation, v.Group))
	return ui.Frame{Title: title + " · " + v.Title, Section: ui.Desk, Owner: v.AdministrationName, Crumbs: []ui.Crumb{
		{Label: q.T("staff.desks.title"), Path: "/desk"},
		{Label: v.Title, Lang: v.Language, Path: "/desk/" + v.Slug},
		{Label: q.T("access.title"), Path: "/desk/" + v.Slug + "/rolls"},
		{Label: title},
	}}
}

// public tells whether the record has who is named.
func (v appointView) public() bool { return v.Stage != consultation.Draft }

// options are the people to choose from: neither administrators nor who steers the consultation.
func (v appointView) options() []ui.Option {
	var all []ui.Option
	for _, p := range v.People {
		if slices.Contains(p.Roles, office.Administrator) || slices.ContainsFunc(v.Staff, func(m consultation.Member) bool { return m.ID == p.ID }) {
			continue
		}
		all = append(all, ui.Option{Value: p.ID.String(), Label: p.Name, Hint: p.Email, Chosen: p.ID.String() == v.Typed.Person})
	}
	return all
}

// figures are what an administrator sees of the applications.
func (v appointView) figures(q *page.Request) []ui.Fact {
	var all []ui.Fact
	for _, s := range application.States {
		all = append(all, ui.Fact{Name: q.T("secretary.state." + string(s)), Value: q.Number(v.Applied[s]), Big: s == application.Waiting})
	}
	return all
}

func (c room) appointing(q *page.Request) (appointView, error) {
	s, err := c.Access.Secretariat(q.Context(), q.Actor, q.Param("slug"), q.Param("group"))
	v := appointView{Secretariat: s}
	if err != nil {
		return v, err
	}
	if v.Named {
		v.Typed = access.Appointment{Person: v.Serving.ID.String(), Office: v.Serving.Office}
	}
	if v.Closed {
		return v, nil
	}
	if v.People, err = c.Accounts.People(q.Context(), q.Actor, v.Administration, v.Scope(), office.Secretary); err != nil {
		return v, err
	}
	all, err := c.Accounts.Administrations(q.Context())
	if at := slices.IndexFunc(all, func(a account.Administration) bool { return a.ID == v.Administration }); at >= 0 {
		v.Roles = "/administrations/" + all[at].Slug + "#roles"
	}
	return v, err
}

func (c room) secretariat(q *page.Request) error {
	v, err := c.appointing(q)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, appointPage(v))
}

// appoint names the secretary; the form comes back filled in where it cannot.
func (c room) appoint(q *page.Request) error {
	v, err := c.appointing(q)
	if err != nil {
		return err
	}
	form, err := q.Form()
	if err != nil {
		return err
	}
	v.Typed = access.Appointment{Person: form.Value("person"), Office: form.Value("office"), Reason: form.Value("reason")}
	err = c.Access.AppointSecretary(q.Context(), q.Actor, v.Slug, v.Group.ID, v.Typed)
	if fault.KindOf(err) == fault.Invalid {
		v.Problems = ui.ProblemsOf(err).Labelled(map[string]string{"person": q.T("secretary.appoint.person"), "office": q.T("secretary.appoint.office"), "reason": q.T("staff.reason")})
		return q.Render(http.StatusUnprocessableEntity, appointPage(v))
	}
	if err != nil {
		return err
	}
	q.Flash("secretary.appoint.done")
	return q.Redirect(v.path())
}
