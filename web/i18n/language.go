package i18n

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Languages of the pages; the first is the default and has no prefix.
var Languages = []string{"it", "en"}

// Readings are the languages that a reader may choose, by their names in themselves: those of
// the pages, and those of texts alone (consultation.Translatable), whose pages have the words
// of the default. Each but the default has a prefix.
var Readings = []Reading{{"it", "Italiano"}, {"en", "English"}, {"de", "Deutsch"}, {"fr", "Français"}, {"sl", "Slovenščina"}}

// Reading is a language that a reader may choose.
type Reading struct{ Lang, Name string }

var matcher = language.NewMatcher([]language.Tag{language.Italian, language.English})

// Cookie is the name of the cookie that holds the language that a reader chose.
const Cookie = "delfi_lang"

// IsLanguage reports whether lang is one of Languages.
func IsLanguage(lang string) bool { return slices.Contains(Languages, lang) }

// IsReading reports whether lang is one of Readings.
func IsReading(lang string) bool {
	return slices.ContainsFunc(Readings, func(r Reading) bool { return r.Lang == lang })
}

// Spoken is the language of the pages for a reader of lang.
func Spoken(lang string) string {
	if IsLanguage(lang) {
		return lang
	}
	return Languages[0]
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
	for _, r := range Readings[1:] {
		if path == "/"+r.Lang {
			return r.Lang, "/"
		}
		if after, ok := strings.CutPrefix(path, "/"+r.Lang+"/"); ok {
			return r.Lang, "/" + after
		}
	}
	return Languages[0], path
}

// Preferred is the language that the reader chose before, else the browser's.
func Preferred(r *http.Request) string {
	if c, err := r.Cookie(Cookie); err == nil && IsReading(c.Value) {
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

// NewContext returns a context with the language that a request is read in.
func NewContext(ctx context.Context, lang string) context.Context {
	return context.WithValue(ctx, contextKey{}, lang)
}

// FromContext returns the language that a request is read in; the first one when there is
// none.
func FromContext(ctx context.Context) string {
	if lang, ok := ctx.Value(contextKey{}).(string); ok {
		return lang
	}
	return Languages[0]
}
