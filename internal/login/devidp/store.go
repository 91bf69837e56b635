package devidp

import (
	"context"
	"crypto/ecdsa"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	requestLife = 10 * time.Minute
	tokenLife   = 5 * time.Minute
	// sweeping is how often what is over is looked for: with each request it would
	// make a sign-in cost more the more there were.
	sweeping = time.Minute
)

// store is what the library asks of a provider's memory, in maps. It is small
// by design: what a demonstration does not need (refresh tokens, introspection,
// key assertions) is refused.
type store struct {
	owner *Provider
	key   *ecdsa.PrivateKey
	keyID string
	hints map[string]Person // by subject and by e-mail

	mu       sync.Mutex
	swept    time.Time
	requests map[string]*request // by id
	codes    map[string]string   // code → request id
	tokens   map[string]token    // by id
}

type token struct {
	subject string
	until   time.Time
}

var errUnknown = errors.New("unknown, used or expired")

func newStore(owner *Provider, key *ecdsa.PrivateKey) *store {
	s := &store{
		owner: owner, key: key, keyID: random()[:8], hints: map[string]Person{}, swept: time.Now(),
		requests: map[string]*request{}, codes: map[string]string{}, tokens: map[string]token{},
	}
	for _, p := range owner.people {
		s.hints[p.Email] = p
	}
	for _, p := range owner.people {
		s.hints[p.Subject] = p
	}
	delete(s.hints, "")
	return s
}

// person finds somebody by subject or e-mail.
func (s *store) person(hint string) (Person, bool) {
	p, ok := s.hints[hint]
	return p, ok
}

// CreateAuthRequest remembers an authorization request, and forgets old ones.
// hinted is the person of an ID token that came along, already verified.
func (s *store) CreateAuthRequest(_ context.Context, r *oidc.AuthRequest, hinted string) (op.AuthRequest, error) {
	if r.CodeChallenge == "" {
		return nil, oidc.ErrInvalidRequest().WithDescription("PKCE is required")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if now.Sub(s.swept) > sweeping {
		s.sweep(now)
	}
	out := &request{id: random(), asked: *r, began: now, hinted: hinted}
	s.requests[out.id] = out
	return out, nil
}

// sweep forgets what is over; the lock is held.
func (s *store) sweep(now time.Time) {
	s.swept = now
	for id, old := range s.requests {
		if now.After(old.began.Add(requestLife)) {
			s.forget(id)
		}
	}
	for id, old := range s.tokens {
		if now.After(old.until) {
			delete(s.tokens, id)
		}
	}
}

// forget ends a request and its code; the lock is held.
func (s *store) forget(id string) {
	if r, ok := s.requests[id]; ok {
		delete(s.codes, r.code)
		delete(s.requests, id)
	}
}

// AuthRequestByID gives a pending request as it stands.
func (s *store) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	r, err := s.pending(id)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (s *store) pending(id string) (*request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	if !ok || time.Now().After(r.began.Add(requestLife)) {
		return nil, errUnknown
	}
	copied := *r
	return &copied, nil
}

// sign makes subject the person of a pending request.
func (s *store) sign(id, subject string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	if !ok {
		return errUnknown
	}
	r.subject, r.signed = subject, time.Now()
	return nil
}

// AuthRequestByCode gives the request that a code was made for.
func (s *store) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	s.mu.Unlock()
	return s.AuthRequestByID(ctx, id)
}

// SaveAuthCode remembers a code.
func (s *store) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	if !ok {
		return errUnknown
	}
	delete(s.codes, r.code) // the last one counts
	r.code, s.codes[code] = code, id
	return nil
}

// DeleteAuthRequest ends a request and its code: both are good for once.
func (s *store) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(id)
	return nil
}

// CreateAccessToken makes a token for reading userinfo.
func (s *store) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, until := random(), time.Now().Add(tokenLife)
	s.tokens[id] = token{subject: r.GetSubject(), until: until}
	return id, until, nil
}

// CreateAccessAndRefreshTokens is refused: there are no refresh tokens.
func (s *store) CreateAccessAndRefreshTokens(context.Context, op.TokenRequest, string) (string, string, time.Time, error) {
	return "", "", time.Time{}, oidc.ErrUnsupportedGrantType()
}

// TokenRequestByRefreshToken is refused: there are no refresh tokens.
func (s *store) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, op.ErrInvalidRefreshToken
}

// TerminateSession has nothing to end: nobody stays signed in here.
func (s *store) TerminateSession(context.Context, string, string) error { return nil }

// RevokeToken forgets an access token.
func (s *store) RevokeToken(_ context.Context, id, _, _ string) *oidc.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, id)
	return nil
}

// GetRefreshTokenInfo is refused: there are no refresh tokens.
func (s *store) GetRefreshTokenInfo(context.Context, string, string) (string, string, error) {
	return "", "", op.ErrInvalidRefreshToken
}

// SigningKey is the one key of this process.
func (s *store) SigningKey(context.Context) (op.SigningKey, error) { return signingKey{s}, nil }

// SignatureAlgorithms are those of SigningKey.
func (s *store) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.ES256}, nil
}

// KeySet is the public half of SigningKey.
func (s *store) KeySet(context.Context) ([]op.Key, error) { return []op.Key{publicKey{s}}, nil }

// GetClientByClientID knows Delfi alone.
func (s *store) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != ClientID {
		return nil, errUnknown
	}
	return client{s.owner}, nil
}

// AuthorizeClientIDSecret compares in constant time.
func (s *store) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(s.owner.secret)) != 1 {
		return errUnknown
	}
	return nil
}

// SetUserinfoFromScopes is superseded by SetUserinfoFromRequest.
func (s *store) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest fills the ID token.
func (s *store) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, _ []string) error {
	return s.describe(info, r.GetSubject())
}

// SetUserinfoFromToken fills the answer of the userinfo endpoint.
func (s *store) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, id, subject, _ string) error {
	s.mu.Lock()
	t, ok := s.tokens[id]
	s.mu.Unlock()
	if !ok || t.subject != subject || time.Now().After(t.until) {
		return oidc.ErrAccessDenied()
	}
	return s.describe(info, subject)
}

// describe says everything about a person, whatever the scopes: the library
// asks for the ID token and for userinfo apart, and both must say the same.
func (s *store) describe(info *oidc.UserInfo, subject string) error {
	p, ok := s.person(subject)
	if !ok {
		return errUnknown
	}
	info.Subject, info.Name, info.Email, info.EmailVerified = p.Subject, p.Name, p.Email, true
	info.AppendClaims("municipality", p.Municipality)
	if p.FiscalCode != "" {
		info.AppendClaims("fiscalNumber", "TINIT-"+p.FiscalCode)
	}
	if p.Born != "" {
		info.AppendClaims("dateOfBirth", p.Born)
	}
	if p.Level > 0 {
		info.AppendClaims("acr", fmt.Sprintf("https://www.spid.gov.it/SpidL%d", p.Level))
	}
	groups := p.Groups
	if groups == nil {
		groups = []string{}
	}
	info.AppendClaims("groups", groups)
	return nil
}

// SetIntrospectionFromToken is refused: nobody introspects.
func (s *store) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return oidc.ErrAccessDenied()
}

// GetPrivateClaimsFromScopes has none to add to access tokens.
func (s *store) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

// GetKeyByIDAndClientID is refused: clients have no keys.
func (s *store) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnknown
}

// ValidateJWTProfileScopes gives none.
func (s *store) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, nil
}

// Health is good while the process lives.
func (s *store) Health(context.Context) error { return nil }
