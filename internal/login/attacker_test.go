package login_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"delfi/internal/fault"
	"delfi/internal/login"
)

const attackedClient = "delfi-attacked"

// attacker is a provider that lies. It answers every code with the token that
// forge makes, and keeps what the token endpoint was sent.
type attacker struct {
	t       *testing.T
	server  *httptest.Server
	key     *ecdsa.PrivateKey
	now     time.Time
	forge   func(claims map[string]any) string
	subject string // of userinfo
	iss     bool   // says that it names itself in its answers (RFC 9207)
	methods []string
	answer  int // of the token endpoint; 0: as is right
	failure string
	sent    url.Values
	basic   string // user of the token request's Authorization
	tokens  int    // requests to the token endpoint
	skip    bool   // of keys: none is published
	trouble []login.Trouble
	log     bytes.Buffer
}

func newAttacker(t *testing.T) (*attacker, *login.Client) {
	t.Helper()
	a := &attacker{t: t, key: newKey(t), now: time.Date(2026, 4, 20, 12, 0, 0, 0, time.UTC), subject: "victim"}
	a.forge = a.sign
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", a.discovery)
	mux.HandleFunc("/keys", a.keys)
	mux.HandleFunc("/userinfo", func(w http.ResponseWriter, _ *http.Request) {
		a.write(w, map[string]any{"sub": a.subject, "name": "Vittima", "groups": []string{"riva/administrator"}})
	})
	a.server = httptest.NewServer(mux)
	t.Cleanup(a.server.Close)
	return a, a.client(login.Options{ClientSecret: "shared-with-the-provider"})
}

// client makes a client of the attacker, who sees its troubles and its log.
func (a *attacker) client(o login.Options) *login.Client {
	o.Issuer, o.ClientID = a.server.URL, attackedClient
	o.Clock = func() time.Time { return a.now }
	o.Trouble = func(kind login.Trouble) { a.trouble = append(a.trouble, kind) }
	o.Log = slog.New(slog.NewTextHandler(&a.log, nil))
	return client(a.t, o)
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *attacker) write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		a.t.Error(err)
	}
}

func (a *attacker) discovery(w http.ResponseWriter, _ *http.Request) {
	u := a.server.URL
	claims := map[string]any{
		"issuer": u, "authorization_endpoint": u + "/authorize", "token_endpoint": u + "/token",
		"jwks_uri": u + "/keys", "userinfo_endpoint": u + "/userinfo",
		"id_token_signing_alg_values_supported":          []string{"ES256", "none", "HS256"},
		"authorization_response_iss_parameter_supported": a.iss,
	}
	if a.methods != nil {
		claims["token_endpoint_auth_methods_supported"] = a.methods
	}
	a.write(w, claims)
}

func (a *attacker) keys(w http.ResponseWriter, _ *http.Request) {
	if a.skip {
		a.write(w, jose.JSONWebKeySet{})
		return
	}
	a.write(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: a.key.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
}

func (a *attacker) sign(claims map[string]any) string {
	return a.signWith(jose.ES256, jose.JSONWebKey{Key: a.key, KeyID: "k"}, claims)
}

func (a *attacker) signWith(alg jose.SignatureAlgorithm, key any, claims map[string]any) string {
	a.t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	b, err := json.Marshal(claims)
	if err != nil {
		a.t.Fatal(err)
	}
	signed, err := signer.Sign(b)
	if err != nil {
		a.t.Fatal(err)
	}
	out, err := signed.CompactSerialize()
	if err != nil {
		a.t.Fatal(err)
	}
	return out
}

// trip makes one round trip in which change spoils the honest claims, and gives
// what the client thinks of it.
func (a *attacker) trip(c *login.Client, change func(claims map[string]any), answer func(q url.Values)) error {
	a.t.Helper()
	_, err := a.walk(c, login.Ask{}, change, answer)
	return err
}

// walk is trip for any kind of round trip; it gives who signed in too.
func (a *attacker) walk(c *login.Client, ask login.Ask, change func(claims map[string]any), answer func(q url.Values)) (login.Signed, error) {
	a.t.Helper()
	attempt, address, err := c.Begin(a.t.Context(), ask)
	if err != nil {
		return login.Signed{}, err
	}
	asked, err := url.Parse(address)
	if err != nil {
		a.t.Fatal(err)
	}
	access := "the-access-token"
	claims := map[string]any{
		"iss": a.server.URL, "aud": attackedClient, "sub": "victim", "nonce": asked.Query().Get("nonce"),
		"iat": a.now.Unix(), "exp": a.now.Add(time.Minute).Unix(), "at_hash": half(access),
	}
	if change != nil {
		change(claims)
	}
	token := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			a.t.Error(err)
		}
		a.sent = r.PostForm
		a.basic, _, _ = r.BasicAuth()
		a.tokens++
		if a.answer != 0 {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(a.answer)
			_ = json.NewEncoder(w).Encode(map[string]string{"error": a.failure})
			return
		}
		out := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 60}
		if t := a.forge(claims); t != "" {
			out["id_token"] = t
		}
		a.write(w, out)
	})
	next := a.server.Config.Handler
	a.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			token.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
	defer func() { a.server.Config.Handler = next }()
	q := url.Values{"state": {attempt.State}, "code": {"a-code"}}
	if answer != nil {
		answer(q)
	}
	return c.Finish(a.t.Context(), attempt, q)
}

// half is at_hash: the left half of the access token's hash.
func half(access string) string {
	sum := sha256.Sum256([]byte(access))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// The round trip that nothing spoils is believed: or the tests below would
// pass for the wrong reason.
func TestHonestTokenIsBelieved(t *testing.T) {
	a, c := newAttacker(t)
	if err := a.trip(c, nil, nil); err != nil {
		t.Fatal(err)
	}
	if v := a.sent.Get("code_verifier"); len(v) < 43 {
		t.Errorf("code verifier %q was sent", v)
	}
	both := func(claims map[string]any) {
		claims["aud"] = []string{attackedClient, "other"}
		claims["azp"] = attackedClient
	}
	if err := a.trip(c, both, nil); err != nil {
		t.Errorf("two audiences with us as the party: %v", err)
	}
}

func (a *attacker) refused(c *login.Client, why string, change func(map[string]any), answer func(url.Values)) {
	a.t.Helper()
	wantFault(a.t, a.trip(c, change, answer), fault.Forbidden, "sign_in_refused", why)
}

// troubled fails unless the round trip ends as the provider's trouble of a kind: with
// its number, said to the operator once.
func (a *attacker) troubled(c *login.Client, kind login.Trouble, why string, change func(map[string]any), answer func(url.Values)) {
	a.t.Helper()
	a.trouble = nil
	a.log.Reset()
	err := a.trip(c, change, answer)
	a.blamed(err, kind, why)
}

func (a *attacker) blamed(err error, kind login.Trouble, why string) {
	a.t.Helper()
	code := "provider_trouble"
	if kind == login.Unreachable {
		code = "provider_down"
	}
	wantFault(a.t, err, fault.Unavailable, code, why)
	var f *fault.Fault
	asFault(err, &f)
	number, _ := f.Args["reference"].(string)
	line := a.log.String()
	if len(number) != 8 || strings.Count(line, "level=WARN") != 1 || !strings.Contains(line, "reference="+number) || !strings.Contains(line, "kind="+string(kind)) || !strings.Contains(line, "remedy=") || !strings.Contains(line, "cause=") {
		a.t.Errorf("number %q is logged as %q", number, line)
	}
	if len(a.trouble) != 1 || a.trouble[0] != kind {
		a.t.Errorf("counted as %v, want %s", a.trouble, kind)
	}
}

func set(name string, value any) func(map[string]any) {
	return func(claims map[string]any) { claims[name] = value }
}

func TestWrongNonceIsRefused(t *testing.T) {
	a, c := newAttacker(t)
	a.refused(c, "nonce", set("nonce", "of-another-sign-in"), nil)
	a.refused(c, "nonce", func(claims map[string]any) { delete(claims, "nonce") }, nil)
}

func TestStateNotSentOrMissingIsRefused(t *testing.T) {
	a, c := newAttacker(t)
	a.refused(c, "state", nil, func(q url.Values) { q.Set("state", "guessed") })
	a.refused(c, "state", nil, func(q url.Values) { q.Del("state") })
	_, err := c.Finish(t.Context(), login.Attempt{}, url.Values{"code": {"x"}})
	wantFault(t, err, fault.Forbidden, "sign_in_refused", "state")
	if a.sent != nil {
		t.Error("the code was taken to the provider before its state was looked at")
	}
}

func TestExpiredTokenIsRefused(t *testing.T) {
	a, c := newAttacker(t)
	a.troubled(c, login.Clock, "expired", set("exp", a.now.Add(-time.Second).Unix()), nil)
	a.troubled(c, login.Clock, "", func(claims map[string]any) { delete(claims, "exp") }, nil)
}

func TestTokenFromTheFutureIsRefused(t *testing.T) {
	a, c := newAttacker(t)
	a.troubled(c, login.Clock, "nbf", set("nbf", a.now.Add(time.Hour).Unix()), nil)
}

func TestWrongAudienceIsRefused(t *testing.T) {
	a, c := newAttacker(t)
	a.refused(c, "audience", set("aud", "another-client"), nil)
	a.refused(c, "another client", set("aud", []string{attackedClient, "another-client"}), nil)
	a.refused(c, "another client", set("azp", "another-client"), nil)
}

func TestWrongIssuerIsRefused(t *testing.T) {
	a, c := newAttacker(t)
	a.refused(c, "issued by a different provider", set("iss", "https://login.elsewhere.example"), nil)
}

// A mix-up: the answer of one provider is led to the client of another (RFC 9207).
func TestAnswerOfAnotherIssuerIsRefused(t *testing.T) {
	a, c := newAttacker(t)
	a.iss = true
	a.refused(c, "another issuer", nil, nil)
	a.refused(c, "another issuer", nil, func(q url.Values) { q.Set("iss", "https://login.elsewhere.example") })
	if a.sent != nil {
		t.Error("the code was taken to the provider all the same")
	}
	if err := a.trip(c, nil, func(q url.Values) { q.Set("iss", a.server.URL) }); err != nil {
		t.Errorf("its own name: %v", err)
	}
}

func TestBadSignatureIsRefused(t *testing.T) {
	a, c := newAttacker(t)
	stranger := newKey(t)
	a.forge = func(claims map[string]any) string {
		return a.signWith(jose.ES256, jose.JSONWebKey{Key: stranger, KeyID: "k"}, claims)
	}
	a.troubled(c, login.Keys, "signature", nil, nil)

	a.forge = func(claims map[string]any) string { // the payload changed after signing
		honest := strings.Split(a.sign(claims), ".")
		claims["sub"] = "somebody-else"
		return honest[0] + "." + encode(a.t, claims) + "." + honest[2]
	}
	a.troubled(c, login.Keys, "signature", nil, nil)
}

func TestUnsignedTokenIsRefused(t *testing.T) {
	a, c := newAttacker(t)
	for _, alg := range []string{"none", "None", "nOnE", ""} {
		a.forge = func(claims map[string]any) string {
			return encode(a.t, map[string]any{"alg": alg, "typ": "JWT"}) + "." + encode(a.t, claims) + "."
		}
		a.troubled(c, login.Keys, "", nil, nil)
	}
}

// A public key or the client's secret used as an HMAC key must not sign.
func TestTokenSignedWithWhatOthersKnowIsRefused(t *testing.T) {
	a, c := newAttacker(t)
	public, err := json.Marshal(jose.JSONWebKey{Key: a.key.Public(), KeyID: "k"})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range [][]byte{public, []byte("shared-with-the-provider-and-32-long")} {
		a.forge = func(claims map[string]any) string { return a.signWith(jose.HS256, secret, claims) }
		a.troubled(c, login.Keys, "", nil, nil)
	}
}

func TestMissingTokenAndSubjectAreRefused(t *testing.T) {
	a, c := newAttacker(t)
	a.refused(c, "subject", set("sub", ""), nil)
	a.forge = func(map[string]any) string { return "" }
	a.refused(c, "there is none", nil, nil)
}

func TestAccessTokenThatWasSwappedIsRefused(t *testing.T) {
	a, c := newAttacker(t)
	a.refused(c, "access token", set("at_hash", half("another-access-token")), nil)
}

func TestUserinfoAboutSomebodyElseIsRefused(t *testing.T) {
	a, c := newAttacker(t)
	a.subject = "administrator"
	a.refused(c, "somebody else", nil, nil)
}

// Userinfo is asked for what the ID token lacks, and for nothing else.
func TestUserinfoIsAskedOnlyForWhatIsMissing(t *testing.T) {
	whole := map[string]any{"name": "Vera", "email": "", "municipality": "Riva", "groups": []string{}}
	for _, missing := range []string{"", "name", "email", "municipality", "groups"} {
		a, c := newAttacker(t)
		a.subject = "somebody-else" // so that asking is found out
		err := a.trip(c, func(claims map[string]any) {
			maps.Copy(claims, whole)
			delete(claims, missing)
		}, nil)
		if missing == "" {
			if err != nil {
				t.Errorf("a whole token: %v", err)
			}
			continue
		}
		wantFault(t, err, fault.Forbidden, "sign_in_refused", "somebody else")
	}
	a, c := newAttacker(t)
	a.subject = "somebody-else"
	parts := func(claims map[string]any) {
		maps.Copy(claims, whole)
		delete(claims, "name")
		claims["given_name"] = "Vera"
	}
	if err := a.trip(c, parts, nil); err != nil {
		t.Errorf("a name in two parts: %v", err)
	}
}

func TestSignInThatTookTooLongIsRefused(t *testing.T) {
	a, c := newAttacker(t)
	attempt, _ := begin(t, c, "")
	a.now = a.now.Add(15*time.Minute + time.Second)
	_, err := c.Finish(t.Context(), attempt, url.Values{"state": {attempt.State}, "code": {"a-code"}})
	wantFault(t, err, fault.Conflict, "sign_in_late", "")
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}
