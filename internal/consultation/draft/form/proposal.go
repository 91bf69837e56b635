package form

import (
	"cmp"
	"encoding/json"
	"fmt"

	"delfi/internal/delphi/protocol"
)

// proposals are the documents with which a draft of each variant begins (docs/METHOD.md §2 and
// §9, "Variants as rounds"): complete but for words, and each to be changed.
var proposals = map[protocol.Variant]string{
	protocol.VariantClassical: `{"rounds": [{"kind": "gather"}, {"kind": "answer"}, {"kind": "answer"}],
		"item_kinds": [{"id": "scale", "kind": "scale", "points": 9}], "items": {"source": "contributions"},
		"consensus": {"rule": "share", "share": {"from": 7, "to": 9, "permille": 750}}}`,
	protocol.VariantPolicy: `{"rounds": [{"kind": "gather"}, {"kind": "answer"}, {"kind": "answer"}],
		"item_kinds": [{"id": "option", "kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility", "importance", "confidence"]}],
		"items": {"source": "both"}, "consensus": {"rule": "share", "share": {"from": 3, "to": 4, "permille": 750}}}`,
	protocol.VariantRanking: `{"rounds": [{"kind": "gather"}, {"kind": "select"}, {"kind": "answer"}, {"kind": "answer"}, {"kind": "answer"}],
		"item_kinds": [{"id": "ranking", "kind": "ranking", "k": 10}], "items": {"source": "contributions"},
		"consensus": {"rule": "w", "w": 700}}`,
	protocol.VariantEstimate: `{"rounds": [{"kind": "answer"}, {"kind": "answer"}, {"kind": "answer"}],
		"item_kinds": [{"id": "estimate", "kind": "estimate", "unit": "%", "min": 0, "max": 100, "triple": true}], "items": {"source": "given"},
		"consensus": {"rule": "relative-iqr", "relative_iqr": 250}}`,
	protocol.VariantAppropriateness: `{"rounds": [{"kind": "answer"}, {"kind": "answer", "discussion": true}],
		"item_kinds": [{"id": "scale", "kind": "scale", "points": 9}], "items": {"source": "given"}, "consensus": {"rule": "rand"}}`,
	protocol.VariantCoreOutcomes: `{"rounds": [{"kind": "answer"}, {"kind": "answer"}],
		"item_kinds": [{"id": "scale", "kind": "scale", "points": 9, "cannot_judge": true}], "items": {"source": "given", "new_after_round": 1},
		"consensus": {"rule": "comet", "comet": {"in": 700, "against": 150}}}`,
	protocol.VariantRealTime: `{"rounds": [{"kind": "standing", "days": 21}],
		"item_kinds": [{"id": "scale", "kind": "scale", "points": 9}], "items": {"source": "given"},
		"consensus": {"rule": "share", "share": {"from": 7, "to": 9, "permille": 750}}, "stop": {"when": "deadline"}}`,
	protocol.VariantArgumentative: `{"rounds": [{"kind": "gather", "discussion": true}, {"kind": "answer"}],
		"item_kinds": [{"id": "scale", "kind": "scale", "points": 5}], "items": {"source": "both"},
		"consensus": {"rule": "share", "share": {"from": 4, "to": 5, "permille": 750}}, "stop": {"when": "facilitator"}}`,
}

// proposed are the words of a proposal, by language; another language's are for people to write.
var proposed = map[string]map[string]string{
	"it": {
		"group": "Cittadini", "low": "per niente d’accordo", "high": "del tutto d’accordo",
		"low_policy": "per niente", "high_policy": "del tutto", "low_appropriateness": "per niente appropriato", "high_appropriateness": "del tutto appropriato",
		"low_core-outcomes": "per niente importante", "high_core-outcomes": "essenziale",
	},
	"en": {
		"group": "Citizens", "low": "do not agree at all", "high": "agree entirely",
		"low_policy": "not at all", "high_policy": "entirely", "low_appropriateness": "entirely inappropriate", "high_appropriateness": "entirely appropriate",
		"low_core-outcomes": "not important at all", "high_core-outcomes": "essential",
	},
}

func criteria() []any { return []any{"desirability", "feasibility", "importance", "confidence"} }

// bound are the parts of a document that a variant decides: another variant has its own.
var bound = []string{"variant", "rounds", "item_kinds", "items", "consensus", "stability", "stop", "release", "gates"}

// Propose gives a complete document of a variant in languages; "" for no variant.
func Propose(variant protocol.Variant, languages []string) Document {
	d, bad := ReadDocument(proposals[variant])
	if bad != nil || d.root == nil {
		return Document{}
	}
	words := func(key string) map[string]any {
		out := map[string]any{}
		for _, l := range languages {
			if w := proposed[l][key+"_"+string(variant)]; w != "" {
				out[l] = w
			} else if w := proposed[l][key]; w != "" {
				out[l] = w
			}
		}
		return out
	}
	d = d.With("version", number(1)).With("variant", string(variant)).Spoken(languages)
	d = d.With("panel.groups[0]", map[string]any{"id": "panel", "name": words("group"), "access": "open"})
	if d.Value("item_kinds[0].points") != nil {
		d = d.With("item_kinds[0].low", words("low")).With("item_kinds[0].high", words("high"))
	}
	return d
}

// Begin gives the form with the document of a variant, for a draft that has none.
func (f Form) Begin(variant protocol.Variant) Form {
	f.Protocol = Propose(variant, []string{f.Language}).String()
	return f
}

// Change gives the form with another variant: the parts that the variant decides are proposed
// anew, and everything else stays; statements keep their words, and are of the first kind.
func (f Form) Change(variant protocol.Variant) Form {
	d := f.Plan()
	languages := d.Languages()
	if len(languages) == 0 {
		languages = []string{f.Language}
	}
	next := Propose(variant, languages)
	if next.root == nil {
		return f
	}
	if d.root == nil {
		d = next
	}
	for _, part := range bound {
		d = d.With(part, next.Value(part))
	}
	f.Protocol = d.String()
	items := make([]Item, len(f.Items))
	for i, item := range f.Items {
		items[i] = Item{Text: item.Text, In: item.In}
	}
	f.Items = items
	return f
}

// Loses names the parts of the document that Change would take away: those that are not as
// the draft's own variant proposes them.
func (f Form) Loses(variant protocol.Variant) []string {
	d := f.Plan()
	was := protocol.Variant(d.Text("variant"))
	if variant == was || d.root == nil {
		return nil
	}
	first := Propose(was, d.Languages())
	var out []string
	for _, part := range bound[1:] {
		if now := d.Value(part); now != nil && text(now) != text(first.Value(part)) {
			out = append(out, part)
		}
	}
	for _, item := range f.Items {
		if item.Kind != "" && item.Kind != d.Text("item_kinds[0].id") {
			return append(out, "given")
		}
	}
	return out
}

// text compares values of documents: JSON with its fields in order.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // it was read from JSON
	}
	return string(b)
}

// Classical gives the document of a classical consultation of one group, whose rounds may be
// closed by hand on any day. It panics at a plan that is no protocol: plans stand in code.
func Classical(plan protocol.ClassicalPlan) string {
	const placeholder = "2000-01-01" // the real day follows from the rounds
	plan.LatestKeyDate, plan.GroupID = placeholder, cmp.Or(plan.GroupID, "panel")
	p, err := protocol.Classical(plan)
	if err != nil {
		panic(fmt.Sprintf("draft: a classical plan: %v", err))
	}
	for i := range p.Rounds {
		p.Rounds[i].MinDays = 0
	}
	d, err := decode(string(p.Canonical()))
	if err != nil {
		panic(fmt.Sprintf("draft: a classical plan: %v", err))
	}
	return d.Without("anonymity.latest_key_date").String()
}
