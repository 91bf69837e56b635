package main

import (
	"context"
	"fmt"
	"time"

	"delfi/cmd/internal/command"
	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/pseudonym"
)

// keysCommand is for whoever runs the server: which keys lie outside the database, and
// their exchange.
type keysCommand struct {
	List   listKeysCommand   `cmd:"" help:"List the keys, what each is for, and how many rows it still protects."`
	Rotate rotateKeysCommand `cmd:"" help:"Give people's data a new key, and destroy the former one; servers may run meanwhile. With --master exchange the key that wraps all others. A rotation that was cut off goes on."`
}

type listKeysCommand struct{ databaseSettings }

// Run lists them, one a line.
func (c *listKeysCommand) Run(ctx context.Context) error {
	return c.keys(ctx, func(accounts *account.Service, pseudonyms *pseudonym.Service, record *ledger.Service) error {
		people, err := accounts.Held(ctx)
		if err != nil {
			return err
		}
		var lines []string
		for _, k := range people {
			state := "people's data, being exchanged: delfi keys rotate goes on"
			if k.Current {
				state = "people's data"
			}
			lines = append(lines, fmt.Sprintf("%s: %s; protects %d rows", k.Name, state, k.Rows))
		}
		others, err := pseudonyms.Held(ctx)
		if err != nil {
			return err
		}
		for _, k := range others {
			what := map[string]string{"panel": "ballots of the consultation", "alias": "aliases of the consultation"}[k.Scope]
			if k.Destroyed {
				lines = append(lines, fmt.Sprintf("%s: %s; destroyed", k.Name, what))
				continue
			}
			lines = append(lines, fmt.Sprintf("%s: %s %s; protects %d rows", k.Name, what, k.Consultation, k.Rows))
		}
		logs, err := record.Held(ctx)
		if err != nil {
			return err
		}
		for _, k := range logs {
			state := "signs the public record"
			switch {
			case k.Missing:
				state = "MISSING from the folder of keys: nothing is signed"
			case !k.Current:
				state = "signed a public record that was succeeded"
			}
			began := "no entry yet"
			if !k.Began.IsZero() {
				began = "first entry of " + k.Began.UTC().Format(time.DateOnly)
			}
			lines = append(lines, fmt.Sprintf("%s: %s; %s; verifier key %s", k.Name, state, began, k.Verifier))
		}
		if len(lines) == 0 {
			return tell("there is no key yet: the first one is made when delfi serve starts")
		}
		return tell(lines...)
	})
}

type rotateKeysCommand struct {
	databaseSettings
	Master        bool   `help:"Exchange the master key instead, which wraps all others, while no server runs."`
	MasterKeyNext string `env:"DELFI_MASTER_KEY_NEXT" placeholder:"BASE64" help:"With DELFI_MASTER_KEY: the key that takes its place, in the environment alone."`
}

// Run rotates, and says how it ended.
func (c *rotateKeysCommand) Run(ctx context.Context) error {
	if c.Master {
		return c.exchange(ctx)
	}
	return c.keys(ctx, func(accounts *account.Service, _ *pseudonym.Service, _ *ledger.Service) error {
		rows := 0
		if err := accounts.Rotate(ctx, func(n int) { rows = n }); err != nil {
			return err
		}
		return tell(fmt.Sprintf("rewritten: %d accounts under a new key", rows),
			"the former key is destroyed: backups of the database from before cannot be read without a copy of it")
	})
}

// keys opens the database, of a running server too, with who holds keys.
func (c *databaseSettings) keys(ctx context.Context, do func(*account.Service, *pseudonym.Service, *ledger.Service) error) error {
	db, keys, closeDatabase, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer closeDatabase()
	return do(account.New(db, keys), pseudonym.New(db, keys), ledger.New(db, keys, c.record("", nil)))
}

// unlock opens the keys of people's data; a missing or another key is whoever runs the
// server's to mend.
func unlock(ctx context.Context, accounts *account.Service) error {
	err := accounts.Unlock(ctx)
	if fault.KindOf(err) == fault.Unavailable {
		return command.Refuse(err)
	}
	return err
}
