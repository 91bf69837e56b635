package login

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"delfi/internal/account"
	"delfi/internal/fault"
)

// Options say which provider, and how to read what it says.
type Options struct {
	Issuer       string // as the provider names itself, e.g. "https://login.example.it"
	ClientID     string
	ClientSecret string // "" for a public client, which PKCE alone protects
	RedirectURL  string // our callback, as registered: base URL + "/sign-in/callback"
	Scopes       []string
	Mapping      Mapping
	HTTP         *http.Client     // nil: one that waits ten seconds
	Clock        func() time.Time // nil: time.Now
}

// Client makes round trips to one provider. It is safe for concurrent use.
type Client struct {
	opts Options

	mu       sync.Mutex
	found    *discovered
	problem  error     // why the last discovery failed
	tried    time.Time // when
	wait     time.Duration
	awaiting chan struct{} // closed when the discovery under way ends
}

// discovered is what the provider says about itself.
type discovered struct {
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
	more     struct {
		EndSession string `json:"end_session_endpoint"`
		SaysIssuer bool   `json:"authorization_response_iss_parameter_supported"`
	}
}

// Attempt is one sign-in under way. It belongs in the browser that began it, where
// nobody reads or changes it, and is good for one Finish.
type Attempt struct {
	State, Nonce, Verifier string
	Began                  time.Time
}

// Patience is how long a person may take at the provider.
const Patience = 15 * time.Minute

// New makes a client; it speaks to nobody yet. It refuses options that cannot work.
func New(o Options) (*Client, error) {
	issuer, err := url.Parse(o.Issuer)
	if err != nil || issuer.Host == "" {
		return nil, fmt.Errorf("login: issuer %q is no address", o.Issuer)
	}
	if issuer.Scheme != "https" && !loopback(issuer.Hostname()) {
		return nil, fmt.Errorf("login: issuer %q must be https: only a loopback address may be plain http", o.Issuer)
	}
	if o.ClientID == "" {
		return nil, errors.New("login: the client id is missing")
	}
	if back, err := url.Parse(o.RedirectURL); err != nil || back.Host == "" {
		return nil, fmt.Errorf("login: redirect URL %q is no address", o.RedirectURL)
	}
	if len(o.Scopes) == 0 {
		o.Scopes = []string{oidc.ScopeOpenID, "profile", "email"}
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 10 * time.Second, Transport: transport()}
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	o.Mapping = o.Mapping.orDefault()
	return &Client{opts: o}, nil
}

// transport keeps as many connections to the one provider as are asked for at once;
// by default all but two would be made anew for each sign-in.
func transport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = t.MaxIdleConns
	return t
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Ready tells why nobody can sign in, or nil. It tries discovery when that has
// not worked yet, at most once a second.
func (c *Client) Ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, err := c.discover(ctx)
	return err
}

// discover gives what the provider says about itself, asking once for all that
// wait; after a failure it asks again when a growing delay has passed.
func (c *Client) discover(ctx context.Context) (*discovered, error) {
	c.mu.Lock()
	if c.found != nil {
		defer c.mu.Unlock()
		return c.found, nil
	}
	if c.awaiting == nil {
		if c.problem != nil && c.opts.Clock().Before(c.tried.Add(c.wait)) {
			defer c.mu.Unlock()
			return nil, c.problem
		}
		c.awaiting = make(chan struct{})
		go c.ask(c.awaiting)
	}
	done := c.awaiting
	c.mu.Unlock()
	select {
	case <-done:
	case <-ctx.Done():
		return nil, unavailable(ctx.Err())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.found, c.problem
}

// ask runs discovery apart from any request: the person who happened to trigger
// it may leave, and the provider's keys are fetched later with the same client.
func (c *Client) ask(done chan struct{}) {
	defer close(done)
	ctx := oidc.ClientContext(context.Background(), c.opts.HTTP)
	found, err := c.look(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.awaiting = nil
	if err != nil {
		c.problem, c.tried = unavailable(err), c.opts.Clock()
		c.wait = min(max(2*c.wait, time.Second), 30*time.Second)
		return
	}
	c.found, c.problem = found, nil
}

func (c *Client) look(ctx context.Context) (*discovered, error) {
	provider, err := oidc.NewProvider(ctx, c.opts.Issuer)
	if err != nil {
		return nil, err
	}
	d := &discovered{provider: provider}
	if err := provider.Claims(&d.more); err != nil {
		return nil, err
	}
	d.verifier = provider.Verifier(&oidc.Config{ClientID: c.opts.ClientID, Now: c.opts.Clock})
	d.oauth = oauth2.Config{
		ClientID:     c.opts.ClientID,
		ClientSecret: c.opts.ClientSecret,
		Endpoint:     provider.Endpoint(),
		RedirectURL:  c.opts.RedirectURL,
		Scopes:       c.opts.Scopes,
	}
	return d, nil
}

func unavailable(err error) error {
	return fault.New(fault.Unavailable, "provider_down", "the identity provider does not answer").Because(err)
}

// Begin starts a round trip: the address to send the person to, and what they must
// bring back. hint is a login_hint ("" for
// none), language a ui_locales.
func (c *Client) Begin(ctx context.Context, hint, language string) (Attempt, string, error) {
	d, err := c.discover(ctx)
	if err != nil {
		return Attempt{}, "", err
	}
	a := Attempt{State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier(), Began: c.opts.Clock()}
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if hint != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", hint))
	}
	if language != "" {
		options = append(options, oauth2.SetAuthURLParam("ui_locales", language))
	}
	return a, d.oauth.AuthCodeURL(a.State, options...), nil
}

// random is 32 bytes as text. crypto/rand does not fail: it ends the program.
func random() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Finish ends the round trip with the query that the provider sent the person
// back with. It gives the claims, and the ID token for signing out.
func (c *Client) Finish(ctx context.Context, a Attempt, query url.Values) (account.Claims, string, error) {
	var none account.Claims
	if a.State == "" || subtle.ConstantTimeCompare([]byte(a.State), []byte(query.Get("state"))) != 1 {
		return none, "", refused("state is not the one sent", nil)
	}
	if c.opts.Clock().After(a.Began.Add(Patience)) {
		return none, "", fault.New(fault.Conflict, "sign_in_late", "signing in took too long: begin again")
	}
	d, err := c.discover(ctx)
	if err != nil {
		return none, "", err
	}
	// An answer of another provider must not be taken to this one's token endpoint (RFC 9207).
	if said := query.Get("iss"); said != "" && said != c.opts.Issuer || said == "" && d.more.SaysIssuer {
		return none, "", refused("the answer names another issuer", nil)
	}
	if problem := query.Get("error"); problem != "" {
		return none, "", declined(problem)
	}
	ctx = oidc.ClientContext(ctx, c.opts.HTTP)
	token, err := d.oauth.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return none, "", exchange(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, said, err := c.verify(ctx, d, raw, a.Nonce, token.AccessToken)
	if err != nil {
		return none, "", refused("the ID token does not hold", err)
	}
	if err := c.complete(ctx, d, id, said, token); err != nil {
		return none, "", err
	}
	claims, err := c.opts.Mapping.read(said)
	if err != nil {
		return none, "", refused("the claims cannot be read", err)
	}
	claims.Issuer, claims.Subject = id.Issuer, id.Subject
	return claims, raw, nil
}

// verify checks what OpenID Connect Core §3.1.3.7 asks of an ID token, and gives what
// it says.
func (c *Client) verify(ctx context.Context, d *discovered, raw, nonce, access string) (*oidc.IDToken, map[string]any, error) {
	if raw == "" {
		return nil, nil, errors.New("there is none")
	}
	id, err := d.verifier.Verify(ctx, raw) // signature, algorithm, issuer, audience, expiry
	if err != nil {
		return nil, nil, err
	}
	if nonce == "" || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return nil, nil, errors.New("nonce is not the one sent")
	}
	if id.Subject == "" {
		return nil, nil, errors.New("no subject")
	}
	said := map[string]any{}
	if err := id.Claims(&said); err != nil {
		return nil, nil, err
	}
	party := said["azp"]
	if (len(id.Audience) > 1 || party != nil && party != "") && party != c.opts.ClientID {
		return nil, nil, errors.New("it was given to another client")
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(access); err != nil {
			return nil, nil, err
		}
	}
	return id, said, nil
}

// complete asks userinfo for mapped claims that are not among those of the ID token:
// some providers put groups in one and the e-mail in the other. What both say, userinfo
// says last. A token that has everything spares a request of each sign-in.
func (c *Client) complete(ctx context.Context, d *discovered, id *oidc.IDToken, said map[string]any, token *oauth2.Token) error {
	if d.provider.UserInfoEndpoint() == "" || c.opts.Mapping.complete(said) {
		return nil
	}
	info, err := d.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return unavailable(err)
	}
	if info.Subject != id.Subject {
		return refused("userinfo is about somebody else", nil)
	}
	if err := info.Claims(&said); err != nil {
		return refused("userinfo cannot be read", err)
	}
	return nil
}

// Leave is the address where the person signs out at the provider too and comes
// back to returnTo; "" when the provider has none or is not known.
func (c *Client) Leave(idToken, returnTo string) string {
	c.mu.Lock()
	d := c.found
	c.mu.Unlock()
	if d == nil || d.more.EndSession == "" {
		return ""
	}
	at, err := url.Parse(d.more.EndSession)
	if err != nil {
		return ""
	}
	q := at.Query()
	q.Set("client_id", c.opts.ClientID)
	q.Set("post_logout_redirect_uri", returnTo)
	if idToken != "" {
		q.Set("id_token_hint", idToken)
	}
	at.RawQuery = q.Encode()
	return at.String()
}

// refused is a sign-in that was not believed. The reason is for the log: it
// would help whoever tries to forge one.
func refused(reason string, err error) error {
	cause := errors.New(reason)
	if err != nil {
		cause = fmt.Errorf("%s: %w", reason, err)
	}
	return fault.New(fault.Forbidden, "sign_in_refused", "the sign-in could not be verified: begin again").Because(cause)
}

// declined is a provider that says no by itself.
func declined(problem string) error {
	switch problem {
	case "access_denied", "login_required", "interaction_required", "consent_required", "account_selection_required":
		return fault.New(fault.Forbidden, "sign_in_cancelled", "the sign-in was cancelled at the identity provider")
	case "temporarily_unavailable", "server_error":
		return unavailable(errors.New(problem))
	}
	return refused("the provider answers "+strings.ToValidUTF8(problem, "?"), nil)
}

// exchange tells a provider that refused the code from one that did not answer.
func exchange(err error) error {
	var answer *oauth2.RetrieveError
	if errors.As(err, &answer) && answer.Response != nil && answer.Response.StatusCode < 500 {
		return refused("the code was not accepted", errors.New(answer.ErrorCode))
	}
	return unavailable(err)
}
