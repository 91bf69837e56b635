package page

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

// keeperOf is a server that seals a word in a cookie at /give and asks for it at
// /take, at an hour of its own.
func keeperOf(t *testing.T, secret []byte, base string, now *time.Time) *house {
	t.Helper()
	h := newHouse(t, Options{BaseURL: base, Secret: secret, DB: testdb.New(t).With(postgres.WithClock(func() time.Time { return *now }))})
	t.Cleanup(h.app.Close)
	h.serve(Get("/give/{name}", Public, Shared, func(q *Request) error {
		if err := q.Cookies.Seal("word", q.Param("name"), "of "+q.Param("name"), time.Minute); err != nil {
			return err
		}
		return q.Redirect("/")
	}))
	h.serve(Get("/take/{name}", Public, Shared, func(q *Request) error {
		var word string
		return q.Render(http.StatusOK, text("%v %q", q.Cookies.Open("word", q.Param("name"), &word), word))
	}))
	return h
}

func named(w *httptest.ResponseRecorder, name string) *http.Cookie {
	for _, c := range w.Result().Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func with(cookies ...*http.Cookie) func(*http.Request) {
	return func(r *http.Request) {
		for _, c := range cookies {
			r.AddCookie(c)
		}
	}
}

func TestASealedCookieIsOpenedByEachServerOfTheSite(t *testing.T) {
	now := time.Now()
	secret := bytes.Repeat([]byte{7}, 32)
	one, other := keeperOf(t, secret, "", &now), keeperOf(t, secret, "", &now)
	stranger := keeperOf(t, bytes.Repeat([]byte{8}, 32), "", &now)
	alone := keeperOf(t, nil, "", &now)
	a := named(one.get("/give/a"), "delfi_word_a")
	if a == nil || !a.HttpOnly || a.SameSite != http.SameSiteLaxMode || a.Path != "/" || a.Domain != "" || a.MaxAge != 60 {
		t.Fatalf("cookie %v", a)
	}
	plain, err := base64.RawURLEncoding.DecodeString(a.Value)
	if err != nil || bytes.Contains(plain, []byte("of a")) {
		t.Errorf("it can be read: %q, %v", plain, err)
	}
	taken := func(h *house, path string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
		return h.get(path, with(cookies...))
	}
	wants := func(what string, w *httptest.ResponseRecorder, want bool) {
		t.Helper()
		text := `true "of a"`
		if !want {
			text = `false ""`
		}
		if w.Body.String() != text {
			t.Errorf("%s: %s, want %s", what, w.Body, text)
		}
	}
	for what, h := range map[string]*house{"the same server": one, "another of the site": other} {
		w := taken(h, "/take/a", a)
		wants(what, w, true)
		if gone := named(w, "delfi_word_a"); gone == nil || gone.MaxAge >= 0 {
			t.Errorf("%s lets the browser keep it", what)
		}
	}
	wants("a server with another secret", taken(stranger, "/take/a", a), false)
	wants("a server with a secret of its own", taken(alone, "/take/a", a), false)
	wants("nothing brought", taken(one, "/take/a"), false)
	for i := range plain {
		forged := bytes.Clone(plain)
		forged[i] ^= 1
		f := *a
		f.Value = base64.RawURLEncoding.EncodeToString(forged)
		w := taken(one, "/take/a", &f)
		wants(fmt.Sprintf("byte %d changed", i), w, false)
		if gone := named(w, "delfi_word_a"); gone == nil || gone.MaxAge >= 0 {
			t.Error("what is no good stays in the browser")
		}
	}
	for _, value := range []string{"", "x", "%%%", strings.Repeat("A", 3000)} {
		f := *a
		f.Value = value
		wants("value "+value, taken(one, "/take/a", &f), false)
	}
	renamed := *a
	renamed.Name = "delfi_word_b"
	wants("under another name", taken(one, "/take/b", &renamed), false)
	now = now.Add(59 * time.Second)
	wants("just in time", taken(one, "/take/a", a), true)
	now = now.Add(time.Second)
	wants("late, in a browser that did not forget it", taken(one, "/take/a", a), false)
}

func TestSealedCookiesAreFewAndSmall(t *testing.T) {
	now := time.Now()
	h := keeperOf(t, nil, "https://delfi.test", &now)
	var held []*http.Cookie
	for i := range 5 + 3 {
		w := h.get(fmt.Sprint("/give/n", i), with(held...))
		for _, c := range w.Result().Cookies() {
			if !c.Secure || !strings.HasPrefix(c.Name, "__Host-delfi_word_n") {
				t.Errorf("cookie %s", c)
			}
			if c.MaxAge >= 0 {
				held = append(held, c)
				continue
			}
			if c.Name != held[0].Name {
				t.Errorf("%s is dropped before the oldest", c.Name)
			}
			held = held[1:]
		}
	}
	if len(held) != 5 {
		t.Errorf("%d are held", len(held))
	}
	h.serve(Get("/much", Public, Shared, func(q *Request) error {
		return q.Cookies.Seal("word", "much", strings.Repeat("x", 4000), time.Minute)
	}))
	if w := h.get("/much"); w.Code != http.StatusInternalServerError || named(w, "__Host-delfi_word_much") != nil {
		t.Errorf("more than a browser holds: %d", w.Code)
	}
}
