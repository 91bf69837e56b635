package changes_test

import (
	"context"
	"testing"
	"time"

	"delfi/internal/platform/changes"
	"delfi/internal/platform/postgres/testdb"
)

// A change reaches the handlers of its kind and no other, with its subject; a handler that
// subscribes late is told at once that the hub is connected.
func TestAChangeReachesTheHandlersOfItsKind(t *testing.T) {
	db := testdb.New(t)
	hub := changes.New(db)
	got := make(chan string, 100)
	subscribe := func(name string, kinds ...changes.Kind) {
		hub.Subscribe(changes.Handler{
			Connected: func(connected bool) {
				if connected {
					got <- name + " connected"
				} else {
					got <- name + " disconnected"
				}
			},
			Changed: func(subject string) { got <- name + " " + subject },
		}, kinds...)
	}
	next := func(want string) {
		t.Helper()
		select {
		case g := <-got:
			if g != want {
				t.Fatalf("%q, want %q", g, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("nothing, want %q", want)
		}
	}
	subscribe("pages", changes.Consultation, changes.Site)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- hub.Run(ctx) }()
	next("pages connected")
	subscribe("forum", "forum")
	next("forum connected")
	notify := func(payload string) {
		t.Helper()
		if _, err := db.Pool().Exec(`SELECT pg_notify('delfi_changes', $1)`, payload); err != nil {
			t.Fatal(err)
		}
	}
	notify("unknown x")
	notify("forum riva")
	next("forum riva")
	notify("site")
	next("pages ")
	notify("consultation piazza")
	next("pages piazza")
	stop()
	next("pages disconnected")
	next("forum disconnected")
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Acts on a consultation notify with its slug, from the trigger.
func TestTriggersNotifyTheirKind(t *testing.T) {
	db := testdb.New(t)
	hub := changes.New(db)
	connected, got := make(chan bool, 10), make(chan string, 10)
	hub.Subscribe(changes.Handler{Connected: func(c bool) { connected <- c }, Changed: func(string) { got <- "site" }}, changes.Site)
	go func() {
		if err := hub.Run(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	<-connected
	if _, err := db.Pool().Exec(`INSERT INTO civic.administration (id, slug, name) VALUES (gen_random_uuid(), 'riva', 'Comune di Riva')`); err != nil {
		t.Fatal(err)
	}
	select {
	case <-got:
	case <-time.After(20 * time.Second):
		t.Fatal("an administration notifies nothing")
	}
}
