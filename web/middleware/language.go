package middleware

import (
	"net/http"
	"net/url"
	"strings"

	"delfi/web/i18n"
)

// Language strips the language from the address for the router beneath, stores a choice
// (?lang=) in a cookie, and redirects "/" to the browser's preference. secure is of a
// public address with https.
func Language(secure bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang, path := i18n.Split(r.URL.Path)
		reads := r.Method == http.MethodGet
		if reads && r.URL.RawQuery != "" {
			values := r.URL.Query()
			if chosen := values.Get("lang"); i18n.IsReading(chosen) {
				values.Del("lang")
				choose(w, r, secure, chosen, path, values)
				return
			}
		}
		if reads && r.URL.Path == "/" {
			w.Header().Add("Vary", "Accept-Language, Cookie")
			if preferred := i18n.Preferred(r); preferred != lang {
				http.Redirect(w, r, i18n.Path(preferred, "/"), http.StatusFound)
				return
			}
		}
		r = r.WithContext(i18n.NewContext(r.Context(), lang))
		if path != r.URL.Path {
			u := *r.URL
			u.Path = path
			if u.RawPath != "" {
				_, u.RawPath = i18n.Split(u.RawPath)
			}
			r.URL = &u
		}
		next.ServeHTTP(w, r)
	})
}

// choose stores a language and redirects to the same page in it.
func choose(w http.ResponseWriter, r *http.Request, secure bool, lang, path string, query url.Values) {
	http.SetCookie(w, LanguageCookie(secure, lang))
	w.Header().Set("Cache-Control", "no-store")
	// A path that begins with two slashes would name another host.
	to := url.URL{Path: i18n.Path(lang, "/"+strings.TrimLeft(path, "/\\")), RawQuery: query.Encode()}
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

// LanguageCookie stores a language for a year.
func LanguageCookie(secure bool, lang string) *http.Cookie {
	return &http.Cookie{
		Name: i18n.Cookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure,
	}
}
