package rehearsal_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
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
				t.Log(r.Ends, o.Summary, len(r.Items))
				for _, i := range o.Items {
					t.Log(i.Number, i.State, i.SettledIn, i.Verdict.Key, i.Verdict.If, i.Verdict.Side, i.Pile)
				}
				if !ok || r.Ends == "" {
					t.Fatalf("no opinion: %q", r.Ends)
				}
			})
		}
	}
	_, _ = json.Marshal(delphi.Gather)
}
