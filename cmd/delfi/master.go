package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"delfi/cmd/internal/command"
	"delfi/internal/account"
	"delfi/internal/ledger"
	"delfi/internal/pseudonym"
)

// exchange gives the folder of keys another master key. The next one is written down
// before the first key is wrapped by it, and takes the former one's place after the last:
// whoever is cut off in between runs the command again, and no other starts meanwhile.
//
//	master.key ── master.next ── each key: former → next ── master.next becomes master.key
func (c *rotateKeysCommand) exchange(ctx context.Context) error {
	if (c.MasterKey == "") != (c.MasterKeyNext == "") {
		return command.Refuse(errors.New("set DELFI_MASTER_KEY and DELFI_MASTER_KEY_NEXT both, or neither where the key is generated, in the data folder"))
	}
	c.exchanging = true
	err := c.keys(ctx, func(_ *account.Service, pseudonyms *pseudonym.Service, _ *ledger.Service) error {
		n, err := pseudonyms.Living(ctx)
		if err == nil && n > 0 {
			err = command.Refuse(fmt.Errorf("servers run on this database, or were killed less than three minutes ago (%d): stop them all, since each has the former master key in memory", n))
		}
		return err
	})
	if err != nil {
		return err
	}
	former, err := c.master()
	if err != nil {
		return err
	}
	var next []byte
	if c.MasterKeyNext != "" {
		if next, err = masterOf("DELFI_MASTER_KEY_NEXT", c.MasterKeyNext); err == nil {
			err = os.WriteFile(c.nextMaster(), []byte("in DELFI_MASTER_KEY_NEXT\n"), 0o600)
		}
	} else {
		next, err = generated(c.nextMaster())
	}
	if err != nil {
		return err
	}
	n, err := pseudonym.Rewrap(filepath.Join(c.Data, "keys"), former, next)
	if err != nil {
		return fmt.Errorf("%d keys are exchanged; run the command again: %w", n, err)
	}
	lines := []string{fmt.Sprintf("exchanged: %d keys are wrapped by the next master key", n), "a copy of the folder of keys from before opens with the former one alone; people sign in again"}
	if c.MasterKeyNext != "" {
		if err := os.Remove(c.nextMaster()); err != nil {
			return err
		}
		return tell(append(lines, "start the servers with DELFI_MASTER_KEY set to what DELFI_MASTER_KEY_NEXT was")...)
	}
	body := base64.StdEncoding.EncodeToString(next) + "\n"
	if err := pseudonym.Replace(filepath.Join(c.Data, "master.key"), []byte(body)); err != nil {
		return err
	}
	if err := os.Remove(c.nextMaster()); err != nil {
		return err
	}
	return tell(lines...)
}
