package page

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/google/uuid"
)

// endName is the name under which sessions are ended: a keyed hash of what they have in
// common (kind, then its parts). It is "" when the last part is.
func (a *App) endName(kind string, parts ...string) string {
	if parts[len(parts)-1] == "" {
		return ""
	}
	m := hmac.New(sha256.New, a.endKey)
	for _, part := range append([]string{kind}, parts...) {
		sum := sha256.Sum256([]byte(part)) // of one length, so that no two lists look alike
		m.Write(sum[:])
	}
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// SignOutEverywhere ends every session of an account, on all servers.
func (a *App) SignOutEverywhere(ctx context.Context, id uuid.UUID) error {
	return a.rows.End(ctx, "", a.now().Add(a.opts.Lifetime), a.endName("account", id.String()))
}

// Logout is a provider's word that sessions are over.
type Logout struct {
	Issuer, Subject, SID string    // Subject or SID may be ""
	TokenID              string    // told once
	Until                time.Time // as long as TokenID is remembered
}

// LoggedOut ends the sessions that a provider names: the one with the SID, or, when
// there is none, all of the subject's. Conflict "ended_before" when it was told before.
func (a *App) LoggedOut(ctx context.Context, l Logout) error {
	name := a.endName("sid", l.Issuer, l.SID)
	if name == "" {
		name = a.endName("subject", l.Issuer, l.Subject)
	}
	until := a.now().Add(a.opts.Lifetime)
	if l.Until.After(until) {
		until = l.Until
	}
	return a.rows.End(ctx, a.endName("logout token", l.Issuer, l.TokenID), until, name)
}
