package main

import (
	"context"
	"fmt"
	"os"

	"delfi/internal/ledger"
)

// succeedCommand gives a public record that cannot go on a successor.
type succeedCommand struct {
	databaseSettings
	Reason string `required:"" help:"Why the record cannot go on, e.g. which backup was restored; it is public."`
}

// Run begins the new record, and says what it is called.
func (c *succeedCommand) Run(ctx context.Context) error {
	db, keys, closeDatabase, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer closeDatabase()
	record := ledger.New(db, keys, c.record("", nil))
	if err := record.Succeed(ctx, c.Reason); err != nil {
		return err
	}
	signed, err := record.Checkpoint(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "the public record goes on as:\n\n%s\nwitnesses need a new folder for it\n", signed)
	return err
}
