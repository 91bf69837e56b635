package facilitation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/fault"
)

// TestAReminderGoesToEveryone, once for each deadline and within its days, whoever answered.
func TestAReminderGoesToEveryone(t *testing.T) {
	w := apptest.New(t, apptest.At("2026-03-02 10:00"))
	c := w.Consultation(t).Panel(4).Gathering()
	paolo := w.Person(t, "paolo")
	alias, err := w.Panel.Alias(t.Context(), w.Panelist(t, 0), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Contributions.Contribute(t.Context(), alias, c.ID, "Più ombra.", "it"); err != nil {
		t.Fatal(err)
	}
	letters := func() (n int) {
		t.Helper()
		if err := w.DB.Pool().GetContext(t.Context(), &n, `SELECT count(*) FROM civic.outbox WHERE kind = 'reminder'`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	remind := func(who account.Actor, number int) error {
		return w.Facilitation.Remind(t.Context(), who, c.Slug, number, "")
	}
	refused := func(when string, err error, code string) {
		t.Helper()
		f := &fault.Fault{}
		if fault.KindOf(err) != fault.Conflict || !errors.As(err, &f) || f.Code != code {
			t.Errorf("%s: %v, wants %s", when, err, code)
		}
	}
	opened, deadline := c.Rounds[0].OpenedAt, c.Rounds[0].Deadline
	for when, at := range map[string]time.Time{"at its opening": opened, "before three days": civiltime.AddDays(opened, 3).Add(-time.Minute), "two days before the end": civiltime.AddDays(deadline, -2)} {
		w.Clock.Set(at)
		refused(when, remind(paolo, 1), "remind_days")
	}
	w.Clock.Set(civiltime.AddDays(opened, 3))
	for name, who := range map[string]account.Actor{"the administrator": w.Person(t, "giulia"), "a moderator": w.Person(t, "marta"), "a participant": w.Person(t, "anna"), "another administration": w.Person(t, "elena")} {
		if err := remind(who, 1); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := remind(paolo, 9); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a round that there is not: %v", err)
	}
	refused("a planned round", remind(paolo, 2), "wrong_stage")
	if n := letters(); n != 0 {
		t.Fatalf("%d letters of reminders that were refused", n)
	}
	o, err := w.Facilitation.Outlook(t.Context(), paolo, c.Slug)
	if err != nil || o.Unreminded != nil || !strings.Contains(o.Letter.Subject, "giro 1") || !strings.Contains(o.Letter.Text, "nessuno sa chi ha risposto") {
		t.Errorf("the outlook: %+v, %v", o, err)
	}
	seen, err := w.Consultations.StateVersion(t.Context(), w.Reread(t, c))
	if err != nil {
		t.Fatal(err)
	}
	refused("a letter that was not read", w.Facilitation.Remind(t.Context(), paolo, c.Slug, 1, seen+"…"), "moved_on")
	for range 2 { // pressed twice
		if err := remind(paolo, 1); err != nil {
			t.Fatal(err)
		}
	}
	if n := letters(); n != 4 {
		t.Errorf("%d letters to a panel of 4", n)
	}
	if o, err = w.Facilitation.Outlook(t.Context(), paolo, c.Slug); err != nil || o.Unreminded == nil {
		t.Errorf("the outlook says that it can be sent again: %v", err)
	}
	all, err := w.Record.Of(t.Context(), c.ID)
	if last := all[len(all)-1]; err != nil || last.Kind != string(consultation.ActRemind) || last.Role != "facilitator" || strings.Contains(last.Body, "enrolled") {
		t.Errorf("the record: %+v, %v", last, err)
	}
	// A new deadline is reminded of anew.
	if err := w.Consultations.ExtendRound(t.Context(), paolo, c.Slug, 1, 2, "piove"); err != nil {
		t.Fatal(err)
	}
	if err := remind(paolo, 1); err != nil || letters() != 8 {
		t.Errorf("after the extension: %d letters, %v", letters(), err)
	}
	if err := w.Consultations.Suspend(t.Context(), w.Person(t, "giulia"), c.Slug, "un dubbio"); err != nil {
		t.Fatal(err)
	}
	refused("suspended", remind(paolo, 1), "suspended")
}
