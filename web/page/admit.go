package page

import (
	"context"
	"errors"
	"net/http"
	"time"

	"delfi/web/middleware"
)

// Reading returns how full the limiter of readers is.
func (a *App) Reading() middleware.Load { return a.reads.Load() }

// Acting returns how full the limiter of those who send something is. It moves when
// somebody answers: docs/RECORD.md §2.5, holds for whatever shows it.
func (a *App) Acting() middleware.Load { return a.acts.Load() }

// admit lets a request work when there is a place. Readers and those who send something
// have limiters of their own: a crowd that reads keeps nobody from answering.
func (a *App) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l, patience := a.acts, a.opts.Patience
		if r.Method == http.MethodGet {
			l = a.reads
		} else if visitOf(r.Context()).route.File > 0 {
			l, patience = a.uploads, arriving.All
			from := a.clients.Address(r)
			if err := a.arrivals.Take(from, 1); err != nil {
				w.Header().Set("Connection", "close")
				r.Body = http.NoBody
				// What still arrives is read for a moment, so that the answer reaches who sends it.
				_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(time.Second)) // a writer without one has no connection
				a.refuse(w, r, l, err)
				return
			}
			defer a.arrivals.Give(from, 1)
			r.Body = arriving.Pace(w, r.Body)
			w.Header().Set("Connection", "close") // nothing is awaited of a file that nobody reads to its end
		} else {
			memory, err := a.bodies.Read(w, r, a.clients.Address(r))
			defer memory.Release()
			if err != nil {
				w.Header().Set("Connection", "close") // the rest of the body is not awaited
				r.Body = http.NoBody                  // nor read by the page that refuses it
				a.refuse(w, r, l, err)
				return
			}
		}
		if !l.Acquire(r.Context()) {
			a.refuse(w, r, l, middleware.ErrBusy)
			return
		}
		ctx, cancel := context.WithCancelCause(r.Context())
		defer cancel(nil)
		late := middleware.NewDeadline(patience, cancel)
		if r.Method == http.MethodGet && a.opts.DB != nil {
			late.Attend(a.opts.DB, a.opts.Silence)
		}
		defer late.Stop()
		place := middleware.NewPlace(w, l, late)
		defer place.Release()
		next.ServeHTTP(place, r.WithContext(ctx))
	})
}

// arriving is the least rate of a form that comes with a file, which is read as it is used.
var arriving = middleware.MinRate{Bytes: 64 << 10, Window: 15 * time.Second, All: 10 * time.Minute}

// uploading is how many such forms are at work at once, and uploadingOne how many of them
// come from one address.
const (
	uploading    = 8
	uploadingOne = 2
)

// refuse answers without having begun anything.
func (a *App) refuse(w http.ResponseWriter, r *http.Request, l *middleware.Limiter, err error) {
	q := a.outside(w, r)
	if !errors.Is(err, middleware.ErrBusy) {
		a.exit(q, err)
		return
	}
	if r.Context().Err() != nil {
		return // left while waiting
	}
	l.Reject()
	a.logShed(l == a.reads)
	w.Header().Set("Retry-After", "5")
	if err := a.show(q, http.StatusServiceUnavailable, middleware.ErrBusy); err != nil && !left(q, err) {
		a.logFailure(q, "error page", err)
	}
}

// logShed logs that readers are rejected, at most every ten seconds: a line for each
// would be work too. Of those who send something it says nothing: the line would have a
// time.
func (a *App) logShed(reader bool) {
	now, told := time.Now().Unix(), a.shedLogged.Load()
	if reader && now-told >= 10 && a.shedLogged.CompareAndSwap(told, now) {
		a.opts.Log.Warn("more requests than the server can serve: some are turned away", "shed", a.reads.Load().Rejected)
	}
}

// who is the key of a reader: the account, else the address.
func (a *App) who(q *Request) string {
	if q.Actor.SignedIn() {
		return q.Actor.Account.String()
	}
	return "from " + a.clients.Address(q.R).String()
}

// BadRequest gives err the status 400, for programs whose standard asks for it.
func BadRequest(err error) error {
	return middleware.Refusal{Status: http.StatusBadRequest, Fault: safe(err)}
}
