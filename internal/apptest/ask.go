package apptest

import (
	"testing"

	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
)

// Protocol documents of every kind of answer, each with a rule that judges its kinds.
const (
	SeveralKinds = `{"version": 1, "variant": "policy",
		"panel": {"groups": [{"id": "cittadini", "name": {"it": "Cittadini"}}]},
		"rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
		"item_kinds": [
			{"id": "grado", "kind": "scale", "points": 4},
			{"id": "opzione", "kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility", "costo"]},
			{"id": "orario", "kind": "choice"},
			{"id": "luogo", "kind": "selection", "k": 2},
			{"id": "parole", "kind": "text"}],
		"consensus": {"rule": "share", "share": {"from": 3, "to": 4}}}`
	Estimates = `{"version": 1, "variant": "estimate",
		"panel": {"groups": [{"id": "tecnici", "name": {"it": "Tecnici"}}]},
		"rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
		"item_kinds": [
			{"id": "anni", "kind": "estimate", "unit": "anni", "min": 0, "max": 40, "never": true, "triple": true},
			{"id": "mese", "kind": "date", "unit": "month", "min": "2027-01", "max": "2035-12"},
			{"id": "giorno", "kind": "date", "unit": "day", "min": "2027-01-01", "max": "2027-12-31", "never": true}],
		"consensus": {"rule": "iqr", "iqr": 3}}`
	Ordering = `{"version": 1, "variant": "ranking",
		"panel": {"groups": [{"id": "cittadini", "name": {"it": "Cittadini"}}]},
		"rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
		"item_kinds": [{"id": "lavori", "kind": "ranking"}],
		"disclosure": {"min_n": 20},
		"consensus": {"rule": "w", "w": 700}}`
)

// Ask announces and starts a consultation of a protocol document with given statements,
// whose first people panelists are enrolled in its first group.
func (w *World) Ask(t testing.TB, slug, document string, people int, items ...draft.Item) consultation.Consultation {
	t.Helper()
	return w.Consultation(t, func(f *draft.Form) {
		f.Slug, f.Protocol, f.Items = slug, document, items
		f.Title, f.Question = "Lavori nel quartiere", "Quali lavori del quartiere vengono prima?"
	}).Panel(people).Started()
}

// Cast delivers a panelist's ballot in a round.
func (w *World) Cast(t testing.TB, c consultation.Consultation, round, panelist int, in ballot.Answers) {
	t.Helper()
	seat, err := w.Panel.Seat(t.Context(), w.Panelist(t, panelist), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ballots.Cast(t.Context(), seat, round, in, ballot.Part{}); err != nil {
		t.Fatal(err)
	}
}

// Reread gives a consultation as it is now.
func (w *World) Reread(t testing.TB, c consultation.Consultation) consultation.Consultation {
	t.Helper()
	c, err := w.Consultations.Find(t.Context(), w.Person(t, "giulia"), c.Slug)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Close closes a round, whose figures are then shown; before its least days the clock
// moves on to their end.
func (w *World) Close(t testing.TB, c consultation.Consultation, round int) consultation.Consultation {
	t.Helper()
	least := civiltime.AddDays(w.Reread(t, c).Round(round).OpenedAt, c.Protocol.Round(round).MinDays)
	w.Clock.Add(max(0, least.Sub(w.DB.Now())))
	if err := w.Consultations.CloseRound(t.Context(), w.Person(t, "paolo"), c.Slug, round, "abbiamo le risposte"); err != nil {
		t.Fatal(err)
	}
	w.Drain(t)
	return w.Reread(t, c)
}

// Next closes a round, releases the contributions that it gathered, and opens the one
// after it, if there is one.
func (w *World) Next(t testing.TB, c consultation.Consultation, round int) consultation.Consultation {
	t.Helper()
	return w.open(t, w.Close(t, c, round), round)
}

// open opens the round after a closed one.
func (w *World) open(t testing.TB, c consultation.Consultation, closed int) consultation.Consultation {
	t.Helper()
	c = w.Reread(t, c)
	if c.Round(closed).State == consultation.RoundClosed {
		if err := w.Consultations.ReleaseRound(t.Context(), w.Person(t, "marta"), c.Slug, closed); err != nil {
			t.Fatal(err)
		}
	}
	if closed < len(c.Rounds) {
		if err := w.Consultations.OpenRound(t.Context(), w.Person(t, "paolo"), c.Slug, closed+1); err != nil {
			t.Fatal(err)
		}
	}
	w.Drain(t)
	return w.Reread(t, c)
}

// Conclude ends a consultation, whose key and ballots are then destroyed.
func (w *World) Conclude(t testing.TB, c consultation.Consultation) consultation.Consultation {
	t.Helper()
	if err := w.Consultations.Conclude(t.Context(), w.Person(t, "paolo"), c.Slug, "non servono altri giri"); err != nil {
		t.Fatal(err)
	}
	w.Drain(t)
	return w.Reread(t, c)
}
