package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestRehearsal: who writes a draft sees each of its pages with invented answers before it is
// announced, on a wide screen, on a telephone and on paper, each marked as none of the real ones;
// and keeps it as a template.
func TestRehearsal(t *testing.T) {
	t.Parallel()
	s := serve(t, data(t), "--demo")
	giulia := s.enter(t, "giulia")
	giulia.do(chromedp.EmulateViewport(1280, 900))
	giulia.open("/desk/new")
	giulia.fill("#f-title", "Il prato in prova")
	giulia.fill("#f-slug", "prova-policy")
	giulia.tick("input[name=variant][value=policy]")
	giulia.press("main form button[type=submit]")
	giulia.open("/desk/prova-policy/draft/summary")
	if n := giulia.count("fieldset.dlf-preview[disabled]"); n == 0 {
		t.Errorf("the summary has no preview")
	}
	giulia.shot("rehearsal-policy-summary")
	giulia.press(`main a[href$="/rehearsal"]`)
	giulia.press("main form button[type=submit]")
	giulia.sees("Come si comportano")
	if giulia.count(".dlf-err, #errors") == 0 {
		t.Error("a rehearsal without a manner begins")
	}
	giulia.shot("rehearsal-policy-begin")
	giulia.tick("input[name=manner][value=divide]")
	giulia.fill("#f-people_0", "40")
	giulia.press("main form button[type=submit]")
	first := strings.TrimPrefix(giulia.at(), s.URL)
	if first != "/desk/prova-policy/rehearsal/divide-1-40" {
		t.Fatalf("the rehearsal is at %s", first)
	}
	pages := []string{"", "/rounds/1/form", "/rounds/3/form", "/rounds/3", "/rounds/3/criteria", "/opinion"}
	for _, width := range []int64{1280, 320, 360} {
		giulia.do(chromedp.EmulateViewport(width, 800))
		giulia.lang = map[int64]string{320: "/en"}[width]
		for _, page := range pages {
			giulia.open(first + page)
			mark := map[string]string{"": "PROVA", "/en": "REHEARSAL"}[giulia.lang]
			giulia.marked(mark)
			var wide int64
			giulia.do(chromedp.Evaluate(`document.documentElement.scrollWidth`, &wide))
			if wide > width {
				t.Errorf("%s is %d wide on %d", giulia.at(), wide, width)
			}
			giulia.shot(fmt.Sprintf("rehearsal%s-%d", strings.ReplaceAll(page, "/", "-"), width))
		}
	}
	giulia.lang = ""
	giulia.do(emulation.SetEmulatedMedia().WithMedia("print"), chromedp.EmulateViewport(800, 1100))
	giulia.open(first + "/opinion")
	giulia.marked("PROVA")
	giulia.shot("rehearsal-policy-print")
	if status, body := s.get(t, "/"); status != 200 || strings.Contains(body, "in prova") {
		t.Errorf("the draft is listed: %d", status)
	}
	giulia.do(emulation.SetEmulatedMedia().WithMedia(""), chromedp.EmulateViewport(360, 800))
	giulia.template("/desk/prova-policy")
	giulia.offices()
}

// offices opens the pages on which an administration looks after its consultations: what waits,
// the texts that are corrected, the translations of statements; on a telephone.
func (p *person) offices() {
	p.t.Helper()
	const desk = "/desk/piazza-della-pomposa"
	for n, page := range []string{"/administrations/riva/desk", desk + "/corrections", desk + "/corrections/title", desk + "/translations"} {
		p.open(page)
		p.shot(fmt.Sprintf("office-%d-360", n))
		var wide int
		if p.do(chromedp.Evaluate(`document.documentElement.scrollWidth`, &wide)); wide > 360 {
			p.t.Errorf("%s is %d px wide", p.at(), wide)
		}
	}
	p.open(desk + "/corrections/title")
	p.press("main form button[type=submit]") // nothing is corrected yet
	if p.count("#errors, .dlf-err") == 0 {
		p.t.Error("a correction without a reason is made")
	}
}

// template keeps a draft as a template, begins another with it, and removes it.
func (p *person) template(draft string) {
	p.t.Helper()
	p.open(draft + "/draft/summary")
	p.press(`main a[href$="/template"]`)
	p.shot("template-keep-360")
	p.do(chromedp.WaitReady("#f-template_name", chromedp.ByQuery), chromedp.Evaluate(`document.querySelector("#f-template_name").value = ""`, nil))
	p.press("main form button[type=submit]")
	if p.count("#errors") == 0 {
		p.t.Error("a template without a name is kept")
	}
	p.fill("#f-template_name", "Prati e giardini")
	p.press("main form button[type=submit]")
	p.sees("Prati e giardini")
	p.shot("template-list-360")
	p.press(`main a[href*="/desk/new?template="]`)
	p.shot("template-new-360")
	p.fill("#f-title", "Il giardino nuovo")
	p.fill("#f-slug", "giardino-nuovo")
	p.press("main form button[type=submit]")
	if !strings.HasSuffix(p.at(), "/desk/giardino-nuovo/draft/question") {
		p.t.Errorf("begun with a template at %s", p.at())
	}
	p.open("/administrations/riva/templates")
	p.press(`main a[href$="/remove"]`)
	p.sees("restano come sono")
	p.shot("template-remove-360")
	p.press("main form button[type=submit]")
	if strings.Contains(p.text(), "Prati e giardini") {
		p.t.Error("a template that was removed is still listed")
	}
}

// marked fails unless the page bears the mark of a rehearsal, over all that it shows.
func (p *person) marked(mark string) {
	p.t.Helper()
	var content, position, bar string
	p.do(
		chromedp.Evaluate(`getComputedStyle(document.querySelector("main"), "::before").content`, &content),
		chromedp.Evaluate(`getComputedStyle(document.querySelector("main"), "::before").position`, &position),
		chromedp.Evaluate(`(e => e && e.checkVisibility() ? e.innerText : "")(document.querySelector(".dlf-trial-bar"))`, &bar),
	)
	if content != `"`+mark+`"` || position != "fixed" || !strings.Contains(bar, mark) {
		p.t.Errorf("%s is marked %s (%s), %q", p.at(), content, position, bar)
	}
}
