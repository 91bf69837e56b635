package ui_test

import (
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/ui"
)

// drawn parses a component as an Italian or English reader gets it.
func drawn(t *testing.T, lang string, c templ.Component) *goquery.Document {
	t.Helper()
	q := &page.Request{Printer: i18n.Printer{Lang: lang}, R: httptest.NewRequest("GET", "/where", nil)}
	var b strings.Builder
	if err := c.Render(page.With(t.Context(), q), &b); err != nil {
		t.Fatal(err)
	}
	d, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func tooLong(name string) fault.Field {
	return fault.Field{Name: name, Code: "too_long", Message: "too long", Args: map[string]any{"max": 10, "over": 3}}
}

// A form that fails: the summary says how many things are to be mended and links to
// each field; the field says it too, is marked, and is tied to its words.
func TestProblemsLeadToTheirFields(t *testing.T) {
	p := ui.ProblemsOf(fault.Bad(tooLong("title"), tooLong("answer[2]"))).Labelled(map[string]string{"title": "Titolo"})
	d := drawn(t, "it", templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, c := range []templ.Component{
			ui.Summary(p),
			ui.Input(ui.Field{Name: "title", Label: "Titolo", Hint: "Breve"}, "text", `"<x>`, p),
			ui.Area(ui.Field{Name: "answer[2]", Label: "Perché", Optional: true}, "\nsecond line first", p),
			ui.Input(ui.Field{Name: "fine", Label: "Altro"}, "date", "2026-04-20", p),
		} {
			if err := c.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	}))
	if got := d.Find("[role=alert] strong").Text(); got != "Non abbiamo ancora salvato: ci sono 2 cose da correggere" {
		t.Errorf("the summary says %q", got)
	}
	d.Find("[role=alert] a").Each(func(_ int, a *goquery.Selection) {
		to, _ := a.Attr("href")
		if d.Find(to).Length() != 1 {
			t.Errorf("the summary links to %q, which is not there", to)
		}
	})
	if !strings.HasPrefix(d.Find("[role=alert] a").First().Text(), "Titolo: ") {
		t.Errorf("a field with a label is listed as %q", d.Find("[role=alert] a").First().Text())
	}
	for _, id := range []string{"f-title", "f-answer-2-"} {
		field := d.Find("#" + id)
		if text, _ := field.Attr("aria-invalid"); text != "true" {
			t.Errorf("%s is not marked", id)
		}
		by, _ := field.Attr("aria-describedby")
		for _, note := range strings.Fields(by) {
			if d.Find("#"+note).Length() != 1 {
				t.Errorf("%s is described by %q, which is not there", id, note)
			}
		}
		if d.Find("label[for="+id+"]").Length() != 1 {
			t.Errorf("%s has no label", id)
		}
	}
	if v, _ := d.Find("#f-title").Attr("value"); v != `"<x>` {
		t.Errorf("the value came back as %q", v)
	}
	if v := d.Find("textarea").Text(); v != "\nsecond line first" {
		t.Errorf("the text came back as %q", v)
	}
	if _, bad := d.Find("#f-fine").Attr("aria-invalid"); bad {
		t.Error("a good field is marked")
	}
}

// The layout: one main, skip links that lead somewhere, the page's own language, the
// other one to switch to, signing in that comes back here.
func TestLayout(t *testing.T) {
	d := drawn(t, "en", ui.Layout(ui.Frame{Title: "Squares", Owner: "Comune di Riva", Section: ui.Consultations,
		Crumbs: []ui.Crumb{{Label: "Home", Path: "/"}, {Label: "Squares"}}}))
	if got := d.Find("title").Text(); got != "Squares · Delfi · Comune di Riva" {
		t.Errorf("title %q", got)
	}
	d.Find(".skiplinks a").Each(func(_ int, a *goquery.Selection) {
		if to, _ := a.Attr("href"); d.Find(to).Length() != 1 {
			t.Errorf("a skip link leads to %q", to)
		}
	})
	if lang, _ := d.Find("a[hreflang]").Attr("lang"); lang != "it" || d.Find("a[hreflang]").Text() != "Italiano" {
		t.Errorf("the switch leads to %q", lang)
	}
	if to, _ := d.Find(".dlf-access a.btn").Attr("href"); to != "/en/sign-in?next=%2Fen%2Fwhere" {
		t.Errorf("signing in leads to %q", to)
	}
	if d.Find("main").Length() != 1 || d.Find(".breadcrumb-item[aria-current=page]").Text() != "Squares" {
		t.Error("main or breadcrumb is wrong")
	}
	if d.Find("[style], style, script, [onclick]").Length() != 0 {
		t.Error("the policy forbids what stands here")
	}
	if d.Find("a[href='/en/desk']").Length() != 0 {
		t.Error("a stranger is shown a desk")
	}
}

// Whoever signed in sees their name and the way out; staff see their desk.
func TestLayoutSignedIn(t *testing.T) {
	q := &page.Request{Printer: i18n.Printer{Lang: "it"}, R: httptest.NewRequest("GET", "/", nil), Actor: account.Actor{
		Account: [16]byte{1}, Name: "Marta", Grants: []account.Grant{{Role: account.Moderator}}}}
	var b strings.Builder
	if err := ui.Layout(ui.Frame{Title: "x"}).Render(page.With(t.Context(), q), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Marta", `action="/sign-out"`, `href="/desk"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not there", want)
		}
	}
}
