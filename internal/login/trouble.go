package login

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"delfi/internal/fault"
	"delfi/internal/prose"
)

// Trouble is what sort of failure of the provider, or of what joins us to it, kept
// somebody from signing in.
type Trouble string

// The kinds of trouble, as logs and figures name them.
const (
	Unreachable Trouble = "unreachable"
	Discovery   Trouble = "discovery"
	ClientAuth  Trouble = "client_auth"
	Clock       Trouble = "clock"
	Keys        Trouble = "keys"
	Request     Trouble = "request"
	Claims      Trouble = "claims"
	NotFresh    Trouble = "not_fresh"
)

// skew is how far the provider's clock may be from ours.
const skew = time.Minute

// remedies say to operators what to do about a kind of trouble.
var remedies = map[Trouble]string{
	Unreachable: "see whether the provider runs and whether this server reaches its address",
	Discovery:   "compare --oidc-issuer with the issuer in the provider's /.well-known/openid-configuration, letter by letter",
	ClientAuth:  "compare the client id and its secret or key with the client that is registered with the provider, and how it is to authenticate",
	Clock:       "compare the clocks of this server and of the provider: set both by NTP",
	Keys:        "see whether the keys at the provider's jwks_uri are those that it signs with, and whether its algorithm is among those that it announces",
	Request:     "compare the redirect address, the scopes and the response type (code) with what is registered with the provider",
	Claims:      "compare the --oidc-claim settings with what the provider says of people",
	NotFresh:    "let the provider honour prompt=login and max_age, and say auth_time",
}

// trouble logs and counts a failure that is not the person's, and gives the fault that
// tells them so, with the number under which the log has it.
func (c *Client) trouble(kind Trouble, cause error) error {
	return c.numbered(reference(), kind, cause)
}

// numbered is trouble under a number that people may have been told before.
func (c *Client) numbered(number string, kind Trouble, cause error) error {
	c.opts.Log.LogAttrs(context.Background(), slog.LevelWarn, "the identity provider keeps people from signing in",
		slog.String("kind", string(kind)), slog.String("reference", number), slog.String("cause", printable(cause)), slog.String("remedy", remedies[kind]))
	if c.opts.Trouble != nil {
		c.opts.Trouble(kind)
	}
	if kind == Unreachable {
		return down(number, cause)
	}
	return fault.New(fault.Unavailable, "provider_trouble", "the sign-in failed because of the identity provider: it is not your fault").With("reference", number).Because(cause)
}

// down is a provider that does not answer.
func down(number string, cause error) error {
	return fault.New(fault.Unavailable, "provider_down", "the identity provider does not answer: it is not your fault").With("reference", number).Because(cause)
}

// reference is a number that a person can read to somebody.
func reference() string {
	b := make([]byte, 5)
	rand.Read(b) // it does not fail: it ends the program
	return base32.StdEncoding.EncodeToString(b)
}

// printable is a cause on one line, of no more than a few hundred letters: a provider's
// answer may be a whole page.
func printable(err error) string {
	const longest = 500
	text := prose.Flat(strings.ToValidUTF8(err.Error(), "?"))
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return text
}

// errMethod is a provider that takes no authentication that the client has.
type errMethod struct{ error }

// discovery tells why a provider could not be found.
func discovery(err error) Trouble {
	var method errMethod
	switch {
	case errors.As(err, &method):
		return ClientAuth
	case strings.Contains(err.Error(), "did not match the issuer"), strings.Contains(err.Error(), "failed to decode provider"), strings.HasPrefix(err.Error(), "4"):
		return Discovery
	}
	return Unreachable
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

// errForeign is an ID token that is whole and was made for another sign-in or client:
// somebody may have put it there.
type errForeign struct{ error }

// unbelieved gives the fault of an ID token that does not hold. It came from the
// provider itself, by its token endpoint: all but a foreign one is the provider's trouble.
func (c *Client) unbelieved(err error) error {
	var foreign errForeign
	var expired *oidc.TokenExpiredError
	text := err.Error()
	switch {
	case errors.As(err, &foreign):
		return refused("the ID token does not hold", err)
	case errors.As(err, &expired), strings.Contains(text, "before the nbf"):
		return c.trouble(Clock, err)
	case strings.Contains(text, "fetching keys"), strings.Contains(text, "failed to verify"), strings.Contains(text, "signature algorithm"), strings.Contains(text, "malformed jwt"):
		return c.trouble(Keys, err)
	}
	return refused("the ID token does not hold", err)
}

// declined is a provider that says no by itself.
func (c *Client) declined(a Attempt, problem string) error {
	switch problem {
	case "login_required", "interaction_required", "consent_required", "account_selection_required":
		if a.Silent {
			return fault.New(fault.Forbidden, "sign_in_again", "the identity provider wants to see the person")
		}
		return cancelled()
	case "access_denied":
		return cancelled()
	case "temporarily_unavailable", "server_error":
		return c.trouble(Unreachable, errors.New("the provider answers "+problem))
	case "invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope", "request_not_supported", "request_uri_not_supported":
		return c.trouble(Request, errors.New("the provider answers "+problem))
	}
	return refused("the provider answers "+strings.ToValidUTF8(problem, "?"), nil)
}

func cancelled() error {
	return fault.New(fault.Forbidden, "sign_in_cancelled", "the sign-in was cancelled at the identity provider")
}

// exchange tells a provider that refused the code, which is good for once and may have
// been somebody else's, from one that did not know the client or did not answer.
func (c *Client) exchange(err error) error {
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) || answer.Response == nil || answer.Response.StatusCode >= 500 {
		return c.trouble(Unreachable, fmt.Errorf("token endpoint: %w", err))
	}
	status := answer.Response.StatusCode
	switch {
	case answer.ErrorCode == "invalid_grant":
		return refused("the code was not accepted", errors.New(answer.ErrorCode))
	case answer.ErrorCode == "invalid_client", answer.ErrorCode == "unauthorized_client", status == http.StatusUnauthorized, status == http.StatusForbidden:
		return c.trouble(ClientAuth, fmt.Errorf("token endpoint answers %d %s", status, answer.ErrorCode))
	}
	return c.trouble(Request, fmt.Errorf("token endpoint answers %d %s", status, answer.ErrorCode))
}
