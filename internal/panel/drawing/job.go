package drawing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
)

// ID names a draw, and is the job that draws it: it fetches the beacon's round once that is
// due. While no server of the beacon answers it is tried again, with growing delays; whoever
// administers may paste the signature meanwhile.
type ID struct {
	Consultation uuid.UUID `db:"consultation" json:"consultation"`
	Group        string    `db:"grp" json:"group"`
}

// Kind names the job.
func (ID) Kind() string { return "draw" }

// Sweep is the job that destroys the keys of draws once nobody can enrol any more.
type Sweep struct{}

// Kind names the job.
func (Sweep) Kind() string { return "draw_keys" }

// sweepEvery is the pace of Sweep.
const sweepEvery = 6 * time.Hour

func (s *Service) work(q *job.Queue) {
	job.On(q, s.Draw)
	job.On(q, s.Sweep)
	job.Every(q, sweepEvery, Sweep{})
}

// Draw works the job of a draw. It does nothing for one that is drawn or withdrawn, nor on a
// server that fetches nothing.
func (s *Service) Draw(ctx context.Context, id ID) error {
	if len(s.beacons) == 0 {
		return nil
	}
	var d Draw
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		d, err = find(ctx, tx, id.Consultation, id.Group)
		return err
	})
	if fault.KindOf(err) == fault.NotFound || err == nil && d.State() != Committed {
		return nil
	}
	if err != nil {
		return err
	}
	beacon, err := s.beacons.fetch(ctx, d.Round)
	if err != nil {
		return fmt.Errorf("drawing: fetch round %d of the beacon: %w", d.Round, err)
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		g, err := s.owner(ctx, tx, account.Actor{}, id.Consultation, true)
		if err != nil {
			return err
		}
		d, err := find(ctx, tx, id.Consultation, id.Group)
		if err != nil || d.State() != Committed {
			return err
		}
		g.Role = ""
		return s.complete(ctx, tx, account.Actor{}, g, d, beacon)
	})
}

// Sweep destroys the keys of draws of consultations in which nobody can enrol any more: from
// then on nobody can be found on their lists.
func (s *Service) Sweep(ctx context.Context, _ Sweep) error {
	var over []ID
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		over = nil
		all, err := findKeyed(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range all {
			g, err := s.owner(ctx, tx, account.Actor{}, id.Consultation, false)
			if err != nil {
				return err
			}
			if g.Full {
				over = append(over, id)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range over {
		if err := s.keys.Destroy(ctx, keyName(id.Consultation)); err != nil {
			return fmt.Errorf("drawing: destroy the key: %w", err)
		}
		if err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error { return storeKeyless(ctx, tx, id) }); err != nil {
			return err
		}
	}
	return nil
}
