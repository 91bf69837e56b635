package page

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"delfi/web/i18n"
)

// speak strips the language from the address for the router beneath, remembers
// a choice (?lang=), and sends "/" once to the browser's wish.
func (a *App) speak(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang, path := i18n.Split(r.URL.Path)
		reads := r.Method == http.MethodGet
		if reads && r.URL.RawQuery != "" {
			values := r.URL.Query()
			if chosen := values.Get("lang"); i18n.IsLanguage(chosen) {
				values.Del("lang")
				a.choose(w, r, chosen, path, values)
				return
			}
		}
		if reads && r.URL.Path == "/" {
			w.Header().Add("Vary", "Accept-Language, Cookie")
			if wished := i18n.Preferred(r); wished != lang {
				http.Redirect(w, r, i18n.Path(wished, "/"), http.StatusFound)
				return
			}
		}
		ctx := context.WithValue(r.Context(), languageKey, lang)
		r = r.WithContext(ctx)
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

// choose remembers a language and shows the same page in it.
func (a *App) choose(w http.ResponseWriter, r *http.Request, lang, path string, query url.Values) {
	http.SetCookie(w, a.languageCookie(lang))
	w.Header().Set("Cache-Control", "no-store")
	// A path that begins with two slashes would name another host.
	to := url.URL{Path: i18n.Path(lang, "/"+strings.TrimLeft(path, "/\\")), RawQuery: query.Encode()}
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

// languageCookie remembers a language for a year.
func (a *App) languageCookie(lang string) *http.Cookie {
	return &http.Cookie{
		Name: i18n.Cookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: a.secure,
	}
}
