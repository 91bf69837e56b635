package rehearsal_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/peak"
	"delfi/internal/rehearsal"
)

var now = time.Date(2030, 5, 6, 10, 0, 0, 0, time.UTC)

var variants = []protocol.Variant{
	protocol.VariantClassical, protocol.VariantPolicy, protocol.VariantRanking, protocol.VariantEstimate,
	protocol.VariantAppropriateness, protocol.VariantCoreOutcomes, protocol.VariantRealTime, protocol.VariantArgumentative,
}

// of gives a draft with the proposal of a variant.
func of(t *testing.T, variant protocol.Variant) (consultation.Consultation, []consultation.Item) {
	t.Helper()
	f := form.Form{Slug: "prova", Title: "Prova", Language: "it"}.Begin(variant)
	p, items, ok := f.Whole()
	if !ok {
		t.Fatalf("the proposal of %s does not hold", variant)
	}
	return consultation.Consultation{ID: uuid.MustParse("6f1d9a52-0d1d-4f0e-9a62-3f1f7e6f9b01"), Slug: "prova", Title: "Prova", Language: "it", Stage: consultation.Draft, Protocol: p}, items
}

func run(t *testing.T, c consultation.Consultation, items []consultation.Item, manner rehearsal.Manner, until int) *rehearsal.Rehearsal {
	t.Helper()
	play := rehearsal.Play{Manner: manner, Seed: 1}
	for range c.Protocol.Panel.Groups {
		play.People = append(play.People, 24)
	}
	r, err := rehearsal.Run(c, items, play, now, until)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestEachVariantComesToItsEnd rehearses each variant's own proposal in each manner.
func TestEachVariantComesToItsEnd(t *testing.T) {
	for _, variant := range variants {
		for _, manner := range rehearsal.Manners {
			t.Run(fmt.Sprintf("%s %s", variant, manner), func(t *testing.T) {
				c, items := of(t, variant)
				r := run(t, c, items, manner, 0)
				o, ok := r.Opinion()
				if !ok || r.Ends == "" || r.Consultation.PublishedAt.After(now) || o.Version != 1 {
					t.Fatalf("no opinion: %q, published %v", r.Ends, r.Consultation.PublishedAt)
				}
				count := map[verdict.Key]int{}
				for _, i := range o.Items {
					if i.State != "settled" && i.State != "dropped" {
						t.Errorf("%d is %s", i.Number, i.State)
					}
					count[i.Verdict.Key]++
				}
				// Whoever agrees early comes to a consensus, whoever stays divided to none.
				switch {
				case len(o.Items) < 5:
					t.Errorf("it asks %d items", len(o.Items))
				case manner == rehearsal.Agree && count[verdict.Consensus] == 0, manner == rehearsal.Divide && count[verdict.Consensus] > 0:
					t.Errorf("people who %s come to %v", manner, count)
				}
			})
		}
	}
}

// TestTheSamePlayGivesTheSame: the same answers, and other ones for another seed; round after round
// the same documents as at once.
func TestTheSamePlayGivesTheSame(t *testing.T) {
	c, items := of(t, protocol.VariantClassical)
	text := func(r *rehearsal.Rehearsal, round int) string {
		d, ok := r.Feedback(round)
		if !ok {
			t.Fatalf("round %d has no document", round)
		}
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	whole := run(t, c, items, rehearsal.Drift, 0)
	for _, round := range []int{2, 3} {
		part := run(t, c, items, rehearsal.Drift, round)
		if text(part, round) != text(whole, round) {
			t.Errorf("round %d by itself has another document", round)
		}
		if _, ok := part.Opinion(); ok != (part.Ends != "") || ok {
			t.Errorf("after round %d: an opinion %v, ends %q", round, ok, part.Ends)
		}
	}
	other, err := rehearsal.Run(c, items, whole.Play.Another(), now, 0)
	if err != nil {
		t.Fatal(err)
	}
	if whole.Play.Another().Seed != 2 || text(other, 2) == text(whole, 2) {
		t.Error("another seed gives the same answers")
	}
}

// TestTheFormOfARound is that of somebody who answered: it shows the round before, and of a standing
// round the last release before its deadline.
func TestTheFormOfARound(t *testing.T) {
	c, items := of(t, protocol.VariantClassical)
	r := run(t, c, items, rehearsal.Agree, 3)
	if _, ok := r.Paper(1); ok {
		t.Error("a round of contributions has a paper")
	}
	first, ok := r.Paper(2)
	if !ok || first.Feedback != nil || first.Last != nil || len(first.Items) != 5 {
		t.Errorf("the first form: %v, %d items", first.Feedback, len(first.Items))
	}
	second, ok := r.Paper(3)
	if !ok || second.Feedback == nil || second.Feedback.Round != 2 || len(second.Last) == 0 {
		t.Errorf("the second form: %+v", second)
	}
	c, items = of(t, protocol.VariantRealTime)
	r = run(t, c, items, rehearsal.Agree, 1)
	standing, ok := r.Paper(1)
	if !ok || standing.Feedback == nil || standing.Feedback.Tick >= r.Consultation.Rounds[0].Ticks+1 || !standing.Told(standing.Items[0].ID) {
		t.Errorf("the form of a standing round: %+v", standing.Feedback)
	}
}

// TestManyItems: the first of each kind are asked, and the others counted.
func TestManyItems(t *testing.T) {
	c, _ := of(t, protocol.VariantClassical)
	var items []consultation.Item
	for n := range rehearsal.Asked + 7 {
		items = append(items, consultation.Item{Kind: c.Protocol.ItemKinds[0].ID, Text: fmt.Sprint(n)})
	}
	c.Protocol.Rounds = c.Protocol.Rounds[1:] // none gathers
	r := run(t, c, items, rehearsal.Agree, 1)
	if r.Left != 7 || len(r.Items) != rehearsal.Asked {
		t.Errorf("%d items, %d left", len(r.Items), r.Left)
	}
}

// TestALargeDraft: the largest draft costs little more than a usual one, as often as its pages are
// read: twenty lists of twenty, in twelve groups and ten rounds.
func TestALargeDraft(t *testing.T) {
	for _, gathers := range []bool{true, false} {
		c, _ := of(t, protocol.VariantPolicy)
		p := &c.Protocol
		for n := range protocol.MostKinds - 1 {
			p.ItemKinds = append(p.ItemKinds, delphi.ItemKind{ID: fmt.Sprintf("list-%d", n), Kind: delphi.SelectionForm, K: 20})
		}
		for n := 1; n < protocol.MostGroups; n++ {
			p.Panel.Groups = append(p.Panel.Groups, protocol.GroupPlan{ID: fmt.Sprintf("group-%d", n), Name: p.Panel.Groups[0].Name, Access: p.Panel.Groups[0].Access})
		}
		p.Items.Max, p.Stop.When = 1000, ""
		for len(p.Rounds) < protocol.MostRounds {
			p.Rounds = append(p.Rounds, p.Rounds[len(p.Rounds)-1])
		}
		if !gathers {
			p.Rounds = p.Rounds[1:]
		}
		play := rehearsal.Play{Manner: rehearsal.Divide, Seed: 1}
		for range p.Panel.Groups {
			play.People = append(play.People, rehearsal.PeopleMost(len(p.Panel.Groups)))
		}
		if err := play.Check(*p); err != nil {
			t.Fatal(err)
		}
		peak.Within(t, 192<<20, func() {
			r, err := rehearsal.Run(c, nil, play, now, 0)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Items) > 2*rehearsal.Asked || len(r.Items) < 2*protocol.MostKinds {
				t.Errorf("it asks %d items", len(r.Items))
			}
		})
		play.People[3] = 200
		var f *fault.Fault
		if err := play.Check(*p); !errors.As(err, &f) || f.Fields[0].Name != "people_3" || f.Fields[0].Args["max"] != 50 {
			t.Errorf("a large group: %v", err)
		}
	}
}
