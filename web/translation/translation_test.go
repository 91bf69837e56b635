package translation_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi"
	"delfi/internal/platform/postgres"
	"delfi/web/ui"
	"delfi/web/webtest"
)

const desk = "/desk/" + apptest.Slug + "/translations"

// town is a consultation in Italian, German and English, whose gather round is released with
// two statements that nobody has translated.
type town struct {
	*testing.T
	*webtest.House
	site *webtest.Site
	c    consultation.Consultation
}

func open(t *testing.T) town {
	t.Helper()
	h := webtest.Open(t)
	w := town{T: t, House: h, site: h.Site(t)}
	w.c = h.Consultation(t, apptest.Spoken("de", "en")).Gathering()
	h.Close(t, w.c, 1)
	w.ok(h.DB.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Lock(ctx, tx, w.c.ID)
		if err != nil {
			return err
		}
		for _, text := range []string{"Il mercato apre la sera.", "La piazza è chiusa alle auto."} {
			if _, err := h.Consultations.AddItem(ctx, tx, &c, "", text, nil); err != nil {
				return err
			}
		}
		return nil
	}))
	w.ok(h.Consultations.ReleaseRound(t.Context(), h.Person(t, "marta"), w.c.Slug, 1))
	return w
}

func (w town) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w town) as(subject string) *webtest.Browser { return w.site.As(w.T, w.Person(w.T, subject)) }

// form is the n-th form of the page, as a browser sends it.
func form(r webtest.Response, n int) (action string, v url.Values) {
	v = url.Values{}
	f := r.Page.Find("main form").Eq(n)
	f.Find("input, textarea").Each(func(_ int, i *goquery.Selection) {
		text := i.AttrOr("value", "")
		if goquery.NodeName(i) == "textarea" {
			text = strings.TrimPrefix(i.Text(), "\n")
		}
		v.Set(i.AttrOr("name", ""), text)
	})
	return f.AttrOr("action", ""), v
}

// TestSheet walks the page as a moderator: what is missing keeps the round shut, each form
// leads to the next empty field, and what is whole is listed apart.
func TestSheet(t *testing.T) {
	w := open(t)
	marta, paolo := w.as("marta"), w.as("paolo")
	at := "/desk/" + w.c.Slug
	if link := marta.Get(t, at).Page.Find("main a[href='" + desk + "']"); !strings.Contains(link.Text(), "mancano 2") {
		t.Errorf("the desk says %q", link.Text())
	}
	page := paolo.Get(t, at+"/rounds/2/open")
	if check := page.Page.Find("main a[href='" + desk + "']"); !strings.Contains(check.Text(), "2 affermazioni non ancora tradotte") {
		t.Errorf("before it is opened, the page says %s", page.Text("main"))
	}
	_, before := form(page, 0)
	if got := paolo.Post(t, at+"/rounds/2/open", before); got.Status != 409 || got.Page.Find("[role=alert] a[href='"+desk+"']").Length() != 1 || !strings.Contains(got.Text("[role=alert]"), "1, 2") {
		t.Errorf("opened: %d %s", got.Status, got.Text("[role=alert]"))
	}

	page = marta.Get(t, "/en"+desk)
	if n := page.Page.Find("main form").Length(); n != 2 || page.Page.Find("main [lang=it]").Length() < 2 || page.Page.Find("textarea[lang=de]").Length() != 2 {
		t.Errorf("%d forms: %s", n, page.Text("main"))
	}
	action, v := form(marta.Get(t, desk), 0)
	v.Set("text.de", "Der Markt öffnet abends.")
	if got := marta.Post(t, action, v); got.Status != 303 || !strings.HasSuffix(got.Location, desk+"#f-s2-text-de") {
		t.Errorf("half a statement: %d to %s", got.Status, got.Location)
	}
	_, v = form(marta.Get(t, desk), 0)
	v.Set("text.en", "The market opens in the evening.")
	if got := marta.Post(t, action, v); got.Status != 303 || !strings.HasSuffix(got.Location, desk+"#f-s2-text-de") {
		t.Errorf("a whole statement: %d to %s", got.Status, got.Location)
	}
	page = marta.Get(t, desk)
	if page.Count("#f-s2-text-de") != 1 || !strings.Contains(page.Text("#lacking"), "1 affermazione") || !strings.Contains(page.Text("#whole"), "1 affermazione") {
		t.Errorf("%s", page.Text("main"))
	}
	action, v = form(page, 0)
	v.Set("text.de", "Der Platz ist autofrei.")
	v.Set("text.en", "The square is closed to cars.")
	if got := marta.Post(t, action, v); got.Status != 303 || !strings.HasSuffix(got.Location, desk) {
		t.Errorf("the last statement: %d to %s", got.Status, got.Location)
	}
	if page = marta.Get(t, desk); page.Count("#lacking") != 0 || !strings.Contains(page.Text("main"), "Non manca nessuna traduzione") {
		t.Errorf("%s", page.Text("main"))
	}
	_, before = form(paolo.Get(t, at+"/rounds/2/open"), 0)
	if got := paolo.Post(t, at+"/rounds/2/open", before); got.Status != 303 {
		t.Errorf("opened: %d %s", got.Status, got.Text("main"))
	}
	// A round has shown the words: others need a reason, and what was typed comes back.
	action, v = form(marta.Get(t, desk), 0)
	v.Set("text.de", "Abends öffnet der Markt.")
	got := marta.Post(t, action, v)
	if got.Status != 422 || got.Count("#errors a[href='#f-s1-reason']") != 1 || strings.TrimPrefix(got.Page.Find("#f-s1-text-de").Text(), "\n") != "Abends öffnet der Markt." || got.Page.Find("#f-s1-reason").AttrOr("aria-invalid", "") != "true" {
		t.Errorf("without a reason: %d %s", got.Status, got.Text("#errors"))
	}
	_, v = form(got, 0)
	v.Set("reason", "Suonava male.")
	if got := marta.Post(t, action, v); got.Status != 303 {
		t.Errorf("with a reason: %d %s", got.Status, got.Text("main"))
	}
}

// TestSheetRefuses: who may not translate reads, or sees nothing; what somebody else wrote in
// the meantime stands beside what was typed.
func TestSheetRefuses(t *testing.T) {
	w := open(t)
	marta, davide := w.as("marta"), w.as("davide")
	action, v := form(davide.Get(t, desk), 0)
	v.Set("text.de", "Der Markt öffnet abends.")
	for who, want := range map[string]struct{ read, write int }{"giulia": {200, 403}, "paolo": {200, 403}, "anna": {403, 403}, "nicola": {403, 403}} {
		b := w.as(who)
		page := b.Get(t, desk)
		if page.Status != want.read || page.Page.Find("main form").Length() != 0 {
			t.Errorf("%s reads: %d, %d forms", who, page.Status, page.Page.Find("main form").Length())
		}
		if got := b.Post(t, action, v); got.Status != want.write {
			t.Errorf("%s writes: %d", who, got.Status)
		}
	}
	if got := w.site.Stranger().Get(t, desk); got.Status != 303 || !strings.Contains(got.Location, "/sign-in") {
		t.Errorf("a stranger reads: %d", got.Status)
	}
	if got := marta.Post(t, desk+"/nonsense", v); got.Status != 404 {
		t.Errorf("no statement: %d", got.Status)
	}
	bad := url.Values{"item_version": v["item_version"], "seen.de": v["seen.de"], "seen.en": v["seen.en"], "text.de": {strings.Repeat("x", 700)}, "text.en": {"\u200b"}}
	if got := marta.Post(t, action, bad); got.Status != 422 || got.Count("#errors a[href='#f-s1-text-de']") != 1 || !strings.Contains(got.Text("#errors"), "Affermazione 1, in tedesco") {
		t.Errorf("too long: %d %s", got.Status, got.Text("#errors"))
	}
	if got := marta.Post(t, action, v); got.Status != 303 {
		t.Fatalf("Marta: %d %s", got.Status, got.Text("main"))
	}
	v.Set("text.de", "Am Abend ist Markt.")
	got := davide.Post(t, action, v)
	if got.Status != 409 || !strings.Contains(got.Text("main"), "Der Markt öffnet abends.") || strings.TrimPrefix(got.Page.Find("#f-s1-text-de").Text(), "\n") != "Am Abend ist Markt." {
		t.Errorf("Davide: %d %s", got.Status, got.Text("main"))
	}
	again := url.Values{}
	got.Page.Find("form#s1").Find("input, textarea").Each(func(_ int, i *goquery.Selection) {
		again.Set(i.AttrOr("name", ""), i.AttrOr("value", strings.TrimPrefix(i.Text(), "\n")))
	})
	if got := davide.Post(t, action, again); got.Status != 303 {
		t.Errorf("Davide, who has seen it: %d %s", got.Status, got.Text("main"))
	}
	w.ok(w.Consultations.Withdraw(t.Context(), w.Person(t, "giulia"), w.c.Slug, "Non serve più."))
	if got := davide.Post(t, action, v); got.Status != 409 || !strings.Contains(got.Text("main"), "Am Abend ist Markt.") {
		t.Errorf("after the end: %d %s", got.Status, got.Text("main"))
	}
}

// TestReading: the address says in which language a consultation is read; texts say theirs,
// the original is a fold away, and the choice is remembered.
func TestReading(t *testing.T) {
	w := open(t)
	anna := w.Person(t, "anna")
	w.ok(w.Panel.Enrol(t.Context(), anna, w.c.ID, w.c.Protocol.Panel.Groups[0].ID))
	marta := w.as("marta")
	for n := range 2 {
		action, v := form(marta.Get(t, desk), 0)
		v.Set("text.de", []string{"Der Markt öffnet abends.", "Der Platz ist autofrei."}[n])
		v.Set("text.en", []string{"The market opens in the evening.", "The square is closed to cars."}[n])
		if got := marta.Post(t, action, v); got.Status != 303 {
			t.Fatalf("%d %s", got.Status, got.Text("main"))
		}
	}
	w.ok(w.Consultations.OpenRound(t.Context(), w.Person(t, "paolo"), w.c.Slug, 2))
	const at = "/consultations/" + apptest.Slug
	reader := w.site.Stranger()
	for _, c := range []struct{ prefix, page, text, title string }{
		{"", "it", "it", "La piazza"}, {"/en", "en", "en", "en title"}, {"/de", "it", "de", "de title"}, {"/sl", "it", "it", "La piazza"},
	} {
		page := reader.Get(t, c.prefix+at)
		h1 := page.Page.Find("h1")
		if page.Status != 200 || page.Page.Find("html").AttrOr("lang", "") != c.page || h1.Text() != c.title || h1.AttrOr("lang", "") != c.text {
			t.Errorf("%s: %d, page in %q, %q in %q", c.prefix, page.Status, page.Page.Find("html").AttrOr("lang", ""), h1.Text(), h1.AttrOr("lang", ""))
		}
		if now := page.Page.Find(".dlf-reads [aria-current] [lang]").AttrOr("lang", ""); now != c.text || page.Page.Find(".dlf-reads a.dlf-switch").Length() != 2 {
			t.Errorf("%s: marked %q: %s", c.prefix, now, page.Text(".dlf-reads"))
		}
		originals := page.Page.Find("details.dlf-original p[lang=it]")
		if translated := c.text != "it"; (originals.Length() > 0) != translated || translated && !strings.Contains(originals.Text(), "Che cosa deve diventare la piazza?") {
			t.Errorf("%s: originals %q", c.prefix, originals.Text())
		}
		if page.Page.Find("main a[href^='"+c.prefix+at+"']").Length() == 0 {
			t.Errorf("%s: no link keeps the language", c.prefix)
		}
	}
	got := reader.Get(t, at+"?lang=de")
	if got.Status != 303 || got.Location != "/de"+at || reader.Get(t, "/").Location != "/de/" {
		t.Errorf("the choice leads to %q, home to %q", got.Location, reader.Get(t, "/").Location)
	}
	ballot := w.site.As(t, anna).Get(t, "/de"+at+"/rounds/2?item=1")
	if h2 := ballot.Page.Find("h2.dlf-statement"); strings.TrimSpace(h2.Text()) != "Der Markt öffnet abends." || h2.AttrOr("lang", "") != "de" || !strings.Contains(ballot.Text("details.dlf-original"), "Il mercato apre la sera.") {
		t.Errorf("the form asks %q in %q: %s", h2.Text(), h2.AttrOr("lang", ""), ballot.Text("details.dlf-original"))
	}
	if ballot.Page.Find(".dlf-reads button[name=act][value='language it']").Length() != 1 {
		t.Errorf("the form's languages are %s", ballot.Text(".dlf-reads"))
	}
	w.corrected(reader, at)
	w.reasons(anna, at)
}

// corrected walks a correction in each language: one act, one trace with the words of each, and a
// language that is left empty reads the first's and says so.
func (w town) corrected(reader *webtest.Browser, at string) {
	w.Helper()
	giulia := w.as("giulia")
	const desk = "/desk/" + apptest.Slug + "/corrections/title"
	page := giulia.Get(w.T, desk)
	action, v := form(page, 0)
	if v.Get("now") != "La piazza" || v.Get("now.de") != "de title" || v.Get("now.en") != "en title" || page.Page.Find(`textarea[name="now.de"][lang=de]`).Length() != 1 {
		w.Fatalf("the form has %v", v)
	}
	v.Set("now", "La piazza nuova")
	v.Set("now.de", strings.Repeat("x", 201))
	v.Set("now.en", "")
	v.Set("reason", "Il titolo era vecchio.")
	if got := giulia.Post(w.T, action, v); got.Status != 422 || got.Count(`#errors a[href="#`+ui.ID("now.de")+`"]`) != 1 {
		w.Errorf("too long in German: %d %s", got.Status, got.Text("main"))
	}
	v.Set("now.de", "Der neue Platz")
	if got := giulia.Post(w.T, action, v); got.Status != 303 {
		w.Fatalf("%d %s", got.Status, got.Text("main"))
	}
	for _, c := range []struct{ prefix, title, lang, says string }{
		{"", "La piazza nuova", "it", ""}, {"/de", "Der neue Platz", "de", ""},
		{"/en", "La piazza nuova", "it", "After a correction these have no words in this language, and are read in the first (Italian): title."},
	} {
		got := reader.Get(w.T, c.prefix+at)
		if h1 := got.Page.Find("h1"); h1.Text() != c.title || h1.AttrOr("lang", "") != c.lang || !strings.Contains(got.Text("main"), c.says) || c.says == "" && strings.Contains(got.Text("main"), "(italiano)") {
			w.Errorf("%s: %q in %q: %s", c.prefix, h1.Text(), h1.AttrOr("lang", ""), got.Text("main"))
		}
	}
	for _, page := range []webtest.Response{reader.Get(w.T, "/en"+at+"/timeline"), giulia.Get(w.T, "/en/desk/"+apptest.Slug+"/corrections")} {
		for _, words := range []string{"La piazza nuova", "de title", "Der neue Platz", "en title", "In this language the words of the first are read since then (Italian)."} {
			if !strings.Contains(page.Text("main"), words) {
				w.Errorf("the trace lacks %q: %s", words, page.Text("main"))
			}
		}
	}
	v.Set("now.de", "Der alte Platz")
	if got := giulia.Post(w.T, action, v); got.Status != 409 || !strings.Contains(got.Text("#stale"), "Der neue Platz") || got.Page.Find(`textarea[name="now.de"]`).Text() != "Der alte Platz" {
		w.Errorf("sent from the page of before: %d %s", got.Status, got.Text("main"))
	}
}

// reasons: the words beside an answer keep the language in which their author read, whichever
// page sends them again, to the page of the result, where enough people wrote in it.
func (w town) reasons(anna account.Actor, at string) {
	w.Helper()
	items, err := w.Consultations.Items(w.Context(), w.c.ID)
	w.ok(err)
	given := []delphi.Answer{{Reason: "Di sera fa fresco."}, {Reason: "Mir ist es recht.", Language: "de"}, {Reason: "It is cool.", Language: "en"}}
	for n := range 20 {
		answer := given[n/10+n/19]
		answer.Item, answer.Value = items[0].ID.String(), 1+n%9
		w.ok(w.Panel.Enrol(w.Context(), w.Panelist(w.T, n), w.c.ID, w.c.Protocol.Panel.Groups[0].ID))
		w.Cast(w.T, w.c, 2, n, ballot.Answers{Given: []delphi.Answer{answer}})
	}
	const words = "Abends ist es kühl."
	b := w.site.As(w.T, anna)
	for _, page := range []string{"/de" + at, at} {
		if got := b.Post(w.T, page+"/rounds/2", url.Values{"item": {"1"}, "answer_1": {"9"}, "reason_1": {words}, "act": {"next"}}); got.Status != 303 {
			w.Fatalf("%s: %d %s", page, got.Status, got.Text("main"))
		}
	}
	if got := b.Get(w.T, at+"/rounds/2?item=1").Page.Find("textarea[name=reason_1]"); got.Text() != words || got.AttrOr("lang", "") != "de" {
		w.Errorf("the field has %q in %q", got.Text(), got.AttrOr("lang", ""))
	}
	if got := b.Get(w.T, at+"/rounds/2?review=1"); got.Text(".dlf-said[lang=de]") != words {
		w.Errorf("the review: %s", got.Text(".dlf-review"))
	}
	if got := b.Post(w.T, at+"/rounds/2", url.Values{"act": {"deliver"}}); got.Status != 303 {
		w.Fatalf("delivered: %d %s", got.Status, got.Text("main"))
	}
	w.House.Close(w.T, w.c, 2)
	got := w.site.Stranger().Get(w.T, at+"/rounds/2")
	for lang, want := range map[string][]string{"de": {words, given[1].Reason}, "it": {given[0].Reason, given[2].Reason}, "en": nil} {
		shown := got.Page.Find(".dlf-said[lang=" + lang + "]")
		for _, one := range want {
			if !strings.Contains(shown.Text(), one) {
				w.Errorf("the result has in %s %q, without %q", lang, shown.Text(), one)
			}
		}
		if shown.Length() != len(want) {
			w.Errorf("the result has %d reasons in %s: %q", shown.Length(), lang, shown.Text())
		}
	}
}
