package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"delfi/internal/verify"
	"delfi/internal/verify/source"
)

// Verify is the command that checks a public record; it needs no database and no server
// of its own.
type Verify struct {
	Record     string   `arg:"" help:"Address of a site or of one record (https://host, https://host/record/SLUG), a folder or a .zip that was downloaded."`
	Only       []string `name:"consultation" placeholder:"SLUG|ID" help:"Check this consultation of the record alone; again for each. By default all whose files are there."`
	Receipt    []string `placeholder:"FILE" help:"A receipt or proof file to look for; again for each."`
	Checkpoint string   `placeholder:"FILE" help:"A checkpoint kept earlier, which the log must continue."`
	Key        string   `placeholder:"KEY" help:"Verifier key of the log, as you know it; by default the one that the record brings."`
	Cosigner   []string `placeholder:"KEY" help:"Verifier key of a cosigner, as you know it; again for each."`
	Save       string   `placeholder:"FOLDER" help:"Keep what is read from an address; it is checked again with this folder."`
	Most       int64    `default:"256" placeholder:"GIB" help:"Read at most so much of a record, in GiB (${default})."`
	Lang       string   `default:"en" enum:"en,it" help:"Language of the ending: ${enum}."`
}

// receiptMost bounds a receipt, a proof file and a kept checkpoint.
const receiptMost = 16 << 20

// Run checks and ends in words: what was checked, what is proven and what is not.
func (c *Verify) Run(ctx context.Context) error {
	Frugal()
	return Abandon(ctx, Grace, func() error { return c.run(ctx) })
}

func (c *Verify) run(ctx context.Context) error {
	if c.Most < 1 || c.Most > 1<<20 {
		return refusal{fmt.Errorf("--most %d: give 1 to %d GiB", c.Most, 1<<20)}
	}
	o := verify.Options{Key: c.Key, Cosigners: c.Cosigner, Receipts: map[string][]byte{}, Bounds: source.Most}
	o.Bounds.Total = c.Most << 30
	var err error
	for _, name := range c.Receipt {
		if o.Receipts[name], err = source.ReadFile(name, receiptMost); err != nil {
			return refusal{err}
		}
	}
	if c.Checkpoint != "" {
		if o.Checkpoint, err = source.ReadFile(c.Checkpoint, receiptMost); err != nil {
			return refusal{err}
		}
	}
	files, slug, closeFiles, err := c.source(ctx)
	if err != nil {
		return err
	}
	defer closeFiles()
	o.Consultations = c.Only
	if slug != "" {
		o.Consultations = append(o.Consultations, slug)
	}
	bar := &Bar{Out: os.Stderr, Begun: time.Now()}
	if bar.Terminal() {
		o.Progress = func(p verify.Progress) {
			bar.Draw(fmt.Sprintf("step %d of 8", p.Step), 0, fmt.Sprintf("%d files, %d leaves, %s", p.Files, p.Leaves, p.File))
		}
	}
	result, err := c.check(ctx, files, o)
	bar.End()
	var misuse *verify.Misuse
	if errors.Is(err, verify.ErrNoRecord) || errors.As(err, &misuse) {
		return refusal{err}
	}
	if err != nil {
		return err
	}
	return result.Write(os.Stdout, c.Lang)
}

// check runs; a log that grows while it is read at an address is read again.
func (c *Verify) check(ctx context.Context, files fs.FS, o verify.Options) (verify.Result, error) {
	for again := 0; ; again++ {
		before, err := source.Newest(files)
		if err != nil {
			return verify.Result{}, err
		}
		result, err := verify.Run(ctx, files, o)
		var fault *source.Fault
		if !errors.As(err, &fault) || !address(c.Record) || again == 2 {
			return result, err
		}
		after, rerr := source.Newest(files)
		if rerr != nil || bytes.Equal(before, after) {
			return result, err
		}
	}
}

func address(record string) bool {
	return strings.HasPrefix(record, "http://") || strings.HasPrefix(record, "https://")
}

// source opens the record, and says which consultation is meant, "" for all.
func (c *Verify) source(ctx context.Context) (files fs.FS, slug string, closeFiles func(), err error) {
	closeFiles = func() {}
	if address(c.Record) {
		at, slug, err := source.Address(c.Record)
		if err != nil {
			return nil, "", nil, refusal{err}
		}
		files = source.Web(ctx, at)
		if c.Save == "" {
			return files, slug, closeFiles, nil
		}
		if held, err := os.ReadDir(c.Save); err == nil && len(held) > 0 {
			return nil, "", nil, refusal{fmt.Errorf("--save %s: the folder is not empty: two records would mix", c.Save)}
		}
		return source.Saved(files, c.Save), slug, closeFiles, nil
	}
	if c.Save != "" {
		return nil, "", nil, refusal{errors.New("--save keeps what is read from an address: a folder is kept already")}
	}
	info, err := os.Stat(c.Record)
	if err != nil {
		return nil, "", nil, refusal{err}
	}
	if !info.IsDir() {
		files, closer, err := source.Archive(c.Record)
		if err != nil {
			return nil, "", nil, refusal{fmt.Errorf("%s: neither a folder nor a .zip: %w", c.Record, err)}
		}
		return files, "", func() { _ = closer.Close() }, nil // it was only read
	}
	folder := c.Record
	if _, err := os.Lstat(filepath.Join(folder, "checkpoint")); err != nil {
		// The folder of one consultation in that of a record.
		full, err := filepath.Abs(folder)
		if err != nil {
			return nil, "", nil, err
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(full), "checkpoint")); err == nil {
			folder, slug = filepath.Dir(full), filepath.Base(full)
		}
	}
	files, closer, err := source.Folder(folder)
	if err != nil {
		return nil, "", nil, refusal{err}
	}
	return files, slug, func() { _ = closer.Close() }, nil
}
