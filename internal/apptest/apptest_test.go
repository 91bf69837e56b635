package apptest_test

import (
	"testing"
	"time"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation"
)

// Every stage is reached by the use cases of its staff, with one connection.
func TestEveryStageIsReached(t *testing.T) {
	for name, c := range map[string]struct {
		build  func(*apptest.Builder) consultation.Consultation
		stage  consultation.Stage
		states string // of its rounds
	}{
		"draft":        {(*apptest.Builder).Draft, consultation.Draft, ""},
		"announced":    {(*apptest.Builder).Announced, consultation.Announced, "planned planned planned"},
		"gathering":    {(*apptest.Builder).Gathering, consultation.Running, "open planned planned"},
		"answering":    {func(b *apptest.Builder) consultation.Consultation { return b.Answering(2) }, consultation.Running, "released open planned"},
		"answering on": {func(b *apptest.Builder) consultation.Consultation { return b.Answering(3) }, consultation.Running, "released released open"},
		"closed":       {func(b *apptest.Builder) consultation.Consultation { return b.Closed(2) }, consultation.Running, "released released planned"},
		"concluded":    {(*apptest.Builder).Concluded, consultation.Concluded, "released released released"},
		"published":    {(*apptest.Builder).Published, consultation.Published, "released released released"},
	} {
		t.Run(name, func(t *testing.T) {
			w := apptest.New(t, apptest.At("2026-03-02 10:00"))
			got := c.build(w.Consultation(t).Panel(3).Statements(2))
			states := ""
			for i, r := range got.Rounds {
				if i > 0 {
					states += " "
				}
				states += string(r.State)
			}
			if got.Stage != c.stage || states != c.states {
				t.Errorf("it is %s, its rounds %s; want %s, %s", got.Stage, states, c.stage, c.states)
			}
		})
	}
}

// Readers are given from memory, as in production, and after Settle never what was before
// the last act, of any server.
func TestCachesSettle(t *testing.T) {
	w := apptest.New(t)
	other := w.Beside(t)
	c := w.Consultation(t).Announced()
	if _, cached := w.Consultations.Version(); !cached {
		t.Fatal("nothing is cached")
	}
	for n := range 20 {
		if n%2 == 0 {
			if err := other.Consultations.Suspend(t.Context(), w.Person(t, "giulia"), c.Slug, "La piazza è allagata."); err != nil {
				t.Fatal(err)
			}
		} else if err := other.Consultations.Resume(t.Context(), w.Person(t, "giulia"), c.Slug); err != nil {
			t.Fatal(err)
		}
		w.Settle(t)
		got, err := w.Consultations.Latest(t.Context(), account.Actor{}, c.Slug)
		if err != nil || (got.Suspended != nil) != (n%2 == 0) {
			t.Fatalf("act %d: readers see %v, %v", n, got.Suspended, err)
		}
	}
	if err := w.DB.Close(); err != nil {
		t.Fatal(err)
	}
	w.Settle(t)
}

// The clock is the real one until it is set, and goes on from where it was moved to.
func TestTheClockMoves(t *testing.T) {
	var c apptest.Clock
	if d := time.Until(c.Now()); d > time.Minute {
		t.Errorf("it is %s ahead", d)
	}
	c.Add(48 * time.Hour)
	if d := time.Until(c.Now()); d < 47*time.Hour {
		t.Errorf("moved by two days it is %s ahead", d)
	}
	at := apptest.Rome("2026-03-02 10:00")
	c.Set(at)
	c.Add(time.Hour)
	if got := c.Now(); !got.Equal(at.Add(time.Hour)) {
		t.Errorf("it is %s", got)
	}
}
