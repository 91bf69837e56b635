package steering

import (
	"context"
	"fmt"

	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi"
	"delfi/internal/ledger"
	"delfi/internal/panel"
	"delfi/internal/platform/postgres"
)

// Tabulated ends a closing: closing → closed → released, with the verdict and
// proposal of each item. answered is exact. Again on a released round it does
// nothing (nil): a tabulation may be repeated.
func (s *Service) Tabulated(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round, answered int, outcomes []consultation.Outcome) error {
	if r.State == consultation.RoundReleased || r.State == consultation.RoundSkipped {
		return nil // tabulated before, or withdrawn meanwhile
	}
	to, _, err := r.State.Step(consultation.ActTabulate, consultation.System)
	if err != nil {
		return err
	}
	r.State = to
	for _, o := range outcomes {
		if err := lifecycle.SaveOutcome(ctx, tx, r.ID, r.Ticks, o); err != nil {
			return err
		}
	}
	r.Turnout = panel.Stepped(answered)
	return s.release(ctx, tx, c, r, consultation.Itself, map[string]any{"answered": answered, "enrolled": r.People(), "items": len(outcomes), "round": r.Number})
}

// Ticked stores an interim release of an open standing round: the outcomes of
// the items released at this tick (1..). Its entry in the record comes before, from the
// caller, who knows what was released: a release may close the round.
func (s *Service) Ticked(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round, tick int, outcomes []consultation.Outcome) error {
	if tick <= r.Ticks {
		return nil
	}
	if r.Kind != delphi.StandingKind {
		return fmt.Errorf("round %d has no interim releases", r.Number)
	}
	to, _, err := r.State.Step(consultation.ActTick, consultation.System)
	if err != nil {
		return err
	}
	r.State = to
	for _, o := range outcomes {
		if err := lifecycle.SaveOutcome(ctx, tx, r.ID, tick, o); err != nil {
			return err
		}
	}
	r.Ticks = tick
	if err := lifecycle.SaveRound(ctx, tx, *r); err != nil {
		return err
	}
	return s.drift(ctx, tx, c, r)
}

// drift closes a standing round before its deadline where the protocol says so, and
// every statement's drift lies below the threshold: not before the days that the
// protocol keeps it open for.
func (s *Service) drift(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, r *consultation.Round) error {
	if !c.Protocol.StopsItself() || c.Stage != consultation.Running || c.Suspended != nil ||
		tx.Now.Before(civiltime.AddDays(r.OpenedAt, c.Protocol.Round(r.Number).MinDays)) {
		return nil
	}
	stops, err := s.stops(ctx, tx, *c, *r)
	if err != nil || !stops {
		return err
	}
	return s.close(ctx, tx, c, r, consultation.Itself, c.Why(consultation.WhyDrift))
}

// Destroyed notes that the key and the ballots are gone, and says so in public once
// every living process has confirmed that its copy of the key is: until then it
// notes nothing and asks to be called again in a minute, by another Destroy.
func (s *Service) Destroyed(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
	if !c.DestroyedAt.IsZero() {
		return nil
	}
	if c.Stage == consultation.Draft || c.Stage == consultation.Announced || c.Stage == consultation.Running {
		return fmt.Errorf("key of %s destroyed while it is %s", c.ID, c.Stage)
	}
	end, err := s.keys.End(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if end.Waiting > 0 {
		return s.jobs.Enqueue(ctx, tx, Destroy{Consultation: c.ID}, tx.Now.Add(confirmEvery))
	}
	c.DestroyedAt = tx.Now
	if err := lifecycle.Save(ctx, tx, *c); err != nil {
		return err
	}
	figures := map[string]any{
		"backups_until": civiltime.Date(end.BackupsUntil), "processes": end.Processes, "scope": "panel",
	}
	if end.Unconfirmed > 0 {
		figures["unconfirmed"] = end.Unconfirmed
	}
	return s.note(ctx, tx, c, consultation.Itself, ledger.Entry{Type: "key_destroyed", Target: c.Title, Body: ledger.Body(figures)})
}
