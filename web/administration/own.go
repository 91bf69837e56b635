package administration

import (
	"cmp"
	"errors"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/prose"
	"delfi/web/page"
	"delfi/web/ui"
)

// ownView is an administration's page for its administrators. Each form that was refused
// keeps what was typed.
type ownView struct {
	account.Administration                        // as it stands
	Data                   account.Administration // as typed
	Holdings               []account.Holding
	Person                 string // to be given a role
	Role                   account.Role
	Version                string // of the data that Data was begun from
	Stale                  *ui.Staleness
	Mend                   ui.Problems
	Grant                  ui.Problems
	Refused                *fault.Fault // why a role was not taken back
}

func (c room) own(q *page.Request) error {
	v, err := c.view(q)
	if err != nil {
		return err
	}
	return q.Render(200, ownPage(v))
}

func (c room) view(q *page.Request) (ownView, error) {
	q.NoStore()
	var v ownView
	var err error
	if v.Administration, err = c.Accounts.Own(q.Context(), q.Actor, q.Param("slug")); err != nil {
		return v, err
	}
	v.Data, v.Version = v.Administration, v.Administration.Version()
	v.Holdings, err = c.Accounts.HoldersOf(q.Context(), q.Actor, v.Slug)
	return v, err
}

func (c room) describe(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := c.view(q)
	if err != nil {
		return err
	}
	v.Data = readData(form)
	_, err = c.Accounts.Describe(q.Context(), q.Actor, v.Slug, v.Data, cmp.Or(form.Value("version"), prose.Unsaid))
	var f *fault.Fault
	if errors.As(err, &f) && f.Code == "administration_changed" {
		v.Stale = &ui.Staleness{Fault: f, Changes: v.changes(q), Theirs: v.path("")}
		return q.Render(409, ownPage(v))
	}
	if v.Mend = ui.ProblemsOf(err); v.Mend.Any() {
		v.Mend, v.Version = v.Mend.Labelled(labels(q)), form.Value("version")
		return q.Render(422, ownPage(v))
	}
	if err != nil {
		return err
	}
	q.Flash("administration.done.stored")
	return q.Redirect(v.path(""))
}

func (c room) grant(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := c.view(q)
	if err != nil {
		return err
	}
	v.Person, v.Role = form.Value("person"), account.Role(form.Value("role"))
	_, err = c.Accounts.Appoint(q.Context(), q.Actor, v.Slug, v.Role, v.Person)
	if v.Grant = ui.ProblemsOf(err); v.Grant.Any() {
		v.Grant = v.Grant.Labelled(labels(q))
		return q.Render(422, ownPage(v))
	}
	if err != nil {
		return err
	}
	q.Flash("administration.done.granted")
	return q.Redirect(v.path("#roles"))
}

func (c room) revoke(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := c.view(q)
	if err != nil {
		return err
	}
	_, err = c.Accounts.Dismiss(q.Context(), q.Actor, v.Slug, account.Role(form.Value("role")), form.Value("account"))
	if errors.As(err, &v.Refused) && (v.Refused.Kind == fault.Invalid || v.Refused.Kind == fault.Conflict) {
		return q.Render(page.Status(err), ownPage(v))
	}
	if err != nil {
		return err
	}
	q.Flash("administration.done.revoked")
	return q.Redirect(v.path("#roles"))
}

// changes pairs what stands with what was typed.
func (v ownView) changes(q *page.Request) []ui.Changed {
	pair := func(name, theirs, mine string) ui.Changed {
		return ui.Changed{Label: q.T("administration.field." + name), Theirs: theirs, Mine: mine}
	}
	return ui.Changes(pair("name", v.Name, v.Data.Name), pair("address", v.Address, v.Data.Address),
		pair("ipa", v.IPA, v.Data.IPA), pair("mail", v.Mail, v.Data.Mail))
}

func (v ownView) path(more string) string { return "/administrations/" + v.Slug + more }

// why puts a refusal to take back a role in words.
func (v ownView) why(q *page.Request) string {
	if len(v.Refused.Fields) > 0 {
		return q.Field(v.Refused.Fields[0])
	}
	return q.Fault(v.Refused)
}

// roles are those to choose from; none is chosen for anyone.
func (v ownView) roles(q *page.Request) []ui.Option {
	var all []ui.Option
	for _, r := range account.Grantable() {
		all = append(all, ui.Option{Value: string(r), Label: q.T("administration.role." + string(r)), Hint: q.T("administration.may." + string(r)), Chosen: r == v.Role})
	}
	return all
}

// revocable tells whether the reader can take back a role here: one that was granted, and
// not the office by which they do it.
func revocable(q *page.Request, h account.Holding) bool {
	return h.Granted && (h.Role != account.Administrator || h.Account != q.Actor.Account)
}

func (v ownView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: v.Name, Section: ui.Desk, Owner: v.Name, Address: v.Address,
		Crumbs: []ui.Crumb{{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: v.Name, Lang: ui.NameLanguage}},
	}
}
