package staff

import (
	"fmt"
	"slices"
	"time"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/steering"
	"delfi/internal/fault"
	"delfi/web/page"
	"delfi/web/ui"
)

// membersView is the page of who steers a consultation, who did, and who takes whose place.
type membersView struct {
	Consultation consultation.Consultation
	Version      string
	Replaces     bool                              // whether the reader can replace somebody now
	People       map[account.Role][]account.Person // who holds a role, when the reader can
	Roles        string                            // address of the page on which roles are given
	Today        time.Time
	Typed        steering.Replacement
	Problems     ui.Problems
	Fault        *fault.Fault // why nobody was replaced, where nothing can be mended
}

func (d room) members(q *page.Request) error {
	v, err := d.membersView(q)
	if err != nil {
		return err
	}
	v.Typed.Place = -1
	return q.Render(200, membersPage(v))
}

func (d room) membersView(q *page.Request) (membersView, error) {
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return membersView{}, err
	}
	v := membersView{Consultation: c, Today: civiltime.Midnight(q.Now), People: map[account.Role][]account.Person{}}
	if v.Version, err = d.Consultations.StateVersion(q.Context(), c); err != nil {
		return v, err
	}
	if _, _, err := c.Stage.Step(consultation.ActReplace, consultation.Offices(q.Actor, c)...); err != nil {
		return v, nil // to be read alone
	}
	v.Replaces = true
	for _, role := range account.Scopable() {
		if v.People[role], err = d.Accounts.People(q.Context(), q.Actor, c.Administration, c.Scope(), role); err != nil {
			return v, err
		}
	}
	v.Roles, err = d.rolesAt(q, c)
	return v, err
}

// rolesAt is where roles of a consultation's administration are given.
func (d room) rolesAt(q *page.Request, c consultation.Consultation) (string, error) {
	all, err := d.Accounts.Administrations(q.Context())
	if i := slices.IndexFunc(all, func(a account.Administration) bool { return a.ID == c.Administration }); i >= 0 {
		return "/administrations/" + all[i].Slug + "#roles", err
	}
	return "/desk", err
}

// replace puts somebody in the place of another; the form comes back filled in when it
// cannot, with each field's words.
func (d room) replace(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	place, ok := form.Int("member")
	if !ok || place < 0 {
		return notThere()
	}
	r := steering.Replacement{
		Place: place, Person: form.Value("person"), Office: form.Value("office"), From: form.Value("from"), Reason: form.Value("reason"),
	}
	err = d.Consultations.Seen(form.Version("version")).ReplaceStaff(q.Context(), q.Actor, q.Param("slug"), r)
	f := page.Mendable(err)
	if f == nil {
		if err != nil {
			return err
		}
		q.Flash("staff.done.replaced")
		return q.Redirect("/desk/" + q.Param("slug") + "/staff")
	}
	v, err := d.membersView(q)
	if err != nil {
		return err
	}
	v.Typed = r
	switch {
	case f.Kind == fault.Invalid:
		v.Problems = ui.ProblemsOf(f).Labelled(v.labels(q)).In(v.form(place))
		return q.Render(422, membersPage(v))
	case v.offers(place):
		v.Fault = f // the page as it stands by now, with what was typed
		return q.Render(409, membersPage(v))
	}
	return q.Render(409, ui.LostPage(ui.Lost{Frame: v.frame(q), Fault: f, Next: v.path(), Texts: []ui.Typed{
		{Label: q.T("staff.members.office"), Text: r.Office}, {Label: q.T("staff.reason"), Text: r.Reason, Lang: v.Consultation.Language},
	}}))
}

// offers tells whether the page has the form of a place.
func (v membersView) offers(place int) bool {
	return v.Replaces && slices.ContainsFunc(v.Consultation.Appointed, func(m consultation.Member) bool { return m.Place == place && m.Until.IsZero() })
}

// comers are those to choose from for a member's place: who holds the role and does not
// steer, nor is to.
func (v membersView) comers(m consultation.Member) []ui.Option {
	var all []ui.Option
	for _, one := range v.People[m.Role] {
		busy := slices.ContainsFunc(v.Consultation.Appointed, func(o consultation.Member) bool {
			return o.ID == one.ID && (o.Until.IsZero() || o.Until.After(v.Today))
		})
		if !busy {
			all = append(all, ui.Option{Value: one.ID.String(), Label: one.Name, Chosen: v.typed(m, v.Typed.Person) == one.ID.String()})
		}
	}
	return all
}

// typed is what was typed for a member; "" in every other form.
func (v membersView) typed(m consultation.Member, text string) string {
	if m.Place != v.Typed.Place {
		return ""
	}
	return text
}

// from is the day in a member's form: as typed, or today.
func (v membersView) from(m consultation.Member) string {
	switch {
	case m.Place == v.Typed.Place:
		return v.Typed.From
	case m.Since.After(v.Today):
		return m.Since.Format(time.DateOnly)
	}
	return v.Today.Format(time.DateOnly)
}

// days says from when to when a member serves.
func (v membersView) days(q *page.Request, m consultation.Member) string {
	since, until := ui.Date(q, ui.From, m.Since), ui.Date(q, ui.From, m.Until)
	switch {
	case m.Until.IsZero():
		return q.T("staff.members.since", "since", since)
	case m.Until.After(v.Today):
		return q.T("staff.members.ends", "since", since, "until", until)
	}
	return q.T("staff.members.ended", "since", since, "until", until)
}

func (v membersView) labels(q *page.Request) map[string]string {
	return map[string]string{"person": q.T("staff.members.person"), "office": q.T("staff.members.office"), "from": q.T("staff.members.from"), "reason": q.T("staff.reason")}
}

// form names the form of a place on the page of several.
func (v membersView) form(place int) string { return fmt.Sprintf("m%d", place) }

func (v membersView) path() string { return "/desk/" + v.Consultation.Slug + "/staff" }

func (v membersView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("staff.members.title") + " · " + v.Consultation.Title, Section: ui.Desk, Owner: v.Consultation.AdministrationName,
		Crumbs: []ui.Crumb{
			{Label: q.T("staff.desks.title"), Path: "/desk"},
			{Label: v.Consultation.Title, Lang: v.Consultation.Language, Path: "/desk/" + v.Consultation.Slug},
			{Label: q.T("staff.members.title")},
		},
	}
}
