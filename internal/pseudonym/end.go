package pseudonym

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

const (
	// backupDays is for how long an operator's copies of keys may live, unless told
	// otherwise: see Backups.
	backupDays = 30
	// beatEvery is how often a process shows that it lives; lookEvery how often it
	// looks for keys to destroy, which others wait for.
	beatEvery, lookEvery = 30 * time.Second, 2 * time.Second
	// alive is for how long a process counts as living after it was seen; it spans
	// several beats, since they are stored by the minute.
	alive = 5 * time.Minute
	// forgotten is after how long a process that ended without a word is no longer
	// waited for by name: no backup of its folder outlives that by the default.
	forgotten = backupDays * 24 * time.Hour
)

// End is what is known of a key's destruction.
type End struct {
	Processes    int       // that confirmed that their copy is gone
	Waiting      int       // living processes that have not confirmed yet
	Unconfirmed  int       // processes that were last seen too long ago to be waited for
	BackupsUntil time.Time // the day by which an operator's copies expire
}

// Backups sets for how many days copies of the key folder may be kept (default 30):
// the end of a key names the day. Called at start.
func (s *Service) Backups(days int) { s.days = days }

// Destroy ends a consultation's panel key; the alias key lives on. The mark in
// the database comes first: from its commit on every process refuses, also one
// that holds a copy of the key. Then this process's copy goes, and it confirms.
// Repeatable.
func (s *Service) Destroy(ctx context.Context, consultation uuid.UUID) error {
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return errors.Join(markDestroyed(ctx, tx, consultation, panelScope), forgetDeparted(ctx, tx, consultation))
	})
	if err != nil {
		return fmt.Errorf("marking the panel key destroyed: %w", err)
	}
	return s.bury(ctx, consultation, panelScope)
}

// OnEnd sets who is told when this process's copy of a consultation's panel key has
// gone, before that is confirmed: what it remembers of opened ballots goes then too.
func (s *Service) OnEnd(forget func(consultation uuid.UUID)) { s.forget = forget }

// bury destroys this process's copy of a key that is marked destroyed, and confirms it.
func (s *Service) bury(ctx context.Context, consultation uuid.UUID, sc scope) error {
	if err := s.keys.Destroy(ctx, sc.name(consultation)); err != nil {
		return fmt.Errorf("destroying the %s key: %w", sc, err)
	}
	if sc == panelScope && s.forget != nil {
		s.forget(consultation)
	}
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return confirm(ctx, tx, consultation, sc, s.process)
	})
	if err != nil {
		return fmt.Errorf("confirming the end of the %s key: %w", sc, err)
	}
	return nil
}

// End tells how far the destruction of a consultation's panel key has come, on the
// day of tx.
func (s *Service) End(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (End, error) {
	e, err := countEnd(ctx, tx, consultation, panelScope, tx.Now.Add(-alive))
	e.BackupsUntil = tx.Now.AddDate(0, 0, s.days)
	return e, err
}

// Join makes this process one that the end of a key waits for, and applies what
// happened while it was away, in both directions: keys that came back with a
// restored folder go, and marks that a restored database lost are set again.
func (s *Service) Join(ctx context.Context) error {
	names, err := s.keys.Destroyed(ctx)
	if err != nil {
		return fmt.Errorf("destroyed keys: %w", err)
	}
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		for _, n := range names {
			if sc, consultation, ok := parse(n); ok {
				if err := markDestroyed(ctx, tx, consultation, sc); err != nil {
					return err
				}
			}
		}
		return forgetProcesses(ctx, tx, tx.Now.Add(-forgotten))
	})
	if err != nil {
		return fmt.Errorf("applying destructions again: %w", err)
	}
	return s.Beat(ctx)
}

// Beat shows that this process lives, destroys its copies of keys that are marked
// destroyed, and confirms each. Repeatable.
func (s *Service) Beat(ctx context.Context) error {
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return see(ctx, tx, s.process, tx.Now.Truncate(time.Minute))
	})
	if err != nil {
		return fmt.Errorf("showing that this process lives: %w", err)
	}
	return s.look(ctx)
}

// look destroys this process's copies of keys that are marked destroyed.
func (s *Service) look(ctx context.Context) error {
	var ended []ending
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		ended, err = unconfirmed(ctx, tx, s.process)
		return err
	})
	if err != nil {
		return fmt.Errorf("looking for destroyed keys: %w", err)
	}
	for _, e := range ended {
		if err := s.bury(ctx, e.consultation, e.scope); err != nil {
			return err
		}
	}
	return nil
}

// Live beats until ctx ends, then takes its leave, so that nobody waits for this
// process. What fails is given to trouble, and tried again at the next beat.
func (s *Service) Live(ctx context.Context, trouble func(error)) {
	look, beat := time.NewTicker(lookEvery), time.NewTicker(beatEvery)
	defer look.Stop()
	defer beat.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			// Also when ctx has ended: what it leaves behind would be waited for.
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			if err := s.Leave(end); err != nil {
				trouble(err)
			}
			return
		case <-beat.C:
			err = s.Beat(ctx)
		case <-look.C:
			err = s.look(ctx)
		}
		if err != nil && ctx.Err() == nil {
			trouble(err)
		}
	}
}

// Leave takes this process off the list of those that the end of a key waits for.
func (s *Service) Leave(ctx context.Context) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return forgetProcess(ctx, tx, s.process)
	})
}
