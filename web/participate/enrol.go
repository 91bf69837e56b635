package participate

import (
	"errors"
	"net/http"
	"slices"

	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/panel"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// enrolView is the page that is read before enrolling: the choice of a group, or the group
// chosen, with how the reader stands towards it and who can know what.
type enrolView struct {
	view
	Chosen   string // group; "" while it is to be chosen
	Standing panel.Standing
	Why      *fault.Fault // why the reader cannot enter the group
	Read     bool
	Problems ui.Problems
}

// enrolment asks for the group, then shows who can know what before the button.
func (c room) enrolment(q *page.Request) error {
	v, err := c.load(q)
	if err != nil {
		return err
	}
	if v.Group != "" {
		q.Flash("consultation.enrol.already")
		return q.Redirect(v.Path(""))
	}
	if !v.Enrolling() {
		return fault.New(fault.Conflict, "enrolment_closed", "enrolment is not open")
	}
	if v.Steers(q.Actor) {
		return fault.New(fault.Forbidden, "staff_cannot_enrol", "those who steer a consultation do not take part in it")
	}
	e, err := c.entrance(q, enrolView{view: v, Chosen: q.Query("group")})
	if fault.KindOf(err) == fault.Invalid {
		e.Chosen, e.Problems = "", e.problems(q, err)
		return q.Render(http.StatusUnprocessableEntity, enrol(e))
	}
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, enrol(e))
}

// entrance looks how the reader stands towards the group: the chosen one, or the only one.
func (c room) entrance(q *page.Request, e enrolView) (enrolView, error) {
	if groups := e.Protocol.Panel.Groups; e.Chosen == "" && len(groups) == 1 {
		e.Chosen = groups[0].ID
	}
	if !q.Actor.SignedIn() || !e.Enrolling() || e.Steers(q.Actor) || e.Chosen == "" || e.access() == protocol.AccessOpen {
		return e, nil
	}
	var err error
	if e.Standing, err = c.Panel.Stand(q.Context(), q.Actor, e.ID, e.Chosen); err == nil {
		errors.As(e.Standing.Fits(), &e.Why)
	}
	return e, err
}

// access is the way into the chosen group.
func (e enrolView) access() string {
	at := slices.IndexFunc(e.Protocol.Panel.Groups, func(g protocol.GroupPlan) bool { return g.ID == e.Chosen })
	if at < 0 {
		return ""
	}
	return e.Protocol.Panel.Groups[at].Access
}

// needed answers who is not on the panel with the page that says what is needed, and with the
// way to get it.
func (c room) needed(q *page.Request, v view) error {
	e, err := c.entrance(q, enrolView{view: v})
	if err != nil {
		return err
	}
	return q.Render(http.StatusForbidden, needed(e))
}

// enrol puts the reader on the panel. Who has not confirmed having read is asked
// again, with what was chosen.
func (c room) enrol(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := c.load(q)
	if err != nil {
		return err
	}
	e := enrolView{view: v, Chosen: form.Value("group"), Read: form.Value("read") == "on"}
	groups := v.Protocol.Panel.Groups
	if !slices.ContainsFunc(groups, func(g protocol.GroupPlan) bool { return g.ID == e.Chosen }) {
		if e.Chosen = ""; len(groups) == 1 {
			e.Chosen = groups[0].ID
		}
	}
	switch {
	case e.Chosen == "": // what is to be read stands on the page of the group
		err = fault.Bad(fault.Field{Name: "group", Code: "choose_group", Message: "choose the group that you belong to"})
	case !e.Read:
		err = fault.Bad(fault.Field{Name: "read", Code: "confirm_read", Message: "confirm that you have read who can know what"})
	default:
		err = c.join(q, v, e.Chosen)
	}
	if err != nil {
		return c.refused(q, e, err)
	}
	q.Flash("consultation.enrol.done")
	return q.Redirect(v.AfterEnrolling(q.Now))
}

// refused shows the page once more to who did not enter: with what is to be mended, or with
// why the group is not theirs.
func (c room) refused(q *page.Request, e enrolView, err error) error {
	shown, bad := c.entrance(q, e)
	if fault.KindOf(err) == fault.Invalid {
		switch {
		case bad == nil:
			e = shown
		case fault.KindOf(bad) == fault.Invalid: // no such group
			e.Chosen = ""
		default:
			return bad
		}
		e.Problems = e.problems(q, err)
		return q.Render(http.StatusUnprocessableEntity, enrol(e))
	}
	switch {
	case bad != nil || shown.Why == nil:
		return err
	case shown.Why.Kind == fault.Conflict:
		return q.Render(http.StatusConflict, enrol(shown))
	}
	return q.Render(http.StatusForbidden, enrol(shown))
}

func (e enrolView) problems(q *page.Request, err error) ui.Problems {
	return ui.ProblemsOf(err).Labelled(map[string]string{"group": q.T("consultation.enrol.choose"), "read": q.T("consultation.enrol.read")})
}

// join puts the reader on the panel; a button pressed twice ends as it did at first.
func (c room) join(q *page.Request, v view, group string) error {
	err := c.Panel.Enrol(q.Context(), q.Actor, v.ID, group)
	var f *fault.Fault
	if errors.As(err, &f) && f.Code == "already_enrolled" {
		if held, inner := c.Panel.Group(q.Context(), q.Actor, v.ID); inner == nil && held == group {
			return nil
		}
	}
	return err
}

// options are the groups to choose from, each with who it is for; none is chosen for anyone.
func (e enrolView) options(q *page.Request) []ui.Option {
	var all []ui.Option
	for _, g := range e.Protocol.Panel.Groups {
		all = append(all, ui.Option{Value: g.ID, Label: e.Say(q, g.Name), Hint: dossier.ForWhom(q, g), Chosen: g.ID == e.Chosen})
	}
	return all
}

// others are the groups beside the chosen one, where there are some that one may try.
func (e enrolView) others() bool { return len(e.Protocol.Panel.Groups) > 1 }
