package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestPrint: on paper everything that folds is read, verdicts keep their chips, and what
// only a screen needs is left out.
func TestPrint(t *testing.T) {
	t.Parallel()
	s := serve(t, data(t), "--demo")
	reader := s.enter(t, "paolo")
	for name, page := range map[string]struct {
		path   string
		folded bool // it has drawers
		judged bool // it has verdicts
	}{
		"opinion": {"/consultations/strade-scolastiche/opinion", true, true},
		"round":   {"/consultations/strade-scolastiche/rounds/3", true, true},
		"desk":    {"/desk/piazza-della-pomposa", false, false}, // its reasons are empty
	} {
		reader.do(emulation.SetEmulatedMedia().WithMedia(""), chromedp.EmulateViewport(1280, 900))
		reader.open(page.path)
		reader.do(emulation.SetEmulatedMedia().WithMedia("print"), chromedp.EmulateViewport(800, 1100))
		count := func(selector, which string) (n int) {
			t.Helper()
			reader.do(chromedp.Evaluate(`[...document.querySelectorAll(`+"`"+selector+"`"+`)].filter(e => `+which+`).length`, &n))
			return n
		}
		const shown = `e.getBoundingClientRect().height > 0 && e.checkVisibility({contentVisibilityAuto: true})`
		for selector, expected := range map[string]bool{"main details:not([open]) > :not(summary, form:has(:placeholder-shown))": page.folded, "main .dlf-verdict": page.judged, `main svg rect.dlf-bar:not([height="0"])`: page.judged} {
			if all, read := count(selector, "true"), count(selector, shown); (all > 0) != expected || read != all {
				t.Errorf("%s: print shows %d of %d: %s", name, read, all, selector)
			}
		}
		for _, selector := range []string{".dlf-demo", ".it-header-wrapper", ".it-footer", ".btn"} {
			if n := count(selector, shown); n > 0 {
				t.Errorf("%s: print shows %d: %s", name, n, selector)
			}
		}
		// Fields nobody wrote in are left out; long ones are whole.
		if n := count("main .dlf-field :is(input, textarea)", `e.value.trim() === "" && `+shown); n > 0 {
			t.Errorf("%s: print shows %d empty fields", name, n)
		}
		reader.shot(name + "-print")
	}
	administrator := s.enter(t, "giulia")
	administrator.open("/administrations/riva")
	address := "Palazzo del Podestà, piazza della Repubblica 1, secondo piano, ingresso dal cortile degli Ulivi, 50100 Riva d’Arno (FI)"
	administrator.do(chromedp.SetValue("#f-address", address), emulation.SetEmulatedMedia().WithMedia("print"), chromedp.EmulateViewport(560, 1100))
	var cut bool
	administrator.do(chromedp.Evaluate(`(e => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight + 1 || e.offsetHeight === 0)(document.querySelector("#f-address"))`, &cut))
	if cut {
		t.Error("print cuts the address of an administration")
	}
}
