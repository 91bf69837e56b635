package postgres_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

func TestAServerThatCannotWorkIsToldFromAStatementThatIsWrong(t *testing.T) {
	for code, want := range map[pqerror.Code]bool{
		"53100": true, "53200": true, "53300": true, "57P01": true, "58030": true, "08006": true, "25006": true,
		"23505": false, "42601": false, "22P02": false, "22021": false,
		"57014": true, "55P03": true, "40001": true, "40P01": true, "57P05": true,
		"57P02": true, "57P03": true, "25P03": true, "25P04": true, "53400": true, "08003": true,
		"28P01": false, "3D000": false, "42501": false, "23514": false,
	} {
		if got := postgres.IsUnavailable(fmt.Errorf("use case: %w", &pq.Error{Code: code})); got != want {
			t.Errorf("%s: %v", code, got)
		}
	}
	if !postgres.IsUnavailable(fmt.Errorf("x: %w", driver.ErrBadConn)) || !postgres.IsUnavailable(fmt.Errorf("x: %w", sql.ErrConnDone)) || postgres.IsUnavailable(errors.New("a fault of ours")) || postgres.IsUnavailable(nil) {
		t.Error("errors that are not the server's own")
	}
	db := testdb.New(t)
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := tx.ExecContext(ctx, `SET TRANSACTION READ ONLY`); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `CREATE TABLE civic.none ()`)
		return err
	})
	if !postgres.IsUnavailable(err) {
		t.Errorf("a database that only reads: %v", err)
	}
}

// A server that is silent holds nobody beyond their own patience, and is as good as
// before when it speaks again.
func TestASilentServerIsWaitedForNoLongerThanAsked(t *testing.T) {
	line := testdb.Lay(t, testdb.URL(t))
	db, err := postgres.Open(t.Context(), line.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	one := func(ctx context.Context, tx *postgres.Tx) error {
		var n int
		return tx.GetContext(ctx, &n, `SELECT 1 + $1::int`, 1)
	}
	asks := map[string]func(ctx context.Context) error{
		"ping":    db.Ping,
		"readOne": func(ctx context.Context) error { return db.ReadOne(ctx, one) },
		"read":    func(ctx context.Context) error { return db.Read(ctx, one) },
		"write":   func(ctx context.Context) error { return db.Transact(ctx, one) },
		"query on the pool": func(ctx context.Context) error {
			var n int
			return db.Pool().GetContext(ctx, &n, `SELECT 1 + $1::int`, 1)
		},
		"plain query on the pool": func(ctx context.Context) error {
			var n int
			return db.Pool().GetContext(ctx, &n, `SELECT 1`)
		},
		"statement on the pool": func(ctx context.Context) error {
			_, err := db.Pool().ExecContext(ctx, `SELECT set_config('delfi.test', $1, false)`, "x")
			return err
		},
		"plain statement on the pool": func(ctx context.Context) error {
			_, err := db.Pool().ExecContext(ctx, `SELECT 1`)
			return err
		},
	}
	for range 2 { // the second time where connections were cut
		for name, ask := range asks {
			if err := ask(t.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		told := make(chan string, len(asks))
		line.Hold()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		for name, ask := range asks {
			go func() {
				if ask(ctx) == nil {
					name += " was answered by a silent server"
				}
				told <- name
			}()
		}
		for range asks {
			select {
			case name := <-told:
				if _, known := asks[name]; !known {
					t.Error(name)
				}
			case <-time.After(20 * time.Second):
				t.Error("somebody waits for ever")
			}
		}
		cancel()
		line.Release()
	}
	for name, ask := range asks {
		if err := ask(t.Context()); err != nil {
			t.Errorf("%s, when the server speaks again: %v", name, err)
		}
	}
	if in := db.Pool().Stats().InUse; in != 0 {
		t.Errorf("%d connections are lost", in)
	}
}
