package participate

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/panel"
	"delfi/internal/pseudonym"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/participate/gather"
)

// Services are the use cases that this room speaks to, each by what the room asks
// of it; the services of the same names satisfy them.
type Services struct {
	Consultations interface {
		Latest(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error)
		Items(ctx context.Context, consultation uuid.UUID) ([]consultation.Item, error)
	}
	Panel interface {
		Enrol(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string) error
		Stand(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string) (panel.Standing, error)
		Group(ctx context.Context, actor account.Actor, consultation uuid.UUID) (string, error)
		Seat(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Seat, error)
		ByCode(ctx context.Context, consultation uuid.UUID, typed string) (pseudonym.Seat, error)
		When(ctx context.Context, consultation uuid.UUID, typed string) (panel.Promise, error)
		IssueCode(ctx context.Context, actor account.Actor, consultation uuid.UUID, held pseudonym.Secret) (panel.Issued, error)
		IssuedCode(ctx context.Context, actor account.Actor, consultation uuid.UUID, held pseudonym.Secret) (panel.Issued, bool, error)
		Offered(ctx context.Context, actor account.Actor, consultation uuid.UUID) (panel.Promise, error)
		Issued(ctx context.Context, actor account.Actor, consultation uuid.UUID) (bool, error)
		Alias(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Alias, error)
	}
	Contributions gather.Contributions
	Ballots       interface {
		dossier.States
		Paper(ctx context.Context, seat pseudonym.Seat, round int) (ballot.Paper, error)
		Asked(ctx context.Context, consultation uuid.UUID, round int) ([]consultation.Item, *answer.Set, error)
		Cast(ctx context.Context, seat pseudonym.Seat, round int, in ballot.Answers, part ballot.Part) (ballot.Stub, error)
		Save(ctx context.Context, seat pseudonym.Seat, round int, in ballot.Answers) error
		Deliver(ctx context.Context, seat pseudonym.Seat, round int, part ballot.Part) (ballot.Stub, error)
		Receipt(ctx context.Context, seat pseudonym.Seat, round int) (ballot.Stub, error)
		Proof(ctx context.Context, seat pseudonym.Seat, round int) ([]byte, error)
	}
	// Result is the page of a round that was released, web/public's.
	Result page.Handler
}

type room struct {
	Services
	loader dossier.Loader
	sheets *sheets
	coded  bool // outside the sessions: a seat comes from a code alone
}

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	Enrolment, Enrol                page.Handler
	Contributions, Contribute       page.Handler
	OfferCode, IssueCode            page.Handler
	EnterCode, TakeCode, ForgetCode page.Handler // outside the sessions
	BeforeForgetting                page.Handler // likewise
	Account, Code                   Ballot       // answered with an account, and with a code
}

// Ballot is the form of a round, and the receipts of its owner.
type Ballot struct {
	Round, Answer          page.Handler
	Receipt, Signed, Proof page.Handler
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{Services: s, loader: dossier.Loader{Consultations: s.Consultations, Panel: s.Panel}, sheets: &sheets{}}
	coded := c
	coded.coded = true
	contributions, contribute := gather.New(gather.Services{
		Consultations: s.Consultations, Panel: s.Panel, Contributions: s.Contributions,
		Needed: func(q *page.Request, v dossier.View) error { return c.needed(q, view{v}) },
	})
	return Handlers{
		Enrolment: c.enrolment, Enrol: c.enrol,
		Contributions: contributions, Contribute: contribute,
		OfferCode: c.offer, IssueCode: c.issue,
		EnterCode: coded.code, TakeCode: coded.enter, ForgetCode: coded.forget, BeforeForgetting: coded.beforeForgetting,
		Account: c.ballot(), Code: coded.ballot(),
	}, page.Complete("participate", s)
}

func (c room) ballot() Ballot {
	return Ballot{Round: c.round, Answer: c.answer, Receipt: c.receipt, Signed: c.signed, Proof: c.proof}
}
