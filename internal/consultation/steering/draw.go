package steering

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi/protocol"
	"delfi/internal/panel/drawing"
	"delfi/internal/platform/postgres"
)

// Draws owns the draws of consultations' groups (drawing.Owner).
func (s *Service) Draws(ctx context.Context, tx *postgres.Tx, actor account.Actor, id uuid.UUID, lock bool) (drawing.Ground, error) {
	of := lifecycle.Load
	if lock {
		of = lifecycle.Lock
	}
	c, err := of(ctx, tx, id)
	if err != nil {
		return drawing.Ground{}, err
	}
	if !consultation.CanSee(actor, c) {
		return drawing.Ground{}, consultation.ErrNoSuch
	}
	g := drawing.Ground{Names: map[string]string{}, Public: c.Stage != consultation.Draft, Full: c.Full()}
	for _, group := range c.Protocol.Panel.Groups {
		if group.Access == protocol.AccessDraw {
			g.Groups = append(g.Groups, group.ID)
			g.Names[group.ID] = group.Name[c.Language]
		}
	}
	g.Role, g.Refused = consultation.CanDraw(actor, c)
	return g, nil
}
