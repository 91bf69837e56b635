package webtest

import (
	"testing"

	"delfi/internal/account"
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
func (h *House) Ask(t testing.TB, slug, document string, people int, items ...draft.Item) consultation.Consultation {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	riva, err := h.Accounts.Found(ctx, account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"})
	must(err)
	giulia, paolo := h.Person(t, "giulia"), h.Person(t, "paolo")
	marta, davide := h.Person(t, "marta"), h.Person(t, "davide")
	at := h.DB.Now()
	_, err = h.Drafts.Create(ctx, giulia, riva.ID, draft.Form{
		Slug: slug, Language: "it", Title: "Lavori nel quartiere", Question: "Quali lavori del quartiere vengono prima?", Background: "Testo.",
		CommitmentQuotation: "Decideremo tenendone conto.", CommitmentDecider: "La Giunta", CommitmentSubject: "i lavori",
		CommitmentDecideBy: at.AddDate(1, 0, 0).Format("2006-01-02"), CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
		Moderators: []string{marta.Account.String(), davide.Account.String()}, Facilitators: []string{paolo.Account.String()}, Offices: map[string]string{},
		StartsOn: at.AddDate(0, 0, 2).Format("2006-01-02"), Protocol: document, Items: items,
	})
	must(err)
	must(h.Consultations.Announce(ctx, giulia, slug))
	c, err := h.Consultations.Find(ctx, giulia, slug)
	must(err)
	for n := range people {
		must(h.Panel.Enrol(ctx, h.Panelist(t, n), c.ID, c.Protocol.Panel.Groups[0].ID))
	}
	must(h.Consultations.Start(ctx, giulia, slug))
	must(h.Jobs.Drain(ctx))
	c, err = h.Consultations.Find(ctx, giulia, slug)
	must(err)
	return c
}

// Cast delivers a panelist's ballot in a round.
func (h *House) Cast(t testing.TB, c consultation.Consultation, round, panelist int, in ballot.Answers) {
	t.Helper()
	seat, err := h.Panel.Seat(t.Context(), h.Panelist(t, panelist), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Ballots.Cast(t.Context(), seat, round, in, ballot.Part{}); err != nil {
		t.Fatal(err)
	}
}

// Next closes a round, whose figures are then shown, and opens the one after it.
func (h *House) Next(t testing.TB, c consultation.Consultation, round int) consultation.Consultation {
	t.Helper()
	ctx, paolo := t.Context(), h.Person(t, "paolo")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(h.Consultations.CloseRound(ctx, paolo, c.Slug, round, "abbiamo le risposte"))
	must(h.Jobs.Drain(ctx))
	if round < len(c.Rounds) {
		must(h.Consultations.OpenRound(ctx, paolo, c.Slug, round+1))
		must(h.Jobs.Drain(ctx))
	}
	c, err := h.Consultations.Find(ctx, h.Person(t, "giulia"), c.Slug)
	must(err)
	return c
}
