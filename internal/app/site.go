package app

import (
	"context"
	"log/slog"

	"delfi/internal/login"
	"delfi/web"
	webaccess "delfi/web/access"
	webaccount "delfi/web/account"
	"delfi/web/argument"
	"delfi/web/demo"
	"delfi/web/draft"
	"delfi/web/draw"
	"delfi/web/facilitator"
	"delfi/web/invite"
	"delfi/web/library"
	"delfi/web/membership"
	"delfi/web/moderation"
	"delfi/web/oversight"
	"delfi/web/page"
	"delfi/web/participate"
	"delfi/web/public"
	"delfi/web/record"
	"delfi/web/rehearsal"
	"delfi/web/search"
	"delfi/web/secretary"
	"delfi/web/staff"
	"delfi/web/staff/queue"
	"delfi/web/translation"
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
		Public: public.Services{
			Accounts: a.Accounts, Consultations: a.Consultations, Contributions: a.Contributions,
			Archive: a.Archive, Panel: a.Panel, Reports: a.Reports, Record: a.Record, Library: a.Library, Ballots: a.Ballots,
		},
		Participate: participate.Services{
			Consultations: a.Consultations, Contributions: a.Contributions, Ballots: a.Ballots, Panel: a.Panel,
		},
		Record: record.Services{Consultations: a.Consultations, Record: a.Record, Reports: a.Reports, BaseURL: a.baseURL},
		Staff: staff.Services{
			Access: a.Access, Accounts: a.Accounts, Drafts: a.Drafts, Scopes: a.Scopes, Consultations: a.Consultations, Facilitation: a.Facilitation, Contributions: a.Contributions,
			Moderation: a.Moderation, Archive: a.Archive, Reports: a.Reports, Record: a.Record,
		},
		Draft:       draft.Services{Accounts: a.Accounts, Drafts: a.Drafts, Templates: a.Templates, Consultations: a.Consultations},
		Rehearsal:   rehearsal.Services{Consultations: a.Consultations, Drafts: a.Drafts},
		Queue:       queue.Services{Accounts: a.Accounts, Consultations: a.Consultations, Contributions: a.Contributions, Moderation: a.Moderation},
		Moderation:  moderation.Services{Consultations: a.Consultations, Panel: a.Panel, Contributions: a.Contributions, Moderation: a.Moderation},
		Library:     library.Services{Consultations: a.Consultations, Library: a.Library},
		Access:      webaccess.Services{Access: a.Access, BaseURL: a.baseURL},
		Oversight:   oversight.Services{Accounts: a.Accounts, Scopes: a.Scopes, Oversight: a.Oversight, Corrections: a.Corrections},
		Invite:      invite.Services{Consultations: a.Consultations, Panel: a.Panel},
		Membership:  membership.Services{Consultations: a.Consultations, Panel: a.Panel},
		Secretary:   secretary.Services{Access: a.Access, Accounts: a.Accounts},
		Search:      search.Services{Search: a.Search},
		Argument:    argument.Services{Strongest: a.Strongest},
		Translation: translation.Services{Translations: a.Translations},
		Facilitator: facilitator.Services{Joining: a.Joining, Briefs: a.Briefs},
		Draw:        draw.Services{Consultations: a.Consultations, Panel: a.Panel, Record: a.Record, Draws: a.Draws},
		Demo:        o.Demo,
		Health:      web.Health{Log: o.Log, Checks: checks},
	}
}
