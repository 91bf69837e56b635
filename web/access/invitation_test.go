package access_test

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/account"
	"delfi/internal/app"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/fault"
	"delfi/internal/notify"
	"delfi/internal/platform/mail"
	"delfi/internal/platform/mail/mailtest"
	"delfi/internal/verify"
	"delfi/internal/verify/source"
	"delfi/web/webtest"
)

const (
	shade   = "ombra"
	invited = `{"version": 1, "variant": "policy",
		"panel": {"groups": [
			{"id": "residenti", "name": {"it": "Residenti"}, "access": "open"},
			{"id": "esperti", "name": {"it": "Esperti"}, "access": "invitation", "rule": "chi studia il verde"}]},
		"rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
		"item_kinds": [{"id": "opzione", "kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility"]}],
		"consensus": {"rule": "share", "share": {"from": 3, "to": 4}}}`
	desk = "/desk/" + shade + "/invitations/esperti"
	way  = "/consultations/" + shade + "/invitation"
)

// draftWith makes a draft of giulia's with rules.
func draftWith(t *testing.T, h *webtest.House, slug, protocol string) account.Actor {
	t.Helper()
	ctx := t.Context()
	riva, err := h.Accounts.Found(ctx, account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno", Address: "Piazza Grande 1, tel. 055 000 123"})
	if err != nil {
		t.Fatal(err)
	}
	giulia, paolo := h.Person(t, "giulia"), h.Person(t, "paolo")
	marta, davide := h.Person(t, "marta"), h.Person(t, "davide")
	at := h.DB.Now()
	_, err = h.Drafts.Create(ctx, giulia, riva.ID, draft.Form{
		Slug: slug, Language: "it", Title: "Alberi e ombra", Question: "Dove servono gli alberi?", Background: "Testo.",
		CommitmentQuotation: "Decideremo tenendone conto.", CommitmentDecider: "La Giunta", CommitmentSubject: "gli alberi",
		CommitmentDecideBy: at.AddDate(1, 0, 0).Format("2006-01-02"), CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
		Moderators: []string{marta.Office.String(), davide.Office.String()}, Facilitators: []string{paolo.Office.String()}, Offices: map[string]string{},
		StartsOn: at.AddDate(0, 0, 2).Format("2006-01-02"), Protocol: protocol, Items: []draft.Item{{Kind: "opzione", Text: "Più alberi nei cortili delle scuole."}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return giulia
}

// loads uploads a file of addresses for the group of experts.
func loads(t *testing.T, b *webtest.Browser, lines ...string) webtest.Response {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "inviti.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, err = part.Write([]byte(strings.Join(lines, "\r\n")))
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://delfi.test"+desk, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Do(t, r)
}

// invites loads a file without flaws, and invites who is in it.
func invites(t *testing.T, b *webtest.Browser, lines ...string) {
	t.Helper()
	if got := loads(t, b, lines...); got.Status != http.StatusSeeOther {
		t.Fatalf("checked: %d, %s", got.Status, got.Text("main"))
	}
	id, there := b.Get(t, desk).Page.Find("input[name=staged]").Attr("value")
	if !there {
		t.Fatalf("nothing is staged: %s", b.Get(t, desk).Text("main"))
	}
	if got := b.Post(t, desk+"/import", url.Values{"staged": {id}}); got.Status != http.StatusSeeOther {
		t.Fatalf("invited: %d, %s", got.Status, got.Text("main"))
	}
}

// codeIn is the code of a letter.
var codeIn = regexp.MustCompile(`[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]`)

// TestADeletedDraftLeavesNoKeyOfItsGuests: what backups hold of them then opens to nobody.
func TestADeletedDraftLeavesNoKeyOfItsGuests(t *testing.T) {
	h := webtest.Open(t)
	giulia := draftWith(t, h, shade, invited)
	invites(t, h.Site(t).As(t, giulia), "Nome;Email;Indirizzo;CAP;Comune", "Anna;anna@posta.example;;;")
	c, err := h.Consultations.Find(t.Context(), giulia, shade)
	if err != nil {
		t.Fatal(err)
	}
	key := func() error {
		_, err := h.Keys.Read(t.Context(), "invitation-"+c.ID.String())
		return err
	}
	if err := key(); err != nil {
		t.Fatal(err)
	}
	if err := h.Drafts.Delete(t.Context(), giulia, shade, c.Version(nil, consultation.Minority{})); err != nil {
		t.Fatal(err)
	}
	if err := h.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if key() == nil {
		t.Error("its key is still there")
	}
}

// TestInvitationsThroughTheirLife: a file with broken lines is mended and loaded, the
// consultation announced, letters leave by a mail server that refuses one, people enter by
// their codes, and the record holds with what it says of how many were invited.
func TestInvitationsThroughTheirLife(t *testing.T) {
	h := webtest.Open(t)
	h.Codes = 1000
	site := h.Site(t)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	giulia := draftWith(t, h, shade, invited)
	b := site.As(t, giulia)

	// Without anybody invited the draft is not announced.
	var refused *fault.Fault
	if err := h.Consultations.Announce(ctx, giulia, shade); !errors.As(err, &refused) || len(refused.Fields) != 1 || refused.Fields[0].Code != "invitations_missing" {
		t.Fatalf("announced with nobody invited: %v", err)
	}
	for who, status := range map[string]int{"paolo": 403, "anna": 404} {
		for _, at := range []string{desk, desk + "/letters"} {
			if got := site.As(t, h.Person(t, who)).Get(t, at); got.Status != status {
				t.Errorf("%s reads %s: %d", who, at, got.Status)
			}
		}
		if got := loads(t, site.As(t, h.Person(t, who)), "Email", "a@posta.example"); got.Status != status {
			t.Errorf("%s loads addresses: %d", who, got.Status)
		}
	}
	if got := b.Get(t, "/desk/"+shade+"/invitations/residenti"); got.Status != http.StatusNotFound {
		t.Errorf("invitations of an open group: %d", got.Status)
	}
	if got := b.Get(t, "/desk/"+shade+"/rolls"); got.Count("a[href='"+desk+"']") != 1 {
		t.Errorf("no link leads to the invitations: %s", got.Text("main"))
	}

	// Each broken line is named, and nothing is kept.
	broken := loads(t, b, "Nome;Email;Indirizzo;CAP;Comune", "Anna;anna@posta.example;;;", "Bea;bea@posta;;;", "Ugo;;;;", "Ivo;;via Larga 3;;", "Anna;ANNA@posta.example;;;")
	if broken.Status != 422 || broken.Count("main table tbody tr") < 4 || !strings.Contains(broken.Text("#errors"), "4") {
		t.Fatalf("broken: %d, %s", broken.Status, broken.Text("main"))
	}
	for line, words := range map[string]string{"3": "nome@esempio.it", "4": "né l’e-mail né l’indirizzo", "5": "nome, indirizzo e comune", "6": "già alla riga 2"} {
		row := broken.Page.Find("main table tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.TrimSpace(s.Find("th").Text()) == line })
		if !strings.Contains(row.Text(), words) {
			t.Errorf("line %s says %q", line, row.Text())
		}
	}
	if got := b.Get(t, desk); got.Count("input[name=staged]") != 0 || got.Count(".dlf-guest") != 0 {
		t.Error("of a broken file something is kept")
	}
	if got := loads(t, b, "Telefono", "055"); got.Status != 422 || got.Count("input[name=file][aria-invalid=true]") != 1 {
		t.Errorf("no list of addresses: %d", got.Status)
	}

	// Mended and loaded; the same again changes nothing; nothing leaves before the announcement.
	lines := []string{"Nome;Email;Indirizzo;CAP;Comune", "Ivo Neri;;via Larga 3;00184;Roma"}
	for _, name := range []string{"anna", "bea", "carla", "dora", "elisa", "franca"} {
		lines = append(lines, name+";"+name+"@posta.example;;;")
	}
	invites(t, b, lines...)
	if got := loads(t, b, lines...); got.Status != http.StatusSeeOther || b.Get(t, desk).Count("input[name=staged]") != 0 {
		t.Errorf("the same file: %d", got.Status)
	}
	if got := b.Post(t, desk+"/send", url.Values{}); got.Status != http.StatusConflict {
		t.Errorf("letters of a draft: %d", got.Status)
	}
	for _, day := range []string{"domani", "2001-01-01"} {
		if got := b.Post(t, desk+"/until", url.Values{"until": {day}}); got.Status != 422 || got.Page.Find("input[name=until][aria-invalid=true]").AttrOr("value", "") != day {
			t.Errorf("until %s: %d", day, got.Status)
		}
	}
	last := h.DB.Now().AddDate(0, 0, 20).Format("2006-01-02")
	if got := b.Post(t, desk+"/until", url.Values{"until": {last}}); got.Status != http.StatusSeeOther {
		t.Errorf("until: %d", got.Status)
	}
	must(h.Consultations.Announce(ctx, giulia, shade))
	must(h.Jobs.Drain(ctx))
	announced := site.Stranger().Get(t, "/consultations/"+shade)
	if text := announced.Text("main"); !strings.Contains(text, "Chi può entrare") || !strings.Contains(text, "chi ha ricevuto un invito") || announced.Count("main a[href='"+way+"']") == 0 {
		t.Errorf("the announcement does not say how one enters: %s", text)
	}

	// Letters leave by the mail queue; one is refused.
	server := mailtest.New(t)
	server.Refuse("franca@posta.example", 550)
	sender, err := mail.New("smtp://"+server.Address+"?starttls=none", "delfi@riva.example")
	must(err)
	posting, err := app.New(app.Options{DB: h.DB, Keys: h.Keys, Files: h.Files, BaseURL: "http://delfi.test", Sender: sender})
	must(err)
	if got := b.Post(t, desk+"/send", url.Values{}); got.Status != http.StatusSeeOther {
		t.Fatalf("sent: %d, %s", got.Status, got.Text("main"))
	}
	must(posting.Jobs.Do(ctx, notify.Post{}))
	code := map[string]string{}
	for _, l := range server.Letters() {
		code[strings.TrimSuffix(l.To, "@posta.example")] = codeIn.FindString(l.Text)
		if !strings.Contains(l.Text, "http://delfi.test"+way+"#"+codeIn.FindString(l.Text)) || !strings.Contains(l.Text, "055 000 123") || !strings.Contains(l.Text, "compreso") {
			t.Errorf("a letter says %s", l.Text)
		}
	}
	if len(code) != 5 || code["anna"] == "" || code["anna"] == code["bea"] {
		t.Fatalf("letters: %d", len(code))
	}
	if got := b.Post(t, desk+"/send", url.Values{}); got.Status != http.StatusSeeOther {
		t.Errorf("sent again: %d", got.Status)
	}
	must(posting.Jobs.Do(ctx, notify.Post{}))
	if n := len(server.Letters()); n != 5 {
		t.Errorf("letters that were sent leave again: %d", n)
	}
	b.Get(t, desk) // which says that letters are leaving, once
	shown := b.Get(t, desk)
	for _, want := range []string{"Persone invitate", "7", "Lettere rifiutate", "Lettere da stampare", "meno di 5"} {
		if !strings.Contains(shown.Text("main"), want) {
			t.Errorf("the desk does not say %q: %s", want, shown.Text("main"))
		}
	}
	if got := b.Get(t, desk+"?letter=bounced"); got.Count(".dlf-guest") != 1 || !strings.Contains(got.Text(".dlf-guest"), "franca@posta.example") {
		t.Errorf("those refused: %s", got.Text("main"))
	}

	// Printed are those without an address and the one that was refused.
	paper := b.Get(t, desk+"/letters")
	if paper.Count(".dlf-letter") != 2 || !strings.Contains(paper.Text("main"), "via Larga 3") || !strings.Contains(paper.Text("main"), "055 000 123") || strings.Contains(paper.Text("main"), code["anna"]) {
		t.Errorf("printed: %s", paper.Text("main"))
	}
	ivo := codeIn.FindString(paper.Page.Find(".dlf-letter").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), "Ivo Neri") }).Text())

	// A guest who is not signed in types the code, and finds it typed afterwards.
	stranger := site.Stranger()
	if got := stranger.Get(t, way); got.Status != http.StatusOK || got.Count("input[name=read]") != 0 || got.Count("script[src$='/js/invitation.js']") != 1 {
		t.Errorf("a stranger is shown %d: %s", got.Status, got.Text("main"))
	}
	if got := stranger.Post(t, way, url.Values{"code": {code["anna"][:9]}}); got.Status != 422 || got.Page.Find("input[name=code][aria-invalid=true]").AttrOr("value", "") != code["anna"][:9] {
		t.Errorf("half a code: %d", got.Status)
	}
	if got := stranger.Post(t, way, url.Values{"code": {code["anna"]}}); got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Location, "/sign-in?next=") {
		t.Errorf("a stranger sends a code: %d to %s", got.Status, got.Location)
	}
	people := map[string]*webtest.Browser{}
	for _, name := range []string{"anna", "karim", "lucia"} {
		people[name] = site.As(t, h.Person(t, name))
	}
	anna := people["anna"]
	if got := anna.Post(t, way, url.Values{"code": {code["anna"]}}); got.Status != 422 || got.Count("input[name=read][aria-invalid=true]") != 1 || got.Page.Find("input[name=code]").AttrOr("value", "") != code["anna"] {
		t.Errorf("without having read: %d, %s", got.Status, got.Text("main"))
	}
	wrong := code["anna"][:14] + string("AB"[min(1, strings.Count(code["anna"][14:], "A"))])
	for typed, words := range map[string]string{"": "Scrivi il codice", wrong: "carattere sbagliato", "K7QM": "invece di 13", strings.Replace(code["anna"], code["anna"][:1], "§", 1): "non c’è «§»"} {
		got := anna.Post(t, way, url.Values{"code": {typed}, "read": {"on"}})
		if got.Status != 422 || got.Count("input[name=code][aria-invalid=true]") != 1 || !strings.Contains(got.Text("#errors"), words) || got.Count("input[name=read][checked]") != 1 {
			t.Errorf("%q is answered %d: %s", typed, got.Status, got.Text("#errors"))
		}
	}
	outside := anna.Get(t, "/consultations/"+shade+"/enrol?group=esperti")
	if outside.Count("main input[name=read]") != 0 || outside.Count("main a[href='"+way+"']") != 1 {
		t.Errorf("the group without a code: %s", outside.Text("main"))
	}
	if got := anna.Post(t, "/consultations/"+shade+"/enrol", url.Values{"group": {"esperti"}, "read": {"on"}}); got.Status != http.StatusForbidden {
		t.Errorf("the group without a code, sent: %d", got.Status)
	}
	typed := strings.ToLower(strings.ReplaceAll(code["anna"], "-", "  "))
	if got := anna.Post(t, way, url.Values{"code": {typed}, "read": {"on"}}); got.Status != http.StatusSeeOther || got.Location != "/consultations/"+shade {
		t.Fatalf("anna enters: %d to %s, %s", got.Status, got.Location, got.Text("main"))
	}
	if got := anna.Post(t, way, url.Values{"code": {typed}, "read": {"on"}}); got.Status != http.StatusSeeOther {
		t.Errorf("the button twice: %d", got.Status)
	}
	if got := people["karim"].Post(t, way, url.Values{"code": {code["anna"]}, "read": {"on"}}); got.Status != 422 || !strings.Contains(got.Text("#errors"), "già stato usato") {
		t.Errorf("a code twice: %d, %s", got.Status, got.Text("#errors"))
	}
	if got := people["karim"].Post(t, way, url.Values{"code": {ivo}, "read": {"on"}}); got.Status != http.StatusSeeOther {
		t.Errorf("a printed code: %d, %s", got.Status, got.Text("main"))
	}
	if got := site.As(t, h.Person(t, "paolo")).Get(t, way); got.Status != http.StatusForbidden {
		t.Errorf("who steers: %d", got.Status)
	}

	// Nothing on the desk changed by it: whose letter opened a place is nowhere.
	if after := b.Get(t, desk).Text("main"); after != shown.Text("main") {
		t.Errorf("the desk tells that two came: %s", after)
	}

	// Again, another code, revoked.
	guest := func(name string) string {
		return strings.TrimSuffix(b.Get(t, desk).Page.Find(".dlf-guest a[href$='/renew']").FilterFunction(func(_ int, s *goquery.Selection) bool {
			return strings.Contains(s.Closest(".dlf-guest").Text(), name+"@posta.example")
		}).AttrOr("href", ""), "/renew")
	}
	for name, act := range map[string]string{"bea": "again", "carla": "renew", "dora": "revoke", "anna": "renew"} {
		page := desk
		if act != "again" { // a page says first what goes, of a code that was used the same
			page = guest(name) + "/" + act
			if got := b.Get(t, page); !strings.Contains(got.Text("main"), name+"@posta.example") || !strings.Contains(got.Text("main"), "da subito e per sempre") || !strings.Contains(got.Text("main"), "resta nel panel") {
				t.Errorf("before the %s of %s: %d %s", act, name, got.Status, got.Text("main"))
			}
		}
		form := url.Values{"act": {act}, "shown": {b.Get(t, page).Page.Find("form[action='"+guest(name)+"'] input[name=shown]").AttrOr("value", "")}}
		for range 2 { // a button pressed twice acts once: the letters below tell
			if got := b.Post(t, guest(name), form); got.Status != http.StatusSeeOther {
				t.Errorf("%s of %s: %d, %s", act, name, got.Status, got.Text("main"))
			}
		}
	}
	if got := b.Post(t, guest("carla"), url.Values{"act": {"renew"}, "shown": {"7 sent"}}); got.Status != http.StatusConflict {
		t.Errorf("another code for an invitation that no page showed so: %d", got.Status)
	}
	if got := b.Post(t, guest("dora"), url.Values{"act": {"again"}}); got.Status != http.StatusConflict {
		t.Errorf("a letter with a revoked code: %d", got.Status)
	}
	if got := b.Post(t, desk+"/guests/0a6c9b1e-7c63-4f0f-8d3c-1f3b6a2d9e42", url.Values{"act": {"revoke"}}); got.Status != http.StatusNotFound {
		t.Errorf("nobody's invitation: %d", got.Status)
	}
	for _, more := range []string{"/guests/0a6c9b1e-7c63-4f0f-8d3c-1f3b6a2d9e42/revoke", strings.TrimPrefix(guest("bea"), desk) + "/again"} {
		if got := b.Get(t, desk+more); got.Status != http.StatusNotFound {
			t.Errorf("a page before nothing, %s: %d", more, got.Status)
		}
	}
	if got := b.Get(t, guest("dora")+"/revoke"); got.Location != desk+"#guests" {
		t.Errorf("a code that is revoked already: %d to %q", got.Status, got.Location)
	}
	must(posting.Jobs.Do(ctx, notify.Post{}))
	again := map[string]string{}
	for _, l := range server.Letters()[5:] {
		again[strings.TrimSuffix(l.To, "@posta.example")] = codeIn.FindString(l.Text)
	}
	if len(again) != 3 || again["bea"] != code["bea"] || again["carla"] == code["carla"] || again["anna"] == code["anna"] {
		t.Errorf("letters again: %d", len(again))
	}
	for name, typed := range map[string]string{"renewed": code["carla"], "revoked": code["dora"], "new, of one that was used": again["anna"]} {
		if got := people["lucia"].Post(t, way, url.Values{"code": {typed}, "read": {"on"}}); got.Status != 422 {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	if got := people["lucia"].Post(t, way, url.Values{"code": {again["carla"]}, "read": {"on"}}); got.Status != http.StatusSeeOther {
		t.Errorf("a new code: %d, %s", got.Status, got.Text("main"))
	}

	// More people afterwards: the record says how many at once.
	invites(t, b, "Email", "gaia@posta.example")
	must(h.Consultations.Start(ctx, giulia, shade))
	must(h.Jobs.Drain(ctx))
	furio := h.Person(t, "paolo")
	for round := 1; round <= 2; round++ {
		if round == 2 {
			must(h.Consultations.OpenRound(ctx, furio, shade, 2))
		}
		must(h.Jobs.Drain(ctx))
		must(h.Consultations.CloseRound(ctx, furio, shade, round, "abbiamo le risposte"))
		must(h.Jobs.Drain(ctx))
	}
	file := filepath.Join(t.TempDir(), "record.zip")
	must(os.WriteFile(file, []byte(site.Stranger().Get(t, "/record/"+shade+".zip").Body), 0o600))
	files, closer, err := source.Archive(file)
	must(err)
	defer closer.Close()
	if _, err := verify.Run(ctx, files, verify.Options{}); err != nil {
		t.Errorf("the record does not hold: %v", err)
	}
	entries := site.Stranger().Get(t, "/record/entries?from=0&to=1000&limit=1000").Body
	for _, want := range []string{`"group":"esperti","left":0,"n":7`, `"group":"esperti","left":0,"n":8`} {
		if !strings.Contains(strings.ReplaceAll(entries, `\"`, `"`), want) {
			t.Errorf("the record does not say %s", want)
		}
	}
	if strings.Contains(entries, "posta.example") {
		t.Error("the record names a guest")
	}

	// At the end the invitations are read no more, and how many they were stays.
	must(h.Consultations.Conclude(ctx, furio, shade, "Basta."))
	must(h.Jobs.Drain(ctx))
	if got := b.Get(t, desk); got.Status != http.StatusOK || got.Count(".dlf-guest") != 0 || got.Count("main form") != 0 || !strings.Contains(got.Text("main"), "8") {
		t.Errorf("at the end: %d, %s", got.Status, got.Text("main"))
	}
	if got := loads(t, b, "Email", "x@posta.example"); got.Status != http.StatusConflict {
		t.Errorf("invited at the end: %d", got.Status)
	}
	if log := site.Log.String(); strings.Contains(log, "posta.example") || strings.Contains(log, code["bea"]) {
		t.Error("a guest or a code was logged")
	}
}

// TestGuessesOfInvitationsAreLimited: who tries codes from one place is made to wait, whoever
// signs in there.
func TestGuessesOfInvitationsAreLimited(t *testing.T) {
	h := webtest.Open(t)
	h.Codes = 20
	site := h.Site(t)
	giulia := draftWith(t, h, shade, invited)
	invites(t, site.As(t, giulia), "Email", "anna@posta.example")
	if err := h.Consultations.Announce(t.Context(), giulia, shade); err != nil {
		t.Fatal(err)
	}
	people := []*webtest.Browser{site.Stranger(), site.As(t, h.Person(t, "anna")), site.As(t, h.Person(t, "karim"))}
	refused := 0
	for n := range 100 { // more than the limits of two minutes, of which one may begin meanwhile
		got := people[n%len(people)].Post(t, way, url.Values{"code": {fmt.Sprintf("wrong %d", n)}, "read": {"on"}})
		switch {
		case got.Status == http.StatusTooManyRequests:
			refused++
		case got.Status != 422:
			t.Fatalf("guess %d: %d", n+1, got.Status)
		}
	}
	if refused < 100-2*20 {
		t.Errorf("of 100 guesses %d are refused", refused)
	}
}

func TestGuards(t *testing.T) {
	h := webtest.Open(t)
	giulia := draftWith(t, h, shade, invited)
	invites(t, h.Site(t).As(t, giulia), "Email", "anna@posta.example")
	if err := h.Consultations.Announce(t.Context(), giulia, shade); err != nil {
		t.Fatal(err)
	}
	steers := map[string]webtest.Denial{"who steers": {Who: h.Person(t, "paolo"), Status: 403}}
	h.Guards(t, []string{"/consultations/{slug}/invitation"}, h.Person(t, "anna"), []webtest.Route{
		{Method: "GET", Path: way, Open: true, Denied: steers},
		{Method: "POST", Path: way, Open: true, Status: 422, Form: url.Values{"code": {"x"}}, Denied: steers},
	})
}
