package rehearsal

import (
	"context"

	"github.com/a-h/templ"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/feedback"
	"delfi/internal/report/schema"
	"delfi/web/page"
)

// Services are the use cases that this room calls, and the pages of other rooms that it shows.
type Services struct {
	Consultations interface {
		Desk(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error)
	}
	Drafts interface {
		Form(ctx context.Context, actor account.Actor, slug string) (draft.Form, error)
	}
	Write   func(c consultation.Consultation, r consultation.Round) templ.Component
	Paper   func(c consultation.Consultation, p ballot.Paper) templ.Component
	Result  func(c consultation.Consultation, r consultation.Round, d feedback.Document) templ.Component
	Opinion func(c consultation.Consultation, o schema.Opinion) templ.Component

	// Pages of reasons that the address names, of a round and of the opinion.
	Reasons        func(q *page.Request, c consultation.Consultation, r consultation.Round, d feedback.Document) (templ.Component, error)
	OpinionReasons func(q *page.Request, c consultation.Consultation, o schema.Opinion) (templ.Component, error)
}

type room struct{ Services }

// Handlers are the room's pages, for the table of routes.
type Handlers struct {
	Begin, Rounds, Form, Result, Reasons, Criteria, Opinion, OpinionReasons page.Handler
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	d := room{s}
	return Handlers{
		Begin: d.begin, Rounds: d.rounds, Form: d.form, Result: d.result, Reasons: d.reasons, Criteria: d.criteria,
		Opinion: d.opinion, OpinionReasons: d.opinionReasons,
	}, page.Complete("rehearsal", s)
}
