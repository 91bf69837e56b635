package participate

import (
	"crypto/rand"
	"errors"
	"strings"

	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/panel"
	"delfi/internal/pseudonym"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// seat is the one place where the seat of a request is found: by the account that
// signed in, or, under /code, by the code that the browser holds and by nothing
// else. The pages of a ballot are the same for both.
func (c room) seat(q *page.Request, v view) (pseudonym.Seat, error) {
	if c.coded {
		return c.Panel.ByCode(q.Context(), v.ID, q.Cookies.Scoped())
	}
	return c.Panel.Seat(q.Context(), q.Actor, v.ID)
}

// answering is seat for who may still answer: not for staff, who were appointed after they
// enrolled.
func (c room) answering(q *page.Request, v view) (pseudonym.Seat, error) {
	if err := consultation.CanAnswer(q.Actor, v.Consultation); err != nil {
		return pseudonym.Seat{}, err
	}
	return c.seat(q, v)
}

// unseated answers a request for which there is no seat: it leads to the way in
// that the consultation has.
func (c room) unseated(q *page.Request, v view, err error) error {
	var f *fault.Fault
	switch {
	case !errors.As(err, &f):
		return err
	case v.Coded() && !c.coded && q.R.Method != "POST":
		return q.Redirect(v.CodePath(""))
	case f.Kind == fault.Invalid:
		// The browser was closed, or holds a code that is none.
		if q.R.Method == "POST" {
			return q.Render(422, codePage(codeView{view: v, Problems: codeProblems(q, err)}))
		}
		return q.Redirect(v.CodePath(""))
	case f.Code == "code_not_yet":
		return c.notYet(q, v)
	case f.Code == "not_enrolled":
		return c.needed(q, v)
	}
	return err
}

// notYet answers with 409 a code that does not work yet: the page says from when it does,
// and holds all that was sent, for a button that sends it again.
func (c room) notYet(q *page.Request, v view) error {
	p, err := c.Panel.When(q.Context(), v.ID, q.Cookies.Scoped())
	if err != nil {
		return err
	}
	w := waitView{codeView: codeView{view: v, Promise: p}}
	if q.R.Method == "POST" {
		form, err := q.Form()
		if err != nil {
			return err
		}
		form.Fields(func(name, value string) { w.Sent = append(w.Sent, sentField{name, value}) })
	}
	return q.Render(409, waitPage(w))
}

// waitView is the page of a code that does not work yet.
type waitView struct {
	codeView
	Sent []sentField // of the form that came with it
}

type sentField struct{ Name, Value string }

// codeView is the page on which a code is entered, and what it says once it is held.
type codeView struct {
	view
	Held     bool
	Promise  panel.Promise // of a held code
	Typed    string
	Problems ui.Problems
}

// code is the way in with a code. It lies outside the sessions.
func (c room) code(q *page.Request) error {
	v, err := c.loadCoded(q)
	if err != nil {
		return err
	}
	cv := codeView{view: v}
	if q.Cookies.Scoped() != "" {
		seat, err := c.seat(q, v)
		var f *fault.Fault
		switch {
		case errors.As(err, &f) && f.Code == "code_not_yet":
			return c.notYet(q, v)
		case err != nil && fault.KindOf(err) != fault.Invalid:
			return err
		}
		if cv.Held, cv.Group = err == nil, seat.Group; cv.Held {
			if cv.View, err = dossier.Seated(q, c.Ballots, cv.View, seat); err != nil {
				return err
			}
		}
	}
	return q.Render(200, codePage(cv))
}

// enter takes a code: the browser holds it from then on, for these pages alone.
func (c room) enter(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := c.loadCoded(q)
	if err != nil {
		return err
	}
	typed := form.Value("code")
	_, err = c.Panel.ByCode(q.Context(), v.ID, typed)
	var f *fault.Fault
	switch {
	case errors.As(err, &f) && f.Kind == fault.Invalid:
		return q.Render(422, codePage(codeView{view: v, Typed: typed, Problems: codeProblems(q, err)}))
	case errors.As(err, &f) && f.Code == "code_not_yet":
		// It is held all the same: who comes back later need not type it again.
		q.Cookies.SetScoped(v.CodePath(""), pseudonym.Tidy(typed))
		return q.Redirect(v.CodePath(""))
	case err != nil:
		return err
	}
	q.Cookies.SetScoped(v.CodePath(""), pseudonym.Tidy(typed))
	if r, open := v.OpenRound(q.Now); open && r.Answers() && v.Suspended == nil {
		return q.Redirect(v.BallotPath(r.Number))
	}
	return q.Redirect(v.CodePath(""))
}

// beforeForgetting says what goes with a code that the browser forgets.
func (c room) beforeForgetting(q *page.Request) error {
	v, err := c.loadCoded(q)
	if err != nil {
		return err
	}
	if q.Cookies.Scoped() == "" {
		return q.Redirect(v.CodePath(""))
	}
	return q.Render(200, ui.RemovalPage(ui.Removal{
		Frame: v.Frame(q, q.T("consultation.code.forget_title")+" · "+v.Title, q.T("consultation.code.title")), Kicker: v.Title, KickerLang: v.Language,
		Title:  q.T("consultation.code.forget_title"),
		Goes:   []string{q.T("consultation.code.forget_goes"), q.T("consultation.code.forget_lost")},
		Stays:  []string{q.T("consultation.code.forget_ballot"), q.T("consultation.code.forget_again")},
		Action: v.CodePath("/forget"), Button: q.T("consultation.code.forget"), Back: v.CodePath(""), BackWords: q.T("consultation.code.forget_back"),
		Undoable: true,
	}))
}

// forget makes the browser forget the code: the next reader of a shared machine
// must not answer in one's place.
func (c room) forget(q *page.Request) error {
	v, err := c.loadCoded(q)
	if err != nil {
		return err
	}
	q.Cookies.DeleteScoped(v.CodePath(""))
	q.Flash("consultation.code.forgotten")
	return q.Redirect(v.CodePath(""))
}

// codeProblems are those of the field in which a code is typed.
func codeProblems(q *page.Request, err error) ui.Problems {
	return ui.ProblemsOf(err).Labelled(map[string]string{"code": q.T("consultation.code.label")})
}

// loadCoded is load for pages that only a consultation with codes has.
func (c room) loadCoded(q *page.Request) (view, error) {
	v, err := c.load(q)
	if err == nil && !v.Coded() {
		err = fault.New(fault.Conflict, "no_codes", "this consultation is answered with an account, not with a code")
	}
	return v, err
}

// issueView is the page on which a code is issued, once.
type issueView struct {
	view
	panel.Promise
	Code pseudonym.Code
	Now  bool // the code is shown
}

// groups are the code's groups of five, which a narrow page may break between.
func (i issueView) groups() []string { return strings.SplitAfter(i.Code.String(), "-") }

// held is the secret under which this browser may be shown its code again.
func (v view) held(q *page.Request) pseudonym.Secret {
	secret, ok := pseudonym.NewSecret(q.Cookies.ScopedSecret(v.Path("/get-code")))
	if !ok {
		secret, _ = pseudonym.NewSecret(rand.Text()) // a cookie made by hand: nobody's
	}
	return secret
}

// offer says what a code is, before it is issued, and from when it would work;
// afterwards, that it was. For some minutes the browser that was shown it sees it again.
func (c room) offer(q *page.Request) error {
	v, err := c.loadCoded(q)
	if err != nil {
		return err
	}
	if v.Group == "" {
		return c.needed(q, v)
	}
	if v.Issued, err = c.Panel.Issued(q.Context(), q.Actor, v.ID); err != nil {
		return err
	}
	i := issueView{view: v}
	if v.Issued {
		var issued panel.Issued
		issued, i.Now, err = c.Panel.IssuedCode(q.Context(), q.Actor, v.ID, v.held(q))
		i.Code, i.Promise = issued.Code, issued.Promise
	} else {
		v.held(q)
		i.Promise, err = c.Panel.Offered(q.Context(), q.Actor, v.ID)
	}
	if err != nil {
		return err
	}
	return q.Render(200, issuePage(i))
}

// issue shows the code. A second click, and a reload in the next minutes, show it again.
func (c room) issue(q *page.Request) error {
	v, err := c.loadCoded(q)
	if err != nil {
		return err
	}
	issued, err := c.Panel.IssueCode(q.Context(), q.Actor, v.ID, v.held(q))
	var f *fault.Fault
	switch {
	case errors.As(err, &f) && f.Code == "not_enrolled":
		return c.needed(q, v)
	case errors.As(err, &f) && f.Code == "code_issued":
		v.Issued = true
		return q.Render(409, issuePage(issueView{view: v}))
	case err != nil:
		return err
	}
	v.Issued = true
	return q.Render(200, issuePage(issueView{view: v, Promise: issued.Promise, Code: issued.Code, Now: true}))
}

// works says from when a code works.
func works(q *page.Request, p panel.Promise) string {
	if p.Works(q.Now) {
		return q.T("consultation.works.now")
	}
	latest := q.T("consultation.works.never")
	switch {
	case !p.From.IsZero():
		latest = q.T("consultation.works.moment", "moment", q.Moment(p.From))
	case p.Round > 0:
		latest = q.T("consultation.works.round", "n", p.Round)
	}
	if p.Early.IsZero() {
		return q.T("consultation.works.from", "latest", latest)
	}
	return q.T("consultation.works.early", "clock", q.Clock(p.Early), "latest", latest)
}
