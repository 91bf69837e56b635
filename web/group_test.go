package web_test

import (
	"testing"

	"delfi/internal/account"
	"delfi/web/webtest"
)

// A provider's group opens the desk that it names and no other, whatever it is called; a
// session that is open loses the desk with the group.
func TestAGroupOpensNoOtherDesk(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	enter := func(groups ...string) account.Actor {
		t.Helper()
		id, err := h.Accounts.SignIn(t.Context(), account.Claims{Issuer: "https://provider.example", Subject: "zoe", Name: "Zoe Fabbri", Email: "zoe@posta.example", Groups: groups})
		if err != nil {
			t.Fatal(err)
		}
		a, err := h.Accounts.Actor(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	zoe := enter()
	b := site.As(t, zoe)
	drafting := func() bool { return b.Get(t, "/desk").Count("a[href$='/desk/new']") > 0 }
	opens := func(slug string) bool { return b.Get(t, "/desk/"+slug+"/staff").Status == 200 }
	giulia := site.As(t, h.Person(t, "giulia"))
	if got := giulia.Get(t, "/desk/"+webtest.Answering+"/staff"); got.Status != 200 {
		t.Fatalf("the desk does not open by itself: %d", got.Status)
	}
	for _, group := range []string{
		"borgo/administrator",                            // of another administration
		"borgo/moderator/" + webtest.Answering,           // a consultation of another administration
		"riva/administrator/" + webtest.Answering,        // no role of one consultation
		"riva/administrator/",                            // no whole by an empty part
		"riva/moderator/" + webtest.Answering + "/extra", // no part of a part
		"RIVA/administrator", " riva/administrator", "riva /administrator",
		"riva/administrator,riva/moderator", "amici di riva/administrator", "riva%2Fadministrator", "riva//administrator",
		"*/administrator", "riva/moderator/../administrator",
	} {
		enter(group)
		if opens(webtest.Answering) || opens(webtest.Gathering) {
			t.Errorf("%q opens a desk of riva", group)
		}
	}
	enter("riva/administrator")
	if !opens(webtest.Answering) || !opens(webtest.Gathering) || !drafting() {
		t.Error("the group of riva's administrators opens no desk")
	}
	enter()
	if opens(webtest.Answering) || drafting() {
		t.Error("the session goes on with what the group gave")
	}
	if got := enter("riva/moderator/"+webtest.Answering, "borgo/moderator/"+webtest.Answering); len(got.Grants) != 1 || got.Grants[0].Scope.Whole() {
		t.Errorf("%+v", got.Grants)
	}
}
