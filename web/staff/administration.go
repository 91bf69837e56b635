package staff

import (
	"cmp"
	"errors"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/web/page"
	"delfi/web/ui"
)

// administrationView is an administration's page for its administrators. Each form that was refused
// keeps what was typed.
type administrationView struct {
	account.Administration                        // as it stands
	Data                   account.Administration // as typed
	Holdings               []account.Holding
	Person                 string // to be given a role
	Role                   account.Role
	Where                  string                                      // slug of a consultation, everywhere, or "" while nothing is chosen
	Choices                []consultation.Consultation                 // for which a role can be given
	Of                     map[account.Scope]consultation.Consultation // for which the holdings are
	Version                string                                      // of the data that Data was begun from
	Stale                  *ui.Staleness
	Mend                   ui.Problems
	Grant                  ui.Problems
	Refused                *fault.Fault // why a role was not taken back
}

func (d room) administration(q *page.Request) error {
	v, err := d.administrationOf(q)
	if err != nil {
		return err
	}
	return q.Render(200, administrationPage(v))
}

func (d room) administrationOf(q *page.Request) (administrationView, error) {
	var v administrationView
	var err error
	if v.Administration, err = d.Accounts.Own(q.Context(), q.Actor, q.Param("slug")); err != nil {
		return v, err
	}
	v.Data, v.Version = v.Administration, v.Administration.Version()
	if v.Holdings, err = d.Accounts.HoldersOf(q.Context(), q.Actor, v.Slug); err != nil {
		return v, err
	}
	if v.Choices, err = d.Scopes.Choices(q.Context(), q.Actor, v.ID); err != nil {
		return v, err
	}
	scopes := make([]account.Scope, len(v.Holdings))
	for i, h := range v.Holdings {
		scopes[i] = h.Scope
	}
	v.Of, err = d.Scopes.Named(q.Context(), scopes...)
	return v, err
}

func (d room) describe(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.administrationOf(q)
	if err != nil {
		return err
	}
	v.Data = readData(form)
	_, err = d.Accounts.Describe(q.Context(), q.Actor, v.Slug, v.Data, form.Version("version"))
	var f *fault.Fault
	if errors.As(err, &f) && f.Code == "administration_changed" {
		v.Stale = &ui.Staleness{Fault: f, Changes: v.changes(q), Theirs: v.path("")}
		return q.Render(409, administrationPage(v))
	}
	if v.Mend = ui.ProblemsOf(err); v.Mend.Any() {
		v.Mend, v.Version = v.Mend.Labelled(labels(q)), form.Value("version")
		return q.Render(422, administrationPage(v))
	}
	if err != nil {
		return err
	}
	q.Flash("administration.done.stored")
	return q.Redirect(v.path(""))
}

func (d room) grant(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.administrationOf(q)
	if err != nil {
		return err
	}
	v.Person, v.Role, v.Where = form.Value("person"), account.Role(form.Value("role")), form.Value("consultation")
	scope, bad := v.scope()
	_, err = d.Accounts.Appoint(q.Context(), q.Actor, v.Slug, v.Role, scope, v.Person, bad...)
	if v.Grant = ui.ProblemsOf(err); v.Grant.Any() {
		v.Grant = v.Grant.Labelled(labels(q))
		return q.Render(422, administrationPage(v))
	}
	if err != nil {
		return err
	}
	q.Flash("administration.done.granted")
	return q.Redirect(v.path("#roles"))
}

func (d room) revoke(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.administrationOf(q)
	if err != nil {
		return err
	}
	scope, err := uuid.Parse(form.Value("scope"))
	if err != nil {
		return fault.New(fault.NotFound, "not_found", "there is no such page")
	}
	role := account.Role(form.Value("role"))
	_, err = d.Accounts.Dismiss(q.Context(), q.Actor, v.Slug, role, account.Scope(scope), form.Value("account"))
	if errors.As(err, &v.Refused) && (v.Refused.Kind == fault.Invalid || v.Refused.Kind == fault.Conflict) {
		if h, held := v.holding(form.Value("account"), role, account.Scope(scope)); held {
			r := v.removal(q, h)
			r.Refused = v.why(q)
			return q.Render(page.Status(err), revocationPage(r))
		}
		return q.Render(page.Status(err), administrationPage(v))
	}
	if err != nil {
		return err
	}
	q.Flash("administration.done.revoked")
	return q.Redirect(v.path("#roles"))
}

// beforeRevocation is the page before a role is taken back.
func (d room) beforeRevocation(q *page.Request) error {
	v, err := d.administrationOf(q)
	if err != nil {
		return err
	}
	scope, err := uuid.Parse(q.Query("scope"))
	if err != nil {
		return notThere()
	}
	h, held := v.holding(q.Query("account"), account.Role(q.Query("role")), account.Scope(scope))
	if !held || !revocable(q, h) {
		return notThere()
	}
	return q.Render(200, revocationPage(v.removal(q, h)))
}

// holding finds a person's role of the page.
func (v administrationView) holding(person string, role account.Role, scope account.Scope) (account.Holding, bool) {
	i := slices.IndexFunc(v.Holdings, func(h account.Holding) bool {
		return h.Account.String() == person && h.Role == role && h.Scope == scope
	})
	if i < 0 {
		return account.Holding{}, false
	}
	return v.Holdings[i], true
}

// revocation is the address of the page before a role is taken back.
func (v administrationView) revocation(h account.Holding) string {
	return v.path("/revoke") + "?" + url.Values{"account": {h.Account.String()}, "role": {string(h.Role)}, "scope": {h.Scope.String()}}.Encode()
}

// removal says what goes and what stays of a role that is taken back.
func (v administrationView) removal(q *page.Request, h account.Holding) ui.Removal {
	f := v.frame(q)
	f.Crumbs[1].Path = v.path("")
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: q.T("administration.own.revoke")})
	stays := []string{q.T("administration.revoke.stays"), q.T("administration.revoke.again")}
	if h.Claimed {
		stays = append(stays, q.T("administration.revoke.provider"))
	}
	where := q.T("administration.revoke.everywhere")
	if of, scoped := v.Of[h.Scope]; scoped {
		where = q.T("administration.revoke.only", "title", ui.In(of.Language, titled(of)))
	}
	return ui.Removal{
		Frame: f, Kicker: v.Name, KickerLang: ui.NameLanguage,
		Title: q.T("administration.revoke.title", "role", q.T("administration.role."+string(h.Role)), "name", ui.In(ui.NameLanguage, h.Name)),
		Goes:  []string{where, q.T("administration.revoke.goes")}, Stays: stays, Undoable: true,
		Action: v.path("/revoke"), Hidden: [][2]string{{"account", h.Account.String()}, {"role", string(h.Role)}, {"scope", h.Scope.String()}},
		Button: q.T("administration.revoke.button"), Back: v.path("#roles"), BackWords: q.T("administration.revoke.back"),
	}
}

// changes pairs what stands with what was typed.
func (v administrationView) changes(q *page.Request) []ui.Changed {
	pair := func(name, theirs, mine string) ui.Changed {
		return ui.Changed{Label: q.T("administration.field." + name), Theirs: theirs, Mine: mine}
	}
	return ui.Changes(pair("name", v.Name, v.Data.Name), pair("address", v.Address, v.Data.Address),
		pair("ipa", v.IPA, v.Data.IPA), pair("mail", v.Mail, v.Data.Mail))
}

func (v administrationView) path(more string) string { return "/administrations/" + v.Slug + more }

// why puts a refusal to take back a role in words.
func (v administrationView) why(q *page.Request) string {
	if len(v.Refused.Fields) > 0 {
		return q.Field(v.Refused.Fields[0])
	}
	return q.Fault(v.Refused)
}

// roles are those to choose from; none is chosen for anyone.
func (v administrationView) roles(q *page.Request) []ui.Option {
	var all []ui.Option
	for _, r := range account.Grantable() {
		all = append(all, ui.Option{Value: string(r), Label: q.T("administration.role." + string(r)), Hint: q.T("administration.may." + string(r)), Chosen: r == v.Role})
	}
	return all
}

// everywhere is chosen for a role in the whole administration; no slug reads like it.
const everywhere = "*"

// scope reads where the role is to hold, or gives the fault of the field. Nothing is chosen
// for anyone: the whole administration would be more than many mean.
func (v administrationView) scope() (account.Scope, []fault.Field) {
	if v.Where == everywhere {
		return account.Scope{}, nil
	}
	for _, c := range v.Choices {
		if c.Slug == v.Where {
			return c.Scope(), nil
		}
	}
	if v.Where == "" {
		return account.Scope{}, []fault.Field{{Name: "consultation", Code: "required", Message: "is needed"}}
	}
	return account.Scope{}, []fault.Field{{Name: "consultation", Code: "unknown_consultation", Message: "is no consultation of this administration"}}
}

// places are those to choose from for a role.
func (v administrationView) places(q *page.Request) []ui.Option {
	all := []ui.Option{{Value: everywhere, Label: q.T("administration.own.everywhere"), Chosen: v.Where == everywhere}}
	for _, c := range v.Choices {
		all = append(all, ui.Option{Value: c.Slug, Label: titled(c), Lang: c.Language, Chosen: c.Slug == v.Where})
	}
	return all
}

// titled is a consultation by its title, or by its address while it has none.
func titled(c consultation.Consultation) string {
	return cmp.Or(c.Title, "/consultations/"+c.Slug)
}

// revocable tells whether the reader can take back a role here: one that was granted, and
// not the office by which they do it.
func revocable(q *page.Request, h account.Holding) bool {
	return h.Granted && (h.Role != account.Administrator || h.Account != q.Actor.Account)
}

func (v administrationView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: v.Name, Section: ui.Desk, Owner: v.Name, Address: v.Address,
		Crumbs: []ui.Crumb{{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: v.Name, Lang: ui.NameLanguage}},
	}
}
