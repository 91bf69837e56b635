package postgres_test

import (
	"context"
	"testing"
	"time"

	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

func TestAGlanceReadsOnceWithoutATransaction(t *testing.T) {
	db := testdb.New(t)
	table(t, db)
	if err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error { return insert(ctx, tx, 1, 7) }); err != nil {
		t.Fatal(err)
	}
	for range 3 { // prepared at the first
		var value int
		var state string
		err := db.ReadOne(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			if tx.Now.IsZero() || time.Since(tx.Now) > time.Minute {
				t.Errorf("its instant is %s", tx.Now)
			}
			return tx.QueryRowContext(ctx, `SELECT value, current_setting('transaction_isolation') FROM civic.coin`).Scan(&value, &state)
		})
		// Nobody began a transaction, or it would have said how.
		if err != nil || value != 7 || state != "read committed" {
			t.Fatalf("%d %s %v", value, state, err)
		}
	}
}

func TestAGlanceIsOneStatementThatReads(t *testing.T) {
	db := testdb.New(t)
	table(t, db)
	var n int
	for name, fn := range map[string]func(ctx context.Context, tx *postgres.Tx) error{
		"two statements": func(ctx context.Context, tx *postgres.Tx) error {
			if err := tx.GetContext(ctx, &n, `SELECT count(*) FROM civic.coin`); err != nil {
				t.Errorf("the first: %v", err)
			}
			return tx.GetContext(ctx, &n, `SELECT count(*) FROM civic.coin`)
		},
		"two in one": func(ctx context.Context, tx *postgres.Tx) error {
			return tx.GetContext(ctx, &n, `SELECT 1; SELECT 2`)
		},
		"a write": func(ctx context.Context, tx *postgres.Tx) error { return insert(ctx, tx, 1, 1) },
	} {
		if err := db.ReadOne(t.Context(), fn); err == nil {
			t.Errorf("%s passed", name)
		}
	}
	// The connection is as good as before.
	if err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error { return insert(ctx, tx, 1, 1) }); err != nil || count(t, db) != 1 {
		t.Errorf("%v, %d rows", err, count(t, db))
	}
	if in := db.Pool().Stats().InUse; in != 0 {
		t.Errorf("%d connections are lost", in)
	}
}

// BenchmarkRead is what BEGIN and COMMIT cost around one statement.
func BenchmarkRead(b *testing.B) {
	db := testdb.New(b)
	one := func(ctx context.Context, tx *postgres.Tx) error {
		var n int
		return tx.GetContext(ctx, &n, `SELECT 1 + $1::int`, 1)
	}
	for name, read := range map[string]func(context.Context, func(context.Context, *postgres.Tx) error) error{"read": db.Read, "readOne": db.ReadOne} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := read(b.Context(), one); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
