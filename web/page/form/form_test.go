package form_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"delfi/internal/fault"
	"delfi/web/page/form"
)

const limit = 1 << 16

// sent is a form with two fields and a file.
func sent(tb testing.TB, name, file string) (kind, body string) {
	tb.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range [][2]string{{"title", "Rilievo"}, {"title", "anche"}} {
		if err := w.WriteField(f[0], f[1]); err != nil {
			tb.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := io.WriteString(part, file); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

func code(err error) string {
	var f *fault.Fault
	errors.As(err, &f)
	if f == nil {
		return ""
	}
	return f.Code
}

func TestRead(t *testing.T) {
	kind, body := sent(t, "rilievo.csv", "a;b")
	values, file, err := form.Read(strings.NewReader(body), kind, limit, true)
	if err != nil || file == nil || file.Name != "rilievo.csv" || strings.Join(values["title"], "+") != "Rilievo+anche" {
		t.Fatalf("%v, %v, %v", values, file, err)
	}
	if b, err := io.ReadAll(file); string(b) != "a;b" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	noneKind, none := sent(t, "", "") // as browsers send it when none was chosen
	if _, file, err := form.Read(strings.NewReader(none), noneKind, limit, true); file != nil || err != nil {
		t.Errorf("%v, %v", file, err)
	}
	for name, c := range map[string]struct{ kind, body, code string }{
		"a file where none belongs": {kind, body, "bad_form"},
		"nothing of a kind":         {"", "a=b", "bad_form"},
		"json":                      {"application/json", "{}", "bad_form"},
		"no form":                   {"application/x-www-form-urlencoded", "a=%zz", "bad_form"},
		"too much":                  {"application/x-www-form-urlencoded", "a=" + strings.Repeat("x", limit), "too_large"},
		"too many":                  {"application/x-www-form-urlencoded", strings.Repeat("&", 32<<10), "bad_form"},
		"no text":                   {"application/x-www-form-urlencoded", "a=%ff", "invalid"},
	} {
		if _, _, err := form.Read(strings.NewReader(c.body), c.kind, limit, false); code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A part takes memory however short its value is.
func TestReadTooManyParts(t *testing.T) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for range 32<<10 + 1 {
		if err := w.WriteField("a", ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := form.Read(&b, w.FormDataContentType(), limit, true); code(err) != "bad_form" {
		t.Error(err)
	}
}

// A ballot of a thousand items of several criteria arrives whole, written either way; no form
// has twice as many fields.
func TestManyFields(t *testing.T) {
	for _, n := range []int{10_001, 32 << 10, 32<<10 + 1} {
		var encoded strings.Builder
		var parts bytes.Buffer
		w := multipart.NewWriter(&parts)
		for i := range n {
			name, value := fmt.Sprintf("answer_%d", i/2), fmt.Sprintf("%d à", i)
			fmt.Fprintf(&encoded, "&%s=%s", name, url.QueryEscape(value))
			if err := w.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for kind, body := range map[string]string{"application/x-www-form-urlencoded": encoded.String()[1:], w.FormDataContentType(): parts.String()} {
			values, _, err := form.Read(strings.NewReader(body), kind, 8<<20, true)
			if n > 32<<10 {
				if code(err) != "bad_form" {
					t.Errorf("%d fields: %v", n, err)
				}
				continue
			}
			last := values[fmt.Sprintf("answer_%d", (n-2)/2)]
			if err != nil || len(values) != (n+1)/2 || len(last) != 2 || last[1] != fmt.Sprintf("%d à", (n-2)/2*2+1) {
				t.Errorf("%.20s: %d fields came as %d, %q (%v)", kind, n, len(values), last, err)
			}
		}
	}
	values, _, err := form.Read(strings.NewReader("a=b%20c+d&&e&f==%26&a=2"), "application/x-www-form-urlencoded", limit, false)
	if got := values.Encode(); err != nil || got != "a=b+c+d&a=2&e=&f=%3D%26" {
		t.Errorf("%s, %v", got, err)
	}
	for _, bad := range []string{"a=%zz", "%f=1"} {
		if _, _, err := form.Read(strings.NewReader(bad), "application/x-www-form-urlencoded", limit, false); code(err) != "bad_form" {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// What does not arrive whole says so, in the fields or in the file.
func TestReadWhatBreaksOff(t *testing.T) {
	kind, body := sent(t, "rilievo.csv", "a;b")
	for n := range len(body) {
		values, file, err := form.Read(io.MultiReader(strings.NewReader(body[:n]), iotest.ErrReader(io.ErrUnexpectedEOF)), kind, limit, true)
		if err == nil && file != nil {
			_, err = io.ReadAll(file)
		}
		if err == nil && n < strings.LastIndex(body, "--") {
			t.Fatalf("%d bytes of %d: %v", n, len(body), values)
		}
	}
}

func FuzzRead(f *testing.F) {
	kind, body := sent(f, "rilievo.csv", "a;b")
	f.Add(kind, body)
	f.Add("application/x-www-form-urlencoded", "a=b&c=%20")
	f.Fuzz(func(t *testing.T, kind, body string) {
		values, file, err := form.Read(strings.NewReader(body), kind, limit, true)
		if err != nil && (values != nil || file != nil) {
			t.Fatal("a refused form has fields")
		}
		n := 0
		for name, all := range values {
			for _, v := range all {
				n += len(v)
				if strings.ContainsRune(v, 0) {
					t.Fatalf("%q holds what cannot be stored", name)
				}
			}
		}
		if n > limit {
			t.Fatalf("%d bytes", n)
		}
	})
}
