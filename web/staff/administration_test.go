package staff_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation/draft"
	"delfi/web/i18n"
	"delfi/web/webtest"
)

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

// TestGuardsOfAdministrations: the first page is nobody's once there is an administration, and each
// administration's is its administrators'.
func TestGuardsOfAdministrations(t *testing.T) {
	h := founded(t)
	anna := h.Person(t, "anna")
	over := map[string]webtest.Denial{"a participant": {Who: anna, Status: 404}, "an administrator": {Who: h.Person(t, "giulia"), Status: 404}}
	denied := map[string]webtest.Denial{
		"a participant":          {Who: anna, Status: 404},
		"another administration": {Who: h.Person(t, "elena"), Status: 404},
		"a moderator":            {Who: h.Person(t, "marta"), Status: 403},
		"the council":            {Who: h.Person(t, "teresa"), Status: 403},
	}
	form := url.Values{"code": {"x"}, "slug": {"modena"}, "name": {"x"}, "role": {"moderator"}, "person": {"anna"}, "account": {anna.Account.String()},
		"consultation": {"*"}, "scope": {uuid.Nil.String()}}
	routes := []webtest.Route{
		{Method: "GET", Path: "/first-run", Denied: over},
		{Method: "POST", Path: "/first-run", Form: form, Denied: over},
		{Method: "GET", Path: riva, Denied: denied},
		{Method: "GET", Path: riva + "/desk", Denied: denied},
		{Method: "POST", Path: riva, Form: form, Denied: denied},
		{Method: "POST", Path: riva + "/grant", Form: form, Denied: denied},
		{Method: "GET", Path: riva + "/revoke", Denied: denied},
		{Method: "POST", Path: riva + "/revoke", Form: form, Denied: denied},
	}
	// Who writes no drafts is told so, whatever the administration.
	drafting := map[string]webtest.Denial{
		"a participant":          {Who: anna, Status: 403},
		"another administration": {Who: h.Person(t, "elena"), Status: 404},
		"a moderator":            {Who: h.Person(t, "marta"), Status: 403},
		"the council":            {Who: h.Person(t, "teresa"), Status: 403},
	}
	for _, method := range []string{"GET", "POST"} {
		routes = append(routes, webtest.Route{Method: method, Path: riva + "/templates/" + uuid.NewString() + "/remove", Form: form, Denied: drafting})
	}
	routes = append(routes, webtest.Route{Method: "GET", Path: riva + "/templates", Denied: drafting})
	h.Guards(t, []string{"/first-run", "/administrations"}, anna, routes)
	if h.Person(t, "anna").Serves(h.Person(t, "giulia").Grants[0].Administration) {
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
			site := h.Site(t)
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
	site := h.Site(t)
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
	site := h.Site(t)
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
	site := h.Site(t)
	giulia, anna, karim := h.Person(t, "giulia"), h.Person(t, "anna"), h.Person(t, "karim")
	h.Person(t, "marta")
	b := site.As(t, giulia)
	grant := func(person, role string) webtest.Response {
		return b.Post(t, riva+"/grant", url.Values{"person": {person}, "role": {role}, "consultation": {"*"}})
	}
	typed(t, grant("nobody@posta.example", "moderator"), url.Values{"person": {"nobody@posta.example"}}, "person")
	typed(t, grant("anna@posta.example", ""), url.Values{"person": {"anna@posta.example"}}, "role")
	// Everything that is to be mended is named at once, in the order of the fields.
	for _, lang := range []string{"", "/en"} {
		for _, where := range []string{"", "mercato-coperto"} {
			form := url.Values{"person": {"nobody@posta.example"}, "role": {"mayor"}, "consultation": {where}}
			got := b.Post(t, lang+riva+"/grant", form)
			typed(t, got, url.Values{"person": {"nobody@posta.example"}}, "person", "role", "consultation")
		}
	}
	typed(t, b.Post(t, riva+"/grant", url.Values{}), url.Values{"person": {""}}, "person", "role", "consultation")
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
		"Anna Vandelli: moderatore/-trice anna@posta.example · assegnato qui Togli il ruolo di moderatore/-trice a Anna Vandelli",
		"Giulia Bortolotti: amministratore/-trice giulia@posta.example · dal gestore degli accessi",
		"Karim Haddad: amministratore/-trice karim@posta.example · assegnato qui Togli il ruolo di amministratore/-trice a Karim Haddad",
		"Marta Gibellini: moderatore/-trice marta@posta.example · assegnato qui, e dal gestore degli accessi Togli il ruolo di moderatore/-trice a Marta Gibellini",
	}
	if strings.Join(held, "\n") != strings.Join(want, "\n") {
		t.Errorf("roles:\n%s\nwant:\n%s", strings.Join(held, "\n"), strings.Join(want, "\n"))
	}
	if site.As(t, karim).Get(t, riva).Status != 200 {
		t.Error("whom the role was given does not hold it")
	}
	revoke := func(who account.Actor, role string) webtest.Response {
		return b.Post(t, riva+"/revoke", url.Values{"account": {who.Account.String()}, "role": {role}, "scope": {uuid.Nil.String()}})
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

// A role for one consultation alone is given, shown and taken back on the same page, in
// both languages.
func TestARoleForOneConsultation(t *testing.T) {
	h := founded(t)
	site := h.Site(t)
	giulia, marta := h.Person(t, "giulia"), h.Person(t, "marta")
	h.Person(t, "anna")
	of := giulia.Grants[0].Administration
	piazza, err := h.Drafts.Create(t.Context(), giulia, of, draft.Form{Slug: "la-piazza", Language: "it", Title: "La <b>piazza</b>"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Drafts.Create(t.Context(), h.Person(t, "elena"), h.Person(t, "elena").Grants[0].Administration, draft.Form{Slug: "il-mercato", Language: "it", Title: "Il mercato"}); err != nil {
		t.Fatal(err)
	}
	b := site.As(t, giulia)
	for lang, words := range map[string][]string{
		"":    {"solo per", "Non vede le bozze né la scrivania delle altre", "Tutta l’amministrazione", "vale in tutta l’amministrazione: per una", "Il ruolo, nella consultazione «La <b>piazza</b>»."},
		"/en": {"only for", "They see neither drafts nor desk of the others", "The whole administration", "holds in the whole administration: only", "The role, in the consultation “La <b>piazza</b>”."},
	} {
		got := b.Get(t, lang+riva)
		var offered []string
		got.Page.Find("select[name=consultation] option").Each(func(_ int, o *goquery.Selection) { offered = append(offered, o.AttrOr("value", "")+" "+o.Text()) })
		if len(offered) != 3 || offered[1] != "* "+words[2] || offered[2] != "la-piazza La <b>piazza</b>" || got.Count("select[name=consultation] [selected]") != 0 {
			t.Errorf("offered are %q", offered)
		}
		if !strings.Contains(got.Text("main"), words[1]) {
			t.Errorf("what the role allows is not said: %s", got.Text("main"))
		}
		for typed, wrong := range map[string]string{"": "consultation", "il-mercato": "consultation", "la-piazza": "role"} {
			role := "moderator"
			if wrong == "role" {
				role = "administrator"
			}
			got := b.Post(t, lang+riva+"/grant", url.Values{"person": {"anna@posta.example"}, "role": {role}, "consultation": {typed}})
			if got.Status != 422 || got.Count("#errors a") != 1 || got.Page.Find("#errors a").AttrOr("href", "") != "#f-"+wrong || held(got, "person", "") != "anna@posta.example" ||
				got.Page.Find("select[name=consultation] [selected]").AttrOr("value", "") != strings.ReplaceAll(typed, "il-mercato", "") {
				t.Errorf("%q: %d: %s", typed, got.Status, got.Text("#errors"))
			}
			if wrong == "role" && !strings.Contains(got.Text("#errors"), words[3]) {
				t.Errorf("%s", got.Text("#errors"))
			}
		}
		if got := b.Post(t, lang+riva+"/grant", url.Values{"person": {"anna@posta.example"}, "role": {"facilitator"}, "consultation": {"la-piazza"}}); got.Status != 303 {
			t.Fatalf("%d: %s", got.Status, got.Text("main"))
		}
		anna := h.Person(t, "anna")
		if !anna.Has(of, piazza.Scope(), account.Facilitator) || anna.Has(of, account.Scope{}, account.Facilitator) {
			t.Errorf("anna holds %+v", anna.Grants)
		}
		got = b.Get(t, lang+riva)
		line := got.Page.Find("main .dlf-plain > li").First()
		if text := strings.Join(strings.Fields(line.Text()), " "); !strings.Contains(text, words[0]+" La <b>piazza</b>") {
			t.Errorf("held is %q", text)
		}
		before := line.Find("a[href*='/revoke?']").AttrOr("href", "")
		ask := b.Get(t, before)
		if ask.Status != 200 || !strings.Contains(ask.Text("main"), words[4]) || ask.Count("form[action$='/revoke'] button") != 1 {
			t.Errorf("before it is taken back: %d %s", ask.Status, ask.Text("main"))
		}
		if got := b.Get(t, strings.Replace(before, "role=facilitator", "role=moderator", 1)); got.Status != 404 {
			t.Errorf("before a role goes that nobody holds: %d", got.Status)
		}
		scope := ask.Page.Find("input[name=scope]").AttrOr("value", "")
		for _, wrong := range []string{"", "la-piazza"} {
			if got := b.Post(t, lang+riva+"/revoke", url.Values{"account": {anna.Account.String()}, "role": {"facilitator"}, "scope": {wrong}}); got.Status != 404 {
				t.Errorf("scope %q: %d", wrong, got.Status)
			}
		}
		if got := b.Post(t, lang+riva+"/revoke", url.Values{"account": {anna.Account.String()}, "role": {"facilitator"}, "scope": {uuid.Nil.String()}}); got.Status != 422 {
			t.Errorf("the role of the whole, which she does not hold: %d", got.Status)
		}
		if got := b.Post(t, lang+riva+"/revoke", url.Values{"account": {anna.Account.String()}, "role": {"facilitator"}, "scope": {scope}}); got.Status != 303 {
			t.Errorf("%d: %s", got.Status, got.Text("main"))
		}
		if anna = h.Person(t, "anna"); len(anna.Grants) != 0 {
			t.Errorf("anna holds %+v", anna.Grants)
		}
	}
	// Who serves a part does not see who holds which role.
	if _, err := h.Accounts.GrantRole(t.Context(), "riva", account.Moderator, piazza.Scope(), marta.Account.String()); err != nil {
		t.Fatal(err)
	}
	if got := site.As(t, marta).Get(t, riva); got.Status != 403 {
		t.Errorf("%d: %s", got.Status, got.Text("main"))
	}
}
