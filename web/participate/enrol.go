package participate

import (
	"errors"

	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/web/page"
	"delfi/web/ui"
)

// enrolView is the page that is read before enrolling.
type enrolView struct {
	view
	Chosen   string // group as sent
	Read     bool
	Problems ui.Problems
}

// openSmall tells whether the protocol shows a small panel's whole distribution,
// which each member confirms by itself (docs/METHOD.md §7).
func (v view) openSmall() bool { return v.Protocol.Disclosure.Small == protocol.SmallOpen }

// enrolment shows who can know what, and the group, before the button.
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
	return q.Render(200, enrol(enrolView{view: v}))
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
	if groups := v.Protocol.Panel.Groups; e.Chosen == "" && len(groups) == 1 {
		e.Chosen = groups[0].ID
	}
	var missing []fault.Field
	if e.Chosen == "" {
		missing = append(missing, fault.Field{Name: "group", Code: "choose_group", Message: "choose the group that you belong to"})
	}
	if !e.Read {
		missing = append(missing, fault.Field{Name: "read", Code: "confirm_read", Message: "confirm that you have read who can know what"})
	}
	if len(missing) > 0 {
		err = fault.Bad(missing...)
	} else {
		err = c.join(q, v, e.Chosen)
	}
	if fault.KindOf(err) == fault.Invalid {
		e.Problems = ui.ProblemsOf(err).Labelled(map[string]string{"group": q.T("consultation.enrol.choose"), "read": q.T("consultation.enrol.read")})
		return q.Render(422, enrol(e))
	}
	if err != nil {
		return err
	}
	q.Flash("consultation.enrol.done")
	if v.Coded() {
		return q.Redirect(v.Path("/get-code"))
	}
	return q.Redirect(v.Path(""))
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

// knowing are the lines of docs/RECORD.md's table that hold in this consultation: the
// one about the server depends on the mode.
func (e enrolView) knowing() []string {
	if e.Coded() {
		return []string{"staff", "copy", "code", "colleagues"}
	}
	return []string{"staff", "copy", "server", "colleagues"}
}

// options are the groups to choose from; none is chosen for anyone.
func (e enrolView) options(q *page.Request) []ui.Option {
	var all []ui.Option
	for _, g := range e.Protocol.Panel.Groups {
		all = append(all, ui.Option{Value: g.ID, Label: e.Say(q, g.Name), Chosen: g.ID == e.Chosen})
	}
	return all
}
