package search_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
	"delfi/internal/search"
	"delfi/internal/space"
	"delfi/web/webtest"
)

func ask(words string) string { return "/search?q=" + url.QueryEscape(words) }

func TestGuards(t *testing.T) {
	h := webtest.Open(t)
	h.Guards(t, []string{"/search"}, h.Person(t, "anna"), []webtest.Route{
		{Method: "GET", Path: "/search", Open: true},
		{Method: "GET", Path: ask("panchina"), Open: true},
		{Method: "GET", Path: ask("a"), Open: true, Status: 422},
	})
}

// TestRoom plays the demonstration once: what its acts made public is found.
func TestRoom(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	t.Run("kinds", func(t *testing.T) { kinds(t, site) })
	t.Run("states", func(t *testing.T) { states(t, site) })
	t.Run("languages", func(t *testing.T) { languages(t, site) })
	t.Run("equal", func(t *testing.T) { equal(t, h, site) })
	t.Run("private", func(t *testing.T) { private(t, h) })
	t.Run("old", func(t *testing.T) { old(t, h, site) })
}

// kinds: each kind is found on a page of its own, and its facet leads there.
func kinds(t *testing.T, site *webtest.Site) {
	b := site.Stranger()
	got := b.Get(t, ask("strade scolastiche"))
	if got.Status != 200 || got.Count(".dlf-results > li") == 0 {
		t.Fatalf("%d: %s", got.Status, got.Text("main"))
	}
	for kind, path := range map[string]string{
		"consultation": "/consultations/" + webtest.Published, "item": "/consultations/" + webtest.Published + "/opinion#a",
		"contribution": "/consultations/" + webtest.Published + "/contributions#c-", "opinion": "/consultations/" + webtest.Published + "/opinion",
		"document": "/consultations/" + webtest.Published + "/library#d",
	} {
		got := b.Get(t, ask("scuola or scolastiche or strade")+"&kind="+kind)
		first := got.Page.Find(".dlf-results > li h3 a").First()
		if href := first.AttrOr("href", ""); !strings.HasPrefix(href, path) {
			t.Errorf("%s: %q leads to %q, want %q", kind, first.Text(), href, path)
		}
		if got.Count(".dlf-results mark") == 0 {
			t.Errorf("%s: nothing is marked", kind)
		}
		if n := got.Page.Find(`.d-lg-block a[aria-current="true"]`).Length(); n != 2 {
			t.Errorf("%s: %d parts are current", kind, n)
		}
	}
	// An item of a running consultation is found on the page of the round that showed it last.
	got = b.Get(t, ask("piazza")+"&kind=item")
	if href := got.Page.Find(".dlf-results > li h3 a").First().AttrOr("href", ""); !strings.HasPrefix(href, "/consultations/"+webtest.Answering+"/rounds/") {
		t.Errorf("an item of a running consultation is at %q", href)
	}
	// While contributions are gathered nobody finds one.
	if got := b.Get(t, ask("alberi or viali")+"&kind=contribution"); strings.Contains(got.Body, webtest.Gathering+"/contributions") {
		t.Error("a sealed contribution is found")
	}
}

func states(t *testing.T, site *webtest.Site) {
	b := site.Stranger()
	form := b.Get(t, "/search")
	if form.Status != 200 || form.Count("form[role=search]") != 1 || form.Count("#results") != 0 {
		t.Errorf("the form: %d, %s", form.Status, form.Text("main"))
	}
	if again := b.Get(t, "/search?q=+"); again.Status != 200 || again.Count("#errors") != 0 {
		t.Errorf("an empty search: %d", again.Status)
	}
	for words, why := range map[string]string{"x": "due lettere", strings.Repeat("ab ", 80): "200", "\u200b": "Va compilato"} {
		got := b.Get(t, ask(words))
		input := got.Page.Find("input[name=q]")
		target := strings.TrimPrefix(got.Page.Find("#errors a").AttrOr("href", ""), "#")
		if got.Status != 422 || !strings.Contains(got.Text("form .dlf-field-err"), why) || input.AttrOr("aria-invalid", "") != "true" || input.AttrOr("id", "?") != target {
			t.Errorf("%q: %d, %q, summary leads to %q", words, got.Status, got.Text("form"), target)
		}
	}
	if got := b.Get(t, ask("a in")); got.Status != 422 || !strings.Contains(got.Text("form"), "dappertutto") {
		t.Errorf("common words: %d, %s", got.Status, got.Text("form"))
	}
	got := b.Get(t, ask("strad scolastche"))
	link := got.Page.Find(".dlf-maybe a")
	if got.Status != 200 || !strings.Contains(got.Text(".dlf-maybe"), "Forse cercavi") || link.Find("strong").Length() == 0 {
		t.Fatalf("a misspelt word: %s", got.Text("main"))
	}
	if meant := b.Get(t, link.AttrOr("href", "")); meant.Count(".dlf-results > li") == 0 {
		t.Errorf("what was meant has no result: %s", link.AttrOr("href", ""))
	}
	if got := b.Get(t, ask("qwertyuiop")); got.Status != 200 || !strings.Contains(got.Text("main"), "Nessun risultato per «qwertyuiop»") {
		t.Errorf("nothing: %s", got.Text("main"))
	}
	for _, odd := range []string{"&kind=x&space=x&order=x&after=x", "&kind=document", "&space=" + uuid.NewString(), "&after=MCAyMDI2LTAzLTAxIHggeCB4", "&order=newest"} {
		if got := b.Get(t, ask("strade")+odd); got.Status != 200 || got.Count("#results") != 1 {
			t.Errorf("%s: %d", odd, got.Status)
		}
	}
}

func languages(t *testing.T, site *webtest.Site) {
	b := site.Stranger()
	got := b.Get(t, "/en"+ask("strade scolastiche"))
	if !strings.Contains(got.Text("h1"), "Search") || got.Page.Find("html").AttrOr("lang", "") != "en" {
		t.Errorf("in English: %s", got.Text("h1"))
	}
	got.Page.Find(".dlf-results h3").Each(func(_ int, h *goquery.Selection) {
		if h.AttrOr("lang", "") != "it" || !strings.HasPrefix(h.Find("a").AttrOr("href", ""), "/en/consultations/") {
			t.Errorf("a title in Italian: lang %q, %q", h.AttrOr("lang", ""), h.Find("a").AttrOr("href", ""))
		}
	})
}

// equal: what is found does not depend on who looks, and nothing of a draft is.
func equal(t *testing.T, h *webtest.House, site *webtest.Site) {
	page := func(b *webtest.Browser) string { return b.Get(t, ask("strade scolastiche")).Text("main") }
	want := page(site.Stranger())
	for _, who := range []string{"anna", "giulia", "elena"} {
		if got := page(site.As(t, h.Person(t, who))); got != want {
			t.Errorf("%s finds something else: %s", who, got)
		}
	}
}

// private: no row names an account or holds what nobody may read yet.
func private(t *testing.T, h *webtest.House) {
	var n int
	err := h.DB.Pool().Get(&n, `
		SELECT count(*)
		FROM civic.search s
		LEFT JOIN civic.consultation c ON c.space = s.space
		WHERE c.id IS NULL OR c.stage = 'draft' OR s.kind = 'contribution' AND c.slug = $1`, webtest.Gathering)
	if err != nil || n != 0 {
		t.Errorf("%d rows, %v", n, err)
	}
}

// old: a database that is older than search is filled in with the rows that acts write.
func old(t *testing.T, h *webtest.House, site *webtest.Site) {
	rows := func() (out string) {
		err := h.DB.Pool().Get(&out, `
			SELECT string_agg(concat_ws('|', kind, id, space, language, visibility, title, body, path, day, tsv), E'\n' ORDER BY kind, id)
			FROM civic.search`)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	want := rows()
	if _, err := h.DB.Pool().Exec(`DELETE FROM civic.search`); err != nil {
		t.Fatal(err)
	}
	if err := h.Search.Refresh(t.Context(), search.Refresh{}); err != nil {
		t.Fatal(err)
	}
	if got := rows(); got != want {
		t.Errorf("filled in:\n%s\nwant:\n%s", got, want)
	}
}

// People's words stay words, wherever they stand.
func TestNothingOfATextIsMarkup(t *testing.T) {
	h := webtest.Open(t)
	riva, err := h.Accounts.Found(t.Context(), account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"})
	if err != nil {
		t.Fatal(err)
	}
	evil := []string{
		`panchina <script>alert(1)</script>`, `panchina "><img src=x onerror=alert(1)>`, `panchina &lt;script&gt;`, "panchina \ue000<b>\ue001",
		`panchina <svg/onload=alert(1)> </mark><script>x()</script>`, `panchina ' onfocus='alert(1)`, "panchina {{.}} ${x} javascript:alert(1)",
	}
	err = h.DB.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		at, err := space.New(ctx, tx, riva.ID, space.Alias)
		if err != nil {
			return err
		}
		for n, words := range evil {
			d := search.Document{
				Subject: space.Subject{Kind: space.Consultation, ID: uuid.New(), Space: at.ID}, Language: "it",
				Title: words, Body: strings.Repeat(words+" ", 9), Path: fmt.Sprintf("/consultations/x%d", n), Day: time.Now(),
			}
			if err := search.Put(ctx, tx, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b := h.Site(t).Stranger()
	for _, words := range append(evil, "panchina", "panchna") {
		got := b.Get(t, ask(words))
		for _, bad := range []string{"main script", "main img", "main b", "main svg[onload]", "main [onerror]", "main [onfocus]", `main a[href^="javascript"]`} {
			if got.Count(bad) != 0 {
				t.Errorf("%q: %s is in the page", words, bad)
			}
		}
		if strings.ContainsAny(got.Body, "\ue000\ue001\ue002\x01\x0b\x12") {
			t.Errorf("%q: a mark is in the page", words)
		}
		got.Page.Find(".dlf-results mark").Each(func(_ int, m *goquery.Selection) {
			if !strings.Contains("panchina script alert 1 img src x onerror lt gt b svg onload mark onfocus javascript", strings.ToLower(m.Text())) {
				t.Errorf("%q: %q is marked", words, m.Text())
			}
		})
	}
}

// Whoever looks for too much in a minute is told to pause, and others are not.
func TestSearchesAreLimited(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	b := site.Stranger()
	for n := range 121 {
		want := 200
		if n == 120 {
			want = 429
		}
		if got := b.Get(t, ask("panchina")); got.Status != want {
			t.Fatalf("search %d: %d, want %d", n+1, got.Status, want)
		}
	}
	if got := b.Get(t, "/search"); got.Status != 200 {
		t.Errorf("the form alone: %d", got.Status)
	}
	if got := site.As(t, h.Person(t, "anna")).Get(t, ask("panchina")); got.Status != 200 {
		t.Errorf("somebody else: %d", got.Status)
	}
}

// What somebody looks for is in no log.
func TestTheLogDoesNotSayWhatIsLookedFor(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	site.Stranger().Get(t, ask("teleferica segreta"))
	site.Stranger().Get(t, ask("x"))
	if strings.Contains(site.Log.String(), "teleferica") {
		t.Errorf("the log says: %s", site.Log)
	}
}
