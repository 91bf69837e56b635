package page

import (
	"net"
	"net/http"
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
func (k *Kernel) who(q *Request) string {
	if q.Actor.SignedIn() {
		return q.Actor.Account.String()
	}
	return "from " + k.address(q.R)
}

// address is the client's. Only the last entry of X-Forwarded-For is the
// proxy's own word; the ones before it are the client's to invent.
func (k *Kernel) address(r *http.Request) string {
	if k.opts.Forwarded {
		all := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if last := strings.TrimSpace(all[len(all)-1]); last != "" {
			return httprate.CanonicalizeIP(last)
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr // a unix socket has no port
	}
	return httprate.CanonicalizeIP(host)
}

// Patient lets an address begin only so many sign-ins a minute.
var Patient Guard = func(q *Request) error {
	if !q.kernel.signIns.allow(q.kernel.address(q.R)) {
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

func tooMany() error {
	return refusal{http.StatusTooManyRequests, fault.New(fault.Unavailable, "too_many", "too many requests in a minute")}
}
