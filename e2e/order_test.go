package e2e

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	drafts "delfi/internal/consultation/draft"
	"delfi/internal/delphi"
	"delfi/web/webtest"
)

// TestAnOrderByKeyboardByPointerAndWithoutScript moves the last of twenty to the first
// place in two acts of each, on a screen of 320 px; after a move the focus is on the button
// that made it, which says where the item is now.
func TestAnOrderByKeyboardByPointerAndWithoutScript(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t)
	items := []drafts.Item{{Text: "Piste ciclabili"}}
	for k := 2; k <= 20; k++ {
		items = append(items, drafts.Item{Text: fmt.Sprintf("Lavoro %d", k)})
	}
	c := h.Ask(t, "lavori", webtest.Ordering, 4, items...)
	asked, err := h.Consultations.Items(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	browser := served(t, h)
	const page = "/consultations/lavori/rounds/1?item=1"
	enter := func(n int) *person {
		t.Helper()
		var in ballot.Answers
		for k, i := range asked { // the first item is last
			in.Given = append(in.Given, delphi.Answer{Item: i.ID.String(), Value: 1 + (k+19)%20})
		}
		h.Cast(t, c, 1, n, in)
		return browser(n)
	}
	first := func(p *person, way string) {
		t.Helper()
		var name string
		p.do(chromedp.WaitReady("ol.dlf-rank", chromedp.ByQuery))
		p.do(chromedp.Text("ol.dlf-rank > li:first-child .nm", &name, chromedp.ByQuery))
		if name != "Piste ciclabili" {
			t.Errorf("%s: %q is first", way, name)
		}
	}
	number := `#f-answer_1`

	byKeyboard := enter(0)
	byKeyboard.open(page)
	byKeyboard.do(chromedp.Focus(number, chromedp.ByQuery), chromedp.KeyEvent("1"))
	byKeyboard.tabTo(`button[value="order 1"]`)
	byKeyboard.enterKey()
	byKeyboard.accessible()
	first(byKeyboard, "by keyboard")
	byKeyboard.narrow()
	// One down with Alt and an arrow, and once more: the focus stays.
	byKeyboard.do(chromedp.Focus(number, chromedp.ByQuery))
	for _, place := range []string{"2", "3"} {
		byKeyboard.leave(chromedp.KeyEvent(kb.ArrowDown, chromedp.KeyModifiers(1))) // Alt
		var focused string
		byKeyboard.do(chromedp.Evaluate(`document.activeElement.textContent.replace(/\s+/g, " ").trim()`, &focused))
		if want := "Piste ciclabili, posizione " + place + " di 20"; !strings.HasPrefix(focused, "↓ giù") || !strings.HasSuffix(focused, want) {
			t.Errorf("after Alt and an arrow the focus is on %q", focused)
		}
	}

	byPointer := enter(1)
	byPointer.open(page)
	byPointer.do(chromedp.SetValue(number, "1", chromedp.ByQuery))
	byPointer.press(`button[value="order 1"]`)
	first(byPointer, "by pointer")

	dragging := enter(3)
	dragging.open(page)
	dragging.drag("ol.dlf-rank > li:nth-child(3)", "ol.dlf-rank > li:nth-child(1)")
	var names []string
	dragging.do(chromedp.Evaluate(`[...document.querySelectorAll("ol.dlf-rank > li .nm")].slice(0, 4).map(e => e.textContent.trim())`, &names))
	if want := []string{"Lavoro 4", "Lavoro 2", "Lavoro 3", "Lavoro 5"}; !slices.Equal(names, want) {
		t.Errorf("after the third was dropped on the first: %q", names)
	}

	plain := enter(2)
	plain.do(emulation.SetScriptExecutionDisabled(true))
	plain.plain(page)
	plain.do(chromedp.SetValue(number, "1", chromedp.ByQuery))
	plain.do(chromedp.Click(`button[value="order 1"]`, chromedp.ByQuery))
	plain.do(chromedp.WaitReady("[role=status]", chromedp.ByQuery))
	first(plain, "without script")
}

// drag drops one element on another, by the events that a browser sends of it.
func (p *person) drag(from, to string) {
	p.t.Helper()
	p.do(chromedp.WaitReady(from+"[draggable=true]", chromedp.ByQuery)) // by the page's script
	p.leave(chromedp.Evaluate(fmt.Sprintf(`(() => {
		const carried = new DataTransfer();
		const send = (at, kind) => document.querySelector(at).dispatchEvent(new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: carried}));
		send(%q, "dragstart");
		send(%q, "dragover");
		send(%q, "drop");
	})()`, from, to, to), nil))
}

// served serves the site of a house, and gives the browsers of its panelists, 320 px wide.
func served(t *testing.T, h *webtest.House) func(panelist int) *person {
	t.Helper()
	pages := h.Site(t)
	server := httptest.NewServer(http.HandlerFunc(pages.ServeHTTP))
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	return func(n int) *person {
		t.Helper()
		p := &person{t: t, site: &site{URL: "http://delfi.test"}, name: fmt.Sprint("panelist ", n), ctx: launch(t, "MAP delfi.test:80 127.0.0.1:"+port)}
		p.do(emulation.SetLocaleOverride().WithLocale("it-IT"), emulation.SetDeviceMetricsOverride(320, 640, 1, true))
		p.do(chromedp.Navigate("http://delfi.test/webtest/sign-in/" + h.Panelist(t, n).Account.String()))
		return p
	}
}

// narrow fails where a page is wider than its screen.
func (p *person) narrow() {
	p.t.Helper()
	var wide int
	if p.do(chromedp.Evaluate(`document.documentElement.scrollWidth`, &wide)); wide > 320 {
		p.t.Errorf("%s is %d px wide", p.at(), wide)
	}
}

// TestFormsAndResultsOfEveryKindOnASmallScreen holds each question's form, with what the
// panel answered before, its review and its result to the rules of accessibility.
func TestFormsAndResultsOfEveryKindOnASmallScreen(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t)
	browser := served(t, h)
	several := h.Ask(t, "quartiere", webtest.SeveralKinds, 21,
		drafts.Item{Kind: "grado", Text: "La piazza si chiude alle auto."}, drafts.Item{Kind: "opzione", Text: "Un giardino con venti posti."},
		drafts.Item{Kind: "orario", Text: "Dalle 18 alle 20"}, drafts.Item{Kind: "orario", Text: "Dalle 20 alle 22"},
		drafts.Item{Kind: "luogo", Text: "Parco Ferrari"}, drafts.Item{Kind: "luogo", Text: "Piazza Roma"}, drafts.Item{Kind: "parole", Text: "Che cosa manca?"})
	guesses := h.Ask(t, "tram", webtest.Estimates, 21, drafts.Item{Kind: "anni", Text: "Tra quanti anni il tram?"}, drafts.Item{Kind: "mese", Text: "Quando i bus elettrici?"}, drafts.Item{Kind: "giorno", Text: "Quando apre il parco?"})
	for _, c := range []consultation.Consultation{several, guesses} {
		items, err := h.Consultations.Items(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 21 {
			var in ballot.Answers
			chosen := false
			for _, i := range items {
				k, _ := c.Protocol.Kind(i.Kind)
				a := delphi.Answer{Item: i.ID.String(), Value: 1, Reason: "perché sì"}
				switch k.Kind {
				case delphi.CriteriaForm:
					a.Value, a.Criteria = 0, []int{1 + n%4, 2, 3}
				case delphi.ChoiceForm:
					if chosen {
						continue
					}
					chosen = true
				case delphi.EstimateForm:
					a.Low, a.Value, a.High = 1, 2+n%9, 20
				case delphi.DateForm:
					a.Value = k.Min + n
				case delphi.TextForm:
					a.Value = 0
				}
				in.Given = append(in.Given, a)
			}
			h.Cast(t, c, 1, n, in)
		}
		h.Next(t, c, 1)
	}
	p := browser(0)
	for slug, questions := range map[string]int{"quartiere": 5, "tram": 3} {
		round := "/consultations/" + slug + "/rounds/"
		for k := 1; k <= questions; k++ {
			p.open(fmt.Sprintf("%s2?item=%d", round, k))
			p.narrow()
		}
		for _, page := range []string{"2?all=1", "2?review=1", "1"} {
			p.open(round + page)
			p.narrow()
		}
	}
	// At 400 % of a screen of 1280 × 1024, in the colours that the reader has chosen.
	p.do(emulation.SetDeviceMetricsOverride(320, 256, 1, true), emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "forced-colors", Value: "active"}, {Name: "prefers-reduced-motion", Value: "reduce"}, // a scroll that glides is under way yet when the script looks
	}))
	for slug, questions := range map[string]int{"quartiere": 5, "tram": 3} {
		for k := 1; k <= questions; k++ {
			p.open(fmt.Sprintf("/consultations/%s/rounds/2?item=%d", slug, k))
			p.narrow()
			p.enlarged()
			p.shot(fmt.Sprintf("forced-%s-%d", slug, k))
		}
	}
}

// enlarged fails for a control of the form that has no edge in the colours of the reader, and for
// one that something lies over while it has the focus.
func (p *person) enlarged() {
	p.t.Helper()
	var found []string
	p.do(chromedp.Evaluate(`(() => {
		const found = [], name = e => e.name + " " + e.value + " " + e.innerText.slice(0, 20);
		const drawn = e => {
			const s = getComputedStyle(e);
			return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 ||
				["Top", "Right", "Bottom", "Left"].some(k => s["border" + k + "Style"] !== "none" && parseFloat(s["border" + k + "Width"]) > 0);
		};
		for (const e of document.querySelectorAll("main input:not([type=hidden]), main select, main textarea, main button, .dlf-sticky button")) {
			if (!e.checkVisibility()) continue;
			const box = /radio|checkbox/.test(e.type) && e.closest("label") || e;
			const self = e.getBoundingClientRect(), own = /radio|checkbox/.test(e.type) && getComputedStyle(e).appearance !== "none" && self.width >= 12 && getComputedStyle(e).opacity > 0;
			if (!own && ![e, box, ...box.querySelectorAll("span")].some(drawn)) found.push("without an edge: " + name(e));
			e.focus();
			if (document.activeElement !== e) { found.push("takes no focus: " + name(e)); continue; }
			const r = box.getBoundingClientRect(), top = Math.max(r.top, 0), bottom = Math.min(r.bottom, innerHeight);
			if (bottom - top < Math.min(r.height, 24) - 1) { found.push("out of sight: " + name(e)); continue; }
			const over = document.elementFromPoint((r.left + r.right) / 2, (top + bottom) / 2);
			if (!over || !box.contains(over) && !over.contains(box)) found.push("lies under " + (over && over.className) + ": " + name(e));
		}
		return found;
	})()`, &found))
	for _, one := range found {
		p.t.Errorf("%s at 400 %%: %s", p.at(), one)
	}
}
