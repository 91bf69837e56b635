package middleware

import (
	"net/http"
	"net/url"

	"github.com/unrolled/secure"
)

// Headers returns the headers of every answer, which forbid what no page needs. The
// policy has no nonce, so that a cached page stays valid for everyone. formAction are the
// origins besides our own at which a form may end; https is of the public address.
func Headers(formAction []string, https bool) http.Header {
	action := "form-action 'self'"
	for _, origin := range formAction {
		action += " " + origin
	}
	o := secure.Options{
		ContentTypeNosniff:      true,
		FrameDeny:               true,
		ReferrerPolicy:          "same-origin",
		CrossOriginOpenerPolicy: "same-origin",
		PermissionsPolicy:       "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
		ContentSecurityPolicy: "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
			"frame-ancestors 'none'; " + action + "; base-uri 'none'; object-src 'none'",
	}
	if https {
		// The proxy in front ends TLS, so the request itself never looks encrypted.
		o.STSSeconds, o.ForceSTSHeader = 365*24*3600, true
	}
	// Without a list of hosts or a redirect to https nothing is refused, so that any
	// request will do and none has an error.
	asked := &http.Request{URL: &url.URL{Path: "/"}, Header: http.Header{}}
	h, _, _ := secure.New(o).ProcessNoModifyRequest(discard{}, asked)
	return h
}
