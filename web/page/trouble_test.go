package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/web/i18n"
)

// A database that is slow or full is no mistake of the person's nor of the program's:
// 503 in words, the cause in the log alone.
func TestADatabaseInTroubleIsSaid(t *testing.T) {
	h := newHouse(t, Options{Patience: time.Millisecond})
	late := func(q *Request) error {
		<-q.Context().Done()
		return fmt.Errorf("read: %w", q.Context().Err())
	}
	h.serve(Get("/late", Public, Shared, late), Post("/late", Public, late))
	h.fails("/full", fmt.Errorf("cast: %w", &pq.Error{Code: "53100", Message: "could not extend file"}))
	h.serve(Get("/long", Public, Shared, func(q *Request) error {
		q.W.WriteHeader(http.StatusOK)
		time.Sleep(5 * time.Millisecond) // more than patience
		return errors.Join(q.Context().Err())
	}))
	h.serve(Get("/program/late", Program, Revalidated, func(q *Request) error {
		<-q.Context().Done()
		return fmt.Errorf("read: %w", q.Context().Err())
	}))
	h.serve(Get("/program/full", Program, Revalidated, func(*Request) error {
		return fmt.Errorf("write: %w", &pq.Error{Code: "53100", Message: "could not extend file"})
	}))
	h.serve(Get("/program/batch", Program, Revalidated, func(*Request) error { return fmt.Errorf("a batch: %w", context.DeadlineExceeded) }))
	for path, code := range map[string]string{"late": "late", "full": "database_unable", "batch": "late"} {
		w := h.get("/program/" + path)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Header().Get("Content-Type") != "application/problem+json" ||
			!strings.Contains(w.Body.String(), `"code":"`+code+`"`) || strings.Contains(w.Body.String(), "extend file") {
			t.Errorf("a program, %s: %d %s", path, w.Code, w.Body)
		}
	}
	h.log.Reset()
	for path, key := range map[string]string{"/late": "fault.late", "/full": "fault.database_unable"} {
		for _, w := range []*httptest.ResponseRecorder{h.get("/en" + path), h.post("/en"+path, url.Values{"a": {"1"}})} {
			if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), i18n.Words("en", key)) {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
			if strings.Contains(w.Body.String(), "extend file") {
				t.Errorf("%s shows the cause", path)
			}
		}
	}
	if text := h.log.String(); !strings.Contains(text, "extend file") || strings.Count(text, "request failed") != 4 {
		t.Errorf("the log: %s", text)
	}
	h.log.Reset()
	if w := h.get("/long"); w.Code != 200 || h.log.Len() != 0 {
		t.Errorf("an answer that has begun is cut: %d %s", w.Code, h.log)
	}
}

// The page of an error may read the database too, which keeps it as it kept the answer: the
// request ends, with a status after which browsers and programs come back.
func TestTheLastWordIsNotEndless(t *testing.T) {
	h := newHouse(t, Options{Patience: time.Millisecond, ErrorPage: func(int, *fault.Fault) templ.Component {
		return templ.ComponentFunc(func(ctx context.Context, _ io.Writer) error {
			<-ctx.Done()
			return ctx.Err()
		})
	}})
	h.serve(Get("/late", Public, Shared, func(q *Request) error {
		<-q.Context().Done()
		return fmt.Errorf("read: %w", q.Context().Err())
	}))
	h.fails("/refused", fault.New(fault.Forbidden, "wrong_role", "not this one"))
	for _, path := range []string{"/late", "/refused"} {
		if w := h.get(path); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
}

// What passes by itself is 503 with a time to come back, whatever SQLSTATE it has and
// whoever asks; what does not is 500. Programs get one document, however they are known.
func TestWhatPassesIsSaidAlike(t *testing.T) {
	h := newHouse(t, Options{})
	var failure error
	h.serve(Get("/page", Public, Shared, func(*Request) error { return failure }))
	h.serve(Get("/program", Program, Revalidated, func(*Request) error { return failure }))
	h.serve(Get("/download", Program, Spooled, func(*Request) error { return failure }))
	server := func(code pqerror.Code) error {
		return fmt.Errorf("use case: %w", &pq.Error{Code: code, Message: "row (7, Anna)"})
	}
	for name, c := range map[string]struct {
		err    error
		status int
	}{
		"failover":             {server("57P01"), 503},
		"crash":                {server("57P02"), 503},
		"starting":             {server("57P03"), 503},
		"too many connections": {server("53300"), 503},
		"disk full":            {server("53100"), 503},
		"deadline":             {server("57014"), 503},
		"batch's deadline":     {fmt.Errorf("a batch: %w", context.DeadlineExceeded), 503},
		"read-only":            {server("25006"), 503},
		"serialization":        {server("40001"), 503},
		"deadlock":             {server("40P01"), 503},
		"connection":           {server("08006"), 503},
		"inside a fault":       {fault.New(fault.Internal, "x", "x").Because(server("53100")), 503},
		"a broken statement":   {server("42601"), 500},
		"a broken rule":        {server("23514"), 500},
		"a fault of ours":      {errors.New("nil map (7, Anna)"), 500},
	} {
		failure = c.err
		asked := map[string]*httptest.ResponseRecorder{
			"page": h.get("/page"), "json": h.get("/page", header("Accept", "application/json")),
			"program": h.get("/program"), "download": h.get("/download"),
		}
		for who, w := range asked {
			if w.Code != c.status || (w.Header().Get("Retry-After") != "") != (c.status == 503) || w.Header().Get("Cache-Control") != "no-store" || strings.Contains(w.Body.String(), "Anna") {
				t.Errorf("%s, %s: %d %v %s", name, who, w.Code, w.Header(), w.Body)
			}
			if who == "page" {
				if w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
					t.Errorf("%s: a browser gets %s", name, w.Header().Get("Content-Type"))
				}
				continue
			}
			var text map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &text); err != nil || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Content-Language") == "" {
				t.Errorf("%s, %s: %v %s", name, who, w.Header(), w.Body)
			}
			for _, key := range []string{"type", "title", "status", "detail", "code", "next"} {
				if text[key] == nil || text[key] == "" {
					t.Errorf("%s, %s: the document lacks %s: %v", name, who, key, text)
				}
			}
		}
	}
	// A field to mend stands in both documents too.
	failure = fault.Bad(fault.Field{Name: "size", Code: "nobody_knows", Message: "give a number"})
	for _, w := range []*httptest.ResponseRecorder{h.get("/page", header("Accept", "application/json")), h.get("/program")} {
		if w.Code != 422 || !strings.Contains(w.Body.String(), `"fields":[{"name":"size","detail":"give a number"}]`) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

// TestASilentDatabaseIsNotWaitedFor by a reader whom it keeps; one that is slow is, and is
// as good as before when a silence is over.
func TestASilentDatabaseIsNotWaitedFor(t *testing.T) {
	line := testdb.Lay(t, testdb.URL(t))
	db, err := postgres.Open(t.Context(), line.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	h := newHouse(t, Options{DB: db, Silence: 20 * time.Millisecond, Patience: time.Minute})
	h.serve(Get("/slow", Public, Shared, func(q *Request) error {
		err := db.Transact(q.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.ExecContext(ctx, "SELECT pg_sleep($1)", 0.2)
			return err
		})
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		return q.Render(http.StatusOK, text("done"))
	}))
	if w := h.get("/slow"); w.Code != http.StatusOK {
		t.Errorf("a slow database: %d %s", w.Code, w.Body)
	}
	line.Hold()
	w := h.get("/en/slow")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), i18n.Words("en", "fault.database_down")) || w.Header().Get("Retry-After") == "" {
		t.Errorf("a silent database: %d %s", w.Code, w.Body)
	}
	line.Release()
	if w := h.get("/slow"); w.Code != http.StatusOK {
		t.Errorf("afterwards: %d %s", w.Code, w.Body)
	}
}
