package tabulation

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/steering"
	"delfi/internal/platform/postgres"
)

// turnoutEvery is how often "n have answered" moves: seldom enough, and in
// steps of 5, that it does not tell when somebody answered.
const turnoutEvery = time.Hour

// Turnout asks for the hourly count of people who have answered open rounds.
type Turnout struct{}

// Kind names the job.
func (Turnout) Kind() string { return "turnout" }

// turnout counts each open round's ballots and hands consultation the number,
// which it keeps rounded down to 5. Then, in transactions of their own, the rows are
// reordered.
func (s *Service) turnout(ctx context.Context, _ Turnout) error {
	var rounds []consultation.Round
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		if rounds, err = lifecycle.AnsweringRounds(ctx, tx); err != nil {
			return err
		}
		for _, r := range rounds {
			n, err := countBallots(ctx, tx, r.ID)
			if err != nil {
				return err
			}
			if _, err := lifecycle.Count(ctx, tx, r.ID, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range rounds {
		if err := s.reorder(ctx, r); err != nil {
			return fmt.Errorf("reordering round %d: %w", r.Number, err)
		}
	}
	return nil
}

// destroy ends a consultation's key and ballots: the key first, since without it
// every copy of the rows is noise; then the rows; then the note that it is done,
// which waits for the other processes. Each step may be repeated.
func (s *Service) destroy(ctx context.Context, job steering.Destroy) error {
	var c consultation.Consultation
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		c, err = lifecycle.Load(ctx, tx, job.Consultation)
		return err
	})
	if err != nil {
		return err
	}
	switch c.Stage {
	case consultation.Draft, consultation.Announced, consultation.Running:
		// What is destroyed cannot be counted: look twice.
		return fmt.Errorf("a consultation that is %s keeps its key", c.Stage)
	}
	if err := s.pseudonyms.Destroy(ctx, c.ID); err != nil {
		return err
	}
	if err := s.drop(ctx, c.ID, c.Rounds); err != nil {
		return err
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Lock(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		return s.steering.Destroyed(ctx, tx, &c)
	})
}

// drop removes a consultation's partitions: files go, not rows, so nothing dead
// is left in a table.
func (s *Service) drop(ctx context.Context, id uuid.UUID, rounds []consultation.Round) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := lockPartitions(ctx, tx); err != nil {
			return err
		}
		if err := lockParents(ctx, tx); err != nil {
			return err
		}
		for _, r := range rounds {
			if err := dropPartition(ctx, tx, ballotPart(r.ID)); err != nil {
				return err
			}
		}
		return dropPartition(ctx, tx, panelistPart(id))
	})
}
