package staff_test

import (
	"net/url"
	"strings"
	"testing"

	"delfi/internal/consultation"
	"delfi/web/webtest"
)

// minority: dissent stands in two columns, what is ticked goes into the text, and the
// opinion is not published before the panel has read the report or knows why there is
// none.
func minority(t *testing.T, h *webtest.House, site *webtest.Site) {
	ctx := t.Context()
	paolo, giulia := h.Person(t, "paolo"), h.Person(t, "giulia")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	page := at(webtest.Answering, "/minority")
	b, administrator := site.As(t, paolo), site.As(t, giulia)
	if got := b.Get(t, page); got.Status != 409 {
		t.Errorf("while the panel answers: %d", got.Status)
	}
	must(h.Consultations.CloseRound(ctx, paolo, webtest.Answering, 3, "Basta così."))
	must(h.Jobs.Drain(ctx))
	must(h.Consultations.Conclude(ctx, paolo, webtest.Answering, "Basta così."))
	must(h.Jobs.Drain(ctx))

	// The administration reads, and cannot publish: the desk says what lacks, and to whom.
	if got := administrator.Get(t, page); got.Status != 200 || got.Count("main form") != 0 || got.Count(".dlf-con") == 0 {
		t.Errorf("the administrator's page: %d, %d forms", got.Status, got.Count("main form"))
	}
	refused := administrator.Post(t, at(webtest.Answering, "/publish"), showed(t, administrator, at(webtest.Answering, "/publish"), url.Values{"summary": {"In breve, l’ombra."}}))
	if refused.Status != 409 || !strings.Contains(refused.Text("[role=alert]"), "relazione di minoranza") {
		t.Errorf("publishing: %d %q", refused.Status, refused.Text("[role=alert]"))
	}
	if refused.Page.Find("textarea[name=summary]").Text() != "In breve, l’ombra." || refused.Count("#minority") != 0 {
		t.Error("what was typed is lost, or the administrator edits the report")
	}

	got := b.Get(t, page)
	if got.Count(".dlf-con input[name=copy]") == 0 || got.Count(".dlf-pro input[name=copy]") == 0 || got.Count("input[name=copy][checked]") != 0 {
		t.Fatalf("%d against, %d for", got.Count(".dlf-con input"), got.Count(".dlf-pro input"))
	}
	chosen, _ := got.Page.Find(".dlf-con input[name=copy]").First().Attr("value")
	words := strings.TrimSpace(got.Page.Find(".dlf-con label").First().Contents().First().Text())
	if done := b.Post(t, page, showed(t, b, page, url.Values{"act": {"copy"}, "copy": {chosen}, "minority": {"Premessa."}})); done.Status != 303 {
		t.Fatalf("copying: %d", done.Status)
	}
	text := b.Get(t, page).Page.Find("textarea[name=minority]").Text()
	if !strings.HasPrefix(text, "Premessa.") || strings.Count(text, words) != 1 || !strings.Contains(text, "**Contro**") || strings.Contains(text, "**A favore**") {
		t.Errorf("the text after copying: %q lacks %q", text, words)
	}
	// Ticked again, it is not written twice.
	b.Post(t, page, showed(t, b, page, url.Values{"act": {"copy"}, "copy": {chosen}, "minority": {text}}))
	if again := b.Get(t, page).Page.Find("textarea[name=minority]").Text(); again != text {
		t.Errorf("copied twice: %q", again)
	}

	long := strings.Repeat("a", 20001)
	if got := b.Post(t, page, showed(t, b, page, url.Values{"act": {"show"}, "minority": {long}})); got.Status != 422 || got.Page.Find("textarea[name=minority]").Text() != long || got.Count("a[href='#f-minority']") != 1 {
		t.Errorf("too long: %d", got.Status)
	}
	if got := b.Post(t, page, showed(t, b, page, url.Values{"act": {"forgo"}, "reason": {" "}})); got.Status != 422 || got.Count("a[href='#f-reason']") != 1 {
		t.Errorf("nothing to report, and no reason: %d", got.Status)
	}
	if got := b.Post(t, page, showed(t, b, page, url.Values{"act": {"show"}, "minority": {text}})); got.Status != 303 {
		t.Fatalf("showing: %d %q", got.Status, got.Text("main"))
	}
	if got := administrator.Post(t, at(webtest.Answering, "/publish"), showed(t, administrator, at(webtest.Answering, "/publish"), url.Values{})); got.Status != 409 || !strings.Contains(got.Text("[role=alert]"), "7 giorni") {
		t.Errorf("publishing while the panel reads: %d %q", got.Status, got.Text("[role=alert]"))
	}
	if got := b.Post(t, page, showed(t, b, page, url.Values{"act": {"forgo"}, "reason": {"Le ragioni parlano d’altro."}})); got.Status != 303 {
		t.Fatalf("forgoing: %d", got.Status)
	}
	if got := administrator.Post(t, at(webtest.Answering, "/publish"), showed(t, administrator, at(webtest.Answering, "/publish"), url.Values{})); got.Status != 303 {
		t.Errorf("publishing after it: %d %q", got.Status, got.Text("main"))
	}
	c, err := h.Consultations.Find(ctx, giulia, webtest.Answering)
	must(err)
	o, _, err := h.Reports.Of(ctx, c.ID)
	must(err)
	if c.Stage != consultation.Published || o.Minority.Reason != "Le ragioni parlano d’altro." || o.Minority.Text != "" {
		t.Errorf("%s, %+v", c.Stage, o.Minority)
	}
}
