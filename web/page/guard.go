package page

import (
	"time"

	"delfi/internal/fault"
	"delfi/web/middleware"
)

// Guard lets a request pass or refuses it. Guards stand in the rows of the table of routes;
// a handler that needs one only for some of its answers calls Pass.
type Guard struct {
	name string
	pass func(q *Request) error
}

// Pass returns nil, or the fault with which the request is refused.
func (g Guard) Pass(q *Request) error { return g.pass(q) }

func (g Guard) String() string { return g.name }

// LimitSignIns lets an address begin only so many sign-ins a minute.
var LimitSignIns = Guard{"limit of sign-ins", func(q *Request) error {
	if !q.app.signIns.Allow(q.app.clients.Address(q.R).String()) {
		return middleware.ErrRate
	}
	return nil
}}

// LimitCodes lets an address try only so many codes a minute: apart from sign-ins, so
// that a library that signs in uses up nobody's codes.
var LimitCodes = Guard{"limit of codes", func(q *Request) error {
	if !q.app.codes.Allow(q.app.clients.Address(q.R).String()) {
		return middleware.ErrRate
	}
	return nil
}}

// LimitSearches lets a reader search only so many times a minute; the form is no search.
var LimitSearches = Guard{"limit of searches", func(q *Request) error {
	if q.Query("q") != "" && !q.app.searches.Allow(q.app.who(q)) {
		return middleware.ErrRate
	}
	return nil
}}

var errLook = fault.New(fault.Unauthenticated, "look", "the identity provider is asked again what this person may do")

// SignedIn lets only people who signed in pass: a reader is sent to sign in and back.
var SignedIn = Guard{"signed in", func(q *Request) error {
	if q.stale {
		return errLook
	}
	if !q.Actor.SignedIn() {
		return fault.New(fault.Unauthenticated, "sign_in", "sign in first")
	}
	return nil
}}

// Fresh lets only people pass who proved a short time ago who they are: for acts that
// cannot be undone, so that a browser that was left alone does none. Who does not pass
// signs in again, and then does the act with the form before them.
var Fresh = Guard{"fresh", func(q *Request) error {
	if !Proved(q) {
		return fault.New(fault.Unauthenticated, "fresh", "sign in again: this act cannot be undone")
	}
	return nil
}}

// Proved tells whether Fresh lets a reader pass.
func Proved(q *Request) bool { return q.Now.Sub(q.instant(authKey)) <= q.app.opts.Fresh }

// ProveURL leads to proving again who one is, and back to where the reader is.
func ProveURL(q *Request) string { return q.signInURL("fresh") }

// looks sends a reader whose roles were not looked at for too long to have them looked
// at, whatever they read: a desk would be closed to them, a draft would not be there. A
// provider that has just failed them is left in peace.
func (q *Request) looks() error {
	if !q.stale || !q.reads() || q.visit.route.Privacy == Session {
		return nil
	}
	var vain bool
	if q.Cookies.Peek(vainKind, vainKind, &vain) {
		return nil
	}
	return errLook
}

const vainKind = "vain"

// LookedInVain leaves a provider in peace for some minutes: pages that everybody reads
// are drawn as for anybody meanwhile.
func (q *Request) LookedInVain() error {
	return q.Cookies.Seal(vainKind, vainKind, true, 5*time.Minute)
}

// Renews tells whether the sign-in under way would look at the roles of somebody who
// is signed in.
func (q *Request) Renews() bool { return q.stale }
