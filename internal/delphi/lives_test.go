package delphi_test

import (
	"maps"
	"slices"
	"testing"

	"delfi/internal/delphi/life"
)

// TestEachVariantJudgesByItsOwnRules asks the same 24 people under each variant's protocol:
// each comes to the verdicts and the stop of the fixture, and to something that no other
// variant's rules give.
func TestEachVariantJudgesByItsOwnRules(t *testing.T) {
	found := map[string][]string{}
	for name, l := range life.Lives {
		comes, ends, err := l.Lived(parse(t, l.Document(`"anonymity": {"latest_key_date": "2028-06-30"}, `)))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(comes, l.Comes) || ends != l.Ends {
			t.Errorf("%s: %q, %s, want %q, %s", name, comes, ends, l.Comes, l.Ends)
		}
		found[name] = append(comes, ends)
	}
	for name, own := range found {
		alone := false
		for n, what := range own {
			shared := slices.ContainsFunc(slices.Collect(maps.Keys(found)), func(other string) bool { return other != name && found[other][n] == what })
			alone = alone || !shared && what != ""
		}
		if !alone {
			t.Errorf("%s: %q: other variants' rules come to each of these too", name, own)
		}
	}
}
