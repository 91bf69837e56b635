package participate_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"delfi/web/webtest"
)

// A code stands in no address, from where a browser's history, the next site's Referer and
// every log on the way have it: it is taken from no query, and no link or form leads on with it.
func TestACodeStandsInNoAddress(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	const slug = "consultorio"
	coded(t, h, slug, "anna")
	anna := site.As(t, h.Person(t, "anna"))
	first := anna.Post(t, at(slug, "/get-code"), url.Values{})
	code := issued(t, first)
	hour(t, h)
	bare := strings.ReplaceAll(code, "-", "")
	names := func(text string) bool {
		text, err := url.QueryUnescape(text)
		text = strings.ToUpper(strings.Map(func(r rune) rune {
			if r == '-' || r == ' ' {
				return -1
			}
			return r
		}, text))
		return err != nil || strings.Contains(text, bare[5:20])
	}
	if !names("/code?code=" + url.QueryEscape(code)) {
		t.Fatal("the test does not see a code")
	}
	leads := func(what string, got webtest.Response) {
		t.Helper()
		if names(got.Location) || got.Header.Get("Referrer-Policy") != "same-origin" && got.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: leads to %q, referrer %q", what, got.Location, got.Header.Get("Referrer-Policy"))
		}
		if got.Page == nil {
			return
		}
		for _, name := range []string{"href", "src", "action", "formaction"} {
			for _, e := range got.Page.Find("[" + name + "]").EachIter() {
				if address, _ := e.Attr(name); names(address) {
					t.Errorf("%s: %s=%q", what, name, address)
				}
			}
		}
	}
	leads("the page that shows it", first)
	b := site.Stranger()
	asked := at(slug, "/code?code="+url.QueryEscape(code))
	if got := b.Get(t, asked); len(got.Header.Values("Set-Cookie")) != 0 || got.Count("input[name=code][value]:not([value=''])") != 0 {
		t.Errorf("a query fills the form: %d %q", got.Status, got.Text("main"))
	}
	if got := b.Post(t, asked, url.Values{}); got.Status != http.StatusUnprocessableEntity || len(got.Header.Values("Set-Cookie")) != 0 {
		t.Errorf("a query is taken for the form: %d to %q", got.Status, got.Location)
	}
	typo := code[:9] + map[bool]string{true: "8", false: "9"}[code[9] == '9'] + code[10:]
	leads("one typed wrong", b.Post(t, at(slug, "/code"), url.Values{"code": {typo}}))
	leads("the one", b.Post(t, at(slug, "/code"), url.Values{"code": {code}}))
	form := at(slug, "/code/rounds/2")
	leads("the form", b.Get(t, form))
	leads("an answer", b.Post(t, form, url.Values{"item": {"1"}, "answer_1": {"7"}, "act": {"next"}}))
	leads("the delivery", b.Post(t, form, url.Values{"act": {"deliver"}}))
	leads("the receipt", b.Get(t, form+"/receipt"))
}

// One code at two servers in the same moment is one panelist with one ballot.
func TestACodeAtTwoServersIsOnePanelist(t *testing.T) {
	h := webtest.Open(t)
	const slug = "consultorio"
	coded(t, h, slug, "anna")
	one := h.Site(t)
	code := issued(t, one.As(t, h.Person(t, "anna")).Post(t, at(slug, "/get-code"), url.Values{}))
	hour(t, h)
	form := at(slug, "/code/rounds/2")
	var both sync.WaitGroup
	for n, site := range []*webtest.Site{one, h.Beside(t).Site(t)} {
		both.Go(func() {
			b := site.Stranger()
			b.Post(t, at(slug, "/code"), url.Values{"code": {code}})
			b.Post(t, form, url.Values{"item": {"1"}, "answer_1": {[]string{"2", "8"}[n]}, "act": {"next"}})
			if got := b.Post(t, form, url.Values{"act": {"deliver"}}); got.Status != http.StatusSeeOther {
				t.Errorf("server %d: %d %q", n+1, got.Status, got.Text("main"))
			}
		})
	}
	both.Wait()
	for _, table := range []string{"panel.panelist", "panel.ballot"} {
		var n int
		if err := h.DB.Pool().Get(&n, `SELECT count(*) FROM `+table); err != nil || n != 1 {
			t.Errorf("%s has %d rows, %v", table, n, err)
		}
	}
}
