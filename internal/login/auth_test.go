package login_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"delfi/internal/login"
)

// pemOf writes a key as operators do.
func pemOf(t *testing.T, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func parseKey(t *testing.T, key *ecdsa.PrivateKey) *login.Key {
	t.Helper()
	k, err := login.ParseKey(pemOf(t, key), "delfi-key")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// The way to authenticate comes from discovery, so that the code is taken to the token
// endpoint once, in the way that the provider takes.
func TestClientAuthenticatesAsDiscoverySays(t *testing.T) {
	key := newKey(t)
	for name, tc := range map[string]struct {
		methods []string
		options login.Options
		basic   bool
		sent    string // a parameter that must be there
		not     string
	}{
		"nothing said":       {nil, login.Options{ClientSecret: "s"}, true, "code", "client_secret"},
		"basic and post":     {[]string{"client_secret_post", "client_secret_basic"}, login.Options{ClientSecret: "s"}, true, "code", "client_secret"},
		"post alone":         {[]string{"client_secret_post", "private_key_jwt"}, login.Options{ClientSecret: "s"}, false, "client_secret", "client_assertion"},
		"none":               {[]string{"none"}, login.Options{}, false, "client_id", "client_secret"},
		"none, and not said": {nil, login.Options{}, false, "client_id", "client_secret"},
		"a key":              {[]string{"client_secret_basic", "private_key_jwt"}, login.Options{Key: parseKey(t, key)}, false, "client_assertion", "client_secret"},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := newAttacker(t)
			a.methods = tc.methods
			if err := a.trip(a.client(tc.options), nil, nil); err != nil {
				t.Fatal(err)
			}
			if a.tokens != 1 || (a.basic != "") != tc.basic || !a.sent.Has(tc.sent) || a.sent.Has(tc.not) {
				t.Errorf("%d requests, basic %q, sent %v", a.tokens, a.basic, a.sent)
			}
			if text := a.sent.Get("client_assertion"); text != "" {
				signed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.ES256})
				if err != nil {
					t.Fatal(err)
				}
				var got jwt.Claims
				if err := signed.Claims(key.Public(), &got); err != nil {
					t.Fatal(err)
				}
				if got.Issuer != attackedClient || got.Subject != attackedClient || !got.Audience.Contains(a.server.URL+"/token") || got.ID == "" || got.Expiry.Time().Sub(a.now) != time.Minute {
					t.Errorf("asserted %+v", got)
				}
			}
		})
	}
}

func TestProviderThatTakesNothingThatWeHaveIsTroubleBeforeTheCode(t *testing.T) {
	a, _ := newAttacker(t)
	a.methods = []string{"private_key_jwt", "tls_client_auth"}
	a.blamed(a.trip(a.client(login.Options{ClientSecret: "s"}), nil, nil), login.ClientAuth, "private_key_jwt, tls_client_auth")
	if a.tokens != 0 {
		t.Error("a code was burnt")
	}
}

func TestKeysThatCannotSignAreRefused(t *testing.T) {
	for _, text := range []string{"", "no PEM", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if _, err := login.ParseKey([]byte(text), ""); err == nil {
			t.Errorf("%q is a key", text)
		}
	}
}

// What goes wrong at the provider is its trouble by kind; what a person or an attacker
// brings is not.
func TestTroubleIsToldByItsKind(t *testing.T) {
	for name, tc := range map[string]struct {
		set    func(a *attacker)
		change func(map[string]any)
		answer func(url.Values)
		kind   login.Trouble
	}{
		"wrong secret":               {func(a *attacker) { a.answer, a.failure = 401, "invalid_client" }, nil, nil, login.ClientAuth},
		"wrong secret, said by 400":  {func(a *attacker) { a.answer, a.failure = 400, "invalid_client" }, nil, nil, login.ClientAuth},
		"client not allowed":         {func(a *attacker) { a.answer, a.failure = 400, "unauthorized_client" }, nil, nil, login.ClientAuth},
		"a bad request":              {func(a *attacker) { a.answer, a.failure = 400, "invalid_request" }, nil, nil, login.Request},
		"token endpoint fails":       {func(a *attacker) { a.answer = 502 }, nil, nil, login.Unreachable},
		"keys that are missing":      {func(a *attacker) { a.skip = true }, nil, nil, login.Keys},
		"provider 20 minutes ahead":  {nil, func(c map[string]any) { c["nbf"] = c["iat"].(int64) + 1200 }, nil, login.Clock},
		"provider 20 minutes behind": {nil, func(c map[string]any) { c["exp"] = c["iat"].(int64) - 1140 }, nil, login.Clock},
		"auth_time ahead":            {nil, func(c map[string]any) { c["auth_time"] = c["iat"].(int64) + 1200 }, nil, login.Clock},
		"a claim of another kind":    {nil, set("municipality", 7), nil, login.Claims},
		"redirect not registered":    {nil, nil, func(q url.Values) { q.Set("error", "invalid_request") }, login.Request},
		"scope refused":              {nil, nil, func(q url.Values) { q.Set("error", "invalid_scope") }, login.Request},
		"provider overloaded":        {nil, nil, func(q url.Values) { q.Set("error", "temporarily_unavailable") }, login.Unreachable},
	} {
		t.Run(name, func(t *testing.T) {
			a, c := newAttacker(t)
			if tc.set != nil {
				tc.set(a)
			}
			a.troubled(c, tc.kind, "", tc.change, tc.answer)
		})
	}
	a, c := newAttacker(t)
	a.answer, a.failure = 400, "invalid_grant"
	a.refused(c, "the code was not accepted", nil, nil)
	if len(a.trouble) != 0 || a.log.Len() != 0 {
		t.Errorf("a used code is the provider's trouble: %v %s", a.trouble, a.log.String())
	}
}

func TestDiscoveryIsToldByItsKind(t *testing.T) {
	a, _ := newAttacker(t)
	gone := a.client(login.Options{})
	a.server.Config.Handler = http.NotFoundHandler()
	a.blamed(gone.Ready(), login.Discovery, "404")
}

// People do not wait behind a provider that hangs, and get the number of its one line.
func TestNobodyWaitsLongForDiscovery(t *testing.T) {
	a, _ := newAttacker(t)
	asked, release := make(chan struct{}, 8), make(chan struct{})
	a.server.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(release) })
	c := a.client(login.Options{})
	failed := make(chan error, 8)
	for range 8 {
		go func() { _, _, err := c.Begin(t.Context(), login.Ask{}); failed <- err }()
	}
	numbers := map[any]bool{}
	for range 8 {
		err := <-failed
		numbers[numberOf(t, err)] = true
	}
	if len(asked) != 1 || len(numbers) != 1 {
		t.Errorf("asked %d times, numbers %v", len(asked), numbers)
	}
}

func TestFreshSignInIsCheckedByItsTime(t *testing.T) {
	a, c := newAttacker(t)
	ask := login.Ask{Fresh: true}
	_, address, err := c.Begin(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := url.Parse(address)
	if err != nil || asked.Query().Get("prompt") != "login" || asked.Query().Get("max_age") != "600" {
		t.Errorf("asked %s", address)
	}
	signed, err := a.walk(c, ask, set("auth_time", a.now.Add(-9*time.Minute).Unix()), nil)
	if err != nil || !signed.Auth.Equal(a.now.Add(-9*time.Minute)) {
		t.Errorf("nine minutes: %v, %v", signed.Auth, err)
	}
	_, err = a.walk(c, ask, set("auth_time", a.now.Add(-12*time.Minute).Unix()), nil)
	a.blamed(err, login.NotFresh, "12m0s old")
	a.trouble = nil
	a.log.Reset()
	_, err = a.walk(c, ask, nil, nil)
	a.blamed(err, login.NotFresh, "no auth_time")
	if signed, err = a.walk(c, login.Ask{}, nil, nil); err != nil || !signed.Auth.IsZero() {
		t.Errorf("an ordinary sign-in without a time: %v, %v", signed.Auth, err)
	}
}

func TestSilentLookThatNeedsThePersonSaysSo(t *testing.T) {
	a, c := newAttacker(t)
	_, address, err := c.Begin(t.Context(), login.Ask{Silent: true, IDToken: "a.b.c"})
	if err != nil {
		t.Fatal(err)
	}
	if u, err := url.Parse(address); err != nil || u.Query().Get("prompt") != "none" || u.Query().Get("id_token_hint") != "a.b.c" {
		t.Errorf("asked %s", address)
	}
	for _, text := range []string{"login_required", "interaction_required", "consent_required", "account_selection_required"} {
		_, err := a.walk(c, login.Ask{Silent: true}, nil, func(q url.Values) { q.Set("error", text) })
		wantCode(t, err, "sign_in_again")
		_, err = a.walk(c, login.Ask{}, nil, func(q url.Values) { q.Set("error", text) })
		wantCode(t, err, "sign_in_cancelled")
	}
}

func TestSettingsOfASignInAreAsked(t *testing.T) {
	a, _ := newAttacker(t)
	c := a.client(login.Options{ACR: []string{"https://www.spid.gov.it/SpidL2", "urn:second"}, Prompt: "select_account", MaxAge: time.Hour})
	_, address, err := c.Begin(t.Context(), login.Ask{})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if q := u.Query(); q.Get("acr_values") != "https://www.spid.gov.it/SpidL2 urn:second" || q.Get("prompt") != "select_account" || q.Get("max_age") != "3600" {
		t.Errorf("asked %v", q)
	}
	if _, err := login.New(login.Options{Issuer: a.server.URL, ClientID: "x", RedirectURL: callback, Prompt: "none"}); err == nil {
		t.Error("prompt none as a setting would sign nobody in")
	}
}

// Each way to authenticate, with a provider that is not ours.
func TestIndependentProviderTakesEachAuthentication(t *testing.T) {
	key := newKey(t)
	jwks, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "delfi-key", Algorithm: "ES256", Use: "sig"}}})
	if err != nil {
		t.Fatal(err)
	}
	for method, tc := range map[string]struct {
		options login.Options
		more    []string
	}{
		"client_secret_post": {login.Options{ClientSecret: "only-for-this-test"}, nil},
		"none":               {login.Options{}, nil},
		"private_key_jwt":    {login.Options{Key: parseKey(t, key)}, []string{string(jwks)}},
	} {
		t.Run(method, func(t *testing.T) {
			o := tc.options
			o.Issuer, o.ClientID = independent(t, method, tc.more...), "delfi-test"
			c := client(t, o)
			a, address := begin(t, c, "bianchi")
			b := newBrowser(t)
			b.open(address)
			b.send(url.Values{"login": {"bianchi"}, "password": {"anything"}})
			if b.back == nil {
				b.send(url.Values{}) // it asks for consent
			}
			signed, err := c.Finish(t.Context(), a, b.query())
			if err != nil || signed.Claims.Subject != "bianchi" {
				t.Fatalf("%+v, %v", signed, err)
			}
			// The same browser again, without a page; and one that nobody signed in with.
			silent, address, err := c.Begin(t.Context(), login.Ask{Silent: true, IDToken: signed.IDToken})
			if err != nil {
				t.Fatal(err)
			}
			b.back = nil
			b.open(address)
			if again, err := c.Finish(t.Context(), silent, b.query()); err != nil || again.Claims.Subject != "bianchi" {
				t.Errorf("silent: %+v, %v", again, err)
			}
			nobody, address, err := c.Begin(t.Context(), login.Ask{Silent: true})
			if err != nil {
				t.Fatal(err)
			}
			stranger := newBrowser(t)
			stranger.open(address)
			_, err = c.Finish(t.Context(), nobody, stranger.query())
			wantCode(t, err, "sign_in_again")
		})
	}
}
