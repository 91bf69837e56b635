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
}

type room struct{ Services }

// Handlers are the room's pages, for the table of routes.
type Handlers struct {
	Begin, Rounds, Form, Result, Criteria, Opinion page.Handler
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	d := room{s}
	return Handlers{Begin: d.begin, Rounds: d.rounds, Form: d.form, Result: d.result, Criteria: d.criteria, Opinion: d.opinion}, page.Complete("rehearsal", s)
}
