package public_test

import (
	"testing"

	"delfi/web/webtest"
)

// Whoever may remove a reason by law is led from it to the desk's list; nobody else is,
// and every reason says in which language it is.
func TestReasonsLeadWhoMayRemoveThemToTheDesk(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	for _, path := range []string{at(webtest.Answering, "/rounds/2"), at(webtest.Published, "/opinion"), "/en" + at(webtest.Answering, "/rounds/2")} {
		for who, led := range map[string]bool{"giulia": true, "lucia": false, "": false} {
			b := site.Stranger()
			if who != "" {
				b = site.As(t, h.Person(t, who))
			}
			got := b.Get(t, path)
			if got.Count(".dlf-said") == 0 || got.Count(".dlf-said") != got.Count(".dlf-said[lang=it]") {
				t.Errorf("%q at %s: %d reasons, %d say their language", who, path, got.Count(".dlf-said"), got.Count(".dlf-said[lang=it]"))
			}
			want := 0
			if led {
				want = got.Count(".dlf-said")
			}
			if n := got.Count(".dlf-reason a[href*='/desk/'][href*='/reasons/']"); n != want {
				t.Errorf("%q at %s: %d links to the desk, want %d", who, path, n, want)
			}
		}
	}
}
