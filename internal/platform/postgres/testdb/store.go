package testdb

import (
	"context"
	"errors"

	"delfi/internal/platform/postgres"
)

// The names below are of our own making (letters, digits, underscores), so they
// stand in the SQL as they are: CREATE DATABASE takes no parameters.

// cloneDatabase makes database name as a copy of source: its files are copied, which costs a
// third of writing each of their pages to the write-ahead log.
func cloneDatabase(ctx context.Context, admin *postgres.DB, name, source string) error {
	_, err := admin.Pool().ExecContext(ctx, `CREATE DATABASE `+name+` TEMPLATE `+source+` STRATEGY FILE_COPY`)
	return err
}

// dropDatabase removes database name, and whoever is still connected to it.
func dropDatabase(ctx context.Context, admin *postgres.DB, name string) error {
	_, err := admin.Pool().ExecContext(ctx, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`)
	return err
}

// databaseExists tells whether there is a database name.
func databaseExists(ctx context.Context, admin *postgres.DB, name string) (bool, error) {
	var there bool
	err := admin.Pool().GetContext(ctx, &there, `
		SELECT EXISTS (
			SELECT FROM pg_database
			WHERE datname = $1
		)`, name)
	return there, err
}

// sealTemplate renames raw to name and lets nobody connect to it any more: a
// connected session would stand in the way of cloning.
func sealTemplate(ctx context.Context, admin *postgres.DB, raw, name string) error {
	_, err := admin.Pool().ExecContext(ctx, `ALTER DATABASE `+raw+` WITH ALLOW_CONNECTIONS false`)
	if err != nil {
		return err
	}
	_, err = admin.Pool().ExecContext(ctx, `ALTER DATABASE `+raw+` RENAME TO `+name)
	return err
}

// withLock runs fn while no other process does the same for name. The lock is a
// session's, so it needs a connection of its own.
func withLock(ctx context.Context, admin *postgres.DB, name string, fn func() error) (err error) {
	conn, err := admin.Pool().Connx(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(hashtextextended($1, 0))`, name); err != nil {
		return err
	}
	defer func() {
		_, unlock := conn.ExecContext(ctx, `SELECT pg_advisory_unlock(hashtextextended($1, 0))`, name)
		err = errors.Join(err, unlock)
	}()
	return fn()
}
