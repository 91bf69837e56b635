package login

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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
	Key          *Key   // signs client assertions (private_key_jwt); instead of a secret
	RedirectURL  string // our callback, as registered: base URL + "/sign-in/callback"
	Scopes       []string
	ACR          []string      // acr_values to ask for, the most wished first
	Prompt       string        // prompt of an ordinary sign-in; "" leaves it to the provider
	MaxAge       time.Duration // of the sign-in at the provider, for an ordinary one; 0: any
	Fresh        time.Duration // greatest age of a fresh sign-in; 10 minutes
	Mapping      Mapping
	Trouble      func(Trouble)    // told of each failure of the provider's; may be nil
	Log          *slog.Logger     // nil: slog.Default
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
	number   string        // by which the log will have its failure
}

// discovered is what the provider says about itself.
type discovered struct {
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
	method   string // by which the client proves who it is
	more     struct {
		EndSession string   `json:"end_session_endpoint"`
		SaysIssuer bool     `json:"authorization_response_iss_parameter_supported"`
		Methods    []string `json:"token_endpoint_auth_methods_supported"`
	}
}

// Attempt is one sign-in under way. It belongs in the browser that began it, where
// nobody reads or changes it, and is good for one Finish.
type Attempt struct {
	State, Nonce, Verifier string
	Began                  time.Time
	Silent, Fresh          bool
	MaxAge                 time.Duration // that was asked for; 0: none
}

// Signed is who signed in, and how the provider remembers it.
type Signed struct {
	Claims   account.Claims
	Attested account.Attested
	IDToken  string    // for signing out at the provider
	SID      string    // the provider's session, "" when it does not say
	Auth     time.Time // when the person proved who they are; zero when the provider does not say
}

// Patience is how long a person may take at the provider.
const Patience = 15 * time.Minute

// awaited is how long a person is kept waiting for discovery.
const awaited = 3 * time.Second

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
	if o.Key != nil && o.ClientSecret != "" {
		return nil, errors.New("login: the client has a secret and a key: leave one out")
	}
	if slices.Contains(strings.Fields(o.Prompt), "none") {
		return nil, errors.New("login: prompt none signs nobody in who is not signed in at the provider already: leave it out")
	}
	if o.Fresh <= 0 {
		o.Fresh = 10 * time.Minute
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 10 * time.Second, Transport: transport()}
	}
	asks := *o.HTTP
	asks.Transport = bounded{cmp.Or(asks.Transport, http.DefaultTransport)}
	o.HTTP = &asks
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
// wait; after a failure it asks again when a growing delay has passed. A person waits
// for it only so long.
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
		c.awaiting, c.number = make(chan struct{}), reference()
		go c.ask(c.awaiting, c.number)
	}
	done, number := c.awaiting, c.number
	c.mu.Unlock()
	late := time.NewTimer(awaited)
	defer late.Stop()
	select {
	case <-done:
	case <-late.C:
		return nil, down(number, fmt.Errorf("discovery takes longer than %s", awaited))
	case <-ctx.Done():
		return nil, down(number, ctx.Err())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.found, c.problem
}

// ask runs discovery apart from any request: the person who happened to trigger
// it may leave, and the provider's keys are fetched later with the same client.
func (c *Client) ask(done chan struct{}, number string) {
	defer close(done)
	ctx := oidc.ClientContext(context.Background(), c.opts.HTTP)
	found, err := c.look(ctx)
	if err != nil {
		err = c.numbered(number, discovery(err), err) // once for all who wait, and who come before the next trial
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.awaiting = nil
	if err != nil {
		c.problem, c.tried = err, c.opts.Clock()
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
	if d.method, err = c.opts.authentication(d.more.Methods); err != nil {
		return nil, errMethod{err}
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = style(d.method)
	d.verifier = provider.Verifier(&oidc.Config{ClientID: c.opts.ClientID, Now: c.opts.Clock})
	d.oauth = oauth2.Config{
		ClientID:     c.opts.ClientID,
		ClientSecret: c.opts.ClientSecret,
		Endpoint:     endpoint,
		RedirectURL:  c.opts.RedirectURL,
		Scopes:       c.opts.Scopes,
	}
	return d, nil
}

// Ask says what a round trip is for; the zero Ask is an ordinary sign-in.
type Ask struct {
	Hint     string // login_hint
	Language string // ui_locales
	Silent   bool   // the provider must not show a page (prompt=none): what it says of who signed in before
	Fresh    bool   // the person proves again who they are (prompt=login, max_age)
	IDToken  string // of the person who signed in before, for Silent
}

// Begin starts a round trip: the address to send the person to, and what they must
// bring back.
func (c *Client) Begin(ctx context.Context, ask Ask) (Attempt, string, error) {
	d, err := c.discover(ctx)
	if err != nil {
		return Attempt{}, "", err
	}
	a := Attempt{State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier(), Began: c.opts.Clock(), Silent: ask.Silent, Fresh: ask.Fresh}
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	add := func(name, value string) {
		if value != "" {
			options = append(options, oauth2.SetAuthURLParam(name, value))
		}
	}
	add("login_hint", ask.Hint)
	add("ui_locales", ask.Language)
	add("acr_values", strings.Join(c.opts.ACR, " "))
	prompt, age := c.opts.Prompt, c.opts.MaxAge
	switch {
	case ask.Silent:
		prompt = "none"
		add("id_token_hint", ask.IDToken)
	case ask.Fresh:
		prompt, age = "login", c.opts.Fresh
	}
	add("prompt", prompt)
	if age > 0 {
		a.MaxAge = age
		add("max_age", strconv.Itoa(int(age/time.Second)))
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
// back with. Forbidden "sign_in_again" says that a silent one needs the person.
func (c *Client) Finish(ctx context.Context, a Attempt, query url.Values) (Signed, error) {
	var none Signed
	if a.State == "" || subtle.ConstantTimeCompare([]byte(a.State), []byte(query.Get("state"))) != 1 {
		return none, refused("state is not the one sent", nil)
	}
	if c.opts.Clock().After(a.Began.Add(Patience)) {
		return none, fault.New(fault.Conflict, "sign_in_late", "signing in took too long: begin again")
	}
	d, err := c.discover(ctx)
	if err != nil {
		return none, err
	}
	// An answer of another provider must not be taken to this one's token endpoint (RFC 9207).
	if issuer := query.Get("iss"); issuer != "" && issuer != c.opts.Issuer || issuer == "" && d.more.SaysIssuer {
		return none, refused("the answer names another issuer", nil)
	}
	if problem := query.Get("error"); problem != "" {
		return none, c.declined(a, problem)
	}
	ctx = oidc.ClientContext(ctx, c.opts.HTTP)
	proofs, err := c.proofs(d)
	if err != nil {
		return none, err
	}
	token, err := d.oauth.Exchange(ctx, query.Get("code"), append(proofs, oauth2.VerifierOption(a.Verifier))...)
	if err != nil {
		return none, c.exchange(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, all, err := c.verify(ctx, d, raw, a.Nonce, token.AccessToken)
	if err != nil {
		return none, c.unbelieved(err)
	}
	auth, err := c.proved(a, all)
	if err != nil {
		return none, err
	}
	if err := c.complete(ctx, d, id, all, token); err != nil {
		return none, err
	}
	claims, err := c.opts.Mapping.read(all)
	if err != nil {
		return none, c.trouble(Claims, err)
	}
	claims.Issuer, claims.Subject = id.Issuer, id.Subject
	sid, _ := all["sid"].(string)
	return Signed{Claims: claims, Attested: c.opts.Mapping.attested(all), IDToken: raw, SID: sid, Auth: auth}, nil
}

// proved gives when the person proved who they are, and refuses an age above the one
// that was asked for (OpenID Connect Core §3.1.3.7, 13).
func (c *Client) proved(a Attempt, claims map[string]any) (time.Time, error) {
	seconds, ok := claims["auth_time"].(float64)
	if !ok {
		if a.MaxAge > 0 {
			return time.Time{}, c.trouble(NotFresh, errors.New("max_age was asked for, and the ID token has no auth_time"))
		}
		return time.Time{}, nil
	}
	at, now := time.Unix(int64(seconds), 0), c.opts.Clock()
	if at.After(now.Add(skew)) {
		return time.Time{}, c.trouble(Clock, fmt.Errorf("auth_time is %s ahead of our clock", at.Sub(now).Round(time.Second)))
	}
	if a.MaxAge > 0 && now.Sub(at) > a.MaxAge+skew {
		return time.Time{}, c.trouble(NotFresh, fmt.Errorf("the sign-in is %s old, and %s was asked for", now.Sub(at).Round(time.Second), a.MaxAge))
	}
	return at, nil
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
		return nil, nil, errForeign{errors.New("nonce is not the one sent")}
	}
	if id.Subject == "" {
		return nil, nil, errors.New("no subject")
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return nil, nil, err
	}
	party := claims["azp"]
	if (len(id.Audience) > 1 || party != nil && party != "") && party != c.opts.ClientID {
		return nil, nil, errForeign{errors.New("it was given to another client")}
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(access); err != nil {
			return nil, nil, err
		}
	}
	return id, claims, nil
}

// complete asks userinfo for mapped claims that are not among those of the ID token:
// some providers put groups in one and the e-mail in the other. What both say, userinfo
// says last. A token that has everything spares a request of each sign-in.
func (c *Client) complete(ctx context.Context, d *discovered, id *oidc.IDToken, claims map[string]any, token *oauth2.Token) error {
	if d.provider.UserInfoEndpoint() == "" || c.opts.Mapping.complete(claims) {
		return nil
	}
	info, err := d.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return c.trouble(Unreachable, fmt.Errorf("userinfo: %w", err))
	}
	if info.Subject != id.Subject {
		return refused("userinfo is about somebody else", nil)
	}
	if err := info.Claims(&claims); err != nil {
		return c.trouble(Claims, fmt.Errorf("userinfo: %w", err))
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
