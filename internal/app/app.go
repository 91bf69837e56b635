// Package app is the composition root: it builds every service on a database, says which
// calls which, and mounts them on the site. It exists so that the server, the bench, the
// demonstration's second clock and the tests run one wiring; what is missing is an error
// at start.
//
//	Options ──New──▶ App (services) ──Site──▶ web.Options ──web.New──▶ handler
//	                  └─ Run: jobs, notifications, the life of keys, cover of appeals, until ctx ends
//
// Which room calls one above it, through a hook:
//
//	steering.Publish        → report.Store         the opinion, in the same transaction
//	steering.Conclude       → report's dissent     whether the report of the minority is owed
//	panel.Enrol             → steering's terms     whether enrolment is open, and to whom
//	panel.Enrol             → drawing.Admit        whether the actor was drawn, where a group is
//	draws' acts             → steering's grounds   which groups are drawn, and who may draw
//	steering.OpenRound      → ballot, contribution the tables of the round
//	moderation.Service      → contribution         words of a subject, effect of an act (Source)
//	pseudonym.Service       → steering.Version     how long a key that was read is valid
//	account.SignIn          → scope.Part           which consultation a provider's group names
//	search.Refresh          → steering, library, report  what a space without rows holds
//	library's acts          → steering's grounds   who may change the library of a space
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"delfi/internal/account"
	"delfi/internal/consultation/access"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/brief"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/correction"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/draft/template"
	"delfi/internal/consultation/facilitation"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/joining"
	"delfi/internal/consultation/oversight"
	"delfi/internal/consultation/scope"
	"delfi/internal/consultation/steering"
	"delfi/internal/consultation/strongest"
	"delfi/internal/consultation/tabulation"
	"delfi/internal/consultation/translation"
	"delfi/internal/demo"
	"delfi/internal/ledger"
	"delfi/internal/library"
	"delfi/internal/moderation"
	"delfi/internal/notify"
	"delfi/internal/panel"
	"delfi/internal/panel/application"
	"delfi/internal/panel/drawing"
	"delfi/internal/panel/invitation"
	"delfi/internal/panel/roll"
	"delfi/internal/platform/blob"
	"delfi/internal/platform/changes"
	"delfi/internal/platform/job"
	"delfi/internal/platform/mail"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
	"delfi/internal/report"
	"delfi/internal/search"
)

// Options are what an App is built from.
type Options struct {
	DB      *postgres.DB
	Keys    pseudonym.Keys
	Files   blob.Store      // of libraries
	BaseURL string          // public address, e.g. "https://delfi.example.it"
	Sender  mail.Sender     // nil: mail stays in the outbox
	Record  ledger.Options  // name, file and witnesses of the public record
	Beacons drawing.Beacons // servers of drand; none: administrators paste a draw's beacon
}

// check returns an error that names what is missing.
func (o Options) check() error {
	var missing []error
	for name, absent := range map[string]bool{"DB": o.DB == nil, "Keys": o.Keys == nil, "Files": o.Files == nil, "BaseURL": o.BaseURL == ""} {
		if absent {
			missing = append(missing, fmt.Errorf("app: option %s is missing", name))
		}
	}
	return errors.Join(append(missing, o.Beacons.Check())...)
}

// App is every service, each given what it may know.
type App struct {
	DB            *postgres.DB
	Changes       *changes.Hub
	Jobs          *job.Queue
	Accounts      *account.Service
	Record        *ledger.Service
	Pseudonyms    *pseudonym.Service
	Rolls         *roll.Service
	Invitations   *invitation.Service
	Applications  *application.Service
	Panel         *panel.Service
	Notices       *notify.Service
	Access        *access.Service
	Drafts        *draft.Service
	Templates     *template.Service
	Scopes        *scope.Service
	Oversight     *oversight.Service
	Consultations *steering.Service
	Moderation    *moderation.Service
	Contributions *contribution.Service
	Facilitation  *facilitation.Service
	Joining       *joining.Service
	Briefs        *brief.Service
	Corrections   *correction.Service
	Translations  *translation.Service
	Strongest     *strongest.Service
	Ballots       *ballot.Service
	Tabulation    *tabulation.Service
	Archive       *archive.Service
	Reports       *report.Service
	Search        *search.Service
	Library       *library.Service
	Draws         *drawing.Service

	baseURL string
}

// New builds the services; nothing runs yet.
func New(o Options) (*App, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	jobs, err := job.New(o.DB)
	if err != nil {
		return nil, err
	}
	db := o.DB
	a := &App{DB: db, Changes: changes.New(db), Jobs: jobs, baseURL: o.BaseURL,
		Accounts: account.New(db, o.Keys), Record: ledger.New(db, o.Keys, o.Record), Pseudonyms: pseudonym.New(db, o.Keys)}
	a.Rolls = roll.New(db, o.Keys)
	a.Invitations = invitation.New(db, o.Keys)
	a.Applications = application.New(db, o.Keys)
	a.Panel = panel.New(db, a.Accounts, a.Pseudonyms, a.Rolls, a.Invitations, a.Applications)
	a.Notices = notify.New(db, jobs, a.Accounts, o.Sender, o.BaseURL)
	a.Access = access.New(db, a.Accounts, a.Record, a.Rolls, a.Invitations, a.Applications, a.Notices, a.Panel)
	a.Notices.Host(a.Access.Guest)
	a.Drafts, a.Templates, a.Scopes = draft.New(db, jobs, a.Accounts), template.New(db), scope.New(db)
	a.Oversight = oversight.New(db, a.Drafts, a.Panel)
	a.Consultations = steering.New(db, jobs, a.Drafts, a.Record, a.Pseudonyms, a.Panel, a.Notices)
	a.Moderation = moderation.New(db, a.Record, o.Keys)
	a.Contributions = contribution.New(db, jobs, a.Consultations, a.Pseudonyms, a.Moderation)
	a.Corrections = correction.New(db, a.Consultations, a.Record)
	a.Facilitation = facilitation.New(db, a.Consultations, a.Drafts, a.Panel, a.Record, a.Notices)
	a.Joining = joining.New(db, a.Consultations, a.Contributions, a.Record)
	a.Briefs = brief.New(db, a.Record)
	a.Translations = translation.New(db, a.Record)
	a.Strongest = strongest.New(db, a.Record)
	a.Moderation.Work(jobs)
	a.Ballots = ballot.New(db, a.Consultations, a.Pseudonyms, a.Record)
	a.Tabulation = tabulation.New(db, jobs, a.Consultations, a.Pseudonyms, a.Record)
	a.Archive = archive.New(db)
	a.Reports = report.New(db, a.Consultations, a.Tabulation, a.Archive, a.Contributions, a.Record)
	a.Consultations.Subscribe(a.Changes)
	a.Pseudonyms.Follow(a.Consultations.Version)
	a.Consultations.OnPublish(a.Reports.Store)
	a.Accounts.FindParts(scope.Part)
	a.Search = search.New(db, jobs, a.index)
	a.Draws = drawing.New(db, jobs, o.Keys, a.Record, a.Consultations.Draws, o.Beacons)
	a.Panel.Draws(a.Draws.Admit)
	a.Draws.Ask(func(actor account.Actor) string { return actor.Attested.FiscalCode })
	a.Library = library.New(db, jobs, o.Files, a.Record, a.Consultations.Library)
	return a, nil
}

// index makes what a space holds findable, room by room.
func (a *App) index(ctx context.Context, tx *postgres.Tx, space uuid.UUID) error {
	c, err := a.Consultations.InSpace(ctx, tx, space)
	if err != nil {
		return err
	}
	if err := a.Consultations.Index(ctx, tx, c); err != nil {
		return err
	}
	if err := a.Library.Index(ctx, tx, space); err != nil {
		return err
	}
	return a.Reports.Index(ctx, tx, c)
}

// Start joins the servers of the site and begins to run jobs. They run until Stop.
func (a *App) Start(ctx context.Context) error {
	if err := errors.Join(a.Pseudonyms.Join(ctx), a.Applications.Join(ctx)); err != nil {
		return err
	}
	return a.Jobs.Start(context.WithoutCancel(ctx))
}

// Run receives notifications of changes, keeps the life of keys and covers appeals until
// ctx ends.
func (a *App) Run(ctx context.Context) error {
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error { return a.Changes.Run(running) })
	g.Go(func() error {
		a.Pseudonyms.Live(running, func(err error) { slog.Error("ends of keys", "error", err) })
		return nil
	})
	g.Go(func() error {
		a.Moderation.Cover(running, func(err error) { slog.Error("cover of appeals", "error", err) })
		return nil
	})
	return g.Wait()
}

// Answering reports whether a round of a public consultation takes answers.
func (a *App) Answering(ctx context.Context, slug string) bool {
	open, err := a.Consultations.Answering(ctx, slug)
	return err == nil && open
}

// Demo returns the services that the demonstration plays with.
func (a *App) Demo() demo.Services {
	return demo.Services{
		Accounts: a.Accounts, Panel: a.Panel, Access: a.Access, Drafts: a.Drafts, Consultations: a.Consultations,
		Library: a.Library, Contributions: a.Contributions, Ballots: a.Ballots, Archive: a.Archive, Jobs: a.Jobs,
	}
}
