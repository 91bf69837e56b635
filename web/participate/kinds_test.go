package participate_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/delphi"
	"delfi/web/webtest"
)

var shared = []draft.Item{
	{Kind: "grado", Text: "La piazza si chiude alle auto."},
	{Kind: "opzione", Text: "Un giardino con venti posti."},
	{Kind: "orario", Text: "Dalle 18 alle 20"}, {Kind: "orario", Text: "Dalle 20 alle 22"},
	{Kind: "luogo", Text: "Parco Ferrari"}, {Kind: "luogo", Text: "Piazza Roma"}, {Kind: "luogo", Text: "Biblioteca Delfini"},
	{Kind: "parole", Text: "Che cosa manca a queste serate?"},
}

func works(n int) []draft.Item {
	out := []draft.Item{{Text: "Piste ciclabili"}}
	for k := 2; k <= n; k++ {
		out = append(out, draft.Item{Text: fmt.Sprintf("Lavoro %d", k)})
	}
	return out
}

// TestEveryKindIsAsked walks a panelist through forms of every kind of answer.
func TestEveryKindIsAsked(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	h.Ask(t, "quartiere", webtest.SeveralKinds, 1, shared...)
	h.Ask(t, "tram", webtest.Estimates, 1, draft.Item{Kind: "anni", Text: "Tra quanti anni il tram?"}, draft.Item{Kind: "mese", Text: "Quando i bus elettrici?"}, draft.Item{Kind: "giorno", Text: "Quando apre il parco?"})
	h.Ask(t, "lavori", webtest.Ordering, 1, works(20)...)
	t.Run("several kinds", func(t *testing.T) { severalKinds(t, site.As(t, h.Panelist(t, 0))) })
	t.Run("estimates and dates", func(t *testing.T) { estimates(t, site.As(t, h.Panelist(t, 0))) })
	t.Run("an order", func(t *testing.T) { inOrder(t, site.As(t, h.Panelist(t, 0))) })
	t.Run("nothing is lost", func(t *testing.T) { nothingIsLost(t, site.As(t, h.Panelist(t, 0))) })
}

// severalKinds: criteria, a choice, a selection and words in one consultation.
func severalKinds(t *testing.T, b *webtest.Browser) {
	form := at("quartiere", "/rounds/1")
	send := func(more url.Values) webtest.Response { t.Helper(); return b.Post(t, form, more) }
	page := b.Get(t, form+"?item=2")
	if page.Count("fieldset[role=radiogroup]") != 3 || page.Count("input[checked]") != 0 || page.Text("main h1") != "Domanda 2 di 5" {
		t.Errorf("%d criteria, %q", page.Count("fieldset[role=radiogroup]"), page.Text("main h1"))
	}
	if got := page.Text("fieldset[role=radiogroup]:nth-of-type(3) legend"); got != "costo" || page.Count("input[name=answer_2_costo][value=none]") != 1 || page.Count("input[name=answer_2_costo][value=ns]") != 1 {
		t.Errorf("a criterion of the protocol's own is called %q", got)
	}
	partly := send(url.Values{"item": {"2"}, "answer_2_desirability": {"4"}, "answer_2_feasibility": {"none"}, "reason_2": {"perché sì"}, "act": {"next"}})
	if partly.Status != 422 || partly.Count(".dlf-err a[href='#f-answer_2_feasibility']") != 1 || partly.Count("#f-answer_2_costo") != 1 ||
		partly.Count("input[name=answer_2_desirability][value='4'][checked]") != 1 || partly.Page.Find("#f-reason_2").Text() != "perché sì" {
		t.Errorf("a criterion left out: %d, %q", partly.Status, partly.Text(".dlf-err"))
	}
	whole := url.Values{"item": {"2"}, "answer_2_desirability": {"4"}, "answer_2_feasibility": {"ns"}, "answer_2_costo": {"1"}, "act": {"next"}}
	if got := send(whole); got.Location != form+"?item=3" {
		t.Fatalf("criteria: %d %q %q", got.Status, got.Location, got.Text(".dlf-err"))
	}
	if got := b.Get(t, form+"?item=2"); got.Count("input[checked]") != 3 {
		t.Errorf("%d points stand on the paper", got.Count("input[checked]"))
	}
	if got := send(url.Values{"item": {"2"}, "answer_2_desirability": {"none"}, "answer_2_feasibility": {"none"}, "answer_2_costo": {"none"}, "act": {"go 5"}}); got.Location != form+"?item=5" || b.Get(t, form+"?item=2").Count("input[checked]") != 0 {
		t.Errorf("cleared: %d %q", got.Status, got.Location)
	}
	send(whole)
	// One of a list, with its words.
	choose := func(v string) url.Values {
		return url.Values{"item": {"3"}, "choice_orario": {v}, "list_reason_orario": {"fa meno caldo"}, "act": {"next"}}
	}
	if got := send(choose("")); got.Status != 422 || got.Count(".dlf-err a[href='#f-choice_orario']") != 1 || got.Page.Find("#f-list_reason_orario").Text() != "fa meno caldo" {
		t.Errorf("words about no choice: %d %q", got.Status, got.Text(".dlf-err"))
	}
	long := choose("3")
	long.Set("list_reason_orario", strings.Repeat("ù", 601))
	if got := send(long); got.Status != 422 || got.Count(".dlf-err a[href='#f-list_reason_orario']") != 1 || got.Count("#f-list_reason_orario-error") != 1 {
		t.Errorf("words that are too long: %d %q", got.Status, got.Text(".dlf-err"))
	}
	if got := send(choose("8")); got.Status != 422 {
		t.Errorf("an item of another list: %d", got.Status)
	}
	send(choose("3"))
	send(choose("4"))
	if got := b.Get(t, form+"?item=3"); got.Count("input[name=choice_orario][checked]") != 1 || got.Count("input[value='4'][checked]") != 1 || got.Page.Find("#f-list_reason_orario").Text() != "fa meno caldo" {
		t.Error("the choice is not the one that was made last")
	}
	// At most two of three.
	three := url.Values{"item": {"4"}, "answer_5": {"yes"}, "answer_6": {"yes"}, "answer_7": {"yes"}, "act": {"next"}}
	if got := send(three); got.Status != 422 || got.Count("#f-answer_7-error") != 1 || got.Count("input[type=checkbox][checked]") != 3 || !strings.Contains(got.Text(".dlf-count"), "3 scelte, al massimo 2") {
		t.Errorf("too many: %d %q", got.Status, got.Text(".dlf-err"))
	}
	three.Del("answer_6")
	three.Set("nobody_luogo", "yes")
	if got := send(three); got.Status != 422 || got.Count("#f-nobody_luogo-error") != 1 {
		t.Errorf("some and none: %d", got.Status)
	}
	three.Del("nobody_luogo")
	three.Set("reason_7", "c’è l’ombra")
	if got := send(three); got.Location != form+"?item=5" {
		t.Errorf("two of three: %d %q", got.Status, got.Text(".dlf-err"))
	}
	if got := b.Get(t, form+"?item=4"); got.Text(".dlf-count") != "2 scelte, al massimo 2" || got.Count("details[open] #f-reason_7") != 1 {
		t.Errorf("the count says %q", got.Text(".dlf-count"))
	}
	if got := send(url.Values{"item": {"5"}, "reason_8": {"Le panchine."}, "act": {"next"}}); got.Location != form+"?review=1" {
		t.Errorf("words: %d %q", got.Status, got.Location)
	}
	review := b.Get(t, form+"?review=1")
	for _, words := range []string{"4 domande su 5", "È auspicabile? 4", "È fattibile? Non saprei", "costo 1", "Dalle 20 alle 22", "«fa meno caldo»", "Parco Ferrari", "Biblioteca Delfini", "«c’è l’ombra»", "«Le panchine.»"} {
		if !strings.Contains(review.Text("main"), words) {
			t.Errorf("the review lacks %q: %q", words, review.Text("main"))
		}
	}
	if got := send(url.Values{"act": {"deliver"}}); got.Location != form+"/receipt" {
		t.Fatalf("delivered: %d %q", got.Status, got.Text("main"))
	}
	if got := b.Get(t, form+"/receipt").Text("main h2"); !strings.Contains(got, "4 risposte date, 1 lasciata in bianco") {
		t.Errorf("the receipt: %q", got)
	}
	proof := b.Post(t, form+"/proof", url.Values{"understood": {"on"}})
	for _, value := range []string{"4,-,1", "chosen", `"yes"`, `"no"`, `"text"`} {
		if !strings.Contains(proof.Body, value) {
			t.Errorf("the proof file lacks %s", value)
		}
	}
	// What is emptied is taken out.
	send(url.Values{"item": {"4"}, "answer_5_seen": {"yes"}, "answer_6_seen": {"yes"}, "answer_7_seen": {"yes"}, "act": {"next"}})
	send(url.Values{"item": {"5"}, "reason_8": {""}, "act": {"next"}})
	send(url.Values{"item": {"3"}, "choice_orario": {"none"}, "act": {"next"}})
	if got := b.Get(t, form+"?review=1"); got.Count(".dlf-tag.blank") != 4 {
		t.Errorf("emptied: %q", got.Text(".dlf-review"))
	}
}

func estimates(t *testing.T, b *webtest.Browser) {
	form := at("tram", "/rounds/1")
	three := func(low, likely, high, say string) webtest.Response {
		t.Helper()
		return b.Post(t, form, url.Values{"item": {"1"}, "answer_1_low": {low}, "answer_1": {likely}, "answer_1_high": {high}, "answer_1_say": {say}, "act": {"next"}})
	}
	page := b.Get(t, form+"?item=1")
	if page.Count("input[inputmode=decimal]") != 3 || page.Count("input[name=answer_1_say]") != 3 || page.Count("input[type=number], input[type=range]") != 0 || page.Text("#f-answer_1-unit") != "anni" {
		t.Errorf("the form of an estimate: %q", page.Text("fieldset"))
	}
	for _, c := range []struct{ low, likely, high, say, field, words string }{
		{"6", "5", "12", "", "answer_1", "«Probabile» è 5: scrivi un valore da 6 a 12"},
		{"12", "8", "6", "", "answer_1_high", "Il massimo è 6, ma il minimo è 12"},
		{"6", "8", "", "", "answer_1_high", "Scrivi anche questo valore"},
		{"6", "8", "99", "", "answer_1_high", "Dai un valore da 0 a 40"},
		{"6", "presto", "9", "", "answer_1", "Scrivi un numero"},
		{"", "8", "", "never", "answer_1_say", "togli il valore"},
	} {
		got := three(c.low, c.likely, c.high, c.say)
		if got.Status != 422 || got.Count(".dlf-err a[href='#f-"+c.field+"']") != 1 || got.Count("#f-"+c.field) != 1 || !strings.Contains(got.Text("#f-"+c.field+"-error"), c.words) {
			t.Errorf("%+v: %d %q", c, got.Status, got.Text(".dlf-err"))
		}
		if v, _ := got.Page.Find("#f-answer_1").Attr("value"); v != c.likely {
			t.Errorf("%+v: %q is left of what was typed", c, v)
		}
	}
	if got := three("3,4", "3.5", "4", ""); got.Location != form+"?item=2" {
		t.Fatalf("3,4 and 3.5: %d %q", got.Status, got.Text(".dlf-err"))
	}
	if v, _ := b.Get(t, form+"?item=1").Page.Find("#f-answer_1").Attr("value"); v != "4" {
		t.Errorf("3.5 is kept as %q", v)
	}
	month := func(month, year, act string) webtest.Response {
		t.Helper()
		return b.Post(t, form, url.Values{"item": {"2"}, "answer_2_month": {month}, "answer_2_year": {year}, "answer_2_say": {""}, "act": {act}})
	}
	if got := month("", "2031", "next"); got.Status != 422 || got.Count(".dlf-err a[href='#f-answer_2']") != 1 || got.Count("#f-answer_2[name=answer_2_month]") != 1 {
		t.Errorf("a year without its month: %d", got.Status)
	}
	if got := month("9", "1931", "next"); got.Status != 422 {
		t.Errorf("a date that is past: %d", got.Status)
	}
	if got := month("9", "2031", "next"); got.Location != form+"?item=3" {
		t.Fatalf("a month: %d %q", got.Status, got.Text(".dlf-err"))
	}
	b.Post(t, form, url.Values{"item": {"3"}, "answer_3_day": {""}, "answer_3_month": {""}, "answer_3_year": {""}, "answer_3_say": {"never"}, "act": {"next"}})
	review := b.Get(t, form+"?review=1").Text(".dlf-review")
	for _, words := range []string{"minimo 3, probabile 4, massimo 4 anni", "settembre 2031", "Mai"} {
		if !strings.Contains(review, words) {
			t.Errorf("the review lacks %q: %q", words, review)
		}
	}
	if got := month("", "", "go 1"); got.Location != form+"?item=1" || b.Get(t, form+"?review=1").Count(".dlf-tag.blank") != 1 {
		t.Errorf("an emptied date: %d %q", got.Status, got.Location)
	}
}

// listed are the items of a ranking as its page lists them, by their numbers: those that
// have a place, and the others.
func listed(page webtest.Response) (placed, rest []string) {
	for _, part := range []struct {
		selector string
		into     *[]string
	}{{"ol.dlf-rank > li", &placed}, {"ul.dlf-rank > li", &rest}} {
		page.Page.Find(part.selector).Each(func(_ int, li *goquery.Selection) {
			name, _ := li.Find("select").Attr("name")
			*part.into = append(*part.into, strings.TrimPrefix(name, "answer_"))
		})
	}
	return placed, rest
}

// press sends a ranking's page as a browser does, with some numbers chosen anew.
func press(t *testing.T, b *webtest.Browser, form string, page webtest.Response, act string, chosen map[string]string) webtest.Response {
	t.Helper()
	sent := url.Values{"item": {"1"}, "act": {act}}
	page.Page.Find(".dlf-rank > li").Each(func(_ int, li *goquery.Selection) {
		name, _ := li.Find("select").Attr("name")
		v, _ := li.Find("option[selected]").Attr("value")
		if c, ok := chosen[name]; ok {
			v = c
		}
		was, _ := li.Find("input[type=hidden]").Attr("value")
		sent.Set(name, v)
		sent.Set("was_"+strings.TrimPrefix(name, "answer_"), was)
	})
	return b.Post(t, form, sent)
}

// inOrder: twenty items, none placed at first, moved by buttons and by numbers.
func inOrder(t *testing.T, b *webtest.Browser) {
	form := at("lavori", "/rounds/1")
	here := form + "?item=1"
	page := b.Get(t, here)
	placed, rest := listed(page)
	if len(placed) != 0 || len(rest) != 20 || page.Text("main h1") != "Domanda 1 di 1" {
		t.Fatalf("%d placed, %d not, on %q", len(placed), len(rest), page.Text("main h1"))
	}
	if _, again := listed(b.Get(t, here)); strings.Join(again, " ") != strings.Join(rest, " ") {
		t.Error("the reader is given another order each time")
	}
	// An untouched list is no answer.
	if got := press(t, b, form, page, "review", nil); got.Location != form+"?review=1" || b.Get(t, form+"?review=1").Count(".dlf-tag.blank") != 1 {
		t.Errorf("untouched: %d %q", got.Status, got.Location)
	}
	for n := range rest {
		page = b.Get(t, here)
		if got := press(t, b, form, page, "end "+rest[n], nil); got.Location != here {
			t.Fatalf("put last: %d %q", got.Status, got.Text(".dlf-err"))
		}
		if page = b.Get(t, here); n == 4 {
			if placed, left := listed(page); strings.Join(placed, " ") != strings.Join(rest[:5], " ") || strings.Join(left, " ") != strings.Join(rest[5:], " ") {
				t.Errorf("five put last, one after the other: %v, %v", placed, left)
			}
			if page.Count("[autofocus]") != 1 || page.Count("button[value='end "+rest[5]+"'][autofocus]") != 1 {
				t.Error("the page does not begin at the next one")
			}
			if review := b.Get(t, form+"?review=1"); review.Count(".dlf-tag.partial") != 1 || !strings.Contains(review.Text(".dlf-review"), "5 messe su 20") {
				t.Errorf("an order that is not whole: %q", review.Text(".dlf-review"))
			}
		}
	}
	first, last := rest[0], rest[19]
	// The last to the first place: a number, and the button.
	if got := press(t, b, form, page, "order 1", map[string]string{"answer_" + last: "1"}); got.Location != here {
		t.Fatalf("to the first place: %d %q", got.Status, got.Text(".dlf-err"))
	}
	page = b.Get(t, here)
	if placed, _ := listed(page); placed[0] != last || placed[1] != first || placed[19] != rest[18] {
		t.Errorf("the last came first: %v", placed)
	}
	if page.Count("[role=status][autofocus]") != 1 {
		t.Error("the page does not begin at what was done")
	}
	if again := b.Get(t, here); again.Count("[autofocus], .moved") != 0 {
		t.Error("the page begins there for ever")
	}
	// One down and up again: the page begins at the same button, which names the place.
	for _, c := range []struct{ verb, place string }{{"down", "2"}, {"down", "3"}, {"up", "2"}, {"up", "1"}, {"up", "1"}} {
		if got := press(t, b, form, page, c.verb+" "+last, nil); got.Location != here {
			t.Fatalf("%s: %d", c.verb, got.Status)
		}
		page = b.Get(t, here)
		button := "button[value='" + c.verb + " " + last + "'][autofocus]"
		if !strings.HasSuffix(page.Text(button), "posizione "+c.place+" di 20") || page.Count("li.moved[value='"+c.place+"']") != 1 || !strings.Contains(page.Text("[role=status]"), "posizione "+c.place+" di 20. Salvato.") {
			t.Errorf("%s: %q, %q", c.verb, page.Text(button), page.Text("[role=status]"))
		}
	}
	if page.Count("button[disabled]") != 0 || page.Count("button[aria-disabled]") != 2 {
		t.Error("a button that can go no further cannot keep the focus")
	}
	if page.Count("form input[name=answer_1]") != 0 || page.Count("script[src$='/js/order.js']") != 1 {
		t.Error("the page of an order is not whole")
	}
	twice := map[string]string{"answer_" + placedAt(page, 5): "3", "answer_" + placedAt(page, 9): "3"}
	got := press(t, b, form, page, "next", twice)
	if got.Status != 422 || got.Count(".dlf-err li") != 1 || got.Count("button[value^='part ']") != 1 || !strings.Contains(got.Text(".dlf-err"), "ha il numero 3") {
		t.Errorf("two with one number: %d %q", got.Status, got.Text(".dlf-err"))
	}
	if apart := press(t, b, form, got, "part 1", nil); apart.Location != here {
		t.Errorf("one after the other: %d %q", apart.Status, apart.Text(".dlf-err"))
	}
	if placed, _ := listed(b.Get(t, here)); len(placed) != 20 {
		t.Errorf("%d have a place", len(placed))
	}
	if got := press(t, b, form, b.Get(t, here), "next", map[string]string{"answer_" + last: "21"}); got.Status != 422 {
		t.Errorf("place 21 of 20: %d", got.Status)
	}
	if got := b.Post(t, form, url.Values{"act": {"deliver"}}); got.Location != form+"/receipt" {
		t.Errorf("delivered: %d %q", got.Status, got.Text("main"))
	}
}

func placedAt(page webtest.Response, place int) string {
	placed, _ := listed(page)
	return placed[place-1]
}

// nothingIsLost: whatever button is pressed, what stands in the form is in the draft when
// the page is opened again, in either language.
func nothingIsLost(t *testing.T, b *webtest.Browser) {
	form := at("tram", "/rounds/1")
	for n, act := range []string{"next", "enter", "back", "go 3", "review", "all", "language en", "language it"} {
		v := strconv.Itoa(10 + n)
		got := b.Post(t, form, url.Values{"item": {"1"}, "answer_1_low": {v}, "answer_1": {v}, "answer_1_high": {v}, "answer_1_say": {""}, "act": {act}})
		want := []string{"?item=2", "?item=2", "?item=1", "?item=3", "?review=1", "?all=1", "?item=1&lang=en", "?item=1&lang=it"}[n]
		if got.Status != 303 || !strings.HasSuffix(got.Location, form+want) || strings.HasPrefix(got.Location, "/en/") != (act == "language en") {
			t.Errorf("%s leads to %d %q", act, got.Status, got.Location)
		}
		if kept, _ := b.Twin().Get(t, form+"?item=1").Page.Find("#f-answer_1").Attr("value"); kept != v {
			t.Errorf("%s: %q is kept instead of %q", act, kept, v)
		}
	}
	// Fifty jumps, each seen by a tab that was opened anew.
	held := map[int]string{}
	for n := range 50 {
		k, to, v := 1+n%3, 1+(2*n+1)%3, strconv.Itoa(1+n%9)
		sent := url.Values{"item": {strconv.Itoa(k)}, "act": {fmt.Sprintf("go %d", to)}}
		field := fmt.Sprintf("answer_%d", k)
		switch k {
		case 1:
			sent["answer_1_low"], sent["answer_1"], sent["answer_1_high"] = []string{v}, []string{v}, []string{v}
		case 2:
			field += "_month"
			sent["answer_2_month"], sent["answer_2_year"] = []string{v}, []string{"2031"}
		case 3:
			field += "_day"
			sent["answer_3_day"], sent["answer_3_month"], sent["answer_3_year"] = []string{v}, []string{"5"}, []string{"2027"}
		}
		if got := b.Post(t, form, sent); got.Location != fmt.Sprintf("%s?item=%d", form, to) {
			t.Fatalf("jump %d: %d %q", n, got.Status, got.Text(".dlf-err"))
		}
		held[k] = field + "=" + v
		tab := b.Twin().Get(t, form+"?all=1")
		for _, pair := range held {
			name, want, _ := strings.Cut(pair, "=")
			if got, _ := tab.Page.Find("input[name=" + name + "]").Attr("value"); strings.TrimLeft(got, "0") != want {
				t.Fatalf("jump %d: %s holds %q, not %s", n, name, got, want)
			}
		}
	}
	page := b.Get(t, form+"?item=1")
	if page.Count("header button[form=ballot][value='language en']") != 1 || page.Count("header a.dlf-switch") != 0 {
		t.Error("the switch of the language leaves the form")
	}
	if page.Count("a[href*='item='], a[href*='all=1']") != 0 {
		t.Error("a link leaves the form unsaved")
	}
	if first, _ := page.Page.Find("[form=ballot], #ballot button[type=submit]").First().Attr("value"); first != "enter" {
		t.Errorf("Enter presses %q", first)
	}
}

// TestTheSecondRoundMarksWhatWasSaid: what was answered before is marked and never filled
// in, and one button keeps it.
func TestTheSecondRoundMarksWhatWasSaid(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	c := h.Ask(t, "quartiere", webtest.SeveralKinds, 24, shared...)
	items, err := h.Consultations.Items(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 24 {
		h.Cast(t, c, 1, n, sharedAnswers(items, n))
	}
	h.Next(t, c, 1)
	form := at("quartiere", "/rounds/2")
	b := site.As(t, h.Panelist(t, 0))
	for k, want := range map[int]struct{ mark, keep string }{
		2: {"fieldset .dlf-opt.was", "keep 2"}, 3: {".dlf-check.was input[value='3']", ""}, 4: {".dlf-check.was input[name=answer_5]", "keep 5"}, 5: {"", ""},
	} {
		page := b.Get(t, fmt.Sprintf("%s?item=%d", form, k))
		if page.Status != 200 || page.Count("main input[checked], main option[selected]:not([value=''])") != 0 {
			t.Errorf("question %d: %d, %d chosen", k, page.Status, page.Count("main input[checked]"))
		}
		if want.mark != "" && page.Count(want.mark) == 0 {
			t.Errorf("question %d does not mark what was answered: %q", k, page.Text("main"))
		}
		if want.keep == "" {
			continue
		}
		if got := b.Post(t, form, url.Values{"item": {strconv.Itoa(k)}, "act": {want.keep}}); got.Location != fmt.Sprintf("%s?item=%d", form, k) {
			t.Errorf("question %d is not kept: %d %q", k, got.Status, got.Text(".dlf-err"))
		}
	}
	criteria := b.Get(t, form+"?item=2")
	if criteria.Count(".dlf-crit svg.dlf-chart[role=img] > title") != 3 || criteria.Count(".dlf-crit svg > desc") != 3 || criteria.Count(".dlf-bar-own") == 0 {
		t.Error("a criterion has no picture with words, or the reader's own answer no mark")
	}
	if !strings.Contains(criteria.Text("main"), "ragione 1") {
		t.Error("the reasons about an option are not shown")
	}
	if got := b.Get(t, form+"?item=3"); got.Count(".dlf-bars svg[role=img] > title") != 2 || !strings.Contains(got.Text("main"), "La scelta più frequente è «Dalle 18 alle 20»: il 67 %") {
		t.Errorf("the choices: %q", got.Text("main"))
	}
	if got := b.Get(t, form+"?item=4").Text(".dlf-bars"); !strings.Contains(got, "Parco Ferrari · la tua") || !strings.Contains(got, "100 % 24 persone su 24") || !strings.Contains(got, "50 % 12 persone su 24") || !strings.Contains(got, "0 % 0 persone su 24") {
		t.Errorf("the selections: %q", got)
	}
	if got := b.Get(t, form+"?item=5").Text("main"); !strings.Contains(got, "parole 3") || strings.Contains(got, "Troppo poche") {
		t.Errorf("the words: %q", got)
	}
	if review := b.Get(t, form+"?review=1"); review.Count(".dlf-tag.kept") != 2 {
		t.Errorf("kept: %q", review.Text(".dlf-review"))
	}
}

// sharedAnswers are those of the n-th of a panel to the consultation of several kinds.
func sharedAnswers(items []consultation.Item, n int) ballot.Answers {
	var in ballot.Answers
	add := func(k int, a delphi.Answer) {
		a.Item = items[k].ID.String()
		in.Given = append(in.Given, a)
	}
	add(0, delphi.Answer{Value: 1 + n%4})
	add(1, delphi.Answer{Criteria: []int{1 + n%4, 3 + n%2, 4 - n%3}, Reason: fmt.Sprintf("ragione %d", n%5), Argues: delphi.For})
	add(2+n%3%2, delphi.Answer{Value: 1})
	add(4, delphi.Answer{Value: 1})
	add(5, delphi.Answer{Value: n % 2})
	add(6, delphi.Answer{})
	add(7, delphi.Answer{Reason: fmt.Sprintf("parole %d", n%7)})
	return in
}

// TestFiguresOfEstimatesAndOrders: quartiles with one's own mark beside an estimate, and
// mean ranks in words beside each entry of an order.
func TestFiguresOfEstimatesAndOrders(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	tram := h.Ask(t, "tram", webtest.Estimates, 24, draft.Item{Kind: "anni", Text: "Tra quanti anni il tram?"}, draft.Item{Kind: "mese", Text: "Quando i bus elettrici?"})
	lavori := h.Ask(t, "lavori", webtest.Ordering, 24, works(5)...)
	for _, c := range []consultation.Consultation{tram, lavori} {
		items, err := h.Consultations.Items(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 24 {
			var in ballot.Answers
			for k, i := range items {
				a := delphi.Answer{Item: i.ID.String(), Value: 1 + k}
				switch {
				case c.Slug == "tram" && k == 0 && n > 21:
					a = delphi.Answer{Item: a.Item, Never: true}
				case c.Slug == "tram" && k == 0:
					a.Low, a.Value, a.High = 4+n%3, 7+n%4, 12
				case c.Slug == "tram":
					a.Value = 2029*12 + n
				case n == 0: // the other way round
					a.Value = 5 - k
				}
				in.Given = append(in.Given, a)
			}
			h.Cast(t, c, 1, n, in)
		}
		h.Next(t, c, 1)
	}
	last := site.As(t, h.Panelist(t, 23))
	page := last.Get(t, at("tram", "/rounds/2?item=1"))
	for _, words := range []string{"La metà centrale comincia a 7,8 e finisce a 10; la mediana è 8,5 anni.", "Dice «mai» l’8 %.", "Per il minimo la mediana è 5, per il massimo 12 anni.", "sta fuori dalla metà centrale: se vuoi"} {
		if !strings.Contains(page.Text("main"), words) {
			t.Errorf("the estimate lacks %q: %q", words, page.Text("main"))
		}
	}
	if page.Count("svg.dlf-chart[role=img] > desc") != 1 || page.Count("details table tbody tr") != 5 || !strings.Contains(page.Text("svg"), "tu: mai") {
		t.Errorf("the picture of an estimate: %q, %d rows", page.Text("svg"), page.Count("details table tbody tr"))
	}
	date := last.Get(t, at("tram", "/rounds/2?item=2")).Text("main")
	for _, words := range []string{"comincia tra giugno 2029 e luglio 2029 e finisce tra giugno 2030 e luglio 2030; la mediana sta tra dicembre 2029 e gennaio 2030.", "Al giro scorso hai risposto:dicembre 2030"} {
		if !strings.Contains(date, words) {
			t.Errorf("the date lacks %q: %q", words, date)
		}
	}
	order := site.As(t, h.Panelist(t, 0)).Get(t, at("lavori", "/rounds/2?item=1"))
	if order.Count("ul.dlf-rank svg[role=img] > title") != 5 || !strings.Contains(order.Text("main"), "Gli ordini si somigliano molto (W = 0,8") ||
		!strings.Contains(order.Text("main"), "Piste ciclabili: tu al posto 5, il gruppo in media a 1,2") || !strings.Contains(order.Text(".dlf-rank"), "posto medio 1,2 di 5, tu 5") {
		t.Errorf("the order: %q", order.Text("main"))
	}
	if order.Count("ol.dlf-rank, option[selected]:not([value=''])") != 0 {
		t.Error("the order of the round before is filled in")
	}
}
