package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"delfi/internal/ledger/leaf"
)

// public lists the pages of the demonstration that anybody can open.
var public = []string{
	"/", "/consultations/strade-scolastiche", "/consultations/strade-scolastiche/opinion", "/record", "/record/strade-scolastiche",
	"/consultations/strade-scolastiche/rounds/2", "/consultations/strade-scolastiche/rounds/3", "/consultations/strade-scolastiche/contributions", "/consultations/strade-scolastiche/moderation",
	"/consultations/piazza-della-pomposa", "/consultations/piazza-della-pomposa/rounds/2", "/consultations/piazza-della-pomposa/rounds/3",
	"/consultations/alberi-nei-viali", "/consultations/alberi-nei-viali/contributions", "/consultations/orari-biblioteche",
	"/help/how-it-works", "/help/protection", "/help/accessibility", "/help/privacy", "/nothing-here",
}

func TestEveryPublicPageInBothLanguagesAndOnASmallScreen(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
	// The drawer of own words stands open, and its field can be written in.
	p.do(chromedp.WaitVisible("#f-words", chromedp.ByQuery), chromedp.SendKeys("#f-words", "tre civette", chromedp.ByQuery))
	p.leave(chromedp.Click(`button[value=deliver]`, chromedp.ByQuery))
	p.do(chromedp.WaitReady("code.dlf-mono", chromedp.ByQuery))
	r := p.receipt()
	if want := (leaf.Part{Words: "tre civette"}).Digests(leaf.Of(r.Consultation, 3)); r.Part != want {
		t.Errorf("the receipt shows the part %q, want %q", r.Part.Line(), want.Line())
	}
}

// receipt reads the signed text that the receipt's page shows.
func (p *person) receipt() leaf.Receipt {
	p.t.Helper()
	var note string
	p.do(chromedp.Text("pre.dlf-mono", &note, chromedp.ByQuery))
	text, _, _ := strings.Cut(note, "\n\n")
	r, err := leaf.ParseReceipt(text + "\n")
	if err != nil || leaf.Mark(r.Content, r.Part) != r.Mark {
		p.t.Fatalf("%s has the receipt %q: %v", p.name, note, err)
	}
	return r
}

// The page's own script has the browser draw a value for each delivery: on the one page,
// in the review, and again when a ballot is revised. It folds the drawer of own words,
// and the value lies nowhere on the page.
func TestTheBrowserDrawsAPartOfEachBallot(t *testing.T) {
	t.Parallel()
	s := serve(t, data(t), "--demo")
	p := s.enter(t, "anna")
	const round = "/consultations/piazza-della-pomposa/rounds/3"
	p.open("/consultations/piazza-della-pomposa/enrol")
	p.do(chromedp.Evaluate(`document.querySelectorAll("form[action$='/enrol'] input[type=checkbox]").forEach(box => box.click())`, nil))
	p.press(`form[action$="/enrol"] button[type=submit]`)
	seen := map[string]bool{}
	for n, path := range []string{"?all=1", "?review=1", "?all=1"} {
		if path == "?review=1" { // something to deliver first
			p.open(round + "?item=2")
			p.tick(`input[name=answer_2][value="3"]`)
			p.press(`button[value=next]`)
		}
		p.open(round + path)
		if path == "?all=1" {
			p.tick(fmt.Sprintf(`input[name=answer_1][value="%d"]`, 5+n))
		}
		if p.count("details[data-fold]:not([open]) #f-words") != 1 || p.count("[data-unscripted]:not([hidden])") != 0 || p.count("[name=part]") != 0 {
			t.Errorf("%s: the drawer is not folded, or a field holds the part", path)
		}
		p.press(`button[value=deliver]`)
		r := p.receipt()
		if r.Part.Browser == "" || r.Part.Words != "" || seen[r.Part.Browser] {
			t.Errorf("%s: the receipt shows the part %q", path, r.Part.Line())
		}
		seen[r.Part.Browser] = true
		p.sees("estratto dal tuo browser")
	}
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
	t.Parallel()
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
