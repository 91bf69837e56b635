package middleware

import (
	"net/http"
	"strings"

	"delfi/web/i18n"

	"github.com/go-chi/chi/v5"
)

// TrimSlash redirects an address with a slash at its end to the page that has it
// without: each page has one address, in each language. It stands beneath Language.
func TrimSlash(router, next http.Handler) http.Handler {
	routes, ok := router.(chi.Routes)
	if !ok {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimRight(r.URL.Path, "/")
		if path == "" || path == r.URL.Path || !routed(routes, path) {
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

// routed tells whether there is a route at a path, whatever its method.
func routed(routes chi.Routes, path string) bool {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if routes.Match(chi.NewRouteContext(), method, path) {
			return true
		}
	}
	return false
}
