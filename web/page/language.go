package page

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/text/language"
)

// Languages of the pages; the first is the default and has no prefix.
var Languages = []string{"it", "en"}

var matcher = language.NewMatcher([]language.Tag{language.Italian, language.English})

const languageCookie = "delfi_lang"

// known tells whether lang is one of ours.
func known(lang string) bool {
	for _, l := range Languages {
		if l == lang {
			return true
		}
	}
	return false
}

// prefixed gives path in a language.
func prefixed(lang, path string) string {
	if lang == Languages[0] || !strings.HasPrefix(path, "/") {
		return path
	}
	return "/" + lang + path
}

// strip takes the language off a path: "/en/help" is "en", "/help".
func strip(path string) (lang, rest string) {
	for _, l := range Languages[1:] {
		if path == "/"+l {
			return l, "/"
		}
		if after, ok := strings.CutPrefix(path, "/"+l+"/"); ok {
			return l, "/" + after
		}
	}
	return Languages[0], path
}

// wish is the language that the reader chose before, else the browser's.
func wish(r *http.Request) string {
	if c, err := r.Cookie(languageCookie); err == nil && known(c.Value) {
		return c.Value
	}
	header := r.Header.Get("Accept-Language")
	// What is said first and without a weight is wished most; most browsers do, and
	// the home page is asked for more than any other.
	first, _, _ := strings.Cut(header, ",")
	if base, _, _ := strings.Cut(first, "-"); known(base) && !strings.Contains(first, ";") {
		return base
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 { // a header that cannot be read wishes nothing
		return Languages[0]
	}
	_, i, _ := matcher.Match(tags...)
	return Languages[i]
}

// speak strips the language from the address for the router beneath, remembers
// a choice (?lang=), and sends "/" once to the browser's wish.
func (k *Kernel) speak(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang, path := strip(r.URL.Path)
		reads := r.Method == http.MethodGet
		if reads && r.URL.RawQuery != "" {
			values := r.URL.Query()
			if chosen := values.Get("lang"); known(chosen) {
				values.Del("lang")
				k.choose(w, r, chosen, path, values)
				return
			}
		}
		if reads && r.URL.Path == "/" {
			w.Header().Add("Vary", "Accept-Language, Cookie")
			if wished := wish(r); wished != lang {
				http.Redirect(w, r, prefixed(wished, "/"), http.StatusFound)
				return
			}
		}
		ctx := context.WithValue(r.Context(), languageKey, lang)
		r = r.WithContext(ctx)
		if path != r.URL.Path {
			u := *r.URL
			u.Path = path
			if u.RawPath != "" {
				_, u.RawPath = strip(u.RawPath)
			}
			r.URL = &u
		}
		next.ServeHTTP(w, r)
	})
}

// choose remembers a language and shows the same page in it.
func (k *Kernel) choose(w http.ResponseWriter, r *http.Request, lang, path string, query url.Values) {
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: k.secure,
	})
	w.Header().Set("Cache-Control", "no-store")
	// A path that begins with two slashes would name another host.
	to := url.URL{Path: prefixed(lang, "/"+strings.TrimLeft(path, "/\\")), RawQuery: query.Encode()}
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}
