package staff_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/account"
	"delfi/web/webtest"
)

// turned signs somebody of the cast in again with other groups, as after the provider
// took a role away.
func turned(t *testing.T, h *webtest.House, subject, name string, groups ...string) account.Actor {
	t.Helper()
	id, err := h.Accounts.SignIn(t.Context(), account.Claims{Issuer: "http://provider.test", Subject: subject, Name: name, Email: subject + "@posta.example", Groups: groups})
	if err != nil {
		t.Fatal(err)
	}
	actor, err := h.Accounts.Actor(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// Who lost one role sees the desk with what another still allows, and is told why the
// rest is missing; who lost the only one is told that they lost it.
func TestALostRoleIsSaid(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	h.Person(t, "marta")
	both := turned(t, h, "marta", "Marta Gibellini", "riva/administrator") // named as a moderator
	for _, slug := range []string{webtest.Answering, webtest.Gathering, webtest.Published} {
		got := site.As(t, both).Get(t, at(slug, ""))
		if got.Status != 200 || !strings.Contains(got.Text("main"), "Non hai più il ruolo di moderatore/-trice") {
			t.Errorf("%s: %d %q", slug, got.Status, got.Text("main"))
		}
		if got.Count(`a[href$="/contributions"]`) != 0 {
			t.Errorf("%s: the moderator's page is still offered", slug)
		}
	}
	h.Person(t, "paolo")
	none := turned(t, h, "paolo", "Paolo Sighinolfi") // named as the facilitator
	got := site.As(t, none).Get(t, at(webtest.Answering, ""))
	if got.Status != 403 || !strings.Contains(got.Text("main"), "non ne hai più il ruolo") {
		t.Errorf("%d %q", got.Status, got.Text("main"))
	}
}

// What a desk offers is never refused for the role: every form of every desk, in each
// stage of the demonstration, sent by whoever was offered it.
func TestNoDeskOffersWhatTheRoleForbids(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	cast := map[string]account.Actor{}
	for _, who := range []string{"giulia", "davide", "paolo", "marta"} {
		cast[who] = h.Person(t, who)
	}
	cast["marta"] = turned(t, h, "marta", "Marta Gibellini", "riva/administrator")
	type offer struct{ who, action string }
	var offers []offer
	for who, actor := range cast {
		b := site.As(t, actor)
		for _, slug := range []string{webtest.Announced, webtest.Gathering, webtest.Answering, webtest.Published} {
			got := b.Get(t, at(slug, ""))
			if got.Status != 200 {
				t.Errorf("%s at %s: %d", who, slug, got.Status)
			}
			forms := func(page webtest.Response) {
				page.Page.Find("main form[method=post][action]").Each(func(_ int, f *goquery.Selection) {
					offers = append(offers, offer{who, f.AttrOr("action", "")})
				})
			}
			forms(got)
			got.Page.Find(`main a[href^="/desk/"]`).Each(func(_ int, a *goquery.Selection) {
				href, _ := a.Attr("href")
				r := b.Get(t, href)
				if r.Status == 403 {
					t.Errorf("%s at %s: the link %s is forbidden", who, slug, href)
				}
				if r.Status == 200 {
					forms(r) // of the page before an act
				}
			})
		}
	}
	if len(offers) < 10 {
		t.Fatalf("only %d forms are offered", len(offers))
	}
	for _, o := range offers {
		if got := site.As(t, cast[o.who]).Post(t, o.action, url.Values{}); got.Status == 403 {
			t.Errorf("%s is offered %s, and it is forbidden: %q", o.who, o.action, got.Text("main"))
		}
	}
}
