package participate

import (
	"context"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/feedback"
	"delfi/internal/ledger"
	"delfi/internal/panel"
	"delfi/internal/pseudonym"
	"delfi/internal/report/schema"
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
		Enrol(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string) error
		Group(ctx context.Context, actor account.Actor, consultation uuid.UUID) (string, error)
		Seat(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Seat, error)
		ByCode(ctx context.Context, consultation uuid.UUID, typed string) (pseudonym.Seat, error)
		When(ctx context.Context, consultation uuid.UUID, typed string) (panel.Promise, error)
		IssueCode(ctx context.Context, actor account.Actor, consultation uuid.UUID, held pseudonym.Secret) (panel.Issued, error)
		IssuedCode(ctx context.Context, actor account.Actor, consultation uuid.UUID, held pseudonym.Secret) (panel.Issued, bool, error)
		Offered(ctx context.Context, actor account.Actor, consultation uuid.UUID) (panel.Promise, error)
		Issued(ctx context.Context, actor account.Actor, consultation uuid.UUID) (bool, error)
		Alias(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Alias, error)
		Enrolled(ctx context.Context, consultation uuid.UUID) (panel.Figure, error)
	}
	Contributions interface {
		Contribute(ctx context.Context, alias pseudonym.Alias, consultation uuid.UUID, body string) (contribution.Contribution, error)
		Revise(ctx context.Context, alias pseudonym.Alias, consultation, contribution uuid.UUID, seen, body string) error
		Retract(ctx context.Context, alias pseudonym.Alias, consultation, contribution uuid.UUID) error
		Own(ctx context.Context, alias pseudonym.Alias, consultation uuid.UUID) ([]contribution.Contribution, error)
		Public(ctx context.Context, consultation uuid.UUID) ([]contribution.Contribution, contribution.Counts, error)
	}
	Ballots interface {
		Paper(ctx context.Context, seat pseudonym.Seat, round int) (ballot.Paper, error)
		Asked(ctx context.Context, consultation uuid.UUID, round int) ([]consultation.Item, error)
		Cast(ctx context.Context, seat pseudonym.Seat, round int, in ballot.Answers, part ballot.Part) (ballot.Stub, error)
		Save(ctx context.Context, seat pseudonym.Seat, round int, in ballot.Answers) error
		Deliver(ctx context.Context, seat pseudonym.Seat, round int, part ballot.Part) (ballot.Stub, error)
		Receipt(ctx context.Context, seat pseudonym.Seat, round int) (ballot.Stub, error)
		Proof(ctx context.Context, seat pseudonym.Seat, round int) ([]byte, error)
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
	}
	Accounts interface {
		Administrations(ctx context.Context) ([]account.Administration, error)
	}
}

type room struct {
	Services
	sheets *sheets
	apart  bool // outside the sessions: a seat comes from a code alone
}

// Routes puts the room's routes on r.
func Routes(r chi.Router, app *page.App, s Services) {
	c := room{Services: s, sheets: &sheets{}}
	apart := c
	apart.apart = true
	r.Get("/", app.Handle(c.home))
	// Where people answer, nothing is logged: app.Quietly and app.Apart.
	r.Route("/consultations/{slug}", func(r chi.Router) {
		r.Get("/", app.Handle(c.show))
		r.Method("GET", "/enrol", app.Quietly(c.enrolment, page.SignedIn))
		r.Method("POST", "/enrol", app.Quietly(c.enrol, page.SignedIn))
		r.Method("GET", "/contributions", app.Quietly(c.contributions))
		r.Method("POST", "/contributions", app.Quietly(c.contribute, page.SignedIn))
		r.Method("GET", "/rounds/{n}", app.Quietly(c.round))
		r.Method("POST", "/rounds/{n}", app.Quietly(c.answer, page.SignedIn))
		r.Method("GET", "/rounds/{n}/receipt", app.Quietly(c.receipt, page.SignedIn))
		r.Method("GET", "/rounds/{n}/receipt.txt", app.Quietly(c.signed, page.SignedIn))
		r.Method("POST", "/rounds/{n}/proof", app.Quietly(c.proof, page.SignedIn))
		r.Method("GET", "/get-code", app.Quietly(c.offer, page.SignedIn))
		r.Method("POST", "/get-code", app.Quietly(c.issue, page.SignedIn))
		r.Method("GET", "/code", app.Apart(apart.code))
		r.Method("POST", "/code", app.Apart(apart.enter, page.LimitCodes))
		r.Method("POST", "/code/forget", app.Apart(apart.forget))
		r.Method("GET", "/code/rounds/{n}", app.Apart(apart.round))
		r.Method("POST", "/code/rounds/{n}", app.Apart(apart.answer))
		r.Method("GET", "/code/rounds/{n}/receipt", app.Apart(apart.receipt))
		r.Method("GET", "/code/rounds/{n}/receipt.txt", app.Apart(apart.signed))
		r.Method("POST", "/code/rounds/{n}/proof", app.Apart(apart.proof))
		r.Get("/minority", app.Handle(c.minority))
		r.Get("/opinion", app.Handle(c.opinion))
		r.Get("/opinion.json", app.Handle(c.document))
	})
	r.Get("/help/how-it-works", app.Handle(help("how")))
	r.Get("/help/protection", app.Handle(help("protection")))
	r.Get("/help/accessibility", app.Handle(help("accessibility")))
	r.Get("/help/privacy", app.Handle(help("privacy")))
}
