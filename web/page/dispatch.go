package page

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	chimiddleware "github.com/go-chi/chi/v5/middleware"

	"delfi/web/middleware"
)

// Meter counts answers by route and status; web.Meter does. Answering ones must not be
// seen as they happen.
type Meter interface {
	Observe(route string, answering bool, status int, took time.Duration)
	Hit(route string, answering bool, status int) // of the page cache
}

// dispatch answers a request as its route says.
func (a *App) dispatch(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	ww := chimiddleware.NewWrapResponseWriter(w, r.ProtoMajor)
	a.route(ww, r)
	status := ww.Status()
	if status == 0 {
		status = http.StatusOK
	}
	route, took := visitOf(r.Context()).route, time.Since(began)
	if a.opts.Meter != nil {
		a.opts.Meter.Observe(route.Pattern, route.Privacy.Answers(), status, took)
	}
	if route.class().line {
		a.accessLog(r, route, status, took)
	}
}

// accessLog writes the line of a request, without anything personal: no address, no agent,
// no query, no path, only the route's pattern. It goes past the logger, whose search for
// the caller costs as much as the line.
func (a *App) accessLog(r *http.Request, route *Route, status int, took time.Duration) {
	ctx := context.Background()
	if !a.opts.Log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	line := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
	line.AddAttrs(slog.String("request", RequestID(r.Context())), slog.String("method", r.Method),
		slog.String("route", route.Pattern), slog.Int("status", status), slog.Int64("ms", took.Milliseconds()))
	_ = a.opts.Log.Handler().Handle(ctx, line) // a log that cannot be written has no other place
}

// route runs a request's route, with its session if it has one.
func (a *App) route(w http.ResponseWriter, r *http.Request) {
	if visitOf(r.Context()).route.class().session {
		a.signed.ServeHTTP(w, r)
		return
	}
	a.answer(w, r)
}

// answer runs a request's route on the session that was loaded, if any.
func (a *App) answer(w http.ResponseWriter, r *http.Request) {
	q := a.outside(w, r)
	err := a.identify(q)
	if err == nil {
		err = a.pass(q)
	}
	if err != nil {
		a.exit(q, err)
	}
}

// pass lets a request pass its limits and its guards, in order, then runs its handler.
func (a *App) pass(q *Request) error {
	class := q.visit.route.class()
	if !class.bare && q.R.Method == http.MethodPost && !a.posts.Allow(a.who(q)) {
		return middleware.ErrRate
	}
	for _, g := range q.visit.route.Guards {
		if err := g.Pass(q); err != nil {
			return err
		}
	}
	if q.visit.route.Cache == Spooled {
		return a.spooled(q)
	}
	if !class.page {
		return q.visit.route.Handler(q)
	}
	if err := q.looks(); err != nil {
		return err
	}
	if lang, ok := q.switched(); ok {
		return a.inLanguage(q, lang)
	}
	if !q.reads() {
		q.forgetForm()
	}
	defer a.invalidate(q)
	return q.visit.route.Handler(q)
}
