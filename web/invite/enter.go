package invite

import (
	"net/http"
	"net/url"
	"time"

	"delfi/internal/fault"
	"delfi/internal/panel/invitation"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// view is the page on which a code is typed.
type view struct {
	dossier.View
	Typed    string
	Read     bool
	Problems ui.Problems
}

// sealed is the kind of the cookies in which a code is kept through a sign-in.
const sealed = "invite"

// keeps is how long it is.
const keeps = time.Hour

// load gives the consultation that the address names, where somebody can still enter a group of
// it by invitation. A reader who is on the panel already is led to it by the caller.
func (c room) load(q *page.Request) (view, error) {
	v, err := c.loader.Load(q)
	switch {
	case err != nil:
		return view{}, err
	case !v.Invites():
		return view{}, fault.New(fault.NotFound, "no_invited_group", "there is no group by invitation here")
	case v.Group == "" && v.Steers(q.Actor):
		return view{}, fault.New(fault.Forbidden, "staff_cannot_enrol", "those who steer a consultation do not take part in it")
	case v.Group == "" && !v.Enrolling():
		return view{}, fault.New(fault.Conflict, "enrolment_closed", "enrolment is not open")
	}
	return view{View: v}, nil
}

// page asks for the code; who signed in with one reads who can know what beside it.
func (c room) page(q *page.Request) error {
	v, err := c.load(q)
	if err != nil {
		return err
	}
	if v.Group != "" {
		q.Cookies.DeleteSealed(sealed, v.Slug)
		q.Flash("consultation.enrol.already")
		return q.Redirect(v.Path(""))
	}
	if q.Actor.SignedIn() {
		// None leaves the field empty. It is read once: the next reader of this browser may be another.
		q.Cookies.Open(sealed, v.Slug, &v.Typed)
	}
	return q.Render(http.StatusOK, asked(v))
}

// enter puts the reader on the panel. A code that was typed by somebody who is not signed in is
// kept until they are; what is wrong with it as a code is said at once.
func (c room) enter(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := c.load(q)
	if err != nil {
		return err
	}
	if v.Group != "" {
		return c.entered(q, v)
	}
	v.Typed, v.Read = form.Value("code"), form.Value("read") == "on"
	if !q.Actor.SignedIn() {
		if err := invitation.Check(v.ID, v.Typed); err != nil {
			return v.refused(q, err)
		}
		if err := q.Cookies.Seal(sealed, v.Slug, v.Typed, keeps); err != nil {
			return err
		}
		return q.Redirect("/sign-in?next=" + url.QueryEscape(q.URL(v.Path("/invitation"))))
	}
	if err := page.SignedIn.Pass(q); err != nil {
		return err
	}
	if err := invitation.Check(v.ID, v.Typed); err != nil {
		return v.refused(q, err)
	}
	if !v.Read {
		return v.refused(q, fault.Bad(fault.Field{Name: "read", Code: "confirm_read", Message: "confirm that you have read who can know what"}))
	}
	if err := c.Panel.EnrolInvited(q.Context(), q.Actor, v.ID, v.Typed); err != nil {
		if fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.Conflict {
			return err
		}
		// A button pressed twice ends as it did at first.
		group, failed := c.Panel.Group(q.Context(), q.Actor, v.ID)
		switch {
		case failed != nil:
			return failed
		case group == "" && fault.KindOf(err) == fault.Invalid:
			return v.refused(q, err)
		case group == "":
			return err
		}
	}
	return c.entered(q, v)
}

// entered leads somebody who is on the panel to the page that is theirs now.
func (c room) entered(q *page.Request, v view) error {
	q.Cookies.DeleteSealed(sealed, v.Slug)
	q.Flash("consultation.enrol.done")
	return q.Redirect(v.AfterEnrolling(q.Now))
}

// refused shows the page once more, with what is to be mended.
func (v view) refused(q *page.Request, err error) error {
	v.Problems = ui.ProblemsOf(err).Labelled(map[string]string{"code": q.T("invite.code"), "read": q.T("consultation.enrol.read")})
	return q.Render(http.StatusUnprocessableEntity, asked(v))
}
