package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// pieceRows is how many accounts one transaction of a rotation rewrites.
const pieceRows = 500

// Held is a key of people's data as it stands.
type Held struct {
	Name    string // in the key store
	Current bool
	Rows    int // that it protects
}

// Held lists the keys of people's data, the current one first.
func (s *Service) Held(ctx context.Context) ([]Held, error) {
	var out []Held
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		keys, err := keyRows(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := protected(ctx, tx)
		if err != nil {
			return err
		}
		out = nil
		for _, k := range keys {
			out = append(out, Held{Name: keyName(k.id), Current: k.state == currentKey, Rows: rows[k.id]})
		}
		return nil
	})
	return out, err
}

// Rotate gives people's data a new key: it makes the key, rewrites every row under it in
// pieces while servers run, which read rows under both, and destroys the former one. A
// rotation that was cut off goes on where it was, with the key that it made.
//
//	current ──begin──▶ former ──every row rewritten──▶ spent ──file destroyed──▶ gone
//
// After each piece told gets how many rows were rewritten by this call.
func (s *Service) Rotate(ctx context.Context, told func(rows int)) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	rows := 0
	for after := uuid.Nil; ; {
		n, last, err := s.piece(ctx, after)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		after, rows = last, rows+n
		told(rows)
	}
	for after := uuid.Nil; ; {
		n, last, err := s.reseal(ctx, after)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		after = last
	}
	if err := s.rewait(ctx); err != nil {
		return err
	}
	if err := s.finish(ctx); err != nil {
		return err
	}
	return s.sweep(ctx)
}

// begin makes the new key, unless a rotation is under way.
func (s *Service) begin(ctx context.Context) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := lockKeys(ctx, tx); err != nil {
			return err
		}
		r, err := s.within(ctx, tx)
		if err != nil || len(r) > 1 {
			return err
		}
		if err := moveKeys(ctx, tx, currentKey, formerKey); err != nil {
			return err
		}
		return s.addKey(ctx, tx)
	})
}

// piece rewrites some accounts under the current key, and gives the last one.
func (s *Service) piece(ctx context.Context, after uuid.UUID) (n int, last uuid.UUID, err error) {
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		r, err := s.writing(ctx, tx)
		if err != nil {
			return err
		}
		k, err := r.current()
		if err != nil {
			return err
		}
		if err := Heap.Share(ctx, tx); err != nil {
			return err
		}
		ids, rows, err := rowsAfter(ctx, tx, after, k.id, pieceRows)
		if err != nil || len(ids) == 0 {
			n = 0
			return err
		}
		who, err := r.all(rows)
		if err != nil {
			return err
		}
		out := make([]marked, len(ids))
		for i, id := range ids {
			if out[i], err = k.mark(id, who[i]); err != nil {
				return err
			}
		}
		last = ids[len(ids)-1]
		n, err = rewrite(ctx, tx, out)
		return err
	})
	if err != nil {
		return 0, last, fmt.Errorf("rewriting accounts: %w", err)
	}
	return n, last, nil
}

// rewait rewrites what waits under the current key.
func (s *Service) rewait(ctx context.Context) error {
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		r, err := s.writing(ctx, tx)
		if err != nil {
			return err
		}
		k, err := r.current()
		if err != nil {
			return err
		}
		for after := []byte(nil); ; {
			rows, err := waitingAfter(ctx, tx, after, atOnce)
			if err != nil || len(rows) == 0 {
				return err
			}
			after = rows[len(rows)-1].at
			for _, row := range rows {
				if row.key == k.id {
					continue
				}
				if err := rewaitOne(ctx, tx, r, row); err != nil {
					return err
				}
			}
		}
	})
	if err != nil {
		return fmt.Errorf("rewriting what waits: %w", err)
	}
	return nil
}

// rewaitOne moves what waits to its token by the current key; what waits there already
// was told later.
func rewaitOne(ctx context.Context, tx *postgres.Tx, r ring, row sealed) error {
	text, err := r.open(row)
	if err != nil {
		return err
	}
	var token func(key) []byte
	if text[0] == leaveWaits {
		id := uuid.UUID(text[1:17])
		token = func(k key) []byte { return k.leaveToken(id) }
	} else {
		p, _, err := r.news(row)
		if err != nil {
			return err
		}
		token = func(k key) []byte { return k.newsToken(p.Issuer, p.Subject) }
	}
	later, err := waitingUnder(ctx, tx, [][]byte{token(r[0])})
	if err != nil {
		return err
	}
	if len(later) > 0 {
		return dropWaiting(ctx, tx, [][]byte{row.at})
	}
	return wait(ctx, tx, r, token, text)
}

// finish makes spent what protects nothing any more.
func (s *Service) finish(ctx context.Context) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := lockKeys(ctx, tx); err != nil {
			return err
		}
		rows, err := protected(ctx, tx)
		if err != nil {
			return err
		}
		keys, err := keyRows(ctx, tx)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if k.state == formerKey && rows[k.id] > 0 {
				return fmt.Errorf("account: %d rows still lie under %s: rotate again", rows[k.id], keyName(k.id))
			}
		}
		return moveKeys(ctx, tx, formerKey, spentKey)
	})
}

// sweep destroys spent keys, then forgets them, and lets the database drop the rows that
// lay under them.
func (s *Service) sweep(ctx context.Context) error {
	var keys []keyRow
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		keys, err = keyRows(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.state != spentKey {
			continue
		}
		if err := s.keys.Destroy(ctx, keyName(k.id)); err != nil {
			return fmt.Errorf("destroy %s: %w", keyName(k.id), err)
		}
		if err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error { return dropKey(ctx, tx, k.id) }); err != nil {
			return err
		}
	}
	if _, err := s.look(ctx); err != nil {
		return err
	}
	if err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return postgres.Compact(ctx, tx, "civic.account", "civic.officer", "civic.waiting")
	}); err != nil {
		return err
	}
	return s.db.CompactDue(ctx)
}
