package login_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/login"
	"delfi/internal/login/devidp"
)

func asFault(err error, f **fault.Fault) bool { return errors.As(err, f) }

// builtIn starts the built-in provider and a client of it.
func builtIn(t *testing.T) (*devidp.Provider, *login.Client) {
	t.Helper()
	p, err := devidp.New(devidp.Demonstration(), callback).Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p, client(t, login.Options{Issuer: p.Issuer(), ClientID: devidp.ClientID, ClientSecret: p.Secret()})
}

func TestPersonChosenOnThePageSignsIn(t *testing.T) {
	p, c := builtIn(t)
	a, address := begin(t, c, "")
	b := newBrowser(t)
	if status := b.open(address); status != http.StatusOK {
		t.Fatalf("the page of people answers %d", status)
	}
	if got := b.page.Find("html").AttrOr("lang", ""); got != "it" {
		t.Errorf("the page speaks %q, the client asked for it", got)
	}
	if got, want := b.page.Find("button[name=subject]").Length(), len(p.People()); got != want {
		t.Errorf("%d people to be, want %d", got, want)
	}
	b.send(url.Values{"subject": {"marta"}})
	signed, err := c.Finish(t.Context(), a, b.query())
	if err != nil {
		t.Fatal(err)
	}
	want := account.Claims{
		Issuer: p.Issuer(), Subject: "marta", Name: "Marta Gibellini", Email: "marta.gibellini@riva.example",
		Municipality: "Riva d’Arno", Groups: []string{"riva/moderator"},
	}
	if d := cmp.Diff(want, signed.Claims); d != "" {
		t.Error(d)
	}
	// Some clients read the ID token alone: it says the same.
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(signed.IDToken, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`"name":"Marta Gibellini"`, `"groups":["riva/moderator"]`, `"municipality":"Riva d’Arno"`} {
		if !strings.Contains(string(payload), text) {
			t.Errorf("the ID token lacks %s: %s", text, payload)
		}
	}
	out, err := url.Parse(c.Leave(signed.IDToken, "http://127.0.0.1:1/"))
	if err != nil || out.Query().Get("id_token_hint") != signed.IDToken {
		t.Errorf("signing out leads to %v (%v)", out, err)
	}
}

func TestKnownHintSignsInAtOnce(t *testing.T) {
	_, c := builtIn(t)
	for _, hint := range []string{"paolo", "paolo.sighinolfi@riva.example"} {
		a, address := begin(t, c, hint)
		b := newBrowser(t)
		b.open(address)
		signed, err := c.Finish(t.Context(), a, b.query())
		if err != nil {
			t.Fatal(err)
		}
		if signed.Claims.Subject != "paolo" {
			t.Errorf("hint %s signs %s in", hint, signed.Claims.Subject)
		}
	}
	_, address := begin(t, c, "nobody-known")
	b := newBrowser(t)
	if b.open(address); b.back != nil {
		t.Error("an unknown hint signed somebody in")
	}
}

func TestCancellingAtTheProviderIsNoError(t *testing.T) {
	_, c := builtIn(t)
	a, address := begin(t, c, "")
	b := newBrowser(t)
	b.open(address)
	b.send(url.Values{"cancel": {"1"}})
	_, err := c.Finish(t.Context(), a, b.query())
	wantFault(t, err, fault.Forbidden, "sign_in_cancelled", "")
}

func TestSomebodyUnknownCannotBeChosen(t *testing.T) {
	_, c := builtIn(t)
	_, address := begin(t, c, "")
	b := newBrowser(t)
	b.open(address)
	if status := b.send(url.Values{"subject": {"mallory"}}); status != http.StatusUnprocessableEntity {
		t.Errorf("answers %d", status)
	}
	if b.back != nil {
		t.Error("somebody unknown was signed in")
	}
}

func TestSignOutAtTheProviderComesBack(t *testing.T) {
	_, c := builtIn(t)
	if err := c.Ready(); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ hint, to string }{
		"home, with the hint of an earlier process": {"a.b.c", "http://127.0.0.1:1/"},
		"home, without": {"", "http://127.0.0.1:1/"},
	} {
		if got := lead(t, c.Leave(tc.hint, tc.to)); got != tc.to {
			t.Errorf("%s: led to %q", name, got)
		}
	}
	if got := lead(t, c.Leave("", "https://evil.example/")); strings.Contains(got, "evil") {
		t.Errorf("an unregistered page was led to: %q", got)
	}
}

// lead gives where an address redirects to.
func lead(t *testing.T, address string) string {
	t.Helper()
	once := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := once.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.Header.Get("Location")
}

// PKCE: whoever steals a code cannot use it, and a code put into another
// person's round trip does not fit.
func TestVerifierThatDoesNotMatchIsRefused(t *testing.T) {
	_, c := builtIn(t)
	mine, address := begin(t, c, "anna")
	b := newBrowser(t)
	b.open(address)

	other := mine
	other.Verifier = strings.Repeat("x", 43)
	_, err := c.Finish(t.Context(), other, b.query())
	wantFault(t, err, fault.Forbidden, "sign_in_refused", "the code was not accepted")

	second, _ := begin(t, c, "anna")
	stolen := b.query()
	stolen.Set("state", second.State)
	_, err = c.Finish(t.Context(), second, stolen)
	wantFault(t, err, fault.Forbidden, "sign_in_refused", "the code was not accepted")
}

func TestCodeIsGoodForOnce(t *testing.T) {
	_, c := builtIn(t)
	a, address := begin(t, c, "anna")
	b := newBrowser(t)
	b.open(address)
	if _, err := c.Finish(t.Context(), a, b.query()); err != nil {
		t.Fatal(err)
	}
	_, err := c.Finish(t.Context(), a, b.query())
	wantFault(t, err, fault.Forbidden, "sign_in_refused", "the code was not accepted")
}

func TestBuiltInProviderDemandsPKCEAndItsOwnCallback(t *testing.T) {
	_, c := builtIn(t)
	_, address := begin(t, c, "anna")
	for name, change := range map[string]func(url.Values){
		"no challenge":     func(q url.Values) { q.Del("code_challenge"); q.Del("code_challenge_method") },
		"another callback": func(q url.Values) { q.Set("redirect_uri", "https://evil.example/") },
		"another client":   func(q url.Values) { q.Set("client_id", "evil") },
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		change(q)
		u.RawQuery = q.Encode()
		b := newBrowser(t)
		b.open(u.String())
		if b.back != nil && b.back.Query().Has("code") {
			t.Errorf("%s: a code was given", name)
		}
	}
}

func TestProviderThatStartsLateIsFound(t *testing.T) {
	p, err := devidp.New(devidp.Demonstration(), callback).Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(p.Issuer(), "http://")
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	c := client(t, login.Options{Issuer: p.Issuer(), ClientID: devidp.ClientID, Clock: func() time.Time { return now }})
	if c.Leave("", "http://127.0.0.1:1/") != "" {
		t.Error("knows where to sign out before discovery")
	}
	wantFault(t, c.Ready(), fault.Unavailable, "provider_down", "connect")
	_, _, err = c.Begin(t.Context(), login.Ask{})
	wantFault(t, err, fault.Unavailable, "provider_down", "connect")

	again, err := devidp.New(devidp.Demonstration(), callback).Start(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	})
	if c.Ready() == nil {
		t.Error("asked again before the delay had passed")
	}
	now = now.Add(time.Minute)
	if err := c.Ready(); err != nil {
		t.Errorf("after the delay: %v", err)
	}
}

func TestProviderEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, err := devidp.New(nil).Start(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for range 100 {
		if _, err := http.Get(p.Issuer() + "/healthz"); err != nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("still answers")
}

func TestDemonstrationHasEveryRole(t *testing.T) {
	seen := map[string]int{}
	for _, p := range devidp.Demonstration() {
		for _, g := range p.Groups {
			seen[g]++
		}
		if len(p.Groups) == 0 {
			seen["citizen"]++
		}
	}
	want := map[string]int{"riva/administrator": 1, "riva/moderator": 2, "riva/facilitator": 1, "riva/council": 1, "borgo/administrator": 1, "borgo/moderator": 1, "citizen": 6}
	if d := cmp.Diff(want, seen); d != "" {
		t.Error(d)
	}
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	good := login.Options{Issuer: "https://login.example.it", ClientID: "delfi", RedirectURL: "https://delfi.example.it/sign-in/callback"}
	if _, err := login.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*login.Options){
		"issuer without a host":   func(o *login.Options) { o.Issuer = "login" },
		"plain http issuer":       func(o *login.Options) { o.Issuer = "http://login.example.it" },
		"no client":               func(o *login.Options) { o.ClientID = "" },
		"callback without a host": func(o *login.Options) { o.RedirectURL = "/sign-in/callback" },
	} {
		o := good
		change(&o)
		if _, err := login.New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
