package steering

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/library"
	"delfi/internal/platform/postgres"
)

// give freezes the library as the panel is given it, and adds its digests to the figures of
// the announcement.
func (s *Service) give(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, figures map[string]any) error {
	given, err := library.Give(ctx, tx, c.Space)
	if err != nil {
		return err
	}
	if len(given) > 0 {
		figures["documents"] = given
	}
	return library.Index(ctx, tx, c.Space, libraryPath(c))
}

// libraryPath is the address of a consultation's library.
func libraryPath(c consultation.Consultation) string {
	return "/consultations/" + c.Slug + "/library"
}

// Library owns the libraries of consultations' spaces (library.Owner).
func (s *Service) Library(ctx context.Context, tx *postgres.Tx, actor account.Actor, space uuid.UUID, lock bool) (library.Ground, error) {
	of := lifecycle.InSpace
	if lock {
		of = lifecycle.LockSpace
	}
	c, err := of(ctx, tx, space)
	if err != nil {
		return library.Ground{}, err
	}
	if !consultation.CanSee(actor, c) {
		return library.Ground{}, consultation.ErrNoSuch
	}
	g := library.Ground{Path: libraryPath(c), Public: c.Stage != consultation.Draft, Record: c.ID}
	g.Role, g.Refused = consultation.CanShelve(actor, c)
	return g, nil
}
