package steering_test

import (
	"slices"
	"strings"
	"testing"

	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
)

// estimates is a protocol of estimates and choices, whose statements are given.
const estimates = `{"version": 1, "variant": "estimate",
	"panel": {"groups": [{"id": "tecnici", "name": {"it": "Tecnici"}}]},
	"rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
	"item_kinds": [
		{"id": "anni", "kind": "estimate", "unit": "anni", "min": 0, "max": 40, "never": true},
		{"id": "altre", "kind": "estimate", "unit": "euro", "min": 0, "max": 100}],
	"consensus": {"rule": "relative-iqr"}}`

// TestADraftHoldsAProtocolDocument: what it says runs, with the statements that it gives.
func TestADraftHoldsAProtocolDocument(t *testing.T) {
	h := newTown(t)
	f := h.form()
	f.Protocol = estimates
	f.Items = []draft.Item{{Text: "Fra quanti anni il ponte è da rifare?"}, {Kind: "altre", Text: "Quanto costa un metro?"}}
	_, err := h.Drafts.Create(t.Context(), h.anna, h.id, f)
	h.ok(err)
	h.ok(h.s.Announce(t.Context(), h.anna, slug))
	c := h.get()
	if p := c.Protocol; p.Variant != protocol.VariantEstimate || p.Languages[0] != "it" || p.Reply.N != 30 || p.Anonymity.LatestKeyDate != "2026-07-06" || c.ProtocolHash != p.Hash() {
		t.Errorf("the protocol is %s", p.Canonical())
	}
	h.is(consultation.Announced, consultation.RoundPlanned, consultation.RoundPlanned)
	items := h.items()
	if len(items) != 2 || items[0].Kind != "anni" || items[1].Kind != "altre" || items[1].Number != 2 || items[1].State != consultation.ItemLive {
		t.Errorf("%+v", items)
	}
	h.work("2026-03-09 09:00")
	h.is(consultation.Running, consultation.RoundOpen, consultation.RoundPlanned)
}

// TestWhatADocumentLacks is named by its own path.
func TestWhatADocumentLacks(t *testing.T) {
	h := newTown(t)
	f := h.form()
	f.Protocol = `{"version": 1, "version": 1}`
	_, err := h.Drafts.Create(t.Context(), h.anna, h.id, f)
	if got := fields(err); len(got) != 1 || got[0] != "document:duplicate" {
		t.Errorf("%v", got)
	}
	f.Protocol = estimates
	f.Items = []draft.Item{{Text: "Uno?"}, {Text: "Uno?"}, {Kind: "nessuno", Text: " "}}
	_, err = h.Drafts.Create(t.Context(), h.anna, h.id, f)
	h.ok(err)
	missing, err := h.Drafts.Missing(t.Context(), h.anna, slug)
	h.ok(err)
	var got []string
	for _, m := range missing {
		got = append(got, m.Field+":"+m.Code)
	}
	if want := []string{"given[1].text:item_twice", "given[2].kind:item_kind", "given[2].text:item_blank"}; !slices.Equal(got, want) {
		t.Errorf("%v is missing, not %v", got, want)
	}
	h.refused(h.s.Announce(t.Context(), h.anna, slug), fault.Invalid, "invalid")
}

// TestAWayThatLetsNobodyInIsNotAnnounced: the protocol can name invitations, and no draft is
// announced whose group anybody would enter instead.
func TestAWayThatLetsNobodyInIsNotAnnounced(t *testing.T) {
	h := newTown(t)
	f := h.form()
	f.Items = []draft.Item{{Text: "Fra quanti anni il ponte è da rifare?"}}
	for access, want := range map[string][]string{"invitation": {"rolls:invitations_missing"}, "imported": {"panel.groups[0].access:way_missing"}, "draw": nil, "declared": {"rolls:secretary_missing"}} {
		f.Slug, f.Protocol = "ponte-"+access, strings.Replace(estimates, `"id": "tecnici"`, `"id": "tecnici", "access": "`+access+`"`, 1)
		_, err := h.Drafts.Create(t.Context(), h.anna, h.id, f)
		h.ok(err)
		if got := fields(h.s.Announce(t.Context(), h.anna, f.Slug)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", access, got, want)
		}
	}
}
