package administration_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/go-chi/chi/v5"

	"delfi/internal/account"
	"delfi/web/administration"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/webtest"
)

func mount(h *webtest.House) webtest.Mount {
	return func(r chi.Router, app *page.App) {
		administration.Routes(r, app, administration.Services{Accounts: h.Accounts})
	}
}

// founded is a house with the cast's two administrations.
func founded(t *testing.T) *webtest.House {
	t.Helper()
	h := webtest.Open(t)
	for slug, name := range map[string]string{"riva": "Comune di Riva d’Arno", "borgo": "Comune di Borgo Sereno"} {
		if _, err := h.Accounts.Found(t.Context(), account.Administration{Slug: slug, Name: name, Address: "Piazza Grande 16"}); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

const riva = "/administrations/riva"

// TestGuards: the first page is nobody's once there is an administration, and each
// administration's is its administrators'.
func TestGuards(t *testing.T) {
	h := founded(t)
	anna := h.Person(t, "anna")
	over := map[string]webtest.Denial{"a participant": {Who: anna, Status: 404}, "an administrator": {Who: h.Person(t, "giulia"), Status: 404}}
	denied := map[string]webtest.Denial{
		"a participant":          {Who: anna, Status: 404},
		"another administration": {Who: h.Person(t, "elena"), Status: 404},
		"a moderator":            {Who: h.Person(t, "marta"), Status: 403},
		"the council":            {Who: h.Person(t, "teresa"), Status: 403},
	}
	form := url.Values{"code": {"x"}, "slug": {"modena"}, "name": {"x"}, "role": {"moderator"}, "person": {"anna"}, "account": {anna.Account.String()}}
	routes := []webtest.Route{
		{Method: "GET", Path: "/first-run", Denied: over},
		{Method: "POST", Path: "/first-run", Form: form, Denied: over},
		{Method: "GET", Path: riva, Denied: denied},
		{Method: "POST", Path: riva, Form: form, Denied: denied},
		{Method: "POST", Path: riva + "/grant", Form: form, Denied: denied},
		{Method: "POST", Path: riva + "/revoke", Form: form, Denied: denied},
	}
	h.Guards(t, mount, anna, routes...)
	if h.Person(t, "anna").Staff(h.Person(t, "giulia").Grants[0].Administration) {
		t.Error("somebody who may not gave a role")
	}
}

// typed fails unless each field holds what was typed, and the summary leads to fields.
func typed(t *testing.T, got webtest.Response, form url.Values, mended ...string) {
	t.Helper()
	if got.Status != 422 || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d, %q: %s", got.Status, got.Header.Get("Cache-Control"), got.Text("main"))
	}
	for name, want := range form {
		if have := held(got, name, ""); have != want[0] {
			t.Errorf("%s: %q became %q", name, want[0], have)
		}
	}
	got.Page.Find("#errors a").Each(func(i int, a *goquery.Selection) {
		if id := a.AttrOr("href", ""); got.Count(id) != 1 || i >= len(mended) || id != "#f-"+mended[i] {
			t.Errorf("%q is to be mended, want %v", a.Text(), mended)
		}
	})
	if got.Count("#errors a") != len(mended) {
		t.Errorf("%d to mend, want %v: %s", got.Count("#errors a"), mended, got.Text("main"))
	}
}

// held gives what a field of a form holds; none where there is no such field.
func held(got webtest.Response, name, none string) string {
	if area := got.Page.Find("textarea[name=" + name + "]"); area.Length() > 0 {
		return area.Text()
	}
	return got.Page.Find("input[name="+name+"]").AttrOr("value", none)
}

func TestTheFirstAdministration(t *testing.T) {
	for _, lang := range i18n.Languages {
		t.Run(lang, func(t *testing.T) {
			prefix := map[string]string{"it": "", "en": "/en"}[lang]
			h := webtest.Open(t)
			site := h.Site(t, mount(h))
			giulia := site.As(t, h.Person(t, "giulia"))
			if got := giulia.Get(t, prefix+"/first-run"); got.Status != 404 {
				t.Errorf("without a code: %d", got.Status)
			}
			code, err := h.Accounts.FirstRun(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := giulia.Get(t, prefix+"/first-run")
			if got.Status != 200 || got.Header.Get("Cache-Control") != "no-store" || got.Count("main form input, main form textarea") != 6 || got.Count("main script") != 0 ||
				!strings.Contains(got.Text("main"), "Giulia Bortolotti") || got.Page.Find("main form").AttrOr("action", "") != prefix+"/first-run" {
				t.Errorf("%d: %s", got.Status, got.Text("main"))
			}
			form := url.Values{"code": {"0J4KX-0J4KX"}, "slug": {"record"}, "name": {""}, "address": {"Via «Roma» 1"}, "ipa": {"2.57"}, "mail": {"urp"}}
			typed(t, giulia.Post(t, prefix+"/first-run", form), form, "code", "slug", "name", "ipa", "mail")

			form = url.Values{"code": {code}, "slug": {"riva"}, "name": {"Comune di Riva <b>d’Arno</b>"}, "address": {"Via Roma 1"}, "ipa": {"C_H330"}, "mail": {""}}
			if got = giulia.Post(t, prefix+"/first-run", form); got.Status != 303 || got.Location != prefix+riva {
				t.Fatalf("%d to %q: %s", got.Status, got.Location, got.Text("main"))
			}
			got = giulia.Get(t, prefix+riva) // the very next request
			if got.Status != 200 || got.Text("main h1") != "Comune di Riva <b>d’Arno</b>" || got.Page.Find("input[name=ipa]").AttrOr("value", "") != "c_h330" || got.Count(".dlf-flash") != 1 {
				t.Errorf("%d: %s", got.Status, got.Text("main"))
			}
			for _, b := range []*webtest.Browser{giulia, site.As(t, h.Person(t, "anna"))} {
				if got := b.Get(t, prefix+"/first-run"); got.Status != 404 {
					t.Errorf("afterwards: %d", got.Status)
				}
				if got := b.Post(t, prefix+"/first-run", form); got.Status != 404 {
					t.Errorf("the code a second time: %d", got.Status)
				}
			}
		})
	}
}

// Codes cannot be tried without end: as often as people sign in from one address.
func TestACodeIsTriedSoOftenAMinute(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t, mount(h))
	code, err := h.Accounts.FirstRun(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"code": {"0"}, "slug": {"riva"}, "name": {"Riva"}}
	giulia, statuses := site.As(t, h.Person(t, "giulia")), map[int]int{}
	for range 130 {
		statuses[giulia.Post(t, "/first-run", form).Status]++
	}
	form.Set("code", code)
	if last := site.As(t, h.Person(t, "anna")).Post(t, "/first-run", form); statuses[422] == 0 || statuses[429] == 0 || last.Status != 429 {
		t.Errorf("statuses %v, then %d with the code", statuses, last.Status)
	}
}

func TestAnAdministrationsOwnData(t *testing.T) {
	h := founded(t)
	site := h.Site(t, mount(h))
	giulia := site.As(t, h.Person(t, "giulia"))
	wrong := url.Values{"name": {" "}, "address": {strings.Repeat("x", 301)}, "ipa": {"c.h33"}, "mail": {"urp@"}}
	typed(t, giulia.Post(t, riva, wrong), wrong, "name", "address", "ipa", "mail")
	right := url.Values{"name": {"Comune di Riva"}, "address": {"Via Roma\r\n1"}, "ipa": {"c_h330"}, "mail": {"urp@riva.example"}, "slug": {"elsewhere"}}
	right.Set("version", giulia.Get(t, riva).Page.Find("input[name=version]").AttrOr("value", ""))
	if got := giulia.Post(t, riva, right); got.Status != 303 || got.Location != riva {
		t.Fatalf("%d to %q", got.Status, got.Location)
	}
	right.Del("version")
	right.Set("address", "Via Roma 1") // one line, however its field wraps it
	got := giulia.Get(t, riva)
	for name, want := range right {
		if have := held(got, name, "elsewhere"); have != want[0] {
			t.Errorf("%s: %q is stored as %q", name, want[0], have)
		}
	}
	if foot := got.Text("footer"); !strings.Contains(foot, "Comune di Riva") || !strings.Contains(foot, "Via Roma 1") {
		t.Errorf("the foot says %q", foot)
	}
}

func TestRolesOfAnAdministration(t *testing.T) {
	h := founded(t)
	site := h.Site(t, mount(h))
	giulia, anna, karim := h.Person(t, "giulia"), h.Person(t, "anna"), h.Person(t, "karim")
	h.Person(t, "marta")
	b := site.As(t, giulia)
	grant := func(person, role string) webtest.Response {
		return b.Post(t, riva+"/grant", url.Values{"person": {person}, "role": {role}})
	}
	typed(t, grant("nobody@posta.example", "moderator"), url.Values{"person": {"nobody@posta.example"}}, "person")
	typed(t, grant("anna@posta.example", ""), url.Values{"person": {"anna@posta.example"}}, "role")
	for person, role := range map[string]string{"ANNA@posta.example": "moderator", "karim": "administrator", "marta@posta.example": "moderator"} {
		if got := grant(person, role); got.Status != 303 || got.Location != riva+"#roles" {
			t.Fatalf("%s: %d: %s", person, got.Status, got.Text("main"))
		}
	}
	got := b.Get(t, riva)
	var held []string
	got.Page.Find("main .dlf-plain > li").Each(func(_ int, li *goquery.Selection) {
		held = append(held, strings.Join(strings.Fields(li.Text()), " "))
	})
	want := []string{
		"Anna Vandelli: moderatore/-triceanna@posta.example · assegnato qui Togli il ruolo di moderatore/-trice a Anna Vandelli",
		"Giulia Bortolotti: amministratore/-tricegiulia@posta.example · dal gestore degli accessi",
		"Karim Haddad: amministratore/-tricekarim@posta.example · assegnato qui Togli il ruolo di amministratore/-trice a Karim Haddad",
		"Marta Gibellini: moderatore/-tricemarta@posta.example · assegnato qui, e dal gestore degli accessi Togli il ruolo di moderatore/-trice a Marta Gibellini",
	}
	if strings.Join(held, "\n") != strings.Join(want, "\n") {
		t.Errorf("roles:\n%s\nwant:\n%s", strings.Join(held, "\n"), strings.Join(want, "\n"))
	}
	if site.As(t, karim).Get(t, riva).Status != 200 {
		t.Error("whom the role was given does not hold it")
	}
	revoke := func(who account.Actor, role string) webtest.Response {
		return b.Post(t, riva+"/revoke", url.Values{"account": {who.Account.String()}, "role": {role}})
	}
	if got := revoke(anna, "moderator"); got.Status != 303 {
		t.Errorf("%d: %s", got.Status, got.Text("main"))
	}
	for _, c := range []struct {
		who    account.Actor
		role   string
		status int
		words  string
	}{
		{anna, "moderator", 422, "non ha questo ruolo"},
		{giulia, "administrator", 409, "Non puoi togliere a te"},
		{h.Person(t, "marta"), "facilitator", 422, "non ha questo ruolo"},
	} {
		if got := revoke(c.who, c.role); got.Status != c.status || !strings.Contains(got.Text("main .dlf-err"), c.words) {
			t.Errorf("%s: %d: %s", c.who.Name, got.Status, got.Text("main .dlf-err"))
		}
	}
	if got := revoke(h.Person(t, "marta"), "moderator"); got.Status != 303 || !strings.Contains(b.Get(t, riva).Text("main .dlf-plain"), "Marta Gibellini: moderatore/-trice") {
		t.Errorf("the provider's role is gone: %d", got.Status)
	}
	if got := revoke(h.Person(t, "marta"), "moderator"); got.Status != 422 || !strings.Contains(got.Text("main .dlf-err"), "dal gestore degli accessi") {
		t.Errorf("%d: %s", got.Status, got.Text("main .dlf-err"))
	}
}
