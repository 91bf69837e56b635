package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// memory keeps keys for a test.
type memory struct {
	mu   sync.Mutex
	keys map[string][]byte
}

func newKeys() *memory { return &memory{keys: map[string][]byte{}} }

func (m *memory) Create(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys[name] == nil {
		m.keys[name] = make([]byte, 32)
		if _, err := rand.Read(m.keys[name]); err != nil {
			return nil, err
		}
	}
	return m.keys[name], nil
}

func (m *memory) Read(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys[name] == nil {
		return nil, fault.New(fault.NotFound, "key_missing", "there is no such key")
	}
	return m.keys[name], nil
}

// act appends n acts about a consultation, each in a transaction of its own.
func act(t testing.TB, s *Service, of uuid.UUID, n int) {
	t.Helper()
	for range n {
		if err := append1(t.Context(), s, entry(of, "merge")); err != nil {
			t.Fatal(err)
		}
	}
}

func append1(ctx context.Context, s *Service, e Entry) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error { return s.Append(ctx, tx, e) })
}

// tamper runs SQL past the triggers that protect the record, as whoever owns the
// database can.
func tamper(t testing.TB, db *postgres.DB, statements ...string) {
	t.Helper()
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		for _, sql := range append([]string{`SET LOCAL session_replication_role = replica`}, statements...) {
			if _, err := tx.ExecContext(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// bulk fills the empty log of a database with entries, by SQL alone.
func bulk(t testing.TB, db *postgres.DB, entries int) {
	t.Helper()
	fill, err := os.ReadFile("testdata/bulk.sql")
	if err != nil {
		t.Fatal(err)
	}
	err = db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.ExecContext(ctx, fmt.Sprintf("SET LOCAL bulk.entries = %d;\n", entries)+string(fill))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// Statistics, as autovacuum takes them of a table that has grown.
	if _, err := db.Pool().ExecContext(t.Context(), `ANALYZE record.entry, record.words, record.hash`); err != nil {
		t.Fatal(err)
	}
}

// faulty checks that err is a fault of that kind and code.
func faulty(t testing.TB, err error, kind fault.Kind, code string) {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code {
		t.Errorf("got %v, wants a fault %q", err, code)
	}
}
