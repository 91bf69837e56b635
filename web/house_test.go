package web_test

import (
	"log/slog"

	"github.com/go-chi/chi/v5"

	"delfi/web"
	webaccount "delfi/web/account"
	"delfi/web/administration"
	"delfi/web/demo"
	"delfi/web/page"
	"delfi/web/participate"
	"delfi/web/record"
	"delfi/web/staff"
	"delfi/web/webtest"
)

// house mounts the whole site on a house's services.
func house(h *webtest.House) webtest.Mount {
	return func(r chi.Router, app *page.App) {
		r.Mount("/", web.Routes(web.Options{
			App:     app,
			Account: webaccount.Services{Entry: h.Accounts, Kept: webaccount.Kept{Accounts: h.Accounts, Panel: h.Panel, Consultations: h.Consultations, Ballots: h.Ballots}},
			Participate: participate.Services{Accounts: h.Accounts, Consultations: h.Consultations, Contributions: h.Contributions,
				Ballots: h.Ballots, Archive: h.Archive, Panel: h.Panel, Reports: h.Reports, Record: h.Record},
			Record:         record.Services{Consultations: h.Consultations, Record: h.Record, Reports: h.Reports},
			Staff:          staff.Services{Accounts: h.Accounts, Drafts: h.Drafts, Consultations: h.Consultations, Contributions: h.Contributions, Archive: h.Archive, Reports: h.Reports},
			Administration: administration.Services{Accounts: h.Accounts},
			Demo:           idle{},
			Health:         web.Health{Log: slog.New(slog.DiscardHandler)},
		}))
	}
}

// idle is a synthetic panel that does nothing.
type idle struct{ demo.Panel }
