// Package web is what a browser meets: every route, in one list.
package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	webaccount "delfi/web/account"
	"delfi/web/administration"
	"delfi/web/demo"
	"delfi/web/moderation"
	"delfi/web/page"
	"delfi/web/participate"
	"delfi/web/record"
	"delfi/web/staff"
	"delfi/web/static"
)

// Options are the rooms' services. Demo is nil unless the built-in identity
// provider is on.
type Options struct {
	App         *page.App
	Account     webaccount.Services
	Participate participate.Services
	Record      record.Services
	Staff       staff.Services
	Demo        demo.Panel
	Health      Health

	Moderation     moderation.Services
	Administration administration.Services
}

// New gives the handler of the whole site.
func New(o Options) (http.Handler, error) {
	r := routes(o)
	if err := o.App.SetRoutes(r); err != nil {
		return nil, err
	}
	outer := chi.NewRouter()
	outer.Handle(static.Prefix+"*", static.Handler())
	outer.Get("/healthz", o.Health.alive)
	outer.Get("/readyz", o.Health.ready)
	outer.Handle("/*", o.App.Cache().SingleFlight(o.App.Wrap(r)))
	return o.App.Known(o.App.Cache().Lookup(outer)), nil
}

// routes are those of every room.
func routes(o Options) chi.Router {
	r := chi.NewRouter()
	r.Use(o.Health.logged)
	r.NotFound(o.App.NotFound())
	r.MethodNotAllowed(o.App.MethodNotAllowed())
	webaccount.Routes(r, o.App, o.Account)
	participate.Routes(r, o.App, o.Participate)
	moderation.Routes(r, o.App, o.Moderation)
	record.Routes(r, o.App, o.Record)
	staff.Routes(r, o.App, o.Staff)
	administration.Routes(r, o.App, o.Administration)
	if o.Demo != nil {
		demo.Routes(r, o.App, o.Demo)
	}
	return r
}
