package participate_test

import (
	"net/url"
	"strings"
	"testing"

	"delfi/web/webtest"
)

// sided: who writes a reason may say which side it argues; nothing is chosen for them,
// the draft keeps it, the review shows it with the words, and it can be taken back.
func sided(t *testing.T, b *webtest.Browser, form string) {
	t.Helper()
	page := form + "?item=1"
	if got := b.Get(t, page); got.Count("input[name=argues_1]") != 3 || got.Count("input[name=argues_1][checked]") != 0 {
		t.Errorf("%d sides, %d chosen", got.Count("input[name=argues_1]"), got.Count("input[name=argues_1][checked]"))
	}
	send := func(side string) webtest.Response {
		return b.Post(t, form, url.Values{"item": {"1"}, "answer_1": {"7"}, "reason_1": {"C’è poca ombra"}, "argues_1": {side}, "act": {"next"}})
	}
	if got := send("middle"); got.Status != 422 || got.Count(".dlf-err a[href='#f-argues_1']") != 1 || got.Page.Find("#f-reason_1").Text() != "C’è poca ombra" {
		t.Errorf("a side that nobody may say: %d", got.Status)
	}
	if got := send("neither"); got.Status != 303 {
		t.Fatalf("neither: %d", got.Status)
	}
	if got := b.Get(t, page); got.Count("input[name=argues_1][value=neither][checked]") != 1 || got.Count("input[name=argues_1]") != 4 {
		t.Error("the draft forgets the side, or it cannot be taken back")
	}
	if got := b.Get(t, form+"?review=1").Text(".dlf-review"); !strings.Contains(got, "«C’è poca ombra»") || !strings.Contains(got, "Questa ragione è né l’una né l’altra") {
		t.Errorf("the review: %q", got)
	}
	send("")
	if got := b.Get(t, page); got.Count("input[name=argues_1][checked]") != 0 || got.Page.Find("#f-reason_1").Text() != "C’è poca ombra" {
		t.Error("the side was not taken back, or the words with it")
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
	if err := h.Consultations.ForgoMinority(ctx, paolo, webtest.Answering, "Se ne parla in Consiglio."); err != nil {
		t.Fatal(err)
	}
	if got := site.Stranger().Get(t, page); got.Status != 200 || !strings.Contains(got.Text("main"), "Se ne parla in Consiglio.") || strings.Contains(got.Text("main"), "tempo") {
		t.Errorf("a reason for none: %d %q", got.Status, got.Text("main"))
	}
}

// Whoever may remove a reason by law is led from it to the desk's list; nobody else is,
// and every reason says in which language it is.
func TestReasonsLeadWhoMayRemoveThemToTheDesk(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	for _, path := range []string{at(webtest.Answering, "/rounds/2"), at(webtest.Published, "/opinion"), "/en" + at(webtest.Answering, "/rounds/2")} {
		for who, led := range map[string]bool{"giulia": true, "lucia": false, "": false} {
			b := site.Stranger()
			if who != "" {
				b = site.As(t, h.Person(t, who))
			}
			got := b.Get(t, path)
			if got.Count(".dlf-said") == 0 || got.Count(".dlf-said") != got.Count(".dlf-said[lang=it]") {
				t.Errorf("%q at %s: %d reasons, %d say their language", who, path, got.Count(".dlf-said"), got.Count(".dlf-said[lang=it]"))
			}
			want := 0
			if led {
				want = got.Count(".dlf-said")
			}
			if n := got.Count(".dlf-reason a[href*='/reasons#r-']"); n != want {
				t.Errorf("%q at %s: %d links to the desk, want %d", who, path, n, want)
			}
		}
	}
}
