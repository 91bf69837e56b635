package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
)

// A line of the log tells an operator how the site does, and nothing of a person.
func TestALogLineTellsNothingOfAPerson(t *testing.T) {
	var out bytes.Buffer
	h := Health{Log: slog.New(slog.NewTextHandler(&out, nil))}
	r := chi.NewRouter()
	r.Use(h.logged)
	r.Post("/consultations/{slug}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusSeeOther) })
	req := httptest.NewRequest(http.MethodPost, "/consultations/piazza?secret=1", nil)
	req.RemoteAddr = "198.51.100.7:4444"
	req.Header.Set("User-Agent", "Telltale/1.0")
	r.ServeHTTP(httptest.NewRecorder(), req)
	line := out.String()
	for _, personal := range []string{"198.51.100.7", "Telltale", "piazza", "secret", "item="} {
		if strings.Contains(line, personal) {
			t.Errorf("the log says %q: %s", personal, line)
		}
	}
	if !strings.Contains(line, "status=303") || !strings.Contains(line, "route=/consultations/{slug}") || !strings.Contains(line, "ms=") {
		t.Errorf("the log does not say what was answered: %s", line)
	}
	out.Reset()
	h.Log = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn}))
	h.line(httptest.NewRequest(http.MethodGet, "/", nil), "/", 200, 0)
	if out.Len() > 0 {
		t.Errorf("a log of warnings says %s", out.String())
	}
}

func TestReadinessNamesWhatFailsAndNotWhy(t *testing.T) {
	h := Health{Log: slog.New(slog.DiscardHandler), Checks: map[string]func(context.Context) error{
		"database": func(context.Context) error { return errors.New("password=hush") },
		"sign-in":  func(context.Context) error { return nil },
	}}
	w := httptest.NewRecorder()
	h.ready(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if body := w.Body.String(); w.Code != 503 || !strings.Contains(body, `"database":"fails"`) || !strings.Contains(body, `"sign-in":"ok"`) || strings.Contains(body, "hush") {
		t.Errorf("%d %s", w.Code, body)
	}
	delete(h.Checks, "database")
	w = httptest.NewRecorder()
	if h.ready(w, httptest.NewRequest(http.MethodGet, "/readyz", nil)); w.Code != 200 {
		t.Errorf("%d", w.Code)
	}
}
