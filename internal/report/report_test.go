package report_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/contribution"
	"delfi/internal/delphi"
	"delfi/internal/delphi/canonical"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
	"delfi/internal/report/schema"
)

const (
	slug   = apptest.Slug
	people = 30
)

// town is a consultation that is walked from its draft to its opinion.
type town struct {
	*apptest.World
	t                                     *testing.T
	administrator, moderator, facilitator account.Actor
	citizens                              []account.Actor
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) consultation() consultation.Consultation {
	w.t.Helper()
	c, err := w.Consultations.Find(w.t.Context(), w.administrator, slug)
	w.must(err)
	return c
}

// newTown walks to the end of the gather round, with two contributions merged
// into one statement, one admitted alone and one rejected.
func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t, World: apptest.New(t, apptest.At("2026-03-02 09:00"))}
	for i := range people {
		w.citizens = append(w.citizens, w.Newcomer(t, fmt.Sprintf("citizen %d", i)))
	}
	ctx, c := t.Context(), w.Consultation(t).People(w.citizens...).Gathering()
	w.administrator, w.moderator, w.facilitator = w.Person(t, "giulia"), w.Person(t, "marta"), w.Person(t, "paolo")
	var texts []contribution.Contribution
	for i, body := range []string{"Più alberi", "Alberi e ombra", "Una fontana", "Comprate da me"} {
		alias, err := w.Panel.Alias(ctx, w.citizens[i], c.ID)
		w.must(err)
		made, err := w.Contributions.Contribute(ctx, alias, c.ID, body, "")
		w.must(err)
		texts = append(texts, made)
	}
	w.Clock.Add(10 * 24 * time.Hour)
	w.Drain(w.t)
	_, err := w.Contributions.Merge(ctx, w.moderator, slug, contribution.Merge{
		Contributions: ids(texts[:2]), Destination: contribution.Fresh, Text: "Servono alberi che facciano ombra.", Rule: "1.6", Reason: "dicono lo stesso",
	})
	w.must(err)
	_, err = w.Contributions.Merge(ctx, w.moderator, slug, contribution.Merge{
		Contributions: ids(texts[2:3]), Destination: contribution.Fresh, Text: "Serve una fontana.", Rule: "1.6", Reason: "è una proposta chiara",
	})
	w.must(err)
	w.must(w.Contributions.Reject(ctx, w.moderator, slug, contribution.Choice{Contributions: ids(texts[3:]), Rule: "1.5", Reason: "è pubblicità"}))
	if w.consultation().Rounds[0].State != consultation.RoundReleased {
		w.must(w.Consultations.ReleaseRound(ctx, w.moderator, slug, 1))
	}
	return w
}

func ids(texts []contribution.Contribution) []uuid.UUID {
	var out []uuid.UUID
	for _, c := range texts {
		out = append(out, c.ID)
	}
	return out
}

// play opens a round, lets everybody but the last few answer, and closes it: on
// the first statement they agree but for a few who say why, on the second they
// are of two minds.
func (w *town) play(round, silent int) {
	w.t.Helper()
	ctx := w.t.Context()
	if w.consultation().Rounds[round-1].State == consultation.RoundPlanned {
		w.must(w.Consultations.OpenRound(ctx, w.facilitator, slug, round))
	}
	c := w.consultation()
	items, err := w.Consultations.Items(ctx, c.ID)
	w.must(err)
	for i, p := range w.citizens[:people-silent] {
		seat, err := w.Panel.Seat(ctx, p, c.ID)
		w.must(err)
		a := []delphi.Answer{{Item: items[0].ID.String(), Value: 8}, {Item: items[1].ID.String(), Value: 2 + 6*(i%2)}}
		if i < 3 {
			a[0].Value, a[0].Reason, a[0].Argues = 2, fmt.Sprintf("gli alberi tolgono posti %d", i), delphi.Against
		} else if i < 6 {
			a[0].Reason, a[0].Argues = fmt.Sprintf("d'estate si brucia %d", i), delphi.For
		}
		switch i {
		case 6: // says the same as another, and no side
			a[0].Reason = "gli alberi tolgono posti 0"
		case 7, 8:
			a[1].Reason, a[1].Argues = "d'inverno gela", delphi.Against
		case 9:
			a[1].Reason, a[1].Argues = "d'estate rinfresca", delphi.For
		case 10:
			a[1].Reason, a[1].Argues = "dipende da dove", delphi.Neither
		}
		_, err = w.Ballots.Cast(ctx, seat, round, ballot.Answers{Given: a}, ballot.Part{})
		w.must(err)
	}
	w.Clock.Add(4 * 24 * time.Hour)
	w.must(w.Consultations.CloseRound(ctx, w.facilitator, slug, round, "hanno risposto quasi tutti"))
	w.Drain(w.t)
}

func (w *town) refused(err error, kind fault.Kind, code string) {
	w.t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code {
		w.t.Errorf("got %v, want %q", err, code)
	}
}

// forgo declares that dissent is not reported, which a consultation with dissent
// needs before it is published at once.
func (w *town) forgo() {
	w.t.Helper()
	w.must(w.Consultations.ForgoMinority(w.t.Context(), w.facilitator, slug, "se ne parla in Consiglio", ""))
}

// shown are reasons with their people and rounds, in the order of their words.
func shown(reasons []schema.Reason) []string {
	out := []string{}
	for _, r := range reasons {
		out = append(out, fmt.Sprintf("%s ×%d %v", r.Text, r.People, r.Rounds))
	}
	slices.Sort(out)
	return out
}

func TestThePublishedOpinionHoldsEveryItemWithItsHistoryAndItsDissent(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	w.play(2, 0)
	items, err := w.Consultations.Items(ctx, w.consultation().ID)
	w.must(err)
	last := w.consultation()
	f, err := w.Archive.Feedback(ctx, last.ID, 2)
	w.must(err)
	if f.Items[0].Proposal.Action == verdict.Reword {
		t.Fatal("the test rewords against the proposal")
	}
	// Against the proposal, with a reason that becomes public and new words.
	w.must(w.Facilitation.Reword(ctx, w.facilitator, slug, items[0].ID,
		consultation.Rewording{Texts: []string{"Si piantano gli alberi in piazza."}, Reason: "vogliamo capire meglio"}, ""))
	w.play(3, 6)
	_, _, err = w.Reports.Of(ctx, last.ID)
	w.refused(err, fault.NotFound, "no_opinion")
	_, err = w.Reports.Preview(ctx, w.administrator, slug, consultation.OpinionTexts{})
	w.refused(err, fault.Conflict, "not_concluded")

	w.must(w.Consultations.Conclude(ctx, w.facilitator, slug, "i giri sono finiti"))
	w.Drain(w.t)
	texts := consultation.OpinionTexts{Summary: "In breve: **ombra**."}
	preview, err := w.Reports.Preview(ctx, w.administrator, slug, texts)
	w.must(err)
	w.forgo()
	w.must(w.Consultations.Publish(ctx, w.administrator, slug, texts))

	c := w.consultation()
	o, raw, err := w.Reports.Of(ctx, c.ID)
	w.must(err)
	if d := cmp.Diff(preview.Items, o.Items); d != "" {
		t.Error("the preview showed other items:", d)
	}

	// The document and its hash in the public record.
	sum := sha256.Sum256(raw)
	entries, err := w.Record.Of(ctx, c.ID)
	w.must(err)
	if !slices.ContainsFunc(entries, func(e ledger.Entry) bool {
		return e.Type == "opinion" && strings.Contains(e.Body, hex.EncodeToString(sum[:]))
	}) {
		t.Error("the record does not hold the hash of opinion.json")
	}
	if again, err := canonical.Marshal(o); err != nil || !bytes.Equal(again, raw) {
		t.Error("the document changes when it is read and written again")
	}

	if len(o.Items) != 2 {
		t.Fatalf("%d items of 2", len(o.Items))
	}
	trees, fountain := o.Items[0], o.Items[1]
	if len(trees.History) != 2 || trees.History[0].Round != 2 || trees.History[1].Round != 3 {
		t.Errorf("history of %d rounds", len(trees.History))
	}
	if n := trees.History[1].Figures.N; n != people-6 {
		t.Errorf("%d answers in the last round, want %d", n, people-6)
	}
	if was, now := trees.History[0].Text, trees.History[1].Text; was == now || now != "Si piantano gli alberi in piazza." {
		t.Errorf("the rounds asked %q and %q", was, now)
	}
	if d := trees.History[0].Decision; d == nil || !d.Against || d.Reason != "vogliamo capire meglio" {
		t.Errorf("decision %+v", d)
	}
	if trees.Verdict.Key != verdict.Consensus || trees.Pile != schema.For {
		t.Errorf("the trees are %s on pile %q", trees.Verdict.Key, trees.Pile)
	}
	if fountain.Verdict.Key != verdict.Bipolarity || fountain.Pile != schema.Divided {
		t.Errorf("the fountain is %s on pile %q", fountain.Verdict.Key, fountain.Pile)
	}
	want := schema.Summary{Consensus: schema.BySide{N: 1, For: 1}, Divided: schema.DividedOnes{N: 1, TwoPoles: 1}}
	lists, err := w.Reports.Summaries(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[uuid.UUID]schema.Summary{c.ID: want}, lists); d != "" {
		t.Errorf("the list of opinions: %s", d)
	}
	if d := cmp.Diff(want, o.Summary); d != "" || len(o.On(schema.For)) != 1 || len(o.On(schema.Divided)) != 1 {
		t.Errorf("piles and summary: %s", d)
	}
	// Dissent from a consensus for is what was said against, each once in both rounds:
	// not the enthusiasm of those who stand even higher.
	if d := cmp.Diff([]string{"gli alberi tolgono posti 0 ×2 [2 3]", "gli alberi tolgono posti 1 ×1 [2 3]", "gli alberi tolgono posti 2 ×1 [2 3]"}, shown(trees.Dissent.Against)); d != "" {
		t.Error(d)
	}
	if len(trees.Dissent.For)+len(trees.Dissent.Unsaid) > 0 {
		t.Errorf("others dissent: %+v", trees.Dissent)
	}
	// Two poles have both sides against them, in two columns.
	if d := cmp.Diff([]string{"d'inverno gela ×2 [2 3]"}, shown(fountain.Dissent.Against)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"d'estate rinfresca ×1 [2 3]"}, shown(fountain.Dissent.For)); d != "" {
		t.Error(d)
	}
	// What is no dissent stands with the rest, once.
	if d := cmp.Diff([]string{"dipende da dove ×1 [2 3]"}, shown(fountain.Rest())); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"d'estate si brucia 3 ×1 [2 3]", "d'estate si brucia 4 ×1 [2 3]", "d'estate si brucia 5 ×1 [2 3]"}, shown(trees.Rest())); d != "" {
		t.Error(d)
	}
	if len(trees.Sensitivity) == 0 {
		t.Error("no sensitivity")
	}
	if b := trees.Bounds; !b.Defined || b.Leavers != 6 || b.Class != verdict.Consensus {
		t.Errorf("attrition bounds %+v", b)
	}
	// Lineage: two contributions became the first statement, by alias.
	if len(trees.Contributions) != 2 || len(fountain.Contributions) != 1 || o.Received != (schema.Received{All: 4, Admitted: 3, Rejected: 1}) {
		t.Errorf("lineage: %d, %d; %+v", len(trees.Contributions), len(fountain.Contributions), o.Received)
	}
	if from, ok := o.Contribution(trees.Contributions[0]); !ok || from.Alias == "" || from.Body == "" {
		t.Errorf("contribution %+v", from)
	}
	// Participation, attrition, promises, words.
	if d := cmp.Diff([]int{0, people, people - 6}, []int{o.Rounds[0].Answered, o.Rounds[1].Answered, o.Rounds[2].Answered}); d != "" {
		t.Error(d)
	}
	if a := o.Attrition[1]; a.Previous != 2 || a.Before != people || a.Items[0].Paired != people-6 || a.Items[0].LeftBefore != 6 {
		t.Errorf("attrition %+v", a)
	}
	if o.Commitment == nil || o.Origin != nil || o.ReplyDue == "" || o.DecideBy != "2027-03-02" || o.DestroyedOn == "" {
		t.Errorf("promises %+v, reply due %q, destroyed %q", o.Commitment, o.ReplyDue, o.DestroyedOn)
	}
	if o.Texts.Summary != texts.Summary || o.Minority.State != schema.MinorityDeclined || o.Minority.Reason != "se ne parla in Consiglio" || o.ProtocolHash != c.Protocol.Hash() {
		t.Errorf("texts %+v", o.Texts)
	}
	if len(o.Acts) == 0 || !slices.ContainsFunc(o.Deviations, func(d schema.Deviation) bool { return d.Reason == "vogliamo capire meglio" }) {
		t.Errorf("acts %v, deviations %v", o.Acts, o.Deviations)
	}
	if slices.ContainsFunc(o.Deviations, func(d schema.Deviation) bool { return d.Kind == "conclude" }) {
		t.Errorf("every round was held, and the conclusion is called a departure: %v", o.Deviations)
	}
	for _, reason := range []string{"hanno risposto quasi tutti", "se ne parla in Consiglio"} {
		if !slices.ContainsFunc(o.Deviations, func(d schema.Deviation) bool { return d.Reason == reason && d.On != "" && d.Kind != "" }) {
			t.Errorf("no deviation says %q: %v", reason, o.Deviations)
		}
	}
	if o.ConcludedReason != "i giri sono finiti" || o.Rounds[1].Reason != "hanno risposto quasi tutti" || o.Rounds[1].Document == "" {
		t.Errorf("concluded for %q, round 2 %+v", o.ConcludedReason, o.Rounds[1])
	}
	// Nobody's name but the staff's.
	for _, p := range w.citizens {
		if bytes.Contains(raw, []byte(p.Account.String())) || bytes.Contains(raw, []byte(p.Name+`"`)) {
			t.Errorf("%s stands in the opinion", p.Name)
		}
	}
}

func TestEveryFigureOfTheOpinionComesFromItsTables(t *testing.T) {
	w := newTown(t)
	w.play(2, 0)
	w.play(3, 3)
	ctx := t.Context()
	w.must(w.Consultations.Conclude(ctx, w.facilitator, slug, "fine"))
	w.Drain(w.t)
	w.forgo()
	w.must(w.Consultations.Publish(ctx, w.administrator, slug, consultation.OpinionTexts{}))
	c := w.consultation()
	o, _, err := w.Reports.Of(ctx, c.ID)
	w.must(err)
	var closings []table.Closing
	w.must(w.DB.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		closings, err = w.Tabulation.Closings(ctx, tx, c.ID)
		return err
	}))
	for _, i := range o.Items {
		for n, r := range i.History {
			item := delphi.Item{ID: i.ID.String(), Kind: i.Kind}
			if d := cmp.Diff(verdict.Measure(c.Protocol, item, closings[:n+1]), r.Figures); d != "" {
				t.Errorf("statement %d round %d: %s", i.Number, r.Round, d)
			}
			verdict, proposal := verdict.Judge(c.Protocol, item, closings[:n+1], len(i.History)-1-n)
			if d := cmp.Diff(verdict, r.Verdict) + cmp.Diff(proposal, r.Proposal); d != "" {
				t.Errorf("statement %d round %d: %s", i.Number, r.Round, d)
			}
		}
	}
}
