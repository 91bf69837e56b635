package e2e

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/app"
	"delfi/internal/consultation"
	drafts "delfi/internal/consultation/draft"
	"delfi/internal/delphi/protocol"
	"delfi/internal/login"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/private"
	"delfi/internal/pseudonym"
	"delfi/migrations"
	"delfi/web"
	"delfi/web/page"
	"delfi/web/ui"
	"delfi/web/webtest"
)

// programs gives a folder of Postgres's own programs, pg_dump among them: npm's comes
// without it.
func programs(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if err != nil || len(found) == 0 {
		t.Fatalf("pg_dump is missing: run apt-get install postgresql (%v)", err)
	}
	return filepath.Dir(slices.Max(found))
}

// beginning starts a cluster of its own for as long as the test runs.
func beginning(t *testing.T, bin string) *private.Cluster {
	t.Helper()
	k, err := private.Start(t.Context(), private.Config{Data: data(t), Bin: bin})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return k
}

// browsing is a whole site on a house, whose sessions end as its clock moves on.
type browsing struct {
	pages *page.App
	site  http.Handler
	now   time.Time
}

func browse(t *testing.T, h *webtest.House) *browsing {
	t.Helper()
	b := &browsing{now: time.Now()}
	log := slog.New(slog.DiscardHandler)
	db := h.DB.With(postgres.WithClock(func() time.Time { return b.now }))
	b.pages = page.New(page.Options{BaseURL: "http://delfi.test", DB: db, Actors: h.Accounts, Secret: bytes.Repeat([]byte{7}, 32), ErrorPage: ui.ErrorPage, Posts: 100000, Log: log})
	t.Cleanup(b.pages.Close)
	// Nobody answers there: a test takes the short way to a session.
	client, err := login.New(login.Options{Issuer: "http://127.0.0.1:1", ClientID: "delfi", ClientSecret: "secret", RedirectURL: "http://delfi.test/sign-in/callback"})
	if err != nil {
		t.Fatal(err)
	}
	routes, err := web.Routes(h.App.Site(app.SiteOptions{Pages: b.pages, Login: client, Log: log}))
	if err != nil {
		t.Fatal(err)
	}
	routes = append(routes, page.Get("/enter/{account}", page.Session, page.NoStore, func(q *page.Request) error {
		if err := q.SignIn(uuid.MustParse(q.Param("account"))); err != nil {
			return err
		}
		return q.Redirect("/")
	}))
	if b.site, err = b.pages.Serve(routes); err != nil {
		t.Fatal(err)
	}
	return b
}

// ask sends a request with the cookies of a jar, and gives the page.
func (b *browsing) ask(t *testing.T, jar http.CookieJar, method, path string, form url.Values) (int, *goquery.Document) {
	t.Helper()
	r := httptest.NewRequest(method, "http://delfi.test"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", "it")
	for _, c := range jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.site.ServeHTTP(w, r)
	jar.SetCookies(r.URL, w.Result().Cookies())
	shown, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, shown
}

func newJar(t *testing.T) http.CookieJar {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return jar
}

// nightly is a consultation that is answered with codes, which some people of the cast
// asked for before its open round began: theirs work.
const nightly = "consultorio-di-notte"

// held brings it to its first answer round, and gives the codes.
func held(t *testing.T, h *webtest.House, people ...string) []string {
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
	giulia, paolo, marta, davide := h.Person(t, "giulia"), h.Person(t, "paolo"), h.Person(t, "marta"), h.Person(t, "davide")
	now := h.DB.Now()
	_, err = h.Drafts.Create(ctx, giulia, riva.ID, drafts.Form{
		Slug: nightly, Language: "it", Title: "Consultorio di notte", Question: "Quando deve aprire il consultorio?", Background: "Testo.",
		CommitmentQuotation: "Decideremo tenendone conto.", CommitmentDecider: "La Giunta", CommitmentSubject: "gli orari",
		CommitmentDecideBy: now.AddDate(1, 0, 0).Format(time.DateOnly), CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
		Moderators: []string{marta.Office.String(), davide.Office.String()}, Facilitators: []string{paolo.Office.String()}, Offices: map[string]string{},
		StartsOn: now.AddDate(0, 0, 2).Format(time.DateOnly),
		Protocol: drafts.Classical(protocol.ClassicalPlan{
			Language: "it", Low: "Per niente", High: "Del tutto", GroupName: "Cittadini", Mode: "held-code", GatherDays: 7, AnswerDays: 7, AnswerRounds: 2, Points: 9, SharePermille: 750, CannotJudge: true,
		}),
	})
	must(err)
	must(h.Consultations.Announce(ctx, giulia, nightly))
	c, err := h.Consultations.Find(ctx, giulia, nightly)
	must(err)
	var codes []string
	for _, name := range people {
		who := h.Person(t, name)
		must(h.Panel.Enrol(ctx, who, c.ID, c.Protocol.Panel.Groups[0].ID))
		secret, ok := pseudonym.NewSecret(strings.Repeat(name, 20))
		if !ok {
			t.Fatal("the secret is too short")
		}
		issued, err := h.Panel.IssueCode(ctx, who, c.ID, secret)
		must(err)
		codes = append(codes, issued.Code.String())
	}
	must(h.Consultations.Start(ctx, giulia, nightly))
	must(h.Consultations.CloseRound(ctx, paolo, nightly, 1, "abbiamo abbastanza idee"))
	must(h.Jobs.Drain(ctx))
	must(h.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := h.Consultations.ByID(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		_, err = h.Consultations.AddItem(ctx, tx, &c, "", "Il consultorio apre di notte.", nil)
		return err
	}))
	if c, err = h.Consultations.Find(ctx, giulia, nightly); c.Rounds[0].State == consultation.RoundClosed {
		must(h.Consultations.ReleaseRound(ctx, marta, nightly, 1))
	}
	must(err)
	must(h.Consultations.OpenRound(ctx, paolo, nightly, 2))
	must(h.Jobs.Drain(ctx))
	return codes
}

// byCode answers the statement with a code, outside of any session, and gives the mark.
func byCode(t *testing.T, at *site, code string) string {
	t.Helper()
	browser := &http.Client{Jar: newJar(t), Timeout: time.Minute}
	v := &voter{name: "a code", site: at, browser: browser, address: "10.1.0.1"}
	if _, err := v.ask(t.Context(), http.MethodPost, "/consultations/"+nightly+"/code", url.Values{"code": {code}}); err != nil {
		t.Fatal(err)
	}
	form := "/consultations/" + nightly + "/code/rounds/2"
	if _, err := v.ask(t.Context(), http.MethodPost, form, url.Values{"all": {"1"}, "act": {"review"}, "answer_1": {"7"}}); err != nil {
		t.Fatal(err)
	}
	receipt, err := v.ask(t.Context(), http.MethodPost, form, url.Values{"act": {"deliver"}, "part": {drawn()}})
	if err != nil {
		t.Fatal(err)
	}
	return markOn(receipt)
}

// TestADumpThatIsRestoredGoesOn: a dump of a consultation in an open round, by Postgres's
// own program, restored into another database beside the same keys. Codes work, sealed
// ballots open at the close, words that were put by come back, and the record continues.
// With other keys a server says so and does not start.
func TestADumpThatIsRestoredGoesOn(t *testing.T) {
	bin, ctx := programs(t), t.Context()
	first, dir := beginning(t, bin), data(t)
	master := bytes.Repeat([]byte{9}, 32)
	if err := os.WriteFile(filepath.Join(dir, "master.key"), []byte(base64.StdEncoding.EncodeToString(master)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := pseudonym.NewFileKeys(filepath.Join(dir, "keys"), master)
	if err != nil {
		t.Fatal(err)
	}
	from := first.URL(private.Database)
	db, err := postgres.Open(ctx, from)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(migrations.Up(ctx, db), db.Close()); err != nil {
		t.Fatal(err)
	}
	h := webtest.On(t, from, keys).Play(t)
	codes := held(t, h, "anna", "karim", "lucia")

	// Ballots of an open round, one of them by code before the dump; and a form that was
	// sent when the session was over.
	answering, err := h.Consultations.Find(ctx, account.Actor{}, webtest.Answering)
	if err != nil {
		t.Fatal(err)
	}
	anna, paolo, marta := h.Person(t, "anna"), h.Person(t, "paolo"), h.Person(t, "marta")
	if err := h.Panel.Enrol(ctx, anna, answering.ID, answering.Protocol.Panel.Groups[0].ID); err != nil {
		t.Fatal(err)
	}
	before := browse(t, h)
	jar, desk := newJar(t), newJar(t)
	before.ask(t, jar, http.MethodGet, "/enter/"+anna.Account.String(), nil)
	before.ask(t, jar, http.MethodPost, busyRound, paper("review"))
	if status, shown := before.ask(t, jar, http.MethodPost, busyRound, url.Values{"act": {"deliver"}, "part": {drawn()}}); status != http.StatusSeeOther {
		t.Fatalf("a ballot: %d %s", status, shown.Find("main").Text())
	}
	const words = "quello che ho scritto in due ore"
	form := "/consultations/" + webtest.Gathering + "/contributions"
	before.ask(t, desk, http.MethodGet, "/enter/"+marta.Account.String(), nil)
	before.now = before.now.Add(3 * time.Hour)
	if status, shown := before.ask(t, desk, http.MethodPost, form, url.Values{"body": {words}}); status != http.StatusUnauthorized || !strings.Contains(shown.Text(), "conservato") {
		t.Fatalf("a form after the session: %d %s", status, shown.Find("main").Text())
	}
	s := serve(t, dir, "--database-url="+from)
	if mark := byCode(t, s, codes[0]); mark == "" {
		t.Error("the first code gave no receipt")
	}
	s.holds(t)
	s.stop(t)
	sealed := 0
	counting, err := sql.Open("postgres", from)
	if err != nil {
		t.Fatal(err)
	}
	sealed = delivered(t, counting)
	if err := counting.Close(); err != nil {
		t.Fatal(err)
	}

	// The dump, into a database of another cluster.
	file := filepath.Join(t.TempDir(), "dump")
	second := beginning(t, bin)
	to := second.URL(private.Database)
	for _, command := range [][]string{{"pg_dump", "--format=custom", "--file=" + file, "--dbname=" + from}, {"pg_restore", "--exit-on-error", "--no-owner", "--dbname=" + to, file}} {
		if out, err := exec.Command(filepath.Join(bin, command[0]), command[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command[0], err, out)
		}
	}

	// Other keys, beside the database: nothing is made anew in silence.
	other := data(t)
	refused(t, "identity", "serve", "--listen=127.0.0.1:0", "--provider-listen=127.0.0.1:0", "--data="+other, "--database-url="+to)
	if out, err := exec.Command("cp", "-a", filepath.Join(dir, "keys"), other).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	refused(t, "master", "serve", "--listen=127.0.0.1:0", "--provider-listen=127.0.0.1:0", "--data="+other, "--database-url="+to)

	s = serve(t, dir, "--database-url="+to)
	if mark := byCode(t, s, codes[1]); mark == "" {
		t.Error("a code that was issued before the dump gave no receipt")
	}
	restored := webtest.On(t, to, keys)
	after := browse(t, restored)
	after.now = before.now
	after.ask(t, desk, http.MethodGet, "/enter/"+marta.Account.String(), nil)
	if _, shown := after.ask(t, desk, http.MethodGet, form, nil); !strings.Contains(shown.Text(), words) {
		t.Errorf("the words that were put by are gone: %.500s", shown.Find("main").Text())
	}
	for slug, round := range map[string]int{webtest.Answering: 3, nightly: 2} {
		if err := restored.Consultations.CloseRound(ctx, paolo, slug, round, "abbiamo risposto tutti"); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "both rounds are released", func() bool {
		for slug, round := range map[string]int{webtest.Answering: 3, nightly: 2} {
			c, err := restored.Consultations.Find(ctx, account.Actor{}, slug)
			if err != nil {
				t.Fatal(err)
			}
			if c.Rounds[round-1].State != consultation.RoundReleased {
				return false
			}
		}
		return true
	})
	counted := 0
	for slug, round := range map[string]int{webtest.Answering: 3, nightly: 2} {
		_, text := s.get(t, fmt.Sprintf("/record/%s/rounds/%d/counts.json", slug, round))
		var n int
		if _, err := fmt.Sscanf(text, `{"answered":%d`, &n); err != nil {
			t.Errorf("%s: %v in %.200s", slug, err, text)
		}
		counted += n
	}
	if counted != sealed+1 {
		t.Errorf("%d ballots are counted; %d lay in the dump, and one came after", counted, sealed)
	}
	s.holds(t)
}
