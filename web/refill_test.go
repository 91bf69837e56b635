package web_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
	"delfi/web/page"
	"delfi/web/webtest"
)

// jar is a browser's cookies.
type jar map[string]*http.Cookie

// ask sends a request with the cookies and keeps those that come back.
func (j jar) ask(t *testing.T, site http.Handler, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	for _, c := range j {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(j, c.Name)
		} else {
			j[c.Name] = c
		}
	}
	return w
}

// TestEveryFormGivesItsWordsBack walks every form behind sign-in, each sent after the
// session has ended: whoever signs in again at that browser finds the words, unsent, and
// somebody else does not.
func TestEveryFormGivesItsWordsBack(t *testing.T) {
	h := webtest.Open(t).Play(t)
	now := time.Now()
	db := h.DB.With(postgres.WithClock(func() time.Time { return now }))
	site := h.SiteWith(t, page.Options{DB: db, Log: slog.New(slog.DiscardHandler)})
	var from string
	signIn := func(j jar, who account.Actor) {
		t.Helper()
		j.ask(t, site, httptest.NewRequest(http.MethodGet, "http://delfi.test/webtest/sign-in/"+who.Account.String(), nil))
	}
	giulia, marta := h.Person(t, "giulia"), h.Person(t, "marta")
	fill := strings.NewReplacer("{slug}", webtest.Answering, "{n}", "3", "{number}", "3", "{item}", uuid.NewString(), "{contribution}", uuid.NewString(), "{act}", uuid.NewString())
	walked := 0
	for _, route := range site.Routes {
		if route.Method != http.MethodPost {
			continue
		}
		pattern, path := route.Pattern, fill.Replace(route.Pattern)
		const words = "quello che ho scritto in due ore"
		send := func(j jar) *httptest.ResponseRecorder {
			t.Helper()
			req := httptest.NewRequest(http.MethodPost, "http://delfi.test"+path, strings.NewReader(url.Values{"body": {words}, "reason": {words}, "a_field_of_no_page": {words}}.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.RemoteAddr = fmt.Sprintf("198.51.100.%d:4000", walked+1) // so few forms a minute come from one address
			return j.ask(t, site, req)
		}
		if send(jar{}).Code != http.StatusUnauthorized {
			continue // open to everybody
		}
		walked++
		for _, who := range []account.Actor{giulia, marta} {
			j := jar{}
			signIn(j, giulia)
			now = now.Add(3 * time.Hour)
			got := send(j)
			body := got.Body.String()
			if got.Code != http.StatusUnauthorized || !strings.Contains(body, "conservato") {
				t.Errorf("%s: %d without a word that they are kept", pattern, got.Code)
				break
			}
			_, rest, _ := strings.Cut(body, "sign-in?next=")
			rest, _, _ = strings.Cut(rest, `"`)
			next, err := url.QueryUnescape(strings.Split(strings.ReplaceAll(rest, "&amp;", "&"), "&")[0])
			if err != nil || next == "" {
				t.Errorf("%s leads nowhere", pattern)
				break
			}
			from = next
			signIn(j, who)
			page := j.ask(t, site, httptest.NewRequest(http.MethodGet, "http://delfi.test"+from, nil)).Body.String()
			if mine := who.Account == giulia.Account; strings.Contains(page, words) != mine || strings.Contains(page, "Non abbiamo inviato nulla") != mine {
				t.Errorf("%s: at %s %s sees the words: %v", pattern, from, who.Name, !mine)
			}
		}
	}
	if walked < 25 {
		t.Errorf("%d forms were walked: the test sees too few", walked)
	}
}
