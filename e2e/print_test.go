package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestPrint: on paper everything that folds is read, verdicts keep their chips, and what
// only a screen needs is left out.
func TestPrint(t *testing.T) {
	s := serve(t, data(t), "--demo")
	reader := s.enter(t, "")
	reader.open("/consultations/strade-scolastiche/opinion")
	reader.do(emulation.SetEmulatedMedia().WithMedia("print"), chromedp.EmulateViewport(800, 1100))
	count := func(selector, which string) (n int) {
		t.Helper()
		reader.do(chromedp.Evaluate(`[...document.querySelectorAll(`+"`"+selector+"`"+`)].filter(e => `+which+`).length`, &n))
		return n
	}
	const shown = `e.getBoundingClientRect().height > 0 && e.checkVisibility({contentVisibilityAuto: true})`
	for _, selector := range []string{"main details:not([open]) > :not(summary)", "main .dlf-verdict"} {
		if all, read := count(selector, "true"), count(selector, shown); all == 0 || read != all {
			t.Errorf("print shows %d of %d: %s", read, all, selector)
		}
	}
	for _, selector := range []string{".dlf-demo", ".it-header-wrapper", ".it-footer", ".btn"} {
		if n := count(selector, shown); n > 0 {
			t.Errorf("print shows %d: %s", n, selector)
		}
	}
	reader.shot("opinion-print")
}
