package main

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"delfi/internal/login/devidp"
)

// walk signs a person in as a browser would: to Delfi, to the provider, which
// knows them by the hint, and back. It gives the session's cookie.
func walk(site, idp *client, p person) (string, error) {
	r, err := site.get(signInPath(p.subject), "", p.address)
	if err != nil {
		return "", err
	}
	attempt, at := r.cookie(attemptCookie), r.header("Location")
	if r.status != 303 || attempt == "" || at == "" {
		return "", fmt.Errorf("sign-in: status %d: %s", r.status, headline(r.body))
	}
	back, err := choose(idp, at)
	if err != nil {
		return "", err
	}
	r, err = site.get(back, attempt, p.address)
	if err != nil {
		return "", err
	}
	session, mark := r.cookie(cookieName), r.cookie(markCookie)
	if r.status != 303 || session == "" || mark == "" {
		return "", fmt.Errorf("callback: status %d, no session: %s", r.status, headline(r.body))
	}
	return session + "; " + mark, nil
}

// choose follows the provider from its authorization address to the callback, and
// gives the callback's path and query.
func choose(idp *client, at string) (string, error) {
	for range 5 {
		u, err := url.Parse(at)
		if err != nil {
			return "", err
		}
		if u.Path == callbackPath {
			return u.RequestURI(), nil
		}
		r, err := idp.get(u.RequestURI(), "", "")
		if err != nil {
			return "", err
		}
		if at = r.header("Location"); at == "" {
			return "", fmt.Errorf("provider: %s answers %d: %.200s", u.Path, r.status, r.body)
		}
	}
	return "", errors.New("the provider leads in circles")
}

// provider walks the provider's own part alone, as Delfi and a browser do.
func (b *bench) provider(span time.Duration) (sample, error) {
	all, done := clients(b.idp.Issuer(), readers)
	defer done()
	s := load(readers, bound{span: span}, func(w, i int) error { return b.exchange(all[w], b.people[i%len(b.people)]) })
	return s, s.sound("provider")
}

func (b *bench) exchange(c *client, p person) error {
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
	r, err := c.post("/oauth/token", "", "", form.Encode(), "Authorization: Basic "+basic)
	if err != nil {
		return err
	}
	// The ID token of the built-in provider has every claim, so that Delfi asks it for
	// nothing else.
	if r.status != 200 || !strings.Contains(string(r.body), `"id_token"`) {
		err = fmt.Errorf("token: status %d: %.200s", r.status, r.body)
	}
	return err
}
