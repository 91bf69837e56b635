package middleware

import (
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"
)

// Clients finds the address of a request's client. It is safe for concurrent use.
type Clients struct {
	// Proxies are the networks of the proxies in front, whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// Unbelieved is called, at most once an hour, when a request carries a header of a
	// proxy's that is not believed: X-Forwarded-For of somebody who is none, or Forwarded
	// (RFC 7239) or X-Real-Ip alone, which nobody is believed.
	Unbelieved func(header string)
	Now        func() time.Time

	told atomic.Int64 // when Unbelieved was called last, in seconds
}

// Address returns the client's address; of IPv6 its network, since one client has as many
// addresses as it likes. Of X-Forwarded-For a proxy's own word is believed and no more:
// the list is read from its end, for as long as those who wrote it are proxies.
func (c *Clients) Address(r *http.Request) netip.Addr {
	at, _ := parseAddress(r.RemoteAddr) // a unix socket has none: its clients are one
	list := r.Header["X-Forwarded-For"]
	switch {
	case len(list) == 0:
		for _, header := range []string{"Forwarded", "X-Real-Ip"} {
			if len(r.Header[header]) > 0 {
				c.tell(header)
			}
		}
		return network(at)
	case !c.isProxy(at):
		c.tell("X-Forwarded-For")
		return network(at)
	}
	rest := strings.Join(list, ",")
	for more := true; more && c.isProxy(at); {
		last := rest
		if i := strings.LastIndexByte(rest, ','); i >= 0 {
			rest, last = rest[:i], rest[i+1:]
		} else {
			more = false
		}
		next, ok := parseAddress(last)
		if !ok {
			break
		}
		at = next
	}
	return network(at)
}

// tell calls Unbelieved, at most once an hour.
func (c *Clients) tell(header string) {
	if now, told := c.Now().Unix(), c.told.Load(); now-told >= 3600 && c.told.CompareAndSwap(told, now) {
		c.Unbelieved(header)
	}
}

// isProxy reports whether a believed proxy has an address.
func (c *Clients) isProxy(at netip.Addr) bool {
	for _, n := range c.Proxies {
		if n.Contains(at) {
			return true
		}
	}
	return false
}

// parseAddress reads an address as proxies write it: bare, in brackets, with a port.
func parseAddress(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	at, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	if err != nil {
		both, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		at = both.Addr()
	}
	return at.Unmap().WithZone(""), true
}

// network is an IPv4 address itself, and the /64 of an IPv6 one.
func network(at netip.Addr) netip.Addr {
	if !at.Is6() {
		return at
	}
	return netip.PrefixFrom(at, 64).Masked().Addr()
}
