package argument_test

import (
	"net/url"
	"strings"
	"testing"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/delphi"
	"delfi/internal/ledger/leaf"
	"delfi/web/webtest"
)

// What a panel argues about the one option of the test.
const (
	con, pro = "Costa troppo per venti posti.", "D’estate manca l’ombra."
	why      = "Dice quello che molti pensano."
)

// TestTheStrongestCaseOfEachSide: the facilitator marks an argument between rounds, in public;
// the next form and the opinion show it first, with who marked it and why.
func TestTheStrongestCaseOfEachSide(t *testing.T) {
	h := webtest.Open(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c := h.Ask(t, "quartiere", webtest.SeveralKinds, 21,
		draft.Item{Kind: "grado", Text: "La piazza si chiude alle auto."}, draft.Item{Kind: "opzione", Text: "Un giardino con venti posti."},
		draft.Item{Kind: "orario", Text: "Dalle 18 alle 20"}, draft.Item{Kind: "orario", Text: "Dalle 20 alle 22"},
		draft.Item{Kind: "luogo", Text: "Parco Ferrari"}, draft.Item{Kind: "luogo", Text: "Piazza Roma"}, draft.Item{Kind: "parole", Text: "Che cosa manca?"})
	items, err := h.Consultations.Items(t.Context(), c.ID)
	must(err)
	cast := func(round int) {
		t.Helper()
		for n := range 21 {
			a := delphi.Answer{Item: items[1].ID.String(), Criteria: []int{1 + n%4, 2, 3}, Reason: con, Argues: delphi.Against}
			if n%2 == 0 {
				a.Reason, a.Argues = pro, delphi.For
			}
			h.Cast(t, c, round, n, ballot.Answers{Given: []delphi.Answer{a}})
		}
	}
	cast(1)
	site := h.Site(t)
	as := func(name string) *webtest.Browser { return site.As(t, h.Person(t, name)) }
	paolo, marta, panelist := as("paolo"), as("marta"), site.As(t, h.Panelist(t, 0))
	const desk, at = "/desk/quartiere/arguments", "/consultations/quartiere"
	if got := paolo.Get(t, desk); got.Status != 200 || got.Count("main form[method=post]") != 0 {
		t.Errorf("while the round is open: %d, %d forms", got.Status, got.Count("main form[method=post]"))
	}
	h.Close(t, c, 1)
	if got := paolo.Get(t, "/desk/quartiere"); got.Count("main a[href='"+desk+"']") != 1 {
		t.Error("the desk does not lead to the arguments")
	}
	page := paolo.Get(t, desk)
	if page.Count("main form[method=post]:not([role=search])") != 2 || page.Count("form#o2-against input[type=radio]") != 1 || page.Text("form#o2-for label:has(input)") == "" && page.Count("form#o2-for input[type=radio]") != 1 {
		t.Fatalf("the desk: %s", page.Text("main"))
	}
	if got := paolo.Post(t, desk, url.Values{"words": {"ombra"}, "do": {"find"}}); got.Status != 303 || got.Location != desk {
		t.Errorf("a search: %d to %q", got.Status, got.Location)
	}
	if got := paolo.Get(t, desk); got.Count("form#o2-against") != 0 || got.Count("form#o2-for input[type=radio]") != 1 {
		t.Errorf("a search for one word: %s", got.Text("main"))
	}
	if got := paolo.Post(t, desk, url.Values{"words": {"ombra"}, "do": {"all"}}); got.Status != 303 || paolo.Get(t, desk).Count("form#o2-against") != 1 {
		t.Errorf("all again: %d", got.Status)
	}
	if got := marta.Get(t, desk); got.Status != 200 || got.Count("main form[method=post]:not([role=search])") != 0 {
		t.Errorf("the moderator: %d, %d forms", got.Status, got.Count("main form[method=post]:not([role=search])"))
	}
	mark := func(b *webtest.Browser, side, text, reason, seen string) webtest.Response {
		t.Helper()
		argument := text
		if text != "-" {
			argument = leaf.Digest([]byte(text))
		}
		return b.Post(t, desk+"/2/"+side, url.Values{"argument": {argument}, "reason": {reason}, "seen": {seen}})
	}
	marked := leaf.Digest([]byte(con))
	for name, one := range map[string]struct {
		got    webtest.Response
		status int
		field  string
	}{
		"no reason":            {mark(paolo, "against", con, " ", "-"), 422, "#f-o2-against-reason"},
		"of the other side":    {mark(paolo, "against", pro, why, "-"), 422, "#f-o2-against-argument"},
		"that nobody gave":     {mark(paolo, "for", "Inventato.", why, "-"), 422, "#f-o2-for-argument"},
		"the moderator's":      {mark(marta, "against", con, why, "-"), 403, ""},
		"of no side":           {mark(paolo, "neither", con, why, "-"), 404, ""},
		"marked, which is not": {mark(paolo, "against", con, why, marked[:63]+"0"), 409, ""},
	} {
		if one.got.Status != one.status || one.field != "" && one.got.Count("#errors a[href='"+one.field+"']") != 1 {
			t.Errorf("an argument %s: %d %s", name, one.got.Status, one.got.Text("main"))
		}
	}
	for range 2 { // pressed twice
		if got := mark(paolo, "against", con, why, "-"); got.Status != 303 || got.Location != desk+"#o2-against" {
			t.Fatalf("marked: %d to %q, %s", got.Status, got.Location, got.Text("main"))
		}
	}
	must2 := func(got webtest.Response) {
		t.Helper()
		if got.Status != 303 {
			t.Fatalf("%d %s", got.Status, got.Text("main"))
		}
	}
	must2(mark(paolo, "for", pro, "Per errore.", "-"))
	must2(mark(paolo, "for", "-", "Non è il più forte.", leaf.Digest([]byte(pro))))
	entries, err := h.Record.Of(t.Context(), c.ID)
	must(err)
	n := 0
	for _, e := range entries {
		if e.Kind == string(consultation.ActMark) {
			n++
			if strings.Contains(e.Body, con) || strings.Contains(e.Body, why) || e.Role != "facilitator" || e.Name == "" {
				t.Errorf("the record has %+v", e)
			}
		}
	}
	if n != 3 {
		t.Errorf("%d marks are in the record, want 3", n)
	}

	must(h.Consultations.OpenRound(t.Context(), h.Person(t, "paolo"), "quartiere", 2))
	h.Drain(t)
	shows := func(got webtest.Response) {
		t.Helper()
		first := got.Page.Find("h3[id^=k-]").Next()
		words := strings.Join(strings.Fields(first.Text()), " ")
		if got.Status != 200 || first.Find(".dlf-con .dlf-said").Text() != "«"+con+"»" || first.Find(".dlf-pro").Length() != 0 || !strings.Contains(words, "dopo il giro 1. «"+why+"»") {
			t.Errorf("%d: first stands %q", got.Status, words)
		}
		if all := got.Page.Find(".dlf-said"); all.First().Text() != "«"+con+"»" || all.Length() < 2 {
			t.Errorf("of %d arguments the first is %q", all.Length(), all.First().Text())
		}
	}
	shows(panelist.Get(t, at+"/rounds/2?item=2"))
	if got := mark(paolo, "for", pro, why, "-"); got.Status != 409 {
		t.Errorf("while a round is open: %d", got.Status)
	}
	cast(2)
	h.Close(t, c, 2)
	must(h.Consultations.Conclude(t.Context(), h.Person(t, "paolo"), "quartiere", "Si è detto tutto."))
	h.Drain(t)
	must(h.Consultations.ForgoMinority(t.Context(), h.Person(t, "paolo"), "quartiere", "Le ragioni stanno nel parere.", ""))
	must(h.Consultations.Publish(t.Context(), h.Person(t, "giulia"), "quartiere", consultation.OpinionTexts{}))
	h.Drain(t)
	opinion := site.Stranger().Get(t, at+"/opinion")
	if got := opinion.Page.Find("#a2 h3[id^=k-]").Next().Find(".dlf-con .dlf-said").Text(); got != "«"+con+"»" {
		t.Errorf("the opinion marks %q", got)
	}
}
