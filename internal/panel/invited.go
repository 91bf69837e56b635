package panel

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/panel/invitation"
	"delfi/internal/platform/postgres"
)

// errInvitation is for who would enter a group of invitations without one.
var errInvitation = fault.New(fault.Forbidden, "invitation_needed", "who was invited enters this group, with the code of their letter")

// EnrolInvited puts the actor into the group that the code of an invitation opens; faults as
// Enrol's and invitation.Service.Admit's. Who may not enrol here learns nothing of the code. The
// account's row is that of everybody enrolled.
func (s *Service) EnrolInvited(ctx context.Context, actor account.Actor, consultation uuid.UUID, typed string) error {
	return s.enrol(ctx, actor, consultation, func(ctx context.Context, tx *postgres.Tx, t Terms) (string, error) {
		if err := CanCome(actor, t); err != nil {
			return "", err
		}
		group, err := s.guests.Admit(ctx, tx, consultation, typed)
		if err == nil && t.Ways[group].Access != protocol.AccessInvitation {
			err = errInvitation // of a group that the draft had once
		}
		return group, err
	})
}

// Invitations gives a consultation's lists of invitations, by group.
func (s *Service) Invitations(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]invitation.List, error) {
	return s.guests.Lists(ctx, tx, consultation)
}

// RecordInvitations is invitation.Service's Record.
func (s *Service) RecordInvitations(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]invitation.List, error) {
	return s.guests.Record(ctx, tx, consultation)
}
