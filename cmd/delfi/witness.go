package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"delfi/cmd/internal/command"
	"delfi/internal/ledger"
	"delfi/internal/verify/source"
)

// witnessCommand watches the public record of a server from outside; it needs no
// database.
type witnessCommand struct {
	URL    string        `arg:"" name:"url" help:"Address of the site, e.g. https://delfi.example.it."`
	Name   string        `default:"${host}" env:"DELFI_WITNESS_NAME" help:"Name under which this witness signs, e.g. garante.example.it; by default the name of this computer."`
	Dir    string        `default:"${witness}" env:"DELFI_WITNESS_DIR" placeholder:"DIR" help:"Folder of its key, of the record's key, and of the last state that it saw: one for each record."`
	LogKey string        `placeholder:"KEY" help:"Verifier key of the record, as the administration told it; needed at the first look, and kept from then on."`
	Trust  bool          `name:"trust-first" help:"Take the key that the server shows at the first look, and keep it from then on."`
	Every  time.Duration `placeholder:"5m" help:"Look again after so long, until stopped; by default once."`
}

// Run looks once, or until it is stopped. A record that was rewritten ends it at
// once, with exit status 1: what it saw stays in its folder.
func (c *witnessCommand) Run(ctx context.Context) error {
	return command.Abandon(ctx, command.Grace, func() error { return c.run(ctx) })
}

func (c *witnessCommand) run(ctx context.Context) error {
	base, err := url.Parse(c.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return command.Refuse(fmt.Errorf("%q: write the address of the site, e.g. https://delfi.example.it", c.URL))
	}
	root := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(c.URL, "/"), "/record"), "/") + "/record/"
	w := ledger.Witness{Name: c.Name, Dir: c.Dir, Log: c.LogKey, Trust: c.Trust}
	client := &http.Client{Timeout: time.Minute, CheckRedirect: source.SameHost}
	w.Fetch = func(ctx context.Context, path string) ([]byte, error) {
		return ask(ctx, client, http.MethodGet, root+path, nil)
	}
	_, err = os.Stat(filepath.Join(c.Dir, "witness.key"))
	fresh := errors.Is(err, fs.ErrNotExist)
	key, err := w.Key()
	if err != nil {
		return command.Refuse(err)
	}
	if fresh {
		fmt.Fprintf(os.Stdout, "This witness has a new key, in %s. For its lines to be taken, the administration starts its server with:\n  --cosigner %s\n", c.Dir, key)
	}
	for {
		err := c.look(ctx, w, client, root)
		var unpinned ledger.Unpinned
		if errors.As(err, &unpinned) {
			return command.Refuse(err)
		}
		var rewritten ledger.Rewritten
		if c.Every <= 0 || errors.As(err, &rewritten) || ctx.Err() != nil {
			if ctx.Err() != nil {
				return nil // it was told to stop
			}
			return err
		}
		if err != nil {
			command.Complain("delfi", err.Error()) // the next look may find it mended
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(c.Every):
		}
	}
}

// look checks the record once and posts this witness's line.
func (c *witnessCommand) look(ctx context.Context, w ledger.Witness, client *http.Client, root string) error {
	signed, size, err := w.Look(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "%s entries %d: contains all that was seen before\n", time.Now().UTC().Format("2006-01-02T15:04Z"), size)
	if _, err := ask(ctx, client, http.MethodPost, root+"cosignatures", signed); err != nil {
		return fmt.Errorf("the record is sound and was signed here, but the server did not take the line: %w", err)
	}
	return nil
}

// answerMost bounds what a server may answer a witness.
const answerMost = 1 << 20

// ask asks the server, and gives its words when it refuses.
func ask(ctx context.Context, client *http.Client, method, address string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(io.LimitReader(answer.Body, answerMost+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	if len(b) > answerMost {
		return nil, fmt.Errorf("%s: the server's answer is longer than %d bytes", address, answerMost)
	}
	if answer.StatusCode >= 300 {
		return nil, fmt.Errorf("%s: %s: %.300s", address, answer.Status, bytes.TrimSpace(b))
	}
	return b, nil
}
