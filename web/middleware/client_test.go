package middleware

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

func TestAClientIsKnownByItsAddressAlone(t *testing.T) {
	c := &Clients{Now: time.Now, Unbelieved: func() {}, Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8:ffff::/48")}}
	for _, tc := range []struct{ peer, said, want string }{
		{"192.0.2.1:80", "203.0.113.8", "203.0.113.8"},
		{"192.0.2.1:80", "203.0.113.8:20000", "203.0.113.8"},
		{"192.0.2.1:80", "203.0.113.8:20001", "203.0.113.8"},
		{"192.0.2.1:80", "[2001:db8::1]:443", "2001:db8::"},
		{"192.0.2.1:80", "[2001:db8::2]", "2001:db8::"},
		{"192.0.2.1:80", "2001:db8::3", "2001:db8::"},
		{"192.0.2.1:80", "2001:db8:0:1::3", "2001:db8:0:1::"},
		{"192.0.2.1:80", "::ffff:203.0.113.8", "203.0.113.8"},
		{"192.0.2.1:80", "203.0.113.99, 203.0.113.8", "203.0.113.8"},
		{"192.0.2.1:80", "203.0.113.8, 192.0.2.7:9000", "203.0.113.8"},
		{"[2001:db8:ffff::1]:80", "203.0.113.8,192.0.2.7", "203.0.113.8"},
		{"192.0.2.1:80", "192.0.2.9", "192.0.2.9"}, // nobody but proxies
		{"192.0.2.1:80", "203.0.113.8, unknown", "192.0.2.1"},
		{"192.0.2.1:80", "unknown", "192.0.2.1"},
		{"192.0.2.1:80", "", "192.0.2.1"},
		{"198.51.100.1:80", "203.0.113.8", "198.51.100.1"}, // no proxy of ours
		{"198.51.100.1:80", "", "198.51.100.1"},
		{"@", "", "invalid IP"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = tc.peer
		if tc.said != "" {
			r.Header.Set("X-Forwarded-For", tc.said)
		}
		if got := c.Address(r).String(); got != tc.want {
			t.Errorf("%s says %q: %s, want %s", tc.peer, tc.said, got, tc.want)
		}
	}
}
