package facilitator_test

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/delphi"
	"delfi/internal/verify"
	"delfi/web/webtest"
)

const (
	slug   = "esiti"
	desk   = "/desk/" + slug
	people = 20
)

// town is a consultation whose panel rates outcomes, and writes in round 1 which are missing.
type town struct {
	*testing.T
	*webtest.House
	site *webtest.Site
	c    consultation.Consultation
}

func open(t *testing.T) *town {
	t.Helper()
	h := webtest.Open(t)
	w := &town{T: t, House: h, site: h.Site(t)}
	w.c = h.Ask(t, slug, `{"version": 1, "variant": "core-outcomes",
		"panel": {"groups": [{"id": "cittadini", "name": {"it": "Cittadini"}}]},
		"rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
		"item_kinds": [{"id": "esito", "kind": "scale", "points": 9}, {"id": "altro", "kind": "text"}],
		"items": {"source": "given", "new_after_round": 1}, "consensus": {"rule": "comet"}}`,
		people, draft.Item{Kind: "esito", Text: "Sopravvivenza"}, draft.Item{Kind: "altro", Text: "Che cosa manca?"})
	return w
}

// answers delivers every ballot of a round, and closes it.
func (w *town) answers(round int) {
	w.Helper()
	items, err := w.Consultations.Items(w.Context(), w.c.ID)
	w.ok(err)
	for p := range people {
		var in ballot.Answers
		for _, i := range items {
			a := delphi.Answer{Item: i.ID.String(), Value: 8}
			if i.Kind == "altro" {
				a = delphi.Answer{Item: i.ID.String(), Reason: "Il <dolore>."}
				if p%4 > 0 {
					a.Reason = fmt.Sprintf("Manca altro, %d.", p)
				}
			}
			in.Given = append(in.Given, a)
		}
		w.Cast(w.T, w.c, round, p, in)
	}
	w.c = w.Close(w.T, w.c, round)
}

func (w *town) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *town) as(subject string) *webtest.Browser { return w.site.As(w.T, w.Person(w.T, subject)) }

// says checks what a page says, and its status.
func (w *town) says(r webtest.Response, status int, words ...string) {
	w.Helper()
	if r.Status != status {
		w.Errorf("%d, want %d: %s", r.Status, status, r.Text("main"))
	}
	for _, text := range words {
		if !strings.Contains(r.Text("main"), text) {
			w.Errorf("the page does not say %q: %s", text, r.Text("main"))
		}
	}
}

// form is the form of an address as a browser sends it by one of its buttons.
func form(r webtest.Response, action, act string) url.Values {
	v := url.Values{"act": {act}}
	r.Page.Find("main form[action$='" + action + "']").Find("input, textarea").Each(func(_ int, i *goquery.Selection) {
		text := i.AttrOr("value", "")
		if goquery.NodeName(i) == "textarea" {
			text = strings.TrimPrefix(i.Text(), "\n")
		}
		if _, checked := i.Attr("checked"); checked || i.AttrOr("type", "") != "radio" {
			v.Set(i.AttrOr("name", ""), text)
		}
	})
	return v
}

// archived is a .zip whose folders can be listed.
type archived struct{ *zip.Reader }

func (a archived) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(a.Reader, name) }

// verified runs the verifier over the record as it is.
func (w *town) verified() {
	w.Helper()
	body := w.site.Stranger().Get(w.T, "/record/"+slug+".zip").Body
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	w.ok(err)
	if _, err := verify.Run(w.Context(), archived{z}, verify.Options{}); err != nil {
		w.Errorf("the record does not hold: %v", err)
	}
}

// TestStatementsJoin walks the pages: the desk leads to them, words of the panel become a
// statement that is read again before it joins, one is taken back, the next round asks the
// other as new, and opinion and record say where it comes from.
func TestStatementsJoin(t *testing.T) {
	w := open(t)
	const at = desk + "/joining"
	paolo, marta := w.as("paolo"), w.as("marta")
	w.says(paolo.Get(t, at), 200, "C’è ancora un giro aperto o in chiusura.")
	if n := paolo.Get(t, at).Count("main form"); n != 0 {
		t.Errorf("%d forms while a round is open", n)
	}
	got := paolo.Post(t, at, url.Values{"text": {"Dolore"}, "reason": {"Mancava."}})
	w.says(got, 409, "C’è ancora un giro aperto")
	if !strings.Contains(got.Body, "Mancava.") {
		t.Errorf("what was typed is lost: %s", got.Text("main"))
	}
	w.answers(1)

	page := paolo.Get(t, desk)
	if link := page.Page.Find(".dlf-stateline a[href='" + at + "']"); link.Text() != "Si possono aggiungere affermazioni nuove" {
		t.Errorf("the desk says %q", page.Text(".dlf-stateline"))
	}
	w.says(marta.Get(t, at), 200, "facilitatore")
	page = paolo.Get(t, at+"?of=2")
	w.says(page, 200, "prevista", "Che cosa manca?", "Il <dolore>.", "Lo hanno scritto 5 persone")
	take := page.Page.Find("a[href*='from=r-']").FilterFunction(func(_ int, a *goquery.Selection) bool { return strings.Contains(a.Text(), "dolore") })
	page = paolo.Get(t, take.AttrOr("href", "?"))
	w.says(page, 200, "Nasce da parole del panel", "Il <dolore>.")
	v := form(page, at, "reread")
	if v.Get("text") != "Il <dolore>." || !strings.HasPrefix(v.Get("from"), "r-") {
		t.Fatalf("the form has %v", v)
	}

	got = paolo.Post(t, at, v)
	w.says(got, 422)
	for _, field := range []string{"kind", "reason"} {
		if got.Count("#errors a[href^='#f-"+field+"']") != 1 {
			t.Errorf("%s is not named: %s", field, got.Text("#errors"))
		}
	}
	v = form(got, at, "reread")
	v.Set("kind", "esito")
	v.Set("text", "Dolore")
	v.Set("reason", "Lo dicono in cinque.")
	got = paolo.Post(t, "/en"+at, v)
	w.says(got, 200, "You are about to add a statement", "Round 2 asks it", "asked once only", "No letter leaves now", "Without a name")
	got = paolo.Post(t, at, v)
	w.says(got, 200, "Stai per aggiungere", "Si chiede una volta sola", "Dolore", "Lo dicono in cinque.")
	if got.Count("svg title") != 1 {
		t.Errorf("the lineage is not drawn: %s", got.Text("main"))
	}
	w.says(paolo.Post(t, at, form(got, at, "edit")), 200, "Scrivi un’affermazione", "Dolore")
	for range 2 { // pressed twice
		if sent := paolo.Post(t, at, form(got, at, "join")); sent.Status != 303 || !strings.HasSuffix(sent.Location, at) {
			t.Errorf("%d to %s: %s", sent.Status, sent.Location, sent.Text("main"))
		}
	}
	if sent := paolo.Post(t, at, url.Values{"act": {"join"}, "kind": {"esito"}, "text": {"Sonno"}, "reason": {"Per prova."}}); sent.Status != 303 {
		t.Errorf("one's own words: %d %s", sent.Status, sent.Text("main"))
	}
	page = paolo.Get(t, at)
	w.says(page, 200, "Aggiunte dopo l’ultimo giro: 2 affermazioni", "Sono parole di chi facilita", "Nasce da parole del panel nell’ultimo giro: «Il <dolore>.»")
	away := page.Page.Find("a[href$='/withdraw']").Eq(1).AttrOr("href", "?")
	w.says(paolo.Get(t, away), 200, "Stai per ritirare l’affermazione 4", "Sonno")
	w.says(paolo.Post(t, away, url.Values{"reason": {""}}), 422, "Sonno")
	for range 2 {
		if sent := paolo.Post(t, away, url.Values{"reason": {"Non serve."}}); sent.Status != 303 {
			t.Errorf("withdrawn: %d %s", sent.Status, sent.Text("main"))
		}
	}
	w.says(w.site.Stranger().Get(t, "/consultations/"+slug+"/timeline"), 200, "Affermazione nuova", "Lo dicono in cinque.", "Affermazione tolta", "Non serve.")
	w.copies(marta)
	if gone := paolo.Get(t, away); gone.Status != 404 {
		t.Errorf("the page of one that is gone: %d", gone.Status)
	}
	w.says(paolo.Get(t, desk), 200, "1 affermazione aggiunta dopo l’ultimo giro")

	w.briefs(paolo, marta)
	w.ok(w.Consultations.OpenRound(t.Context(), w.Person(t, "paolo"), slug, 2))
	w.c = w.Reread(t, w.c)
	late := paolo.Post(t, inBrief, url.Values{"act": {"write"}, "text": {"Troppo tardi."}})
	w.says(late, 409, "resta com’è")
	if !strings.Contains(late.Body, "Troppo tardi.") {
		t.Errorf("what was typed is lost: %s", late.Text("main"))
	}
	late = paolo.Post(t, away, url.Values{"reason": {"Tardi."}})
	w.says(late, 409, "Tardi.")
	if title := late.Text("title"); !strings.Contains(title, "Affermazioni nuove · ") {
		t.Errorf("the page of a late withdrawal is called %q", title)
	}
	if page = paolo.Get(t, at); strings.Contains(page.Text("main"), "la legge ha tolto") {
		t.Errorf("while round 2 is open: %s", page.Text("main"))
	}
	panelist := w.site.As(t, w.Panelist(t, 0))
	w.says(panelist.Get(t, "/consultations/"+slug+"/rounds/2?item=3"), 200, "Dolore", "È una domanda nuova.", "perché: «Lo dicono in cinque.»", "Nasce da queste parole del panel: «Il <dolore>.»")
	w.answers(2)
	w.says(paolo.Get(t, at), 200, "fino all’apertura di quello seguente. Adesso non più.")
	w.verified()
	w.c = w.Conclude(t, w.c)
	w.ok(w.Consultations.Publish(t.Context(), w.Person(t, "giulia"), slug, consultation.OpinionTexts{}))
	w.Drain(t)
	w.says(w.site.Stranger().Get(t, "/consultations/"+slug+"/opinion"), 200,
		"aggiunta dopo il giro 1", "perché: «Lo dicono in cinque.»", "Nasce da queste parole del panel: «Il <dolore>.»", "Affermazioni aggiunte dopo il giro 1",
		"Il giro 1 in breve", "Sulla #1 il panel è concorde.")
	w.says(w.site.Stranger().Get(t, "/record/"+slug), 200, "Affermazione nuova", "Affermazione tolta")
	w.verified()
}

// copies reads the page before a reason is removed on which a statement rests.
func (w *town) copies(marta *webtest.Browser) {
	w.Helper()
	page := marta.Get(w.T, desk+"/reasons")
	before := page.Page.Find(".dlf-said:contains('<dolore>')").First().Parent().Find("a").AttrOr("href", "?")
	page = marta.Get(w.T, before)
	w.says(page, 200, "Chi conduce ha ripreso queste parole")
	if n := page.Count("main a[href='" + desk + "/joining']"); n != 1 {
		w.Errorf("%d links to the statement: %s", n, page.Text("main"))
	}
	w.says(marta.Post(w.T, before, url.Values{"ground": {""}}), 422, "Chi conduce ha ripreso queste parole")
}

const inBrief = desk + "/rounds/1/brief"

// briefs walks the words about round 1: the desk leads to them, they are shown before they are
// published, stand at the head of the round's page, and get a second version.
func (w *town) briefs(paolo, marta *webtest.Browser) {
	w.Helper()
	result, stranger := "/consultations/"+slug+"/rounds/1", w.site.Stranger()
	if link := paolo.Get(w.T, desk).Page.Find(".dlf-stateline a[href='" + inBrief + "']"); link.Text() != "Racconta in breve l’ultimo giro" {
		w.Errorf("the desk says %q", link.Text())
	}
	w.says(marta.Get(w.T, inBrief), 200, "facilitatore")
	if got := paolo.Get(w.T, desk+"/rounds/3/brief"); got.Status != 404 {
		w.Errorf("a round that is not planned: %d", got.Status)
	}
	w.says(paolo.Get(w.T, desk+"/rounds/2/brief"), 200, "Questo giro non ha ancora risultati")
	first := form(paolo.Get(w.T, inBrief), inBrief, "write")
	got := paolo.Post(w.T, inBrief, first)
	w.says(got, 422)
	if got.Count("#errors a[href='#f-text']") != 1 {
		w.Errorf("the field is not named: %s", got.Text("#errors"))
	}
	first.Set("text", "Sulla #1 il panel è **divaso**.")
	first.Set("act", "preview")
	got = paolo.Post(w.T, inBrief, first)
	w.says(got, 200, "Così si leggerà")
	if got.Text(".dlf-minor strong") != "divaso" || strings.Contains(stranger.Get(w.T, result).Body, "divaso") {
		w.Errorf("shown before it is published: %s", got.Text("main"))
	}
	first.Set("act", "write")
	for range 2 { // pressed twice
		if sent := paolo.Post(w.T, inBrief, first); sent.Status != 303 {
			w.Errorf("%d %s", sent.Status, sent.Text("main"))
		}
	}
	page := stranger.Get(w.T, result)
	w.says(page, 200, "Il giro 1 in breve", "divaso", "che facilita", "Versione 1")
	if page.Count("section a[href='#a1']") != 1 {
		w.Errorf("the statement is not linked: %s", page.Text("section[aria-labelledby=brief]"))
	}
	other := form(paolo.Get(w.T, inBrief), inBrief, "write")
	first.Set("text", "Altro.")
	got = paolo.Post(w.T, inBrief, first)
	w.says(got, 409, "altre parole su questo giro", "Altro.")
	other.Set("text", "Sulla #1 il panel è concorde.")
	if sent := paolo.Post(w.T, inBrief, other); sent.Status != 303 {
		w.Errorf("corrected: %d %s", sent.Status, sent.Text("main"))
	}
	w.says(stranger.Get(w.T, result), 200, "il panel è concorde", "Versione 2")
	w.says(stranger.Get(w.T, "/consultations/"+slug+"/timeline"), 200, "Il giro in breve")
	w.says(paolo.Get(w.T, inBrief), 200, "Versione 1", "divaso", "Versione 2")
	w.says(paolo.Get(w.T, desk), 200, "L’ultimo giro ha il suo «in breve»")
}

// TestGuards: who does not facilitate lets nothing join, and staff read the page.
func TestGuards(t *testing.T) {
	h := webtest.Open(t)
	h.Consultation(t).Announced()
	denied := map[string]webtest.Denial{"a participant": {Who: h.Person(t, "anna"), Status: 403}, "another administration": {Who: h.Person(t, "elena"), Status: 403}}
	refused := map[string]webtest.Denial{}
	for name, d := range denied {
		refused[name] = d
	}
	refused["a moderator"], refused["an administrator"] = webtest.Denial{Who: h.Person(t, "marta"), Status: 403}, webtest.Denial{Who: h.Person(t, "giulia"), Status: 403}
	at := "/desk/" + apptest.Slug + "/joining"
	item := at + "/11111111-1111-4111-8111-111111111111/withdraw"
	words := "/desk/" + apptest.Slug + "/rounds/2/brief"
	h.Guards(t, []string{"/desk/{slug}/joining", "/desk/{slug}/rounds/{number}/brief"}, h.Person(t, "anna"), []webtest.Route{
		{Method: "GET", Path: at, Denied: denied},
		{Method: "POST", Path: at, Form: url.Values{"text": {"x"}}, Denied: refused},
		{Method: "GET", Path: words, Denied: denied},
		{Method: "POST", Path: words, Form: url.Values{"text": {"x"}}, Denied: refused},
		{Method: "GET", Path: item, Denied: denied},
		{Method: "POST", Path: item, Form: url.Values{"reason": {"x"}}, Denied: refused},
	})
}
