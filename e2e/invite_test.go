package e2e

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"delfi/internal/platform/mail/mailtest"
)

// within shows a page at a width, where nothing may scroll sideways.
func (p *person) within(width int64, shot string) {
	p.t.Helper()
	var over int
	p.do(emulation.SetDeviceMetricsOverride(width, 800, 1, false),
		chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over))
	if over > 0 {
		p.t.Errorf("%s at %d px scrolls sideways by %d", p.at(), width, over)
	}
	p.accessible()
	p.shot(shot)
	p.do(emulation.ClearDeviceMetricsOverride())
}

// received waits until so many letters with a code came, and gives the codes by address. Those
// of the demonstration leave too.
func received(t *testing.T, server *mailtest.Server, n int) map[string]string {
	t.Helper()
	code, out := regexp.MustCompile(`#([2-9A-Z-]{16})`), map[string]string{}
	for len(out) < n {
		for _, l := range server.Letters() {
			if m := code.FindStringSubmatch(l.Text); m != nil {
				out[l.To] = m[1]
			}
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("%d letters of %d came", len(out), n)
		case <-time.After(100 * time.Millisecond):
		}
	}
	return out
}

// TestPeopleEnterByInvitation: an administrator invites by a file that is mended first, letters
// leave by a mail server, one guest follows the link and another types the code before signing
// in; what is wrong is said beside the field.
func TestPeopleEnterByInvitation(t *testing.T) {
	t.Parallel()
	server := mailtest.New(t)
	s := serve(t, data(t), "--demo", "--smtp=smtp://"+server.Address+"?starttls=none", "--mail-from=delfi@riva.example")
	giulia := s.enter(t, "giulia")
	draft(giulia)
	giulia.open("/desk/" + question + "/draft/panel")
	giulia.fill("#f-panel-groups-0--access", "invitation")
	giulia.press(`button[value="add:panel.groups"]`)
	giulia.fill("#f-panel-groups-1--name-it", "Architetti")
	giulia.fill("#f-panel-groups-1--id", "architetti")
	giulia.fill("#f-panel-groups-1--access", "declared")
	giulia.press(".dlf-wizard-bar button[value=stay]")
	giulia.sees("Che cosa si chiede, oltre al nome")
	giulia.within(360, "secretary-draft-360")
	giulia.press(".dlf-wizard-bar button[value=next]")
	appointed := appoints(s, giulia)
	giulia.open("/desk/" + question + "/rolls")
	giulia.press(`main a[href*="/invitations/"]`)
	var desk string
	giulia.do(chromedp.Evaluate(`location.pathname`, &desk))

	upload := func(text string) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "inviti.csv")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		giulia.do(chromedp.SetUploadFiles("#f-file", []string{file}, chromedp.ByQuery))
		giulia.press(`form:has(#f-file) button`)
	}
	upload("Nome;Email;Indirizzo;CAP;Comune\nAnna;anna@posta;;;\nUgo;;via Larga 3;184;\n")
	giulia.sees("nome@esempio.it")
	giulia.within(360, "invite-flaws-360")
	upload("Nome;Email;Indirizzo;CAP;Comune\nAnna Verdi;anna@posta.example;;;\nKarim Neri;karim@posta.example;;;\nUgo Blu;;via Larga 3;00184;Roma\n")
	giulia.shot("invite-staged-1280")
	giulia.press(`form[action$="/import"] button`)
	giulia.sees("Anna Verdi")
	if giulia.count(`form[action$="/send"]`) != 0 {
		t.Error("letters of a draft can be sent")
	}
	giulia.open("/desk/" + question)
	giulia.press(`main a[href$="/announce"]`)
	giulia.press(`form[action$="/announce"] button`)
	stranger := s.enter(t, "")
	stranger.open("/consultations/" + question)
	stranger.sees("Chi può entrare, e come")
	stranger.within(360, "invite-announced-360")

	appointed.admits(s)

	giulia.open(desk)
	giulia.press(`form[action$="/send"] button`)
	codes := received(t, server, 2)
	giulia.open(desk)
	giulia.shot("invite-desk-1280")
	giulia.within(360, "invite-desk-360")
	giulia.open(desk + "/letters")
	giulia.sees("via Larga 3")
	giulia.shot("invite-letters-1280")
	giulia.within(360, "invite-letters-360")

	// By the link: the script moves the code into its field, and out of the address.
	way := "/consultations/" + question + "/invitation"
	anna := s.enter(t, "anna")
	anna.open(way + "#" + codes["anna@posta.example"])
	anna.kept("#f-code", codes["anna@posta.example"])
	if at, err := url.Parse(anna.at()); err != nil || at.Fragment != "" {
		t.Errorf("the code stays in the address: %s", anna.at())
	}
	anna.shot("invite-page-1280")
	anna.within(320, "invite-page-320")
	anna.press(`form[data-invitation] button`) // without having read
	if anna.count(`#f-read[aria-invalid=true]`) != 1 {
		t.Errorf("entered without having read: %s", anna.text())
	}
	anna.kept("#f-code", codes["anna@posta.example"])
	anna.tick("#f-read")
	anna.press(`form[data-invitation] button`)
	anna.open("/consultations/" + question)
	if anna.count(`main a[href="`+way+`"]`) > 1 {
		t.Errorf("who is on the panel is asked for a code: %s", anna.text())
	}

	// Typed, before signing in.
	stranger.open(way)
	stranger.fill("#f-code", "K7QM")
	stranger.press(`form[data-invitation] button`)
	if stranger.count(`#f-code[aria-invalid=true]`) != 1 {
		t.Errorf("half a code was taken: %s", stranger.text())
	}
	stranger.within(360, "invite-wrong-360")
	stranger.fill("#f-code", codes["karim@posta.example"])
	stranger.leave(chromedp.Click(`form[data-invitation] button`, chromedp.ByQuery))
	stranger.open("/sign-in?as=karim&next=" + url.QueryEscape(way))
	stranger.kept("#f-code", codes["karim@posta.example"])
	stranger.tick("#f-read")
	stranger.press(`form[data-invitation] button`)
	late := s.enter(t, "teresa") // lucia steers by now
	late.open(way)
	late.fill("#f-code", codes["karim@posta.example"])
	late.tick("#f-read")
	late.press(`form[data-invitation] button`)
	late.sees("già stato usato")
}

// secretary is somebody who admits the members of the group of architects.
type secretary struct{ *person }

// appoints gives lucia the role of a secretary, and names her for the group of architects of the
// draft.
func appoints(s *site, giulia *person) secretary {
	giulia.t.Helper()
	lucia := s.enter(giulia.t, "lucia")
	giulia.open("/administrations/riva")
	giulia.fill(`form[action$="/grant"] [name=person]`, "lucia.ferraboschi@posta.example")
	giulia.tick(`form[action$="/grant"] [name=role][value=secretary]`)
	giulia.do(chromedp.Evaluate(`(function(c){ c.tagName === "SELECT" ? c.value = "*" : document.querySelector('form[action$="/grant"] [name=consultation][value="*"]').click() })(document.querySelector('form[action$="/grant"] [name=consultation]'))`, nil))
	giulia.press(`form[action$="/grant"] button`)
	giulia.open("/desk/" + question + "/secretaries/architetti")
	giulia.press("main form button[type=submit]")
	if giulia.count("#errors a") != 2 {
		giulia.t.Errorf("nobody was named: %s", giulia.text())
	}
	giulia.within(360, "secretary-appoint-360")
	giulia.do(chromedp.Evaluate(`document.querySelector("#f-person").selectedIndex = 1`, nil))
	giulia.fill("#f-office", "Segreteria dell’Ordine degli Architetti")
	giulia.press("main form button[type=submit]")
	giulia.sees("Lucia Ferraboschi")
	giulia.shot("secretary-appoint-1280")
	return secretary{lucia}
}

// admits walks an application through its pages: olga applies, lucia refuses with words, olga
// reads them and applies again, lucia admits her, and she is led to the enrolment.
func (p secretary) admits(s *site) {
	p.t.Helper()
	way, list := "/consultations/"+question+"/membership/architetti", "/desk/"+question+"/applications/architetti"
	olga := s.enter(p.t, "olga")
	olga.open("/consultations/" + question + "/enrol?group=architetti")
	olga.press(`main a[href$="/membership/architetti"]`)
	olga.shot("membership-1280")
	olga.within(320, "membership-320")
	olga.press(".dlf-enrol button")
	if olga.count("#f-detail[aria-invalid=true]") != 1 {
		olga.t.Errorf("applied without a number: %s", olga.text())
	}
	olga.fill("#f-detail", "A 12")
	olga.press(".dlf-enrol button")
	olga.sees("Aspetta la decisione")
	olga.within(360, "membership-waiting-360")

	decides := func(act string) {
		p.t.Helper()
		p.open("/desk")
		p.press(`main a[href$="/applications/architetti"]`)
		p.within(360, "secretary-list-360")
		p.tick("input[name=id]")
		p.press(`button[name=act][value=` + act + `]`)
		p.within(360, "secretary-"+act+"-360")
	}
	decides("refuse")
	p.press(`form[action$="/decide"] button[type=submit]`)
	if p.count("#f-reason[aria-invalid=true]") != 1 {
		p.t.Errorf("refused without words: %s", p.text())
	}
	p.fill("#f-reason", "Il numero non è il tuo: guarda il tesserino.")
	p.press(`form[action$="/decide"] button[type=submit]`)
	p.open(list + "?state=refused")
	p.shot("secretary-refused-1280")
	olga.open(way)
	olga.sees("guarda il tesserino")
	olga.shot("membership-refused-1280")
	olga.fill("#f-detail", "A 21")
	olga.press(".dlf-enrol button")
	decides("admit")
	p.press(`form[action$="/decide"] button[type=submit]`)
	p.open(list + "?state=admitted")
	p.shot("secretary-admitted-1280")
	olga.open(way)
	olga.press(`main a[href$="/enrol?group=architetti"]`)
	olga.sees("ti ha ammesso")
	olga.within(360, "membership-enrol-360")
}
