package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
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
// agent, no query, no path, only the route's pattern. Of quiet pages it writes none.
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
		took, quiet := time.Since(began), page.IsQuiet(r.Context())
		h.Meter.observe(pattern, quiet, status, took)
		if !quiet {
			h.line(r, pattern, status, took)
		}
	})
}

// line writes a request's line, as the logger would but for the caller's address, which
// costs as much as the line and is always the same.
func (h Health) line(r *http.Request, pattern string, status int, took time.Duration) {
	ctx := context.Background()
	if !h.Log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	line := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
	line.AddAttrs(slog.String("request", page.RequestID(r.Context())), slog.String("method", r.Method),
		slog.String("route", pattern), slog.Int("status", status), slog.Int64("ms", took.Milliseconds()))
	_ = h.Log.Handler().Handle(ctx, line) // nobody is left to be told; the logger says nothing either
}
