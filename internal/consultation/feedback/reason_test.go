package feedback

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
)

func TestEachReasonStandsOnceWithHowManyGaveIt(t *testing.T) {
	for name, c := range map[string]struct {
		given []Reason
		want  []Given
	}{
		"nothing": {},
		"the same words from outside and inside": {
			[]Reason{{Text: "a"}, {Text: "b"}, {Text: "a", Outside: true}},
			[]Given{{Reason{Text: "a", Outside: true}, 2}, {Reason{Text: "b"}, 1}},
		},
		"a side that one said and two did not": {
			[]Reason{{Text: "a", Place: table.PlaceLow}, {Text: "a", Side: delphi.For}, {Text: "a"}},
			[]Given{{Reason{Text: "a", Side: delphi.For}, 3}},
		},
		"two sides of the same words, and one who said none": {
			[]Reason{{Text: "a", Side: delphi.Against}, {Text: "a"}, {Text: "a", Side: delphi.For}, {Text: "a", Side: delphi.For}},
			[]Given{{Reason{Text: "a", Side: delphi.Against}, 1}, {Reason{Text: "a", Side: delphi.For}, 3}},
		},
		"two places": {
			[]Reason{{Text: "a", Place: table.PlaceHigh}, {Text: "a", Place: table.PlaceLow}},
			[]Given{{Reason{Text: "a", Place: table.PlaceHigh}, 2}},
		},
		"two that were removed": {
			[]Reason{{Removed: "ab"}, {Removed: "cd"}, {Removed: "ab"}},
			[]Given{{Reason{Removed: "ab"}, 2}, {Reason{Removed: "cd"}, 1}},
		},
	} {
		if d := cmp.Diff(c.want, Alike(c.given)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
