package scope

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// Service has the queries of whoever gives roles for consultations.
type Service struct{ db *postgres.DB }

// New makes the service.
func New(db *postgres.DB) *Service { return &Service{db} }

// CanScope tells whether a role can be given for a consultation alone: while there is
// something to moderate or to facilitate in it.
func CanScope(c consultation.Consultation) bool {
	live := []consultation.Stage{consultation.Draft, consultation.Announced, consultation.Running, consultation.Concluded}
	return c.Origin == nil && slices.Contains(live, c.Stage)
}

// Find gives the scope of an administration's consultation at an address, drafts
// included; Invalid with the field "consultation" when it has none there.
func (s *Service) Find(ctx context.Context, administration uuid.UUID, slug string) (account.Scope, error) {
	var found account.Scope
	err := s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		found, err = Part(ctx, tx, administration, slug)
		return err
	})
	if err == nil && found.Whole() {
		err = fault.Bad(fault.Field{Name: "consultation", Code: "unknown_consultation", Message: "is no consultation of this administration: write the last part of its address"})
	}
	return found, err
}

// Part is Find for the groups of a provider (account.Parts), in the caller's transaction:
// the zero Scope where the administration has no such consultation.
func Part(ctx context.Context, tx *postgres.Tx, administration uuid.UUID, slug string) (account.Scope, error) {
	id, err := lifecycle.SpaceAt(ctx, tx, administration, slug)
	return account.Scope(id), err
}

// Named gives the consultations behind scopes of roles that the caller has read.
func (s *Service) Named(ctx context.Context, scopes ...account.Scope) (map[account.Scope]consultation.Consultation, error) {
	spaces := make([]uuid.UUID, 0, len(scopes))
	for _, scope := range scopes {
		if !scope.Whole() {
			spaces = append(spaces, uuid.UUID(scope))
		}
	}
	out := make(map[account.Scope]consultation.Consultation, len(spaces))
	if len(spaces) == 0 {
		return out, nil
	}
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		ids, err := lifecycle.InSpaces(ctx, tx, spaces)
		if err != nil {
			return err
		}
		all, err := lifecycle.LoadAll(ctx, tx, ids)
		for _, c := range all {
			out[c.Scope()] = c
		}
		return err
	})
	return out, err
}

// Choices lists an administration's consultations for which roles can be given, newest
// first, for its administrators; Forbidden to others.
func (s *Service) Choices(ctx context.Context, actor account.Actor, administration uuid.UUID) ([]consultation.Consultation, error) {
	if !account.CanAdminister(actor, administration) {
		return nil, fault.New(fault.Forbidden, "administrator_of_it", "only administrators change an administration's data and roles")
	}
	var out []consultation.Consultation
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		ids, err := lifecycle.Held(ctx, tx, administration)
		if err != nil {
			return err
		}
		out, err = lifecycle.LoadAll(ctx, tx, ids)
		return err
	})
	return slices.DeleteFunc(out, func(c consultation.Consultation) bool { return !CanScope(c) }), err
}
