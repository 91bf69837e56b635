package feedback

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

var nine = [][2]int{{1, 3}, {4, 6}, {7, 9}}

// rules is a protocol as far as reasons read one.
func rules(reasons string) protocol.Protocol {
	return protocol.Protocol{
		Feedback:  protocol.FeedbackPlan{Reasons: reasons},
		ItemKinds: []delphi.ItemKind{{ID: "k", Kind: delphi.ScaleForm, Points: 9, Classes: nine, CannotJudge: true}},
	}
}

// shown is an item's feedback as far as reasons read it.
func shown(f verdict.Figures, places ...table.Place) ItemResult {
	return ItemResult{Item: uuid.UUID{7}, Kind: "k", Figures: f, Counts: table.ItemCounts{Places: places}}
}

// quartiles are figures with a middle half from q1 to q3.
func quartiles(q1, q3 float64) verdict.Figures {
	return verdict.Figures{N: 30, Q1: stat.Of(q1), Q3: stat.Of(q3)}
}

func TestReasonsFromOutsideTheMiddleHalfAreFlagged(t *testing.T) {
	values := map[string]int{"low": 3, "edge low": 4, "inside": 5, "edge high": 7, "high": 8, "cannot judge": 0}
	var all []delphi.Answer
	for text, v := range values {
		all = append(all, delphi.Answer{Reason: text, Value: v, CannotJudge: v == 0})
	}
	for _, r := range reasonsOf(rules("outside-first"), shown(quartiles(4, 7)), "item", uuid.New(), all, nil) {
		if want := r.Text == "low" || r.Text == "high"; r.Outside != want {
			t.Errorf("%q: outside %v, want %v", r.Text, r.Outside, want)
		}
	}
	thirds := quartiles(4, 7)
	thirds.Thirds = true
	poles, below := shown(quartiles(4, 7)), shown(quartiles(4, 7))
	poles.Verdict = verdict.Verdict{Key: verdict.Unstable, If: verdict.Bipolarity}
	below.Figures.Agreement = stat.Of(-0.1)
	for what, got := range map[string][]Reason{
		"two poles":                       reasonsOf(rules("outside-first"), poles, "item", uuid.New(), all, nil),
		"two camps under a majority":      reasonsOf(rules("outside-first"), below, "item", uuid.New(), all, nil),
		"a protocol that shows all alike": reasonsOf(rules("all"), shown(quartiles(4, 7)), "item", uuid.New(), all, nil),
		"a panel of thirds":               reasonsOf(rules("outside-first"), shown(thirds), "item", uuid.New(), all, nil),
		"no quartiles":                    reasonsOf(rules("outside-first"), shown(verdict.Figures{}), "item", uuid.New(), all, nil),
	} {
		if len(got) != len(all) || slices.ContainsFunc(got, func(r Reason) bool { return r.Outside }) {
			t.Errorf("%s tells who is outside, or loses a reason: %v", what, got)
		}
	}
}

func TestTheSideOfAReasonIsTheOneThatItsAuthorSaid(t *testing.T) {
	p := rules("outside-first")
	// The value beside it says the opposite, and counts for nothing.
	all := []delphi.Answer{
		{Reason: "against", Value: 9, Argues: delphi.Against}, {Reason: "for", Value: 1, Argues: delphi.For},
		{Reason: "neither", CannotJudge: true, Argues: delphi.Neither},
	}
	for _, i := range []ItemResult{shown(quartiles(4, 7)), shown(quartiles(4, 7), table.PlaceLow, table.PlaceHigh)} {
		for _, r := range reasonsOf(p, i, "item", uuid.New(), all, nil) {
			if string(r.Side) != r.Text || r.Place != "" {
				t.Errorf("%q argues %q, from %q", r.Text, r.Side, r.Place)
			}
		}
	}
}

func TestThePlaceOfAReasonIsToldWhenTheRuleNamesPlaces(t *testing.T) {
	p := rules("outside-first")
	all := []delphi.Answer{
		{Reason: "low", Value: 3}, {Reason: "middle", Value: 5},
		{Reason: "high", Value: 7}, {Reason: "none", CannotJudge: true},
	}
	for _, r := range reasonsOf(p, shown(quartiles(4, 7), table.PlaceLow, table.PlaceMiddle, table.PlaceHigh, table.NoPlace), "item", uuid.New(), all, nil) {
		if string(r.Place) != r.Text || r.Side != "" {
			t.Errorf("%q argues %q, from %q", r.Text, r.Side, r.Place)
		}
	}
	for _, r := range reasonsOf(p, shown(quartiles(4, 7)), "item", uuid.New(), all, nil) {
		if r.Place != "" || r.Side != "" {
			t.Errorf("%q argues %q, from %q, against the rule", r.Text, r.Side, r.Place)
		}
	}
}

func TestTheOrderOfReasonsSaysNothingOfWhenTheyCame(t *testing.T) {
	i, round := shown(quartiles(4, 7), table.PlaceLow, table.PlaceMiddle, table.PlaceHigh), uuid.New()
	var all []delphi.Answer
	for n, text := range []string{"a", "b", "c", "same", "same", "same"} {
		all = append(all, delphi.Answer{Reason: text, Value: []int{1, 9, 5, 2, 5, 9}[n]})
	}
	first := reasonsOf(rules("outside-first"), i, "item", round, all, nil)
	for range 20 {
		all = append(all[1:], all[0]) // another order of coming
		if d := cmp.Diff(first, reasonsOf(rules("outside-first"), i, "item", round, all, nil)); d != "" {
			t.Fatal(d)
		}
	}
	if len(first) != 6 {
		t.Errorf("%d reasons of 6", len(first))
	}
}

// TestALanguageIsToldWhereEnoughWroteInIt: one reader of Slovene among many would be joined
// with all that they say, and the few who wrote in the first language where others did not.
func TestALanguageIsToldWhereEnoughWroteInIt(t *testing.T) {
	for what, c := range map[string]struct {
		people map[string]int
		want   []string // told
	}{
		"one language":                         {people: map[string]int{"it": 3}},
		"one reader of Slovene":                {people: map[string]int{"it": 20, "de": 10, "sl": 1}, want: []string{"de"}},
		"as many as a group needs":             {people: map[string]int{"it": 10, "de": 12, "sl": 10}, want: []string{"de", "sl"}},
		"nine":                                 {people: map[string]int{"it": 20, "de": 9}},
		"few in the first language":            {people: map[string]int{"it": 2, "de": 30, "sl": 11}, want: []string{"de"}},
		"few in the first of two":              {people: map[string]int{"it": 2, "de": 30}},
		"nobody in the first":                  {people: map[string]int{"de": 30}, want: []string{"de"}},
		"those who changed count in each once": {people: map[string]int{"it": 10, "de": 5, "de sl": 5, "sl": 4, "": 40}, want: []string{"de"}},
	} {
		p := rules("all")
		p.Languages, p.Disclosure = []string{"it", "de", "sl"}, protocol.Disclosure{MinN: 5, GroupN: 10}
		spoken, reasons, item := table.NewSpoken(p), []delphi.Answer{}, uuid.UUID{7}
		for in, n := range c.people {
			for range n {
				var set table.Languages
				for _, l := range strings.Fields(in) {
					set |= spoken.Of(l)
					reasons = append(reasons, delphi.Answer{Item: item.String(), Reason: l, Value: 5, Language: strings.TrimPrefix(l, "it")})
				}
				spoken.Add(set)
			}
		}
		d := Document{Items: []ItemResult{shown(quartiles(4, 7))}}
		d.AddReasons(p, uuid.New(), table.Closing{Tables: []table.Table{{ID: "R/" + item.String() + "/unsaid"}}}, map[uuid.UUID][]delphi.Answer{item: reasons}, spoken)
		if len(d.Items[0].Reasons) != len(reasons) {
			t.Fatalf("%s: %d reasons of %d", what, len(d.Items[0].Reasons), len(reasons))
		}
		for _, r := range d.Items[0].Reasons {
			want := ""
			if slices.Contains(c.want, r.Text) {
				want = r.Text
			}
			if r.Lang != want {
				t.Errorf("%s: a reason in %s is told to be in %q", what, r.Text, r.Lang)
			}
		}
	}
}
