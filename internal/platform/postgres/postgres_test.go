package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

// table makes a small table to try transactions on.
func table(t *testing.T, db *postgres.DB) {
	t.Helper()
	_, err := db.Pool().Exec(`
		CREATE TABLE civic.coin (
			id int PRIMARY KEY,
			value int NOT NULL,
			CONSTRAINT coin_value_positive CHECK (value > 0)
		)`)
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, db *postgres.DB) int {
	t.Helper()
	var n int
	if err := db.Pool().Get(&n, `SELECT count(*) FROM civic.coin`); err != nil {
		t.Fatal(err)
	}
	return n
}

func insert(ctx context.Context, tx *postgres.Tx, id, value int) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO civic.coin (id, value) VALUES ($1, $2)`, id, value)
	return err
}

func TestTransactCommitsOnNil(t *testing.T) {
	db := testdb.New(t)
	table(t, db)
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error { return insert(ctx, tx, 1, 1) })
	if err != nil || count(t, db) != 1 {
		t.Fatalf("err %v, %d rows", err, count(t, db))
	}
}

func TestTransactRollsBackOnError(t *testing.T) {
	db := testdb.New(t)
	table(t, db)
	sentinel := errors.New("no")
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return errors.Join(insert(ctx, tx, 1, 1), sentinel)
	})
	if !errors.Is(err, sentinel) || count(t, db) != 0 {
		t.Fatalf("err %v, %d rows", err, count(t, db))
	}
}

func TestTransactRollsBackOnPanic(t *testing.T) {
	db := testdb.New(t)
	table(t, db)
	func() {
		defer func() {
			if recover() != "boom" {
				t.Error("the panic did not go on")
			}
		}()
		err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			if err := insert(ctx, tx, 1, 1); err != nil {
				return err
			}
			panic("boom")
		})
		t.Errorf("came back with %v", err)
	}()
	if n := count(t, db); n != 0 {
		t.Fatalf("%d rows stayed", n)
	}
	if n := db.Pool().Stats().InUse; n != 0 {
		t.Fatalf("%d connections are lost", n)
	}
}

// Two transactions that lock two rows in opposite order: the server ends one of
// them (40P01), and Transact runs it again.
func TestTransactRepeatsAfterDeadlock(t *testing.T) {
	db := testdb.New(t)
	table(t, db)
	if _, err := db.Pool().Exec(`INSERT INTO civic.coin (id, value) VALUES (1, 1), (2, 1)`); err != nil {
		t.Fatal(err)
	}
	raise := func(ctx context.Context, tx *postgres.Tx, id int) error {
		_, err := tx.ExecContext(ctx, `UPDATE civic.coin SET value = value + 1 WHERE id = $1`, id)
		return err
	}
	var meet, all sync.WaitGroup
	meet.Add(2)
	var mu sync.Mutex
	runs := 0
	for _, order := range [][2]int{{1, 2}, {2, 1}} {
		var once sync.Once
		all.Go(func() {
			err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
				mu.Lock()
				runs++
				mu.Unlock()
				if err := raise(ctx, tx, order[0]); err != nil {
					return err
				}
				once.Do(func() { meet.Done(); meet.Wait() })
				return raise(ctx, tx, order[1])
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	var sum int
	if err := db.Pool().Get(&sum, `SELECT sum(value) FROM civic.coin`); err != nil || sum != 6 {
		t.Fatalf("sum %d, %v; want both raised twice", sum, err)
	}
	if runs < 3 {
		t.Fatalf("%d runs: there was no deadlock to repeat after", runs)
	}
}

func TestReadWritesNothingAndSeesOneMoment(t *testing.T) {
	db := testdb.New(t)
	table(t, db)
	err := db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error { return insert(ctx, tx, 1, 1) })
	if err == nil || !strings.Contains(err.Error(), "25006") {
		t.Fatalf("a write in Read gave %v", err)
	}
	err = db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		var before, after int
		if err := tx.GetContext(ctx, &before, `SELECT count(*) FROM civic.coin`); err != nil {
			return err
		}
		if _, err := db.Pool().Exec(`INSERT INTO civic.coin (id, value) VALUES (9, 1)`); err != nil {
			return err
		}
		if err := tx.GetContext(ctx, &after, `SELECT count(*) FROM civic.coin`); err != nil {
			return err
		}
		if before != after {
			t.Errorf("%d rows, then %d", before, after)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOneInstantPerTransaction(t *testing.T) {
	at := time.Date(2026, 3, 29, 3, 0, 0, 1999, time.FixedZone("CEST", 7200))
	db := testdb.NewAt(t, func() time.Time { return at })
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		want := time.Date(2026, 3, 29, 1, 0, 0, 1000, time.UTC)
		if tx.Now != want {
			t.Errorf("now is %v, want %v", tx.Now, want)
		}
		// What is stored comes back as it was: same instant, same place.
		var back time.Time
		if err := tx.GetContext(ctx, &back, `SELECT $1::timestamptz`, tx.Now); err != nil {
			return err
		}
		if !back.Equal(want) || back.Location().String() != "UTC" && back.Format(time.RFC3339) != want.Format(time.RFC3339) {
			t.Errorf("came back as %v", back)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	later := at.Add(time.Hour)
	if got := db.With(postgres.WithClock(func() time.Time { return later })).Now(); !got.Equal(later.Truncate(time.Microsecond)) {
		t.Errorf("With's clock says %v", got)
	}
}

func TestConstraintIsNamed(t *testing.T) {
	db := testdb.New(t)
	table(t, db)
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error { return insert(ctx, tx, 1, -1) })
	if got := postgres.Constraint(err); got != "coin_value_positive" {
		t.Errorf("constraint %q of %v", got, err)
	}
	if strings.Contains(err.Error(), "-1") {
		t.Errorf("the error shows the row: %v", err)
	}
	if got := postgres.Constraint(errors.New("other")); got != "" {
		t.Errorf("constraint %q", got)
	}
}

// A statement is parsed once per connection, however many transactions run it.
func TestStatementsArePreparedOnce(t *testing.T) {
	db := testdb.New(t)
	table(t, db)
	db.Pool().SetMaxOpenConns(1)
	for i := range 5 {
		err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error { return insert(ctx, tx, i, 1) })
		if err != nil {
			t.Fatal(err)
		}
	}
	var n int
	if err := db.Pool().Get(&n, `SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO civic.coin%'`); err != nil || n != 1 {
		t.Fatalf("%d prepared, %v", n, err)
	}
}

// Lists of every length are statements of their own; they do not pile up.
func TestPreparedStatementsAreBounded(t *testing.T) {
	db := testdb.New(t)
	db.Pool().SetMaxOpenConns(1)
	for i := range 600 {
		var got int
		if err := db.Pool().Get(&got, `SELECT $1::int`+strings.Repeat(" ", i), i); err != nil || got != i {
			t.Fatalf("%d: %v", got, err)
		}
	}
	var n int
	if err := db.Pool().Get(&n, `SELECT count(*) FROM pg_prepared_statements`); err != nil || n > 400 {
		t.Fatalf("%d prepared, %v", n, err)
	}
}

// Another server may migrate a table while this one has statements on it.
func TestTransactSurvivesAMigratedTable(t *testing.T) {
	db := testdb.New(t)
	table(t, db)
	db.Pool().SetMaxOpenConns(1)
	read := func() error {
		return db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			rows, err := tx.QueryxContext(ctx, `SELECT * FROM civic.coin WHERE id = $1`, 1)
			if err != nil {
				return err
			}
			for rows.Next() {
			}
			return errors.Join(rows.Err(), rows.Close())
		})
	}
	if err := read(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().Exec(`ALTER TABLE civic.coin ADD COLUMN mint text`); err != nil {
		t.Fatal(err)
	}
	if err := read(); err != nil {
		t.Fatalf("after the migration: %v", err)
	}
}

func TestOverlappingQueriesAreRefused(t *testing.T) {
	db := testdb.New(t)
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		rows, err := tx.QueryxContext(ctx, `SELECT generate_series(1, $1::int)`, 3)
		if err != nil {
			return err
		}
		rows.Next()
		var n int
		inner := tx.GetContext(ctx, &n, `SELECT $1::int`, 1)
		if inner == nil || !strings.Contains(inner.Error(), "still being read") {
			t.Errorf("a second query gave %v", inner)
		}
		if err := rows.Close(); err != nil {
			return err
		}
		return tx.GetContext(ctx, &n, `SELECT $1::int`, 1)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenNeverRepeatsThePassword(t *testing.T) {
	for _, url := range []string{
		"postgres://delfi:hush@127.0.0.1:1/delfi?sslmode=disable",
		"postgres://delfi:hush@127.0.0.1:bad/delfi",
		"host='x password=hush",
	} {
		_, err := postgres.Open(t.Context(), url)
		if err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%v", err)
		}
	}
}

// A server that is not ours is asked what its log would tell.
func TestALoudServerIsNoticed(t *testing.T) {
	db := testdb.New(t)
	loud, err := postgres.UnsafeLogSettings(t.Context(), db)
	if err != nil || len(loud) != 0 {
		t.Errorf("ours: %v, %v", loud, err)
	}
	db.Pool().SetMaxOpenConns(1)
	if _, err := db.Pool().Exec(`SET log_error_verbosity = 'default'`); err != nil {
		t.Fatal(err)
	}
	if loud, err = postgres.UnsafeLogSettings(t.Context(), db); err != nil || strings.Join(loud, ", ") != "log_error_verbosity = terse" {
		t.Errorf("a stock server: %v, %v", loud, err)
	}
	for level, want := range map[string]string{"warning": "log_min_messages = log, log_error_verbosity = terse", "fatal": "log_error_verbosity = terse"} {
		if _, err := db.Pool().Exec(`SET log_min_messages = ` + level); err != nil {
			t.Fatal(err)
		}
		if loud, err = postgres.UnsafeLogSettings(t.Context(), db); err != nil || strings.Join(loud, ", ") != want {
			t.Errorf("a server that logs from %s on: %v, %v", level, loud, err)
		}
	}
}

// The tests' cluster forgets what it has just stored, for speed: a server on such a database
// says so when it starts.
func TestADatabaseThatForgetsIsNamed(t *testing.T) {
	at := testdb.URL(t)
	for more, want := range map[string]string{"": "fsync = off, full_page_writes = off, synchronous_commit = off", "&synchronous_commit=on": "fsync = off, full_page_writes = off"} {
		db, err := postgres.Open(t.Context(), at+more)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		got, err := postgres.ForgetfulSettings(t.Context(), db)
		if err != nil || strings.Join(got, ", ") != want {
			t.Errorf("%q: %q, %v", more, got, err)
		}
	}
}

// A statement that takes longer than silence is borne goes on, while the server answers others.
func TestAnAttendedServerMayTakeItsTime(t *testing.T) {
	db, err := postgres.Open(t.Context(), testdb.URL(t), postgres.Attended())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE slow AS SELECT pg_sleep(11)::text AS s`); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO slow (s) VALUES ($1)`, "more")
		return err
	})
	if err != nil {
		t.Error(err)
	}
	var n int
	if err := db.Pool().Get(&n, `SELECT count(*) FROM slow`); err != nil || n != 2 {
		t.Errorf("%d rows, %v", n, err)
	}
}
