package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// public lists the pages of the demonstration that anybody can open.
var public = []string{
	"/", "/consultations/strade-scolastiche", "/consultations/strade-scolastiche/opinion", "/record/", "/record/strade-scolastiche",
	"/consultations/strade-scolastiche/rounds/2", "/consultations/strade-scolastiche/rounds/3", "/consultations/strade-scolastiche/contributions",
	"/consultations/piazza-della-pomposa", "/consultations/piazza-della-pomposa/rounds/2", "/consultations/piazza-della-pomposa/rounds/3",
	"/consultations/alberi-nei-viali", "/consultations/alberi-nei-viali/contributions", "/consultations/orari-biblioteche",
	"/help/how-it-works", "/help/protection", "/help/accessibility", "/help/privacy", "/nothing-here",
}

func TestEveryPublicPageInBothLanguagesAndOnASmallScreen(t *testing.T) {
	s := serve(t, data(t), "--demo")
	for _, lang := range []string{"", "/en"} {
		for _, width := range []int64{1280, 320} {
			p := s.enter(t, "", emulation.SetDeviceMetricsOverride(width, 900, 1, width < 500))
			p.lang = lang
			p.do(chromedp.Navigate(s.URL + "/?lang=" + map[string]string{"": "it", "/en": "en"}[lang]))
			for i, path := range public {
				p.open(path)
				if strings.HasSuffix(path, "/opinion") && lang == "" && width == 1280 {
					p.picture("opinion")
				}
				p.shot(fmt.Sprintf("page%s-%d-%02d", map[string]string{"": "-it", "/en": "-en"}[lang], width, i))
				var over int64
				p.do(chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over))
				if over > 0 {
					t.Errorf("%s%s at %d px scrolls sideways by %d", lang, path, width, over)
				}
			}
		}
	}
}

func TestABallotWithoutJavaScript(t *testing.T) {
	s := serve(t, data(t), "--demo")
	p := s.enter(t, "anna")
	// From here on the pages' own scripts are off; the test still looks.
	p.do(emulation.SetScriptExecutionDisabled(true))
	p.plain("/consultations/piazza-della-pomposa/enrol")
	p.click(`form[action$="/enrol"] input[type=checkbox]`)
	p.leave(chromedp.Click(`form[action$="/enrol"] button[type=submit]`, chromedp.ByQuery))
	p.plain("/consultations/piazza-della-pomposa/rounds/3?all=1")
	for i := 1; i <= 5; i++ {
		p.click(fmt.Sprintf(`input[name=answer_%d][value="7"]`, i))
	}
	p.leave(chromedp.Click(`button[value=review]`, chromedp.ByQuery))
	p.leave(chromedp.Click(`button[value=deliver]`, chromedp.ByQuery))
	p.do(chromedp.WaitReady("code.dlf-mono", chromedp.ByQuery))
}

// plain opens a page without looking at it by script.
func (p *person) plain(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.site.URL+path), chromedp.WaitReady("main", chromedp.ByQuery))
}

// click clicks what is there, if it is there.
func (p *person) click(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(selector, chromedp.ByQuery, chromedp.AtLeast(0)))
}

func TestABallotByKeyboardAloneOnASmallScreen(t *testing.T) {
	s := serve(t, data(t), "--demo")
	p := s.enter(t, "karim", emulation.SetDeviceMetricsOverride(320, 640, 1, true))
	p.open("/consultations/piazza-della-pomposa/enrol")
	p.tabTo(`form[action$="/enrol"] button[type=submit]`, `form[action$="/enrol"] input[type=checkbox]`)
	p.enterKey()
	for i := 1; i <= 5; i++ {
		p.open(fmt.Sprintf("/consultations/piazza-della-pomposa/rounds/3?item=%d", i))
		p.shot("form-320")
		p.tabTo(fmt.Sprintf(`input[name=answer_%d]`, i))
		p.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
		p.tabTo(`button[value=next]`)
		p.enterKey()
	}
	p.open("/consultations/piazza-della-pomposa/rounds/3?review=1")
	p.tabTo(`button[value=deliver]`)
	p.enterKey()
	p.do(chromedp.WaitReady("code.dlf-mono", chromedp.ByQuery))
	p.shot("receipt-320")
}

// tabTo presses Tab until the focus is on what the selector finds; boxes that it
// meets on the way and that the second selector finds are ticked with the space bar.
func (p *person) tabTo(selector string, boxes ...string) {
	p.t.Helper()
	for range 120 {
		p.do(chromedp.KeyEvent(kb.Tab))
		var here bool
		for _, box := range boxes {
			p.do(chromedp.Evaluate(fmt.Sprintf(`document.activeElement.matches(%q) && !document.activeElement.checked`, box), &here))
			if here {
				p.do(chromedp.KeyEvent(" "))
			}
		}
		p.do(chromedp.Evaluate(fmt.Sprintf(`document.activeElement.matches(%q)`, selector), &here))
		if here {
			return
		}
	}
	p.t.Fatalf("the keyboard never reaches %s at %s", selector, p.at())
}

func (p *person) enterKey() {
	p.t.Helper()
	p.leave(chromedp.KeyEvent(kb.Enter))
}
