package account

import (
	"errors"
	"net/http"
	"strings"

	"delfi/internal/fault"
	"delfi/internal/login"
	"delfi/web/page"
)

// under is a sign-in under way, sealed in a cookie of the browser that began it.
type under struct {
	login.Attempt
	Next string // where to go after, language included
	Lang string // the callback's address has none
	Hint string // as asked
}

const (
	attemptKind = "attempt"
	// longestNext is the longest address that is sealed in a cookie beside an
	// attempt; a longer one leads home.
	longestNext = 1500
	// longestHint is how long a name that a link carries may be: a cookie holds it meanwhile.
	longestHint = 200
)

// attemptName is the name of a state's attempt: so much of it that no two are alike.
func attemptName(state string) string { return state[:min(len(state), 16)] }

// begin sends somebody to the provider: to sign in ("as" names whom), to prove again
// who they are ("fresh"), or, without a page, to have looked at what they may do ("look").
func (s Services) begin(q *page.Request) error {
	next := q.Local(q.Query("next"))
	ask := login.Ask{Hint: q.Query("as"), Language: q.Lang, Fresh: q.Query("fresh") != ""}
	if len(ask.Hint) > longestHint {
		ask.Hint = ""
	}
	if q.Actor.SignedIn() && q.Query("look") != "" && !ask.Fresh {
		ask.Silent, ask.IDToken = true, q.IDToken()
	}
	if q.Actor.SignedIn() && ask.Hint == "" && !ask.Fresh && (!ask.Silent || !q.Renews()) {
		return q.Leave(next)
	}
	return s.send(q, ask, next)
}

// send begins a round trip that ends at next.
func (s Services) send(q *page.Request, ask login.Ask, next string) error {
	attempt, address, err := s.Login.Begin(q.Context(), ask)
	if err != nil {
		return s.vain(q, ask.Silent, err)
	}
	if len(next) > longestNext {
		next = q.URL("/")
	}
	mine := under{Attempt: attempt, Next: next, Lang: q.Lang, Hint: ask.Hint}
	if err := q.Cookies.Seal(attemptKind, attemptName(attempt.State), mine, login.Patience); err != nil {
		return err
	}
	return q.Leave(address)
}

// vain leaves a provider in peace that could not be asked what somebody may do.
func (s Services) vain(q *page.Request, silent bool, err error) error {
	if silent && fault.KindOf(err) == fault.Unavailable {
		if err := q.LookedInVain(); err != nil {
			return err
		}
	}
	return err
}

func (s Services) finish(q *page.Request) error {
	mine, err := take(q, q.Query("state"))
	if err != nil {
		return err
	}
	if mine.Lang != "" {
		q.Lang = mine.Lang
	}
	signed, err := s.Login.Finish(q.Context(), mine.Attempt, q.R.URL.Query())
	var f *fault.Fault
	if errors.As(err, &f) && f.Code == "sign_in_again" { // a look that needs the person
		return s.send(q, login.Ask{Hint: mine.Hint, Language: q.Lang}, mine.Next)
	}
	if err != nil {
		return s.vain(q, mine.Silent, err)
	}
	signed.Claims.Language = q.Lang
	id, err := s.Accounts.SignIn(q.Context(), signed.Claims)
	if err != nil {
		return err
	}
	if err := q.Enter(page.Entered{
		Account: id, Issuer: signed.Claims.Issuer, Subject: signed.Claims.Subject,
		SID: signed.SID, IDToken: signed.IDToken, Auth: signed.Auth, Silent: mine.Silent, Attested: signed.Attested,
	}); err != nil {
		return err
	}
	return q.Leave(mine.Next)
}

// take gives the attempt of a state, which is over then, even if it fails. Finish
// compares the state itself.
func take(q *page.Request, state string) (under, error) {
	var mine under
	if !q.Cookies.Open(attemptKind, attemptName(state), &mine) || mine.State == "" {
		return under{}, fault.New(fault.Forbidden, "sign_in_unknown", "this browser began no such sign-in, or it was finished already: begin again")
	}
	return mine, nil
}

// leave signs out here, and at the provider where it can. A provider whose page
// for it has another origin than its issuer must be in page.Options.FormAction:
// otherwise the browser would stop at the form, and the person would think that
// nothing had happened.
func (s Services) leave(q *page.Request) error {
	idToken := q.IDToken()
	signedIn := q.Actor.SignedIn()
	if err := q.SignOut(); err != nil {
		return err
	}
	q.Flash("flash.signed_out")
	if signedIn {
		if at := s.Login.Leave(idToken, strings.TrimSuffix(s.BaseURL, "/")+"/"); at != "" && q.MayLead(at) {
			return q.Leave(at)
		}
	}
	return q.Redirect("/")
}

// leaveEverywhere ends every session of the reader, on all servers.
func (s Services) leaveEverywhere(q *page.Request) error {
	if err := s.Ends.SignOutEverywhere(q.Context(), q.Actor.Account); err != nil {
		return err
	}
	return s.leave(q)
}

// ended is where the provider says that sessions are over (OpenID Connect Back-Channel
// Logout 1.0). It answers 400 to whatever does not hold.
func (s Services) ended(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return badLogout(err)
	}
	told, err := s.Login.LoggedOut(q.Context(), form.Value("logout_token"))
	if err != nil {
		return badLogout(err)
	}
	err = s.Ends.LoggedOut(q.Context(), page.Logout{Issuer: told.Issuer, Subject: told.Subject, SID: told.SID, TokenID: told.TokenID, Until: told.Until})
	if err != nil {
		return badLogout(err)
	}
	return q.Bytes(http.StatusOK, "text/plain; charset=utf-8", nil)
}

// badLogout gives what a provider is answered: 400, as the standard has it, unless it is
// our own trouble.
func badLogout(err error) error {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict:
		return page.BadRequest(err)
	}
	return err
}
