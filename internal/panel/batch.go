package panel

import (
	"context"
	"time"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// A batch is the codes of one group that begin to work in one moment, so that the order
// in which codes are first used says nothing about the order in which they were issued:
//
//	          issue          ten were issued, and a whole hour begins
//	(nothing) ─────▶ waiting ──────────────────────────────────────▶ works
//	                  │  ▲                                             ▲
//	                  └──┘ issue                                       │
//	                  └─── a round opens; the last hours of an open round ┘
//
// A code issued after that belongs to the next batch. In the last hours of a round that
// is open everything waiting begins to work at one of two whole hours, however few they
// are: a vote that is lost for certain weighs more than a place among few, and that place
// was said before the code was asked for.
type batch struct {
	number, codes int
	worksFrom     time.Time // zero: when the next round opens
}

const (
	// together is how many codes of a group begin to work together at least, in the rule.
	together = 10
	// lastCall and lastGasp are how long before the end of an open round codes begin to
	// work whatever their number: at the whole hour that follows, and at the one before.
	lastCall, lastGasp = 6 * time.Hour, 30 * time.Minute
)

// Promise says from when a code works.
type Promise struct {
	From  time.Time // at the latest; zero when that is the opening of round Round
	Early time.Time // the whole hour from which it works once ten were issued; zero when From is certain
	Round int       // the next to open that is answered; 0 when there is none
	// The end of the round that is open and answered; zero when there is none.
	Deadline time.Time
}

// Works tells whether the code works at an instant.
func (p Promise) Works(now time.Time) bool { return !p.From.IsZero() && !now.Before(p.From) }

// Late tells whether a round is open that the code may come too late for.
func (p Promise) Late() bool {
	return !p.Deadline.IsZero() && (p.From.IsZero() || !p.From.Before(p.Deadline))
}

// Never tells whether no round is left that the code could be used in.
func (p Promise) Never() bool { return p.Late() && p.Round == 0 }

// joins gives the batch that a code issued now belongs to, after the newest there is.
func (b batch) joins(t Terms, now time.Time) batch {
	if b.number == 0 || !b.worksFrom.IsZero() && !now.Before(b.worksFrom) {
		b = batch{number: b.number + 1}
	}
	b.codes++
	b.worksFrom = sooner(b.worksFrom, last(t.Deadline, now))
	if b.codes >= together {
		b.worksFrom = sooner(b.worksFrom, nextHour(now))
	}
	return b
}

// promise says from when the codes of a batch work.
func (b batch) promise(t Terms, now time.Time) Promise {
	p := Promise{From: b.worksFrom, Round: t.Next, Deadline: t.Deadline}
	hour := nextHour(now)
	if !p.Works(now) && b.codes < together && (p.From.IsZero() || hour.Before(p.From)) {
		p.Early = hour
	}
	return p
}

// last is the next of the two whole hours at which everything waiting begins to work
// before a deadline; zero when there is none any more.
func last(deadline, now time.Time) time.Time {
	if deadline.IsZero() {
		return time.Time{}
	}
	for _, at := range []time.Time{nextHour(deadline.Add(-lastCall)), deadline.Add(-lastGasp).Truncate(time.Hour)} {
		if now.Before(at) && at.Before(deadline) {
			return at
		}
	}
	return time.Time{}
}

func nextHour(t time.Time) time.Time { return t.Truncate(time.Hour).Add(time.Hour) }

// sooner gives the earlier of two instants, of which zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// RoundOpens lets every code that was issued work from now on, in the transaction in
// which a round opens.
func (s *Service) RoundOpens(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	return freeBatches(ctx, tx, consultation, tx.Now)
}

// When says from when a code works, whoever holds it; Invalid as ByCode's.
func (s *Service) When(ctx context.Context, consultation uuid.UUID, typed string) (Promise, error) {
	t, err := s.termsOf(ctx, consultation)
	if err != nil {
		return Promise{}, err
	}
	seat, number, err := s.seat.ByCode(ctx, consultation, typed, t.Groups)
	if err != nil {
		return Promise{}, err
	}
	b, err := s.batch(ctx, consultation, seat.Group, number)
	return b.promise(t, s.db.Now()), err
}

// batch reads a batch; one that the database does not know has not begun to work.
func (s *Service) batch(ctx context.Context, consultation uuid.UUID, group string, number int) (b batch, err error) {
	err = s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		b, err = findBatch(ctx, tx, consultation, group, number)
		return err
	})
	return b, err
}

// works refuses a code whose batch does not work yet: Conflict "code_not_yet". One that
// works does so for good, which is remembered.
func (s *Service) works(ctx context.Context, consultation uuid.UUID, group string, number int) error {
	at := batchKey{consultation, group, number}
	if _, ok := s.working.Get(at); ok {
		return nil
	}
	b, err := s.batch(ctx, consultation, group, number)
	if err != nil {
		return err
	}
	if b.worksFrom.IsZero() || s.db.Now().Before(b.worksFrom) {
		return fault.New(fault.Conflict, "code_not_yet", "this code does not work yet")
	}
	s.working.Put(at, struct{}{})
	return nil
}

// batchKey names a batch.
type batchKey struct {
	consultation uuid.UUID
	group        string
	number       int
}

// batchesKept is of how many batches it is remembered that they work.
const batchesKept = 1 << 12
