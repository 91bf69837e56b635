package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"delfi/web/page"
)

// Health says whether the server can do its work, and logs each request.
type Health struct {
	Checks map[string]func(ctx context.Context) error // by name: database, sign-in, …
	Log    *slog.Logger
	Meter  *Meter // nil: nothing is counted
}

func (h Health) alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n")) // a reader that went away is no failure of ours
}

// ready answers 200 when every check passes, else 503 with what does not.
func (h Health) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	status, said := http.StatusOK, map[string]string{}
	for name, check := range h.Checks {
		said[name] = "ok"
		if err := check(ctx); err != nil {
			status, said[name] = http.StatusServiceUnavailable, "fails"
			h.Log.WarnContext(ctx, "not ready", "check", name, "error", err)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(said) // as above
}

// logged writes one line per request without anything personal: no address, no
// agent, no query, no path, only the route's pattern. Of routes under which people
// answer not even the moment is told: the day alone.
func (h Health) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(ww, r)
		pattern := chi.RouteContext(r.Context()).RoutePattern()
		status := ww.Status()
		if status == 0 {
			status = http.StatusOK
		}
		h.Meter.observe(pattern, status, time.Since(began))
		if answering(pattern) {
			h.Log.LogAttrs(context.Background(), levelDay, "request", slog.String("route", pattern), slog.Int("status", status))
			return
		}
		h.Log.InfoContext(r.Context(), "request", "request", page.RequestID(r.Context()),
			"method", r.Method, "route", pattern, "status", status, "ms", time.Since(began).Milliseconds())
	})
}

// levelDay marks lines whose time is cut to the day by the log's handler.
const levelDay = slog.LevelInfo + 1

// DayOnly is the log handler around the real one that cuts those times: a
// ReplaceAttr function would not see the level of the line.
type DayOnly struct{ slog.Handler }

// Handle cuts the time of a line about an answering route to its day.
func (d DayOnly) Handle(ctx context.Context, r slog.Record) error {
	if r.Level == levelDay {
		r.Time = r.Time.UTC().Truncate(24 * time.Hour)
		r.Level = slog.LevelInfo
	}
	return d.Handler.Handle(ctx, r)
}

// WithAttrs keeps the cut.
func (d DayOnly) WithAttrs(a []slog.Attr) slog.Handler { return DayOnly{d.Handler.WithAttrs(a)} }

// WithGroup keeps the cut.
func (d DayOnly) WithGroup(name string) slog.Handler { return DayOnly{d.Handler.WithGroup(name)} }

// answering tells whether people answer under a route.
func answering(pattern string) bool {
	return strings.Contains(pattern, "/rounds/") && strings.HasPrefix(pattern, "/consultations/") ||
		strings.HasSuffix(pattern, "/contributions") && strings.HasPrefix(pattern, "/consultations/") ||
		strings.HasSuffix(pattern, "/enrol") ||
		strings.Contains(pattern, "/marks") // who looks for a receipt has answered
}
