package main

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"delfi/e2e/bench/load"
	"delfi/internal/login/devidp"
)

// walk signs a person in as a browser would: to Delfi, to the provider, which
// knows them by the hint, and back. It gives the session's cookie.
func walk(site, idp *load.Client, p person) (string, error) {
	r, err := site.Get(signInPath(p.subject), "", p.address)
	if err != nil {
		return "", err
	}
	attempt, at := r.Cookie(attemptCookie), r.Header("Location")
	if r.Status != 303 || attempt == "" || at == "" {
		return "", fmt.Errorf("sign-in: status %d: %s", r.Status, headline(r.Body))
	}
	back, err := choose(idp, at)
	if err != nil {
		return "", err
	}
	r, err = site.Get(back, attempt, p.address)
	if err != nil {
		return "", err
	}
	session, mark := r.Cookie(cookieName), r.Cookie(markCookie)
	if r.Status != 303 || session == "" || mark == "" {
		return "", fmt.Errorf("callback: status %d, no session: %s", r.Status, headline(r.Body))
	}
	return session + "; " + mark, nil
}

// choose follows the provider from its authorization address to the callback, and
// gives the callback's path and query.
func choose(idp *load.Client, at string) (string, error) {
	for range 5 {
		u, err := url.Parse(at)
		if err != nil {
			return "", err
		}
		if u.Path == callbackPath {
			return u.RequestURI(), nil
		}
		r, err := idp.Get(u.RequestURI(), "", "")
		if err != nil {
			return "", err
		}
		if at = r.Header("Location"); at == "" {
			return "", fmt.Errorf("provider: %s answers %d: %.200s", u.Path, r.Status, r.Body)
		}
	}
	return "", errors.New("the provider leads in circles")
}

// provider walks the provider's own part alone, as Delfi and a browser do.
func (b *bench) provider(span time.Duration) (load.Sample, error) {
	all, done := load.Clients(b.idp.Issuer(), readers)
	defer done()
	s := load.Run(readers, load.Bound{Span: span}, func(w, i int) error { return b.exchange(all[w], b.people[i%len(b.people)]) })
	return s, s.Sound("provider")
}

func (b *bench) exchange(c *load.Client, p person) error {
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"client_id": {devidp.ClientID}, "redirect_uri": {b.srv.url + callbackPath}, "response_type": {"code"}, "scope": {"openid profile email"},
		"state": {"s"}, "nonce": {"n"}, "code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "login_hint": {p.subject},
	}
	back, err := choose(c, b.idp.Issuer()+"/authorize?"+q.Encode())
	if err != nil {
		return err
	}
	u, err := url.Parse(back)
	if err != nil {
		return err
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {u.Query().Get("code")}, "redirect_uri": {b.srv.url + callbackPath}, "code_verifier": {verifier},
	}
	basic := base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(devidp.ClientID) + ":" + url.QueryEscape(b.idp.Secret())))
	r, err := c.Post("/oauth/token", "", "", form.Encode(), "Authorization: Basic "+basic)
	if err != nil {
		return err
	}
	// The ID token of the built-in provider has every claim, so that Delfi asks it for
	// nothing else.
	if r.Status != 200 || !strings.Contains(string(r.Body), `"id_token"`) {
		err = fmt.Errorf("token: status %d: %.200s", r.Status, r.Body)
	}
	return err
}
