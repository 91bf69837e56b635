package steering_test

import (
	"context"
	"testing"
	"time"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/platform/changes"
)

// What readers are given from memory is dropped by every act, of any server; staff
// are never given it; and while changes are not received nothing is cached.
func TestReadersAreGivenTheLatest(t *testing.T) {
	h := newTown(t)
	h.announced()
	_, other := h.server()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	hub := changes.New(h.DB)
	other.Subscribe(hub)
	go func() { ended <- hub.Run(ctx) }()
	until := func(what string, holds func() bool) {
		t.Helper()
		for range 1000 {
			if holds() {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatalf("never: %s", what)
	}
	latest := func(actor account.Actor) consultation.Consultation {
		t.Helper()
		c, err := other.Latest(t.Context(), actor, slug)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	until("changes are received", func() bool { _, up := other.Version(); return up })
	latest(account.Actor{}).Rounds[0].Number = 99 // whoever reads may do with it what they like
	if c := latest(account.Actor{}); c.Suspended != nil || c.Rounds[0].Number != 1 {
		t.Fatalf("%+v", c.Suspended)
	}
	before, _ := other.Version()
	h.ok(h.s.Suspend(t.Context(), h.anna, slug, "La piazza è allagata."))
	if c := latest(h.anna); c.Suspended == nil {
		t.Error("staff are given an old state")
	}
	until("the act is heard", func() bool { now, _ := other.Version(); return now != before })
	until("readers see the act", func() bool { return latest(account.Actor{}).Suspended != nil })
	if _, err := other.Latest(t.Context(), account.Actor{}, "nowhere"); err == nil {
		t.Error("a consultation that is not there is shown")
	}
	// The bar of a demonstration asks for every page: each address is read once, also that
	// of a draft or of nothing, until something changes.
	gone, leave := context.WithCancel(t.Context())
	leave()
	for _, address := range []string{slug, "nowhere"} {
		if open, err := other.Answering(t.Context(), address); err != nil || open {
			t.Errorf("%s: takes answers %v, %v", address, open, err)
		}
		if _, err := other.Answering(gone, address); err != nil {
			t.Errorf("%s is read again: %v", address, err)
		}
	}
	h.ok(h.s.Resume(t.Context(), h.anna, slug))
	h.ok(h.s.Start(t.Context(), h.anna, slug))
	until("the bar sees the opening", func() bool {
		open, err := other.Answering(t.Context(), slug)
		return err == nil && open
	})
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, up := other.Version(); up {
		t.Error("after the end something is still remembered")
	}
}
