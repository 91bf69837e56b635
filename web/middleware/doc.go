// Package middleware has the mechanisms that every request passes before a page handles
// it. It exists so that each bound stands in one place under the name that the field has
// for it, and can be tried without a page:
//
//	Headers     what every answer carries
//	SameHost    refuses another host's name (DNS rebinding)
//	Language    strips "/en" from the address, stores a choice
//	TrimSlash   redirects to the one address of a page
//	Clients     the client's address behind believed proxies
//	Rate        acts per minute and key
//	Bodies      memory of bodies by length, least rate of a sender
//	Limiter     requests at work, and in the queue
//	Quota       a resource in all, and for one address
//
// A refusal is an error; page.App answers it through its one exit.
package middleware
