package page

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/web/i18n"
	"delfi/web/middleware"
	"delfi/web/page/download"
)

// statuses is the one table from a fault's kind to what the web says.
var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// Status gives the status of an error.
func Status(err error) int {
	var r middleware.Refusal
	if errors.As(err, &r) {
		return r.Status
	}
	return statuses[fault.KindOf(err)]
}

// exit is the one exit for errors: it decides which fault an error is, writes its one line
// in the log, and answers with a page, or a document for programs. Who only reads and has
// not signed in is sent there instead.
func (a *App) exit(q *Request, err error) {
	if left(q, err) {
		return // nobody is there to read it, and nothing went wrong here
	}
	if fault.KindOf(err) == fault.Internal {
		err = a.trouble(q, err)
	}
	status := Status(err)
	a.log(q, status, err)
	defer q.errorDeadline()()
	if f := safe(err); status == http.StatusUnauthorized && q.visit.route.class().page {
		err = a.signInAgain(q, f)
	} else {
		err = a.show(q, status, f)
	}
	if err == nil || left(q, err) {
		return
	}
	a.logFailure(q, "error page", err)
	status = http.StatusInternalServerError
	if q.late() {
		status = http.StatusServiceUnavailable
		retryAfter(q.W.Header(), status)
	}
	http.Error(q.W, http.StatusText(status), status)
}

// late tells whether the patience with the request is over.
func (q *Request) late() bool { return errors.Is(context.Cause(q.Context()), middleware.ErrLate) }

// errorTime is how long the page of an error may take when the answer was too late: a
// database that does not answer keeps it as it kept the answer.
const errorTime = 2 * time.Second

// errorDeadline gives the page of an error time of its own when the request's is over; the
// function that it returns ends it.
func (q *Request) errorDeadline() context.CancelFunc {
	if !q.late() {
		return func() {}
	}
	ctx, end := context.WithTimeoutCause(context.WithoutCancel(q.Context()), errorTime, middleware.ErrLate)
	q.R = q.R.WithContext(ctx)
	return end
}

// logFailure logs that the page of an error could not be shown.
func (a *App) logFailure(q *Request, page string, err error) {
	if q.visit.route.Privacy.Answers() {
		a.failed.add(page, q.Now)
		return
	}
	a.opts.Log.Error(page, "request", RequestID(q.Context()), "error", err)
}

// trouble gives the fault of what is nobody's mistake and may be over later.
func (a *App) trouble(q *Request, err error) error {
	if errors.Is(context.Cause(q.Context()), middleware.ErrSilent) {
		return fault.New(fault.Unavailable, "database_down", "the database does not answer").Because(err)
	}
	if q.late() {
		return fault.New(fault.Unavailable, "late", "the answer took too long").Because(err)
	}
	unable := postgres.IsUnavailable(err)
	switch {
	case a.down(q): // asked once: a moment later it may be back, and err is still what it was
		return fault.New(fault.Unavailable, "database_down", "the database does not answer").Because(err)
	case unable:
		return fault.New(fault.Unavailable, "database_unable", "the database cannot do its work").Because(err)
	case errors.Is(err, context.DeadlineExceeded): // of a batch, whose patience is not the request's
		return fault.New(fault.Unavailable, "late", "the answer took too long").Because(err)
	}
	return err
}

// show renders the page of a fault, or tells a program of it.
func (a *App) show(q *Request, status int, f *fault.Fault) error {
	if q.program() {
		return q.problem(status, f)
	}
	retryAfter(q.W.Header(), status)
	q.private = true
	return q.Render(status, a.opts.ErrorPage(status, f))
}

// retryAfter says after how many seconds to ask again, unless somebody knew better.
func retryAfter(h http.Header, status int) {
	switch status {
	case http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusRequestTimeout:
		if h.Get("Retry-After") == "" {
			h.Set("Retry-After", "60")
		}
	}
}

// safe is what may be shown of an error: a fault's own words, never a cause's.
func safe(err error) *fault.Fault {
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind != fault.Internal {
		return f
	}
	return fault.New(fault.Internal, "internal", "something went wrong on our side")
}

// left tells whether the reader went away before the answer.
func left(q *Request, err error) bool {
	var g download.Gone
	return errors.As(err, &g) || errors.Is(err, context.Canceled) && q.Context().Err() != nil && !q.late()
}

// down asks the database itself, on failures only: drivers have too many ways
// of saying that nobody answers.
func (a *App) down(q *Request) bool {
	if a.opts.DB == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(q.Context()), time.Second)
	defer cancel()
	return a.opts.DB.Ping(ctx) != nil
}

// log writes what an operator needs: a person's own faults only for whoever
// asks for debugging, and never an address, a query or a name.
func (a *App) log(q *Request, status int, err error) {
	if q.visit.route.Privacy.Answers() {
		if status >= 500 {
			a.failed.add(kindOfFailure(err), q.Now)
		}
		return
	}
	if errors.Is(err, middleware.ErrBusy) {
		a.logShed(true) // a line for each would be a way to fill the log
		return
	}
	level := slog.LevelDebug
	if status >= 500 && !told(err) {
		level = slog.LevelError
	}
	a.opts.Log.Log(q.Context(), level, "request failed",
		"request", RequestID(q.Context()),
		"method", q.R.Method,
		"route", q.visit.route.Pattern,
		"status", status,
		"error", err)
}

// told tells whether the log has the error where it happened, with its remedy.
func told(err error) bool {
	var f *fault.Fault
	return errors.As(err, &f) && strings.HasPrefix(f.Code, "provider_")
}

// bare is the page of a fault where no layout was given.
func bare(status int, f *fault.Fault) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		q := From(ctx)
		_, err := fmt.Fprintf(w, "<!doctype html><html lang=%q><title>%s</title><h1>%s</h1><p>%s</p><p>%s</p></html>",
			q.Lang, html.EscapeString(q.StatusTitle(status, f)), html.EscapeString(q.StatusTitle(status, f)),
			html.EscapeString(q.Fault(f)), html.EscapeString(q.StatusNext(status)))
		return err
	})
}

// StatusTitle is the heading of the page of a fault: its cause's own where the status
// alone would name another, else that of the status.
func (q *Request) StatusTitle(status int, f *fault.Fault) string {
	if own := "fault_title." + f.Code; i18n.Known(own) {
		return q.T(own)
	}
	return q.status(status, "title")
}

// StatusNext says what to do next.
func (q *Request) StatusNext(status int) string { return q.status(status, "next") }

func (q *Request) status(status int, part string) string {
	key := fmt.Sprintf("status.%d.%s", status, part)
	if !i18n.Known(key) {
		key = "status.500." + part
	}
	return q.T(key)
}

// RequestID names the request in the log and in the X-Request-Id header.
func RequestID(ctx context.Context) string { return visitOf(ctx).id }

// wrap puts around the routes the steps of every request to a page or a program.
func (a *App) wrap(routes http.Handler) http.Handler {
	h := a.recover(a.cross.Handler(routes))
	h = middleware.Language(a.secure, a.sound(middleware.TrimSlash(a.table.has, a.measure(a.admit(h))))) // above recover, so that a panic's page knows its language
	return a.identified(h)
}

// setHeaders sets what every answer's headers have.
func (a *App) setHeaders(h http.Header) {
	for name, value := range a.fixed {
		h[name] = value
	}
}

// identified names the request and sets what every answer's headers have. HEAD goes on as
// the GET whose body the server drops.
func (a *App) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r.Context())
		v.id = uuid.NewString()
		a.setHeaders(w.Header())
		w.Header().Set("X-Request-Id", v.id)
		if r.Method == http.MethodHead {
			r = r.WithContext(r.Context()) // a copy: the server's own remembers to drop the body
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

// sound refuses addresses that hold what no text of ours does, before anything is
// looked up by them.
func (a *App) sound(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !middleware.ValidAddress(r.URL) {
			a.exit(a.outside(w, r), fault.New(fault.NotFound, "no_page", "there is no such page"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// measure stops bodies that are too large: before they arrive when they say so,
// else while they do.
func (a *App) measure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		most := a.opts.MaxBody + visitOf(r.Context()).route.File
		if r.ContentLength > most {
			r.Body = http.NoBody // nothing of it is read, not by the page that refuses it either
			a.exit(a.outside(w, r), middleware.TooLarge(most))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(w, r)
	})
}

// recover turns a panic into a page; pages are sent whole, so that one is still possible.
func (a *App) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			a.exit(a.outside(w, r), panicked{fmt.Errorf("panic: %v\n%s", v, debug.Stack()), placeOfPanic()})
		}()
		next.ServeHTTP(w, r)
	})
}
