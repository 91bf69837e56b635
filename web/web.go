// Package web is the site that a browser meets. It exists so that every route stands in one
// table (routes.go) with what it promises; the rooms beneath it have the handlers.
package web

import (
	"net/http"

	"delfi/web/access"
	webaccount "delfi/web/account"
	"delfi/web/argument"
	"delfi/web/demo"
	"delfi/web/draft"
	webdraw "delfi/web/draw"
	"delfi/web/facilitator"
	"delfi/web/invite"
	"delfi/web/library"
	"delfi/web/membership"
	"delfi/web/moderation"
	"delfi/web/oversight"
	"delfi/web/page"
	"delfi/web/participate"
	webpublic "delfi/web/public"
	"delfi/web/record"
	"delfi/web/rehearsal"
	"delfi/web/search"
	"delfi/web/secretary"
	"delfi/web/staff"
	"delfi/web/staff/queue"
	"delfi/web/translation"
)

// Options are the rooms' services. Demo is nil unless the built-in identity
// provider is on.
type Options struct {
	App         *page.App
	Account     webaccount.Services
	Public      webpublic.Services
	Participate participate.Services // but for Result, which is Public's
	Record      record.Services
	Staff       staff.Services
	Draft       draft.Services     // but for Preview, which is Participate's
	Rehearsal   rehearsal.Services // but for the pages, which are Participate's and Public's
	Queue       queue.Services
	Library     library.Services
	Draw        webdraw.Services
	Access      access.Services
	Oversight   oversight.Services
	Invite      invite.Services
	Membership  membership.Services
	Secretary   secretary.Services
	Search      search.Services
	Argument    argument.Services
	Translation translation.Services
	Facilitator facilitator.Services
	Demo        demo.Panel
	Health      Health

	Moderation moderation.Services
}

// New gives the handler of the whole site.
func New(o Options) (http.Handler, error) {
	routes, err := Routes(o)
	if err != nil {
		return nil, err
	}
	return o.App.Serve(routes)
}
