package participate_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"delfi/internal/apptest"
	"delfi/internal/consultation/contribution"
	"delfi/web/webtest"
)

// contributions: one's own while the round is open, safe whatever is typed, corrected
// and taken back; too long a text comes back whole; nobody sees another's.
func contributions(t *testing.T, h *webtest.House, site *webtest.Site) {
	b, other := enrolled(t, h, site, "anna", webtest.Gathering), enrolled(t, h, site, "karim", webtest.Gathering)
	page := at(webtest.Gathering, "/contributions")
	long := "\nprima riga vuota\r\n" + strings.Repeat("à", 2100)
	if got := b.Post(t, page, url.Values{"act": {"write"}, "body": {long}}); got.Status != 422 || got.Count(".dlf-err") != 1 {
		t.Errorf("too long: %d", got.Status)
	} else if kept := got.Page.Find("textarea[name=body]").Text(); strings.ReplaceAll(kept, "\r", "") != strings.ReplaceAll(long, "\r", "") {
		t.Errorf("of %d characters %d came back", len(long), len(kept))
	}
	hostile := `Più **pergole** <script>alert(1)</script><img src=x onerror=alert(1)> [via](javascript:alert(1))`
	if got := b.Post(t, page, url.Values{"act": {"write"}, "body": {hostile}}); got.Status != http.StatusSeeOther {
		t.Fatalf("writing: %d %q", got.Status, got.Text("main"))
	}
	mine := b.Get(t, page)
	if mine.Count("main .dlf-text strong") != 1 || mine.Count("main .dlf-text script, main .dlf-text img, main .dlf-text a[href^=javascript]") != 0 {
		t.Errorf("hostile Markdown became: %s", mine.Page.Find("main .dlf-text").Nodes[0].Data)
	}
	if mine.Header.Get("Cache-Control") != "no-store" {
		t.Error("one's own texts may be kept by a cache")
	}
	if strings.Contains(other.Get(t, page).Text("main"), "pergole") {
		t.Error("another panelist sees it while the round is open")
	}
	edit, ok := mine.Page.Find("a[href*='?edit=']").Attr("href")
	if !ok {
		t.Fatal("nothing to correct")
	}
	shown := b.Get(t, edit)
	id := shown.Page.Find("input[name=id]").AttrOr("value", "")
	if !strings.HasSuffix(edit, "?edit=1") || id == "" || strings.Contains(strings.Join(mine.Page.Find("[href]").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("href", "") }), " "), id) {
		t.Errorf("the address of a sealed contribution, %s, names it", edit)
	}
	if got := shown.Page.Find("textarea[name=body]").Text(); got != hostile {
		t.Errorf("to correct: %q", got)
	}
	seen, _ := shown.Page.Find("input[name=seen]").Attr("value")
	if got := other.Post(t, page, url.Values{"act": {"edit"}, "id": {id}, "seen": {seen}, "body": {"mine now"}}); got.Status != http.StatusConflict || got.Page.Find("textarea[name=body]").Text() != "mine now" {
		t.Errorf("another's correction: %d", got.Status)
	}
	if got := b.Post(t, page, url.Values{"act": {"edit"}, "id": {id}, "seen": {seen}, "body": {"Più ombra, davvero"}}); got.Status != http.StatusSeeOther {
		t.Errorf("correcting: %d", got.Status)
	}
	// The older page does not write over it: both wordings come back.
	stale := b.Post(t, page, url.Values{"act": {"edit"}, "id": {id}, "seen": {seen}, "body": {"Meno sole"}})
	if stale.Status != http.StatusConflict || stale.Page.Find("textarea[name=body]").Text() != "Meno sole" || !strings.Contains(stale.Text("main"), "Più ombra, davvero") {
		t.Errorf("an older page: %d %q", stale.Status, stale.Text("main"))
	}
	if got := b.Get(t, page).Text("main"); !strings.Contains(got, "Più ombra, davvero") {
		t.Error("the correction is not there")
	}
	about := b.Get(t, page+"?withdraw=1")
	if about.Text("main blockquote") != "Più ombra, davvero" || about.Count("main form input[name=act][value=withdraw]") != 1 || b.Get(t, page).Count("main a[href$='?withdraw=1']") != 1 {
		t.Errorf("before taking back: %d %q", about.Status, about.Text("main"))
	}
	if got := b.Post(t, page, url.Values{"act": {"withdraw"}, "id": {id}}); got.Status != http.StatusSeeOther {
		t.Errorf("taking back: %d", got.Status)
	}
	if got := b.Get(t, page).Count("a[href*='?edit=']"); got != 0 {
		t.Error("it is still there")
	}
	// A correction of what was taken back meanwhile keeps the words, as a new contribution.
	gone := b.Post(t, page, url.Values{"act": {"edit"}, "id": {id}, "seen": {seen}, "body": {"Ripensandoci"}})
	if gone.Status != http.StatusConflict || gone.Page.Find("textarea[name=body]").Text() != "Ripensandoci" || gone.Count("button[value=write]") != 1 {
		t.Errorf("correcting what is gone: %d %q", gone.Status, gone.Text("main"))
	}
	// The fifty-first is told what to do, and its words stay.
	for i := range 50 {
		if got := b.Post(t, page, url.Values{"act": {"write"}, "body": {fmt.Sprint("idea ", i)}}); got.Status != http.StatusSeeOther {
			t.Fatalf("contribution %d: %d", i+1, got.Status)
		}
	}
	full := b.Post(t, page, url.Values{"act": {"write"}, "body": {"la cinquantunesima"}})
	if full.Status != http.StatusConflict || full.Page.Find("textarea[name=body]").Text() != "la cinquantunesima" || full.Count("button[value=write]") != 1 ||
		full.Count("main a[href*='?withdraw=']") != 50 || strings.Contains(full.Text("main h1"), "chiuso") || !strings.Contains(full.Text("[role=alert]"), "50 contributi") {
		t.Errorf("the 51st: %d %q", full.Status, full.Text("main h1")+full.Text("[role=alert]"))
	}
}

// Authors read what was decided about their texts as soon as the public page of moderation
// says it; their statement comes with the release. While the round is open nothing is said.
func TestAuthorsReadWhatWasDecided(t *testing.T) {
	h := webtest.Open(t)
	site, c := h.Site(t), h.Consultation(t).Panel(1).Gathering()
	b, page := site.As(t, h.Panelist(t, 0)), "/consultations/"+apptest.Slug+"/contributions"
	for _, body := range []string{"Più ombra.", "Comprate da me.", "Una fontana."} {
		if got := b.Post(t, page, url.Values{"act": {"write"}, "body": {body}}); got.Status != http.StatusSeeOther {
			t.Fatalf("writing: %d", got.Status)
		}
	}
	tags := func() string {
		var all []string
		b.Get(t, page).Page.Find("main .dlf-tag").Each(func(_ int, tag *goquery.Selection) { all = append(all, tag.Text()) })
		slices.Sort(all)
		return strings.Join(all, ", ")
	}
	if got := tags(); got != "ricevuto, ricevuto, ricevuto" {
		t.Errorf("open: %s", got)
	}
	h.Close(t, c, 1)
	if got := tags(); got != "in esame, in esame, in esame" {
		t.Errorf("closed: %s", got)
	}
	marta := h.Person(t, "marta")
	queue, _, err := h.Contributions.Queue(t.Context(), marta, c.Slug)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range queue {
		switch one.Body {
		case "Comprate da me.":
			err = h.Contributions.Reject(t.Context(), marta, c.Slug, contribution.Choice{Contributions: []uuid.UUID{one.ID}, Rule: "1.5", Reason: "È pubblicità."})
		case "Più ombra.":
			_, err = h.Contributions.Merge(t.Context(), marta, c.Slug, contribution.Merge{Contributions: []uuid.UUID{one.ID}, Destination: contribution.Fresh, Text: "Servono tigli.", Rule: "1.6", Reason: "È chiara."})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	got := b.Get(t, page).Text("main")
	if tags() != "accolto, in esame, respinto" || !strings.Contains(got, "È pubblicità.") || strings.Contains(got, "tigli") {
		t.Errorf("decided: %s in %s", tags(), got)
	}
}
