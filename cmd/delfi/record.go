package main

import (
	"context"
	"log/slog"
	"time"

	"delfi/internal/fault"
	"delfi/internal/ledger"
)

// recorded returns the public record's name, its file and its witnesses.
func (c *serveCommand) recorded() ledger.Options { return c.record(c.BaseURL, c.Cosigners) }

// startRecord starts the public record. One that cannot go on is logged and returned as
// refusal: it is still read, and refuses acts.
func startRecord(ctx context.Context, record *ledger.Service, log *slog.Logger) (refusal, err error) {
	err = record.Start(ctx)
	if fault.KindOf(err) != fault.Unavailable {
		return nil, err
	}
	log.ErrorContext(ctx, "the public record cannot go on", "error", err)
	return err, nil
}

// recountPause is the time between two attempts at a check that the database broke off.
const recountPause = time.Minute

// recount checks the whole record beside the server, once, until ctx ends. A difference is
// one error in the log, unless the start has logged its refusal.
func recount(ctx context.Context, record *ledger.Service, log *slog.Logger, refusal error) {
	for {
		err := record.Recount(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			log.InfoContext(ctx, "the public record was checked", "entries", record.Checked())
			// Signed now, if the start had to leave it.
			if _, err := record.Checkpoint(ctx); err != nil && refusal == nil && ctx.Err() == nil {
				log.WarnContext(ctx, "the public record is not signed", "error", err)
			}
			return
		case fault.KindOf(err) == fault.Unavailable:
			switch {
			case refusal == nil:
				log.ErrorContext(ctx, "the public record cannot go on", "error", err)
			case refusal.Error() != err.Error():
				log.WarnContext(ctx, "the check of the public record found more", "error", err)
			}
			return
		}
		log.WarnContext(ctx, "the check of the public record was broken off, and begins again", "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(recountPause):
		}
	}
}

// beside runs do in a goroutine, and returns the function that ends it.
func beside(ctx context.Context, do func(ctx context.Context)) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}
