package secretary

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/consultation/access"
	"delfi/internal/fault"
	"delfi/internal/panel/application"
	"delfi/web/page"
	"delfi/web/ui"
)

// listView is a secretary's list.
type listView struct {
	access.Applications
	State application.State
	Words string // looked for
	Fault *fault.Fault
}

// sought is the kind of the cookies that have what is looked for.
const sought = "applicants"

func (v listView) path(more string) string {
	return "/desk/" + v.Slug + "/applications/" + v.Group.ID + more
}

func (v listView) title(q *page.Request) string {
	return q.T("secretary.list.title", "group", nameOf(q, v.Consultation, v.Group))
}

func (v listView) frame(q *page.Request, more ...ui.Crumb) ui.Frame {
	crumbs := append([]ui.Crumb{{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: v.title(q), Path: v.path("")}}, more...)
	last := &crumbs[len(crumbs)-1]
	last.Path = ""
	return ui.Frame{Title: last.Label + " · " + v.Title, Section: ui.Desk, Owner: v.AdministrationName, Crumbs: crumbs}
}

// acts are what can be done about the applications of the list.
func (v listView) acts() []application.Act {
	return slices.DeleteFunc([]application.Act{application.Admit, application.Refuse, application.Revoke}, func(a application.Act) bool {
		return v.Closed || !a.Applies(v.State)
	})
}

// came says how many people are in the group, as far as it is shown.
func (v listView) came(q *page.Request) string {
	switch {
	case v.Exact:
		return q.Number(v.Came)
	case v.Came == 0:
		return q.T("access.invite.came_few")
	}
	return q.T("access.invite.came_least", "n", v.Came)
}

// turned is the address of a page of a state.
func (v listView) turned(s application.State, n int) string {
	return v.path("?state=" + string(s) + "&page=" + strconv.Itoa(n))
}

// history says who decided about an application and when.
func (v listView) history(q *page.Request, a application.Application) []string {
	var all []string
	say := func(key string, day time.Time, by office.ID) {
		all = append(all, q.T("secretary.list."+key, "day", q.Day(day), "who", ui.In(ui.NameLanguage, v.Decider(by))))
	}
	switch a.State {
	case application.Refused:
		say("was_refused", a.Decided, a.Decider)
	case application.Admitted, application.Revoked:
		say("was_admitted", a.Decided, a.Decider)
	}
	if a.State == application.Revoked {
		say("was_revoked", a.Revoked, a.Revoker)
	}
	return all
}

func (c room) read(q *page.Request) (listView, error) {
	return c.of(q, application.State(q.Query("state")))
}

// of reads the list of one state; of those that wait where it is none.
func (c room) of(q *page.Request, state application.State) (listView, error) {
	v := listView{State: state}
	if !slices.Contains(application.States, v.State) {
		v.State = application.Waiting
	}
	slug, group := q.Param("slug"), q.Param("group")
	v.Words = q.Cookies.Sought(sought, cookieOf(slug, group))
	n, err := strconv.Atoi(q.Query("page"))
	if err != nil {
		n = 1
	}
	v.Applications, err = c.Access.Applications(q.Context(), q.Actor, slug, group, application.Query{State: v.State, Words: v.Words, Page: n})
	return v, err
}

// cookieOf names the cookie of a group's list.
func cookieOf(slug, group string) string { return slug + "." + group }

func (c room) list(q *page.Request) error {
	v, err := c.read(q)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, listPage(v))
}

// find keeps what is looked for until another is, or nothing.
func (c room) find(q *page.Request) error {
	v, err := c.read(q)
	if err != nil {
		return err
	}
	form, err := q.Form()
	if err != nil {
		return err
	}
	if s := application.State(form.Value("state")); slices.Contains(application.States, s) {
		v.State = s
	}
	words := form.Value("words")
	if form.Value("do") == "all" {
		words = ""
	}
	if err := q.Cookies.Seek(sought, cookieOf(v.Slug, v.Group.ID), words); err != nil {
		return err
	}
	return q.Redirect(v.turned(v.State, 1) + "#list")
}

// decideView is what an act about those chosen does.
type decideView struct {
	listView
	Act      application.Act
	Reason   string
	Problems ui.Problems
}

// chosen reads which applications were chosen; what is no id is of none.
func chosen(typed []string) []uuid.UUID {
	var ids []uuid.UUID
	for _, t := range typed {
		if id, err := uuid.Parse(t); err == nil && len(ids) < application.PerPage {
			ids = append(ids, id)
		}
	}
	return ids
}

// before shows whom an act is about and what follows from it. Without anybody chosen the list
// comes back, and says so.
func (c room) before(q *page.Request) error {
	query, err := url.ParseQuery(q.R.URL.RawQuery)
	if err != nil {
		return fault.New(fault.NotFound, "no_act", "there is no such act").Because(err)
	}
	v := decideView{Act: application.Act(query.Get("act"))}
	if err := c.about(q, &v, chosen(query["id"])); err != nil {
		return err
	}
	if v.Fault != nil {
		return q.Render(http.StatusConflict, listPage(v.listView))
	}
	return q.Render(http.StatusOK, decidePage(v))
}

// about reads whom an act is about; with v.Fault where it is about nobody (any more), and the
// list in their place.
func (c room) about(q *page.Request, v *decideView, ids []uuid.UUID) error {
	if !v.Act.Known() {
		return fault.New(fault.NotFound, "no_act", "there is no such act")
	}
	var err error
	v.Applications, err = c.Access.Chosen(q.Context(), q.Actor, q.Param("slug"), q.Param("group"), v.Act, ids)
	if fault.KindOf(err) != fault.Conflict {
		return err
	}
	var f *fault.Fault
	errors.As(err, &f)
	state := application.State(q.Query("state"))
	if v.Act == application.Revoke {
		state = application.Admitted
	}
	if v.listView, err = c.of(q, state); err != nil {
		return err
	}
	if len(ids) == 0 {
		f = fault.New(fault.Conflict, "nobody_chosen", "nobody is chosen: choose at least one application")
	}
	v.Fault = f
	return err
}

// decide does the act. A refusal without words comes back with the form.
func (c room) decide(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	ids := chosen(form.Values("id"))
	v := decideView{Act: application.Act(form.Value("act")), Reason: form.Value("reason")}
	slug, group := q.Param("slug"), q.Param("group")
	done, err := c.Access.Decide(q.Context(), q.Actor, slug, group, v.Act, ids, v.Reason)
	switch kind := fault.KindOf(err); {
	case err == nil:
		key := "secretary.done." + string(v.Act)
		if done.Other > 0 {
			key = "secretary.done.some"
		}
		q.Flash(key)
		return q.Redirect("/desk/" + slug + "/applications/" + group)
	case kind == fault.Invalid:
		problems := ui.ProblemsOf(err).Labelled(map[string]string{"reason": q.T("secretary.decide.reason")})
		if err := c.about(q, &v, ids); err != nil {
			return err
		}
		if v.Fault != nil {
			return v.over(q)
		}
		v.Problems = problems
		return q.Render(http.StatusUnprocessableEntity, decidePage(v))
	case kind == fault.Conflict:
		if err := c.about(q, &v, nil); err != nil {
			return err
		}
		errors.As(err, &v.Fault)
		return v.over(q)
	}
	return err
}

// over answers an act that fits nothing any more: with the list, or, where words were typed, with
// the words.
func (v decideView) over(q *page.Request) error {
	if strings.TrimSpace(v.Reason) == "" {
		return q.Render(http.StatusConflict, listPage(v.listView))
	}
	return q.Render(http.StatusConflict, ui.LostPage(ui.Lost{Frame: v.frame(q), Fault: v.Fault, Next: v.turned(v.State, 1), Texts: []ui.Typed{
		{Label: q.T("secretary.decide.reason"), Text: v.Reason, Lang: v.Language},
	}}))
}
