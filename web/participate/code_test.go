package participate_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/delphi/protocol"
	"delfi/internal/platform/postgres"
	"delfi/web/webtest"
)

// coded brings a consultation that is answered with codes to its first answer
// round, with some people of the cast enrolled while it gathered.
func coded(t *testing.T, h *webtest.House, slug string, enrolled ...string) consultation.Consultation {
	t.Helper()
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
		Slug: slug, Language: "it", Title: "Consultorio di notte", Question: "Quando deve aprire il consultorio?", Background: "Testo.",
		CommitmentQuotation: "Decideremo tenendone conto.", CommitmentDecider: "La Giunta", CommitmentSubject: "gli orari",
		CommitmentDecideBy: at.AddDate(1, 0, 0).Format("2006-01-02"), CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
		Moderators: []string{marta.Office.String(), davide.Office.String()}, Facilitators: []string{paolo.Office.String()}, Offices: map[string]string{},
		StartsOn: at.AddDate(0, 0, 2).Format("2006-01-02"),
		Protocol: draft.Classical(protocol.ClassicalPlan{
			Language: "it", Low: "Per niente", High: "Del tutto", GroupName: "Cittadini", Mode: "held-code", GatherDays: 7, AnswerDays: 7, AnswerRounds: 2, Points: 9, SharePermille: 750, CannotJudge: true,
		}),
	})
	must(err)
	must(h.Consultations.Announce(ctx, giulia, slug))
	c, err := h.Consultations.Find(ctx, giulia, slug)
	must(err)
	if c.Protocol.Anonymity.Mode != "held-code" {
		t.Fatalf("the protocol's mode is %q", c.Protocol.Anonymity.Mode)
	}
	for _, who := range enrolled {
		must(h.Panel.Enrol(ctx, h.Person(t, who), c.ID, c.Protocol.Panel.Groups[0].ID))
	}
	must(h.Consultations.Start(ctx, giulia, slug))
	must(h.Consultations.CloseRound(ctx, paolo, slug, 1, "abbiamo abbastanza idee"))
	must(h.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := h.Consultations.ByID(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		for n := range 2 {
			if _, err := h.Consultations.AddItem(ctx, tx, &c, "", fmt.Sprintf("Affermazione %d", n+1), nil); err != nil {
				return err
			}
		}
		return nil
	}))
	must(h.Jobs.Drain(ctx))
	if c, err = h.Consultations.Find(ctx, giulia, slug); c.Rounds[0].State == consultation.RoundClosed {
		must(h.Consultations.ReleaseRound(ctx, marta, slug, 1))
	}
	must(err)
	must(h.Consultations.OpenRound(ctx, paolo, slug, 2))
	must(h.Jobs.Drain(ctx))
	c, err = h.Consultations.Find(ctx, giulia, slug)
	must(err)
	return c
}

// shown is the code on a page, "" when it shows none: groups of five, with dashes between.
func shown(got webtest.Response) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(got.Text("#code"), "-", " ")), "-")
}

// hour lets a whole hour begin in which ten have asked for their codes.
func hour(t *testing.T, h *webtest.House) {
	t.Helper()
	if _, err := h.DB.Pool().Exec(`UPDATE civic.code_batch SET works_from = now() - interval '1 minute'`); err != nil {
		t.Fatal(err)
	}
}

// issued takes the code from the page that shows it.
func issued(t *testing.T, got webtest.Response) string {
	t.Helper()
	code := shown(got)
	if got.Status != 200 || len(code) != 47 {
		t.Fatalf("%d, code %q: %s", got.Status, code, got.Text("main"))
	}
	if got.Header.Get("Cache-Control") != "no-store" {
		t.Error("the page with the code may be kept by a cache")
	}
	return code
}

// TestFromTheCodeToTheReceiptAndToTheLostCode walks the whole of the held-code mode:
// enrol, get the code once, use it in another browser that has no session, ballot,
// receipt, revision, and what is left when the code is lost.
func TestFromTheCodeToTheReceiptAndToTheLostCode(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	const slug = "consultorio"
	coded(t, h, slug, "anna", "karim")
	anna := site.As(t, h.Person(t, "anna"))

	// The account leads to the code, and the form outside of it.
	if got := anna.Get(t, at(slug, "")); !strings.HasPrefix(got.Text(".dlf-hero .btn"), "Prendi il tuo codice") {
		t.Errorf("the page offers %q", got.Text(".dlf-hero .btn"))
	}
	if got := anna.Get(t, at(slug, "/rounds/2")); got.Location != at(slug, "/code") {
		t.Errorf("an account's form: %d to %q", got.Status, got.Location)
	}
	if got := anna.Post(t, at(slug, "/rounds/2"), url.Values{"item": {"1"}, "answer_1": {"7"}}); got.Status != http.StatusConflict || !strings.Contains(got.Text("main"), "si risponde con un codice") {
		t.Errorf("an account's ballot: %d, %q", got.Status, got.Text("main"))
	}
	before := anna.Get(t, at(slug, "/get-code"))
	if before.Count("form[action$='/get-code']") != 1 || !strings.Contains(before.Text("main"), "Se lo perdi non puoi più rispondere") {
		t.Errorf("before the code: %q", before.Text("main"))
	}
	if got := before.Text("#works"); !strings.Contains(got, "almeno dieci persone") || !strings.Contains(got, "al più tardi") {
		t.Errorf("before the code, of when it works: %q", got)
	}
	first := anna.Post(t, at(slug, "/get-code"), url.Values{})
	code := issued(t, first)
	if got := first.Text("#works"); !strings.Contains(got, "almeno dieci persone") {
		t.Errorf("with the code, of when it works: %q", got)
	}
	// A second click and a reload repair an answer that was lost on the way.
	if got := issued(t, anna.Post(t, at(slug, "/get-code"), url.Values{})); got != code {
		t.Error("a second click gives another code")
	}
	if got := issued(t, anna.Get(t, at(slug, "/get-code"))); got != code {
		t.Error("the page opened again shows another code")
	}
	elsewhere := site.As(t, h.Person(t, "anna"))
	again := elsewhere.Post(t, at(slug, "/get-code"), url.Values{})
	if again.Status != http.StatusConflict || again.Count("#code") != 0 || !strings.Contains(again.Text("main h1"), "già stato dato") {
		t.Errorf("in another browser: %d, %q", again.Status, again.Text("main"))
	}
	if got := elsewhere.Get(t, at(slug, "/get-code")); got.Count("#code") != 0 || got.Count("form[action$='/get-code']") != 0 {
		t.Error("another browser can open the page again")
	}
	if _, err := h.DB.Pool().Exec(`UPDATE civic.code_kept SET until = now()`); err != nil {
		t.Fatal(err)
	}
	if got := anna.Post(t, at(slug, "/get-code"), url.Values{}); got.Status != http.StatusConflict || got.Count("#code") != 0 {
		t.Errorf("minutes later: %d", got.Status)
	}

	// Another browser, without a session: the code does not work yet, and a form that comes
	// with it is kept whole.
	b := site.Stranger()
	if got := b.Post(t, at(slug, "/code"), url.Values{"code": {code}}); got.Location != at(slug, "/code") {
		t.Errorf("a code that does not work yet: %d to %q", got.Status, got.Location)
	}
	if got := b.Get(t, at(slug, "/code")); got.Status != http.StatusConflict || !strings.Contains(got.Text("main h1"), "non vale ancora") || !strings.Contains(got.Text("#works"), "al più tardi") {
		t.Errorf("the page of a code that does not work yet: %d %q", got.Status, got.Text("main"))
	}
	early := b.Post(t, at(slug, "/code/rounds/2"), url.Values{"item": {"1"}, "answer_1": {"7"}, "reason_1": {"perché sì"}, "act": {"next"}})
	if v, _ := early.Page.Find("input[name=reason_1]").Attr("value"); early.Status != http.StatusConflict || v != "perché sì" || early.Count("input[name=answer_1][value='7']") != 1 {
		t.Errorf("a ballot with it: %d %q", early.Status, early.Text("main"))
	}
	hour(t, h)
	// An account is told where its ballot is told, and nothing of it.
	apart := func() {
		t.Helper()
		for _, page := range []string{"/", at(slug, "")} {
			if got := anna.Get(t, page); got.Count(".dlf-own a[href$='/code']") != 1 || got.Count(".dlf-own strong") != 0 || !strings.Contains(got.Text(".dlf-own"), "dal tuo accesso Delfi non può saperlo") {
				t.Errorf("%s says of the ballot %q", page, got.Text(".dlf-own"))
			}
		}
	}
	apart()
	b = site.Stranger()
	if got := b.Get(t, at(slug, "/code/rounds/2")); got.Location != at(slug, "/code") {
		t.Errorf("a form without a code: %d to %q", got.Status, got.Location)
	}
	typo := code[:9] + map[bool]string{true: "8", false: "9"}[code[9] == '9'] + code[10:]
	wrong := b.Post(t, at(slug, "/code"), url.Values{"code": {typo}})
	if typed, _ := wrong.Page.Find("input[name=code]").Attr("value"); wrong.Status != 422 || typed != typo || !strings.Contains(wrong.Text(".dlf-field-err"), "Nel gruppo 2") {
		t.Errorf("a typing error: %d, %q comes back with %q", wrong.Status, typed, wrong.Text(".dlf-field-err"))
	}
	entered := b.Post(t, at(slug, "/code"), url.Values{"code": {strings.ToLower(strings.ReplaceAll(code, "-", " "))}})
	if entered.Location != at(slug, "/code/rounds/2") {
		t.Fatalf("the code: %d to %q, %q", entered.Status, entered.Location, entered.Text("main"))
	}
	for _, set := range entered.Header.Values("Set-Cookie") {
		if !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Strict") || !strings.Contains(set, "Path=") || !strings.Contains(set, at(slug, "/code")) || strings.Contains(set, "Max-Age") || strings.Contains(set, "Expires") {
			t.Errorf("the code is held as %q", set)
		}
	}
	form := at(slug, "/code/rounds/2")
	if got := b.Get(t, form); got.Status != 200 || got.Count("fieldset.dlf-answer") != 1 || got.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("the form: %d %q", got.Status, got.Text("main"))
	}
	if got := b.Post(t, form, url.Values{"item": {"1"}, "answer_1": {"7"}, "act": {"next"}}); got.Location != form+"?item=2" {
		t.Errorf("the first answer: %d %q", got.Status, got.Location)
	}
	codePage := func(want string) int {
		t.Helper()
		got := b.Get(t, at(slug, "/code"))
		if got.Text("details.dlf-own strong") != want {
			t.Errorf("who holds the code is told %q, wants %q", got.Text(".dlf-own"), want)
		}
		return len(got.Body)
	}
	drafted := codePage("Bozza.")
	if got := b.Post(t, form, url.Values{"act": {"deliver"}}); got.Location != form+"/receipt" {
		t.Fatalf("delivering: %d %q", got.Status, got.Location)
	}
	if delivered := codePage("Consegnata."); delivered != drafted {
		t.Errorf("the page of the code is %d bytes long for a draft and %d for a ballot", drafted, delivered)
	}
	apart()
	receipt := b.Get(t, form+"/receipt")
	mark := receipt.Text("code.dlf-mono")
	if receipt.Status != 200 || len(strings.ReplaceAll(mark, " ", "")) < 64 {
		t.Errorf("receipt: %d %q", receipt.Status, mark)
	}
	// Revised in a third browser, with nothing but the code.
	third := site.Stranger()
	third.Post(t, at(slug, "/code"), url.Values{"code": {code}})
	third.Post(t, form, url.Values{"item": {"2"}, "answer_2": {"3"}, "act": {"next"}})
	third.Post(t, form, url.Values{"act": {"deliver"}})
	if second := third.Get(t, form+"/receipt"); second.Text("code.dlf-mono") == mark || !strings.Contains(second.Text("main h2"), "2 risposte date") {
		t.Errorf("the revision: %q", second.Text("main h2"))
	}
	count := func(query string) (n int) {
		t.Helper()
		if err := h.DB.Pool().Get(&n, query); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(`SELECT count(*) FROM panel.ballot`); n != 1 {
		t.Errorf("one code has %d ballots", n)
	}
	// What the account's side knows is the same for who has answered and for who has
	// not so much as asked for a code, but for that one word.
	if n := count(`SELECT count(*) FROM civic.enrolment WHERE code_issued`); n != 1 {
		t.Errorf("%d codes are noted as issued", n)
	}
	// A shared machine forgets, after a page that says what goes.
	if got := third.Get(t, at(slug, "/code/forget")); got.Count("main form[action$='/code/forget']") != 1 || !strings.Contains(got.Text("main"), "nessuno può dartene un altro") {
		t.Errorf("before forgetting: %d %q", got.Status, got.Text("main"))
	}
	if got := site.Stranger().Get(t, at(slug, "/code/forget")); got.Location != at(slug, "/code") {
		t.Errorf("nothing to forget: %d to %q", got.Status, got.Location)
	}
	if got := third.Post(t, at(slug, "/code/forget"), url.Values{}); got.Location != at(slug, "/code") {
		t.Errorf("forgetting: %d %q", got.Status, got.Location)
	}
	if got := third.Get(t, form); got.Location != at(slug, "/code") {
		t.Errorf("a forgotten code still opens the form: %d", got.Status)
	}
	// Lost: no page gives another.
	if got := third.Get(t, at(slug, "/code")); !strings.Contains(got.Text("main"), "non puoi più rispondere") {
		t.Errorf("who lost the code reads %q", got.Text("main"))
	}
	for _, trace := range []string{code, strings.ReplaceAll(code, "-", "")} {
		if strings.Contains(site.Log.String(), trace) {
			t.Error("the code is in the log")
		}
	}
}

// TestBallotPagesWithACodeReadNoSession: a browser that is signed in, or whose
// session cannot even be read, answers with its code all the same, and no session
// cookie goes back.
func TestBallotPagesWithACodeReadNoSession(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	const slug = "consultorio"
	coded(t, h, slug, "anna")
	anna := site.As(t, h.Person(t, "anna"))
	code := issued(t, anna.Post(t, at(slug, "/get-code"), url.Values{}))
	hour(t, h)
	anna.Post(t, at(slug, "/code"), url.Values{"code": {code}})
	// The sessions are gone, as when their table is locked: what needs none goes on.
	if _, err := h.DB.Pool().Exec(`ALTER TABLE public.sessions RENAME TO sessions_elsewhere`); err != nil {
		t.Fatal(err)
	}
	if got := anna.Get(t, at(slug, "")); got.Status != http.StatusInternalServerError {
		t.Errorf("a page with a session: %d; the test looks badly", got.Status)
	}
	form := at(slug, "/code/rounds/2")
	for name, got := range map[string]webtest.Response{
		"code": anna.Get(t, at(slug, "/code")), "form": anna.Get(t, form), "draft": anna.Post(t, form, url.Values{"item": {"1"}, "answer_1": {"7"}, "act": {"next"}}),
		"review": anna.Get(t, form+"?review=1"),
	} {
		if got.Status != 200 && got.Status != http.StatusSeeOther {
			t.Errorf("%s: %d", name, got.Status)
		}
		for _, c := range got.Header.Values("Set-Cookie") {
			if strings.Contains(c, "session") {
				t.Errorf("%s sends a session cookie: %s", name, c)
			}
		}
		if strings.Contains(got.Text("header"), "Anna") {
			t.Errorf("%s knows whose session comes along", name)
		}
	}
}

// TestACodeIsGoodInItsOwnConsultationAlone, and where accounts answer there is none.
func TestACodeIsGoodInItsOwnConsultationAlone(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	coded(t, h, "uno", "anna")
	coded(t, h, "due", "anna")
	code := issued(t, site.As(t, h.Person(t, "anna")).Post(t, at("uno", "/get-code"), url.Values{}))
	b := site.Stranger()
	if got := b.Post(t, at("due", "/code"), url.Values{"code": {code}}); got.Status != 422 || !strings.Contains(got.Text(".dlf-field-err"), "un’altra consultazione") || len(got.Header.Values("Set-Cookie")) != 0 {
		t.Errorf("%d %q", got.Status, got.Text(".dlf-field-err"))
	}
	// Held by hand where it does not belong, it leads back to the form.
	r := httptest.NewRequest(http.MethodGet, "http://delfi.test"+at("due", "/code/rounds/2"), nil)
	r.AddCookie(&http.Cookie{Name: "delfi_held", Value: code})
	if got := b.Do(t, r); got.Location != at("due", "/code") {
		t.Errorf("%d to %q", got.Status, got.Location)
	}
	// In English the pages are as reachable, and say as much.
	en := httptest.NewRequest(http.MethodGet, "http://delfi.test/en"+at("uno", "/code"), nil)
	if got := b.Do(t, en); got.Status != 200 || !strings.Contains(got.Text("main"), "Lost your code?") {
		t.Errorf("in English: %d %q", got.Status, got.Text("main"))
	}
}

// TestWhatComesTwiceOrTooLateChangesNothing: a second enrolment, a form sent again, a
// ballot for a round that has closed. Each is told in words, with 409 where it was
// refused.
func TestWhatComesTwiceOrTooLateChangesNothing(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	const slug = "consultorio"
	c := coded(t, h, slug, "anna")
	anna := site.As(t, h.Person(t, "anna"))
	code := issued(t, anna.Post(t, at(slug, "/get-code"), url.Values{}))
	hour(t, h)
	b, form := site.Stranger(), at(slug, "/code/rounds/2")
	b.Post(t, at(slug, "/code"), url.Values{"code": {code}})
	everything := func() string {
		t.Helper()
		var rows []string
		err := h.DB.Pool().Select(&rows, `
			SELECT 'enrolment ' || e::text FROM civic.enrolment AS e
			UNION ALL SELECT 'ballot ' || b.xmin::text || encode(b.sealed, 'hex') FROM panel.ballot AS b
			UNION ALL SELECT 'panelist ' || p.xmin::text || encode(p.id, 'hex') FROM panel.panelist AS p
			ORDER BY 1`)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(rows, "\n")
	}
	unchanged := func(what, before string) {
		t.Helper()
		if everything() != before {
			t.Errorf("%s changed what is stored", what)
		}
	}
	group := c.Protocol.Panel.Groups[0].ID

	before := everything()
	if got := anna.Post(t, at(slug, "/enrol"), url.Values{"group": {group}, "read": {"on"}}); got.Status != http.StatusSeeOther {
		t.Errorf("a second enrolment: %d %q", got.Status, got.Text("main"))
	}
	unchanged("a second enrolment", before)

	b.Post(t, form, url.Values{"all": {"1"}, "answer_1": {"7"}, "answer_2": {"8"}, "act": {"review"}})
	b.Post(t, form, url.Values{"act": {"deliver"}})
	mark := b.Get(t, form+"/receipt").Text("code.dlf-mono")
	before = everything()
	for range 2 {
		if got := b.Post(t, form, url.Values{"act": {"deliver"}}); got.Location != form+"/receipt" {
			t.Errorf("delivered again: %d %q", got.Status, got.Location)
		}
	}
	if got := b.Get(t, form+"/receipt").Text("code.dlf-mono"); got != mark {
		t.Error("a form sent again has another receipt")
	}
	unchanged("a form sent again", before)

	if err := h.Consultations.CloseRound(t.Context(), h.Person(t, "paolo"), slug, 2, "abbiamo abbastanza risposte"); err != nil {
		t.Fatal(err)
	}
	before = everything()
	late := b.Post(t, form, url.Values{"item": {"1"}, "answer_1": {"1"}, "reason_1": {"troppo tardi"}, "act": {"next"}})
	if late.Status != http.StatusConflict || late.Page.Find("textarea").Text() != "troppo tardi" {
		t.Errorf("a closed round: %d %q", late.Status, late.Text("main"))
	}
	if got := b.Post(t, form, url.Values{"act": {"deliver"}}); got.Status != http.StatusConflict {
		t.Errorf("delivering to a closed round: %d", got.Status)
	}
	unchanged("a ballot for a closed round", before)
}

// TestADoubleClickShowsOneCodeTwice: both posts of one form, at the same moment, show the
// same code, and both may be lost: a reload shows it again.
func TestADoubleClickShowsOneCodeTwice(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	const slug = "consultorio"
	coded(t, h, slug, "anna")
	anna := site.As(t, h.Person(t, "anna"))
	anna.Get(t, at(slug, "/get-code")) // the form: the browser holds its secret from here on
	got := make([]webtest.Response, 2)
	var both sync.WaitGroup
	for i := range got {
		twin := anna.Twin()
		both.Go(func() { got[i] = twin.Post(t, at(slug, "/get-code"), url.Values{}) })
	}
	both.Wait()
	code := issued(t, got[0])
	if again := issued(t, got[1]); again != code {
		t.Error("a double click shows two codes")
	}
	if again := issued(t, anna.Get(t, at(slug, "/get-code"))); again != code {
		t.Error("a reload shows another code")
	}
}
