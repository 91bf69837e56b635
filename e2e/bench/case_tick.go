package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"delfi/e2e/bench/database"
	"delfi/e2e/bench/figure"
	"delfi/e2e/bench/load"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

const (
	// tickLimit is when a release tick counts as one that does not end.
	tickLimit = 15 * time.Second
	// arriving is how many ballots a second come meanwhile, arrivals how many of them
	// may be under way at once.
	arriving, arrivals = 1000, 512
)

// caseTick releases figures of a standing round while ballots arrive at a steady
// rate. People of a standing round have no accounts yet, so the ballots arrive at
// the use case, in this process, and so does the tick.
func (b *bench) caseTick(ctx context.Context) error {
	if !b.o.wanted("tick") {
		return nil
	}
	// The first, while nobody comes, is the one that is compared with other sizes.
	if err := b.firstTick(ctx, b.standing); err != nil {
		return err
	}
	r := figure.Row{Case: fmt.Sprintf("release tick, standing round of %d", b.n.standing), Unit: "s"}
	var came []float64
	overdue := false
	for round := range b.n.rounds {
		stop := make(chan struct{})
		arrived := make(chan load.Sample, 1)
		before := round * 20 * arriving
		go func() {
			arrived <- load.Paced(arriving, arrivals, stop, func(i int) error {
				return b.h.say(ctx, b.standing, (before+i)%b.standing.people, 1+round)
			})
		}()
		time.Sleep(2 * time.Second)
		began := time.Now()
		limited, cancel := context.WithTimeout(ctx, tickLimit)
		err := b.h.Tabulation.Release(limited, b.standing.id, 2+round, false)
		overdue = overdue || limited.Err() != nil
		cancel()
		r.Values = append(r.Values, time.Since(began).Seconds())
		time.Sleep(time.Second)
		close(stop)
		s := <-arrived
		if overdue {
			err = nil // told as a value: the tick came to no end
		}
		if err := errors.Join(err, s.Sound("ballots that arrive")); err != nil {
			return err
		}
		came = append(came, s.Rate())
		if p := figure.MS(s.Quantile(0.99)); p > r.P99 {
			r.P50, r.P99 = figure.MS(s.Quantile(0.5)), p
		}
		if overdue {
			break
		}
	}
	r.AtMost(1)
	r.Note = fmt.Sprintf("%d ballots a second were due meanwhile, at most %d under way at once, and %s a second were taken; p50 and p99 are those of the ballots, from the instant at which each was due; ballots and tick are worked in the generator's process, by the use cases", arriving, arrivals, figure.Number(figure.Middle(came)))
	if figure.Middle(came) < 0.95*arriving {
		r.Judge(false)
		r.Note += "; ballots were taken more slowly than they were due, so the goal is missed whatever the tick took"
	}
	if overdue {
		r.Note += fmt.Sprintf("; one tick came to no end within %s, and was broken off", tickLimit)
	}
	b.rows = append(b.rows, r)
	id, err := b.standingRound(ctx, b.standing)
	if err != nil {
		return err
	}
	n, err := database.BallotsIn(ctx, b.bare, id)
	if err == nil && n != b.standing.people {
		err = fmt.Errorf("the standing round holds %d ballots of %d people", n, b.standing.people)
	}
	return err
}

// firstTick makes a standing round's first release, alone, for the growth.
func (b *bench) firstTick(ctx context.Context, s *standing) error {
	began := time.Now()
	if err := b.h.Tabulation.Release(ctx, s.id, 1, false); err != nil {
		return err
	}
	b.note("release tick", s.people, len(s.items), figure.MS(time.Since(began)))
	return nil
}

// standingRound finds a standing round's id.
func (b *bench) standingRound(ctx context.Context, s *standing) (id uuid.UUID, err error) {
	err = b.h.DB.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := b.h.Consultations.ByID(ctx, tx, s.id)
		if err == nil {
			id = c.Rounds[standingRound-1].ID
		}
		return err
	})
	return id, err
}
