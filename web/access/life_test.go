package access_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/account"
	"delfi/internal/consultation/draft"
	"delfi/internal/delphi/table"
	"delfi/internal/fault"
	"delfi/internal/verify"
	"delfi/internal/verify/source"
	"delfi/web/webtest"
)

const (
	trees = "alberi"
	rules = `{"version": 1, "variant": "policy",
		"panel": {"groups": [
			{"id": "cittadini", "name": {"it": "Cittadini"}, "access": "claim", "rule": "municipality X001 Riva d'Arno; age 16-; level 2"},
			{"id": "agronomi", "name": {"it": "Agronomi"}, "access": "roll", "rule": "albo"}]},
		"rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
		"item_kinds": [{"id": "opzione", "kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility"]}],
		"consensus": {"rule": "share", "share": {"from": 3, "to": 4}}}`
)

// The fiscal codes of nobody.
const anna, karim, lucia, sergio = "VNDNNA88D57X001N", "HDDKRM95P08Z330L", "FRRLCU62T41X001D", "BNDSRG49R20X001B"

// register is a register of n people in INI-PEC's layout, the known ones in its last lines.
func register(n int, known ...string) []string {
	lines := []string{"PEC;Nome;Cognome;Numero iscrizione;Codice fiscale;Stato;Data iscrizione;Data cancellazione"}
	for i := range n {
		code := invented(i)
		if left := n - i; left <= len(known) {
			code = known[left-1]
		}
		lines = append(lines, fmt.Sprintf("p%d@pec.example;Maria;Rossi;%04d;%s;Attivo;01/02/2003;", i, i, code))
	}
	return lines
}

// invented is the code of an invented person of no place.
func invented(n int) string {
	body := fmt.Sprintf("QQQ%c%c%c%02d%c%02dX%03d", 'A'+n/26/26%26, 'A'+n/26%26, 'A'+n%26, n%100, "ABCDEHLMPRST"[n%12], 1+n%28, n%1000)
	odd := map[byte]int{}
	for i, v := range []int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21} {
		odd['0'+byte(i)], odd['A'+byte(i)] = v, v
	}
	for i, v := range []int{2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23} {
		odd['K'+byte(i)] = v
	}
	sum := 0
	for i := range len(body) {
		switch c := body[i]; {
		case i%2 == 0:
			sum += odd[c]
		case c >= 'A':
			sum += int(c - 'A')
		default:
			sum += int(c - '0')
		}
	}
	return body + string(byte('A'+sum%26))
}

// sends uploads a register for the group of agronomists.
func sends(t *testing.T, b *webtest.Browser, owner string, lines []string) webtest.Response {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	err := w.WriteField("owner", owner)
	part, failed := w.CreateFormFile("file", "albo.csv")
	if err = errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	_, err = part.Write([]byte(strings.Join(lines, "\r\n")))
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://delfi.test/desk/"+trees+"/rolls/agronomi", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Do(t, r)
}

// imports checks and loads a register that has no flaw.
func imports(t *testing.T, b *webtest.Browser, lines []string) {
	t.Helper()
	if got := sends(t, b, "Ordine degli agronomi", lines); got.Status != http.StatusSeeOther {
		t.Fatalf("checked: %d, %s", got.Status, got.Text("main"))
	}
	desk := b.Get(t, "/desk/"+trees+"/rolls")
	id, there := desk.Page.Find("input[name=staged]").Attr("value")
	if !there {
		t.Fatalf("nothing is staged: %s", desk.Text("main"))
	}
	if got := b.Post(t, "/desk/"+trees+"/rolls/agronomi/import", url.Values{"staged": {id}}); got.Status != http.StatusSeeOther {
		t.Fatalf("loaded: %d, %s", got.Status, got.Text("main"))
	}
}

// TestARollThroughItsLife: a register with broken lines is mended and loaded, the consultation
// announced, people enrol by claim and by roll, one is struck off between rounds, and the
// record holds with what it says of that.
func TestARollThroughItsLife(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	riva, err := h.Accounts.Found(ctx, account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"})
	must(err)
	giulia, paolo := h.Person(t, "giulia"), h.Person(t, "paolo")
	marta, davide := h.Person(t, "marta"), h.Person(t, "davide")
	at := h.DB.Now()
	_, err = h.Drafts.Create(ctx, giulia, riva.ID, draft.Form{
		Slug: trees, Language: "it", Title: "Alberi e ombra", Question: "Dove servono gli alberi?", Background: "Testo.",
		CommitmentQuotation: "Decideremo tenendone conto.", CommitmentDecider: "La Giunta", CommitmentSubject: "gli alberi",
		CommitmentDecideBy: at.AddDate(1, 0, 0).Format("2006-01-02"), CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
		Moderators: []string{marta.Office.String(), davide.Office.String()}, Facilitators: []string{paolo.Office.String()}, Offices: map[string]string{},
		StartsOn: at.AddDate(0, 0, 2).Format("2006-01-02"), Protocol: rules, Items: []draft.Item{{Kind: "opzione", Text: "Più alberi nei cortili delle scuole."}},
	})
	must(err)
	desk := site.As(t, giulia)

	// Without the roll the draft is not announced.
	var refused *fault.Fault
	if err := h.Consultations.Announce(ctx, giulia, trees); !errors.As(err, &refused) || len(refused.Fields) != 1 || refused.Fields[0].Code != "roll_missing" {
		t.Fatalf("announced without its roll: %v", err)
	}
	// Who may not load one sends no byte of it.
	for who, status := range map[string]int{"paolo": 403, "anna": 404} {
		if got := sends(t, site.As(t, h.Person(t, who)), "x", register(3)); got.Status != status {
			t.Errorf("%s loads a roll: %d", who, got.Status)
		}
	}

	// Seven of three hundred lines are broken: each is named, and nothing is kept.
	lines := register(300, anna, karim, lucia)
	broken := append([]string{}, lines...)
	set := func(line, field int, text string) {
		f := strings.Split(broken[line-1], ";")
		f[field] = text
		broken[line-1] = strings.Join(f, ";")
	}
	set(18, 4, "RSSMRA45D25F205M")
	set(41, 4, "6,02E+15")
	set(77, 6, "45231")
	set(112, 3, "")
	set(156, 4, "SPNDNL80R13C555X")
	set(203, 5, "SOSPES0")
	set(288, 4, invented(10))
	flawed := sends(t, desk, "Ordine degli agronomi", broken)
	if flawed.Status != 422 || flawed.Count("main table tbody tr") != 7 || !strings.Contains(flawed.Text("#errors"), "righe da correggere 7 su 300") {
		t.Fatalf("flawed: %d, %s", flawed.Status, flawed.Text("main"))
	}
	for line, words := range map[string]string{
		"18": "L’ultima lettera non torna", "41": "cambiato in un numero", "77": "1º novembre 2023", "112": "Manca",
		"156": "L’ultima lettera non torna", "203": "Forse «SOSPESO»", "288": "già alla riga 12",
	} {
		row := flawed.Page.Find("main table tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.TrimSpace(s.Find("th").Text()) == line })
		if !strings.Contains(row.Text(), words) {
			t.Errorf("line %s says %q", line, row.Text())
		}
	}
	if owner, _ := flawed.Page.Find("input[name=owner]").Attr("value"); owner != "Ordine degli agronomi" {
		t.Errorf("the owner that was typed is %q", owner)
	}
	if desk.Get(t, "/desk/"+trees+"/rolls").Count("input[name=staged]") != 0 {
		t.Error("a flawed file is staged")
	}
	if got := sends(t, desk, "", lines); got.Status != 422 || got.Count("input[name=owner][aria-invalid=true]") != 1 {
		t.Errorf("without an owner: %d", got.Status)
	}

	// Mended and loaded; the same again changes nothing.
	imports(t, desk, lines)
	if again := sends(t, desk, "Ordine degli agronomi", lines); again.Status != http.StatusSeeOther {
		t.Errorf("the same file: %d", again.Status)
	} else if text := desk.Get(t, again.Location).Text("main"); !strings.Contains(text, "Persone attive 300") && !strings.Contains(text, "300") {
		t.Errorf("the same file: %s", text)
	}
	if got := desk.Post(t, "/desk/"+trees+"/rolls/agronomi/import", url.Values{"staged": {"x"}}); got.Status != http.StatusConflict {
		t.Errorf("nothing is staged, and loaded: %d", got.Status)
	}
	must(h.Consultations.Announce(ctx, giulia, trees))

	// The first screen asks for the group, the second says how one stands.
	enrol := "/consultations/" + trees + "/enrol"
	person := func(subject string, a account.Attested) *webtest.Browser {
		t.Helper()
		who := h.Person(t, subject)
		who.Attested = a
		return site.As(t, who)
	}
	resident := account.Attested{FiscalCode: sergio, Born: "1949-10-20", Municipality: "RIVA D'ARNO", Level: 2}
	first := person("sergio", resident).Get(t, enrol)
	if first.Count("input[type=radio][name=group]") != 2 || first.Count("input[name=group][checked]") != 0 || !strings.Contains(first.Text("main"), "hai almeno 16 anni") {
		t.Errorf("the first screen: %s", first.Text("main"))
	}
	for name, c := range map[string]struct {
		who    *webtest.Browser
		group  string
		words  string
		enters bool
	}{
		"a resident":          {person("sergio", resident), "cittadini", "corrisponde", true},
		"on no roll":          {person("teresa", resident), "agronomi", "Chiedi a Ordine degli agronomi", false},
		"from elsewhere":      {person("ivan", account.Attested{Born: "1983-03-03", Municipality: "Borgo Sereno", Level: 2}), "cittadini", "Se ti sei trasferito", false},
		"a weak sign-in":      {person("ivan", account.Attested{Born: "1983-03-03", Municipality: "X001", Level: 1}), "cittadini", "accesso più forte", false},
		"says nothing":        {person("ivan", account.Attested{}), "cittadini", "non ci ha dato la data di nascita", false},
		"says no code":        {person("ivan", account.Attested{}), "agronomi", "serve il codice fiscale", false},
		"on the roll (anna)":  {person("anna", account.Attested{FiscalCode: anna}), "agronomi", "Risulti nell’elenco", true},
		"on the roll (karim)": {person("karim", account.Attested{FiscalCode: karim}), "agronomi", "Risulti nell’elenco", true},
	} {
		shown := c.who.Get(t, enrol+"?group="+c.group)
		if shown.Status != 200 || !strings.Contains(shown.Text("main"), c.words) || (shown.Count("main input[name=read]") == 1) != c.enters {
			t.Errorf("%s is shown %d: %s", name, shown.Status, shown.Text("main"))
		}
		sent := c.who.Post(t, enrol, url.Values{"group": {c.group}, "read": {"on"}})
		if c.enters && sent.Status != http.StatusSeeOther || !c.enters && (sent.Status != http.StatusForbidden || !strings.Contains(sent.Text("main"), c.words)) {
			t.Errorf("%s sends: %d, %s", name, sent.Status, sent.Text("main"))
		}
	}
	if got := person("ivan", resident).Get(t, enrol+"?group=altri"); got.Status != 422 || got.Count("input[type=radio]") != 2 {
		t.Errorf("no such group: %d", got.Status)
	}
	// The same person with another account.
	if got := person("ivan", account.Attested{FiscalCode: anna}).Post(t, enrol, url.Values{"group": {"agronomi"}, "read": {"on"}}); got.Status != http.StatusConflict || !strings.Contains(got.Text("main"), "qualcuno è già iscritto") {
		t.Errorf("twice with one code: %d, %s", got.Status, got.Text("main"))
	}

	// While a round is open the ballot is next.
	must(h.Consultations.Start(ctx, giulia, trees))
	must(h.Jobs.Drain(ctx))
	if got := person("lucia", account.Attested{FiscalCode: lucia}).Post(t, enrol, url.Values{"group": {"agronomi"}, "read": {"on"}}); got.Location != "/consultations/"+trees+"/rounds/1" {
		t.Errorf("after enrolling: %d to %s", got.Status, got.Location)
	}
	if got := person("anna", account.Attested{FiscalCode: anna}).Get(t, "/consultations/"+trees+"/rounds/1"); got.Status != 200 {
		t.Errorf("the ballot: %d", got.Status)
	}

	// Anna is struck off the register while the round is open: she answers until it closes.
	gone := append([]string{}, lines...)
	for i, line := range gone {
		if strings.Contains(line, anna) {
			gone[i] = strings.Replace(line, "Attivo", "Cancellata", 1)
		}
	}
	imports(t, desk, gone)
	if got := person("anna", account.Attested{FiscalCode: anna}).Get(t, "/consultations/"+trees+"/rounds/1"); got.Status != 200 {
		t.Errorf("struck off, before the next round: %d", got.Status)
	}
	must(h.Consultations.CloseRound(ctx, paolo, trees, 1, "abbiamo le risposte"))
	must(h.Jobs.Drain(ctx))
	must(h.Consultations.OpenRound(ctx, paolo, trees, 2))
	must(h.Jobs.Drain(ctx))
	shut := person("anna", account.Attested{FiscalCode: anna}).Get(t, "/consultations/"+trees+"/rounds/2")
	if shut.Status != http.StatusForbidden {
		t.Errorf("struck off, in the next round: %d", shut.Status)
	}
	why := person("anna", account.Attested{FiscalCode: anna}).Get(t, enrol+"?group=agronomi")
	if !strings.Contains(why.Text("main"), "risulta una cancellazione") || why.Count("main input[name=read]") != 0 {
		t.Errorf("why: %s", why.Text("main"))
	}
	if got := person("karim", account.Attested{FiscalCode: karim}).Get(t, "/consultations/"+trees+"/rounds/2"); got.Status != 200 {
		t.Errorf("who stays: %d", got.Status)
	}
	must(h.Consultations.CloseRound(ctx, paolo, trees, 2, "abbiamo le risposte"))
	must(h.Jobs.Drain(ctx))

	// The counts say how many, and the record holds.
	var counts table.Counts
	must(json.Unmarshal([]byte(site.Stranger().Get(t, "/record/"+trees+"/rounds/2/counts.json").Body), &counts))
	if counts.StruckOff != 1 || counts.Enrolled != 3 || counts.Groups[1].Enrolled != 2 {
		t.Errorf("counts: %+v", counts)
	}
	if body := site.Stranger().Get(t, "/record/"+trees+"/rounds/1/counts.json").Body; strings.Contains(body, "struck_off") {
		t.Errorf("round 1 struck somebody off: %s", body)
	}
	file := filepath.Join(t.TempDir(), "record.zip")
	must(os.WriteFile(file, []byte(site.Stranger().Get(t, "/record/"+trees+".zip").Body), 0o600))
	files, closer, err := source.Archive(file)
	must(err)
	defer closer.Close()
	if _, err := verify.Run(ctx, files, verify.Options{}); err != nil {
		t.Errorf("the record does not hold: %v", err)
	}
	page := site.Stranger().Get(t, "/record/"+trees)
	if !strings.Contains(page.Text("main"), "Ordine degli agronomi") {
		t.Errorf("the record does not name who keeps the roll: %s", page.Text("main"))
	}
	// No fiscal code lies anywhere that was written to.
	if log := site.Log.String(); strings.Contains(log, anna) || strings.Contains(log, invented(5)) {
		t.Error("a fiscal code was logged")
	}
}
