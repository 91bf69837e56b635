package moderation

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
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
		Public(ctx context.Context, kind space.Kind, space uuid.UUID, before, most int) (moderation.Page, error)
		Fates(ctx context.Context, kind space.Kind, space uuid.UUID, subjects []uuid.UUID) ([]moderation.Fate, error)
		Raise(ctx context.Context, alias pseudonym.Alias, act, subject uuid.UUID, words string) error
	}
}

type room struct{ Services }

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	Public, Acts page.Handler // the page of everybody, and the file of its acts
	Own, Raise   page.Handler // of an author, under their alias
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s}
	return Handlers{Public: c.public, Acts: c.acts, Own: c.own, Raise: c.raise}, page.Complete("moderation", s)
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
