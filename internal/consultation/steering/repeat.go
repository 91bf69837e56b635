package steering

import (
	"context"
	"errors"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/prose"
)

// ended gives nil for an act that was refused because the actor has just done it: a
// button that was pressed twice ends as it did at first. The record says what the actor
// did last; an act on something else, or for another reason, stays refused.
func (s *Service) ended(ctx context.Context, actor account.Actor, slug string, err error, act consultation.Act, target, reason string) error {
	if err == nil || fault.KindOf(err) != fault.Conflict {
		return err
	}
	c, e := s.Find(ctx, actor, slug)
	if e != nil {
		return errors.Join(err, e)
	}
	last, e := s.lastOf(ctx, actor, c)
	if e != nil {
		return errors.Join(err, e)
	}
	if last.Kind == string(act) && (target == "" || last.Target == target) && last.Reason == prose.Clean(reason) {
		return nil
	}
	return err
}

// lastOf gives the entry of what an actor did last in a consultation; the zero one
// without any.
func (s *Service) lastOf(ctx context.Context, actor account.Actor, c consultation.Consultation) (ledger.Entry, error) {
	all, err := s.record.Of(ctx, c.ID)
	if err != nil {
		return ledger.Entry{}, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		if e := all[i]; e.Name == actor.Name && e.Kind != "" {
			return e, nil
		}
	}
	return ledger.Entry{}, nil
}
