package middleware

import (
	"net/http"
	"strings"

	"delfi/web/i18n"
)

// TrimSlash redirects an address with a slash at its end to the page that has it
// without: each page has one address, in each language. It stands beneath Language; has
// reports whether there is a route at a path, whatever its method.
func TrimSlash(has func(path string) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimRight(r.URL.Path, "/")
		if path == "" || path == r.URL.Path || !has(path) {
			next.ServeHTTP(w, r)
			return
		}
		lang := i18n.FromContext(r.Context())
		// Two slashes at its beginning would name another host.
		escaped := "/" + strings.Trim(r.URL.EscapedPath(), "/\\")
		to := i18n.Path(lang, escaped)
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		status := http.StatusPermanentRedirect // the form is sent again
		if r.Method == http.MethodGet {
			status = http.StatusMovedPermanently
		}
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, to, status)
	})
}
