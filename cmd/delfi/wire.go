package main

import (
	"context"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/steering"
	"delfi/internal/consultation/tabulation"
	"delfi/internal/demo"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/panel"
	"delfi/internal/platform/job"
	"delfi/internal/platform/mail"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
	"delfi/internal/report"
)

// house is every service, each given what it may know.
type house struct {
	db            *postgres.DB
	jobs          *job.Queue
	accounts      *account.Service
	record        *ledger.Service
	bridge        *pseudonym.Service
	panel         *panel.Service
	notices       *notify.Service
	drafts        *draft.Service
	consultations *steering.Service
	contributions *contribution.Service
	ballots       *ballot.Service
	tabulation    *tabulation.Service
	archive       *archive.Service
	reports       *report.Service
}

// wire builds the house on a database; who hears what of whom stands here.
func wire(db *postgres.DB, keys pseudonym.Keys, sender mail.Sender, baseURL string, record ledger.Options) (*house, error) {
	jobs, err := job.New(db)
	if err != nil {
		return nil, err
	}
	h := &house{db: db, jobs: jobs, accounts: account.New(db, keys), record: ledger.New(db, keys, record), bridge: pseudonym.New(db, keys)}
	h.panel = panel.New(db, h.accounts, h.bridge)
	h.notices = notify.New(db, jobs, h.accounts, sender, baseURL)
	h.drafts = draft.New(db, h.accounts)
	h.consultations = steering.New(db, jobs, h.drafts, h.record, h.bridge, h.panel, h.notices)
	h.contributions = contribution.New(db, jobs, h.consultations, h.bridge, h.record)
	h.ballots = ballot.New(db, h.consultations, h.bridge, h.record)
	h.tabulation = tabulation.New(db, jobs, h.consultations, h.bridge, h.record)
	h.archive = archive.New(db)
	h.reports = report.New(db, jobs, h.consultations, h.tabulation, h.archive, h.contributions, h.record)
	h.bridge.Follow(h.consultations.Version)
	// What consultation must ask of rooms that stand on it:
	h.consultations.OnPublish(h.reports.Store) // publishing stores the opinion
	return h, nil
}

// answering tells whether a round of a public consultation takes answers.
func (h *house) answering(ctx context.Context, slug string) bool {
	c, err := h.consultations.Latest(ctx, account.Actor{}, slug)
	if err != nil || c.Suspended != nil {
		return false
	}
	r := c.Current()
	return r != nil && r.State == consultation.RoundOpen
}

// demonstration gives the services that the demonstration plays with.
func (h *house) demonstration() demo.Services {
	return demo.Services{
		Accounts: h.accounts, Panel: h.panel, Drafts: h.drafts, Consultations: h.consultations,
		Contributions: h.contributions, Ballots: h.ballots, Archive: h.archive, Jobs: h.jobs,
	}
}
