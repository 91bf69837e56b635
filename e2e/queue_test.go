package e2e

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"delfi/web/webtest"
)

// queued is how many contributions a moderator works through, written those of the
// demonstration among them.
const queued, written = 200, 6

// boxes are those by which contributions are chosen.
const boxes = "input[type=checkbox][name=c]"

// gather fills the gather round of the demonstration up to two hundred contributions, and
// closes it: nine ideas that many had, thirty reports of one word, and some that stand alone.
func gather(t *testing.T, h *webtest.House) {
	t.Helper()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	c, err := h.Consultations.Find(ctx, h.Person(t, "marta"), webtest.Gathering)
	ok(err)
	var texts []string
	for i := range 9 {
		for k := range 16 {
			texts = append(texts, strings.Join([]string{word(i, 1), word(i, 2), word(i, 3), word(i, 4), word(i, 5), word(i, 6) + string(rune('a'+k))}, " "))
		}
	}
	for i := 0; len(texts) < queued-written; i++ {
		alone := strings.Join([]string{word(100+i, 1), word(100+i, 2), word(100+i, 3), word(100+i, 4), word(100+i, 5), word(100+i, 6)}, " ")
		if i < 30 {
			alone += " segnalazione"
		}
		texts = append(texts, alone)
	}
	for i := 0; len(texts) > 0; i++ {
		alias, err := h.Panel.Alias(ctx, h.Panelist(t, i), c.ID)
		if err != nil {
			continue // not enrolled here
		}
		part := min(40, len(texts))
		for _, text := range texts[:part] {
			_, err := h.Contributions.Contribute(ctx, alias, c.ID, text, "")
			ok(err)
		}
		texts = texts[part:]
	}
	ok(h.Consultations.CloseRound(ctx, h.Person(t, "paolo"), webtest.Gathering, 1, "Basta."))
	ok(h.Jobs.Drain(ctx))
}

// word gives a word that is in no other text: the n-th of the i-th.
func word(i, n int) string {
	return fmt.Sprintf("%s%s%s", []string{"ba", "de", "fi", "go", "lu", "ma", "ne", "po", "ri", "su"}[i%10], []string{"tra", "vec", "zin", "sol", "cum", "per"}[n-1], strings.Repeat("na", i/10+1))
}

// focused presses a key, and tells whether the focus is on what the selector finds then. What
// has it is in sight, and no sticky bar covers it.
func (p *person) focused(key, selector string) bool {
	p.t.Helper()
	var got struct{ Here, Seen bool }
	p.do(chromedp.KeyEvent(key), chromedp.Evaluate(fmt.Sprintf(`(() => {
		const e = document.activeElement, r = e.getBoundingClientRect();
		const on = document.elementFromPoint(r.left + r.width / 2, r.top + Math.min(r.height, 20) / 2);
		return {here: e.matches(%q), seen: e === document.body || on !== null && (e.closest(".dlf-actbar") !== null || on.closest(".dlf-actbar") === null)};
	})()`, selector), &got))
	if !got.Seen {
		p.shot("covered")
		p.t.Fatalf("at %s, what has the focus on the way to %s is out of sight", p.at(), selector)
	}
	return got.Here
}

// reach presses Tab until the focus is on what the selector finds, at most so often.
func (p *person) reach(selector string, most int) {
	p.t.Helper()
	for range most {
		if p.focused(kb.Tab, selector) {
			return
		}
	}
	p.shot("unreached")
	p.t.Fatalf("%d times Tab do not lead to %s at %s", most, selector, p.at())
}

// waiting reads in the heading how many contributions are to be examined.
func (p *person) waiting() (n int) {
	p.t.Helper()
	var heading string
	p.do(chromedp.Text("h1", &heading, chromedp.ByQuery))
	if _, err := fmt.Sscan(heading, &n); err != nil && strings.HasPrefix(heading, "Uno ") {
		return 1
	}
	return n
}

// atWork fails unless the page begins, for the keyboard, at the form of an act.
func (p *person) atWork() {
	p.t.Helper()
	var focus string
	p.do(chromedp.Evaluate(`document.activeElement.id`, &focus))
	if focus != "work" || p.count("#work .dlf-src article") == 0 {
		p.shot("not-at-work")
		p.t.Fatalf("the keyboard does not begin at the work at %s", p.at())
	}
}

// examines does an act on what is chosen, from the beginning of its form: with the words of
// a statement it merges, without them it rejects.
func (p *person) examines(statement string) {
	p.t.Helper()
	p.atWork()
	act, rule := "reject", "3"
	if p.count(`#work a[href="#act"]`) == 1 {
		p.reach(`#work a[href="#act"]`, 3)
		p.do(chromedp.KeyEvent(kb.Enter))
	}
	if statement != "" {
		act, rule = "merge", "6"
		p.reach("textarea[name=text]", 8)
		p.do(chromedp.KeyEvent(statement))
	}
	p.reach("select[name=rule]", 10)
	p.do(chromedp.KeyEvent(rule))
	p.reach("input[name=reason]", 2)
	p.do(chromedp.KeyEvent("Ecco."))
	p.reach("button[value="+act+"]", 6)
	p.enterKey()
}

// A moderator works through two hundred contributions with the keyboard alone: by search,
// by tabs, side by side, group by group and one by one; each act leads to the next, and
// nothing on the way is covered by the bar with the buttons.
func TestTwoHundredContributionsByKeyboardAlone(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t).Play(t)
	gather(t, h)
	server := httptest.NewServer(h.Site(t))
	t.Cleanup(server.Close)
	p := &person{t: t, site: &site{URL: "http://delfi.test"}, name: "marta", ctx: launch(t, "MAP delfi.test "+server.Listener.Addr().String())}
	p.do(emulation.SetLocaleOverride().WithLocale("it-IT"),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}))
	p.do(chromedp.Navigate(p.site.URL + "/webtest/sign-in/" + h.Person(t, "marta").Account.String()))
	queue := "/desk/" + webtest.Gathering + "/contributions"
	p.open(queue)
	if n := p.waiting(); n != queued || p.count(boxes) != queued {
		t.Fatalf("%d wait, %d are listed", n, p.count(boxes))
	}

	// What is searched for is put side by side, and rejected at once.
	p.reach("input[name=q]", 60)
	p.do(chromedp.KeyEvent("segnalazione"))
	p.enterKey()
	found := p.count(boxes)
	if found != 30 {
		t.Fatalf("%d are found", found)
	}
	p.reach(boxes, 60)
	for range found {
		p.do(chromedp.KeyEvent(" "))
		p.focused(kb.Tab, "*")
	}
	if p.count(boxes+":checked") != found || p.count("#side button:focus") != 1 {
		t.Fatalf("%d of %d are chosen", p.count(boxes+":checked"), found)
	}
	p.enterKey()
	p.accessible()
	p.shot("queue-chosen")
	p.examines("")
	if n := p.waiting(); n != queued-found || !strings.Contains(p.at(), "q=segnalazione") {
		t.Fatalf("%d wait at %s", n, p.at())
	}
	p.sees("Qui non c’è nulla.")

	// Under their tab are those that were rejected.
	p.reach(`.dlf-tabs a[href*="state=rejected"]`, 60)
	p.enterKey()
	if n := p.count(boxes); n != found {
		t.Errorf("%d of %d stand under their tab", n, found)
	}
	p.reach(`.dlf-tabs a[href*="state=pending"]`, 60)
	p.enterKey()
	p.reach("input[name=q]", 60)
	p.do(chromedp.KeyEvent(kb.End))
	for range "segnalazione" {
		p.do(chromedp.KeyEvent(kb.Backspace))
	}
	p.enterKey()

	// The rest: a group is taken, and each act leads to the next.
	p.reach(`a.btn[href$="#work"]`, 60)
	p.enterKey()
	p.atWork()
	p.reach(`#work form[action$="/claims"] button[value=take]`, 2)
	p.enterKey()
	p.sees("Lo stai esaminando tu")
	acts := 0
	for left := p.waiting(); left > 0; acts++ {
		chosen, statement := p.count(".dlf-src article"), ""
		if chosen > 1 || acts%2 == 0 {
			statement = fmt.Sprintf("Idea %d.", acts+1)
		}
		p.examines(statement)
		now := p.waiting()
		if now != left-chosen {
			t.Fatalf("%d wait after an act on %d, of %d", now, chosen, left)
		}
		left = now
	}
	p.sees("Tutto esaminato.")
	p.accessible()
	if acts < 20 || acts > 40 {
		t.Errorf("%d acts for nine groups and some alone", acts)
	}
}
