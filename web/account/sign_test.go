package account_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"delfi/internal/account"
	"delfi/internal/login"
	"delfi/internal/platform/postgres/testdb"
	"delfi/web/i18n"
)

func TestSigningInComesBackToTheSamePageInTheSameLanguage(t *testing.T) {
	s := newSite(t, "")
	p := s.person()
	p.open("/en/mine?item=3")
	if p.at.Path != "/choose" {
		t.Fatalf("was led to %s", p.at)
	}
	p.open("/en/sign-in?as=marta&next=" + url.QueryEscape("/en/mine?item=3"))
	p.wants(http.StatusOK, `Marta Gibellini reads /mine?item=3: en`)
	if p.at.Path != "/en/mine" {
		t.Errorf("came back to %s", p.at)
	}
	people, err := s.accounts.People(t.Context(), s.actor("giulia"), s.riva(), account.Scope{}, account.Moderator)
	if err != nil || len(people) != 1 || people[0].Email != "marta.gibellini@riva.example" {
		t.Errorf("moderators %v, %v", people, err)
	}
}

func TestCookiesOfASignInAreOutOfReach(t *testing.T) {
	for _, public := range []string{"", "https://delfi.test"} {
		s := newSite(t, public)
		p := s.person()
		p.client.Jar = carrier{} // a jar of plain http would drop Secure cookies, and look alike
		p.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
		seen := map[string]int{}
		for _, res := range p.trail {
			for _, c := range res.Cookies() {
				kind, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(c.Name, "__Host-"), "delfi_"), "_")
				seen[kind]++
				if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
					t.Errorf("cookie %s", c)
				}
				if (kind == "session" || kind == "seen") && (c.MaxAge != 0 || !c.Expires.IsZero()) {
					t.Errorf("a session outlives the browser: %s", c)
				}
				// "__Host-": no neighbouring subdomain can plant it.
				if https := strings.HasPrefix(public, "https"); c.Secure != https || strings.HasPrefix(c.Name, "__Host-") != https {
					t.Errorf("at %q the cookie is %s", public, c)
				}
			}
		}
		if seen["session"] != 1 || seen["seen"] != 1 || seen["attempt"] != 2 || len(seen) != 3 { // given and taken back
			t.Errorf("cookies %v", seen)
		}
	}
}

// Fixation: a session planted before sign-in holds nothing after it.
func TestTokenIsRenewedAtSignIn(t *testing.T) {
	s := newSite(t, "")
	attacker := s.person()
	attacker.open("/sign-in?as=karim&next=/mine").wants(http.StatusOK, "Karim Haddad")
	for name, planted := range map[string]string{"invented": "invented", "the attacker's own": attacker.session()} {
		victim := s.person()
		victim.plant(planted)
		victim.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
		if victim.session() == planted {
			t.Errorf("%s: the planted token was kept", name)
		}
		attacker.plant(planted)
		if attacker.open("/mine"); attacker.at.Path != "/choose" {
			t.Errorf("%s: the planted token reads %s: %s", name, attacker.at, attacker.body)
		}
	}
	victim := s.person()
	victim.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
	before := victim.session()
	victim.open("/sign-in?as=karim&next=/mine").wants(http.StatusOK, "Karim Haddad")
	if victim.session() == before {
		t.Error("changing person kept the token")
	}
}

func TestSignOutEndsTheSessionOnTheServer(t *testing.T) {
	s := newSite(t, "")
	p := s.person()
	p.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
	stolen := p.session()
	p.post("/sign-out").wants(http.StatusOK, ` reads /: it ["flash.signed_out"]`)
	ended := false
	for _, res := range p.trail {
		ended = ended || strings.HasPrefix(res.Request.URL.String(), s.provider.Issuer()+"/end_session")
	}
	if !ended {
		t.Error("was not led to the provider to sign out there")
	}
	if p.session() != "" {
		t.Error("the cookie stays")
	}
	thief := s.person()
	thief.plant(stolen)
	if thief.open("/mine"); thief.at.Path != "/choose" {
		t.Errorf("the token still reads %s: %s", thief.at, thief.body)
	}
	var left int
	if err := s.db.Pool().GetContext(t.Context(), &left, `SELECT count(*) FROM sessions`); err != nil {
		t.Fatal(err)
	}
	if left != 0 { // the thief's attempt to sign in is kept by the thief
		t.Errorf("%d sessions are left", left)
	}
	p.post("/sign-out").wants(http.StatusOK, "flash.signed_out") // twice is no error
}

func TestSignOutStaysHereWhereTheBrowserWouldStop(t *testing.T) {
	s := newSiteOn(t, testdb.New(t), "", false)
	p := s.person()
	p.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
	p.post("/sign-out").wants(http.StatusOK, "flash.signed_out")
	if len(p.trail) != 2 || p.session() != "" {
		t.Errorf("%d answers, session %q", len(p.trail), p.session())
	}
}

func TestSignOutAndInNeedTheirMethods(t *testing.T) {
	s := newSite(t, "")
	p := s.person()
	p.open("/sign-in?as=anna&next=/mine")
	p.open("/sign-out")
	p.open("/mine").wants(http.StatusOK, "Anna Vandelli") // a link cannot sign anyone out
}

func TestStateIsGoodForOnceAndInItsOwnBrowserOnly(t *testing.T) {
	s := newSite(t, "")
	p := s.person()
	callback := p.stopAt("/sign-in?as=anna", "/sign-in/callback")

	s.person().open(callback.String()).wants(http.StatusForbidden, i18n.Words("it", "fault.sign_in_unknown"))
	other := s.person() // one who is signing in as well
	other.stopAt("/sign-in?as=karim", "/sign-in/callback")
	other.open(callback.String()).wants(http.StatusForbidden, i18n.Words("it", "fault.sign_in_unknown"))
	other.open("/").wants(http.StatusOK, " reads /")

	p.open(callback.String()).wants(http.StatusOK, "Anna Vandelli reads /:")
	p.open(callback.String()).wants(http.StatusForbidden, i18n.Words("it", "fault.sign_in_unknown"))
	p.open("/sign-in/callback").wants(http.StatusForbidden, i18n.Words("it", "fault.sign_in_unknown"))
	p.open("/sign-in/callback?code=x&state=short").wants(http.StatusForbidden, i18n.Words("it", "fault.sign_in_unknown"))
	p.open("/sign-in/callback?code=x&state=").wants(http.StatusForbidden, i18n.Words("it", "fault.sign_in_unknown"))
}

// An attempt is the browser's to carry and nobody's to make or change.
func TestAttemptIsForItsOwnStateAndTimeAndInEveryProcess(t *testing.T) {
	s := newSite(t, "")
	first := s.handler.Load().(http.Handler)
	unknown := i18n.Words("it", "fault.sign_in_unknown")
	attempt := func(p *person) *http.Cookie {
		t.Helper()
		u, err := url.Parse(s.url)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range p.client.Jar.Cookies(u) {
			if strings.HasPrefix(c.Name, "delfi_attempt_") {
				return &http.Cookie{Name: c.Name, Value: c.Value, Path: "/"}
			}
		}
		t.Fatal("no attempt is under way")
		return nil
	}
	bring := func(p *person, c *http.Cookie) *person {
		t.Helper()
		u, err := url.Parse(s.url)
		if err != nil {
			t.Fatal(err)
		}
		p.client.Jar.SetCookies(u, []*http.Cookie{c})
		return p
	}

	p := s.person()
	callback := p.stopAt("/sign-in?as=anna", "/sign-in/callback").String()
	mine := attempt(p)
	forged := *mine
	forged.Value = mine.Value[:len(mine.Value)-2] + "AA"
	bring(s.person(), &forged).open(callback).wants(http.StatusForbidden, unknown)

	// The attempt of one state does not open another's answer, under either name.
	other := s.person()
	others := other.stopAt("/sign-in?as=karim", "/sign-in/callback").String()
	bring(s.person(), mine).open(others).wants(http.StatusForbidden, unknown)
	renamed := *mine
	renamed.Name = attempt(other).Name
	bring(s.person(), &renamed).open(others).wants(http.StatusForbidden, unknown)
	// A state that only begins like the attempt's is found out, too.
	u, err := url.Parse(callback)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("state", q.Get("state")[:20]+strings.Repeat("x", 23))
	u.RawQuery = q.Encode()
	bring(s.person(), mine).open(u.String()).wants(http.StatusForbidden, i18n.Words("it", "fault.sign_in_refused"))

	late := func() time.Time { return time.Now().Add(login.Patience) }
	s.handler.Store(s.process(secret, late))
	bring(s.person(), mine).open(callback).wants(http.StatusForbidden, unknown)
	s.handler.Store(s.process(bytes.Repeat([]byte{8}, 32), time.Now))
	bring(s.person(), mine).open(callback).wants(http.StatusForbidden, unknown)

	// Any process of the site ends what another began.
	s.handler.Store(s.process(secret, time.Now))
	p.open(callback).wants(http.StatusOK, "Anna Vandelli reads /:")
	s.handler.Store(first)
	p.open("/mine").wants(http.StatusOK, "Anna Vandelli")
	// Who kept a copy of the attempt finds its code used.
	bring(s.person(), mine).open(callback).wants(http.StatusForbidden, i18n.Words("it", "fault.sign_in_refused"))
}

// Who begins to sign in makes the database do nothing; coming back costs three round
// trips: the account as it stands, its offices, whose rows only its id finds, and the
// session. Nothing else is written.
func TestARoundTripCostsTheDatabaseThree(t *testing.T) {
	w := testdb.NewWire(t)
	s := newSiteOn(t, w.DB(t), "", true)
	for range 2 { // the first makes the account, and statements are prepared
		s.person().open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
	}
	p := s.person()
	var callback *url.URL
	if n := w.Trips(func() { callback = p.stopAt("/sign-in?as=anna&next=/nowhere", "/sign-in/callback") }); n != 0 {
		t.Errorf("beginning costs %d round trips", n)
	}
	var sessions int
	if err := s.db.Pool().GetContext(t.Context(), &sessions, `SELECT count(*) FROM sessions`); err != nil {
		t.Fatal(err)
	}
	if sessions != 2 {
		t.Errorf("%d sessions of two people", sessions)
	}
	p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	ended := func() {
		res, err := p.client.Get(callback.String())
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusSeeOther {
			t.Errorf("the callback answers %d", res.StatusCode)
		}
	}
	if n := w.Trips(ended); n != 3 {
		t.Errorf("coming back costs %d round trips, want 3", n)
	}
	if p.session() == "" {
		t.Error("nobody is signed in")
	}
	// The actor is known from the sign-in itself.
	if n := w.Trips(func() { p.open("/mine").wants(http.StatusOK, "Anna Vandelli") }); n != 1 {
		t.Errorf("the page after it costs %d", n)
	}
}

func TestAttemptThatFailsIsOver(t *testing.T) {
	s := newSite(t, "")
	p := s.person()
	callback := p.stopAt("/en/sign-in?as=anna", "/sign-in/callback")
	spoiled := *callback
	q := spoiled.Query()
	q.Set("code", "another")
	spoiled.RawQuery = q.Encode()
	p.open(spoiled.String()).wants(http.StatusForbidden, i18n.Words("en", "fault.sign_in_refused"))
	p.open(callback.String()).wants(http.StatusForbidden, i18n.Words("it", "fault.sign_in_unknown"))
}

func TestTwoTabsCanSignInAtOnce(t *testing.T) {
	s := newSite(t, "")
	p := s.person()
	first := p.stopAt("/sign-in?as=anna&next=/mine?tab=1", "/sign-in/callback")
	p.stopAt("/sign-in?as=anna&next=/mine?tab=2", "/sign-in/callback")
	p.open(first.String()).wants(http.StatusOK, "Anna Vandelli reads /mine?tab=1")
}

func TestNextLeadsNowhereElse(t *testing.T) {
	s := newSite(t, "")
	for _, next := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, "javascript:alert(1)", "/sign-in"} {
		p := s.person()
		p.open("/sign-in?as=anna&next="+url.QueryEscape(next)).wants(http.StatusOK, "Anna Vandelli reads /:")
		// and not for those who are signed in already, either
		p.open("/sign-in?next="+url.QueryEscape(next)).wants(http.StatusOK, "Anna Vandelli reads /:")
	}
}

func TestNextThatNoBrowserCouldHoldLeadsHome(t *testing.T) {
	s := newSite(t, "")
	s.person().open("/en/sign-in?as=anna&next="+url.QueryEscape("/mine?x="+strings.Repeat("è", 3000))).wants(http.StatusOK, "Anna Vandelli reads /: en")
	s.person().open("/sign-in?as=anna&next="+url.QueryEscape("/mine?x="+strings.Repeat("x", 1400))).wants(http.StatusOK, "Anna Vandelli reads /mine?x=xxx")
}

func TestCancelledSignInSaysSo(t *testing.T) {
	s := newSite(t, "")
	p := s.person()
	p.open("/en/sign-in")
	id := p.body[strings.Index(p.body, `name="id" value="`)+len(`name="id" value="`):]
	id = id[:strings.Index(id, `"`)]
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.provider.Issuer()+"/choose", strings.NewReader(url.Values{"id": {id}, "cancel": {"1"}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := p.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusForbidden || !strings.Contains(string(b), i18n.Words("en", "fault.sign_in_cancelled")) {
		t.Errorf("%d %s", res.StatusCode, b)
	}
}

// Sessions of the demonstration's people have one length: theirs told in a copied database
// which were one person's, who holds an office, and of whom the provider attests something.
func TestSessionsHaveOneLength(t *testing.T) {
	s := newSite(t, "")
	names := []string{"anna", "karim", "giulia", "marta", "sergio"}
	for _, name := range names {
		s.person().open("/sign-in?as="+name+"&next=/mine").wants(http.StatusOK, "/mine")
	}
	var lengths []int
	if err := s.db.Pool().SelectContext(t.Context(), &lengths, `SELECT length(data) FROM sessions`); err != nil {
		t.Fatal(err)
	}
	if slices.Sort(lengths); len(lengths) != len(names) || lengths[0] != lengths[len(lengths)-1] {
		t.Errorf("the rows have %v bytes", lengths)
	}
}

// A copied database tells neither a token that works, nor whose a session is,
// nor when it began; and reading pages writes nothing.
func TestStoredSessionTellsNothing(t *testing.T) {
	s := newSite(t, "")
	p := s.person()
	p.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
	type row struct {
		Token  string
		Data   []byte
		Expiry time.Time
		Mark   string
	}
	read := func() row {
		var rows []row
		err := s.db.Pool().SelectContext(t.Context(), &rows, `
			SELECT token, data, expiry, xmin::text || '/' || ctid::text AS mark
			FROM sessions`)
		if err != nil || len(rows) != 1 {
			t.Fatalf("%d sessions, %v", len(rows), err)
		}
		return rows[0]
	}
	before := read()
	id := s.account("anna").String()
	for _, secret := range []string{p.session(), id, "account", "id_token"} {
		if strings.Contains(before.Token, secret) || strings.Contains(string(before.Data), secret) {
			t.Errorf("the row holds %q", secret)
		}
	}
	if !before.Expiry.Equal(before.Expiry.Truncate(time.Hour)) {
		t.Errorf("expiry %s tells when the session began", before.Expiry)
	}
	for range 3 {
		p.open("/mine")
		s.person().open("/")
	}
	if after := read(); after.Mark != before.Mark {
		t.Error("reading a page wrote the session")
	}
	// Altered rows are refused, whoever altered them.
	if _, err := s.db.Pool().ExecContext(t.Context(), `UPDATE sessions SET data = set_byte(data, 20, 255 - get_byte(data, 20))`); err != nil {
		t.Fatal(err)
	}
	p.open("/mine")
	if p.status != http.StatusInternalServerError {
		t.Errorf("an altered session answers %d: %s", p.status, p.body)
	}
}

func TestAccountThatIsGoneIsSignedOut(t *testing.T) {
	s := newSite(t, "")
	p := s.person()
	p.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
	if _, err := s.db.Pool().ExecContext(t.Context(), `DELETE FROM civic.account`); err != nil {
		t.Fatal(err)
	}
	p.open("/").wants(http.StatusOK, " reads /:")
	if p.session() != "" {
		t.Error("the session stays")
	}
}

func TestDatabaseThatIsDownIsSaidSo(t *testing.T) {
	s := newSite(t, "")
	p := s.person()
	p.open("/sign-in?as=anna&next=/mine").wants(http.StatusOK, "Anna Vandelli")
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	p.open("/en/mine").wants(http.StatusServiceUnavailable, i18n.Words("en", "status.503.next"))
	s.person().open("/").wants(http.StatusOK, " reads /:") // who has no session needs none
}

func TestProviderThatIsDownIsSaidSo(t *testing.T) {
	s := newSite(t, "")
	if err := s.provider.Close(); err != nil {
		t.Fatal(err)
	}
	s.person().open("/en/sign-in").wants(http.StatusServiceUnavailable, "This is not your fault: the identity provider does not answer")
}

// TestALinkThatNamesSomebodyAtLengthNamesNobody: a cookie could not hold it.
func TestALinkThatNamesSomebodyAtLengthNamesNobody(t *testing.T) {
	s := newSite(t, "")
	for _, length := range []int{201, 5000} {
		p := s.person()
		p.open("/sign-in?as=" + strings.Repeat("m", length) + "&next=/mine")
		if p.at.Path != "/choose" {
			t.Errorf("%d letters lead to %s", length, p.at)
		}
	}
}
