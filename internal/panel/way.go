package panel

import (
	"context"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/delphi/claim"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/panel/application"
	"delfi/internal/panel/roll"
	"delfi/internal/platform/postgres"
)

// Way is the way into a group, as the protocol fixes it.
type Way struct{ Access, Rule, Asks string }

// Standing is how an actor stands towards a group before enrolling, as far as the way into
// it decides. It says nothing of anybody else.
type Standing struct {
	Access   string
	Rule     claim.Rule      // of a claim
	Findings []claim.Finding // of a claim: each term, judged
	Roll     roll.Standing   // of a roll
	Declared application.Standing
}

// Fits tells whether the way lets the actor in: nil, or the fault that says why not.
func (s Standing) Fits() error {
	switch s.Access {
	case protocol.AccessClaim:
		for _, f := range s.Findings {
			if f.State == claim.Unmet {
				return fault.New(fault.Forbidden, "claim_unmet", "this group is for others than you, as your identity provider says").With("term", string(f.Term))
			}
		}
		for _, f := range s.Findings {
			if f.State == claim.Missing {
				return fault.New(fault.Forbidden, "claim_missing", "your identity provider does not say what this group asks for").With("term", string(f.Term))
			}
		}
	case protocol.AccessRoll:
		return s.Roll.Fits()
	case protocol.AccessInvitation:
		return errInvitation
	case protocol.AccessDeclared:
		return s.Declared.Fits()
	}
	return nil
}

// Stand gives how the actor stands towards a group. It only reads.
func (s *Service) Stand(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string) (Standing, error) {
	var out Standing
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		t, err := s.terms(ctx, tx, consultation)
		if err != nil {
			return err
		}
		if err := CanEnrol(actor, t, group); err != nil {
			return err
		}
		way := t.Ways[group]
		if out, err = judged(actor, way, tx.Now); err != nil {
			return err
		}
		switch way.Access {
		case protocol.AccessRoll:
			out.Roll, err = s.rolls.Stand(ctx, tx, consultation, group, actor.Attested.FiscalCode, actor.Account)
		case protocol.AccessDeclared:
			out.Declared, err = s.applications.Stand(ctx, tx, consultation, group, actor.Account)
		}
		return err
	})
	return out, err
}

// judged is a standing as far as what the provider attested decides it.
func judged(actor account.Actor, way Way, now time.Time) (Standing, error) {
	out := Standing{Access: way.Access}
	if way.Access != protocol.AccessClaim {
		return out, nil
	}
	rule, err := claim.Parse(way.Rule)
	if err != nil {
		// Of a protocol that was frozen before rules had a grammar: nobody can be judged by it.
		return out, fault.New(fault.Conflict, "claim_unread", "the rule of this group is in words that no program reads: ask who holds the consultation").Because(err)
	}
	person := claim.Said{Born: actor.Attested.Born, Municipality: actor.Attested.Municipality, Level: actor.Attested.Level}
	out.Rule, out.Findings = rule, rule.Judge(person, now.In(civiltime.Rome))
	return out, nil
}

// enter lets the actor into a group by its way, in the transaction of the enrolment.
func (s *Service) enter(ctx context.Context, tx *postgres.Tx, actor account.Actor, consultation uuid.UUID, group string, way Way) error {
	switch way.Access {
	case protocol.AccessInvitation:
		return errInvitation
	case protocol.AccessRoll:
		return s.rolls.Admit(ctx, tx, consultation, group, actor.Attested.FiscalCode, actor.Account)
	case protocol.AccessDeclared:
		return s.applications.Admit(ctx, tx, consultation, group, actor.Account)
	}
	st, err := judged(actor, way, tx.Now)
	if err != nil {
		return err
	}
	return st.Fits()
}

// Rolls gives a consultation's rolls in force, by group.
func (s *Service) Rolls(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]roll.Roll, error) {
	return s.rolls.InForce(ctx, tx, consultation)
}

// RecordRolls is roll.Service's Record.
func (s *Service) RecordRolls(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]roll.Roll, error) {
	return s.rolls.Record(ctx, tx, consultation)
}

// Strike looks at the statuses of all rolls again, in the transaction in which a round opens:
// who is no longer active on theirs is not enrolled any more. It gives how many were struck
// off. What they delivered stays; a code that they hold works on, since nobody could find it.
func (s *Service) Strike(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (int, error) {
	// Before the places, in the order in which the hour takes both.
	if err := Heap.Share(ctx, tx); err != nil {
		return 0, err
	}
	off, err := s.rolls.Strike(ctx, tx, consultation)
	if err != nil || off.People() == 0 {
		return 0, err
	}
	if err := expel(ctx, tx, consultation, off.Accounts); err != nil {
		return 0, err
	}
	for group, gone := range off.Gone {
		if err := takeDeparted(ctx, tx, consultation, group, gone); err != nil {
			return 0, err
		}
	}
	return off.People(), nil
}
