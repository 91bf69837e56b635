package postgres_test

import (
	"context"
	"testing"
	"time"

	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

// told waits for the next word of a listener.
func told(t *testing.T, words <-chan string) string {
	t.Helper()
	select {
	case w := <-words:
		return w
	case <-time.After(20 * time.Second):
		t.Fatal("nothing is told")
		return ""
	}
}

// A notification arrives once its transaction commits, equal ones once; a lost connection
// is reported, and that it is back.
func TestAListenerReceivesCommitsAndReportsALostConnection(t *testing.T) {
	db := testdb.New(t)
	words := make(chan string, 100)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- db.Listen(ctx, "test_words", postgres.Listener{
			Connected: func() { words <- "up" }, Disconnected: func() { words <- "lost" }, Notified: func(w string) { words <- "notified " + w },
		})
	}()
	if w := told(t, words); w != "up" {
		t.Fatal(w)
	}
	say := func(word string) {
		t.Helper()
		err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			for range 3 {
				if _, err := tx.ExecContext(ctx, `SELECT pg_notify('test_words', $1)`, word); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	say("one")
	say("two")
	for _, want := range []string{"notified one", "notified two"} {
		if w := told(t, words); w != want {
			t.Fatalf("%q, want %q", w, want)
		}
	}
	if _, err := db.Pool().Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%' AND datname = current_database()`); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"lost", "up"} {
		if w := told(t, words); w != want {
			t.Fatalf("%q, want %q", w, want)
		}
	}
	say("three")
	if w := told(t, words); w != "notified three" {
		t.Fatal(w)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A listener that never reached its database ends when it is told to.
func TestAListenerEndsBeforeItConnected(t *testing.T) {
	db := testdb.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Listen(ctx, "test_words", postgres.Listener{Connected: func() {}, Disconnected: func() {}, Notified: func(string) {}}); err != nil {
		t.Error(err)
	}
}
