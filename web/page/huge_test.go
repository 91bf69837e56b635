package page

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
)

// allocated is the memory that was ever asked for.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// letters is a body of so many letters.
func letters(n int64) io.Reader { return io.LimitReader(letter{}, n) }

type letter struct{}

func (letter) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	return len(b), nil
}

// names is a body of as many fields, each of another name.
func names(bytes int) string {
	var b strings.Builder
	for n := 0; b.Len() < bytes; n++ {
		fmt.Fprintf(&b, "%x&", n)
	}
	return b.String()[:bytes]
}

// Ten megabytes of anything end in words, and cost less than 64 MB.
func TestTenMegabytesOfAnythingEndInWords(t *testing.T) {
	const huge, most = 10 << 20, 64 << 20
	h := newHouse(t, Options{})
	accept := func(q *Request) error {
		if _, err := q.Form(); err != nil {
			return err
		}
		return q.Redirect("/")
	}
	h.serve(Post("/act", Public, accept))
	h.serve(Post("/program", Program, accept))
	h.serve(Get("/consultations/{slug}", Public, Shared, func(q *Request) error { return q.Render(200, text("found")) }))
	server := h.listen()
	defer server.Close()
	long := strings.Repeat("a", huge)
	for name, c := range map[string]struct {
		method, path, kind string
		body               io.Reader
		length             int64
		header             string
		want               []int
	}{
		"a path":                  {"GET", "/consultations/" + long, "", nil, 0, "", []int{414, 431}},
		"a query":                 {"GET", "/?q=" + long, "", nil, 0, "", []int{414, 431}},
		"a header":                {"GET", "/", "", nil, 0, long, []int{431}},
		"a form":                  {"POST", "/act", "application/x-www-form-urlencoded", letters(huge), huge, "", []int{413}},
		"a form of unsaid length": {"POST", "/act", "application/x-www-form-urlencoded", letters(huge), -1, "", []int{413}},
		"files":                   {"POST", "/act", "multipart/form-data; boundary=x", letters(huge), huge, "", []int{413}},
		"a document":              {"POST", "/program", "application/json", letters(huge), -1, "", []int{413}},
		"fields":                  {"POST", "/act", "application/x-www-form-urlencoded", strings.NewReader(strings.Repeat("a&", 400_000)), 800_000, "", []int{422}},
		"names":                   {"POST", "/act", "application/x-www-form-urlencoded", strings.NewReader(names(1_000_000)), 1_000_000, "", []int{422}},
		"escapes":                 {"POST", "/act", "application/x-www-form-urlencoded", strings.NewReader(strings.Repeat("%", 1_000_000)), 1_000_000, "", []int{422}},
	} {
		r, err := http.NewRequest(c.method, server.URL+c.path, c.body)
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = c.length
		r.Header.Set("Content-Type", c.kind)
		if c.header != "" {
			r.Header.Set("X-Huge", c.header)
		}
		before := allocated()
		res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
		if err != nil {
			// It was answered and closed while the rest was being sent: the answer is lost
			// on some machines, the memory is not.
			t.Logf("%s: %v", name, err)
		} else {
			words, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || !strings.Contains(fmt.Sprint(c.want), fmt.Sprint(res.StatusCode)) || res.StatusCode >= 400 && len(words) < 10 {
				t.Errorf("%s: %d %.100s %v", name, res.StatusCode, words, err)
			}
		}
		if cost := allocated() - before; cost > most {
			t.Errorf("%s cost %d MB", name, cost>>20)
		}
	}
}

// counted counts the bytes that are read of a body.
type counted struct{ read int }

func (c *counted) Read(b []byte) (int, error) { c.read += len(b); return len(b), nil }

// The page that refuses a body reads nothing of it: not to say no, not for its switch of
// language.
func TestABodyThatIsRefusedIsNotRead(t *testing.T) {
	h := newHouse(t, Options{MaxBody: 1000})
	h.serve(Post("/act", Public, func(q *Request) error { return q.Redirect("/") }))
	for _, length := range []int64{1001, 100 << 20} {
		body := &counted{}
		r := httptest.NewRequest(http.MethodPost, "http://delfi.test/act", body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.ContentLength = length
		if w := h.ask(r); w.Code != http.StatusRequestEntityTooLarge || body.read > 0 {
			t.Errorf("of %d bytes: %d, %d read", length, w.Code, body.read)
		}
	}
}
