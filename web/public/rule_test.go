package public

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"delfi/internal/consultation"
	"delfi/internal/delphi/protocol"
	"delfi/web/dossier"
	"delfi/web/i18n"
	"delfi/web/page"
)

// rulesIn are the rules of a protocol in words, one text.
func rulesIn(lang string, p protocol.Protocol) string {
	v := view{dossier.View{Consultation: consultation.Consultation{Language: "it", Protocol: p}}}
	var all []string
	for _, c := range v.rules(&page.Request{Printer: i18n.Printer{Lang: lang}}) {
		all = append(all, c.Said...)
	}
	return strings.Join(all, "\n")
}

// document is a protocol as a tree, to be changed at one place and read again.
func document(t *testing.T, p protocol.Protocol) map[string]any {
	t.Helper()
	var tree map[string]any
	d := json.NewDecoder(strings.NewReader(string(p.Canonical())))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

func read(t *testing.T, tree map[string]any) (protocol.Protocol, error) {
	t.Helper()
	text, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return protocol.Parse(text)
}

// kinds and rounds are what each variant is written with.
var variants = map[protocol.Variant]struct{ kind, rounds, more string }{
	protocol.VariantClassical:       {`"kind": "scale"`, `{"kind": "answer"}, {"kind": "answer"}`, ``},
	protocol.VariantPolicy:          {`"kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility"]`, `{"kind": "answer"}, {"kind": "answer"}`, ``},
	protocol.VariantRanking:         {`"kind": "ranking"`, `{"kind": "select"}, {"kind": "answer"}`, `"disclosure": {"small": "open"},`},
	protocol.VariantEstimate:        {`"kind": "estimate", "unit": "euro", "min": 0, "max": 100, "never": true, "triple": true`, `{"kind": "answer"}, {"kind": "answer"}`, ``},
	protocol.VariantAppropriateness: {`"kind": "scale"`, `{"kind": "answer"}, {"kind": "answer", "discussion": true}`, `"disclosure": {"small": "open"},`},
	protocol.VariantCoreOutcomes:    {`"kind": "scale"`, `{"kind": "answer"}, {"kind": "answer"}`, ``},
	protocol.VariantRealTime:        {`"kind": "scale"`, `{"kind": "standing"}`, ``},
	protocol.VariantArgumentative:   {`"kind": "choice"`, `{"kind": "answer", "discussion": true}`, ``},
}

// consensuses are the rules, each with its figures.
var consensuses = map[protocol.RuleName]string{
	protocol.RuleShare: `"share": {"from": 7, "to": 9}`, protocol.RuleMedianIQR: `"median_iqr": {"median_min": 7, "iqr_max": 2}`,
	protocol.RuleRand: ``, protocol.RuleComet: `"comet": {}`, protocol.RuleAgreement: `"agreement": 700`, protocol.RuleCns: `"cns": 750`,
	protocol.RuleRelativeIQR: `"relative_iqr": 250`, protocol.RuleIQR: `"iqr": 2`, protocol.RuleW: `"w": 700`,
}

// Every rule of every variant that a protocol can have is said in whole sentences.
func TestEveryRuleOfEveryVariantIsSaid(t *testing.T) {
	rules := map[protocol.RuleName]bool{}
	for variant, v := range variants {
		for rule, figures := range consensuses {
			if figures != "" {
				figures = ", " + figures
			}
			if rule == protocol.RuleShare && strings.Contains(v.kind, "choice") {
				figures = `, "share": {}`
			}
			if rule == protocol.RuleShare && strings.Contains(v.kind, `"points": 4`) {
				figures = `, "share": {"from": 3, "to": 4}`
			}
			p, err := protocol.Parse(fmt.Appendf(nil, `{"version": 1, "variant": %q, "languages": ["it"],
				"panel": {"groups": [{"id": "g", "name": {"it": "Cittadini"}, "access": "invitation"}]}, "anonymity": {"latest_key_date": "2027-06-30"},
				"rounds": [%s], "items": {"source": "given"}, "item_kinds": [{"id": "k", %s}], %s "consensus": {"rule": %q%s}}`,
				variant, v.rounds, v.kind, v.more, rule, figures))
			if err != nil {
				continue // the engine refuses the pair
			}
			rules[rule] = true
			for _, lang := range i18n.Languages {
				for _, line := range strings.Split(rulesIn(lang, p), "\n") {
					if strings.Contains(line, "consultation.") || strings.Contains(line, "no value") || strings.Contains(line, "ui.") || !strings.HasSuffix(line, ".") {
						t.Errorf("%s %s in %s: %q", variant, rule, lang, line)
					}
				}
			}
		}
	}
	for rule := range consensuses {
		if !rules[rule] {
			t.Errorf("no protocol with the rule %s was made", rule)
		}
	}
}

// Whoever changes a field that decides something changes what the rules say.
func TestEveryFieldThatDecidesIsSaid(t *testing.T) {
	standing, err := protocol.Standing(protocol.StandingPlan{Language: "it", GroupName: "Tutti", LatestKeyDate: "2027-06-30"})
	if err != nil {
		t.Fatal(err)
	}
	classical := frozen(t)
	several := frozen(t, `{"id": "g", "name": {"it": "Cittadini"}, "access": "roll"}`,
		`{"id": "g", "name": {"it": "Cittadini"}, "access": "roll"}, {"id": "h", "name": {"it": "Architetti"}, "access": "invitation"}`,
		`"consensus"`, `"stability": {"tests": ["wilcoxon"]}, "consensus"`)
	comet := frozen(t, `"rule": "share", "share": {"from": 7, "to": 9}`, `"rule": "comet", "comet": {}, "scope": "each-group"`)
	for _, c := range []struct {
		protocol protocol.Protocol
		path     string
		value    any
	}{
		{classical, "panel.groups.0.access", "draw"}, {classical, "panel.late_joiners", false},
		{classical, "anonymity.mode", "held-code"}, {classical, "anonymity.latest_key_date", "2027-07-30"}, {classical, "anonymity.proof_files", false},
		{classical, "anonymity.cosigners", []any{"Difensore civico"}},
		{classical, "rounds.0.min_days", 5}, {classical, "rounds.0.max_extensions", 2}, {classical, "rounds.0.discussion", true},
		{classical, "rounds", []any{map[string]any{"kind": "answer"}, map[string]any{"kind": "answer"}, map[string]any{"kind": "answer"}}},
		{classical, "item_kinds.0.cannot_judge", false}, {classical, "item_kinds.0.classes", []any{[]any{1, 2}, []any{3, 6}, []any{7, 9}}},
		{classical, "item_kinds.0.low", map[string]any{"it": "mai"}},
		{classical, "items.max", 50}, {classical, "items.new_after_round", 1},
		{classical, "measures.quantile", 2},
		{classical, "consensus.share.permille", 700}, {classical, "consensus.share.from", 8}, {classical, "consensus.denominator", "answered"}, {classical, "consensus.scope", "each-group"},
		{classical, "gates.response", 400}, {classical, "gates.response", 0}, {classical, "gates.judged_min", 600}, {classical, "gates.paired_min", 9},
		{classical, "stability.tests", []any{"scheibe"}}, {classical, "stability.tests", []any{"scheibe", "unchanged", "wilcoxon"}},
		{classical, "stability.scheibe", 100}, {classical, "stability.unchanged_min", 800}, {classical, "stability.unchanged_within", 0}, {classical, "stability.multiplicity", "none"},
		{classical, "stop.auto", true}, {classical, "stop.when", "rounds"}, {classical, "stop.when", "facilitator"}, {standing, "stop.when", "drift"},
		{classical, "feedback.own", false}, {classical, "feedback.histogram", false}, {classical, "feedback.median_iqr", false},
		{classical, "feedback.reasons", "none"}, {classical, "feedback.ask_reason_outside_iqr", false},
		{standing, "release.min_changed", 20}, {standing, "release.tick_minutes", 30},
		{classical, "disclosure.min_n", 6}, {classical, "disclosure.small_below", 25}, {classical, "disclosure.left_out_n", 6},
		{classical, "disclosure.extremes_n", 12}, {classical, "disclosure.pairs_t", 120}, {classical, "publication.within_days", 20},
		{several, "disclosure.group_n", 15}, {several, "feedback.groups", false}, {several, "panel.groups.0.name", map[string]any{"it": "Abitanti"}},
		{several, "stability.wilcoxon.alpha", 10}, {several, "stability.wilcoxon.effect_min", 200}, {several, "stability.wilcoxon.zeros", "pratt"},
		{comet, "consensus.comet.in", 800}, {comet, "consensus.comet.against", 100}, {comet, "consensus.comet.out", "at-most-half"},
	} {
		tree := document(t, c.protocol)
		set(t, tree, strings.Split(c.path, "."), c.value)
		changed, err := read(t, tree)
		if err != nil {
			t.Errorf("%s = %v: %v", c.path, c.value, err)
			continue
		}
		for _, lang := range i18n.Languages {
			if rulesIn(lang, changed) == rulesIn(lang, c.protocol) {
				t.Errorf("%s: %s = %v changes no word", lang, c.path, c.value)
			}
		}
	}
}

// set puts a value at a path of a tree.
func set(t *testing.T, at any, path []string, value any) {
	t.Helper()
	for len(path) > 1 {
		switch node := at.(type) {
		case map[string]any:
			at = node[path[0]]
		case []any:
			at = node[0]
		}
		path = path[1:]
	}
	node, ok := at.(map[string]any)
	if !ok {
		t.Fatalf("no field %s", path[0])
	}
	node[path[0]] = value
}

// A standing round compares releases: its rules name no two rounds.
func TestRulesOfAStandingRoundNameReleases(t *testing.T) {
	standing, err := protocol.Standing(protocol.StandingPlan{Language: "it", GroupName: "Tutti", LatestKeyDate: "2027-06-30"})
	if err != nil {
		t.Fatal(err)
	}
	for lang, words := range map[string][2]string{"it": {"due rilevazioni", "due giri"}, "en": {"two releases", "two rounds"}} {
		if text := rulesIn(lang, standing); !strings.Contains(text, words[0]) || strings.Contains(text, words[1]) {
			t.Errorf("%s: %s", lang, text)
		}
		if text := rulesIn(lang, frozen(t)); !strings.Contains(text, words[1]) || strings.Contains(text, words[0]) {
			t.Errorf("%s: %s", lang, text)
		}
	}
}

// The printed rule is the rule that is applied: the response gate counts ballots and
// not the answers to one statement, and releases are compared by the last one alone.
func TestThePrintedRuleIsTheAppliedOne(t *testing.T) {
	asked := frozen(t)
	standing, err := protocol.Standing(protocol.StandingPlan{Language: "it", GroupName: "Tutti", LatestKeyDate: "2027-06-30"})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string][2]string{
		"it": {"consegna la scheda del giro", "all’ultima ha almeno 100 risposte"},
		"en": {"deliver the round’s ballot", "at least 100 answers at the last one"},
	} {
		q := &page.Request{Printer: i18n.Printer{Lang: lang}}
		if text := strings.Join((view{dossier.View{Consultation: consultation.Consultation{Protocol: asked}}}).gates(q), " "); !strings.Contains(text, want[0]) {
			t.Errorf("%s: the response gate is said to count something else than ballots: %q", lang, text)
		}
		text := strings.Join((view{dossier.View{Consultation: consultation.Consultation{Protocol: standing}}}).gates(q), " ")
		if !strings.Contains(text, want[1]) || strings.Contains(text, "50 %") {
			t.Errorf("%s: of an import the rules say %q", lang, text)
		}
	}
}
