//go:build soak

package e2e

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// narrow is the width in CSS pixels below which no page need fit.
const narrow = 320

// stands holds the page that is open, whatever led to it, to a narrow screen: axe finds
// nothing and nothing scrolls sideways. DELFI_SHOTS keeps four pictures of it.
func (p *person) stands(name string) {
	p.t.Helper()
	if os.Getenv("DELFI_SHOTS") != "" {
		p.shot(name + "-1280")
		p.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}))
		p.shot(name + "-forced")
		p.do(emulation.SetEmulatedMedia().WithMedia("print").WithFeatures(nil), chromedp.EmulateViewport(800, 1100))
		p.shot(name + "-print")
		p.do(emulation.SetEmulatedMedia().WithMedia(""), chromedp.EmulateViewport(360, 740))
		p.shot(name + "-360")
	}
	var over int64
	p.do(chromedp.EmulateViewport(narrow, 740), chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over))
	if over > 0 {
		p.t.Errorf("%s at %s scrolls sideways by %d", name, p.at(), over)
	}
	p.accessible()
	p.do(chromedp.EmulateViewport(1280, 900))
}

// both holds a page to it in both languages, and in Italian to a wide screen too.
func (p *person) both(name, path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.site.URL+"/en"+path), chromedp.WaitReady("body"))
	p.stands(name + "-en")
	p.lang = ""
	p.open(path)
	p.stands(name)
}

// be signs the browser in as somebody else of the demonstration.
func (p *person) be(name string) {
	p.t.Helper()
	p.name, p.lang = name, ""
	p.do(chromedp.Navigate(p.site.URL+"/sign-in?as="+name+"&next=/help/how-it-works"), chromedp.WaitReady("footer"))
}

// unfold opens what folds.
func (p *person) unfold() {
	p.t.Helper()
	p.do(chromedp.Evaluate(`document.querySelectorAll("main details").forEach(d => d.open = true)`, nil))
}

// elsewhere sends the form that a selector finds as another tab does, with other values
// in some fields; the page stays as it was.
func (p *person) elsewhere(selector, values string) {
	p.t.Helper()
	var status int
	p.do(chromedp.Evaluate(fmt.Sprintf(`(async () => {
		const form = document.querySelector(%q), sent = new URLSearchParams(new FormData(form))
		for (const [name, value] of Object.entries(%s)) sent.set(name, value)
		return (await fetch(form.action, {method: "POST", body: sent, credentials: "same-origin"})).status
	})()`, selector, values), &status, awaited))
	if status != 200 {
		p.t.Fatalf("%s at %s: the other tab's form is answered %d", p.name, p.at(), status)
	}
}

const (
	answering, gathering = "/consultations/piazza-della-pomposa", "/consultations/alberi-nei-viali"
	answeringDesk        = "/desk/piazza-della-pomposa"
	gatheringDesk        = "/desk/alberi-nei-viali"
)

// TestSoakEveryState opens each state of a page that a walk through the site seldom meets.
// Pages that anybody can open are in TestEveryPublicPageInBothLanguagesAndOnASmallScreen.
func TestSoakEveryState(t *testing.T) {
	s := serve(t, data(t), "--demo")
	p, other := s.enter(t, "sergio"), s.enter(t, "sergio")
	t.Run("enrolment", func(t *testing.T) { p.of(t).enrolment() })
	t.Run("contribution", func(t *testing.T) { p.of(t).contribution(other.of(t)) })
	t.Run("ballot", func(t *testing.T) { p.of(t).ballot(other.of(t)) })
	t.Run("queue", func(t *testing.T) { p.of(t).queue() })
	t.Run("appeal", func(t *testing.T) { p.of(t).appeal() })
	t.Run("desk", func(t *testing.T) { p.of(t).desk() })
	t.Run("minority", func(t *testing.T) { p.of(t).minority() })
	t.Run("role and code", func(t *testing.T) { p.of(t).roles(other.of(t)) })
}

// of is the same person in a part of a test.
func (p *person) of(t *testing.T) *person { p.t = t; return p }

// enrol makes the person a panelist of a consultation.
func (p *person) enrol(consultation string) {
	p.t.Helper()
	p.open(consultation + "/enrol")
	p.tick(`main form input[type=checkbox]`)
	p.press(`form[action$="/enrol"] button[type=submit]`)
}

// enrolment, refused with the switch of the language as a button, and accepted.
func (p *person) enrolment() {
	p.t.Helper()
	p.open("/sign-in/callback?state=unknown")
	p.stands("sign-in-trouble")
	p.both("enrol", answering+"/enrol")
	p.press(`form[action$="/enrol"] button[type=submit]`)
	p.stands("enrol-refused")
	p.press(`button.dlf-switch`)
	p.stands("enrol-switched")
	p.enrol(answering)
	p.stands("enrolled")
}

// code is offered, shown, asked for again in another browser, and waits for its hour.
func (p *person) code(other *person, consultation string) {
	p.t.Helper()
	p.both("code-offered", consultation+"/get-code")
	p.press(`form[action$="/get-code"] button`)
	p.stands("code-shown")
	var code string
	p.do(chromedp.Evaluate(`document.querySelector("#code").textContent.replace(/\s/g, "")`, &code))
	other.both("code-again", consultation+"/get-code")
	p.both("code", consultation+"/code")
	p.fill("#f-code", "ABC")
	p.press(`form[action$="/code"] button[type=submit]`)
	p.stands("code-refused")
	p.fill("#f-code", code)
	p.press(`form[action$="/code"] button[type=submit]`)
	p.both("code-held", consultation+"/code")
	p.both("code-waits", consultation+"/code/rounds/2")
}

// contribution before and after it was written, refused, in two wordings, withdrawn
// meanwhile, and come back after its author had signed in again.
func (p *person) contribution(other *person) {
	p.t.Helper()
	p.enrol(gathering)
	p.both("contribution-before", gathering+"/contributions")
	p.press(`button[value=write]`)
	p.stands("contribution-refused")
	p.fill("#f-body", "Alberi e panchine lungo viale Roma, dalla stazione fino alle scuole.\n\n- prima i tigli\n- poi le panchine")
	p.press(`button[value=write]`)
	p.both("contribution-after", gathering+"/contributions")
	p.press(`main a[href*="edit="]`)
	p.stands("contribution-edit")
	p.elsewhere(`form:has([name=seen])`, `{act: "edit", body: "Alberi lungo viale Roma, dalla stazione fino alle scuole."}`)
	p.fill("#f-body", "Alberi e fontanelle lungo viale Roma, dalla stazione fino alle scuole elementari.")
	p.press(`button[value=edit]`)
	p.stands("contribution-stale")
	p.press(`button.dlf-switch`)
	p.stands("contribution-stale-switched")
	p.open(gathering + "/contributions")
	p.press(`main a[href*="withdraw="]`)
	p.stands("contribution-withdrawal")
	p.press(`main a[href$="/contributions"]`)
	p.press(`main a[href*="edit="]`)
	p.elsewhere(`form:has([name=seen])`, `{act: "withdraw"}`)
	p.press(`button[value=edit]`)
	p.stands("contribution-withdrawn")
	p.both("me", "/me")
	p.press(`main a[href$="/me/leave"]`)
	p.press(`form[action$="/me/leave"] button`)
	p.stands("me-refused")
	p.open(gathering + "/contributions")
	p.fill("#f-body", "Ombra nei viali del quartiere Est.")
	other.open("/me")
	other.press(`form[action$="/sign-out/everywhere"] button`)
	p.press(`button[value=write]`)
	p.stands("session-over")
	p.press(`main a[href*="/sign-in"]`)
	if p.count(`#f-body`) == 0 { // the provider's page asks who it is
		p.stands("provider")
		p.be("sergio")
		p.open(gathering + "/contributions")
	}
	p.stands("session-back")
}

// ballot is written, reviewed and delivered; another comes after the round was closed.
func (p *person) ballot(other *person) {
	p.t.Helper()
	p.both("form", answering+"/rounds/3?item=1")
	p.both("form-all", answering+"/rounds/3?all=1")
	p.open(answering + "/rounds/3?item=1")
	p.tick(`input[name=answer_1][value="7"]`)
	p.fill("#f-reason_1", "D’estate la piazza è vuota fino a sera.")
	p.press(`button[value=next]`)
	p.both("review", answering+"/rounds/3?review=1")
	p.press(`button[value=deliver]`)
	p.stands("receipt")
	p.both("receipt-again", answering+"/rounds/3/receipt")
	p.open(answering + "/rounds/3?item=2")
	p.tick(`input[name=answer_2][value="3"]`)
	p.fill("#f-reason_2", "Il sabato il mercato deve restare.")
	other.be("sergio")
	other.open(answering)
	other.press(`.dlf-demo form[action$="/panel"] button`)
	other.press(`.dlf-demo form[action$="/close"] button`)
	p.press(`button[value=next]`)
	p.stands("round-over")
	p.both("round", answering+"/rounds/3")
}

// desk with its decisions, two of them that differ, and the reasons that may be removed.
func (p *person) desk() {
	p.t.Helper()
	p.be("paolo")
	p.open(gatheringDesk)
	p.press(`main a[href$="/rounds/2/open"]`)
	p.both("about-open", gatheringDesk+"/rounds/2/open")
	p.press(`form[action$="/rounds/2/open"] button`)
	p.stands("done-open")
	p.both("desk-open", gatheringDesk)
	p.open(gathering)
	p.press(`.dlf-demo form[action$="/panel"] button`)
	p.press(`.dlf-demo form[action$="/close"] button`)
	p.until(gatheringDesk, `form[action$="/decide-all"]`)
	p.both("desk", gatheringDesk)
	otherwise := `#to-decide article details form[action$="/decide"]`
	p.unfold()
	p.stands("desk-unfolded")
	p.elsewhere(otherwise, `{decision: "go-on", reason: "Torna al panel."}`)
	p.fill(otherwise+" textarea", "Va detto meglio: la frase ne contiene due.")
	p.press(otherwise + " button[value=reword]")
	p.stands("desk-stale")
	p.be("marta")
	p.both("reasons", answeringDesk+"/reasons")
}

// queue of contributions: sealed, waiting, side by side, refused, done.
func (p *person) queue() {
	p.t.Helper()
	p.be("anna")
	p.enrol(gathering)
	p.open(gathering + "/contributions")
	p.fill("#f-body", "Più tigli lungo i viali, e presto.")
	p.press(`button[value=write]`)
	p.be("marta")
	p.open(gatheringDesk)
	p.stands("desk-gather")
	p.open(gathering)
	p.press(`.dlf-demo form[action$="/close"] button`)
	p.until(gatheringDesk, `a[href$="/contributions"].btn`)
	p.stands("desk-queue")
	p.both("queue", gatheringDesk+"/contributions")
	p.do(chromedp.Evaluate(`[...document.querySelectorAll("input[type=checkbox][name=c]")].slice(0, 2).forEach(i => i.click())`, nil))
	p.press(`#side button`)
	p.stands("queue-chosen")
	p.press(`button[value=merge]`)
	p.stands("queue-refused")
	p.fill("#f-text", "I viali vicini alle scuole vengono prima.")
	p.fill("#f-rule", "1.6")
	p.fill("#f-reason", "La stessa idea, con parole diverse.")
	p.press(`button[value=merge]`)
	p.stands("queue-done")
	p.do(chromedp.Evaluate(`document.querySelectorAll("input[type=checkbox][name=c]").forEach(i => i.checked = true)`, nil))
	p.press(`#side button`)
	p.press(`#work button[value=take]`)
	p.stands("queue-taken")
	p.fill("#f-rule", "1.3")
	p.fill("#f-reason", "Fuori dalla domanda di questa consultazione.")
	p.press(`button[value=reject]`)
	p.both("queue-rejected", gatheringDesk+"/contributions?state=rejected")
	p.both("moderation", gathering+"/moderation")
	p.open(gatheringDesk)
	p.press(`main a[href$="/rounds/1/release"]`)
	p.press(`form[action$="/rounds/1/release"] button`)
	p.both("contributions-all", gathering+"/contributions")
}

// opens has the server open the appeals that wait, as it does hourly.
func (s *site) opens(t *testing.T) {
	t.Helper()
	db, err := sql.Open("postgres", "postgres://delfi@/delfi?"+url.Values{"host": {filepath.Join(s.Data, "run")}, "port": {"5432"}, "sslmode": {"disable"}}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var id int64
	if err := db.QueryRow(`INSERT INTO queue.river_job (kind, args, max_attempts) VALUES ('open_appeals', '{}', 1) RETURNING id`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	state := ""
	for range 100 {
		if err := db.QueryRow(`SELECT state FROM queue.river_job WHERE id = $1`, id).Scan(&state); err != nil {
			t.Fatal(err)
		}
		if state == "completed" {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("the appeals are not opened: the job is %s", state)
}

// appeal against what the queue decided: read, refused, raised, and read by who decides it;
// and the rules that acts cite.
func (p *person) appeal() {
	p.t.Helper()
	p.be("anna")
	p.both("own-acts", gathering+"/appeals")
	p.unfold()
	p.press(`main form[action$="/appeals"] button`)
	p.stands("appeal-refused")
	p.fill(`main form[action$="/appeals"] textarea`, "Risponde proprio alla domanda.")
	p.press(`main form[action$="/appeals"] button`)
	p.stands("appeal-raised")
	p.site.opens(p.t)
	p.be("davide")
	p.both("appeals-open", gatheringDesk+"/appeals")
	p.be("giulia")
	p.both("rules", gatheringDesk+"/rules")
}

// minority report that is written, and read before the opinion is published.
func (p *person) minority() {
	p.t.Helper()
	p.be("paolo")
	p.both("about-conclude", answeringDesk+"/conclude")
	p.fill(`form[action$="/conclude"] textarea`, "I giri previsti si sono svolti.")
	p.press(`form[action$="/conclude"] button`)
	p.stands("done-conclude")
	p.both("desk-concluded", answeringDesk)
	p.both("minority-write", answeringDesk+"/minority")
	p.unfold()
	p.press(`button[value=forgo]`)
	p.stands("minority-refused")
	p.fill("#f-minority", "Alcuni temono per il mercato.\n\n## Il sabato\n\nChi lavora in piazza chiede che il sabato resti com’è.")
	p.press(`button[value=show]`)
	p.stands("minority-shown")
	p.both("minority", answering+"/minority")
}

// roles are given and taken back; a consultation is answered with codes.
func (p *person) roles(other *person) {
	p.t.Helper()
	p.be("lucia")
	p.be("giulia")
	p.both("administration", "/administrations/riva")
	p.fill("#f-person", "lucia.ferraboschi@posta.example")
	p.tick(`input[name=role][value=moderator]`)
	p.press(`form[action$="/grant"] button`)
	p.stands("administration-granted")
	p.open("/administrations/riva")
	p.elsewhere(`main form:has(#f-mail)`, `{mail: "urp@riva.example"}`)
	p.fill("#f-mail", "protocollo@riva.example")
	p.press(`main form:has(#f-mail) button`)
	p.stands("administration-stale")
	draft(p)
	p.stands("desk-draft")
	p.both("draft", "/desk/"+question+"/draft/panel")
	p.tick(`input[name="anonymity.mode"][value=held-code]`)
	p.press(`button[name=do][value=stay]`)
	p.open("/desk/" + question)
	p.press(`main a[href$="/announce"]`)
	p.both("about-announce", "/desk/"+question+"/announce")
	p.press(`form[action$="/announce"] button`)
	other.be("karim")
	other.enrol("/consultations/" + question)
	elsewhere := p.site.enter(p.t, "karim")
	other.code(elsewhere, "/consultations/"+question)
	p.open("/administrations/riva")
	p.press(`main a[href*="/revoke?"][href*="role=moderator"]`)
	p.press(`form[action$="/revoke"] button`)
	p.be("lucia")
	p.both("role-lost", "/desk/"+question)
	p.both("desks-none", "/desk")
	p.be("giulia")
	p.both("desks", "/desk")
}
