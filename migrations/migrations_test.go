package migrations_test

import (
	"context"
	"io/fs"
	"os"
	"regexp"
	"sync"
	"testing"

	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/migrations"
)

func open(t *testing.T, url string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Two servers that start at once on an empty database, and one that starts later.
func TestServersThatStartTogetherMigrateOnce(t *testing.T) {
	url := testdb.Empty(t)
	a, b := open(t, url), open(t, url)
	var all sync.WaitGroup
	for _, db := range []*postgres.DB{a, b} {
		all.Go(func() {
			if err := migrations.Up(context.WithoutCancel(t.Context()), db); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := migrations.Up(t.Context(), a); err != nil {
		t.Errorf("with nothing to do: %v", err)
	}
	for _, schema := range []string{"civic", "panel", "record", "queue"} {
		var there bool
		if err := a.Pool().Get(&there, `SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)`, schema); err != nil || !there {
			t.Errorf("schema %s: %v, %v", schema, there, err)
		}
	}
	var river bool
	if err := a.Pool().Get(&river, `SELECT to_regclass('queue.river_job') IS NOT NULL`); err != nil || !river {
		t.Errorf("River's table: %v, %v", river, err)
	}
}

// docs/RECORD.md §2: panel has no date, and points nowhere outside itself.
func TestPanelHasNoDateAndPointsNowhere(t *testing.T) {
	db := testdb.New(t)
	var columns []string
	err := db.Pool().Select(&columns, `
		SELECT table_name || '.' || column_name
		FROM information_schema.columns
		WHERE table_schema = 'panel'
		  AND (data_type LIKE 'timestamp%' OR data_type IN ('date', 'time without time zone', 'time with time zone')
		       OR column_default LIKE '%nextval%' OR is_identity = 'YES')`)
	if err != nil || len(columns) > 0 {
		t.Errorf("columns that tell a time or an order: %v, %v", columns, err)
	}
	var links []string
	err = db.Pool().Select(&links, `
		SELECT conname
		FROM pg_constraint c
		JOIN pg_class a ON a.oid = c.conrelid
		JOIN pg_class b ON b.oid = c.confrelid
		WHERE c.contype = 'f'
		  AND (a.relnamespace = 'panel'::regnamespace) <> (b.relnamespace = 'panel'::regnamespace)`)
	if err != nil || len(links) > 0 {
		t.Errorf("keys between panel and the rest: %v, %v", links, err)
	}
}

// The words of a broken constraint are chosen by its name.
func TestEveryConstraintHasANameOfItsOwn(t *testing.T) {
	named := regexp.MustCompile(`(?i)\bCONSTRAINT\b`)
	checks := regexp.MustCompile(`(?i)\bCHECK\s*\(`)
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !regexp.MustCompile(`^\d{4}_\w+\.sql$`).MatchString(path) {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if n, m := len(checks.FindAll(body, -1)), len(named.FindAll(body, -1)); n > m {
			t.Errorf("%s: %d checks and %d names", path, n, m)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
