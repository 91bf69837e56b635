package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"delfi/internal/platform/postgres/testdb"
)

// independent starts an identity provider that is not ours, for a site that will stand at
// base, and gives its issuer.
func independent(t *testing.T, base string) string {
	t.Helper()
	cmd := exec.Command("node", "../internal/login/testdata/provider.mjs", base+"/sign-in/callback", base+"/")
	stdin, err := cmd.StdinPipe() // closed with this process, which ends the provider
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	complaints := &lines{}
	cmd.Stderr = complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the provider ended with %v:\n%s", err, complaints)
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	issuer, ok := strings.CutPrefix(strings.TrimSpace(line), "issuer ")
	if !ok {
		t.Fatalf("the provider said %q, %v:\n%s", line, err, complaints)
	}
	return issuer
}

// freeAddress is one that nothing listens on: the provider must know it before the
// server that will.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// walker is a person with a browser without JavaScript, who follows links and sends forms
// as the pages have them.
type walker struct {
	t      *testing.T
	base   string
	client *http.Client
	at     *url.URL
	status int
	page   *goquery.Document
}

func newWalker(t *testing.T, base string) *walker {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &walker{t: t, base: base, client: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

func (w *walker) do(method, address string, form url.Values) {
	w.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, address, body)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Accept-Language", "it")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := w.client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	if w.page, err = goquery.NewDocumentFromReader(res.Body); err != nil {
		w.t.Fatal(err)
	}
	w.at, w.status = res.Request.URL, res.StatusCode
}

func (w *walker) open(path string) *walker {
	w.t.Helper()
	w.do(http.MethodGet, w.base+path, nil)
	return w
}

// follow goes where a link of the page leads.
func (w *walker) follow(selector string) *walker {
	w.t.Helper()
	link, ok := w.page.Find(selector).First().Attr("href")
	if !ok {
		w.t.Fatalf("no %s at %s: %s", selector, w.at, w.words())
	}
	to, err := w.at.Parse(link)
	if err != nil {
		w.t.Fatal(err)
	}
	w.do(http.MethodGet, to.String(), nil)
	return w
}

// send sends the page's form that a selector finds: its fields as they stand, with values
// in the place of some.
func (w *walker) send(selector string, values url.Values) *walker {
	w.t.Helper()
	form := w.page.Find(selector).First()
	if form.Length() == 0 {
		w.t.Fatalf("no %s at %s: %s", selector, w.at, w.words())
	}
	sent := url.Values{}
	form.Find("input[name], textarea[name]").Each(func(_ int, in *goquery.Selection) {
		name, value := in.AttrOr("name", ""), in.AttrOr("value", in.Text())
		switch kind := in.AttrOr("type", ""); {
		case values.Has(name), (kind == "checkbox" || kind == "radio") && in.AttrOr("checked", "no") == "no":
		default:
			sent.Add(name, value)
		}
	})
	for name, all := range values {
		sent[name] = all
	}
	to, err := w.at.Parse(form.AttrOr("action", ""))
	if err != nil {
		w.t.Fatal(err)
	}
	w.do(http.MethodPost, to.String(), sent)
	return w
}

// signIn is the provider's pages, to which a page of ours has led.
func (w *walker) signIn(name string) *walker {
	w.t.Helper()
	if strings.HasPrefix(w.at.String(), w.base) {
		w.t.Fatalf("was not led to the provider, but to %s", w.at)
	}
	w.send("form", url.Values{"login": {name}, "password": {"anything"}})
	if !strings.HasPrefix(w.at.String(), w.base) {
		w.send("form", url.Values{}) // it asks for consent
	}
	return w
}

func (w *walker) words() string { return strings.Join(strings.Fields(w.page.Find("main").Text()), " ") }

// sees fails unless the page has this status and these words.
func (w *walker) sees(status int, words string) *walker {
	w.t.Helper()
	if w.status != status || !strings.Contains(w.words(), words) {
		w.t.Fatalf("at %s: %d, want %d with %q: %s", w.at, w.status, status, words, w.words())
	}
	return w
}

var firstCode = regexp.MustCompile(`(?m)^  ((?:[0-9A-Z]{5}-){5}[0-9A-Z]{5})$`)

// TestAProductionServerBegins: from an empty Postgres and a provider that is not ours,
// whose groups say nothing to Delfi, to an announced consultation by pages alone.
func TestAProductionServerBegins(t *testing.T) {
	at := freeAddress(t)
	base := "http://" + at
	issuer := independent(t, base)
	database, dir := testdb.Empty(t), data(t)
	flags := []string{"--listen=" + at, "--database-url=" + database,
		"--oidc-issuer=" + issuer, "--oidc-client-id=delfi-test"}
	t.Setenv("DELFI_OIDC_CLIENT_SECRET", "only-for-this-test")
	s := serve(t, dir, flags...)
	printed := firstCode.FindAllStringSubmatch(s.log.String(), -1)
	if len(printed) != 1 || strings.Count(s.log.String(), base+"/first-run") != 1 {
		t.Fatalf("the code is not printed once with its page:\n%s", s.log)
	}
	code := printed[0][1]

	// The first administration, and its administrator.
	giulia := newWalker(t, base).open("/first-run").signIn("giulia")
	giulia.sees(200, "La prima amministrazione")
	body := url.Values{"slug": {"riva"}, "name": {"Comune di Riva d’Arno"}, "address": {"Piazza Grande 1"}, "ipa": {"c_h330"}, "mail": {"urp@riva.example"}}
	with := func(code string) url.Values {
		v := url.Values{"code": {code}}
		for name, all := range body {
			v[name] = all
		}
		return v
	}
	giulia.send("main form", with(strings.Repeat("0", 30))).sees(422, "Non è il codice")
	giulia.send("main form", with(code)).sees(200, "L’amministrazione è creata")
	giulia.open("/first-run").sees(404, "")

	// Those who steer sign in once, and are given their roles.
	person := "form[action='/administrations/riva/grant']"
	giulia.open("/administrations/riva").send(person, url.Values{"person": {"marta@altrove.example"}, "role": {"moderator"}, "consultation": {"*"}}).sees(422, "entrare una volta")
	staff := map[string]string{"marta": "moderator", "davide": "moderator", "paolo": "facilitator"}
	colleagues := map[string]*walker{}
	for name, role := range staff {
		colleagues[name] = newWalker(t, base).open("/sign-in?next=/desk").signIn(name)
		colleagues[name].sees(403, "chiedi")
		giulia.open("/administrations/riva").send(person, url.Values{"person": {name + "@altrove.example"}, "role": {role}, "consultation": {"*"}}).sees(200, "Rossi "+name)
		colleagues[name].open("/desk").sees(200, "Scrivania")
	}

	// A draft, and its announcement.
	giulia.open("/desk").sees(200, "Dati e ruoli: Comune di Riva d’Arno")
	giulia.open("/desk/new")
	chosen := func(name string) []string {
		var ids []string
		giulia.page.Find("input[name=" + name + "]").Each(func(_ int, in *goquery.Selection) { ids = append(ids, in.AttrOr("value", "")) })
		return ids
	}
	now := time.Now()
	giulia.send("main form", url.Values{"title": {"Il prato del fiume"}, "slug": {question}, "variant": {"classical"}}).sees(200, "Che cosa chiedete, e che cosa promettete?")
	giulia.send("#step", url.Values{
		"question": {"Che cosa fare del prato lungo il fiume?"}, "background": {"Il prato è di **due ettari**."},
		"commitment_quotation": {"Entro l’estate la Giunta decide e risponde punto per punto."}, "commitment_decider": {"La Giunta comunale"},
		"commitment_subject": {"l’uso del prato"}, "commitment_decide_by": {now.AddDate(1, 0, 0).Format(time.DateOnly)},
		"commitment_act": {"Delibera n. 9"}, "commitment_signatory": {"Giulia Rossi, assessora"},
	}).sees(200, "Chi può partecipare?")
	giulia.open("/desk/" + question + "/draft/staff")
	giulia.send("#step", url.Values{
		"starts_on": {now.AddDate(0, 0, 5).Format(time.DateOnly)}, "moderators": chosen("moderators"), "facilitators": chosen("facilitators"),
	}).sees(200, "Tutta la bozza in una pagina")
	giulia.open("/desk/"+question).sees(200, "C’è tutto: si può annunciare.")
	// An act that cannot be undone asks for a sign-in of its own: this provider says when
	// somebody signed in only if it is asked.
	giulia.open("/desk/"+question+"/announce").sees(200, "Serve un accesso nuovo")
	giulia.follow("main a[href*='fresh=1']").signIn("giulia")
	giulia.send("form[action$='/announce']", url.Values{}).sees(200, "La consultazione è annunciata")
	newWalker(t, base).open("/consultations/"+question).sees(200, "Entro l’estate la Giunta decide e risponde punto per punto.")
	s.holds(t)

	// Another start prints no code; the command line sees the same roles, and takes one back.
	s.stop(t)
	s = serve(t, dir, flags...)
	if firstCode.MatchString(s.log.String()) || strings.Contains(s.log.String(), "first-run") {
		t.Errorf("a code is printed although there is an administration:\n%s", s.log)
	}
	admin := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(binary, append(args, "--data="+dir)...)
		cmd.Env = append(os.Environ(), "DATABASE_URL="+database)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	for name, role := range map[string]string{"giulia": "administrator", "marta": "moderator", "paolo": "facilitator"} {
		if want := fmt.Sprintf("riva %s: Rossi %s, %[2]s@altrove.example, subject %[2]s of %s, granted here\n", role, name, issuer); !strings.Contains(admin("admin", "role", "list"), want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	suspend := url.Values{"reason": {"Verifichiamo un dato."}}
	admin("admin", "role", "revoke", "riva", "moderator", "marta")
	for name, status := range map[string]int{"marta": 403, "davide": 200} {
		version := colleagues[name].open("/desk/"+question+"/suspend").page.Find("input[name=version]").First().AttrOr("value", "")
		suspend.Set("version", version)
		if colleagues[name].do(http.MethodPost, base+"/desk/"+question+"/suspend", suspend); colleagues[name].status != status {
			t.Errorf("%s suspends: %d, want %d", name, colleagues[name].status, status)
		}
	}
}

// The private Postgres of --data is served by the command line too, while the server runs
// and after.
func TestAdminBesideAServer(t *testing.T) {
	dir := data(t)
	s := serve(t, dir)
	if !firstCode.MatchString(s.log.String()) {
		t.Fatalf("no code:\n%s", s.log)
	}
	admin := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(binary, append(append([]string{"admin", "administration"}, args...), "--data="+dir)...)
		cmd.Dir = ".." // where node_modules are, for the private Postgres
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	admin("add", "riva", "Comune di Riva d’Arno")
	if status, body := s.get(t, "/"); status != 200 || !strings.Contains(body, "Comune di Riva d’Arno") {
		t.Errorf("the running server does not show it: %d", status)
	}
	s.stop(t)
	if out := admin("list"); out != "riva: Comune di Riva d’Arno\n" {
		t.Errorf("listed %q", out)
	}
}

// The first page and the administration's own are accessible, without JavaScript and on a
// small screen, in both languages.
func TestTheFirstPagesOnASmallScreen(t *testing.T) {
	t.Parallel()
	s := serve(t, data(t))
	code := firstCode.FindStringSubmatch(s.log.String())
	if code == nil {
		t.Fatalf("no code:\n%s", s.log)
	}
	p := s.enter(t, "giulia", emulation.SetDeviceMetricsOverride(320, 740, 1, true))
	looks := func(path string) {
		t.Helper()
		for _, lang := range []string{"/en", ""} {
			p.lang = lang
			p.open(path)
			p.shot("first" + strings.ReplaceAll(lang+path, "/", "-"))
			var over int64
			p.do(chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over))
			if over > 0 {
				t.Errorf("%s%s scrolls sideways by %d", lang, path, over)
			}
		}
	}
	looks("/first-run")
	p.press("main form button[type=submit]")
	if p.count("#errors a") != 3 {
		t.Errorf("an empty form lacks %d: %s", p.count("#errors a"), p.text())
	}
	p.fill("#f-code", code[1])
	p.fill("#f-slug", "prova")
	p.fill("#f-name", "Unione dei Comuni del Medio Appennino e della Pianura")
	p.press("main form button[type=submit]")
	looks("/administrations/prova")
	p.press(`form[action$="/grant"] button`)
	if p.count("#errors a") == 0 {
		t.Errorf("nobody was given a role: %s", p.text())
	}
}
