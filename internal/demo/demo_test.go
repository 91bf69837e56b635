package demo_test

import (
	"slices"
	"testing"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/login/devidp"
	"delfi/web/webtest"
)

// Consultations, each at its place in life, and a draft that nobody else sees.
func TestTheDemonstrationShowsEachStageAndMostVerdicts(t *testing.T) {
	h := webtest.Open(t).Play(t)
	for slug, want := range map[string]struct {
		stage consultation.Stage
		open  int // number of the open round; 0 for none
	}{
		webtest.Announced: {consultation.Announced, 0}, webtest.Gathering: {consultation.Running, 1},
		webtest.Answering: {consultation.Running, 3}, webtest.Published: {consultation.Published, 0},
	} {
		c, err := h.Consultations.Find(t.Context(), account.Actor{}, slug)
		if err != nil {
			t.Fatal(err)
		}
		open := 0
		for _, r := range c.Rounds {
			if r.State == consultation.RoundOpen {
				open = r.Number
			}
		}
		if c.Stage != want.stage || open != want.open {
			t.Errorf("%s is %s with round %d open, wants %s and %d", slug, c.Stage, open, want.stage, want.open)
		}
	}
	c, err := h.Consultations.Find(t.Context(), account.Actor{}, webtest.Published)
	if err != nil {
		t.Fatal(err)
	}
	if c.DestroyedAt.IsZero() {
		t.Error("a published consultation still has its key")
	}
	last, err := h.Archive.Feedback(t.Context(), c.ID, 3)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[verdict.Key]bool{}
	for _, i := range last.Items {
		seen[i.Verdict.Key] = true
	}
	for _, key := range []verdict.Key{verdict.Consensus, verdict.Majority, verdict.Bipolarity} {
		if !seen[key] {
			t.Errorf("no statement shows %q: %v", key, seen)
		}
	}
	if answering, err := h.Archive.Feedback(t.Context(), find(t, h, webtest.Answering).ID, 2); err != nil || answering.Enrolled != 60 {
		t.Errorf("the second answer round stands on %d people: %v", answering.Enrolled, err)
	}
}

// A second start seeds nothing twice.
func TestSeedingAgainChangesNothing(t *testing.T) {
	h := webtest.Open(t).Play(t)
	before, err := h.Record.Of(t.Context(), find(t, h, webtest.Published).ID)
	if err != nil {
		t.Fatal(err)
	}
	h.Play(t)
	after, err := h.Record.Of(t.Context(), find(t, h, webtest.Published).ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(before) == 0 || len(before) != len(after) {
		t.Errorf("%d entries became %d", len(before), len(after))
	}
}

func find(t *testing.T, h *webtest.House, slug string) consultation.Consultation {
	t.Helper()
	c, err := h.Consultations.Find(t.Context(), account.Actor{}, slug)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestPeopleOfTheProviderEnterByClaimAndByRoll: somebody who tries the demonstration finds one
// who may enter each group, and one who may not.
func TestPeopleOfTheProviderEnterByClaimAndByRoll(t *testing.T) {
	h := webtest.Open(t).Play(t)
	c := find(t, h, "alberi-e-ombra")
	for _, p := range devidp.Demonstration() {
		if p.Subject == "olga" {
			continue // of no test
		}
		who := h.Person(t, p.Subject)
		who.Attested = account.Attested{FiscalCode: p.FiscalCode, Born: p.Born, Municipality: p.Municipality, Level: p.Level}
		for group, enters := range map[string]bool{
			"cittadini": slices.Contains([]string{"anna", "giulia", "karim", "lucia", "teresa"}, p.Subject),
			"agronomi":  slices.Contains([]string{"karim", "lucia"}, p.Subject),
		} {
			st, err := h.Panel.Stand(t.Context(), who, c.ID, group)
			if fault.KindOf(err) == fault.Forbidden {
				continue // who steers it
			}
			if err != nil || (st.Fits() == nil) != enters {
				t.Errorf("%s in %s: %v, %v", p.Subject, group, st.Fits(), err)
			}
		}
	}
}
