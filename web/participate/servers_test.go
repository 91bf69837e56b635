package participate_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"delfi/web/webtest"
)

// Two servers show one truth of a ballot, whichever of them a request reaches: the
// receipt is of the ballot that counts, and the paper has what was written last.
func TestTwoServersShowOneBallot(t *testing.T) {
	h := webtest.Open(t).Play(t)
	other := h.Beside(t)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	for _, of := range []*webtest.House{h, other} {
		go func() {
			if err := of.Changes.Run(ctx); err != nil {
				t.Error(err)
			}
		}()
	}
	a, b := h.Site(t), other.Site(t)
	form := at(webtest.Answering, "/rounds/3")
	here := a.As(t, h.Panelist(t, 3))
	there := here.At(b)
	deliver := func(who *webtest.Browser, value string) {
		t.Helper()
		got := who.Post(t, form, url.Values{"all": {"1"}, "answer_1": {value}, "words": {"parole"}, "act": {"deliver"}})
		if got.Location != form+"/receipt" {
			t.Fatalf("delivering %s: %d %q", value, got.Status, got.Text("main"))
		}
	}
	mark := func(who *webtest.Browser) string {
		t.Helper()
		got := who.Get(t, form+"/receipt")
		if got.Status != 200 || got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("receipt: %d, %q", got.Status, got.Header.Get("Cache-Control"))
		}
		return strings.ReplaceAll(got.Text("code.dlf-mono"), " ", "")
	}
	chosen := func(who *webtest.Browser) string {
		value, _ := who.Get(t, form+"?all=1").Page.Find("input[name=answer_1][checked]").Attr("value")
		return value
	}
	// Delivered here, delivered there, read here: the ballot of there is the one that counts.
	deliver(here, "2")
	deliver(there, "8")
	if got, want := mark(here), mark(there); got != want || len(want) != 64 {
		t.Errorf("read at the first server: %s; the ballot that counts has %s", got, want)
	}
	// The same the other way round, and with the page read in between.
	first := mark(there)
	deliver(there, "4")
	second := mark(here)
	deliver(here, "6")
	if third := mark(there); third == second || second == first || third != mark(here) {
		t.Errorf("marks %s, %s, %s", first, second, third)
	}
	// A draft that was changed at the other server is the one that is shown, in the
	// paper and in the file.
	here.Post(t, form, url.Values{"item": {"1"}, "answer_1": {"3"}, "act": {"next"}})
	there.Post(t, form, url.Values{"item": {"1"}, "answer_1": {"9"}, "act": {"next"}})
	if got := chosen(here); got != "9" || chosen(there) != got {
		t.Errorf("the paper shows %q at the first server and %q at the second", got, chosen(there))
	}
	note := here.Get(t, form+"/receipt.txt").Body
	if !strings.Contains(note, mark(there)) {
		t.Errorf("the signed receipt is of another ballot:\n%s", note)
	}
}
