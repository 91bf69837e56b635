package staff_test

import (
	"net/url"
	"strings"
	"testing"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/delphi"
	"delfi/web/webtest"
)

// grades are statements on one scale, in two rounds.
const grades = `{"version": 1, "variant": "classical",
	"panel": {"groups": [{"id": "cittadini", "name": {"it": "Cittadini"}}]},
	"rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
	"item_kinds": [{"id": "grado", "kind": "scale", "points": 5}],
	"consensus": {"rule": "share", "share": {"from": 4, "to": 5}}}`

// asked is a consultation between its two rounds, with three answered statements.
func asked(t *testing.T, h *webtest.House, slug string) []consultation.Item {
	t.Helper()
	c := h.Ask(t, slug, grades, 6, draft.Item{Kind: "grado", Text: "Più alberi."}, draft.Item{Kind: "grado", Text: "Meno auto e più bus."}, draft.Item{Kind: "grado", Text: "Una piazza."})
	items, err := h.Consultations.Items(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 6 {
		in := ballot.Answers{}
		for _, i := range items {
			in.Given = append(in.Given, delphi.Answer{Item: i.ID.String(), Value: 1 + n%5})
		}
		h.Cast(t, c, 1, n, in)
	}
	if err := h.Consultations.CloseRound(t.Context(), h.Person(t, "paolo"), slug, 1, "abbiamo le risposte"); err != nil {
		t.Fatal(err)
	}
	if err := h.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	return items
}

// sends posts a form of a page with its hidden fields and more, and follows what comes back.
func sends(t *testing.T, b *webtest.Browser, at webtest.Response, action string, more url.Values) webtest.Response {
	t.Helper()
	form := at.Page.Find(`main form[action="` + action + `"]`).First()
	if form.Length() == 0 {
		t.Fatalf("no form leads to %s", action)
	}
	values := url.Values{}
	for _, name := range []string{"seen", "version", "parts", "decision"} {
		if f := form.Find("input[type=hidden][name=" + name + "]"); f.Length() > 0 {
			values.Set(name, f.AttrOr("value", ""))
		}
	}
	for name, v := range more {
		values[name] = v
	}
	return b.Post(t, action, values)
}

// follows gets the page that a 303 leads to.
func follows(t *testing.T, b *webtest.Browser, r webtest.Response) webtest.Response {
	t.Helper()
	if r.Status != 303 {
		t.Fatalf("%d: %s", r.Status, r.Text("main"))
	}
	to, _, _ := strings.Cut(r.Header.Get("Location"), "#")
	return b.Get(t, to)
}

// TestNewWords walks the facilitator through the desk between two rounds: the editor's
// fields, what is wrong with them, the confirmation, the undo, following all proposals, and
// the round that does not open.
func TestNewWords(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	const slug = "viali"
	items := asked(t, h, slug)
	path := func(n int, act string) string { return at(slug, "/items/"+items[n].ID.String()+act) }
	paolo := site.As(t, h.Person(t, "paolo"))
	desk := paolo.Get(t, at(slug, ""))
	if got := desk.Text("main .dlf-stateline"); !strings.Contains(got, "3 decisioni da prendere entro") || !strings.Contains(got, "3 affermazioni da decidere") {
		t.Errorf("the desk waits for %q", got)
	}
	if got := site.As(t, h.Person(t, "marta")).Get(t, path(0, "/reword")); got.Status != 403 {
		t.Errorf("a moderator opens the editor: %d", got.Status)
	}
	editor := paolo.Get(t, path(1, "/reword"))
	if editor.Status != 200 || editor.Count("#item-2 form#editor") != 1 || editor.Text("#editor textarea[name=text_1]") != "Meno auto e più bus." || editor.Count("#editor svg.dlf-lineage") != 0 {
		t.Fatalf("%d: %s", editor.Status, editor.Text("#editor"))
	}
	two := sends(t, paolo, editor, path(1, "/reword"), url.Values{"act": {"update"}, "becomes": {"split"}, "text_1": {"Meno auto."}, "reason": {"Due idee."}})
	if two.Status != 200 || two.Count("#editor textarea[name^=text_]") != 2 || two.Text("#editor textarea[name=text_1]") != "Meno auto." || two.Count("#editor svg") != 2 || two.Count("#editor input[name=change]") != 0 {
		t.Fatalf("%d: %s", two.Status, two.Text("#editor"))
	}
	if three := sends(t, paolo, two, path(1, "/reword"), url.Values{"act": {"more"}, "becomes": {"split"}}); three.Count("#editor textarea[name^=text_]") != 3 {
		t.Errorf("one more part: %s", three.Text("#editor"))
	}
	split := url.Values{"act": {"confirm"}, "becomes": {"split"}, "text_1": {"Meno auto."}, "text_2": {""}, "reason": {""}, "left_out": {"il resto"}}
	if bad := sends(t, paolo, two, path(1, "/reword"), split); bad.Status != 422 || bad.Count(`#errors a[href="#f-text_2"]`) != 1 || bad.Count(`#errors a[href="#f-reason"]`) != 1 || bad.Text("#editor textarea[name=left_out]") != "il resto" {
		t.Errorf("%d: %s", bad.Status, bad.Text("#errors"))
	}
	if bad := sends(t, paolo, two, path(1, "/reword"), url.Values{"act": {"confirm"}, "becomes": {"merge"}, "text_1": {"Tutto."}, "reason": {"Sì."}}); bad.Status != 422 || bad.Count(`#editor input[name=with]`) != 2 || !strings.Contains(bad.Text("#errors"), "Scegli almeno") {
		t.Errorf("merged with nothing: %d %s", bad.Status, bad.Text("#errors"))
	}
	split.Set("text_2", "Più bus.")
	split.Set("reason", "Due idee in una.")
	done := follows(t, paolo, sends(t, paolo, two, path(1, "/reword"), split))
	if got := done.Text(".dlf-msg"); !strings.Contains(got, "Affermazione 2: da riformulare") || done.Count(".dlf-msg form") != 1 {
		t.Errorf("after confirming: %q", got)
	}
	if got := done.Text("#decided"); !strings.Contains(got, "Decise (1)") || !strings.Contains(got, "4. Meno auto.") || !strings.Contains(got, "5. Più bus.") {
		t.Errorf("decided: %q", got)
	}
	undone := follows(t, paolo, sends(t, paolo, done, path(1, "/undecide"), nil))
	if undone.Count("#item-2.dlf-row") != 1 || undone.Count("#decided") != 0 {
		t.Errorf("taken back: %s", undone.Text("main"))
	}

	held := follows(t, paolo, sends(t, paolo, undone, path(0, "/decide"), url.Values{"decision": {"reword"}, "reason": {"È ambigua."}}))
	if held.Count("#wordless #item-1 form#editor") != 1 || held.Text("#editor textarea[name=reason]") != "È ambigua." {
		t.Fatalf("decided to reword: %s", held.Text("main"))
	}
	all := follows(t, paolo, sends(t, paolo, held, at(slug, "/decide-all"), nil))
	if got := all.Text(".dlf-msg"); !strings.Contains(got, "3 affermazioni sono decise") || !strings.Contains(got, "Da riformulare: 1") {
		t.Errorf("after following all: %q", got)
	}
	if all.Count("#decided details[open]") != 1 || !strings.Contains(all.Text("main .dlf-stateline"), "Una riformulazione aspetta parole nuove") {
		t.Errorf("the desk: %s", all.Text("main .dlf-stateline"))
	}
	if got := all.Text("main"); !strings.Contains(got, "Il pulsante che apre il giro 2 compare qui") {
		t.Errorf("the desk offers to open the round: %s", got)
	}
	refused := sends(t, paolo, paolo.Get(t, at(slug, "/rounds/2/open")), at(slug, "/rounds/2/open"), nil)
	if refused.Status != 409 || !strings.Contains(refused.Text("main [role=alert]"), "L’affermazione 1 è da riformulare") || refused.Count(`main [role=alert] a[href="/desk/viali#item-1"]`) != 1 {
		t.Errorf("a round opens without words: %d %s", refused.Status, refused.Text("main [role=alert]"))
	}
	words := url.Values{"act": {"confirm"}, "becomes": {"one"}, "change": {"editorial"}, "text_1": {"Più alberi nei viali."}, "reason": {"È ambigua."}}
	follows(t, paolo, sends(t, paolo, paolo.Get(t, path(0, "/reword")), path(0, "/reword"), words))
	if now, err := h.Consultations.Items(t.Context(), items[0].Consultation); err != nil || now[0].Text != "Più alberi nei viali." || now[0].Was != "Più alberi." {
		t.Errorf("%v %+v", err, now[0])
	}
	if en := paolo.Get(t, "/en"+path(0, "/reword")); en.Status != 200 || !strings.Contains(en.Text("#editor"), "you mend the words that you have confirmed") {
		t.Errorf("in English: %d %s", en.Status, en.Text("#editor"))
	}
	// A substantive one besides, and the panel and the public read what became of each.
	follows(t, paolo, sends(t, paolo, paolo.Get(t, path(2, "/reword")), path(2, "/undecide"), nil))
	merge := url.Values{"act": {"confirm"}, "becomes": {"merge"}, "with": {items[1].ID.String()}, "text_1": {"Una piazza per chi cammina."}, "reason": {"Dicono lo stesso."}}
	follows(t, paolo, sends(t, paolo, paolo.Get(t, path(2, "/reword")), path(2, "/reword"), merge))
	ready := paolo.Get(t, at(slug, "/rounds/2/open"))
	if got := ready.Text("main"); !strings.Contains(got, "2 affermazioni si chiedono") || !strings.Contains(got, "Partono almeno 5 lettere.") {
		t.Errorf("before opening: %s", got)
	}
	opened := follows(t, paolo, sends(t, paolo, ready, at(slug, "/rounds/2/open"), nil))
	if got := opened.Text("main"); opened.Status != 200 || !strings.Contains(got, "Il giro è aperto") || !strings.Contains(got, "del registro pubblico") {
		t.Errorf("after opening: %d %s", opened.Status, got)
	}
	paper := site.As(t, h.Panelist(t, 0)).Get(t, "/consultations/"+slug+"/rounds/2?item=1").Text("main")
	if !strings.Contains(paper, "nei viali") || !strings.Contains(paper, "Parole cambiate") && !strings.Contains(paper, "cambiat") {
		t.Errorf("the form of an editorial change says %q", paper)
	}
	paper = site.As(t, h.Panelist(t, 0)).Get(t, "/consultations/"+slug+"/rounds/2?item=2").Text("main")
	for _, want := range []string{"Una piazza per chi cammina.", "Prende il posto dell’affermazione 2, che diceva: «Meno auto e più bus.»", "Prende il posto dell’affermazione 3, che diceva: «Una piazza.»"} {
		if !strings.Contains(paper, want) {
			t.Errorf("the form of a merged statement does not say %q: %s", want, paper)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	who := h.Person(t, "paolo")
	must(h.Consultations.CloseRound(t.Context(), who, slug, 2, "abbiamo le risposte"))
	must(h.Jobs.Drain(t.Context()))
	must(h.Consultations.Conclude(t.Context(), who, slug, ""))
	must(h.Jobs.Drain(t.Context()))
	must(h.Consultations.Publish(t.Context(), h.Person(t, "giulia"), slug, consultation.OpinionTexts{}))
	opinion := site.Stranger().Get(t, "/consultations/"+slug+"/opinion").Text("main")
	for _, want := range []string{
		"Al giro 1 diceva: «Più alberi.». Riformulata perché: «È ambigua.»",
		"Prende il posto dell’affermazione 2: «Meno auto e più bus.». Riformulata perché: «Dicono lo stesso.»", "Al suo posto, l’affermazione 4: «Una piazza per chi cammina.»",
	} {
		if !strings.Contains(opinion, want) {
			t.Errorf("the opinion does not say %q: %s", want, opinion)
		}
	}
}
