package oversight_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/oversight"
	"delfi/web/webtest"
)

const desk = "/administrations/riva/desk"

// TestDesk: an administrator reads what waits, who acts next on each consultation and who
// holds a role, each with the page on which it is done; nobody else does.
func TestDesk(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	giulia := h.Person(t, "giulia")
	b := site.As(t, giulia)
	if err := h.Consultations.Suspend(t.Context(), giulia, webtest.Announced, "Manca una carta."); err != nil {
		t.Fatal(err)
	}
	got := b.Get(t, desk)
	owed := got.Page.Find("ul.dlf-wait > li")
	if got.Status != http.StatusOK || owed.Length() != 2 {
		t.Fatalf("%d: %d things wait: %s", got.Status, owed.Length(), got.Text("main"))
	}
	if line := got.Text(".dlf-stateline"); !strings.Contains(line, "L’amministrazione ha 2 cose da fare.") {
		t.Errorf("the state line: %s", line)
	}
	for n, want := range map[int]struct{ words, path string }{
		0: {"Da riprendere", "/desk/" + webtest.Announced + "/resume"},
		1: {"Risposta dovuta entro", "/consultations/" + webtest.Published + "/opinion"},
	} {
		one := owed.Eq(n)
		path, _ := one.Find(".do a").Attr("href")
		if words := strings.Join(strings.Fields(one.Text()), " "); !strings.Contains(words, want.words) || path != want.path {
			t.Errorf("%d: %q leads to %s", n, words, path)
		}
	}
	// Each row has its acts; what is not possible is not offered.
	for slug, want := range map[string]struct{ who, acts, none string }{
		webtest.Answering: {"Il panel: rispondere", "/suspend", "/resume"},
		webtest.Gathering: {"Il panel: scrivere", "/withdraw", "/resume"},
		webtest.Announced: {"L’amministrazione: riprendere", "/resume", "/suspend"},
		webtest.Published: {"L’amministrazione: rispondere", "/staff", "/withdraw"},
	} {
		row := got.Page.Find(`table tr:has(th a[href="/desk/` + slug + `"])`)
		if row.Length() != 1 || !strings.Contains(row.Text(), want.who) {
			t.Errorf("%s: %d rows: %s", slug, row.Length(), strings.Join(strings.Fields(row.Text()), " "))
		}
		if row.Find(`details a[href="/desk/`+slug+want.acts+`"]`).Length() != 1 || row.Find(`details a[href="/desk/`+slug+want.none+`"]`).Length() != 0 {
			t.Errorf("%s: wrong acts: %s", slug, row.Find("details").Text())
		}
		row.Find("details a").Each(func(_ int, a *goquery.Selection) {
			path, _ := a.Attr("href")
			if led := b.Get(t, path); led.Status != http.StatusOK {
				t.Errorf("%s: %s: %d", slug, path, led.Status)
			}
		})
	}
	if text := got.Text("table"); strings.Contains(text, "coperto") || !strings.Contains(text, "almeno ") {
		t.Errorf("the tables: %s", text)
	}
	if en := b.Get(t, "/en"+desk).Text("main"); !strings.Contains(en, "2 things wait for the administration.") || !strings.Contains(en, "The panel: answer") {
		t.Errorf("in English: %s", en)
	}
	if n := b.Get(t, "/desk").Count(`main a[href="` + desk + `"]`); n != 1 {
		t.Errorf("the list of desks leads there %d times", n)
	}

	for _, page := range []string{"0", "2", "-1", "01", "x", "1%20"} {
		if got := b.Get(t, desk+"?page="+page); got.Status != http.StatusNotFound {
			t.Errorf("page %q: %d", page, got.Status)
		}
	}
	for i := range oversight.Size {
		if _, err := h.Drafts.Create(t.Context(), giulia, h.Found(t), draft.Form{Slug: fmt.Sprintf("bozza-%02d", i), Language: "it", Title: "Bozza"}); err != nil {
			t.Fatal(err)
		}
	}
	first, second := b.Get(t, desk), b.Get(t, desk+"?page=2")
	if first.Count(`a[rel=next][href="`+desk+`?page=2"]`) != 1 || second.Count(`a[rel=prev]`) != 1 || second.Count("a[rel=next]") != 0 {
		t.Errorf("pages: %s / %s", first.Text("nav"), second.Text("nav"))
	}
	if rows := first.Count("section[aria-labelledby=consultations] tbody tr"); rows != oversight.Size {
		t.Errorf("%d rows on the first page", rows)
	}
}
