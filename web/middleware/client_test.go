package middleware

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"testing"
	"time"
)

func TestAClientIsKnownByItsAddressAlone(t *testing.T) {
	c := &Clients{Now: time.Now, Unbelieved: func(string) {}, Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8:ffff::/48")}}
	for _, tc := range []struct{ peer, text, want string }{
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
		if tc.text != "" {
			r.Header.Set("X-Forwarded-For", tc.text)
		}
		if got := c.Address(r).String(); got != tc.want {
			t.Errorf("%s says %q: %s, want %s", tc.peer, tc.text, got, tc.want)
		}
	}
}

// A proxy's header that is not believed is told of by its name, at most once an hour,
// whichever a proxy sends.
func TestAnUnbelievedHeaderIsTold(t *testing.T) {
	for _, tc := range []struct{ peer, header, value, want string }{
		{"198.51.100.1:80", "X-Forwarded-For", "203.0.113.8", "X-Forwarded-For"},
		{"198.51.100.1:80", "Forwarded", "for=203.0.113.8;proto=https", "Forwarded"},
		{"192.0.2.1:80", "Forwarded", "for=203.0.113.8", "Forwarded"}, // a proxy of ours that says nothing else
		{"192.0.2.1:80", "X-Real-IP", "203.0.113.8", "X-Real-Ip"},
		{"192.0.2.1:80", "X-Forwarded-For", "203.0.113.8", ""},
		{"198.51.100.1:80", "Via", "1.1 proxy", ""},
	} {
		now, told := time.Unix(1e9, 0), []string(nil)
		c := &Clients{Now: func() time.Time { return now }, Unbelieved: func(header string) { told = append(told, header) }, Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = tc.peer
		r.Header.Set(tc.header, tc.value)
		for range 3 {
			c.Address(r)
		}
		want := []string(nil)
		if tc.want != "" {
			want = []string{tc.want}
		}
		if !slices.Equal(told, want) {
			t.Errorf("%s says %s: told of %q, want %q", tc.peer, tc.header, told, want)
		}
		now = now.Add(time.Hour)
		if c.Address(r); tc.want != "" && len(told) != 2 {
			t.Errorf("an hour later: %q", told)
		}
	}
}
