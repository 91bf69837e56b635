package main

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"delfi/cmd/internal/command"
	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/blob"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/private"
	"delfi/internal/pseudonym"
	"delfi/migrations"
)

// databaseSettings say where data live; every command that needs them embeds them.
type databaseSettings struct {
	Data        string `default:"${data}" env:"DELFI_DATA" placeholder:"DIR" help:"Folder of the keys and, without a database URL, of the private Postgres."`
	DataElse    string `env:"DELFI_DATA_ELSE" placeholder:"DIR" help:"Folder to use instead when the user who runs the private Postgres cannot reach --data, as in root's home."`
	DatabaseURL string `env:"DATABASE_URL" placeholder:"URL" help:"Postgres 15 or later; without one Delfi starts its own."`
	exchanging  bool   // the master key: its exchange alone may go on where it was cut off
	MasterKey   string `env:"DELFI_MASTER_KEY" placeholder:"BASE64" help:"32 bytes that wrap the keys of consultations, in the environment alone; by default generated, in the data folder."`
}

// record tells the public record what it is called, by the site's public address,
// and where the last checkpoint it signed is kept: beside the keys, so that a
// database restored without it is found out.
func (c *databaseSettings) record(baseURL string, cosigners []string) ledger.Options {
	o := ledger.Options{CheckpointFile: filepath.Join(c.Data, "record", "checkpoint"), Cosigners: cosigners}
	if u, err := url.Parse(baseURL); err == nil && u.Host != "" {
		o.Origin = u.Host + "/record"
	}
	return o
}

// files is where documents of libraries lie: beside the keys, outside the database. Servers
// of one site share the folder.
func (c *databaseSettings) files() (blob.Store, error) {
	f, err := blob.NewFolder(filepath.Join(c.Data, "files"))
	if err != nil {
		return nil, command.Refuse(fmt.Errorf("--data %s: %w", c.Data, err))
	}
	return f, nil
}

// defaultData is where data live unless told otherwise.
func defaultData() string {
	if os.Geteuid() == 0 {
		return "/var/lib/delfi"
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "delfi")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "delfi-data" // a person without a home gets it where they stand
	}
	return filepath.Join(home, ".local", "share", "delfi")
}

// lostDatabase is why a server ends that nobody told to.
type lostDatabase struct{ error }

// place settles on the data folder; it is the same when asked again.
func (c *databaseSettings) place() error {
	if c.DatabaseURL == "" {
		if err := private.Reachable(c.Data); err != nil {
			if c.DataElse == "" {
				return command.Refuse(fmt.Errorf("--data %s: %w", c.Data, err))
			}
			c.Data = c.DataElse
		}
	}
	data, err := filepath.Abs(c.Data)
	if err != nil {
		return command.Refuse(fmt.Errorf("--data %s: %w", c.Data, err))
	}
	c.Data = data
	return nil
}

// open is openWatched for commands that end soon: a failing statement tells them
// soon enough when the cluster has ended.
func (c *databaseSettings) open(ctx context.Context) (*postgres.DB, pseudonym.Keys, func(), error) {
	return c.openWatched(ctx, true, func(error) {})
}

// openWatched gives the database, migrated, and the keys beside it. The function that
// it gives closes both. A command that ends soon borrows the cluster of a server
// that runs on the same folder. lost is called if the private cluster ends unasked.
func (c *databaseSettings) openWatched(ctx context.Context, borrow bool, lost func(error)) (*postgres.DB, pseudonym.Keys, func(), error) {
	if err := c.place(); err != nil {
		return nil, nil, nil, err
	}
	master, err := c.master()
	if err != nil {
		return nil, nil, nil, err
	}
	if _, err := os.Lstat(c.nextMaster()); err == nil && !c.exchanging {
		return nil, nil, nil, command.Refuse(fmt.Errorf("%s: the exchange of the master key was cut off: run delfi keys rotate --master again", c.nextMaster()))
	}
	keys, err := pseudonym.NewFileKeys(filepath.Join(c.Data, "keys"), master)
	if err != nil {
		return nil, nil, nil, command.Refuse(fmt.Errorf("--data %s: %w", c.Data, err))
	}
	address, stop := c.DatabaseURL, func() {}
	if address == "" {
		cluster, err := private.Start(ctx, private.Config{Data: c.Data, Borrow: borrow})
		if err != nil {
			if ctx.Err() == nil { // else it was told to stop, and is configured well
				err = command.Refuse(err)
			}
			return nil, nil, nil, err
		}
		address = cluster.URL(private.Database)
		asked := make(chan struct{})
		go func() {
			select {
			case <-asked:
			case <-cluster.Done():
				lost(lostDatabase{fmt.Errorf("the private Postgres has ended; this is how %s ends: %s", filepath.Join(c.Data, "postgres.log"), cluster.LastWords())})
			}
		}()
		stop = func() {
			close(asked)
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 1500*time.Millisecond)
			defer cancel()
			if err := cluster.Stop(end); err != nil {
				slog.Error("private Postgres", "error", err)
			}
		}
	}
	var options []postgres.Option
	if borrow { // a server attends to its database itself, and waits for it to come back
		options = append(options, postgres.Attended())
	}
	db, err := postgres.Open(ctx, address, options...)
	if err != nil {
		stop()
		if c.DatabaseURL != "" {
			err = fmt.Errorf("--database-url: %w", err)
			if !postgres.IsUnavailable(err) { // a server that is not up yet will be
				err = command.Refuse(err)
			}
		}
		return nil, nil, nil, err
	}
	end := func() {
		if err := db.Close(); err != nil {
			slog.Error("database", "error", err)
		}
		stop()
	}
	if err := migrations.Up(ctx, db); err != nil {
		end()
		return nil, nil, nil, db.Silenced(err)
	}
	if err := account.New(db, keys).SealOfficers(ctx); err != nil { // of which migrations have no key
		end()
		if fault.KindOf(err) == fault.Unavailable {
			err = command.Refuse(err)
		}
		return nil, nil, nil, db.Silenced(err)
	}
	return db, keys, end, nil
}

// master gives the key that wraps the others: configured, else generated once
// into the data folder.
func (c *databaseSettings) master() ([]byte, error) {
	if c.MasterKey != "" {
		return masterOf("DELFI_MASTER_KEY", c.MasterKey)
	}
	if err := os.MkdirAll(c.Data, 0o711); err != nil {
		return nil, command.Refuse(fmt.Errorf("--data %s: %w", c.Data, err))
	}
	return generated(filepath.Join(c.Data, "master.key"))
}

// nextMaster is where the key lies that an exchange is bringing in.
func (c *databaseSettings) nextMaster() string { return filepath.Join(c.Data, "master.next") }

// masterOf reads a master key from the environment.
func masterOf(variable, text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != 32 {
		return nil, command.Refuse(fmt.Errorf("%s: write 32 bytes in base64, e.g. from: openssl rand -base64 32", variable))
	}
	return key, nil
}

// generated reads a master key from its file, which is made once.
func generated(path string) ([]byte, error) {
	for {
		text, err := os.ReadFile(path)
		if err == nil {
			key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
			if err != nil || len(key) != 32 {
				return nil, command.Refuse(fmt.Errorf("%s: is no key of 32 bytes in base64: restore it, or set DELFI_MASTER_KEY", path))
			}
			return key, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, command.Refuse(fmt.Errorf("--data %s: %w", filepath.Dir(path), err))
		}
		if err := newMaster(path); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, command.Refuse(fmt.Errorf("--data %s: %w", filepath.Dir(path), err))
		}
	}
}

// siteSecret gives the secret of sealed cookies: the same
// for every server of a site, and of no use against the keys.
func (c *databaseSettings) siteSecret() ([]byte, error) {
	master, err := c.master()
	if err != nil {
		return nil, err
	}
	return hkdf.Key(sha256.New, master, nil, "delfi browsers v1", 32)
}

// newMaster writes a key whole or not at all, and never over another: two
// processes may start at once.
func newMaster(path string) error {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".master-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), path)
}
