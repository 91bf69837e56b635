package middleware

import (
	"net"
	"net/http"
	"strings"
)

// Names reports whether a request names the site at host. A proxy that is believed says
// under which name it was asked; one that does not has looked at the name itself.
func (c *Clients) Names(r *http.Request, host string) bool {
	if SameHost(r.Host, host) {
		return true
	}
	at, _ := parseAddress(r.RemoteAddr)
	forwarded := r.Header.Get("X-Forwarded-Host")
	return c.isProxy(at) && (forwarded == "" || SameHost(forwarded, host))
}

// SameHost compares hosts as they stand in requests and in addresses: letters alike, and
// without the port that the scheme has anyway. Proxies that hand requests on may leave
// the port out.
func SameHost(asked, ours string) bool {
	return strings.EqualFold(asked, ours) || strings.EqualFold(bareHost(asked), bareHost(ours)) && usualPort(asked) && (usualPort(ours) || !strings.Contains(asked, ":"))
}

func bareHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.Trim(host, "[]"), ".")
}

// usualPort reports whether a host has no port, or one that goes without saying.
func usualPort(host string) bool {
	_, port, err := net.SplitHostPort(host)
	return err != nil || port == "80" || port == "443"
}
