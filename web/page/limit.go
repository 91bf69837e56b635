package page

import (
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/go-chi/httprate"

	"delfi/internal/fault"
)

// limit counts acts per minute and key.
type limit struct{ *httprate.RateLimiter }

func newLimit(perMinute int) limit {
	return limit{httprate.NewRateLimiter(perMinute, time.Minute, httprate.WithResponseHeaders(httprate.ResponseHeaders{}))}
}

// allow counts one act of key and tells whether it is within the limit.
func (l limit) allow(key string) bool {
	return !l.OnLimit(discard{}, &http.Request{Header: http.Header{}}, key)
}

// discard takes the headers that the limiter would write.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

// who is the key of a reader: the account, else the address.
func (a *App) who(q *Request) string {
	if q.Actor.SignedIn() {
		return q.Actor.Account.String()
	}
	return "from " + a.address(q.R).String()
}

// address is the client's; of IPv6 its network, since one client has as many addresses
// as it likes. Of X-Forwarded-For a proxy's own word is believed and no more: the list is
// read from its end, for as long as those who wrote it stand in a network of proxies.
func (a *App) address(r *http.Request) netip.Addr {
	at, _ := client(r.RemoteAddr) // a unix socket has none: its clients are one
	said := r.Header["X-Forwarded-For"]
	if len(said) == 0 {
		return network(at)
	}
	if !a.proxy(at) {
		if now, told := a.now().Unix(), a.unasked.Load(); now-told >= 3600 && a.unasked.CompareAndSwap(told, now) {
			a.opts.Log.Warn("requests carry X-Forwarded-For, which is not believed: if a proxy stands in front, everybody shares its limits until --forwarded names its network")
		}
		return network(at)
	}
	rest := strings.Join(said, ",")
	for more := true; more && a.proxy(at); {
		last := rest
		if i := strings.LastIndexByte(rest, ','); i >= 0 {
			rest, last = rest[:i], rest[i+1:]
		} else {
			more = false
		}
		next, ok := client(last)
		if !ok {
			break
		}
		at = next
	}
	return network(at)
}

// proxy tells whether a proxy that is believed has an address.
func (a *App) proxy(at netip.Addr) bool {
	for _, n := range a.opts.Forwarded {
		if n.Contains(at) {
			return true
		}
	}
	return false
}

// client reads an address as proxies write it: bare, in brackets, with a port.
func client(said string) (netip.Addr, bool) {
	said = strings.TrimSpace(said)
	at, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(said, "["), "]"))
	if err != nil {
		both, err := netip.ParseAddrPort(said)
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

// Patient lets an address begin only so many sign-ins a minute.
var Patient Guard = func(q *Request) error {
	if !q.app.signIns.allow(q.app.address(q.R).String()) {
		return tooMany()
	}
	return nil
}

// PatientCodes lets an address try only so many codes a minute: apart from sign-ins, so
// that a library that signs in uses up nobody's codes.
var PatientCodes Guard = func(q *Request) error {
	if !q.app.codes.allow(q.app.address(q.R).String()) {
		return tooMany()
	}
	return nil
}

// refusal is a fault with a status that no kind has.
type refusal struct {
	status int
	*fault.Fault
}

func (r refusal) Unwrap() error { return r.Fault }

// BadRequest gives err the status 400, for programs whose standard asks for it.
func BadRequest(err error) error {
	return refusal{http.StatusBadRequest, safe(err)}
}

func tooMany() error {
	return refusal{http.StatusTooManyRequests, fault.New(fault.Unavailable, "too_many", "too many requests in a minute")}
}
