package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestZZShots(t *testing.T) {
	s := serve(t, data(t), "--demo")
	g := s.enter(t, "giulia")
	g.open("/desk/new")
	shot := func(name string) {
		for _, w := range []int64{360, 1280} {
			g.do(chromedp.EmulateViewport(w, 900))
			var wide int
			g.do(chromedp.Evaluate(`document.documentElement.scrollWidth`, &wide))
			if wide > int(w) {
				t.Errorf("%s: %d wide at %d", name, wide, w)
			}
			g.shot(fmt.Sprintf("%s-%d", name, w))
		}
	}
	shot("new")
	draft(g)
	g.open("/desk/" + question + "/draft/items")
	g.tick("input[name='items.source'][value=both]")
	g.do(chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil))
	g.fill("#f-paste", "Il prato resta aperto di sera e si pianta un filare.\nNon si costruisce nulla.")
	g.press("button[name=do][value=stay]")
	for _, st := range []string{"variant", "question", "panel", "items", "rounds", "feedback", "staff", "summary"} {
		g.open("/desk/" + question + "/draft/" + st)
		shot(st)
	}
}
