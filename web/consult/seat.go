package consult

import (
	"errors"

	"delfi/internal/fault"
	"delfi/internal/pseudonym"
	"delfi/web/page"
	"delfi/web/ui"
)

// coded tells whether the consultation is answered with held codes.
func (v view) coded() bool { return v.Protocol.Anonymity.Mode == string(pseudonym.HeldCode) }

// codePath is the address beneath which a code is held and used, with more after it.
func (v view) codePath(more string) string { return v.path("/code" + more) }

// seat is the one place where the seat of a request is found: by the account that
// signed in, or, under /code, by the code that the browser holds and by nothing
// else. The pages of a ballot are the same for both.
func (c room) seat(q *page.Request, v view) (pseudonym.Seat, error) {
	if c.apart {
		return c.Panel.ByCode(q.Context(), v.ID, q.Held())
	}
	return c.Panel.Seat(q.Context(), q.Actor, v.ID)
}

// unseated answers a request for which there is no seat: it leads to the way in
// that the consultation has.
func (c room) unseated(q *page.Request, v view, err error) error {
	var f *fault.Fault
	switch {
	case !errors.As(err, &f):
		return err
	case v.coded() && !c.apart && q.R.Method != "POST":
		return q.Redirect(v.codePath(""))
	case f.Kind == fault.Invalid:
		// The browser was closed, or holds a code that is none.
		if q.R.Method == "POST" {
			return q.Render(422, codePage(codeView{view: v, Problems: ui.ProblemsOf(err)}))
		}
		return q.Redirect(v.codePath(""))
	case f.Code == "not_enrolled":
		return q.Render(403, needed(enrolView{view: v}))
	}
	return err
}

// codeView is the page on which a code is entered, and what it says once it is held.
type codeView struct {
	view
	Held     bool
	Typed    string
	Problems ui.Problems
}

// code is the way in with a code. It lies outside the sessions.
func (c room) code(q *page.Request) error {
	q.NoStore()
	v, err := c.loadCoded(q)
	if err != nil {
		return err
	}
	cv := codeView{view: v}
	if q.Held() != "" {
		seat, err := c.seat(q, v)
		if kind := fault.KindOf(err); err != nil && kind != fault.Invalid {
			return err
		}
		cv.Held, cv.Group = err == nil, seat.Group
	}
	return q.Render(200, codePage(cv))
}

// enter takes a code: the browser holds it from then on, for these pages alone.
func (c room) enter(q *page.Request) error {
	q.NoStore()
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := c.loadCoded(q)
	if err != nil {
		return err
	}
	typed := form.Value("code")
	if _, err := c.Panel.ByCode(q.Context(), v.ID, typed); fault.KindOf(err) == fault.Invalid && err != nil {
		return q.Render(422, codePage(codeView{view: v, Typed: typed, Problems: ui.ProblemsOf(err)}))
	} else if err != nil {
		return err
	}
	q.Hold(v.codePath(""), pseudonym.Tidy(typed))
	if r, open := v.open(q.Now); open && r.Answers() && v.Suspended == nil {
		return q.Redirect(v.ballotPath(r.Number))
	}
	return q.Redirect(v.codePath(""))
}

// forget makes the browser forget the code: the next reader of a shared machine
// must not answer in one's place.
func (c room) forget(q *page.Request) error {
	q.NoStore()
	v, err := c.loadCoded(q)
	if err != nil {
		return err
	}
	q.Drop(v.codePath(""))
	q.Flash("consult.code.forgotten")
	return q.Redirect(v.codePath(""))
}

// loadCoded is load for pages that only a consultation with codes has.
func (c room) loadCoded(q *page.Request) (view, error) {
	v, err := c.load(q)
	if err == nil && !v.coded() {
		err = fault.New(fault.Conflict, "no_codes", "this consultation is answered with an account, not with a code")
	}
	return v, err
}

// issueView is the page on which a code is issued, once.
type issueView struct {
	view
	Code pseudonym.Code
	Now  bool // it was issued in this very request, and is shown
}

// offer says what a code is, before it is issued; afterwards, that it was.
func (c room) offer(q *page.Request) error {
	q.NoStore()
	v, err := c.loadCoded(q)
	if err != nil {
		return err
	}
	if v.Group == "" {
		return q.Render(403, needed(enrolView{view: v}))
	}
	return q.Render(200, issuePage(issueView{view: v}))
}

// issue shows the code, the only time that anybody sees it.
func (c room) issue(q *page.Request) error {
	q.NoStore()
	v, err := c.loadCoded(q)
	if err != nil {
		return err
	}
	code, err := c.Panel.IssueCode(q.Context(), q.Actor, v.ID)
	var f *fault.Fault
	switch {
	case errors.As(err, &f) && f.Code == "not_enrolled":
		return q.Render(403, needed(enrolView{view: v}))
	case errors.As(err, &f) && f.Code == "code_issued":
		v.Issued = true
		return q.Render(409, issuePage(issueView{view: v}))
	case err != nil:
		return err
	}
	v.Issued = true
	return q.Render(200, issuePage(issueView{view: v, Code: code, Now: true}))
}
