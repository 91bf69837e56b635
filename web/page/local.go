package page

import (
	"net/url"
	"strings"

	"delfi/web/i18n"
)

// Local gives next when it is a page of this site, else "/": whoever writes a
// link to our sign-in must not choose where it ends.
func (q *Request) Local(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "/"
	}
	// Browsers read "//host" and "/\host" as another host, and drop tabs and
	// line ends before they look.
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\t\r\n") || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	if _, path := i18n.Split(u.Path); q.app.table.signing(path) {
		return "/" // a circle
	}
	u.Fragment = ""
	return u.String()
}
