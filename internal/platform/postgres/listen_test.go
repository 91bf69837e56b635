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

// What is said in a transaction is heard once it commits, equal words once; whoever
// lost the connection is told so, and told when it is back.
func TestAListenerHearsCommitsAndKnowsWhenItIsDeaf(t *testing.T) {
	db := testdb.New(t)
	words := make(chan string, 100)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- db.Listen(ctx, "test_words", postgres.Ear{
			Up: func() { words <- "up" }, Lost: func() { words <- "lost" }, Heard: func(w string) { words <- "heard " + w },
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
	for _, want := range []string{"heard one", "heard two"} {
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
	if w := told(t, words); w != "heard three" {
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
	if err := db.Listen(ctx, "test_words", postgres.Ear{Up: func() {}, Lost: func() {}, Heard: func(string) {}}); err != nil {
		t.Error(err)
	}
}
