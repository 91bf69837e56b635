package e2e

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// until opens a page again until it shows what the selector finds: a job is at work.
func (p *person) until(path, selector string) {
	p.t.Helper()
	for range 100 {
		p.do(chromedp.Navigate(p.site.URL+p.lang+path), chromedp.WaitReady("body"))
		if p.count(selector) > 0 {
			p.accessible()
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	p.shot("never")
	p.t.Fatalf("%s at %s never finds %s in:\n%s", p.name, path, selector, p.text())
}

const question = "prato-del-fiume"

// draft writes a consultation step by step, after a try that fails, and ends at its desk.
func draft(p *person) {
	p.t.Helper()
	p.open("/desk/new")
	p.fill("#f-title", "Il prato del fiume")
	p.fill("#f-slug", "Non va bene!")
	p.press("main form button[type=submit]")
	if p.count(".dlf-err") == 0 {
		p.t.Fatalf("a wrong address was taken: %s", p.text())
	}
	p.kept("#f-title", "Il prato del fiume")
	p.fill("#f-slug", question)
	p.press("main form button[type=submit]")

	promise := map[string]string{
		"question": "Che cosa fare del prato lungo il fiume?", "background": "Il prato è di **due ettari** ed è comunale.",
		"commitment_quotation": "Entro l’estate la Giunta decide e risponde punto per punto.", "commitment_decider": "La Giunta comunale",
		"commitment_subject": "l’uso del prato", "commitment_decide_by": "2027-07-31",
		"commitment_act": "Delibera n. 9", "commitment_signatory": "Giulia Bortolotti, assessora",
	}
	for name, words := range promise {
		p.fill("#f-"+name, words)
	}
	p.fill("#f-reply-n", "molti")
	p.press(".dlf-wizard-bar button[value=next]")
	if p.count(".dlf-err") == 0 {
		p.t.Fatalf("a wrong term was taken: %s", p.text())
	}
	for name, words := range promise {
		p.kept("#f-"+name, words)
	}
	p.fill("#f-reply-n", "30")
	p.press(".dlf-wizard-bar button[value=next]")

	p.open("/desk/" + question + "/draft/rounds")
	for i := range 3 {
		p.fill(fmt.Sprintf("#f-rounds-%d--days", i), "7")
		p.fill(fmt.Sprintf("#f-rounds-%d--min_days", i), "0")
	}
	p.press(".dlf-wizard-bar button[value=next]")

	p.open("/desk/" + question + "/draft/staff")
	p.fill("#f-starts_on", time.Now().AddDate(0, 0, 5).Format(time.DateOnly))
	p.do(chromedp.Evaluate(`document.querySelectorAll("input[name=moderators], input[name=facilitators]").forEach(i => { if (!i.checked) i.click() })`, nil))
	p.press(".dlf-wizard-bar button[value=next]")
	p.press(`main a.btn-primary[href$="/desk/` + question + `"]`)
}

// kept fails unless a field holds what was typed.
func (p *person) kept(selector, words string) {
	p.t.Helper()
	var now string
	p.do(chromedp.Value(selector, &now, chromedp.ByQuery))
	if now != words {
		p.t.Errorf("the form lost %s: %q became %q", selector, words, now)
	}
}

func TestAConsultationsWholeLife(t *testing.T) {
	t.Parallel()
	s := serve(t, data(t), "--demo")
	giulia, marta, paolo := s.enter(t, "giulia"), s.enter(t, "marta"), s.enter(t, "paolo")
	page := "/consultations/" + question
	desk := "/desk/" + question

	draft(giulia)
	stranger := s.enter(t, "")
	if status, _ := s.get(t, page); status != 404 {
		t.Errorf("a draft is visible: %d", status)
	}
	giulia.press(`main a[href$="/announce"]`)
	giulia.shot("about-announce")
	giulia.press(`form[action$="/announce"] button`)
	stranger.open(page)
	stranger.sees("Entro l’estate la Giunta decide e risponde punto per punto.")

	var panel []*person
	for i, name := range []string{"anna", "karim", "lucia", "sergio", "olga", "ivan"} {
		p := s.enter(t, name)
		if i%2 == 1 {
			p.lang = "/en"
		}
		p.open(page + "/enrol")
		p.do(chromedp.Evaluate(`document.querySelectorAll("main form input[type=checkbox]").forEach(i => { if (!i.checked) i.click() })`, nil))
		p.press(`form[action$="/enrol"] button[type=submit]`)
		panel = append(panel, p)
	}
	giulia.open(desk)
	giulia.press(`main a[href$="/start"]`)
	giulia.press(`form[action$="/start"] button`)

	for i, p := range panel {
		p.open(page + "/contributions")
		p.fill("#f-body", fmt.Sprintf("Idea numero %d: alberi e panchine lungo il fiume.", i+1))
		p.press(`button[value=write]`)
		p.sees(fmt.Sprintf("Idea numero %d", i+1))
	}
	if _, body := s.get(t, page+"/contributions"); strings.Contains(body, "Idea numero") {
		t.Error("contributions of an open round are shown to everyone")
	}
	closeRound(paolo, desk, 1)

	marta.until(desk, `a[href$="/contributions"].btn`)
	for _, item := range []string{"Lungo il fiume si piantano alberi.", "Lungo il fiume si mettono panchine."} {
		marta.open(desk + "/contributions")
		marta.do(chromedp.Evaluate(`[...document.querySelectorAll("input[type=checkbox][name=c]")].slice(0, 3).forEach(i => i.click())`, nil))
		marta.press(`#side button`)
		marta.press(`button[value=merge]`) // nothing written yet
		if marta.count(".dlf-err") == 0 {
			t.Fatal("a statement without words was taken")
		}
		marta.fill("#f-text", item)
		marta.fill("#f-rule", "1.6")
		marta.fill("#f-reason", "La stessa idea, con parole diverse.")
		marta.press(`button[value=merge]`)
	}
	marta.open(desk)
	marta.press(`main a[href$="/rounds/1/release"]`)
	marta.shot("about-release")
	marta.press(`form[action$="/rounds/1/release"] button`)

	for round := 2; round <= 3; round++ {
		paolo.open(desk)
		paolo.press(fmt.Sprintf(`main a[href$="/rounds/%d/open"]`, round))
		paolo.shot("about-open")
		paolo.press(fmt.Sprintf(`form[action$="/rounds/%d/open"] button`, round))
		form := fmt.Sprintf("%s/rounds/%d", page, round)
		for i, p := range panel {
			p.open(form + "?item=1")
			p.shot(fmt.Sprintf("form-%d", round))
			if n := p.count("input[type=radio]:checked"); n != 0 {
				t.Errorf("%s finds an answer chosen in round %d", p.name, round)
			}
			if round == 3 {
				p.tick(`input[name=answer_1][value=keep]`)
			} else {
				p.tick(fmt.Sprintf(`input[name=answer_1][value="%d"]`, 8+i%2))
				p.fill("#f-reason_1", "Perché d’estate il fiume è l’unico posto fresco.")
				p.tick(`input[name=argues_1][value=for]`)
			}
			p.press(`button[value=next]`)
			p.open(form + "?item=2")
			p.tick(fmt.Sprintf(`input[name=answer_2][value="%d"]`, 1+8*(i%2)))
			if i < 2 {
				p.fill("#f-reason_2", []string{"Il lungofiume deve restare libero.", "Chi è anziano si deve sedere."}[i])
				p.tick(fmt.Sprintf(`input[name=argues_2][value=%s]`, []string{"against", "for"}[i]))
			}
			p.press(`button[value=next]`)
			p.press(`button[value=deliver]`)
			if p.count("code.dlf-mono") != 1 {
				t.Fatalf("%s has no receipt: %s", p.name, p.text())
			}
		}
		closeRound(paolo, desk, round)
		paolo.until(desk, fmt.Sprintf(`main a[href$="/rounds/%d/open"], main a[href$="/conclude"], form[action$="/decide-all"]`, round+1))
		if round == 2 {
			goOn(paolo, desk)
		}
	}
	paolo.open(desk)
	if paolo.count(`form[action$="/decide-all"]`) > 0 {
		paolo.press(`form[action$="/decide-all"] button`)
	}
	paolo.press(`main a[href$="/conclude"]`)
	paolo.shot("about-conclude")
	paolo.fill(`form[action$="/conclude"] textarea`, "I giri previsti si sono svolti.")
	paolo.press(`form[action$="/conclude"] button`)
	// What the panel wrote against the verdicts is not left out in silence.
	paolo.open(desk + "/minority")
	paolo.shot("minority")
	if paolo.count(`input[name=copy]`) > 0 {
		paolo.forgo("Il panel ha una settimana, la prova un minuto.")
	}
	giulia.until(desk, `main a[href$="/publish"]`)
	giulia.press(`main a[href$="/publish"]`)
	giulia.fill(`form[action$="/publish"] textarea[name=summary]`, "Il panel vuole alberi, ed è diviso sulle panchine.")
	for range 50 { // the key and the ballots must be gone first
		giulia.press(`form[action$="/publish"] button`)
		if giulia.count(`form[action$="/publish"]`) == 0 {
			break
		}
		time.Sleep(200 * time.Millisecond)
		giulia.fill(`form[action$="/publish"] textarea[name=summary]`, "Il panel vuole alberi, ed è diviso sulle panchine.")
	}
	for _, lang := range []string{"", "/en"} {
		stranger.lang = lang
		stranger.open(page + "/opinion")
		stranger.sees("Lungo il fiume si piantano alberi.")
		stranger.shot("opinion" + strings.ReplaceAll(lang, "/", "-"))
	}
	if status, body := s.get(t, page+"/opinion.json"); status != 200 || !strings.Contains(body, "Lungo il fiume si mettono panchine.") {
		t.Errorf("opinion.json: %d, %s", status, body)
	}
	s.holds(t)
}

// forgo declares on the page of the minority report that nothing is reported.
func (p *person) forgo(reason string) {
	p.t.Helper()
	p.do(chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil))
	p.fill("#f-reason", reason)
	p.press(`button[value=forgo]`)
}

func closeRound(p *person, desk string, round int) {
	p.t.Helper()
	p.open(desk)
	p.press(fmt.Sprintf(`main a[href$="/rounds/%d/close"]`, round))
	form := fmt.Sprintf(`form[action$="/rounds/%d/close"]`, round)
	p.press(form + " button") // without a reason: refused
	if p.count(".dlf-err") == 0 {
		p.t.Fatalf("round %d closed without a reason: %s", round, p.text())
	}
	p.fill(form+" textarea", "Hanno risposto tutti.")
	p.press(form + " button")
}

// goOn takes every statement to the next round, against what the engine proposes
// where it must.
func goOn(p *person, desk string) {
	p.t.Helper()
	p.open(desk)
	for range 5 {
		before := p.count(`#to-decide form[action$="/decide"]`)
		if before == 0 {
			return
		}
		p.do(chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil))
		if follow := `#to-decide form:not(:has(textarea)) button[name=decision][value=go-on]`; p.count(follow) > 0 {
			p.press(follow)
		} else {
			p.fill(`#to-decide details form[action$="/decide"] textarea`, "Un giro solo non dice se le risposte tengono.")
			p.press(`#to-decide details button[name=decision][value=go-on]`)
		}
		if p.count(`#to-decide form[action$="/decide"]`) >= before {
			p.t.Fatalf("nothing was decided: %s", p.text())
		}
	}
}

// Whoever tries Delfi out takes the demonstration to a published opinion by clicking,
// and by one public reason: the panel's seven days do not pass in an afternoon.
func TestTheDemonstrationEndsByClickingAndOneReason(t *testing.T) {
	t.Parallel()
	s := serve(t, data(t), "--demo")
	const slug = "piazza-della-pomposa"
	p := s.enter(t, "")
	be := func(name string) {
		p.tick(".dlf-demo summary")
		p.press(fmt.Sprintf(`.dlf-demo a[href*="as=%s"]`, name))
	}
	p.open("/?lang=it")
	p.press(fmt.Sprintf(`main a[href="/consultations/%s"]`, slug))
	p.press(`form[action$="/panel"] button`)
	p.press(`form[action$="/close"] button`)
	be("paolo")
	p.press(`nav a[href="/desk"]`)
	p.press(fmt.Sprintf(`main a[href="/desk/%s"]`, slug))
	p.shot("desk-decisions")
	if p.count(`form[action$="/decide-all"]`) > 0 {
		p.press(`form[action$="/decide-all"] button`)
	}
	p.open("/desk/" + slug)
	p.press(`main a[href$="/conclude"]`)
	p.press(`form[action$="/conclude"] button`)
	p.press(fmt.Sprintf(`main a[href="/desk/%s"]`, slug))
	p.press(fmt.Sprintf(`main a[href="/desk/%s/minority"]`, slug))
	p.forgo("È una prova: il panel è inventato.")
	be("giulia")
	p.until("/desk/"+slug, `main a[href$="/publish"]`)
	p.press(`main a[href$="/publish"]`)
	for range 50 { // the key and the ballots must be gone first
		p.press(`form[action$="/publish"] button`)
		if p.count(`form[action$="/publish"]`) == 0 {
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	p.open("/consultations/" + slug)
	p.press(`.dlf-hero a.btn`)
	p.sees("Almeno un terzo della piazza è all’ombra di alberi veri")
	s.holds(t)
}

// holds checks the public record as anybody could: by the address alone.
func (s *site) holds(t *testing.T) {
	t.Helper()
	out, err := exec.Command(binary, "verify", s.URL).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "The record holds") {
		t.Errorf("the record does not hold: %v\n%s", err, out)
	}
}
