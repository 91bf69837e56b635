package postgres_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"delfi/internal/platform/batch"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

// A transaction inside a transaction is refused at once, however it is begun, and the
// error names both places; with a pool of one it would block itself.
func TestATransactionInsideATransactionIsRefused(t *testing.T) {
	db := testdb.New(t)
	table(t, db)
	one := func(ctx context.Context, tx *postgres.Tx) error {
		var n int
		return tx.GetContext(ctx, &n, `SELECT 1 + $1::int`, 1)
	}
	inner := map[string]func(ctx context.Context) error{
		"transact":    func(ctx context.Context) error { return db.Transact(ctx, one) },
		"read":        func(ctx context.Context) error { return db.Read(ctx, one) },
		"readOne":     func(ctx context.Context) error { return db.ReadOne(ctx, one) },
		"other clock": func(ctx context.Context) error { return db.With(postgres.WithClock(time.Now)).Transact(ctx, one) },
		"batch": func(ctx context.Context) error {
			asked := batch.NewLoader(func(context.Context, int, []int) (map[int]int, error) { return nil, nil })
			_, _, err := asked.Load(ctx, 1, 1)
			return err
		},
		"statement": func(ctx context.Context) error {
			_, err := db.Pool().ExecContext(ctx, `SELECT 1`)
			return err
		},
		"statement with parameters": func(ctx context.Context) error {
			var n int
			return db.Pool().GetContext(ctx, &n, `SELECT $1::int`, 1)
		},
		"ping":   db.Ping,
		"nested": func(ctx context.Context) error { return db.Transact(context.WithoutCancel(ctx), one) },
	}
	outer := map[string]func(ctx context.Context, fn func(context.Context, *postgres.Tx) error) error{
		"transact": db.Transact, "read": db.Read, "readOne": db.ReadOne,
	}
	for around, begin := range outer {
		for name, act := range inner {
			err := begin(t.Context(), func(ctx context.Context, _ *postgres.Tx) error { return act(ctx) })
			if err == nil || !strings.Contains(err.Error(), "postgres/nested_test.go:") {
				t.Errorf("%s inside %s: %v", name, around, err)
			}
			if name == "transact" && (err == nil || strings.Count(err.Error(), "postgres/nested_test.go:") != 2) {
				t.Errorf("the error does not name both places: %v", err)
			}
			if postgres.IsUnavailable(err) {
				t.Errorf("%s inside %s passes for the server's fault", name, around)
			}
		}
	}
	// One after the other, and with the transaction's own connection, all is as ever.
	db.Pool().SetMaxOpenConns(1)
	if err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error { return insert(ctx, tx, 1, 1) }); err != nil {
		t.Error(err)
	}
	// Another database is another matter.
	other := testdb.New(t)
	err := db.Transact(t.Context(), func(ctx context.Context, _ *postgres.Tx) error {
		return other.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			if err := db.Read(ctx, one); err == nil {
				t.Error("a transaction two storeys down is not refused")
			}
			return one(ctx, tx)
		})
	})
	if err != nil {
		t.Error(err)
	}
}

// A session is beside the pool: what holds one leaves the pool its connections.
func TestASessionTakesNoConnectionOfThePool(t *testing.T) {
	db := testdb.NewSingleAt(t, time.Now)
	held, err := db.Session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.ExecContext(t.Context(), `SELECT pg_advisory_lock(7)`); err != nil {
		t.Fatal(err)
	}
	var free bool
	err = db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return tx.GetContext(ctx, &free, `SELECT pg_try_advisory_xact_lock($1)`, 7)
	})
	if err != nil || free {
		t.Errorf("the session does not hold its lock: %v", err)
	}
	if err := held.Close(); err != nil {
		t.Error(err)
	}
	err = db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, 7) // waits until the server ended the session
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
