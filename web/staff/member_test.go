package staff_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/web/webtest"
)

// Somebody takes the place of a moderator: in both languages the form says what is wrong
// field by field, and who comes sits at the desk and stands on the public page.
func TestAMemberOfStaffIsReplaced(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	giulia, marta, davide, karim := h.Person(t, "giulia"), h.Person(t, "marta"), h.Person(t, "davide"), h.Person(t, "karim")
	c, err := h.Consultations.Find(t.Context(), giulia, webtest.Answering)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Accounts.GrantRole(t.Context(), "riva", account.Moderator, c.Scope(), "karim"); err != nil {
		t.Fatal(err)
	}
	karim = h.Person(t, "karim") // with his office
	today := civiltime.Date(h.DB.Now())
	b := site.As(t, giulia)
	member := func(got webtest.Response, name string) *goquery.Selection {
		return got.Page.Find("main .dlf-plain > li").FilterFunction(func(_ int, li *goquery.Selection) bool { return li.Find("strong").First().Text() == name })
	}
	send := func(lang string, form *goquery.Selection, with map[string]string) webtest.Response {
		values := url.Values{}
		form.Find("input, textarea").Each(func(_ int, in *goquery.Selection) {
			values.Set(in.AttrOr("name", ""), in.AttrOr("value", in.Text()))
		})
		for name, v := range with {
			values.Set(name, v)
		}
		return b.Post(t, lang+at(webtest.Answering, "/staff"), values)
	}
	for lang, words := range map[string][2]string{
		"":    {"Questa persona non ha quel ruolo", "Quel giorno è passato"},
		"/en": {"This person does not hold that role", "That day is over"},
	} {
		got := b.Get(t, lang+at(webtest.Answering, "/staff"))
		form := member(got, "Marta Gibellini").Find("form")
		if got.Status != 200 || form.Length() != 1 || form.Find("input[name=from]").AttrOr("value", "") != today || got.Count("main details[open]") != 0 {
			t.Fatalf("%d: %s", got.Status, got.Text("main"))
		}
		// Who holds the role and steers is not offered: Karim alone is left.
		if n := form.Find("select option").Length(); n != 2 || form.Find("select option").Last().AttrOr("value", "") != karim.Office.String() {
			t.Errorf("%d are offered: %s", n, form.Find("select").Text())
		}
		got = send(lang, form, map[string]string{"person": h.Person(t, "paolo").Office.String(), "office": "Ufficio «A»", "from": "2020-01-01", "reason": ""})
		var links []string
		got.Page.Find("#errors a").Each(func(_ int, a *goquery.Selection) {
			href := a.AttrOr("href", "")
			if got.Count(href) != 1 {
				t.Errorf("%s leads to %d fields", href, got.Count(href))
			}
			links = append(links, href[strings.LastIndex(href, "-")+1:])
		})
		back := member(got, "Marta Gibellini").Find("details[open] form")
		if got.Status != 422 || strings.Join(links, " ") != "person from reason" ||
			!strings.Contains(got.Text("main"), words[0]) || !strings.Contains(got.Text("main"), words[1]) ||
			back.Find("input[name=office]").AttrOr("value", "") != "Ufficio «A»" || back.Find("input[name=from]").AttrOr("value", "") != "2020-01-01" || back.Find("[aria-invalid=true]").Length() != 3 {
			t.Errorf("%d %v: %s", got.Status, links, got.Text("main"))
		}
	}
	got := b.Get(t, at(webtest.Answering, "/staff"))
	form := member(got, "Marta Gibellini").Find("form")
	right := map[string]string{"person": karim.Office.String(), "office": "Ufficio elettorale", "reason": "È andata in pensione."}
	for range 2 { // the button is pressed twice
		if got := send("", form, right); got.Status != 303 || got.Location != at(webtest.Answering, "/staff") {
			t.Fatalf("%d: %s", got.Status, got.Text("main"))
		}
	}
	got = b.Get(t, at(webtest.Answering, "/staff"))
	if text := member(got, "Marta Gibellini").Text(); !strings.Contains(text, "conduce un altro") || member(got, "Marta Gibellini").Find("form").Length() != 0 {
		t.Errorf("who went: %s", text)
	}
	if text := member(got, "Karim Haddad").Text(); !strings.Contains(text, "Ufficio elettorale") || member(got, "Karim Haddad").Find("form").Length() != 1 {
		t.Errorf("who came: %s", text)
	}
	// What was typed for a place that somebody filled meanwhile is not lost.
	if got := send("", form, map[string]string{"person": davide.Office.String(), "office": "Ufficio B", "reason": "Un altro motivo."}); got.Status != 409 ||
		!strings.Contains(got.Page.Find("main textarea").Text(), "Un altro motivo.") || !strings.Contains(got.Text("main"), "è cambiato qualcosa") {
		t.Errorf("%d: %s", got.Status, got.Text("main"))
	}
	// A page that was overtaken comes back with what was typed, and is sent again.
	if got := send("", member(got, "Davide Lancellotti").Find("form"), map[string]string{"version": "x.y.z", "person": marta.Office.String(), "reason": "Scambio."}); got.Status != 409 ||
		member(got, "Davide Lancellotti").Find("details[open] textarea").Text() != "Scambio." {
		t.Errorf("%d: %s", got.Status, got.Text("main"))
	}

	for who, want := range map[string]int{"marta": 403, "karim": 200} {
		if got := site.As(t, h.Person(t, who)).Get(t, at(webtest.Answering, "")); got.Status != want {
			t.Errorf("%s: %d, wants %d", who, got.Status, want)
		}
	}
	if got := site.As(t, davide).Get(t, at(webtest.Answering, "/staff")); got.Status != 200 || got.Count("main form") != 0 {
		t.Errorf("a moderator reads who steers: %d, %d forms", got.Status, got.Count("main form"))
	}
	for lang, words := range map[string][]string{"": {"Chi è cambiato", "Marta Gibellini, moderatore/-trice", "conduce un altro"}, "/en": {"Who has changed", "Marta Gibellini, moderator", "somebody else from"}} {
		text := strings.Join(strings.Fields(site.Stranger().Get(t, lang+"/consultations/"+webtest.Answering).Page.Find("section[aria-labelledby=staff]").Text()), " ")
		for _, w := range append(words, "Karim Haddad", "Ufficio elettorale") {
			if !strings.Contains(text, w) {
				t.Errorf("the public page lacks %q: %s", w, text)
			}
		}
	}
	for _, wrong := range []string{"", "-1", "x"} {
		if got := b.Post(t, at(webtest.Answering, "/staff"), url.Values{"member": {wrong}}); got.Status != 404 {
			t.Errorf("member %q: %d", wrong, got.Status)
		}
	}
	if got := b.Post(t, at(webtest.Answering, "/staff"), url.Values{"member": {"99"}, "person": {uuid.NewString()}}); got.Status != 409 {
		t.Errorf("a place that is not: %d", got.Status)
	}

	// Whoever answered until now and is appointed answers no more.
	p := h.Panelist(t, 3)
	paper := fmt.Sprintf("/consultations/%s/rounds/%d", webtest.Answering, c.Current().Number)
	if got := site.As(t, p).Get(t, paper); got.Status != 200 {
		t.Fatalf("%d: %s", got.Status, got.Text("main"))
	}
	if _, err := h.Accounts.GrantRole(t.Context(), "riva", account.Moderator, c.Scope(), p.Account.String()); err != nil {
		t.Fatal(err)
	}
	p = h.Panelist(t, 3) // with the office
	got = b.Get(t, at(webtest.Answering, "/staff"))
	if got := send("", member(got, "Davide Lancellotti").Find("form"), map[string]string{"person": p.Office.String(), "reason": "Scambio."}); got.Status != 303 {
		t.Fatalf("%d: %s", got.Status, got.Text("main"))
	}
	for _, got := range []webtest.Response{site.As(t, p).Get(t, paper), site.As(t, p).Post(t, paper, url.Values{"item": {"1"}})} {
		if got.Status != 403 || !strings.Contains(got.Text("main"), "non vi risponde più") {
			t.Errorf("%d: %s", got.Status, got.Text("main"))
		}
	}
}
