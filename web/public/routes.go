package public

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/feedback"
	"delfi/internal/ledger"
	"delfi/internal/library"
	"delfi/internal/panel"
	"delfi/internal/pseudonym"
	"delfi/internal/report/schema"
	"delfi/web/dossier"
	"delfi/web/page"
)

// Services are the use cases that this room speaks to, each by what the room asks
// of it; the services of the same names satisfy them.
type Services struct {
	Consultations interface {
		Listed(ctx context.Context, actor account.Actor) ([]consultation.Consultation, error)
		Latest(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error)
		Items(ctx context.Context, consultation uuid.UUID) ([]consultation.Item, error)
		Minority(ctx context.Context, consultation uuid.UUID) (consultation.Minority, error)
	}
	Panel interface {
		Group(ctx context.Context, actor account.Actor, consultation uuid.UUID) (string, error)
		Issued(ctx context.Context, actor account.Actor, consultation uuid.UUID) (bool, error)
		Enrolled(ctx context.Context, consultation uuid.UUID) (panel.Figure, error)
		Seat(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Seat, error)
	}
	Ballots       dossier.States
	Contributions interface {
		Public(ctx context.Context, consultation uuid.UUID) ([]contribution.Contribution, contribution.Counts, error)
	}
	Archive interface {
		Feedback(ctx context.Context, consultation uuid.UUID, round int) (feedback.Document, error)
	}
	Reports interface {
		Of(ctx context.Context, consultation uuid.UUID) (schema.Opinion, []byte, error)
		Summaries(ctx context.Context) (map[uuid.UUID]schema.Summary, error)
	}
	Record interface {
		Of(ctx context.Context, consultation uuid.UUID) ([]ledger.Entry, error)
		Acts(ctx context.Context, consultation uuid.UUID, kinds ...string) ([]ledger.Entry, error)
	}
	Library interface {
		Listed(ctx context.Context, actor account.Actor, space uuid.UUID) ([]library.Document, error)
	}
	Accounts interface {
		Administrations(ctx context.Context) ([]account.Administration, error)
	}
}

type room struct {
	Services
	loader dossier.Loader
	seats  dossier.Seats
}

// Handlers are the room's pages, for the table of routes. Result is the page of a round
// that was released; the address of a round is web/participate's.
type Handlers struct {
	Home, Show                                     page.Handler
	Result, Reasons, OpinionReasons                page.Handler
	Minority, Opinion, Document, Timeline          page.Handler
	HowItWorks, Protection, Accessibility, Privacy page.Handler
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s, dossier.Loader{Consultations: s.Consultations, Panel: s.Panel}, dossier.Seats{Panel: s.Panel, Ballots: s.Ballots}}
	return Handlers{
		Home: c.home, Show: c.show,
		Result: c.result, Reasons: c.reasons, OpinionReasons: c.opinionReasons,
		Minority: c.minority, Opinion: c.opinion, Document: c.document, Timeline: c.timeline,
		HowItWorks: help("how"), Protection: help("protection"), Accessibility: help("accessibility"), Privacy: help("privacy"),
	}, page.Complete("public", s)
}

// about gives the consultation that the address names, as everybody sees it.
func (c room) about(q *page.Request) (view, error) {
	v, err := c.loader.Find(q)
	return view{v}, err
}

// load is about with the reader's group.
func (c room) load(q *page.Request) (view, error) {
	v, err := c.loader.Load(q)
	return view{v}, err
}
