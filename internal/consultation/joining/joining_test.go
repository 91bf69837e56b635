package joining_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/joining"
	"delfi/internal/consultation/translation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
)

const outcomes = `{"version": 1, "variant": "core-outcomes",
	"panel": {"groups": [{"id": "cittadini", "name": {"it": "Cittadini"}}]},
	"rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
	"item_kinds": [{"id": "esito", "kind": "scale", "points": 9}, {"id": "altro", "kind": "text"}],
	"items": {"source": "given", "new_after_round": 1},
	"consensus": {"rule": "comet"}}`

// town is a world with core outcomes that people rate; each writes in round 1 what is missing.
type town struct {
	*testing.T
	*apptest.World
	c     consultation.Consultation
	paolo account.Actor
	items []consultation.Item
}

const people = 20

func open(t *testing.T) *town {
	t.Helper()
	w := &town{T: t, World: apptest.New(t)}
	w.c = w.Ask(t, "esiti", outcomes, people, draft.Item{Kind: "esito", Text: "Sopravvivenza"}, draft.Item{Kind: "altro", Text: "Che cosa manca?"})
	w.paolo, w.items = w.Person(t, "paolo"), w.live()
	return w
}

func (w *town) live() []consultation.Item {
	w.Helper()
	items, err := w.Consultations.Items(w.Context(), w.c.ID)
	w.ok(err)
	return items
}

// answers delivers every ballot of a round: of what is rated, and in round 1 of what is missing.
func (w *town) answers(round int) {
	w.Helper()
	for p := range people {
		var in ballot.Answers
		for _, i := range w.live() {
			a := delphi.Answer{Item: i.ID.String(), Value: 8}
			if i.Kind == "altro" {
				a = delphi.Answer{Item: i.ID.String(), Reason: []string{"Il dolore.", fmt.Sprint("Manca altro, ", p)}[min(p%4, 1)]}
			}
			in.Given = append(in.Given, a)
		}
		w.Cast(w.T, w.c, round, p, in)
	}
	w.c = w.Close(w.T, w.c, round)
}

func (w *town) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *town) join(actor account.Actor, j consultation.Joining) (consultation.Item, error) {
	return w.Joining.Join(w.Context(), actor, w.c.Slug, j)
}

func (w *town) refused(err error, kind fault.Kind, code string) {
	w.Helper()
	if f := (*fault.Fault)(nil); !errors.As(err, &f) || f.Kind != kind || f.Code != code {
		w.Errorf("got %v; want %q", err, code)
	}
}

// fields gives "name:code" of an Invalid fault.
func fields(err error) []string {
	var out []string
	if f := (*fault.Fault)(nil); errors.As(err, &f) {
		for _, d := range f.Fields {
			out = append(out, d.Name+":"+d.Code)
		}
	}
	return out
}

// desk gives the page's data, as the facilitator reads it.
func (w *town) desk() joining.Desk {
	w.Helper()
	d, err := w.Joining.Desk(w.Context(), w.paolo, w.c.Slug)
	w.ok(err)
	return d
}

// TestStatementsJoinAfterTheRound: after the round that the protocol names, and until the next
// one opens, the facilitator lets statements join and takes them back; round 2 asks them as
// new, and its verdict knows no earlier round.
func TestStatementsJoinAfterTheRound(t *testing.T) {
	w := open(t)
	own := consultation.Joining{Kind: "esito", Text: "Qualità  del sonno", Reason: "Lo chiedono in letteratura."}
	_, err := w.join(w.paolo, own)
	w.refused(err, fault.Conflict, "round_open")
	w.answers(1)

	for _, who := range []string{"giulia", "marta"} {
		_, err := w.join(w.Person(t, who), own)
		w.refused(err, fault.Forbidden, "wrong_role")
	}
	_, err = w.join(w.Panelist(t, 0), own)
	w.refused(err, fault.Forbidden, "wrong_role")
	if _, err := w.join(w.paolo, consultation.Joining{}); !slices.Equal(fields(err), []string{"kind:unknown_kind", "text:required", "reason:required"}) {
		t.Errorf("an empty form: %q", fields(err))
	}
	if _, err := w.join(w.paolo, consultation.Joining{Kind: "esito", Text: "sopravvivenza", Reason: "Sì."}); !slices.Equal(fields(err), []string{"text:asked_already"}) {
		t.Errorf("words that are asked: %q", fields(err))
	}
	if _, err := w.join(w.paolo, consultation.Joining{Kind: "esito", Text: "Altro", Reason: "Sì.", Digest: strings.Repeat("0", 64)}); !slices.Equal(fields(err), []string{"from:no_source"}) {
		t.Errorf("words that nobody said: %q", fields(err))
	}

	w.goesOn()
	d := w.desk()
	place, found := d.Place("2")
	if !found || d.Refused != nil || place.Quotes[0].Text == "" || d.Places[0].Key != "2" {
		t.Fatalf("what was said: %+v, %v", d.Places, d.Refused)
	}
	at := slices.IndexFunc(place.Quotes, func(s joining.Quote) bool { return s.Text == "Il dolore." })
	if at < 0 || place.Quotes[at].People != people/4 {
		t.Fatalf("%+v", place.Quotes)
	}
	source, err := joining.ReadSource(place.Quotes[at].From)
	w.ok(err)
	pain := consultation.Joining{Kind: "esito", Text: "Dolore", Reason: "Lo dicono in cinque.", Digest: source.Digest}
	first, err := w.join(w.paolo, pain)
	w.ok(err)
	again, err := w.join(w.paolo, pain)
	w.ok(err)
	if first.ID != again.ID || first.Number != 3 {
		t.Errorf("pressed twice: %d and %d", first.Number, again.Number)
	}

	second, err := w.join(w.paolo, own)
	w.ok(err)
	if second.Text != "Qualità del sonno" || second.Number != 4 {
		t.Errorf("joined: %+v", second)
	}
	take := func(item uuid.UUID, reason string) error {
		return w.Joining.Withdraw(t.Context(), w.paolo, w.c.Slug, item, reason)
	}
	w.refused(w.Joining.Withdraw(t.Context(), w.Person(t, "marta"), w.c.Slug, second.ID, "No."), fault.Forbidden, "wrong_role")
	w.refused(take(w.items[0].ID, "No."), fault.Conflict, "not_joined")
	if err := take(second.ID, " "); !slices.Equal(fields(err), []string{"reason:required"}) {
		t.Errorf("withdrawn without a reason: %v", err)
	}
	w.ok(take(second.ID, "È già in un’altra."))
	w.ok(take(second.ID, "È già in un’altra."))
	if d = w.desk(); len(d.Joined) != 1 || d.Joined[0].Number != 3 || d.Joined[0].Digest != source.Digest || d.Joined[0].Round != 1 || d.Joined[0].Entry.Texts["text"] != "Dolore" {
		t.Errorf("joined: %+v", d.Joined)
	}

	w.ok(w.Consultations.OpenRound(t.Context(), w.paolo, w.c.Slug, 2))
	w.c = w.Reread(t, w.c)
	if _, found := w.desk().Find(place.Quotes[at].From); !found {
		t.Error("while round 2 is open the desk does not find what a statement rests on")
	}
	if d = w.desk(); len(d.Joined) != 1 || fault.KindOf(d.Refused) != fault.Conflict {
		t.Errorf("while round 2 is open: %+v", d)
	}
	w.refused(take(first.ID, "No."), fault.Conflict, "round_open")
	letters := map[string]int{}
	rows, err := w.DB.Pool().QueryContext(t.Context(), `SELECT kind, count(*) FROM civic.outbox WHERE round = 2 GROUP BY kind`)
	w.ok(err)
	defer rows.Close()
	for rows.Next() {
		var kind string
		var n int
		w.ok(rows.Scan(&kind, &n))
		letters[kind] = n
	}
	w.ok(rows.Err())
	if letters["round_opened"] != 0 || letters["new_items"] != people {
		t.Errorf("letters of the opening: %v", letters)
	}
	w.answers(2)
	_, err = w.join(w.paolo, own)
	w.refused(err, fault.Conflict, "new_items_late")

	f, err := w.Archive.Feedback(t.Context(), w.c.ID, 2)
	w.ok(err)
	got := map[int]verdict.Key{}
	for _, i := range f.Items {
		got[i.Number] = i.Verdict.Key
	}
	if got[1] != verdict.Consensus || got[3] != verdict.Open {
		t.Errorf("asked twice and once: %v", got)
	}
}

// goesOn settles all that was rated: its words join nowhere, and a question in words that joins
// goes on. Then all is as it was.
func (w *town) goesOn() {
	w.Helper()
	against := func(what string, want bool) {
		w.Helper()
		w.ok(w.DB.Read(w.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			got, err := w.Consultations.AgainstProposal(ctx, tx, w.c)
			if got != want {
				w.Errorf("concluding with %s is against the proposal: %v", what, got)
			}
			return err
		}))
	}
	first := w.items[0].ID
	w.ok(w.Consultations.Decide(w.Context(), w.paolo, w.c.Slug, first, consultation.Settle, "Basta così.", ""))
	against("all settled", false)
	if _, err := w.join(w.paolo, consultation.Joining{Kind: "esito", Text: "sopravvivenza", Reason: "Sì."}); !slices.Equal(fields(err), []string{"text:settled_already"}) {
		w.Errorf("words that are settled: %q", fields(err))
	}
	asked, err := w.join(w.paolo, consultation.Joining{Kind: "altro", Text: "E perché?", Reason: "Manca."})
	w.ok(err)
	against("a question that joined", true)
	w.ok(w.Joining.Withdraw(w.Context(), w.paolo, w.c.Slug, asked.ID, "Non serve."))
	decided, err := w.Consultations.Decisions(w.Context(), w.c.ID)
	w.ok(err)
	w.ok(w.Facilitation.Undecide(w.Context(), w.paolo, w.c.Slug, first, decided[0].Version()))
}

// TestNothingStopsBeforeAStatementCouldJoin: where the stopping rule holds after the round that
// the protocol names, the system concludes no sooner than the next round was to open, and goes on
// where something joined by then.
func TestNothingStopsBeforeAStatementCouldJoin(t *testing.T) {
	for _, joins := range []bool{true, false} {
		w := &town{T: t, World: apptest.New(t)}
		protocol := strings.NewReplacer(`"new_after_round": 1`, `"new_after_round": 2`, `"min_days": 0}]`, `"min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}], "stop": {"when": "stable", "auto": true}`).Replace(outcomes)
		w.c = w.Ask(t, "esiti", protocol, people, draft.Item{Kind: "esito", Text: "Sopravvivenza"})
		w.paolo, w.items = w.Person(t, "paolo"), w.live()
		w.answers(1)
		w.ok(w.Consultations.OpenRound(w.Context(), w.paolo, w.c.Slug, 2))
		w.answers(2)
		next := w.c.Next()
		if w.c.Stage != consultation.Running || next == nil {
			t.Fatalf("after round 2 it is %s", w.c.Stage)
		}
		want := consultation.Concluded
		if joins {
			want = consultation.Running
			_, err := w.join(w.paolo, consultation.Joining{Kind: "esito", Text: "Qualità del sonno", Reason: "Manca."})
			w.ok(err)
		}
		w.Clock.Set(next.PlannedAt.Add(time.Minute))
		w.ok(w.Jobs.Drain(w.Context()))
		c, err := w.Consultations.Find(w.Context(), w.paolo, w.c.Slug)
		w.ok(err)
		if c.Stage != want || joins && c.Round(3).State != consultation.RoundOpen {
			t.Errorf("joined %v: it is %s, round 3 %s", joins, c.Stage, c.Round(3).State)
		}
	}
}

// TestAContributionKeepsItsAlias: a statement that joins rests on a contribution, which is in it
// from then on and out of it when the statement is withdrawn; in a consultation of several
// languages it has words in each.
func TestAContributionKeepsItsAlias(t *testing.T) {
	w := &town{T: t, World: apptest.New(t)}
	ctx := t.Context()
	w.c = w.Consultation(t, apptest.Spoken("de"), func(f *draft.Form) { *f = f.Type("items.new_after_round", []string{"2"}) }).Panel(5).Gathering()
	marta := w.Person(t, "marta")
	w.paolo = w.Person(t, "paolo")
	var written []uuid.UUID
	for n := range 2 {
		alias, err := w.Panel.Alias(ctx, w.Panelist(t, n), w.c.ID)
		w.ok(err)
		made, err := w.Contributions.Contribute(ctx, alias, w.c.ID, fmt.Sprintf("Contributo %d.", n+1), "")
		w.ok(err)
		written = append(written, made.ID)
	}
	w.c = w.Close(t, w.c, 1)
	it, err := w.Contributions.Merge(ctx, marta, w.c.Slug, contribution.Merge{
		Contributions: written[:1], Destination: contribution.Fresh, Text: "Contributo 1.", Rule: "1.6", Reason: "è una proposta",
	})
	w.ok(err)
	w.ok(w.Contributions.Reject(ctx, marta, w.c.Slug, contribution.Choice{Contributions: written[1:], Rule: "1.6", Reason: "Fuori tema."}))
	w.ok(w.Translations.Translate(ctx, marta, w.c.Slug, translation.Words{Item: it.ID, Version: 1, Texts: map[string]string{"de": "Beitrag 1."}, Seen: map[string]string{"de": prose.Version("")}}))
	w.ok(w.Consultations.ReleaseRound(ctx, marta, w.c.Slug, 1))
	w.ok(w.Consultations.OpenRound(ctx, w.paolo, w.c.Slug, 2))
	w.c = w.Close(t, w.c, 2)

	d := w.desk()
	place, found := d.Place(joining.Contributions)
	if !found || len(place.Quotes) != 1 || place.Quotes[0].Alias == "" || place.Quotes[0].Items != 1 {
		t.Fatalf("what was contributed: %+v", d.Places)
	}
	j := consultation.Joining{Text: "Anche di sera.", Reason: "Mancava.", Contribution: written[0]}
	if _, err := w.join(w.paolo, j); !slices.Equal(fields(err), []string{"text.de:required"}) {
		t.Errorf("without words in German: %q", fields(err))
	}
	j.Texts = map[string]string{"de": "Auch abends."}
	left := j
	left.Contribution = written[1]
	if _, err := w.join(w.paolo, left); !slices.Equal(fields(err), []string{"from:no_source"}) {
		t.Errorf("from what moderators left out: %q", fields(err))
	}
	joined, err := w.join(w.paolo, j)
	w.ok(err)
	mended := j
	mended.Texts = map[string]string{"de": "Auch am Abend."}
	if _, err := w.join(w.paolo, mended); !slices.Equal(fields(err), []string{"text:asked_already"}) {
		t.Errorf("pressed again with other words in German: %v", err)
	}
	rests := func() []uuid.UUID {
		t.Helper()
		all, _, err := w.Contributions.Public(ctx, w.c.ID)
		w.ok(err)
		for _, c := range all {
			if c.ID == written[0] {
				return c.Items
			}
		}
		return nil
	}
	if got := rests(); !slices.Equal(got, []uuid.UUID{it.ID, joined.ID}) {
		t.Errorf("the contribution is in %v", got)
	}
	for _, i := range w.live() {
		if i.ID == joined.ID && i.Translations["de"].Text != "Auch abends." {
			t.Errorf("in German: %+v", i.Translations)
		}
	}
	w.ok(w.Joining.Withdraw(ctx, w.paolo, w.c.Slug, joined.ID, "È la stessa."))
	if got := rests(); !slices.Equal(got, []uuid.UUID{it.ID}) {
		t.Errorf("withdrawn, the contribution is in %v", got)
	}
	_, err = w.join(w.paolo, j)
	w.ok(err)
	w.ok(w.Consultations.OpenRound(ctx, w.paolo, w.c.Slug, 3))
	if d = w.desk(); len(d.Joined) != 1 || d.Joined[0].Contribution != written[0] || d.Joined[0].Entry.Texts["text.de"] != "Auch abends." {
		t.Errorf("joined: %+v", d.Joined)
	}
}
