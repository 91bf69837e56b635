package refill

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/account/sessions"
	"delfi/internal/platform/postgres/testdb"
)

func parsed(t *testing.T, page []byte, err error) *goquery.Document {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

const page = `<main><p>ballot</p>
<form method="post" action="/en/ballot"><input type="hidden" name="item" value="1"><textarea name="why">old</textarea></form>
<form method="post" action="/en/ballot"><input type="hidden" name="item" value="2"><textarea name="why"></textarea>
	<details><input name="note" value=""></details>
	<input type="radio" name="side" value="for"><input type="radio" name="side" value="against" checked>
	<input type="checkbox" name="sure"><select name="group"><option>A</option><option value="b">B</option></select>
	<input type="password" name="word"><button name="act" value="save">save</button></form>
<form method="get" action="/en/ballot"><input name="why"></form>
<form method="post" action="/en/other"><textarea name="why"></textarea></form></main>`

// Every kind of control gets back what was sent, in the form whose hidden fields are the
// values'; what has no place is shown, and nothing else is.
func TestAFormIsFilledIn(t *testing.T) {
	f := Form{Page: "/en/ballot?item=2", Action: "/en/ballot", Values: url.Values{
		"item": {"2"}, "why": {"<b>because</b>"}, "note": {"folded"}, "side": {"for"}, "sure": {"on"}, "group": {"b"}, "act": {"save"}, "word": {""}, "gone": {"an old field", " "},
	}}
	filled, err := f.Fill([]byte(page), Words{Notice: "Nothing was sent.", Left: "Copy these:"})
	doc := parsed(t, filled, err)
	second := doc.Find("main > form").Eq(1)
	if second.Find("textarea").Text() != "<b>because</b>" || second.Find("[name=note]").AttrOr("value", "") != "folded" || second.Find("details[open]").Length() != 1 {
		t.Errorf("texts: %s", filled)
	}
	if second.Find("[value=for][checked]").Length() != 1 || second.Find("[value=against][checked]").Length() != 0 || second.Find("[name=sure][checked]").Length() != 1 ||
		second.Find("option[selected]").AttrOr("value", "") != "b" {
		t.Errorf("choices: %s", filled)
	}
	if doc.Find("main > form").Eq(0).Find("textarea").Text() != "old" || doc.Find("[action='/en/other'] textarea").Text() != "" {
		t.Errorf("another form was filled in: %s", filled)
	}
	if notice := doc.Find("[role=status]"); !strings.Contains(notice.Text(), "Nothing was sent.") || notice.Find("textarea[readonly]").Text() != "gone: an old field" {
		t.Errorf("the notice: %s", notice.Text())
	}
	f.Values = url.Values{"item": {"1"}, "why": {"new"}}
	filled, err = f.Fill([]byte(page), Words{Notice: "Nothing was sent."})
	if doc = parsed(t, filled, err); doc.Find("main > form").Eq(0).Find("textarea").Text() != "new" || doc.Find("textarea[readonly]").Length() != 0 {
		t.Errorf("the first form: %s", filled)
	}
}

// The link to another language is a button of the form that was sent, or of a hidden one
// with what was sent.
func TestALinkBecomesAButtonOfTheForm(t *testing.T) {
	s := Switch{Class: "switch", Field: "lang_of_form", Action: func(_, lang string) string { return "/" + lang + "/ballot?at=x" }}
	link := `<a class="switch" lang="it" href="/x">in <b>italiano</b></a>`
	f := Form{Page: "/en/ballot", Action: "/en/ballot", Values: url.Values{"item": {"2"}, "why": {"because"}, "drawn": {"7"}, "lang_of_form": {"en"}}}
	out, err := f.Button([]byte(link+page), s, "drawn")
	doc := parsed(t, out, err)
	button := doc.Find("button.switch")
	form := doc.Find("form#" + button.AttrOr("form", "?"))
	if doc.Find("a.switch").Length() != 0 || button.AttrOr("formaction", "") != "/it/ballot?at=x" || button.AttrOr("value", "") != "it" || button.Text() != "in italiano" || form.Find("[name=item]").AttrOr("value", "") != "2" {
		t.Errorf("%s", out)
	}
	out, err = f.Button([]byte(link+"<main>late</main>"), s, "drawn")
	doc = parsed(t, out, err)
	hidden := doc.Find("form[hidden]")
	if hidden.Find("[name=why]").AttrOr("value", "") != "because" || hidden.Find("[name=drawn], [name=lang_of_form]").Length() != 0 || hidden.AttrOr("id", "") != doc.Find("button.switch").AttrOr("form", "?") {
		t.Errorf("%s", out)
	}
	for name, same := range map[string]Form{"nothing was sent": {Page: f.Page, Action: f.Action}, "no link": f} {
		given := []byte(map[string]string{"nothing was sent": link + page, "no link": page}[name])
		if out, err := same.Button(given, s); err != nil || !bytes.Equal(out, given) {
			t.Errorf("%s: %v %s", name, err, out)
		}
	}
}

// A stored form comes back under its secret alone, in a row whose size tells little, and no
// address fills the table.
func TestAStoredForm(t *testing.T) {
	db := testdb.New(t)
	s, now := NewStore(sessions.New(db)), time.Now()
	values := url.Values{"why": {"two hours of work, città"}, "n": {"1", "2"}}
	secret, err := s.Put(t.Context(), "192.0.2.1", values, now)
	if err != nil || secret == "" {
		t.Fatal(err)
	}
	for range 2 { // the page is read again
		got, err := s.Find(t.Context(), secret)
		if err != nil || got.Encode() != values.Encode() {
			t.Errorf("%v %v", got, err)
		}
	}
	if got, err := s.Find(t.Context(), strings.ToLower(secret)); got != nil || err != nil {
		t.Errorf("under another secret: %v %v", got, err)
	}
	long := url.Values{"why": {strings.Repeat("x", 3000)}}
	if _, err := s.Put(t.Context(), "192.0.2.1", long, now); err != nil {
		t.Fatal(err)
	}
	var sizes, readable int
	if err := db.Pool().QueryRow(`SELECT count(DISTINCT length(data)), count(*) FILTER (WHERE position('hours'::bytea IN data) > 0) FROM public.sessions`).Scan(&sizes, &readable); err != nil || sizes != 1 || readable != 0 {
		t.Errorf("%d lengths, %d readable, %v", sizes, readable, err)
	}
	if _, err := db.Pool().Exec(`UPDATE public.sessions SET data = set_byte(data, 0, 255 - get_byte(data, 0))`); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Find(t.Context(), secret); err == nil || got != nil {
		t.Errorf("one that was altered: %v", got)
	}
	for n := 2; n < aMinute; n++ {
		if secret, err := s.Put(t.Context(), "192.0.2.1", values, now); err != nil || secret == "" {
			t.Fatalf("form %d: %v", n, err)
		}
	}
	if secret, err := s.Put(t.Context(), "192.0.2.1", values, now); err != nil || secret != "" {
		t.Errorf("one too many of an address: %v", err)
	}
	if secret, err := s.Put(t.Context(), "192.0.2.2", values, now); err != nil || secret == "" {
		t.Errorf("another address: %v", err)
	}
}

// On a page that is read the link becomes a button of the form into which most is typed, and
// stays a link where nothing is.
func TestALinkBecomesAButtonWhereSomebodyTypes(t *testing.T) {
	s := Switch{Class: "switch", Field: "lang_of_form", Action: func(action, lang string) string { return "/" + lang + action }}
	const link = `<header><a class="switch" lang="it" href="/x">italiano</a></header>`
	for name, c := range map[string]struct{ page, form, to string }{
		"one form":         {`<form method="post" action="/a"><textarea name="t"></textarea></form>`, "/a", "/it/a"},
		"the larger":       {`<form method="post" action="/a"><input type="text" name="t"></form><form method="post" action="/b"><textarea name="t"></textarea><input type="text" name="u"></form>`, "/b", "/it/b"},
		"fields elsewhere": {`<form method="post" action="/a" id="f"></form><textarea name="t" form="f"></textarea>`, "/a", "/it/a"},
		"a press":          {`<form method="post" action="/a"><button name="x">x</button></form>`, "", ""},
		"a search":         {`<form action="/a"><input type="text" name="q"></form><form method="post" action="/a"><button name="x">x</button></form>`, "", ""},
		"to be copied":     {`<form method="post" action="/a"><textarea readonly name="t"></textarea></form>`, "", ""},
		"nothing":          {``, "", ""},
	} {
		out, err := Offer([]byte(link+"<main>"+c.page+"</main>"), s)
		doc := parsed(t, out, err)
		button := doc.Find("header button.switch")
		if c.to == "" {
			if button.Length() != 0 || doc.Find("a.switch").Length() != 1 {
				t.Errorf("%s: %s", name, out)
			}
			continue
		}
		if form := doc.Find("form#" + button.AttrOr("form", "?")); form.AttrOr("action", "") != c.form || button.AttrOr("formaction", "") != c.to || button.AttrOr("name", "") != "lang_of_form" || doc.Find("a.switch").Length() != 0 {
			t.Errorf("%s: %s", name, out)
		}
	}
}

// Where a text stands in several languages each link becomes a button of the one form, also
// behind a button of the class that is there already.
func TestEachLinkBecomesAButton(t *testing.T) {
	s := Switch{Class: "switch", Field: "lang_of_form", Action: func(action, lang string) string { return "/" + lang + action }}
	const page = `<header><button class="switch" form="b">x</button><a class="switch" lang="it" href="/x">italiano</a><a href="/y">y</a></header><main><form method="post" action="/a"><textarea name="t"></textarea></form><a class="switch" lang="de" href="/x">Deutsch</a></main>`
	out, err := Offer([]byte(page), s)
	doc := parsed(t, out, err)
	buttons := doc.Find("button.switch[formaction]")
	if buttons.Length() != 2 || doc.Find("a.switch").Length() != 0 || doc.Find("form#refill").Length() != 1 || doc.Find("a").Length() != 1 {
		t.Errorf("%s", out)
	}
	for n, lang := range []string{"it", "de"} {
		if b := buttons.Eq(n); b.AttrOr("formaction", "") != "/"+lang+"/a" || b.AttrOr("form", "") != "refill" {
			t.Errorf("%s: %s", lang, out)
		}
	}
}
