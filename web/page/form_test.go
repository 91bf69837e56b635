package page

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// reads gives a house whose /form keeps what it read.
func reads(t *testing.T, o Options) (*house, *Form) {
	h := newHouse(t, o)
	got := &Form{}
	h.serve(Post("/form", Public, func(q *Request) error {
		f, err := q.Form()
		if err != nil {
			return err
		}
		*got = f
		return q.Redirect("/")
	}))
	return h, got
}

func TestFormKeepsEveryCharacter(t *testing.T) {
	h, got := reads(t, Options{})
	written := "  Città, «zone 30»\r\n\r\n\t<b>perché?</b>  "
	if w := h.post("/form?text=of-the-address", url.Values{"text": {written}, "item": {"3", "1"}, "n": {" 12 "}, "word": {"due"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if got.Value("text") != written {
		t.Errorf("text %q, want %q", got.Value("text"), written)
	}
	if d := cmp.Diff([]string{"3", "1"}, got.Values("item")); d != "" {
		t.Error(d)
	}
	if n, ok := got.Int("n"); n != 12 || !ok {
		t.Errorf("n is %d, %v", n, ok)
	}
	if _, ok := got.Int("word"); ok {
		t.Error("a word was taken for a number")
	}
	if got.Has("absent") || !got.Has("n") || !got.Contains("item", "1") || got.Contains("item", "2") {
		t.Error("Has or Contains is wrong")
	}
}

func TestFormThatCannotBeIsRefused(t *testing.T) {
	h, _ := reads(t, Options{MaxBody: 1000})
	for name, tc := range map[string]struct {
		form   url.Values
		change func(*http.Request)
		want   int
	}{
		"too large":        {form: url.Values{"text": {strings.Repeat("x", 1001)}}, want: 413},
		"not UTF-8":        {form: url.Values{"text": {"\xff"}}, want: 422},
		"a zero character": {form: url.Values{"text": {"a\x00b"}}, want: 422},
		"another kind":     {change: header("Content-Type", "text/plain"), want: 422},
		"no kind":          {change: func(r *http.Request) { r.Header.Del("Content-Type") }, want: 422},
		"broken escapes":   {change: func(r *http.Request) { r.Body = body("a=%zz") }, want: 422},
	} {
		change := tc.change
		if change == nil {
			change = func(*http.Request) {}
		}
		if w := h.post("/form", tc.form, change); w.Code != tc.want {
			t.Errorf("%s: %d, want %d", name, w.Code, tc.want)
		}
	}
}

func body(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }
