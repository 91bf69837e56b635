package moderation_test

import (
	"slices"
	"strings"
	"testing"

	"delfi/internal/fault"
	"delfi/internal/moderation"
)

// A space has the standing rules until its administrator publishes others; acts keep the
// version that they cite.
func TestRulesHaveVersions(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	rules, err := h.s.Rules(ctx, h.space())
	h.ok(err)
	if rules.Version != moderation.Standing || len(rules.List) != 6 || !rules.Has(h.rule) || rules.Has(moderation.Unruled) {
		t.Errorf("got %+v", rules)
	}
	first := h.rejects(h.byTiglio)
	own := []moderation.Rule{{Title: " In tema ", Words: "Si parla di questo."}, {}, {Title: "Con garbo", Words: "Niente offese."}}
	publish := func(seen int, list []moderation.Rule) error {
		return h.s.Publish(ctx, h.anna, post, h.space(), seen, "it", list)
	}
	h.refused(h.s.Publish(ctx, h.marco, post, h.space(), 1, "it", own), fault.Forbidden, "wrong_role")
	h.refused(publish(1, nil), fault.Invalid, "title_1:required")
	h.refused(publish(1, []moderation.Rule{{}, {Title: "a\nb"}, {Words: strings.Repeat("x", 601)}}), fault.Invalid, "title_2:not_one_line words_2:required title_3:required words_3:too_long")
	h.refused(publish(1, slices.Repeat(own[:1], 13)), fault.Invalid, "title_13:too_many_rules")
	h.refused(publish(2, own), fault.Conflict, "rules_changed")
	for range 2 { // pressed twice
		h.ok(publish(1, own))
	}
	h.refused(publish(2, own), fault.Conflict, "rules_unchanged")
	rules, err = h.s.Rules(ctx, h.space())
	h.ok(err)
	want := []moderation.Rule{
		{Citation: moderation.Citation{Version: 2, Number: 1}, Title: "In tema", Words: "Si parla di questo.", Language: "it"},
		{Citation: moderation.Citation{Version: 2, Number: 2}, Title: "Con garbo", Words: "Niente offese.", Language: "it"},
	}
	if rules.Version != 2 || !slices.Equal(rules.List, want) {
		t.Errorf("got %+v", rules)
	}

	// A form that was open meanwhile cites a rule that is no more.
	_, err = h.does(h.marco, moderation.Reject, nil, h.byAirone)
	h.refused(err, fault.Conflict, "rules_changed")
	h.rule = moderation.Unruled
	_, err = h.does(h.marco, moderation.Reject, nil, h.byAirone)
	h.refused(err, fault.Conflict, "rules_changed")
	h.rule = want[1].Citation
	h.rejects(h.byAirone)
	// An act of before is taken back under its own rule.
	h.ok(h.s.Undo(ctx, h.marco, post, h.space(), first.ID))

	p := h.page()
	if len(p.Acts) != 2 || p.Acts[0].Cites != want[1] || !p.Acts[1].Undone || p.Rules.Version != 2 {
		t.Errorf("public is %+v", p)
	}
	if len(p.Tallies) != 2 || p.Tallies[0].Acts != 0 || p.Tallies[1].Acts != 1 || p.Tallies[1].Rule.Title != "Con garbo" {
		t.Errorf("by rule: %+v", p.Tallies)
	}
	entries, err := h.record.Of(ctx, h.notes.record)
	h.ok(err)
	if e := entries[1]; e.Kind != "rules" || e.Name != "Anna" || e.Role != "administrator" || e.Target != "rules 2" || !strings.Contains(e.Body, `"hash":"`) {
		t.Errorf("the record says %+v", e)
	}
}

// A citation is read as forms carry it.
func TestReadCitation(t *testing.T) {
	for typed, want := range map[string]moderation.Citation{
		"1.3": {Version: 1, Number: 3}, "12.10": {Version: 12, Number: 10}, "": {}, "1": {}, "1.0": {}, "1.-1": {}, "01.3": {}, "1.3.4": {}, "a.b": {},
	} {
		var bad []fault.Field
		got := moderation.ReadCitation("rule", typed, &bad)
		if got != want || (len(bad) == 0) != want.Cited() {
			t.Errorf("%q is %v, %v", typed, got, bad)
		}
	}
}
