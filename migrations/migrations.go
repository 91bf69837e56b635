// Package migrations brings a database to the present shape.
//
// Files are named NNNN_name.sql and run in order, each in a transaction, once,
// under a lock, so that several servers may start together. The job library's own
// tables are made by its own migrator (0002): that one cannot run in a transaction,
// because it uses a new enum value at once.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivermigrate"

	"delfi/internal/postgres"
)

// queueVersion is the version of the job library's tables that this Delfi knows.
const queueVersion = 7

//go:embed *.sql
var files embed.FS

// Up brings db to the present shape; nothing to do is no error.
func Up(ctx context.Context, db *postgres.DB) error {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	queue := goose.NewGoMigration(2, &goose.GoFunc{RunDB: queueUp}, nil)
	provider, err := goose.NewProvider(goose.DialectPostgres, db.Pool().DB, files,
		goose.WithGoMigrations(queue), goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

func queueUp(ctx context.Context, db *sql.DB) error {
	m, err := rivermigrate.New(riverdatabasesql.New(db), &rivermigrate.Config{Schema: "queue"})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: queueVersion})
	return err
}
