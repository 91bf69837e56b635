package login

import (
	"context"
	"errors"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"delfi/internal/fault"
)

// Ended is what a provider says by a logout token: this person's session with the
// provider, or all of them, are over.
type Ended struct {
	Issuer, Subject string    // Subject "" when the token names a session alone
	SID             string    // "" when it names the person alone
	TokenID         string    // good for once
	Until           time.Time // from when on the token is refused by its age anyway
}

// loggedOutFor is how old a logout token may be.
const loggedOutFor = 5 * time.Minute

// LoggedOut verifies a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6):
// signature, issuer, audience, age, expiry, events, jti, subject or session, and no
// nonce. Who calls it sees to it that a TokenID counts once. Invalid when it does not hold.
func (c *Client) LoggedOut(ctx context.Context, token string) (Ended, error) {
	d, err := c.discover(ctx)
	if err != nil {
		return Ended{}, err
	}
	verified, err := d.verifier.VerifyLogout(oidc.ClientContext(ctx, c.opts.HTTP), token)
	if err != nil {
		return Ended{}, notLoggedOut(err)
	}
	var more struct {
		Nonce *any `json:"nonce"`
	}
	if err := verified.Claims(&more); err != nil {
		return Ended{}, notLoggedOut(err)
	}
	now := c.opts.Clock()
	switch {
	case more.Nonce != nil:
		return Ended{}, notLoggedOut(errors.New("it has a nonce, as ID tokens do"))
	case verified.IssuedAt.After(now.Add(skew)):
		return Ended{}, notLoggedOut(errors.New("it was issued in the future"))
	case verified.IssuedAt.Before(now.Add(-loggedOutFor)):
		return Ended{}, notLoggedOut(errors.New("it is too old"))
	}
	return Ended{Issuer: verified.Issuer, Subject: verified.Subject, SID: verified.SessionID, TokenID: verified.TokenID, Until: verified.IssuedAt.Add(loggedOutFor + skew)}, nil
}

func notLoggedOut(err error) error {
	return fault.New(fault.Invalid, "bad_logout_token", "the logout token does not hold").Because(err)
}
