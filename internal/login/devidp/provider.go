package devidp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
	"golang.org/x/text/language"
)

// ClientID is the one client that the provider knows.
const ClientID = "delfi"

// Provider is the built-in identity provider. It is safe for concurrent use.
type Provider struct {
	people  []Person
	secret  string
	store   *store
	issuer  string
	server  *http.Server
	stopped chan struct{}

	mu        sync.Mutex
	redirects []string
}

// New makes a provider of people for one client with these callbacks; after
// signing out a person may be led to the origin of each ("…/"). Nothing
// listens before Start.
func New(people []Person, redirectURIs ...string) *Provider {
	p := &Provider{people: slices.Clone(people), secret: random()}
	p.Allow(redirectURIs...)
	return p
}

// Allow adds callbacks: a test learns its own address late.
func (p *Provider) Allow(redirectURIs ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.redirects = append(p.redirects, redirectURIs...)
}

// Start listens on an address ("127.0.0.1:8081", or port 0 for any that is
// free) until ctx ends or Close. It gives p itself.
func (p *Provider) Start(ctx context.Context, listen string) (*Provider, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("built-in provider: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("built-in provider: %w", err)
	}
	p.issuer = "http://" + reachable(listener.Addr().(*net.TCPAddr))
	p.store = newStore(p, key)
	handler, err := p.handler()
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("built-in provider: %w", err)
	}
	p.server = &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	p.stopped = make(chan struct{})
	go func() {
		defer close(p.stopped)
		if err := p.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic(fmt.Errorf("built-in provider: %w", err)) // a listener of our own that breaks
		}
	}()
	context.AfterFunc(ctx, func() { p.server.Close() })
	return p, nil
}

// reachable is an address that a browser on this machine can open.
func reachable(a *net.TCPAddr) string {
	host := a.IP.String()
	if a.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, fmt.Sprint(a.Port))
}

// handler is the library's protocol around our page of people.
func (p *Provider) handler() (http.Handler, error) {
	config := &op.Config{
		CodeMethodS256:           true,
		SupportedUILocales:       []language.Tag{language.Italian, language.English},
		SupportedClaims:          append(slices.Clone(op.DefaultSupportedClaims), "groups", "municipality", "fiscalNumber", "dateOfBirth"),
		SupportedScopes:          []string{"openid", "profile", "email"},
		DefaultLogoutRedirectURI: p.issuer + "/choose",
	}
	if _, err := rand.Read(config.CryptoKey[:]); err != nil {
		return nil, err
	}
	provider, err := op.NewProvider(config, p.store, op.StaticIssuer(p.issuer), op.WithAllowInsecure())
	if err != nil {
		return nil, err
	}
	chooser := &chooser{people: p.people, store: p.store, provider: provider, callback: op.AuthCallbackURL(provider)}
	mux := http.NewServeMux()
	issuer := op.NewIssuerInterceptor(provider.IssuerFromRequest)
	mux.Handle("GET /choose", issuer.Handler(http.HandlerFunc(chooser.show)))
	mux.Handle("POST /choose", issuer.Handler(http.HandlerFunc(chooser.choose)))
	mux.HandleFunc("GET /style.css", style)
	mux.Handle("/end_session", forgetful(provider))
	mux.Handle("/", provider)
	return http.NewCrossOriginProtection().Handler(mux), nil
}

// forgetful drops the hint of who signs out: there is no session here to end,
// and a hint signed before a restart would be refused.
func forgetful(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u := *r.URL
		q := u.Query()
		q.Del("id_token_hint")
		u.RawQuery = q.Encode()
		r = r.Clone(r.Context())
		r.URL = &u
		next.ServeHTTP(w, r)
	})
}

// Issuer is the provider's address and name; "" before Start.
func (p *Provider) Issuer() string { return p.issuer }

// Secret is the client's, made anew for each provider.
func (p *Provider) Secret() string { return p.secret }

// People are those that can be chosen.
func (p *Provider) People() []Person { return slices.Clone(p.people) }

// Close stops listening and waits until nothing is served.
func (p *Provider) Close() error {
	if p.server == nil {
		return nil
	}
	err := p.server.Close()
	<-p.stopped
	return err
}

// callbacks are the registered redirect URIs.
func (p *Provider) callbacks() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.redirects)
}

// homes are where a person may be led after signing out.
func (p *Provider) homes() []string {
	var out []string
	for _, r := range p.callbacks() {
		if u, err := url.Parse(r); err == nil {
			out = append(out, u.Scheme+"://"+u.Host+"/")
		}
	}
	return out
}

// random is 32 bytes as text. crypto/rand does not fail: it ends the program.
func random() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
