package middleware

import (
	"net/http"
	"time"

	"github.com/go-chi/httprate"
)

// Rate limits acts per minute and key. It is safe for concurrent use.
type Rate struct{ limiter *httprate.RateLimiter }

// NewRate makes a limit of so many acts per minute and key.
func NewRate(perMinute int) Rate {
	return Rate{httprate.NewRateLimiter(perMinute, time.Minute, httprate.WithResponseHeaders(httprate.ResponseHeaders{}))}
}

// Allow counts one act of key, and reports whether it is within the limit.
func (l Rate) Allow(key string) bool {
	return !l.limiter.OnLimit(discard{}, &http.Request{Header: http.Header{}}, key)
}

// discard takes the headers that a library writes beside its answer.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}
