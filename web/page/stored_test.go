package page

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// pieces is a file of a length whose every byte says where it stands.
func pieces(n int) string {
	return strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz\n", n/37+1)[:n]
}

func newStore(t *testing.T, body string) *house {
	t.Helper()
	h := newHouse(t, Options{MaxWork: 1, MaxWait: time.Millisecond})
	send := func(q *Request) error {
		return q.Send(File{Name: "piano-1.pdf", Type: "application/pdf", Tag: "digest", Body: strings.NewReader(body)})
	}
	hidden := func(q *Request) error {
		return q.Send(File{Name: "piano-1.pdf", Type: "application/pdf", Tag: "digest", Body: strings.NewReader(body), Cache: NoStore})
	}
	h.serve(Get("/file", Public, Stored, send), Get("/draft", Public, NoStore, send), Get("/hidden", Public, Stored, hidden))
	return h
}

// A file is an attachment that no page of ours lends its rights, whole or in parts.
func TestAFileIsSentInParts(t *testing.T) {
	body := pieces(100_000)
	h := newStore(t, body)
	with := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	both := func(a, b func(*http.Request)) func(*http.Request) {
		return func(r *http.Request) { a(r); b(r) }
	}
	nothing := func(*http.Request) {}
	for name, c := range map[string]struct {
		ask    func(*http.Request)
		status int
		body   string
	}{
		"whole":              {nothing, 200, body},
		"a part":             {with("Range", "bytes=10-19"), 206, body[10:20]},
		"its end":            {with("Range", "bytes=-5"), 206, body[99_995:]},
		"beyond":             {with("Range", "bytes=200000-"), 416, ""},
		"known":              {with("If-None-Match", `"digest"`), 304, ""},
		"a part of the same": {both(with("Range", "bytes=10-19"), with("If-Range", `"digest"`)), 206, body[10:20]},
		"a part of another":  {both(with("Range", "bytes=10-19"), with("If-Range", `"older"`)), 200, body},
	} {
		w := h.get("/file", c.ask)
		if w.Code != c.status || c.body != "" && w.Body.String() != c.body {
			t.Errorf("%s: %d, %d bytes", name, w.Code, w.Body.Len())
		}
		for header, want := range map[string]string{
			"Content-Disposition": `attachment; filename="piano-1.pdf"`, "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "sandbox; default-src 'none'", "ETag": `"digest"`, "Cache-Control": "public, no-cache",
		} {
			if got := w.Header().Get(header); got != want && c.status < 300 {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
	}
	for _, path := range []string{"/draft", "/hidden"} {
		w := h.get(path, with("If-None-Match", `"digest"`))
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("ETag") != "" || w.Code != 200 || w.Body.Len() != len(body) {
			t.Errorf("%s, which nobody may store: %d %v", path, w.Code, w.Header())
		}
	}
	r := httptest.NewRequest(http.MethodHead, "/file", nil)
	r.Host = "delfi.test"
	w := httptest.NewRecorder()
	h.site.ServeHTTP(w, r)
	if w.Code != 200 || w.Header().Get("Content-Length") != "100000" {
		t.Errorf("HEAD: %d, %v", w.Code, w.Header())
	}
}

// Slow readers of files keep nobody from reading, are bounded by address, and are cut.
func TestSlowReadersOfFilesHoldNothing(t *testing.T) {
	h := newStore(t, pieces(32<<20))
	d := h.app.downloads
	d.Window, d.Sending.Share = time.Hour, 3
	server := h.listen()
	defer server.Close()
	for n := range int64(3) {
		stare(t, server, "/file")
		eventually(t, "it is being sent", func() bool { return d.Sending.Held() == n+1 && h.app.Reading().Working == 0 })
	}
	if w := h.get("/"); w.Code != 200 {
		t.Errorf("a page beside slow readers: %d", w.Code)
	}
	more, err := http.Get(server.URL + "/file")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(more.Body)
	if err := more.Body.Close(); err != nil {
		t.Error(err)
	}
	if more.StatusCode < 400 || err != nil || more.Header.Get("Content-Disposition") != "" {
		t.Errorf("beyond its share: %d, %v, %.80q", more.StatusCode, more.Header, text)
	}
	server.CloseClientConnections()
	eventually(t, "everything is given back", func() bool { return d.Sending.Held() == 0 })
	d.Window = 40 * time.Millisecond
	stare(t, server, "/file")
	eventually(t, "it is cut", func() bool { return d.Sending.Held() == 0 })
}
