package panel

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/panel/application"
	"delfi/internal/platform/postgres"
)

// Apply stores that the actor applies for a group whose members declare themselves. Who may not
// enrol may not apply (CanEnrol), nor who is on the panel or left it; Invalid with the fields
// "name" and "detail", other faults as application.Service.Apply's.
func (s *Service) Apply(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string, typed application.Applicant) error {
	mark, err := s.mark(ctx, actor, consultation)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		t, err := s.terms(ctx, tx, consultation)
		if err != nil {
			return err
		}
		if err := CanEnrol(actor, t, group); err != nil {
			return err
		}
		way := t.Ways[group]
		if way.Access != protocol.AccessDeclared {
			return fault.New(fault.NotFound, "no_declared_group", "nobody applies for this group")
		}
		who, err := typed.Typed(way.Asks)
		if err != nil {
			return err
		}
		if err := newcomer(ctx, tx, actor, consultation, mark); err != nil {
			return err
		}
		return s.applications.Apply(ctx, tx, consultation, group, actor.Account, who, way.Asks)
	})
}

// Withdraw takes back the actor's application that waits, whether or not enrolment is open.
func (s *Service) Withdraw(ctx context.Context, actor account.Actor, consultation, id uuid.UUID) error {
	if !actor.SignedIn() {
		return fault.New(fault.Unauthenticated, "sign_in", "sign in to take part")
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return s.applications.Withdraw(ctx, tx, consultation, actor.Account, id)
	})
}

// Applications gives the actor's applications that are kept, by consultation.
func (s *Service) Applications(ctx context.Context, actor account.Actor) (map[uuid.UUID][]application.Application, error) {
	var out map[uuid.UUID][]application.Application
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = s.applications.Everywhere(ctx, tx, actor.Account)
		return err
	})
	return out, err
}

// OpenApplications is application.Service's Open.
func (s *Service) OpenApplications(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, groups ...string) error {
	return s.applications.Open(ctx, tx, consultation, groups...)
}

// RecordAdmitted is application.Service's Record.
func (s *Service) RecordAdmitted(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]int, error) {
	return s.applications.Record(ctx, tx, consultation)
}

// Applied gives the actor's applications in one consultation, the newest of each group first,
// whether or not enrolment is open.
func (s *Service) Applied(ctx context.Context, actor account.Actor, consultation uuid.UUID) ([]application.Application, error) {
	var out []application.Application
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = s.applications.Own(ctx, tx, consultation, actor.Account)
		return err
	})
	return out, err
}
