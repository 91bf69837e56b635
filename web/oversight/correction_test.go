package oversight_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"delfi/internal/account"
	"delfi/web/webtest"
)

// TestCorrection: an administrator corrects a text from the desk; everybody reads what it said
// and why, in the record that stands; who comes second keeps what was typed.
func TestCorrection(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	b := site.As(t, h.Person(t, "giulia"))
	const at, public = "/desk/" + webtest.Answering + "/corrections", "/consultations/" + webtest.Answering
	was := site.Stranger().Get(t, public).Text("h1")

	list := b.Get(t, at)
	if list.Status != http.StatusOK || list.Count(`main a[href="`+at+`/title"]`) != 1 || list.Count(`main a[href="`+at+`/question"]`) != 0 {
		t.Fatalf("the texts: %d %s", list.Status, list.Text("main"))
	}
	page := b.Get(t, at+"/title")
	if words := page.Text("blockquote"); words != was || page.Page.Find("textarea[name=now]").Text() != was {
		t.Errorf("it now reads %q, and the form has %q", words, page.Page.Find("textarea[name=now]").Text())
	}
	form := func(of webtest.Response, now, reason string) url.Values {
		return url.Values{"version": {of.Page.Find("input[name=version]").AttrOr("value", "")}, "now": {now}, "reason": {reason}}
	}
	for name, bad := range map[string]url.Values{"now": form(page, was, "Un refuso."), "reason": form(page, "Un’altra piazza", "\u200b")} {
		got := b.Post(t, at+"/title", bad)
		if got.Status != 422 || got.Count("#errors a[href='#f-"+name+"']") != 1 || got.Page.Find("textarea[name=now]").Text() != bad.Get("now") {
			t.Errorf("%s: %d %s", name, got.Status, got.Text("main"))
		}
	}
	sent := b.Post(t, at+"/title", form(page, "Un’altra piazza", "Un refuso."))
	if sent.Status != http.StatusSeeOther || sent.Location != at {
		t.Fatalf("corrected: %d %s", sent.Status, sent.Text("main"))
	}
	if got := b.Get(t, at); got.Count("del") == 0 || !strings.Contains(got.Text("main"), "«Un refuso.»") || !strings.Contains(got.Text("main"), "amministratore/-trice") {
		t.Errorf("the list: %s", got.Text("main"))
	}
	shown := site.Stranger().Get(t, public)
	if shown.Text("h1") != "Un’altra piazza" || !strings.Contains(shown.Text("main"), "Corretto dopo l’annuncio: titolo,") {
		t.Errorf("the public page: %s", shown.Text("main"))
	}
	link, _ := shown.Page.Find(`main a[href*="/timeline#e"]`).Attr("href")
	path, entry, _ := strings.Cut(link, "#")
	line := site.Stranger().Get(t, path)
	if text := line.Text("#" + entry); !strings.Contains(text, "Testo corretto · titolo") || !strings.Contains(text, was) || !strings.Contains(text, "Un’altra piazza") || !strings.Contains(text, "«Un refuso.»") || line.Count("#"+entry+" ins") == 0 {
		t.Errorf("the timeline: %q", text)
	}
	if en := site.Stranger().Get(t, "/en"+public).Text("main"); !strings.Contains(en, "Corrected after the announcement: title,") {
		t.Errorf("in English: %s", en)
	}

	// Sent from the page of before: both wordings, and one's own in the form.
	late := b.Post(t, at+"/title", form(page, "La piazza nuova", "Meglio."))
	if late.Status != http.StatusConflict || late.Page.Find("textarea[name=now]").Text() != "La piazza nuova" || late.Count("#stale del") == 0 {
		t.Errorf("who comes second: %d %s", late.Status, late.Text("main"))
	}
	if twice := b.Post(t, at+"/title", form(page, "Un’altra piazza", "Un refuso.")); twice.Status != http.StatusSeeOther {
		t.Errorf("pressed twice: %d", twice.Status)
	}
	for path, status := range map[string]int{at + "/question": 409, at + "/quotation": 404, "/desk/" + webtest.Published + "/corrections/title": 409, "/desk/" + webtest.Published + "/corrections": 200} {
		if got := b.Get(t, path); got.Status != status {
			t.Errorf("%s: %d, wants %d", path, got.Status, status)
		}
	}
	if over := b.Post(t, "/desk/"+webtest.Published+"/corrections/title", form(page, "Altro", "Perché.")); over.Status != 409 || !strings.Contains(over.Body, "Altro") {
		t.Errorf("after the opinion: %d", over.Status)
	}
	c, err := h.Consultations.Find(t.Context(), account.Actor{}, webtest.Answering)
	if err != nil {
		t.Fatal(err)
	}
	all, err := h.Record.Of(t.Context(), c.ID)
	if err != nil || all[len(all)-1].Kind != "correct" || all[len(all)-1].Texts["was"] != was || strings.Contains(all[len(all)-1].Body, "piazza") {
		t.Errorf("the record: %+v, %v", all[len(all)-1], err)
	}
}
