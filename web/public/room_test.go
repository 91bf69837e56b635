package public_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/report/schema"
	"delfi/web/webtest"
)

func at(slug, more string) string { return "/consultations/" + slug + more }

// TestRoom plays the demonstration once and lets every test walk in it.
func TestRoom(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	t.Run("guards", func(t *testing.T) { guards(t, h) })
	t.Run("home", func(t *testing.T) { home(t, site) })
	t.Run("consultation", func(t *testing.T) { show(t, h, site) })
	t.Run("result", func(t *testing.T) { result(t, site) })
	t.Run("opinion", func(t *testing.T) { opinion(t, site) })
	t.Run("cached pages", func(t *testing.T) { cached(t, site) })
	t.Run("languages", func(t *testing.T) { languages(t, site) })
	t.Run("a minority report before its publication", func(t *testing.T) { proposed(t, h, site) }) // last: it ends a consultation
}

func guards(t *testing.T, h *webtest.House) {
	rooms := []string{"/", "/help", "/consultations/{slug}/opinion", "/consultations/{slug}/opinion.json", "/consultations/{slug}/opinion/reasons/{of}/{page}", "/consultations/{slug}/rounds/{n}/reasons/{of}/{page}", "/consultations/{slug}/minority"}
	h.Guards(t, rooms, h.Person(t, "anna"), []webtest.Route{
		{Method: "GET", Path: "/", Open: true},
		{Method: "GET", Path: at(webtest.Answering, ""), Open: true},
		{Method: "GET", Path: at(webtest.Published, "/opinion"), Open: true},
		{Method: "GET", Path: at(webtest.Answering, "/opinion"), Open: true, Status: 404},
		{Method: "GET", Path: at(webtest.Published, "/opinion.json"), Open: true},
		{Method: "GET", Path: at(webtest.Published, "/opinion/reasons/1/1"), Open: true},
		{Method: "GET", Path: at(webtest.Published, "/rounds/2/reasons/1/1"), Open: true},
		{Method: "GET", Path: at(webtest.Answering, "/minority"), Open: true, Status: 404},
		{Method: "GET", Path: at(webtest.Published, "/minority"), Open: true, Status: 303},
		{Method: "GET", Path: "/help/how-it-works", Open: true},
		{Method: "GET", Path: "/help/protection", Open: true},
		{Method: "GET", Path: "/help/accessibility", Open: true},
		{Method: "GET", Path: "/help/privacy", Open: true},
	})
}

// home: open ones, what is owed with its date, what comes, what is concluded; no
// draft, of whatever administration.
func home(t *testing.T, site *webtest.Site) {
	got := site.Stranger().Get(t, "/")
	for heading, title := range map[string]string{
		"#open": "Piazza della Pomposa", "#owed": "Strade scolastiche", "#coming": "Orari delle biblioteche", "#concluded": "Strade scolastiche",
	} {
		if section := got.Page.Find(heading).Closest("section").Text(); !strings.Contains(section, title) {
			t.Errorf("%s lacks %q", heading, title)
		}
	}
	if strings.Contains(got.Body, "Borgo") {
		t.Error("another administration's draft is on the home page")
	}
	if !strings.Contains(got.Text("#owed ~ .row"), "Risposta dovuta entro") {
		t.Errorf("the debt has no date: %q", got.Text("#owed ~ .row"))
	}
	// The card counts what the opinion's own headline counts.
	if want := site.Stranger().Get(t, at(webtest.Published, "/opinion")).Text("h1 + .dlf-lead"); !strings.HasPrefix(want, "Consenso su") || got.Text("#concluded ~ .row strong") != want {
		t.Errorf("the card says %q, the opinion %q", got.Text("#concluded ~ .row strong"), want)
	}
	empty := webtest.Open(t)
	if got := empty.Site(t).Stranger().Get(t, "/"); !strings.Contains(got.Text("main"), "Ora non c’è nulla a cui rispondere") {
		t.Error("an empty server does not say so")
	}
}

// show: the stepper, the commitment, protection with its limits, the staff, the rules
// in plain words with the share of the protocol, one act.
func show(t *testing.T, h *webtest.House, site *webtest.Site) {
	got := site.Stranger().Get(t, at(webtest.Answering, ""))
	if n := got.Count(".steppers [aria-current=step]"); n != 1 {
		t.Errorf("%d current steps", n)
	}
	for _, want := range []string{"almeno 3 persone su 4 danno da 7 a 9", "Come sono protette", "I limiti, detti chiaramente", "Marta Gibellini", "60 risposte: 100 % degli iscritti (60)", "Giro 3: revisione"} {
		if !strings.Contains(strings.Join(strings.Fields(got.Page.Find("main").Text()), " "), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if got.Count(".dlf-own") != 0 {
		t.Errorf("who has no ballot is told how far it is: %q", got.Text(".dlf-own"))
	}
	promise, limit := got.Page.Find("#protection").Closest("section").Find("h3"), "p"
	if promise.Length() == 0 || got.Page.Find("#protection").Closest("section").Find(limit+".dlf-small").Length() > 0 {
		t.Error("the limits are set smaller than the promise")
	}
	for slug, button := range map[string]string{webtest.Announced: "Iscriviti", webtest.Gathering: "Iscriviti", webtest.Published: "Leggi il parere"} {
		if got := site.Stranger().Get(t, at(slug, "")).Text(".dlf-hero .btn"); !strings.HasPrefix(got, button) {
			t.Errorf("%s offers %q, wants %q", slug, got, button)
		}
	}
	if got := site.As(t, h.Person(t, "marta")).Get(t, at(webtest.Answering, "")).Count(".dlf-hero .btn"); got != 0 {
		t.Error("the moderator is offered to take part")
	}
}

// The stepper says of a round that was closed that it is: nothing can be written any more.
func TestTheStepperSaysThatARoundIsClosed(t *testing.T) {
	h := webtest.Open(t)
	site, c := h.Site(t), h.Consultation(t).Gathering()
	step := func() string {
		return site.Stranger().Get(t, at(c.Slug, "")).Text(".steppers [aria-current=step] .visually-hidden")
	}
	if got := step(); got != "in corso" {
		t.Errorf("open: %q", got)
	}
	h.Close(t, c, 1)
	if got := step(); got != "chiuso, senza ancora i risultati" {
		t.Errorf("closed: %q", got)
	}
}

// result: a released round reads the same for everyone, and says that it is no sample.
func result(t *testing.T, site *webtest.Site) {
	got := site.Stranger().Get(t, at(webtest.Answering, "/rounds/2"))
	if got.Count("article.dlf-item") != 5 || got.Count("article .dlf-verdict") != 5 || got.Count("article .dlf-verdict + .dlf-why") != 5 {
		t.Errorf("%d statements, %d chips, %d sentences", got.Count("article.dlf-item"), got.Count("article .dlf-verdict"), got.Count("article .dlf-why"))
	}
	if !strings.Contains(got.Text("main"), "non è un campione") {
		t.Error("the result does not say that it is no sample")
	}
}

// opinion: piles by side that hold every statement as often as the document counts it, dissent in its own room, and the
// document as open data.
func opinion(t *testing.T, site *webtest.Site) {
	got := site.Stranger().Get(t, at(webtest.Published, "/opinion"))
	if got.Count(".dlf-pile li") != got.Count("article.dlf-item") {
		t.Errorf("the piles hold %d of %d statements", got.Count(".dlf-pile li"), got.Count("article.dlf-item"))
	}
	for _, want := range []string{"Chi la pensa diversamente", "sono state distrutte", "non è un campione", "Due poli"} {
		if !strings.Contains(got.Text("main"), want) {
			t.Errorf("the opinion does not say %q", want)
		}
	}
	// Each reason stands once on the page, beside its statement.
	seen := map[string]int{}
	got.Page.Find("article .dlf-reason").Each(func(_ int, r *goquery.Selection) {
		seen[r.Closest("article").AttrOr("id", "")+r.Find("p").Last().Text()]++
	})
	for words, n := range seen {
		if n > 1 && !strings.Contains(words, "Scritta") {
			t.Errorf("%s stands %d times", words, n)
		}
	}
	// Where all agree in favour dissent is against alone; between two poles it has both.
	if poles := got.Page.Find("article:has(.dlf-v-bipolarity)"); poles.Length() == 0 || poles.Find(".dlf-dissent > .dlf-con").Length() == 0 || poles.Find(".dlf-dissent > .dlf-pro").Length() == 0 {
		t.Errorf("two poles have no two columns: %d", poles.Length())
	}
	if got.Page.Find("article:has(.dlf-v-consensus) .dlf-dissent > .dlf-pro").Length() > 0 {
		t.Error("enthusiasts dissent from a consensus in favour")
	}
	if minority := got.Page.Find("#minority").Closest("section"); !strings.Contains(minority.Text(), "mostrata al panel dal") || minority.Find("strong:contains('di notte')").Length() != 1 {
		t.Errorf("the minority report: %q", minority.Text())
	}
	raw := site.Stranger().Get(t, at(webtest.Published, "/opinion.json"))
	if raw.Header.Get("Content-Type") != "application/json" || !json.Valid([]byte(raw.Body)) {
		t.Fatalf("opinion.json is %q", raw.Header.Get("Content-Type"))
	}
	var o schema.Opinion
	if err := json.Unmarshal([]byte(raw.Body), &o); err != nil {
		t.Fatal(err)
	}
	if o.Summary != schema.Summarize(o.Items) || o.Summary.Items() != got.Count("article.dlf-item") {
		t.Errorf("the document counts %+v", o.Summary)
	}
	for _, p := range schema.Piles {
		name := map[schema.Pile]string{schema.For: "A favore", schema.Against: "Contro", schema.Middle: "Nel mezzo", schema.Divided: "Divisi", schema.Open: "Aperte"}[p]
		if n := len(o.On(p)); n > 0 && !strings.Contains(got.Text(".dlf-pile h3"), fmt.Sprintf("%s · %d", name, n)) {
			t.Errorf("no pile is called %q and holds %d: %q", name, n, got.Text(".dlf-pile h3"))
		}
	}
}

// cached: a page that everyone sees alike has an ETag, and is not sent twice.
func cached(t *testing.T, site *webtest.Site) {
	b := site.Stranger()
	first := b.Get(t, at(webtest.Published, "/opinion"))
	r := httptest.NewRequest(http.MethodGet, "http://delfi.test"+at(webtest.Published, "/opinion"), nil)
	r.Header.Set("If-None-Match", first.Header.Get("ETag"))
	if got := b.Do(t, r); got.Status != http.StatusNotModified {
		t.Errorf("asked again: %d", got.Status)
	}
}

// key is a word of the catalogue that was not said.
var key = regexp.MustCompile(`^(consultation|ui)\.[a-z]`)

// languages: every page stands in both, and what people wrote says which it is in.
func languages(t *testing.T, site *webtest.Site) {
	for _, path := range []string{"/", at(webtest.Answering, ""), at(webtest.Published, "/opinion"), at(webtest.Answering, "/rounds/2"),
		"/help/how-it-works", "/help/protection", "/help/accessibility", "/help/privacy"} {
		for lang, prefix := range map[string]string{"it": "", "en": "/en"} {
			r := httptest.NewRequest(http.MethodGet, "http://delfi.test"+prefix+path, nil)
			r.Header.Set("Accept-Language", lang)
			got := site.Stranger().Do(t, r)
			if text, _ := got.Page.Find("html").Attr("lang"); got.Status != 200 || text != lang {
				t.Errorf("%s %s: %d in %q", lang, path, got.Status, text)
			}
			for _, word := range strings.Fields(got.Page.Find("body").Text()) {
				if key.MatchString(word) {
					t.Errorf("%s %s shows the key %q", lang, path, word)
				}
			}
			if got.Count("[style], style, script:not([src]), [onclick]") != 0 {
				t.Errorf("%s %s has inline style or script", lang, path)
			}
			if got.Count("h1") != 1 {
				t.Errorf("%s %s has %d first headings", lang, path, got.Count("h1"))
			}
		}
	}
	en := httptest.NewRequest(http.MethodGet, "http://delfi.test/en"+at(webtest.Answering, ""), nil)
	if lang, _ := site.Stranger().Do(t, en).Page.Find("main h1").Attr("lang"); lang != "it" {
		t.Errorf("an Italian title on an English page is in %q", lang)
	}
}

// proposed: what the facilitator reports of the dissent is public before the opinion,
// with whom to comment to and until when; the consultation's page leads there.
func proposed(t *testing.T, h *webtest.House, site *webtest.Site) {
	ctx, paolo := t.Context(), h.Person(t, "paolo")
	for _, err := range []error{
		h.Consultations.CloseRound(ctx, paolo, webtest.Answering, 3, "Basta così."), h.Jobs.Drain(ctx),
		h.Consultations.Conclude(ctx, paolo, webtest.Answering, "Basta così."), h.Jobs.Drain(ctx),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	page := at(webtest.Answering, "/minority")
	if err := h.Consultations.DraftMinority(ctx, paolo, webtest.Answering, "Una bozza segreta.", ""); err != nil {
		t.Fatal(err)
	}
	if got := site.Stranger().Get(t, page); got.Status != 404 || strings.Contains(got.Body, "segreta") {
		t.Errorf("a draft is public: %d", got.Status)
	}
	if err := h.Consultations.ShowMinority(ctx, paolo, webtest.Answering, "Chi è contro chiede **tempo**. <script>x</script>", ""); err != nil {
		t.Fatal(err)
	}
	got := site.Stranger().Get(t, page)
	for _, want := range []string{"Proposta di relazione di minoranza", "Si può commentare a chi facilita fino a", "Paolo Sighinolfi", "Chi è contro chiede tempo."} {
		if !strings.Contains(strings.Join(strings.Fields(got.Text("main")), " "), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if got.Count("main .dlf-minor strong") != 1 || strings.Contains(got.Body, "<script>x") || got.Count("h1") != 1 {
		t.Error("Markdown is not drawn, or hostile words are")
	}
	if got := site.Stranger().Get(t, at(webtest.Answering, "")); got.Count(".dlf-hero a[href$='/minority']") != 1 {
		t.Error("the consultation's page does not lead to it")
	}
	if err := h.Consultations.ForgoMinority(ctx, paolo, webtest.Answering, "Se ne parla in Consiglio.", ""); err != nil {
		t.Fatal(err)
	}
	if got := site.Stranger().Get(t, page); got.Status != 200 || !strings.Contains(got.Text("main"), "Se ne parla in Consiglio.") || strings.Contains(got.Text("main"), "tempo") {
		t.Errorf("a reason for none: %d %q", got.Status, got.Text("main"))
	}
}
