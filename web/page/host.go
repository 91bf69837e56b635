package page

import (
	"net"
	"net/http"
	"strings"

	"delfi/internal/fault"
)

// Known sets the headers that every answer has, static files and health included, and
// refuses requests that name another host than the site's (421): a name of somebody
// else's that leads to our address is how their pages would speak to us (DNS rebinding).
// Who watches the server asks by whatever address it has.
func (a *App) Known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.setHeaders(w.Header())
		if a.host != "" && !a.named(r) && r.URL.Path != "/healthz" && r.URL.Path != "/readyz" {
			a.show421(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// named tells whether a request names the site. A proxy that is believed says under
// which name it was asked; one that does not has looked at the name itself.
func (a *App) named(r *http.Request) bool {
	if sameHost(r.Host, a.host) {
		return true
	}
	at, _ := client(r.RemoteAddr)
	said := r.Header.Get("X-Forwarded-Host")
	return a.proxy(at) && (said == "" || sameHost(said, a.host))
}

func (a *App) show421(w http.ResponseWriter, r *http.Request) {
	q := a.outside(w, r)
	if err := a.show(q, http.StatusMisdirectedRequest, errHost); err != nil && !left(q, err) {
		http.Error(w, http.StatusText(http.StatusMisdirectedRequest), http.StatusMisdirectedRequest)
	}
}

var errHost = fault.New(fault.NotFound, "foreign_host", "this address is not the site's")

// sameHost compares hosts as they stand in requests and in addresses: letters alike,
// and without the port that the scheme has anyway. Proxies that hand requests on may
// leave the port out.
func sameHost(asked, ours string) bool {
	return strings.EqualFold(asked, ours) || strings.EqualFold(bareHost(asked), bareHost(ours)) && usualPort(asked) && (usualPort(ours) || !strings.Contains(asked, ":"))
}

func bareHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.Trim(host, "[]"), ".")
}

// usualPort tells whether a host has no port, or one that goes without saying.
func usualPort(host string) bool {
	_, port, err := net.SplitHostPort(host)
	return err != nil || port == "80" || port == "443"
}
