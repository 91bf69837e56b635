package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

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
