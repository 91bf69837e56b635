package sessions

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/lib/pq"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// ends are the ends of sessions that this server has read: all up to a number.
type ends struct {
	mu     sync.Mutex
	read   int64
	byName map[string]int64
}

// mostEnds bounds the ends that are remembered; above, all are read anew.
const mostEnds = 100_000

// End ends every session that has one of names, on every server, with its next
// request; sessions that begin afterwards go on. An end is remembered until until,
// rounded up to the hour. once, if not "", is a name that may be ended only once:
// Conflict "ended_before" when it was, and nothing else is ended then.
func (s *Store) End(ctx context.Context, once string, until time.Time, names ...string) error {
	until = until.Add(time.Hour).Truncate(time.Hour)
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var number int64
		if err := tx.GetContext(ctx, &number, `
			UPDATE public.session_ending
			SET number = number + 1
			RETURNING number`); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		if once != "" {
			done, err := tx.ExecContext(ctx, `
				INSERT INTO public.session_end (name, number, until)
				VALUES ($1, $2, $3)
				ON CONFLICT ON CONSTRAINT session_end_pkey DO NOTHING`, once, number, until)
			if err != nil {
				return fmt.Errorf("end sessions: %w", err)
			}
			if n, err := done.RowsAffected(); err != nil || n == 0 {
				return fault.New(fault.Conflict, "ended_before", "this end was told before").Because(err)
			}
		}
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO public.session_end (name, number, until)
			SELECT n, $2, $3
			FROM unnest($1::text[]) AS n
			ON CONFLICT ON CONSTRAINT session_end_pkey
			DO UPDATE SET number = excluded.number, until = greatest(session_end.until, excluded.until)`, pq.StringArray(names), number, until); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		return nil
	})
}

// Ended tells whether one of a session's names was ended after it began. It asks the
// database only when something was ended since it last did.
func (s *Store) Ended(ctx context.Context, row Row, names ...string) (bool, error) {
	e := &s.ends
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.read < row.Ending {
		if err := s.readEnds(ctx); err != nil {
			return false, err
		}
		e.read = max(e.read, row.Ending) // what it numbers may have been swept
	}
	return slices.ContainsFunc(names, func(name string) bool { return e.byName[name] > row.Began }), nil
}

// readEnds reads the ends after the last that was read; the lock is held.
func (s *Store) readEnds(ctx context.Context) error {
	e := &s.ends
	if e.byName == nil || len(e.byName) > mostEnds {
		e.byName, e.read = map[string]int64{}, 0
	}
	type end struct {
		Name   string
		Number int64
	}
	var rows []end
	err := s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.SelectContext(ctx, &rows, `
			SELECT name, number
			FROM public.session_end
			WHERE number > $1
			ORDER BY number`, e.read)
	})
	if err != nil {
		return fmt.Errorf("read ends of sessions: %w", err)
	}
	for _, r := range rows {
		e.byName[r.Name], e.read = r.Number, r.Number
	}
	return nil
}
