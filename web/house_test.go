package web_test

import (
	"log/slog"

	"github.com/go-chi/chi/v5"

	"delfi/internal/app"
	"delfi/web"
	"delfi/web/demo"
	"delfi/web/page"
	"delfi/web/webtest"
)

// house mounts the whole site on a house's services.
func house(h *webtest.House) webtest.Mount {
	return func(r chi.Router, pages *page.App) {
		r.Mount("/", web.Routes(h.App.Site(app.SiteOptions{Pages: pages, Demo: idle{}, Log: slog.New(slog.DiscardHandler)})))
	}
}

// idle is a synthetic panel that does nothing.
type idle struct{ demo.Panel }
