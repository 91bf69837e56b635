package login_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"delfi/internal/fault"
	"delfi/internal/login"
	"delfi/internal/peak"
)

// flood answers one path with a text.
type flood struct{ path, text string }

func (f flood) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path != f.path {
		return http.DefaultTransport.RoundTrip(r)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(f.text)), Request: r}, nil
}

// TestTenMegabytesOfAProviderCostLittle, at each of its addresses, and people are told
// that it is not their fault.
func TestTenMegabytesOfAProviderCostLittle(t *testing.T) {
	const hostile, dearest = 10 << 20, 64 << 20
	for _, path := range []string{"/.well-known/openid-configuration", "/keys", "/token", "/userinfo"} {
		for what, text := range map[string]func() string{
			"lists":       func() string { return `{"a":` + strings.Repeat("[", hostile) },
			"empty lists": func() string { return `{"a":[` + strings.Repeat("[],", hostile/3) },
			"names":       func() string { return `{"` + strings.Repeat("a", hostile) + `":1}` },
			"a text":      func() string { return `{"access_token":"` + strings.Repeat("a", hostile) + `"}` },
			"spaces":      func() string { return strings.Repeat(" ", hostile) },
		} {
			t.Run(path+"/"+what, func(t *testing.T) {
				a, _ := newAttacker(t)
				body := text()
				c := a.client(login.Options{ClientSecret: "shared-with-the-provider", HTTP: &http.Client{Transport: flood{path, body}}})
				peak.Within(t, dearest, func() {
					err := a.trip(c, func(claims map[string]any) { delete(claims, "name") }, nil)
					if k := fault.KindOf(err); k != fault.Unavailable && k != fault.Forbidden {
						t.Errorf("%v", err)
					}
				})
			})
		}
	}
}
