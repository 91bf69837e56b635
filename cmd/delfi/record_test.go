package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// logged is a logger and its lines of a level.
type logged struct{ bytes.Buffer }

func (l *logged) logger() *slog.Logger { return slog.New(slog.NewJSONHandler(l, nil)) }

func (l *logged) lines(t *testing.T, level string) (all []string) {
	t.Helper()
	for line := range strings.Lines(l.String()) {
		var read struct{ Level, Msg, Error string }
		if err := json.Unmarshal([]byte(line), &read); err != nil {
			t.Fatal(err)
		}
		if read.Level == level {
			all = append(all, read.Msg+": "+read.Error)
		}
	}
	return all
}

// A record that was changed is found beside the server, in one line that has the cause
// and the remedy; a start after it says so once too, and serves.
func TestAChangedRecordIsOneLineOfTheLog(t *testing.T) {
	db := testdb.New(t)
	keys, err := pseudonym.NewFileKeys(filepath.Join(t.TempDir(), "keys"), make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	options := ledger.Options{CheckpointFile: filepath.Join(t.TempDir(), "checkpoint")}
	add := func(s *ledger.Service) error {
		return db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			return s.Append(ctx, tx, ledger.Entry{Type: ledger.KeyDestroyed, Role: "system", Reason: "It is over."})
		})
	}
	start := func() (*ledger.Service, *logged) {
		t.Helper()
		s, l := ledger.New(db, keys, options), &logged{}
		refusal, err := startRecord(t.Context(), s, l.logger())
		if err != nil {
			t.Fatal(err)
		}
		recount(t.Context(), s, l.logger(), refusal)
		return s, l
	}
	s, l := start()
	if errs, infos := l.lines(t, "ERROR"), l.lines(t, "INFO"); len(errs) != 0 || len(infos) != 1 {
		t.Errorf("of a sound record it logs %q and %q", errs, infos)
	}
	for range 3 {
		if err := add(s); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		for _, sql := range []string{`SET LOCAL session_replication_role = replica`, `UPDATE record.entry SET text = replace(text, 'system', 'nobody') WHERE sequence = 1`} {
			if _, err := tx.ExecContext(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // found by the check, then known at the start
		s, l := start()
		errs := l.lines(t, "ERROR")
		if len(errs) != 1 || !strings.Contains(errs[0], "entry 1 is not the one that was recorded") || !strings.Contains(errs[0], "restore a newer backup") {
			t.Errorf("it logs %q", errs)
		}
		if err := add(s); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("an act went on: %v", err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var silent logged
	recount(gone, s, silent.logger(), nil)
	if silent.Len() > 0 {
		t.Errorf("a server that stops logs %s", silent.String())
	}
}

// A check beside the server ends before the function that ends it returns.
func TestACheckEndsWithTheServer(t *testing.T) {
	var err error
	beside(t.Context(), func(ctx context.Context) {
		<-ctx.Done()
		err = ctx.Err()
	})()
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
