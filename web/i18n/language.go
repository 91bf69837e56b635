package i18n

import (
	"context"
	"net/http"
	"strings"

	"golang.org/x/text/language"
)

// Languages of the pages; the first is the default and has no prefix.
var Languages = []string{"it", "en"}

var matcher = language.NewMatcher([]language.Tag{language.Italian, language.English})

// Cookie is the name of the cookie that holds the language that a reader chose.
const Cookie = "delfi_lang"

// IsLanguage reports whether lang is one of Languages.
func IsLanguage(lang string) bool {
	for _, l := range Languages {
		if l == lang {
			return true
		}
	}
	return false
}

// Path gives the address of a path of the site in a language: "/help" is "/en/help".
func Path(lang, path string) string {
	if lang == Languages[0] || !strings.HasPrefix(path, "/") {
		return path
	}
	return "/" + lang + path
}

// Split takes the language off a path: "/en/help" is "en", "/help".
func Split(path string) (lang, rest string) {
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

// Preferred is the language that the reader chose before, else the browser's.
func Preferred(r *http.Request) string {
	if c, err := r.Cookie(Cookie); err == nil && IsLanguage(c.Value) {
		return c.Value
	}
	header := r.Header.Get("Accept-Language")
	// What is said first and without a weight is wished most; most browsers do, and
	// the home page is asked for more than any other.
	first, _, _ := strings.Cut(header, ",")
	if base, _, _ := strings.Cut(first, "-"); IsLanguage(base) && !strings.Contains(first, ";") {
		return base
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 { // a header that cannot be read wishes nothing
		return Languages[0]
	}
	_, i, _ := matcher.Match(tags...)
	return Languages[i]
}

type contextKey struct{}

// NewContext returns a context with the language of its request.
func NewContext(ctx context.Context, lang string) context.Context {
	return context.WithValue(ctx, contextKey{}, lang)
}

// FromContext returns the language of a request; the first one when there is none.
func FromContext(ctx context.Context) string {
	if lang, ok := ctx.Value(contextKey{}).(string); ok {
		return lang
	}
	return Languages[0]
}
