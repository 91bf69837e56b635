package delphi_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
)

// faulty says whether a document is refused with a fault of the field.
func faulty(document, field string) error {
	_, err := protocol.Parse([]byte(document))
	var f *fault.Fault
	if !errors.As(err, &f) || !slices.ContainsFunc(f.Fields, func(d fault.Field) bool { return d.Name == field && d.Message != "" }) {
		return fmt.Errorf("got %v, want a fault of %s", err, field)
	}
	return nil
}

// Every figure of docs/METHOD.md §10 at the first value beyond its bounds, and every
// choice with a word that is none of its own.
func TestProtocolBounds(t *testing.T) {
	for field, values := range map[string][]string{
		"stability.scheibe": {"0", "1001"}, "stability.unchanged_min": {"0", "1001"}, "stability.multiplicity": {`"sidak"`},
		"stability.wilcoxon.alpha": {"0", "1000"}, "stability.wilcoxon.effect_min": {"-1", "1001"}, "stability.wilcoxon.zeros": {`"keep"`},
		"measures.esteban_ray_alpha": {"0", "1601"}, "measures.quantile": {"1", "3", "8"},
		"gates.response": {"-1", "1001"}, "gates.paired_min": {"-1", "1000001"},
		"stop.when": {`"never"`, `"drift"`}, "stop.auto": {"1"},
		"feedback.reasons": {`"some"`}, "feedback.own": {`"yes"`}, "feedback.ask_reason_outside_iqr": {"0"},
		"publication.within_days": {"0", "366"}, "reply.n": {"0", "366"}, "reply.unit": {`"week"`}, "gates.judged_min": {"-1", "1001"}, "stability.unchanged_within": {"-1", "2"}, "reply.template": {`"letter"`},
		"items.max": {"0", "1001"}, "items.source": {`"found"`}, "items.new_after_round": {"-1", "1", "11"},
		"disclosure.small": {`"none"`}, "disclosure.min_n": {"1000001"},
	} {
		path := strings.Split(field, ".")
		for _, value := range values {
			inner := `"` + path[len(path)-1] + `": ` + value
			for i := len(path) - 2; i >= 0; i-- {
				inner = `"` + path[i] + `": {` + inner + `}`
			}
			if err := faulty(with(t, `"item_kinds"`, inner+`, "item_kinds"`), field); err != nil {
				t.Errorf("%s = %s: %v", field, value, err)
			}
		}
	}
	for rule, fields := range map[string]map[string][]string{
		"comet":        {"comet.in": {"500", "1001"}, "comet.against": {"0", "500"}, "comet.out": {`"half"`}},
		"agreement":    {"agreement": {"0", "1001"}, "scope": {`"all"`}},
		"cns":          {"cns": {"0", "1001"}},
		"median-iqr":   {"median_iqr.median_min": {"5", "10"}, "median_iqr.iqr_max": {"-1", "8"}},
		"share":        {"share.permille": {"659", "1001"}, "share.from": {"0", "12"}, "share.to": {"0", "12"}},
		"relative-iqr": {"relative_iqr": {"0", "10001"}},
		"w":            {"w": {"0", "1001"}},
	} {
		for field, values := range fields {
			part, leaf, deep := strings.Cut(field, ".")
			for _, value := range values {
				inner := `"` + part + `": ` + value
				if deep {
					inner = `"` + part + `": {"median_min": 7, "iqr_max": 2, "` + leaf + `": ` + value + `}`
					if part != "median_iqr" {
						inner = `"` + part + `": {"` + leaf + `": ` + value + `}`
					}
					inner = strings.Replace(inner, map[string]string{"median_min": `"median_min": 7, `, "iqr_max": `"iqr_max": 2, `}[leaf], "", 1)
				}
				document := with(t, `{"rule": "share", "share": {"from": 7, "to": 9}}`, `{"rule": "`+rule+`", `+inner+`}`)
				if err := faulty(document, "consensus."+field); err != nil {
					t.Errorf("%s = %s: %v", field, value, err)
				}
			}
		}
	}
}

// What kinds of item ask for, and which of them a variant takes.
func TestProtocolKinds(t *testing.T) {
	estimate := func(more string) string {
		return `{"id": "k", "kind": "estimate", "unit": "euro", "min": 0, "max": 100, ` + more + `}`
	}
	answers := func(n int) string { return strings.TrimPrefix(strings.Repeat(`, {"kind": "answer"}`, n), ", ") }
	nine := `{"id": "k", "kind": "scale"}`
	share := `{"rule": "share", "share": {"from": 7, "to": 9}}`
	for _, c := range []struct{ name, variant, rule, rounds, kinds, field string }{
		{"no unit", "estimate", `{"rule": "relative-iqr"}`, answers(2), `{"id": "k", "kind": "estimate", "min": 0, "max": 1}`, "item_kinds[0].unit"},
		{"no least value", "estimate", `{"rule": "relative-iqr"}`, answers(2), `{"id": "k", "kind": "estimate", "unit": "euro", "max": 1}`, "item_kinds[0].min"},
		{"no greatest value", "estimate", `{"rule": "relative-iqr"}`, answers(2), `{"id": "k", "kind": "estimate", "unit": "euro", "min": 1}`, "item_kinds[0].max"},
		{"upside down", "estimate", `{"rule": "relative-iqr"}`, answers(2), `{"id": "k", "kind": "estimate", "unit": "euro", "min": 2, "max": 1}`, "item_kinds[0].max"},
		{"a grid that does not fit", "estimate", `{"rule": "relative-iqr"}`, answers(2), estimate(`"grid": 30`), "item_kinds[0].grid"},
		{"no grid", "estimate", `{"rule": "relative-iqr"}`, answers(2), estimate(`"grid": 0`), "item_kinds[0].grid"},
		{"too fine a grid", "estimate", `{"rule": "relative-iqr"}`, answers(2), `{"id": "k", "kind": "estimate", "unit": "euro", "min": 0, "max": 2000}`, "item_kinds[0].grid"},
		{"a date of another unit", "estimate", `{"rule": "relative-iqr"}`, answers(2), `{"id": "k", "kind": "date", "unit": "year", "min": "2030-01", "max": "2031"}`, "item_kinds[0].min"},
		{"a day that is none", "estimate", `{"rule": "relative-iqr"}`, answers(2), `{"id": "k", "kind": "date", "min": "2030-02-28", "max": "2030-02-30"}`, "item_kinds[0].max"},
		{"a unit of no date", "estimate", `{"rule": "relative-iqr"}`, answers(2), `{"id": "k", "kind": "date", "unit": "week", "min": "2030", "max": "2031"}`, "item_kinds[0].unit"},
		{"one round of estimates", "estimate", `{"rule": "relative-iqr"}`, answers(1), estimate(`"grid": 10`), "rounds"},
		{"no estimates", "estimate", share, answers(2), nine, "item_kinds"},
		{"no criteria", "policy", `{"rule": "share", "share": {"from": 3, "to": 4}}`, answers(2), `{"id": "k", "kind": "criteria", "points": 4, "criteria": []}`, "item_kinds[0].criteria"},
		{"seven criteria", "policy", `{"rule": "share", "share": {"from": 3, "to": 4}}`, answers(2), `{"id": "k", "kind": "criteria", "points": 4, "criteria": ["a", "b", "c", "d", "e", "f", "g"]}`, "item_kinds[0].criteria"},
		{"a criterion twice", "policy", `{"rule": "share", "share": {"from": 3, "to": 4}}`, answers(2), `{"id": "k", "kind": "criteria", "points": 4, "criteria": ["a", "a"]}`, "item_kinds[0].criteria[1]"},
		{"a policy of scales", "policy", share, answers(2), nine, "item_kinds"},
		{"criteria in classical", "classical", share, answers(2), `{"id": "k", "kind": "criteria", "criteria": ["a"]}`, "item_kinds[0].kind"},
		{"words alone", "argumentative", share, answers(1), `{"id": "k", "kind": "text"}`, "item_kinds"},
		{"selects none", "argumentative", `{"rule": "share"}`, answers(1), `{"id": "k", "kind": "selection", "k": 0}`, "item_kinds[0].k"},
		{"selects too many", "argumentative", `{"rule": "share"}`, answers(1), `{"id": "k", "kind": "selection", "k": 21}`, "item_kinds[0].k"},
		{"a window on options", "argumentative", `{"rule": "share", "share": {"from": 1, "to": 2}}`, answers(1), `{"id": "k", "kind": "choice"}`, "consensus.share"},
		{"four rounds of ranking", "ranking", `{"rule": "w"}`, answers(4), `{"id": "k", "kind": "ranking"}`, "rounds"},
		{"two rankings", "ranking", `{"rule": "w"}`, answers(1), `{"id": "k", "kind": "ranking"}, {"id": "l", "kind": "ranking"}`, "item_kinds"},
		{"ranks from too many", "ranking", `{"rule": "w"}`, answers(1), `{"id": "k", "kind": "ranking", "k": 21}`, "item_kinds[0].k"},
		{"three rounds of appropriateness", "appropriateness", `{"rule": "rand"}`, answers(3), nine, "rounds"},
		{"appropriateness undiscussed", "appropriateness", `{"rule": "rand"}`, answers(2), nine, "rounds"},
		{"appropriateness on five points", "appropriateness", `{"rule": "agreement"}`, `{"kind": "answer"}, {"kind": "answer", "discussion": true}`, `{"id": "k", "kind": "scale", "points": 5}`, "item_kinds[0].points"},
		{"core outcomes on five points", "core-outcomes", `{"rule": "agreement"}`, answers(2), `{"id": "k", "kind": "scale", "points": 5}`, "item_kinds[0].points"},
		{"core outcomes that must be judged", "core-outcomes", `{"rule": "comet"}`, answers(2), `{"id": "k", "kind": "scale", "cannot_judge": false}`, "item_kinds[0].cannot_judge"},
		{"two standing rounds", "real-time", share, `{"kind": "standing"}, {"kind": "standing"}`, nine, "rounds"},
		{"real time without standing", "real-time", share, answers(2), nine, "rounds"},
		{"an argument undiscussed", "argumentative", share, answers(1), nine, "rounds"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := faulty(`{"version": 1, "variant": "`+c.variant+`", "languages": ["it"],
				"panel": {"groups": [{"id": "g0", "name": {"it": "A"}, "access": "roll"}]}, "anonymity": {"latest_key_date": "2027-06-30"},
				"rounds": [`+c.rounds+`], "consensus": `+c.rule+`, "item_kinds": [`+c.kinds+`]}`, c.field); err != nil {
				t.Error(err)
			}
		})
	}
	standing := `{"version": 1, "variant": "real-time", "languages": ["it"], "panel": {"groups": [{"id": "g0", "name": {"it": "A"}, "access": "roll"}]},
		"anonymity": {"latest_key_date": "2027-06-30"}, "rounds": [{"kind": "standing"}], "consensus": ` + share + `, "item_kinds": [` + nine + `]`
	for more, field := range map[string]string{
		`"release": {"min_changed": 9}`: "release.min_changed", `"release": {"tick_minutes": 0}`: "release.tick_minutes",
		`"stop": {"when": "stable"}`: "stop.when", `"stop": {"when": "rounds"}`: "stop.when",
	} {
		if err := faulty(standing+`, `+more+`}`, field); err != nil {
			t.Error(err)
		}
	}
	p := parse(t, standing+`}`)
	if p.Release.MinChanged != 10 || p.Release.TickMinutes != 60 || p.Stop.When != "deadline" {
		t.Errorf("defaults of a standing round: %s", p.Canonical())
	}
	ranking := `{"version": 1, "variant": "ranking", "languages": ["it"], "panel": {"groups": [{"id": "g0", "name": {"it": "A"}, "access": "roll"}]},
		"anonymity": {"latest_key_date": "2027-06-30"}, "rounds": [{"kind": "gather"}, {"kind": "select"}, {"kind": "answer"}], "consensus": {"rule": "w"},
		"item_kinds": [{"id": "k", "kind": "ranking"}]`
	for more, field := range map[string]string{
		`{"keep": 0}`: "items.narrow.keep", `{"keep": 1000}`: "items.narrow.keep", `{"min": 0}`: "items.narrow.min", `{"max": 1001}`: "items.narrow.max",
		`{"min": 21}`: "items.narrow.min", `{"max": 101}`: "items.narrow.max",
	} {
		if err := faulty(ranking+`, "items": {"narrow": `+more+`}}`, field); err != nil {
			t.Errorf("%s: %v", more, err)
		}
	}
	if n := parse(t, ranking+`}`).Items.Narrow; *n != (protocol.NarrowPlan{Keep: 500, Min: 5, Max: 20}) {
		t.Errorf("defaults of narrowing: %+v", n)
	}
}

// The figures of each rule by default (docs/METHOD.md §10).
func TestProtocolRuleDefaults(t *testing.T) {
	rule := func(kind, r string) protocol.ConsensusPlan {
		return two(t, "argumentative", `{"rule": "`+r+`"}, "disclosure": {"min_n": 20}`, `{"kind": "gather", "discussion": true}, {"kind": "answer"}`, kind).Consensus
	}
	scale := `{"id": "k", "kind": "scale"}`
	if c := rule(scale, "comet").Comet; *c != (protocol.CometRule{In: 700, Against: 150, Out: "mirror"}) {
		t.Errorf("comet %+v", c)
	}
	if a, c := rule(scale, "agreement").Agreement, rule(scale, "cns").Cns; a != 700 || c != 750 {
		t.Errorf("agreement %d, cns %d", a, c)
	}
	r := rule(`{"id": "k", "kind": "estimate", "unit": "euro", "min": 0, "max": 100}`, "relative-iqr").RelativeIQR
	if w := rule(`{"id": "k", "kind": "ranking"}`, "w").W; r != 250 || w != 700 {
		t.Errorf("relative IQR %d, W %d", r, w)
	}
	if s := rule(`{"id": "k", "kind": "choice"}`, "share").Share; *s != (protocol.ShareRule{Permille: 750}) {
		t.Errorf("share %+v", s)
	}
}

// A rule that reads every point cannot be tested on thirds: a panel that may stay
// under twenty needs the open distribution, or to be too few below.
func TestRulesThatThirdsCannotTest(t *testing.T) {
	share := `{"rule": "share", "share": {"from": 7, "to": 9}}`
	for rule, thirds := range map[string]bool{
		share: true, `{"rule": "comet"}`: true, `{"rule": "rand"}`: true,
		`{"rule": "median-iqr", "median_iqr": {"median_min": 7, "iqr_max": 2}}`: false,
		`{"rule": "agreement"}`: false, `{"rule": "cns"}`: false, `{"rule": "iqr", "iqr": 2}`: false,
	} {
		document := with(t, share, rule)
		if err := faulty(document, "consensus.rule"); (err == nil) == thirds {
			t.Errorf("%s on thirds: %v", rule, err)
		}
		parse(t, with(t, share, rule, `"item_kinds"`, `"disclosure": {"min_n": 20}, "item_kinds"`))
		parse(t, with(t, share, rule, `"access": "open"`, `"access": "imported"`, `"item_kinds"`, `"disclosure": {"small": "open"}, "item_kinds"`))
		parse(t, with(t, share, rule, `"access": "open"`, `"access": "roll"`, `"item_kinds"`, `"disclosure": {"min_n": 30, "small_below": 30}, "item_kinds"`))
		if err := faulty(with(t, share, rule, `"access": "open"`, `"access": "roll"`, `"item_kinds"`, `"disclosure": {"small": "open"}, "item_kinds"`), "disclosure.small"); err != nil {
			t.Errorf("an open distribution of a roll: %v", err)
		}
	}
}
