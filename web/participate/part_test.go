package participate_test

import (
	"net/url"
	"strings"
	"testing"

	"delfi/internal/ledger/leaf"
	"delfi/web/webtest"
)

// Each form that delivers has the script and the drawer of own words; the receipt shows
// the part of its delivery and says how strong it is, and nobody is kept from answering.
func TestEachDeliveryCarriesItsPart(t *testing.T) {
	h := webtest.Open(t).Play(t)
	b, form := enrolled(t, h, h.Site(t), "sergio", webtest.Answering), at(webtest.Answering, "/rounds/3")
	receipt := func() leaf.Receipt {
		t.Helper()
		text, _, _ := strings.Cut(b.Get(t, form+"/receipt.txt").Body, "\n\n")
		r, err := leaf.ParseReceipt(text + "\n")
		if err != nil || leaf.Mark(r.Content, r.Part) != r.Mark {
			t.Fatalf("%+v, %v", r, err)
		}
		return r
	}
	page := b.Get(t, form+"?all=1")
	if page.Count("form[data-part] details[data-fold][open] #f-words") != 1 || page.Count("script[src$='/js/part.js']") != 1 || page.Count("input[name=part]") != 0 {
		t.Errorf("the one page has no part:\n%s", page.Text("main"))
	}
	drawn := strings.Repeat("0a", 16)
	before := ""
	for _, c := range []struct {
		what  string
		sent  url.Values
		part  leaf.Part
		words string
	}{
		{"the one page, with script", url.Values{"part": {drawn}}, leaf.Part{Browser: [16]byte{10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10}}, "estratto dal tuo browser"},
		{"without script", url.Values{"words": {" tigli "}}, leaf.Part{Words: "tigli"}, "parole che hai scritto tu"},
		{"neither", url.Values{}, leaf.Part{}, "Questa ricevuta è più debole"},
		{"what no script drew", url.Values{"part": {drawn + "0a"}}, leaf.Part{}, "Questa ricevuta è più debole"},
	} {
		answer := url.Values{"all": {"1"}, "act": {"deliver"}, "answer_1": {"7"}}
		if before != "" { // another ballot each time
			answer.Set("reason_1", "Perché "+c.what)
		}
		for name, v := range c.sent {
			answer[name] = v
		}
		if got := b.Post(t, form, answer); got.Location != form+"/receipt" {
			t.Fatalf("%s: %d %q", c.what, got.Status, got.Text("main"))
		}
		r := receipt()
		if r.Part != c.part.Digests(leaf.Of(r.Consultation, 3)) || r.Replaces != before {
			t.Errorf("%s: %+v", c.what, r)
		}
		if got := b.Get(t, form+"/receipt").Text("main"); !strings.Contains(got, c.words) {
			t.Errorf("%s: the page does not say %q: %q", c.what, c.words, got)
		}
		before = r.Mark
	}
	// The form in parts: its review has them, once there is something to deliver.
	b.Post(t, form, url.Values{"item": {"2"}, "answer_2": {"5"}, "act": {"next"}})
	if page = b.Get(t, form+"?review=1"); page.Count("form[data-part] details[data-fold][open] #f-words") != 1 || page.Count("script[src$='/js/part.js']") != 1 {
		t.Error("the review has no part")
	}
	if got := b.Post(t, form, url.Values{"act": {"deliver"}, "part": {strings.Repeat("0b", 16)}}); got.Location != form+"/receipt" || receipt().Part.Browser == "" {
		t.Errorf("delivering from the review: %d", got.Status)
	}
	// Words that are too long come back, in the open drawer.
	got := b.Post(t, form, url.Values{"all": {"1"}, "act": {"deliver"}, "answer_1": {"3"}, "words": {strings.Repeat("gatto ", 20)}})
	if got.Status != 422 || got.Count("details[open]:not([data-fold]) #f-words") != 1 {
		t.Errorf("words that are too long: %d", got.Status)
	}
}
