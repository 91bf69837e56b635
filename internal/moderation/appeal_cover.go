package moderation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"delfi/internal/civiltime"
	"delfi/internal/fault"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
)

const (
	// beatEvery is how often a server writes one sealed row, an appeal or cover.
	beatEvery = 3 * time.Second
	// mostQueued bounds the appeals that a server holds for its next beats: the last one
	// is written within the time for which a browser is answered.
	mostQueued = 10
)

// queued is an appeal that its author's request holds until it is written.
type queued struct {
	Appeal
	done chan error // of one place: nobody may receive any more
}

var errAppealBusy = fault.New(fault.Unavailable, "appeal_busy", "many appeals are arriving at this moment: send yours again in a minute")

// Opening asks for the sealed appeals to be written in clear.
type Opening struct{}

// Kind names the job.
func (Opening) Kind() string { return "open_appeals" }

// Work registers the hourly work; before the queue starts.
func (s *Service) Work(q *job.Queue) {
	job.On(q, func(ctx context.Context, _ Opening) error { return s.open(ctx) })
	job.Every(q, time.Hour, Opening{})
}

// appealSeal gives what seals appeals; its key is made where there is none.
func (s *Service) appealSeal(ctx context.Context) (appealSeal, error) {
	secret, err := s.keys.Create(ctx, "appeal-"+uuid.Nil.String())
	if err != nil {
		return appealSeal{}, fmt.Errorf("moderation: key of appeals: %w", err)
	}
	defer clear(secret)
	return newAppealSeal(secret)
}

// Cover implements cover traffic until ctx ends: at each beat one sealed row is written, an
// appeal where one is queued, else cover. Who copies the write-ahead log sees a row every
// three seconds, and neither that somebody appealed nor beside which other act. Where no
// act can be appealed against nothing is written.
func (s *Service) Cover(ctx context.Context, trouble func(error)) {
	s.covered.Store(true)
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			s.ending.Do(func() { close(s.ended) }) // whoever waits for a beat is told
			return
		case <-beat.C:
		}
		if err := s.beat(ctx); err != nil && ctx.Err() == nil {
			trouble(err)
		}
	}
}

// beat writes one row: the appeal that was queued first, or cover.
func (s *Service) beat(ctx context.Context) error {
	select {
	case l := <-s.queue:
		// Its author is told what fails; a line of the log would tell when somebody appealed.
		l.done <- s.put(ctx, &l.Appeal)
		return nil
	default:
		return s.put(ctx, nil)
	}
}

// post has an appeal written at a beat, and returns when it is. In a process without beats,
// a command or a test, it is written at once.
func (s *Service) post(ctx context.Context, a Appeal) error {
	if !s.covered.Load() {
		return s.put(ctx, &a)
	}
	l := queued{a, make(chan error, 1)}
	select {
	case s.queue <- l:
	default:
		return errAppealBusy
	}
	select {
	case err := <-l.done:
		return err
	case <-s.ended:
		return errAppealBusy
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// put writes one sealed row: the appeal, or cover for nil. The same appeal twice is one,
// and the second is cover; Conflict "appeal_made" when other words stand already.
func (s *Service) put(ctx context.Context, a *Appeal) error {
	var refused error
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		refused = nil
		if a == nil {
			if any, err := hasActs(ctx, tx); err != nil || !any {
				return err
			}
		}
		if err := lockSealed(ctx, tx); err != nil {
			return err
		}
		k, err := s.appealSeal(ctx)
		if err != nil {
			return err
		}
		row, err := k.cover()
		if err != nil {
			return err
		}
		if a != nil {
			was, err := made(ctx, tx, k, a.Act.ID, a.Subject)
			switch {
			case err != nil:
				return err
			case was != nil:
				refused = was.again(a.Words)
			default:
				if row, err = k.seal(*a); err != nil {
					return err
				}
			}
		}
		return insertSealed(ctx, tx, row)
	})
	if err != nil {
		return err
	}
	return refused
}

// made gives the appeal against an act on a subject, sealed or opened; nil for none.
func made(ctx context.Context, tx *postgres.Tx, k appealSeal, act, subject uuid.UUID) (*Appeal, error) {
	a, found, err := findAppeal(ctx, tx, act, subject)
	if err != nil {
		return nil, err
	}
	if found {
		return &a, nil
	}
	all, err := sealedOf(ctx, tx, k, [][]byte{k.token(act, subject)})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// sealedOf opens the appeals that wait under tokens.
func sealedOf(ctx context.Context, tx *postgres.Tx, k appealSeal, tokens [][]byte) ([]Appeal, error) {
	rows, err := sealedUnder(ctx, tx, tokens)
	if err != nil {
		return nil, err
	}
	var out []Appeal
	for _, row := range rows {
		a, real, err := k.open(row)
		if err != nil {
			return nil, err
		}
		if real {
			out = append(out, a)
		}
	}
	return out, nil
}

// again answers the author of an appeal who sends one for the same act and subject: nil
// for the same words.
func (a Appeal) again(words string) error {
	if a.Words == words {
		return nil
	}
	return fault.New(fault.Conflict, "appeal_made", "an appeal against this act was made already: there is one for each act")
}

// open writes all sealed appeals in clear, in the order of their ids, in one transaction,
// and drops every sealed row. One that does not open stays, and is an error.
func (s *Service) open(ctx context.Context) error {
	var closed error
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		closed = nil
		if err := lockSealed(ctx, tx); err != nil {
			return err
		}
		rows, err := allSealed(ctx, tx)
		if err != nil || len(rows) == 0 {
			return err
		}
		k, err := s.appealSeal(ctx)
		if err != nil {
			return err
		}
		var over [][]byte
		var appeals []Appeal
		for _, row := range rows {
			a, real, err := k.open(row)
			if err != nil {
				closed = err
				continue
			}
			over = append(over, row.token)
			if real {
				appeals = append(appeals, a)
			}
		}
		if err := dropSealed(ctx, tx, over); err != nil {
			return err
		}
		if err := insertAppeals(ctx, tx, appeals); err != nil {
			return err
		}
		return postgres.Compact(ctx, tx, "civic.moderation_sealed")
	})
	if err != nil {
		return err
	}
	return errors.Join(closed, s.db.CompactDue(ctx))
}

// raised gives an appeal that is raised at an instant, which it keeps the day of.
func raised(act Act, subject uuid.UUID, words string, now time.Time) Appeal {
	return Appeal{Act: act, Subject: subject, Words: words, Raised: civiltime.Midnight(now)}
}
