package migrations

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivermigrate"

	"delfi/internal/platform/postgres"
)

//go:embed *.sql
var files embed.FS

const (
	// riverNumber is the place of River's tables in the line.
	riverNumber = 2
	// riverVersion is the version of River's own migrations that this build
	// expects; a later one gets a number of its own in the line.
	riverVersion = 7
	// queueSchema is where River's tables are.
	queueSchema = "queue"
	// Another server may be migrating: wait for it, looking every second.
	lockPeriod, lockTries = 1, 300
)

// Up applies every migration that db lacks, in the order of their numbers. It
// fails, having applied nothing, when the database knows a later one than the
// first that it lacks: the line has no gaps.
func Up(ctx context.Context, db *postgres.DB) error {
	p, err := provider(db.Pool().DB)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

// Pending tells whether db lacks a migration.
func Pending(ctx context.Context, db *postgres.DB) (bool, error) {
	p, err := provider(db.Pool().DB)
	if err != nil {
		return false, err
	}
	pending, err := p.HasPending(ctx)
	if err != nil {
		return false, fmt.Errorf("migrations: %w", err)
	}
	return pending, nil
}

// Sum is a fingerprint of the whole line, in hex: databases migrated by builds
// of equal Sum have the same shape.
func Sum() (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "river %d as %d\n", riverVersion, riverNumber)
	err := fs.WalkDir(files, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s %d\n", path, len(body))
		_, err = h.Write(body)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("migrations: sum: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// provider assembles the one line of migrations over pool.
func provider(pool *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockPeriod, lockTries))
	if err != nil {
		return nil, fmt.Errorf("migrations: lock: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, pool, files,
		goose.WithDisableGlobalRegistry(true),
		goose.WithGoMigrations(goose.NewGoMigration(riverNumber, &goose.GoFunc{RunDB: river}, nil)),
		goose.WithSessionLocker(locker),
		goose.WithSlog(slog.New(slog.DiscardHandler)),
	)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return p, nil
}

// river makes River's tables. It runs outside a transaction, since River's line
// adds a value to an enum and uses it at once, which Postgres allows only in the
// next transaction. Each step is one of River's own, so a crash between two is
// mended by running it again.
func river(ctx context.Context, pool *sql.DB) error {
	m, err := rivermigrate.New(riverdatabasesql.New(pool), &rivermigrate.Config{
		Logger: slog.New(slog.DiscardHandler),
		Schema: queueSchema,
	})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: riverVersion})
	return err
}
