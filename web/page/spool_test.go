package page

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"delfi/web/i18n"
	"delfi/web/middleware"
	"delfi/web/page/download"
)

// newLibrary is a house with one place in work, and answers of a length that no socket
// takes at once.
func newLibrary(t *testing.T) *house {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	h := newHouse(t, Options{MaxWork: 1, MaxWait: time.Millisecond})
	answer := func(length int, end error) Handler {
		return func(q *Request) error {
			return q.Stream("text/plain; charset=utf-8", "answer.txt", func(w io.Writer) error {
				for written := 0; written < length; {
					n, err := w.Write([]byte(strings.Repeat("x", min(1000, length-written))))
					if err != nil {
						return err
					}
					written += n
				}
				return end
			})
		}
	}
	h.serve(Get("/short", Program, Spooled, answer(1000, nil)), Get("/large", Program, Spooled, answer(32<<20, nil)),
		Get("/torn", Program, Spooled, answer(2<<20, errors.New("the table is gone"))))
	return h
}

// stare asks for a path and reads nothing of the answer.
func stare(t *testing.T, server *httptest.Server, path string) {
	t.Helper()
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: delfi.test\r\n\r\n", path)
}

func spools(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// While a slow reader takes an answer, its place among readers, and among those that
// read from the database, are others'.
func TestASlowReaderHoldsNothingButItsSpool(t *testing.T) {
	h := newLibrary(t)
	d := h.app.downloads
	d.Making, d.Window = middleware.NewLimiter(1, time.Millisecond), time.Hour
	server := h.listen()
	defer server.Close()
	for n := range int64(3) {
		stare(t, server, "/large")
		eventually(t, "it is being sent", func() bool {
			return d.Files.Held() == (n+1)*(32<<20) && d.Making.Load().Working == 0
		})
	}
	if p := h.app.Reading(); p.Working != 0 {
		t.Errorf("%+v", p)
	}
	for _, path := range []string{"/", "/short"} {
		if w := h.get(path); w.Code != http.StatusOK {
			t.Errorf("%s beside slow readers: %d", path, w.Code)
		}
	}
	if n := spools(t); n != 0 {
		t.Errorf("%d files have a name", n)
	}
	server.CloseClientConnections()
	eventually(t, "everything is given back", func() bool { return d.Sending.Held() == 0 && d.Files.Held() == 0 })
}

func TestAReaderBelowTheLeastRateIsCut(t *testing.T) {
	h := newLibrary(t)
	d := h.app.downloads
	d.Window = 10 * time.Millisecond
	server := h.listen()
	defer server.Close()
	stare(t, server, "/large")
	eventually(t, "it is being sent", func() bool {
		return d.Making.Load().Working == 0 && d.Files.Held() == 32<<20 || d.Sending.Held() == 0
	})
	eventually(t, "it is cut", func() bool { return d.Sending.Held() == 0 && d.Files.Held() == 0 })
}

// Downloads are bounded: of one address, in number, in bytes; what is beyond is told so
// and costs the others nothing.
func TestDownloadsAreBounded(t *testing.T) {
	h := newLibrary(t)
	d := h.app.downloads
	d.Window = time.Hour
	d.Sending.Most, d.Sending.Share = 2, 1
	server := h.listen()
	defer server.Close()
	from := func(address string) func(*http.Request) {
		return func(r *http.Request) { r.RemoteAddr = address }
	}
	told := func(name, path, address string, status int, code string) {
		t.Helper()
		w := h.get(path, from(address))
		if w.Code != status || code != "" && (!strings.Contains(w.Body.String(), `"code":"`+code+`"`) || w.Header().Get("Retry-After") == "" || w.Header().Get("ETag") != "") {
			t.Errorf("%s: %d %.200s %v", name, w.Code, w.Body, w.Header())
		}
	}
	stare(t, server, "/large")
	eventually(t, "it is being sent", func() bool { return d.Files.Held() == 32<<20 })
	told("the same address", "/large", "127.0.0.1:5000", http.StatusTooManyRequests, "share")
	told("the same address, little", "/short", "127.0.0.1:5000", http.StatusOK, "")
	told("another address", "/large", "10.0.0.1:5000", http.StatusOK, "")
	d.Sending.Most = 1
	told("all places taken", "/large", "10.0.0.1:5000", http.StatusServiceUnavailable, "busy")
	d.Sending.Most, d.Files.Most = 3, 48<<20
	told("too many bytes", "/large", "10.0.0.1:5000", http.StatusServiceUnavailable, "busy")
	d.Making = middleware.NewLimiter(1, time.Millisecond)
	d.Making.Acquire(t.Context())
	told("somebody reads from the database", "/short", "10.0.0.1:5000", http.StatusServiceUnavailable, "busy")
	if n := d.Files.Held(); n != 32<<20 {
		t.Errorf("%d bytes are held for one", n)
	}
	server.CloseClientConnections()
	eventually(t, "everything is given back", func() bool { return d.Sending.Held() == 0 && d.Files.Holders() == 0 })
}

// A large answer is sent when it is whole: until then its failure is told in words.
func TestALargeAnswerIsWholeOrNone(t *testing.T) {
	h := newLibrary(t)
	w := h.get("/torn")
	if w.Code != http.StatusInternalServerError || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Content-Disposition") != "" || w.Header().Get("ETag") != "" {
		t.Errorf("torn: %d %v", w.Code, w.Header())
	}
	w = h.get("/large")
	if w.Code != 200 || w.Body.Len() != 32<<20 || w.Header().Get("Content-Length") != fmt.Sprint(32<<20) {
		t.Errorf("whole: %d, %d bytes", w.Code, w.Body.Len())
	}
	if again := h.get("/large", header("If-None-Match", w.Header().Get("ETag"))); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("asked again: %d", again.Code)
	}
	t.Setenv("TMPDIR", "/nowhere")
	if w := h.get("/large"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "no_room") {
		t.Errorf("without room: %d %.200s", w.Code, w.Body)
	}
	if d := h.app.downloads; d.Sending.Held() != 0 || d.Files.Held() != 0 || d.Making.Load().Working != 0 {
		t.Error("something is never given back")
	}
}

// Pages that slow readers are sent wait in bounded memory.
func TestPagesForSlowReadersTakeBoundedMemory(t *testing.T) {
	h := newHouse(t, Options{})
	h.app.downloads.Memory = middleware.NewQuota(100<<10, 100<<10)
	h.serve(Get("/long", Public, Shared, func(q *Request) error { return q.Render(200, text("%s", strings.Repeat("x", download.Held+1))) }))
	w := h.get("/en/long")
	if w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), i18n.Words("en", "fault.share")) || w.Header().Get("ETag") != "" {
		t.Errorf("%d %.100s %v", w.Code, w.Body, w.Header())
	}
	h.app.downloads.Memory = middleware.NewQuota(200<<10, 200<<10)
	for range 3 {
		if w := h.get("/en/long"); w.Code != 200 || w.Body.Len() != download.Held+1 {
			t.Errorf("%d", w.Code)
		}
	}
}
