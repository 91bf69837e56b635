package main

import (
	"context"
	"fmt"

	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
)

type recordCommand struct {
	Remove removeWordsCommand `cmd:"" help:"Take the words of one entry out of the public record, because a law asks for it. The entry stays, and a new one says so."`
}

// removeWordsCommand removes what people wrote beside an entry. What the same words are
// elsewhere is removed where they stand: a contribution and a reason at the desk.
type removeWordsCommand struct {
	databaseSettings
	Entry  int64  `arg:"" help:"Number of the entry, as /record/entries has it."`
	Ground string `required:"" help:"The law that asks for it, e.g. \"GDPR, art. 17\"; it is public."`
}

// Run removes them, and says in which entry that stands.
func (c *removeWordsCommand) Run(ctx context.Context) error {
	db, keys, closeDatabase, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer closeDatabase()
	record := ledger.New(db, keys, c.record("", nil))
	if err := db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return record.Remove(ctx, tx, c.Entry, c.Ground)
	}); err != nil {
		return err
	}
	if _, err := record.Checkpoint(ctx); err != nil {
		return err
	}
	return tell(fmt.Sprintf("removed: the words of entry %d; a new entry says so, and on which ground", c.Entry),
		"backups, and copies that others hold, have the words as long as they are kept")
}
