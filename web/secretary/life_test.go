package secretary_test

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/account"
	"delfi/internal/account/office"
	"delfi/internal/consultation/draft"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/verify"
	"delfi/internal/verify/source"
	"delfi/web/webtest"
)

const (
	square = "la-piazza-degli-ordini"
	rules  = `{"version": 1, "variant": "policy",
		"panel": {"groups": [
			{"id": "architetti", "name": {"it": "Architetti"}, "access": "declared", "rule": "chi è iscritto all’albo"},
			{"id": "ingegneri", "name": {"it": "Ingegneri"}, "access": "declared", "asks": "words"},
			{"id": "residenti", "name": {"it": "Residenti"}, "access": "open"}]},
		"rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
		"item_kinds": [{"id": "opzione", "kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility"]}],
		"consensus": {"rule": "share", "share": {"from": 3, "to": 4}}}`
	desk   = "/desk/" + square
	list   = desk + "/applications/architetti"
	applys = "/consultations/" + square + "/membership/architetti"
	enrol  = "/consultations/" + square + "/enrol"
)

// TestASecretaryThroughALife: a draft with a group of declared membership is announced once its
// secretary is named; people apply, are admitted, refused and revoked by the secretary alone;
// who was admitted enrols, and no page and no row of the secretary's says so; the record holds.
func TestASecretaryThroughALife(t *testing.T) {
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
	c, err := h.Drafts.Create(ctx, giulia, riva.ID, draft.Form{
		Slug: square, Language: "it", Title: "La piazza degli ordini", Question: "Come rifare la piazza?", Background: "Testo.",
		CommitmentQuotation: "Decideremo tenendone conto.", CommitmentDecider: "La Giunta", CommitmentSubject: "la piazza",
		CommitmentDecideBy: at.AddDate(1, 0, 0).Format("2006-01-02"), CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
		Moderators: []string{marta.Office.String(), davide.Office.String()}, Facilitators: []string{paolo.Office.String()}, Offices: map[string]string{},
		StartsOn: at.AddDate(0, 0, 2).Format("2006-01-02"), Protocol: rules, Items: []draft.Item{{Kind: "opzione", Text: "Più alberi."}},
	})
	must(err)
	admin := site.As(t, giulia)
	as := func(subject string) *webtest.Browser { return site.As(t, h.Person(t, subject)) }
	posts := func(b *webtest.Browser, path string, status int, form url.Values) webtest.Response {
		t.Helper()
		got := b.Post(t, path, form)
		if got.Status != status {
			t.Fatalf("%s %v: %d, %s", path, form, got.Status, got.Text("main"))
		}
		return got
	}
	says := func(r webtest.Response, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(r.Text("main"), w) {
				t.Errorf("does not say %q: %s", w, r.Text("main"))
			}
		}
	}

	// Without secretaries the draft is not announced.
	var refused *fault.Fault
	if err := h.Consultations.Announce(ctx, giulia, square); !errors.As(err, &refused) || len(refused.Fields) != 2 || refused.Fields[0].Code != "secretary_missing" {
		t.Fatalf("announced without its secretaries: %v", err)
	}
	says(admin.Get(t, desk+"/rolls"), "Segreteria ancora da nominare", "Segreteria del gruppo")
	for _, subject := range []string{"lucia", "sergio", "marta", "giulia", "nicola"} {
		if got := h.Person(t, subject); subject != "nicola" {
			_, err := h.Accounts.GrantRole(ctx, "riva", office.Secretary, c.Scope(), got.Account.String())
			must(err)
		}
	}
	lucia, sergio := h.Person(t, "lucia"), h.Person(t, "sergio")
	names := func(group string, who account.Actor, status int) webtest.Response {
		t.Helper()
		return posts(admin, desk+"/secretaries/"+group, status, url.Values{"person": {who.Office.String()}, "office": {"Segreteria dell’Ordine"}})
	}
	says(names("architetti", marta, 422), "conduce già")
	says(names("architetti", giulia, 422), "Questa persona amministra")
	says(names("architetti", paolo, 422), "non ha quel ruolo")
	says(posts(admin, desk+"/secretaries/architetti", 422, url.Values{}), "Persona", "Per chi lo fa")
	teresa := h.Person(t, "teresa")
	_, err = h.Accounts.GrantRole(ctx, "riva", office.Secretary, c.Scope(), teresa.Account.String())
	must(err)
	must(h.Accounts.Leave(ctx, teresa))
	says(names("architetti", teresa, 422), "non ha quel ruolo")
	must(h.Accounts.Stay(ctx, teresa))
	names("architetti", lucia, 303)
	names("ingegneri", lucia, 303) // of two groups, and replaced at will before the announcement
	names("ingegneri", sergio, 303)
	names("ingegneri", sergio, 303)
	for subject, status := range map[string]int{"paolo": 403, "anna": 404, "lucia": 404} {
		if got := as(subject).Get(t, desk+"/secretaries/architetti"); got.Status != status {
			t.Errorf("%s names secretaries: %d", subject, got.Status)
		}
		if got := as(subject).Get(t, list); got.Status != 404 {
			t.Errorf("%s sees applicants of a draft: %d", subject, got.Status)
		}
	}
	must(h.Consultations.Announce(ctx, giulia, square))

	// Before, while it waits: what is asked, who can know what.
	says(site.Stranger().Get(t, "/consultations/"+square), "Ammette Lucia Ferraboschi, Segreteria dell’Ordine.", "Chiedi di essere ammesso")
	anna, karim, elena := as("anna"), as("karim"), as("elena")
	says(anna.Get(t, enrol+"?group=architetti"), "se la segreteria lo ammette", "Chiedi di essere ammesso")
	if got := anna.Get(t, enrol+"?group=architetti"); got.Count("input[name=read]") != 0 {
		t.Error("who was not admitted may enrol")
	}
	first := anna.Get(t, applys)
	says(first, "chi è iscritto all’albo", "La segreteria non vede se rispondi", "con il numero esatto", "nessun nome")
	if name, _ := first.Page.Find("input[name=name]").Attr("value"); name != "Anna Vandelli" {
		t.Errorf("the name is %q", name)
	}
	says(posts(anna, applys, 422, url.Values{"name": {"Anna Vandelli"}}), "Numero di iscrizione")
	posts(anna, applys, 303, url.Values{"name": {"Anna Vandelli"}, "detail": {"A 12"}})
	posts(anna, applys, 303, url.Values{"name": {"Anna Vandelli"}, "detail": {"A 12"}}) // pressed twice
	posts(anna, applys, 409, url.Values{"name": {"Anna Vandelli"}, "detail": {"A 13"}})
	says(anna.Get(t, applys), "Aspetta la decisione", "A 12")
	says(anna.Get(t, strings.Replace(applys, "architetti", "ingegneri", 1)), "Un’altra tua richiesta aspetta")
	says(anna.Get(t, "/me"), "Le tue richieste", "Anna Vandelli A 12")
	posts(karim, applys, 303, url.Values{"name": {"Karim Haddad"}, "detail": {"a-12"}})
	posts(elena, applys, 303, url.Values{"name": {"Elena Barbolini"}, "detail": {"O 7"}})
	posts(as("ivan"), strings.Replace(applys, "architetti", "ingegneri", 1), 303, url.Values{"name": {"Ivan Tassi"}, "detail": {"Dal 2010."}})
	posts(as("lucia"), applys, 403, url.Values{"name": {"Lucia"}, "detail": {"1"}})
	if got := as("lucia").Get(t, enrol+"?group=residenti"); got.Status != 403 {
		t.Errorf("a secretary enrols: %d", got.Status)
	}
	if got := as("lucia").Get(t, applys); got.Status != 200 || got.Count("input[name=name]") != 0 {
		t.Errorf("a secretary sees %d, %s", got.Status, got.Text("main"))
	}
	if got := anna.Get(t, strings.Replace(applys, "architetti", "residenti", 1)); got.Status != 404 || strings.Contains(got.Text("main"), "richieste") {
		t.Errorf("a group of another way: %d, %s", got.Status, got.Text("main"))
	}
	if got := site.Stranger().Get(t, applys); got.Status != 303 && got.Status != 401 {
		t.Errorf("a stranger applies: %d", got.Status)
	}

	// The secretary of the group alone sees who applies.
	for _, subject := range []string{"giulia", "paolo", "marta", "anna", "teresa", "sergio", "nicola"} {
		for _, path := range []string{list, list + "/decide?act=admit"} {
			if got := as(subject).Get(t, path); got.Status != 404 || strings.Contains(got.Body, "Haddad") {
				t.Errorf("%s at %s: %d", subject, path, got.Status)
			}
		}
		posts(as(subject), list+"/decide", 404, url.Values{"act": {"admit"}})
		posts(as(subject), list+"/find", 404, url.Values{"words": {"anna"}})
	}
	secretary := as("lucia")
	says(secretary.Get(t, "/desk"), "Architetti", "3 richieste aspettano")
	seen := secretary.Get(t, list)
	says(seen, "Anna Vandelli", "A 12", "Lo stesso numero sta in un’altra richiesta", "Aspettano: 3")
	if strings.Contains(seen.Body, "Ivan") {
		t.Error("another group's applicant is shown")
	}
	ids := map[string]string{}
	seen.Page.Find("input[name=id]").Each(func(_ int, s *goquery.Selection) {
		ids[strings.TrimSpace(s.Parent().Find("label").Text())] = s.AttrOr("value", "")
	})
	if len(ids) != 3 {
		t.Fatalf("the list has %v", ids)
	}
	found := secretary.Get(t, posts(secretary, list+"/find", 303, url.Values{"words": {"elena"}, "state": {"waiting"}, "do": {"find"}}).Location)
	if strings.Contains(found.Text("main"), "Vandelli") || !strings.Contains(found.Text("main"), "Barbolini") {
		t.Errorf("found: %s", found.Text("main"))
	}
	if again := secretary.Get(t, list+"?state=waiting").Text("main"); strings.Contains(again, "Vandelli") || !strings.Contains(again, "Barbolini") {
		t.Errorf("found no more on the next page: %s", again)
	}
	posts(secretary, list+"/find", 303, url.Values{"do": {"all"}})
	if got := secretary.Get(t, list+"/decide?act=admit"); got.Status != 409 || !strings.Contains(got.Text("main"), "segna almeno una") {
		t.Errorf("nobody is chosen: %d, %s", got.Status, got.Text("main"))
	}

	// One or many, after a page that says what follows.
	before := secretary.Get(t, list+"/decide?act=admit&id="+ids["Anna Vandelli"]+"&id="+ids["Elena Barbolini"])
	says(before, "Stai per ammettere 2 persone", "Anna Vandelli", "Non ti diciamo se lo fanno")
	posts(secretary, list+"/decide", 303, url.Values{"act": {"admit"}, "id": {ids["Anna Vandelli"], ids["Elena Barbolini"]}})
	posts(secretary, list+"/decide", 303, url.Values{"act": {"admit"}, "id": {ids["Anna Vandelli"], ids["Elena Barbolini"]}})
	says(posts(secretary, list+"/decide", 422, url.Values{"act": {"refuse"}, "id": {ids["Karim Haddad"]}}), "Karim Haddad", "Il motivo")
	posts(secretary, list+"/decide", 303, url.Values{"act": {"refuse"}, "id": {ids["Karim Haddad"]}, "reason": {"Il numero è di un’altra persona."}})
	posts(secretary, list+"/decide", 409, url.Values{"act": {"admit"}, "id": {ids["Karim Haddad"]}})
	if got := posts(secretary, list+"/decide", 409, url.Values{"act": {"refuse"}, "id": {ids["Elena Barbolini"]}, "reason": {"Parole scritte a lungo."}}); !strings.Contains(got.Body, "Parole scritte a lungo.") {
		t.Errorf("what was typed is lost: %s", got.Text("main"))
	}
	posts(as("sergio"), strings.Replace(list, "architetti", "ingegneri", 1)+"/decide", 409, url.Values{"act": {"admit"}, "id": {ids["Karim Haddad"]}})
	says(karim.Get(t, enrol+"?group=architetti"), "non ha accolto la tua richiesta")
	says(karim.Get(t, applys), "Il numero è di un’altra persona.", "Una nuova richiesta")
	posts(karim, enrol, 403, url.Values{"group": {"architetti"}, "read": {"on"}})
	says(secretary.Get(t, list+"?state=refused"), "Karim Haddad", "non accolta", "Lucia Ferraboschi", "Il numero è di un’altra persona.")

	// Who was admitted enrols; the secretary's pages stay what they were, to the letter.
	pages := func() (all []string) {
		for _, state := range []string{"waiting", "admitted", "refused", "revoked"} {
			all = append(all, secretary.Get(t, list+"?state="+state).Text("main"))
		}
		return append(all, secretary.Get(t, list+"/decide?act=revoke&id="+ids["Anna Vandelli"]).Text("main"))
	}
	was := pages()
	says(anna.Get(t, applys), "Ammessa", "Vai all’iscrizione")
	says(anna.Get(t, enrol+"?group=architetti"), "La segreteria del gruppo ti ha ammesso")
	posts(anna, enrol, 303, url.Values{"group": {"architetti"}, "read": {"on"}})
	if now := pages(); !slices.Equal(was, now) {
		t.Errorf("an enrolment is seen by the secretary: %v, %v", was, now)
	}
	revoked := func(name string) string {
		t.Helper()
		posts(secretary, list+"/decide", 303, url.Values{"act": {"revoke"}, "id": {ids[name]}, "reason": {"Non risulta più."}})
		return strings.ReplaceAll(secretary.Get(t, list+"?state=revoked").Text("li.dlf-guest"), name, "")
	}
	used, unused := revoked("Anna Vandelli"), ""
	posts(secretary, list+"/decide", 409, url.Values{"act": {"revoke"}, "id": {ids["Karim Haddad"]}, "reason": {"x"}})
	unused = strings.ReplaceAll(revoked("Elena Barbolini"), "A 12", "O 7")
	if !strings.Contains(unused, strings.TrimSpace(strings.ReplaceAll(used, "A 12", "O 7"))) {
		t.Errorf("a revocation says %q of who enrolled, %q of who did not", used, unused)
	}
	posts(elena, enrol, 403, url.Values{"group": {"architetti"}, "read": {"on"}})
	if got := anna.Get(t, enrol); got.Status != http.StatusSeeOther {
		t.Errorf("anna is off the panel: %d", got.Status)
	}

	// An administrator sees figures, and names another secretary with a public reason.
	secretariat := admin.Get(t, desk+"/secretaries/architetti")
	says(secretariat, "Lucia Ferraboschi", "Ammissioni ritirate2")
	if strings.Contains(secretariat.Body, "Barbolini") {
		t.Error("an administrator reads names")
	}
	says(names("architetti", sergio, 422), "Va compilato")
	posts(admin, desk+"/secretaries/architetti", 303, url.Values{"person": {sergio.Office.String()}, "office": {"Segreteria dell’Ordine"}, "reason": {"Lucia è in congedo."}})
	if got := as("lucia").Get(t, list); got.Status != 404 {
		t.Errorf("who was replaced sees applicants: %d", got.Status)
	}
	if got := as("lucia").Get(t, enrol+"?group=residenti"); got.Status != 403 {
		t.Errorf("who was a secretary enrols: %d", got.Status)
	}
	says(as("sergio").Get(t, list+"?state=refused"), "Karim Haddad", "Lucia Ferraboschi")
	posts(elena, applys, 303, url.Values{"name": {"Elena Barbolini"}, "detail": {"O 8"}})
	says(as("sergio").Get(t, list), "richiesta n. 2 della stessa persona")
	posts(elena, applys+"/withdraw", 303, url.Values{"application": {as("sergio").Get(t, list).Page.Find("input[name=id]").AttrOr("value", "")}})
	says(as("sergio").Get(t, list), "Nessuna richiesta aspetta")

	// After the fifth application there is no form left, nor an invitation to send another.
	for range 3 {
		posts(karim, applys, 303, url.Values{"name": {"Karim Haddad"}, "detail": {"K 1"}})
		posts(as("sergio"), list+"/decide", 303, url.Values{"act": {"refuse"}, "id": {as("sergio").Get(t, list).Page.Find("input[name=id]").AttrOr("value", "")}, "reason": {"Non risulta."}})
	}
	says(karim.Get(t, applys), "Una nuova richiesta", "correggi e invia")
	posts(karim, applys, 303, url.Values{"name": {"Karim Haddad"}, "detail": {"K 1"}})
	posts(as("sergio"), list+"/decide", 303, url.Values{"act": {"refuse"}, "id": {as("sergio").Get(t, list).Page.Find("input[name=id]").AttrOr("value", "")}, "reason": {"Non risulta."}})
	if got := karim.Get(t, applys); got.Count("input[name=name]") != 0 || strings.Contains(got.Text("main"), "correggi e invia") || !strings.Contains(got.Text("main"), "5 richieste") {
		t.Errorf("after five: %s", got.Text("main"))
	}

	// A secretary whose role was taken away decides no more, and the administration reads it.
	if got := admin.Get(t, desk); strings.Contains(got.Text("main"), "Nessuno decide") {
		t.Error("a secretary who serves is missed")
	}
	_, err = h.Accounts.RevokeRole(ctx, "riva", office.Secretary, c.Scope(), sergio.Account.String())
	must(err)
	if got := as("sergio").Get(t, list); got.Status != 403 || !strings.Contains(got.Text("main"), "Sei la segreteria di questo gruppo") {
		t.Errorf("without the role: %d, %s", got.Status, got.Text("main"))
	}
	says(admin.Get(t, desk), "Nessuno decide le richieste del gruppo «Architetti»", "Nessuno decide le richieste del gruppo «Ingegneri»")
	says(admin.Get(t, desk+"/secretaries/architetti"), "Non ha più il ruolo di segreteria", "in carica fino al giorno prima del")

	// Rounds count the enrolled beside who was ever admitted, and the record holds.
	must(h.Consultations.Start(ctx, giulia, square))
	must(h.Jobs.Drain(ctx))
	must(h.Consultations.CloseRound(ctx, paolo, square, 1, "abbiamo le risposte"))
	must(h.Jobs.Drain(ctx))
	all, err := h.Record.Of(ctx, c.ID)
	must(err)
	var told []string
	for _, e := range all {
		switch {
		case e.Type == ledger.Roll:
			told = append(told, string(e.Type)+" "+e.Body)
		case e.Kind == "secretary":
			told = append(told, e.Kind+" "+e.Target+" "+e.Reason)
		}
	}
	slices.Sort(told)
	want := []string{
		`roll {"group":"architetti","left":0,"n":0}`, `roll {"group":"architetti","left":0,"n":2}`, `roll {"group":"ingegneri","left":0,"n":0}`,
		"secretary Lucia Ferraboschi ", "secretary Lucia Ferraboschi → Sergio Bondi Lucia è in congedo.", "secretary Sergio Bondi ",
	}
	if !slices.Equal(told, want) {
		t.Errorf("the record says %q", told)
	}
	file := filepath.Join(t.TempDir(), "record.zip")
	must(os.WriteFile(file, []byte(site.Stranger().Get(t, "/record/"+square+".zip").Body), 0o600))
	files, closer, err := source.Archive(file)
	must(err)
	defer closer.Close()
	if _, err := verify.Run(ctx, files, verify.Options{}); err != nil {
		t.Errorf("the record does not hold: %v", err)
	}
	for _, secret := range []string{"Barbolini", "A 12", "un’altra persona"} {
		if log := site.Log.String(); strings.Contains(log, secret) {
			t.Errorf("%q was logged", secret)
		}
	}
}
