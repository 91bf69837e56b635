package app

import (
	"context"
	"log/slog"

	"delfi/internal/login"
	"delfi/web"
	webaccount "delfi/web/account"
	"delfi/web/administration"
	"delfi/web/demo"
	"delfi/web/page"
	"delfi/web/participate"
	"delfi/web/record"
	"delfi/web/search"
	"delfi/web/staff"
)

// SiteOptions are what a site has beside the services.
type SiteOptions struct {
	Pages *page.App
	Login *login.Client
	Demo  demo.Panel // nil: no demonstration
	Log   *slog.Logger
	// Checks are further checks of readiness, by name.
	Checks map[string]func(context.Context) error
}

// Site mounts the services on a site.
func (a *App) Site(o SiteOptions) web.Options {
	checks := map[string]func(context.Context) error{
		"database": a.DB.Ping,
		"record":   func(ctx context.Context) error { _, err := a.Record.Checkpoint(ctx); return err },
		"jobs":     func(context.Context) error { return a.Jobs.Ready() },
	}
	for name, check := range o.Checks {
		checks[name] = check
	}
	return web.Options{
		App: o.Pages,
		Account: webaccount.Services{
			Login: o.Login, Ends: o.Pages, BaseURL: a.baseURL,
			Accounts: a.Accounts, Panel: a.Panel, Consultations: a.Consultations, Scopes: a.Scopes, Ballots: a.Ballots,
		},
		Participate: participate.Services{
			Accounts: a.Accounts, Consultations: a.Consultations, Contributions: a.Contributions, Ballots: a.Ballots,
			Archive: a.Archive, Panel: a.Panel, Reports: a.Reports, Record: a.Record,
		},
		Record: record.Services{Consultations: a.Consultations, Record: a.Record, Reports: a.Reports, BaseURL: a.baseURL},
		Staff: staff.Services{
			Accounts: a.Accounts, Drafts: a.Drafts, Consultations: a.Consultations, Contributions: a.Contributions,
			Archive: a.Archive, Reports: a.Reports,
		},
		Search:         search.Services{Search: a.Search},
		Administration: administration.Services{Accounts: a.Accounts, Scopes: a.Scopes},
		Demo:           o.Demo,
		Health:         web.Health{Log: o.Log, Checks: checks},
	}
}
