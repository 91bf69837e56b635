package account_test

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/login"
)

// at makes the site a process whose clock a test moves.
func (s *site) at(now *time.Time) {
	s.handler.Store(s.process(secret, func() time.Time { return *now }))
}

// A role that the provider took away ends with the next look at the provider, which is
// at most an hour after the last and needs no page.
func TestARoleThatWasTakenAwayDoesNotLiveOn(t *testing.T) {
	s := newSite(t, "")
	now := time.Now()
	s.at(&now)
	p := s.person()
	p.open("/sign-in?as=marta&next=/mine").wants(http.StatusOK, "holds 1")
	// As if the provider had said so at that sign-in, and had taken it back since.
	if _, err := s.db.Pool().ExecContext(t.Context(), `
		INSERT INTO civic.role (officer, administration, role, scope, claimed, granted)
		SELECT o.id, a.id, 'administrator', $1, true, false
		FROM civic.administration AS a
		CROSS JOIN civic.officer AS o`, uuid.Nil); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour - time.Second)
	p.open("/mine").wants(http.StatusOK, "holds 2")
	if len(p.trail) != 1 {
		t.Errorf("looked before the hour was over: %d answers", len(p.trail))
	}
	now = now.Add(3 * time.Second)
	p.open("/mine?item=3").wants(http.StatusOK, "Marta Gibellini reads /mine?item=3: it [] holds 1")
	if len(p.trail) < 4 {
		t.Errorf("%d answers: nobody was asked", len(p.trail))
	}
	p.open("/mine").wants(http.StatusOK, "holds 1")
	if len(p.trail) != 1 {
		t.Error("looks again at once")
	}
	// A page that everybody reads looks, too: what staff see there is not what others do.
	now = now.Add(time.Hour + time.Second)
	p.open("/").wants(http.StatusOK, "holds 1")
	// A citizen is not asked.
	citizen := s.person()
	citizen.open("/sign-in?as=anna&next=/mine")
	now = now.Add(90 * time.Minute)
	if citizen.open("/mine").wants(http.StatusOK, "Anna Vandelli"); len(citizen.trail) != 1 {
		t.Error("a citizen was sent to the provider")
	}
}

// While the provider is down nobody has a role that is not looked at, and staff read
// what everybody reads.
func TestStaffAreAnybodyWhileTheProviderIsDown(t *testing.T) {
	s := newSite(t, "")
	now := time.Now()
	s.at(&now)
	p := s.person()
	p.open("/sign-in?as=marta&next=/mine").wants(http.StatusOK, "holds 1")
	if err := s.provider.Close(); err != nil {
		t.Fatal(err)
	}
	now = now.Add(61 * time.Minute)
	s.at(&now) // which never found the provider
	p.open("/mine").wants(http.StatusServiceUnavailable, "Non è colpa tua")
	p.open("/").wants(http.StatusOK, "Marta Gibellini reads /: it [] holds 0")
	p.open("/mine").wants(http.StatusServiceUnavailable, "Non è colpa tua")
	p.post("/sign-out").wants(http.StatusOK, "flash.signed_out")
}

func TestASessionEndsByIdlenessAndByAge(t *testing.T) {
	s := newSite(t, "")
	now := time.Now()
	s.at(&now)
	p := s.person()
	p.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
	now = now.Add(2*time.Hour + time.Second)
	if p.open("/mine"); p.at.Path != "/choose" {
		t.Errorf("idle for two hours: %s", p.at)
	}
	p.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
	writes := s.writes(t)
	for range 6 { // used all the time
		now = now.Add(115 * time.Minute)
		p.open("/mine").wants(http.StatusOK, "Anna Vandelli")
	}
	if s.writes(t) != writes {
		t.Error("using a session wrote its row")
	}
	now = now.Add(31 * time.Minute) // 12 hours and 1 minute
	if p.open("/mine"); p.at.Path != "/choose" {
		t.Errorf("older than half a day: %s", p.at)
	}
}

// writes identifies the sessions' rows as they were last written.
func (s *site) writes(t *testing.T) (marks string) {
	t.Helper()
	if err := s.db.Pool().GetContext(t.Context(), &marks, `SELECT coalesce(string_agg(xmin::text || ctid::text, ' ' ORDER BY token), '') FROM sessions`); err != nil {
		t.Fatal(err)
	}
	return marks
}

// A look at the provider does not make a session younger.
func TestALookDoesNotLengthenASession(t *testing.T) {
	s := newSite(t, "")
	now := time.Now()
	s.at(&now)
	p := s.person()
	p.open("/sign-in?as=marta&next=/mine").wants(http.StatusOK, "holds 1")
	for range 11 {
		now = now.Add(65 * time.Minute)
		p.open("/mine").wants(http.StatusOK, "holds 1")
	}
	now = now.Add(6 * time.Minute)
	if p.open("/mine"); p.at.Path != "/choose" {
		t.Errorf("after half a day: %s", p.at)
	}
}

// The session's cookie alone, and the mark of another session, open nothing.
func TestAMarkIsOfOneSession(t *testing.T) {
	s := newSite(t, "")
	p, other := s.person(), s.person()
	p.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
	other.open("/sign-in?as=karim&next=/mine").wants(http.StatusOK, "Karim Haddad")
	other.plant(p.session())
	if other.open("/mine"); other.at.Path != "/choose" {
		t.Errorf("Anna's session with Karim's mark: %s", other.body)
	}
}

func TestSigningOutEverywhereEndsEverySessionAtOnce(t *testing.T) {
	s := newSite(t, "")
	here, there := s.handler.Load(), s.process(secret, time.Now)
	home, library, karim := s.person(), s.person(), s.person()
	home.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
	karim.open("/sign-in?as=karim&next=/mine").wants(http.StatusOK, "Karim Haddad")
	s.handler.Store(there)
	library.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
	s.handler.Store(here)
	home.post("/sign-out/everywhere").wants(http.StatusOK, "flash.signed_out")
	for _, process := range []any{there, here} {
		s.handler.Store(process)
		karim.open("/mine").wants(http.StatusOK, "Karim Haddad")
		if library.open("/mine"); library.at.Path != "/choose" {
			t.Errorf("the other session goes on: %s", library.body)
		}
		// Who signs in afterwards is signed in, as often as they like.
		home.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
		home.open("/mine").wants(http.StatusOK, "Anna Vandelli")
	}
	// The table names nobody.
	var names string
	if err := s.db.Pool().GetContext(t.Context(), &names, `SELECT string_agg(name, ' ') FROM session_end WHERE until = date_trunc('hour', until)`); err != nil {
		t.Fatal(err)
	}
	if names == "" || strings.Contains(names, s.account("anna").String()) {
		t.Errorf("ends are named %q", names)
	}
	if s.person().post("/sign-out/everywhere").status != http.StatusUnauthorized {
		t.Error("a stranger signs somebody out")
	}
}

func TestSigningOutClearsTheBrowser(t *testing.T) {
	s := newSite(t, "")
	p := s.person()
	p.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
	p.post("/sign-out")
	if got := p.trail[0].Header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
		t.Errorf("Clear-Site-Data %q", got)
	}
}

// An act that cannot be undone asks who signed in long ago to sign in again; it is then
// done by the person, with the words as typed, and not before.
func TestAnActThatCannotBeUndoneAsksForAFreshSignIn(t *testing.T) {
	s := newSite(t, "")
	now := time.Now().Add(-11 * time.Minute)
	s.at(&now)
	p := s.person()
	p.open("/sign-in?as=anna&next=/form").wants(http.StatusOK, "Anna Vandelli writes")
	words := url.Values{"words": {"il motivo dell’atto"}}
	p.sends(http.MethodPost, "/form/act", words).wants(http.StatusOK, "Anna Vandelli writes")
	if len(s.done) != 1 {
		t.Fatalf("just signed in, did %v", s.done)
	}
	now = time.Now()
	p.sends(http.MethodPost, "/form/act", words).wants(http.StatusUnauthorized, "accedi di nuovo, poi confermalo")
	if !strings.Contains(p.body, "Non abbiamo ancora fatto nulla") {
		t.Errorf("does not say that the words are kept: %s", p.body)
	}
	p.open("/sign-in?fresh=1&as=anna&next=/form").wants(http.StatusOK, "il motivo dell’atto")
	if len(s.done) != 1 {
		t.Errorf("done behind the person's back: %v", s.done)
	}
	p.sends(http.MethodPost, "/form/act", words).wants(http.StatusOK, "Anna Vandelli writes")
	if len(s.done) != 2 {
		t.Errorf("did %v", s.done)
	}
	// What was sent does not come back.
	if p.open("/form"); strings.Contains(p.body, "il motivo") {
		t.Error("the words stay after they were sent")
	}
}

// The words of a form come back to who wrote them and to nobody else.
func TestWordsComeBackAfterSigningInAgain(t *testing.T) {
	s := newSite(t, "")
	now := time.Now()
	s.at(&now)
	const words = "due ore di scrittura\n<script>alert(1)</script> & \"basta\""
	write := func(p *person) {
		t.Helper()
		p.open("/sign-in?as=anna&next=/form").wants(http.StatusOK, "Anna Vandelli writes")
		now = now.Add(3 * time.Hour)
		p.sends(http.MethodPost, "/form", url.Values{"words": {words}}).wants(http.StatusUnauthorized, "conservato per un’ora")
	}
	anna := s.person()
	write(anna)
	anna.open("/sign-in?as=anna&next=/form").wants(http.StatusOK, "Non abbiamo inviato nulla")
	if !strings.Contains(anna.body, "due ore di scrittura\n&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;basta&#34;</textarea>") || len(s.done) != 0 {
		t.Errorf("came back as %s, did %v", anna.body, s.done)
	}
	anna.open("/form").wants(http.StatusOK, "due ore di scrittura") // and again
	if anna.open("/mine"); strings.Contains(anna.body, "due ore") {
		t.Error("the words stand on another page")
	}

	library := s.person()
	write(library)
	library.open("/sign-in?as=karim&next=/form").wants(http.StatusOK, "Karim Haddad writes")
	if strings.Contains(library.body, "due ore") || strings.Contains(library.body, "f-refill") {
		t.Errorf("Karim reads what Anna wrote: %s", library.body)
	}
	library.open("/sign-in?as=anna&next=/form").wants(http.StatusOK, "Anna Vandelli writes")
	if strings.Contains(library.body, "due ore") {
		t.Error("the words wait behind somebody else")
	}

	late := s.person()
	write(late)
	now = now.Add(time.Hour + time.Second)
	late.open("/sign-in?as=anna&next=/form").wants(http.StatusOK, "Anna Vandelli writes")
	if strings.Contains(late.body, "due ore") {
		t.Error("the words are kept for longer than an hour")
	}

	// Whoever never signed in at this browser is told, and nothing is stored.
	before := s.writes(t)
	stranger := s.person()
	stranger.sends(http.MethodPost, "/form", url.Values{"words": {words}}).wants(http.StatusUnauthorized, "Per questo bisogna accedere")
	if s.writes(t) != before {
		t.Error("a stranger filled a table")
	}
	// The row says nothing.
	var open int
	if err := s.db.Pool().GetContext(t.Context(), &open, `SELECT count(*) FROM sessions WHERE position('due ore'::bytea in data) > 0 OR expiry <> date_trunc('hour', expiry)`); err != nil || open != 0 {
		t.Errorf("%d rows tell, %v", open, err)
	}
}

// The independent provider ends the sessions of who signs out there, by its own logout
// token; the token is good for once.
func TestTheProviderEndsSessions(t *testing.T) {
	s := newSite(t, "")
	issuer := independent(t, s.url)
	s.issuer = &login.Options{Issuer: issuer, ClientID: "delfi-test", ClientSecret: "only-for-this-test"}
	inner := s.process(secret, time.Now)
	var told sync.Map
	s.handler.Store(http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/sign-in/ended" {
			b, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			told.Store("body", string(b))
			r.Body = io.NopCloser(strings.NewReader(string(b)))
		}
		inner.ServeHTTP(w, r)
	})))
	signIn := func(p *person, who string) {
		t.Helper()
		p.open("/sign-in?next=/mine")
		for range 3 { // its pages: who, then consent
			action := between(p.body, `action="`, `"`)
			if action == "" {
				break
			}
			p.sends(http.MethodPost, action, url.Values{"prompt": {between(p.body, `name="prompt" value="`, `"`)}, "login": {who}, "password": {"x"}})
		}
		p.wants(http.StatusOK, who)
	}
	p, elsewhere := s.person(), s.person()
	signIn(p, "bianchi")
	signIn(elsewhere, "bianchi") // another session of the same person at the provider
	out := p.open(issuer + "/session/end?client_id=delfi-test")
	out.sends(http.MethodPost, between(out.body, `action="`, `"`), url.Values{"xsrf": {between(out.body, `name="xsrf" value="`, `"`)}, "logout": {"yes"}})
	for range 200 {
		if _, ok := told.Load("body"); ok {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	body, ok := told.Load("body")
	if !ok {
		t.Fatalf("the provider said nothing: %s", out.body)
	}
	ended := false
	for range 200 { // its request is still being answered
		if p.open("/mine"); !strings.Contains(p.body, "reads /mine") {
			ended = true
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if !ended {
		t.Error("the session goes on")
	}
	elsewhere.open("/mine").wants(http.StatusOK, "reads /mine") // it named the one session
	form, err := url.ParseQuery(body.(string))
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{"again": form.Get("logout_token"), "none": "", "noise": "a.b.c"} {
		if got := s.person().sends(http.MethodPost, "/sign-in/ended", url.Values{"logout_token": {token}}); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

func between(text, before, after string) string {
	_, rest, ok := strings.Cut(text, before)
	if !ok {
		return ""
	}
	inner, _, _ := strings.Cut(rest, after)
	return strings.ReplaceAll(inner, "&amp;", "&")
}

// independent starts the provider that is not ours for a site, and gives its issuer.
func independent(t *testing.T, site string) string {
	t.Helper()
	cmd := exec.Command("node", "../../internal/login/testdata/provider.mjs", site+"/sign-in/callback", site+"/", "client_secret_basic", "", site+"/sign-in/ended")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	issuer, ok := strings.CutPrefix(strings.TrimSpace(line), "issuer ")
	if err != nil || !ok {
		t.Fatalf("the provider said %q, %v", line, err)
	}
	return issuer
}
