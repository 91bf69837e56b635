package sessions

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"delfi/internal/account"
	"delfi/internal/platform/batch"
	"delfi/internal/platform/postgres"
)

// Store keeps rows that say nothing: a name, bytes and a whole hour. What they are
// is known to whoever has the cookie (web/session).
type Store struct {
	db   *postgres.DB
	rows *batch.Loader[struct{}, string, Row]         // by name
	puts *batch.Batcher[struct{}, string, sessionPut] // by name
	ends ends
}

// sessionPut is a row to be written.
type sessionPut struct {
	name  string
	data  []byte
	until time.Time
}

// putAtOnce bounds the rows of one statement.
const putAtOnce = 256

// Row is a row that is not over, as of the moment at which it was read.
type Row struct {
	Data   []byte
	At     account.Edition // of all accounts
	Began  int64           // number of the last end when the row was first written
	Ending int64           // number of the last end
}

// New makes the store.
func New(db *postgres.DB) *Store {
	s := &Store{db: db}
	s.rows = batch.NewLoader(s.find)
	s.puts = batch.NewBatcher[struct{}, string](putAtOnce, s.put)
	return s
}

// Find reads a row that is not over.
func (s *Store) Find(ctx context.Context, name string) (row Row, found bool, err error) {
	row, found, err = s.rows.Load(ctx, struct{}{}, name)
	if err != nil {
		return Row{}, false, fmt.Errorf("find session: %w", err)
	}
	return row, found, nil
}

func (s *Store) find(ctx context.Context, _ struct{}, names []string) (map[string]Row, error) {
	found := make(map[string]Row, len(names))
	err := s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		rows, err := tx.QueryxContext(ctx, `
			SELECT s.token, s.data, e.number, s.began, l.number
			FROM public.sessions AS s
			CROSS JOIN civic.edition AS e
			CROSS JOIN public.session_ending AS l
			WHERE s.token = ANY($1) AND s.expiry > current_timestamp`, pq.StringArray(names))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			var row Row
			if err := rows.Scan(&name, &row.Data, &row.At, &row.Began, &row.Ending); err != nil {
				return err
			}
			found[name] = row
		}
		return rows.Err()
	})
	return found, err
}

// Put writes a row, by one statement with those of whoever signs in in the same moment.
// Every server sees it when this returns, but the disk may have it some tenths of a
// second later: whoever signs in at the moment at which the database crashes signs in
// again, and the crowd does not wait for the disk.
func (s *Store) Put(ctx context.Context, name string, data []byte, until time.Time) error {
	if err := s.puts.Do(ctx, struct{}{}, name, sessionPut{name, data, until}); err != nil {
		return fmt.Errorf("put session: %w", err)
	}
	return nil
}

func (s *Store) put(ctx context.Context, _ struct{}, rows []sessionPut) error {
	// Ordered, so that two servers never wait for each other in a circle.
	rows = slices.SortedFunc(slices.Values(rows), func(a, b sessionPut) int { return strings.Compare(a.name, b.name) })
	names, data, until := make([]string, len(rows)), make([][]byte, len(rows)), make([]time.Time, len(rows))
	for i, r := range rows {
		names[i], data[i], until[i] = r.name, r.data, r.until
	}
	_, err := s.db.Pool().ExecContext(ctx, `
		INSERT INTO public.sessions (token, data, expiry, began)
		SELECT r.token, r.data, r.expiry, l.number
		FROM set_config('synchronous_commit', 'off', true)
		CROSS JOIN public.session_ending AS l
		CROSS JOIN unnest($1::text[], $2::bytea[], $3::timestamptz[]) AS r (token, data, expiry)
		ON CONFLICT ON CONSTRAINT sessions_pkey
		DO UPDATE SET data = excluded.data, expiry = excluded.expiry`,
		pq.StringArray(names), pq.ByteaArray(data), pq.Array(until))
	return err
}

// Delete removes a row, if it is there.
func (s *Store) Delete(ctx context.Context, name string) error {
	if _, err := s.db.Pool().ExecContext(ctx, `
		DELETE FROM public.sessions
		WHERE token = $1`, name); err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	return nil
}

// Sweep removes what is over.
func (s *Store) Sweep(ctx context.Context) error {
	for _, statement := range []string{`
		DELETE FROM public.sessions
		WHERE expiry < current_timestamp`, `
		DELETE FROM public.session_end
		WHERE until < current_timestamp`,
	} {
		if _, err := s.db.Pool().ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("sweep sessions: %w", err)
		}
	}
	return nil
}
