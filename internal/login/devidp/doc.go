// Package devidp is the built-in identity provider, for trying Delfi out and
// for tests: whoever opens it chooses who to be. It must never stand before real
// people; cmd/delfi says loudly when it is on, and keeps it on a loopback address.
//
// It speaks real OpenID Connect on a listener of its own, so that signing in to
// the demonstration walks the same road as signing in anywhere else:
//
//	/authorize ──▶ /choose (a page of people; a known login_hint passes at once)
//	                  │ POST subject            │ POST cancel
//	                  ▼                         ▼
//	           /authorize/callback        access_denied
//	                  │ code
//	                  ▼
//	           /oauth/token, /userinfo, /keys, /end_session
//
// Nothing is stored: keys, codes and tokens end with the process.
package devidp
