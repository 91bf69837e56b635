package ballot

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
)

var nine = [][2]int{{1, 3}, {4, 6}, {7, 9}}

// rules is a protocol as far as reasons read one.
func rules(reasons string) delphi.Protocol {
	return delphi.Protocol{
		Feedback:  delphi.FeedbackPlan{Reasons: reasons},
		ItemKinds: []delphi.ItemKind{{ID: "k", Points: 9, Classes: nine, CannotJudge: true}},
	}
}

// shown is an item's feedback as far as reasons read it.
func shown(f delphi.Figures, sides ...delphi.Side) ItemFeedback {
	return ItemFeedback{Item: uuid.UUID{7}, Kind: "k", Figures: f, Counts: delphi.ItemCounts{Sides: sides}}
}

// quartiles are figures with a middle half from q1 to q3.
func quartiles(q1, q3 float64) delphi.Figures {
	return delphi.Figures{N: 30, Q1: stat.Of(q1), Q3: stat.Of(q3)}
}

func TestReasonsFromOutsideTheMiddleHalfAreFlagged(t *testing.T) {
	values := map[string]int{"low": 3, "edge low": 4, "inside": 5, "edge high": 7, "high": 8, "cannot judge": 0}
	var all []said
	for text, v := range values {
		all = append(all, said{text, delphi.Answer{Value: v, CannotJudge: v == 0}})
	}
	for _, r := range reasonsOf(rules("outside-first"), shown(quartiles(4, 7)), uuid.New(), all) {
		if want := r.Text == "low" || r.Text == "high"; r.Outside != want {
			t.Errorf("%q: outside %v, want %v", r.Text, r.Outside, want)
		}
	}
	thirds := quartiles(4, 7)
	thirds.Thirds = true
	for what, got := range map[string][]Reason{
		"a protocol that shows all alike": reasonsOf(rules("all"), shown(quartiles(4, 7)), uuid.New(), all),
		"a panel of thirds":               reasonsOf(rules("outside-first"), shown(thirds), uuid.New(), all),
		"no quartiles":                    reasonsOf(rules("outside-first"), shown(delphi.Figures{}), uuid.New(), all),
	} {
		if len(got) != len(all) || slices.ContainsFunc(got, func(r Reason) bool { return r.Outside }) {
			t.Errorf("%s tells who is outside, or loses a reason: %v", what, got)
		}
	}
}

func TestTheSideOfAReasonIsToldWhenTheRuleNamesSides(t *testing.T) {
	p := rules("outside-first")
	all := []said{
		{"against", delphi.Answer{Value: 3}}, {"middle", delphi.Answer{Value: 5}},
		{"for", delphi.Answer{Value: 7}}, {"none", delphi.Answer{CannotJudge: true}},
	}
	for _, r := range reasonsOf(p, shown(quartiles(4, 7), delphi.Against, delphi.Between, delphi.For, delphi.Neither), uuid.New(), all) {
		if r.Side != r.Text {
			t.Errorf("%q argues %q", r.Text, r.Side)
		}
	}
	for _, r := range reasonsOf(p, shown(quartiles(4, 7)), uuid.New(), all) {
		if r.Side != "" {
			t.Errorf("%q argues %q, against the rule", r.Text, r.Side)
		}
	}
}

func TestTheOrderOfReasonsSaysNothingOfWhenTheyCame(t *testing.T) {
	i, round := shown(quartiles(4, 7), delphi.Against, delphi.Between, delphi.For), uuid.New()
	var all []said
	for n, text := range []string{"a", "b", "c", "same", "same", "same"} {
		all = append(all, said{text, delphi.Answer{Value: []int{1, 9, 5, 2, 5, 9}[n]}})
	}
	first := reasonsOf(rules("outside-first"), i, round, all)
	for range 20 {
		all = append(all[1:], all[0]) // another order of coming
		if d := cmp.Diff(first, reasonsOf(rules("outside-first"), i, round, all)); d != "" {
			t.Fatal(d)
		}
	}
	if len(first) != 6 {
		t.Errorf("%d reasons of 6", len(first))
	}
}
