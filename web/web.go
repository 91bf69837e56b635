// Package web is what a browser meets: every route, in one list.
package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"delfi/web/administration"
	"delfi/web/consult"
	"delfi/web/me"
	"delfi/web/page"
	"delfi/web/record"
	"delfi/web/static"
	"delfi/web/steer"
	"delfi/web/trial"
)

// Options are the rooms' services. Trial is nil unless the built-in identity
// provider is on.
type Options struct {
	Kernel  *page.Kernel
	Me      me.Services
	Consult consult.Services
	Record  record.Services
	Steer   steer.Services
	Trial   trial.Panel
	Health  Health

	Administration administration.Services
}

// New gives the handler of the whole site.
func New(o Options) (http.Handler, error) {
	r := routes(o)
	if err := o.Kernel.SetRoutes(r); err != nil {
		return nil, err
	}
	outer := chi.NewRouter()
	outer.Handle(static.Prefix+"*", static.Handler())
	outer.Get("/healthz", o.Health.alive)
	outer.Get("/readyz", o.Health.ready)
	outer.Handle("/*", o.Kernel.Once(o.Kernel.Wrap(r)))
	return o.Kernel.Known(o.Kernel.Front(outer)), nil
}

// routes are those of every room.
func routes(o Options) chi.Router {
	r := chi.NewRouter()
	r.Use(o.Health.logged)
	r.NotFound(o.Kernel.NotFound())
	r.MethodNotAllowed(o.Kernel.MethodNotAllowed())
	me.Routes(r, o.Kernel, o.Me)
	consult.Routes(r, o.Kernel, o.Consult)
	record.Routes(r, o.Kernel, o.Record)
	steer.Routes(r, o.Kernel, o.Steer)
	administration.Routes(r, o.Kernel, o.Administration)
	if o.Trial != nil {
		trial.Routes(r, o.Kernel, o.Trial)
	}
	return r
}
