package e2e

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"delfi/web/webtest"
)

// On a telephone of 360 pixels the table of rules and acts shows its last column whole.
func TestTheTableOfRulesFitsATelephone(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(webtest.Open(t).Play(t).Site(t))
	t.Cleanup(server.Close)
	p := &person{t: t, site: &site{URL: "http://delfi.test"}, name: "reader", ctx: launch(t, "MAP delfi.test "+server.Listener.Addr().String())}
	p.do(chromedp.EmulateViewport(360, 740))
	p.open("/consultations/" + webtest.Published + "/moderation")
	var over []int
	p.do(chromedp.Evaluate(`[...document.querySelectorAll(".table-responsive")].map(e => e.scrollWidth - e.clientWidth)`, &over))
	if len(over) == 0 {
		t.Fatal("the page has no table")
	}
	for _, n := range over {
		if n > 0 {
			t.Errorf("%d pixels of a table are cut", n)
		}
	}
}
