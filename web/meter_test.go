package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres/testdb"
	"delfi/web/page"
)

// read gives what a meter tells.
func read(t *testing.T, m *Meter) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Private(slog.New(slog.DiscardHandler), "metrics.example.it").ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:9090/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// metered is a site of two routes, one of them of those under which people answer.
func metered(t *testing.T, m *Meter) http.Handler {
	t.Helper()
	app := page.New(page.Options{BaseURL: "http://delfi.test", Log: slog.New(slog.DiscardHandler), Meter: m})
	t.Cleanup(app.Close)
	site, err := app.Serve([]page.Route{
		page.Get("/consultations/{slug}", page.Public, page.Shared, func(q *page.Request) error { return q.Bytes(200, "text/plain", nil) }),
		page.Post("/consultations/{slug}/rounds/{n}", page.Answering, func(q *page.Request) error { return q.Redirect("/") }),
	})
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// Whoever reads the meter every second learns how the site does, and not when
// somebody answered, nor in which round.
func TestTheMeterTellsNotWhenSomebodyAnswered(t *testing.T) {
	now := time.Date(2026, 4, 20, 9, 1, 0, 0, time.UTC)
	m := newMeter(func() time.Time { return now })
	site := metered(t, m)
	ask := func(method, path string) {
		site.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, "http://delfi.test"+path, nil))
	}
	ours := func() string { // the runtime's own figures move with everything
		var out []string
		for line := range strings.Lines(read(t, m)) {
			if strings.HasPrefix(line, "delfi_") {
				out = append(out, line)
			}
		}
		return strings.Join(out, "")
	}
	before := ours()
	ask("POST", "/consultations/piazza/rounds/3")
	m.Hit("/consultations/{slug}/rounds/{n}", true, 200)
	if after := ours(); after != before {
		t.Errorf("an answer is seen as it happens:\n%s\nbefore:\n%s", after, before)
	}
	now = now.Add(59 * time.Minute)
	if after := ours(); !strings.Contains(after, `delfi_answering_requests_total{class="3xx"} 1`) || !strings.Contains(after, `{class="2xx"} 1`) {
		t.Errorf("after the hour:\n%s", after)
	}
	ask("GET", "/consultations/piazza")
	m.Hit("/consultations/{slug}", false, 304)
	after := ours()
	for _, want := range []string{
		`delfi_request_seconds_count{class="2xx",route="/consultations/{slug}"} 1`,
		`delfi_page_cache_answers_total{class="3xx",route="/consultations/{slug}"} 1`,
	} {
		if !strings.Contains(after, want) {
			t.Errorf("not told: %s\n%s", want, after)
		}
	}
	for _, never := range []string{"piazza", "rounds", "enrol"} {
		if strings.Contains(after, never) {
			t.Errorf("the meter tells of %q:\n%s", never, after)
		}
	}
}

func TestTheMeterTellsWhatTheServerHolds(t *testing.T) {
	db := testdb.New(t)
	k := page.New(page.Options{BaseURL: "http://delfi.test", DB: db})
	defer k.Close()
	m := NewMeter()
	var fails, refuses error
	m.Watch(Watched{App: k, Pool: db.Pool().DB, Jobs: func(context.Context) (int, error) { return 7, fails },
		Checked: func() int64 { return 300 }, Sound: func(context.Context) error { return errors.Join(fails, refuses) }})
	told := read(t, m)
	for _, name := range []string{"delfi_readers_working 0", "delfi_readers_waiting 0", "delfi_readers_shed_total 0", "delfi_page_cache_pages 0",
		"delfi_page_cache_hits_total 0", "delfi_page_cache_misses_total 0", "delfi_senders_shed_total 0", "delfi_jobs_waiting 7",
		"delfi_record_checked_entries 300", "delfi_record_refuses_acts 0",
		`go_sql_max_open_connections{db_name="delfi"}`, "go_goroutines "} {
		if !strings.Contains(told, name) {
			t.Errorf("not told: %s", name)
		}
	}
	refuses = fault.New(fault.Unavailable, "log_forked", "it is another record")
	if told := read(t, m); !strings.Contains(told, "delfi_record_refuses_acts 1") {
		t.Error("a record that refuses acts is not told")
	}
	fails, refuses = errors.New("no database"), nil
	if told := read(t, m); strings.Contains(told, "delfi_jobs_waiting") || strings.Contains(told, "delfi_record_refuses_acts") || !strings.Contains(told, "go_goroutines ") {
		t.Error("without a database the meter tells too much or nothing")
	}
}

func TestProfilesAreBesideTheMeter(t *testing.T) {
	w := httptest.NewRecorder()
	NewMeter().Private(slog.New(slog.DiscardHandler), "metrics.example.it").ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost:9090/debug/pprof/goroutine?debug=1", nil))
	if w.Code != 200 || !strings.Contains(w.Body.String(), "goroutine profile") {
		t.Errorf("%d", w.Code)
	}
}

// TestThePrivateListenerComparesTheHost: a page whose name was made to lead here is told
// nothing, under any address of it.
func TestThePrivateListenerComparesTheHost(t *testing.T) {
	for host, want := range map[string]int{
		"127.0.0.1:9090": 200, "127.0.0.1": 200, "[::1]:9090": 200, "[::1]": 200, "localhost:9090": 200, "LOCALHOST": 200, "metrics.example.it:9090": 200, "10.0.0.7:9090": 200,
		"rebound.example:9090": 421, "127.0.0.1.example": 421, "localhost.example": 421, "metrics.example.it.evil.example": 421, "": 421,
	} {
		for _, path := range []string{"/metrics", "/debug/pprof/goroutine", "/nothing"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host = host
			w := httptest.NewRecorder()
			NewMeter().Private(slog.New(slog.DiscardHandler), "metrics.example.it").ServeHTTP(w, r)
			if ok := w.Code != http.StatusMisdirectedRequest; ok != (want == 200) || !ok && !strings.Contains(w.Body.String(), "--private-listen") {
				t.Errorf("%q %s: %d %.60s", host, path, w.Code, w.Body)
			}
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Host = ""
	w := httptest.NewRecorder()
	NewMeter().Private(slog.New(slog.DiscardHandler), "").ServeHTTP(w, r) // listening as ":9090"
	if w.Code != http.StatusMisdirectedRequest {
		t.Errorf("no host at all: %d", w.Code)
	}
}
