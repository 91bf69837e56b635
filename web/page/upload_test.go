package page

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"delfi/internal/fault"
	"delfi/web/middleware"
)

// newDropbox takes forms with a file of at most a megabyte.
func newDropbox(t *testing.T, o Options) *house {
	t.Helper()
	h := newHouse(t, o)
	h.serve(Upload("/drop", Public, 1<<20, func(q *Request) error {
		form, err := q.Form()
		if err != nil {
			return err
		}
		file := q.Uploaded()
		words := fmt.Sprintf("title %q, more %q", form.Value("title"), form.Values("more"))
		if file == nil {
			return q.Render(200, text("%s, no file", words))
		}
		if strings.HasSuffix(file.Name, ".exe") {
			return fault.Bad(fault.Field{Name: "file", Code: "required", Message: "not this"})
		}
		b, err := io.ReadAll(file)
		if err != nil {
			return err
		}
		return q.Render(200, text("%s, %q of %d", words, file.Name, len(b)))
	}), Post("/act", Public, func(q *Request) error {
		_, err := q.Form()
		return err
	}))
	return h
}

// dropped makes a form with a file, the file last.
func dropped(t *testing.T, name string, file []byte, fields ...string) (kind string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	_, err = part.Write(file)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

func (h *house) drop(path, kind string, body io.Reader) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://delfi.test"+path, body)
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	h.site.ServeHTTP(w, r)
	return w
}

func TestAFileComesWithAForm(t *testing.T) {
	h := newDropbox(t, Options{})
	for name, c := range map[string]struct {
		file   string
		size   int
		fields []string
		status int
		want   string
	}{
		"a file":        {"piano.pdf", 1000, []string{"title", "Città", "more", "1", "more", "2"}, 200, `title "Città", more ["1" "2"], "piano.pdf" of 1000`},
		"none chosen":   {"", 0, []string{"title", "x"}, 200, `title "x", more [], no file`},
		"a large file":  {"piano.pdf", 1 << 20, []string{"title", "x"}, 200, `"piano.pdf" of 1048576`},
		"a path":        {`C:\Users\Mario\piano.pdf`, 3, nil, 200, `of 3`},
		"not a text":    {"a.pdf", 3, []string{"title", "a\xff"}, 422, ""},
		"a long field":  {"a.pdf", 3, []string{"title", strings.Repeat("x", 1<<20+1)}, 413, ""},
		"a larger file": {"a.pdf", 3 << 20, []string{"title", "x"}, 413, ""},
	} {
		kind, body := dropped(t, c.file, bytes.Repeat([]byte("x"), c.size), c.fields...)
		w := h.drop("/drop", kind, bytes.NewReader(body))
		if w.Code != c.status || !strings.Contains(strings.ReplaceAll(w.Body.String(), "&#34;", `"`), c.want) {
			t.Errorf("%s: %d, %.200s", name, w.Code, w.Body)
		}
	}
	kind, body := dropped(t, "a.pdf", []byte("x"))
	for name, c := range map[string]struct {
		path, kind string
		body       string
		status     int
	}{
		"a file elsewhere":  {"/act", kind, string(body), 422},
		"without its end":   {"/drop", kind, string(body[:len(body)-10]), 422},
		"without parts":     {"/drop", kind, "", 200},
		"without a border":  {"/drop", "multipart/form-data", string(body), 422},
		"a form of letters": {"/drop", "application/x-www-form-urlencoded", "title=x&more=1", 200},
		"letters, too many": {"/drop", "application/x-www-form-urlencoded", "title=" + strings.Repeat("x", 1<<20), 413},
	} {
		if w := h.drop(c.path, c.kind, strings.NewReader(c.body)); w.Code != c.status {
			t.Errorf("%s: %d, %.200s", name, w.Code, w.Body)
		}
	}
}

// counting counts what is read of a body.
type counting struct {
	io.Reader
	n int
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += n
	return n, err
}

// A file is not read before somebody wants it: not by guards, not where its name is refused.
func TestAFileThatIsRefusedIsNotRead(t *testing.T) {
	h := newDropbox(t, Options{})
	h.serve(Upload("/locked", Personal, 1<<20, func(*Request) error { return nil }, SignedIn))
	for path, c := range map[string]struct {
		name   string
		status int
	}{"/drop": {"virus.exe", 422}, "/locked": {"a.pdf", 401}} {
		kind, body := dropped(t, c.name, make([]byte, 1<<20), "title", "x")
		read := &counting{Reader: bytes.NewReader(body)}
		if w := h.drop(path, kind, read); w.Code != c.status || read.n > 64<<10 {
			t.Errorf("%s: %d after %d bytes", path, w.Code, read.n)
		}
	}
}

// A browser that is still sending gets the words of a refusal all the same.
func TestARefusalReachesWhoIsStillSending(t *testing.T) {
	h := newDropbox(t, Options{})
	server := h.listen()
	defer server.Close()
	kind, body := dropped(t, "virus.exe", make([]byte, 1<<20), "title", "x")
	got, err := http.Post(server.URL+"/drop", kind, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if words, err := io.ReadAll(got.Body); got.StatusCode != 422 || err != nil || len(words) == 0 {
		t.Errorf("%d, %v", got.StatusCode, err)
	}
}

// Senders of files hold no place of those who answer, and below the least rate they are cut.
func TestSlowSendersOfFilesKeepNobodyWaiting(t *testing.T) {
	rate := arriving
	arriving = middleware.MinRate{Bytes: 1 << 10, Window: time.Hour, All: time.Hour}
	t.Cleanup(func() { arriving = rate })
	h := newDropbox(t, Options{MaxWork: 1, MaxWait: time.Millisecond})
	server := h.listen()
	defer server.Close()
	kind, body := dropped(t, "a.pdf", make([]byte, 1000), "title", "x")
	begin := func(from byte) net.Conn {
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, from)}}
		c, err := dialer.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		fmt.Fprintf(c, "POST /drop HTTP/1.1\r\nHost: delfi.test\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", kind, len(body), body[:len(body)-500])
		return c
	}
	for n := range 3 {
		begin(byte(1 + n/uploadingOne))
		eventually(t, "it is arriving", func() bool { return h.app.uploads.Load().Working == n+1 })
	}
	if w := h.drop("/act", "application/x-www-form-urlencoded", strings.NewReader("a=b")); w.Code != 200 {
		t.Errorf("an answer beside slow senders: %d", w.Code)
	}
	if answer, err := io.ReadAll(begin(1)); err != nil || !bytes.Contains(answer, []byte(" 429 ")) {
		t.Errorf("more than its share from one address: %.100q, %v", answer, err)
	}
	server.CloseClientConnections()
	eventually(t, "places are given back", func() bool { return h.app.uploads.Load().Working == 0 })
	arriving = middleware.MinRate{Bytes: 1 << 20, Window: 20 * time.Millisecond, All: time.Hour}
	slow := begin(1)
	answer, err := io.ReadAll(slow)
	if err != nil || !bytes.Contains(answer, []byte(" 408 ")) {
		t.Errorf("too slow: %.100q, %v", answer, err)
	}
}
