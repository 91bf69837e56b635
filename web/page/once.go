package page

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"

	"delfi/web/i18n"
)

// onceCookie is a secret that one browser holds for the pages under one path.
func (q *Request) onceCookie() string {
	if q.app != nil && q.app.secure {
		return "__Secure-delfi_once"
	}
	return "delfi_once"
}

// Once gives the secret that the browser holds for the page at path, and gives it a new
// one when it has none. Nothing keeps it here: what is shown once is encrypted under it
// for some minutes, so that the same browser can be shown it again when the answer was
// lost on the way (a second click, a reload), and nobody else can. It ends with the browser.
func (q *Request) Once(path string) string {
	if c, err := q.R.Cookie(q.onceCookie()); err == nil && c.Value != "" {
		return c.Value
	}
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails: the program would have ended
	secret := base64.RawURLEncoding.EncodeToString(b[:])
	for _, lang := range i18n.Languages {
		c := q.cookie(q.onceCookie(), secret, 0)
		c.Path, c.SameSite = i18n.Path(lang, path), http.SameSiteStrictMode
		http.SetCookie(q.W, c)
	}
	return secret
}
