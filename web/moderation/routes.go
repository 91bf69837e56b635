package moderation

import (
	"context"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/pseudonym"
	"delfi/web/page"
)

// Services are the use cases that this room speaks to, each by what the room asks of it;
// the services of the same names satisfy them.
type Services struct {
	Consultations interface {
		Latest(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error)
		Items(ctx context.Context, consultation uuid.UUID) ([]consultation.Item, error)
	}
	Panel interface {
		Alias(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Alias, error)
	}
	Contributions interface {
		Own(ctx context.Context, alias pseudonym.Alias, consultation uuid.UUID) ([]contribution.Contribution, error)
	}
	Moderation interface {
		Public(ctx context.Context, kind moderation.Kind, space uuid.UUID) (moderation.Page, error)
		Fates(ctx context.Context, kind moderation.Kind, space uuid.UUID, subjects []uuid.UUID) ([]moderation.Fate, error)
		Raise(ctx context.Context, alias pseudonym.Alias, act, subject uuid.UUID, words string) error
	}
}

type room struct{ Services }

// Routes puts the room's routes on r. Authors appeal under their alias, as they wrote: those
// pages are quiet.
func Routes(r chi.Router, app *page.App, s Services) {
	c := room{s}
	r.Get("/consultations/{slug}/moderation", app.Handle(c.public))
	r.Method("GET", "/consultations/{slug}/appeals", app.Quietly(c.own, page.SignedIn))
	r.Method("POST", "/consultations/{slug}/appeals", app.Quietly(c.raise, page.SignedIn))
}

// load gives the consultation that an address names; a draft has no space yet.
func (c room) load(q *page.Request) (consultation.Consultation, error) {
	found, err := c.Consultations.Latest(q.Context(), q.Actor, q.Param("slug"))
	if err == nil && found.Space == uuid.Nil {
		err = notThere()
	}
	return found, err
}

func notThere() error { return fault.New(fault.NotFound, "not_found", "there is no such page") }
