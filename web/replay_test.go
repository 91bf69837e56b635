package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
	"delfi/web/page"
	"delfi/web/webtest"
)

// TestAReplayedActIsDoneOnce: an act that asks for a fresh sign-in keeps its form. Sent
// again after it, and then once more, and from a page that was open meanwhile, it is done
// one time.
func TestAReplayedActIsDoneOnce(t *testing.T) {
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	now := time.Now()
	site := h.SiteWith(t, page.Options{DB: h.DB.With(postgres.WithClock(func() time.Time { return now })), Log: slog.New(slog.DiscardHandler)})
	get := func(j jar, path string) *goquery.Document {
		t.Helper()
		doc, err := goquery.NewDocumentFromReader(j.ask(t, site, httptest.NewRequest(http.MethodGet, "http://delfi.test"+path, nil)).Body)
		w.must(err)
		return doc
	}
	post := func(j jar, path string, form url.Values) *httptest.ResponseRecorder {
		req := httptest.NewRequest(http.MethodPost, "http://delfi.test"+path, strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Referer", "http://delfi.test"+path)
		return j.ask(t, site, req)
	}
	done := func(slug, kind string) (n int) {
		t.Helper()
		c, err := h.Consultations.Find(t.Context(), h.Person(t, "giulia"), slug)
		w.must(err)
		entries, err := h.Record.Of(t.Context(), c.ID)
		w.must(err)
		for _, e := range entries {
			if e.Kind == kind {
				n++
			}
		}
		return n
	}
	replay := func(who account.Actor, slug, act string, typed map[string]string) {
		t.Helper()
		desk, path := "/desk/"+slug, "/desk/"+slug+"/"+act
		j := jar{}
		enter := func() { get(j, "/webtest/sign-in/"+who.Account.String()) }
		read := func() url.Values {
			t.Helper()
			for _, f := range forms(path, webtest.Response{Page: get(j, path)}) {
				if f.action == path {
					return f.values
				}
			}
			t.Fatalf("%s: no form for %s", path, act)
			return nil
		}
		enter()
		first := read()
		for name, text := range typed {
			first.Set(name, text)
		}
		now = now.Add(11 * time.Minute)
		if got := post(j, path, first); got.Code != http.StatusUnauthorized || done(slug, act) != 0 {
			t.Fatalf("%s without a fresh sign-in: %d, done %d times", act, got.Code, done(slug, act))
		}
		enter()
		kept := read()
		for name, text := range first {
			if kept.Get(name) != text[0] {
				t.Errorf("%s: the kept form has %q for %s", act, kept.Get(name), name)
			}
		}
		if n := done(slug, act); n != 0 {
			t.Errorf("%s was done %d times by signing in", act, n)
		}
		for range 2 { // pressed twice
			if got := post(j, path, kept); got.Code != http.StatusSeeOther {
				t.Errorf("%s with the kept form: %d", act, got.Code)
			}
		}
		if got := post(j, path, first); got.Code != http.StatusSeeOther && got.Code != http.StatusConflict { // the page of another window
			t.Errorf("%s from a page that stood open: %d", act, got.Code)
		}
		if n := done(slug, act); n != 1 {
			t.Errorf("%s was done %d times", act, n)
		}
		page := get(j, desk)
		for _, text := range typed {
			if strings.Contains(page.Find(".dlf-refill, main textarea").Text(), text) {
				t.Errorf("%s: its form is offered again", act)
			}
		}
	}
	giulia, paolo := h.Person(t, "giulia"), h.Person(t, "paolo")
	w.drafted(w.as("giulia"), w.complete("portici"))
	replay(giulia, "portici", "announce", nil)
	replay(giulia, "portici", "withdraw", map[string]string{"reason": "Un errore nel bando."})
	w.must(h.Consultations.CloseRound(t.Context(), paolo, webtest.Answering, 3, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	replay(paolo, webtest.Answering, "conclude", map[string]string{"reason": "I giri sono finiti."})
	w.must(h.Jobs.Drain(t.Context()))
	w.must(h.Consultations.ForgoMinority(t.Context(), paolo, webtest.Answering, "Se ne parla in Consiglio.", ""))
	replay(giulia, webtest.Answering, "publish", map[string]string{"summary": "In breve, più ombra."})
}
