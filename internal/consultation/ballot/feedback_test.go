package ballot

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/consultation"
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

// quartiles are figures with a middle half from q1 to q3.
func quartiles(q1, q3 float64) delphi.Figures {
	return delphi.Figures{N: 30, Q1: stat.Of(q1), Q3: stat.Of(q3)}
}

func TestReasonsFromOutsideTheMiddleHalfAreFlagged(t *testing.T) {
	item := consultation.Item{ID: uuid.New(), Kind: "k"}
	values := map[string]int{"low": 3, "edge low": 4, "inside": 5, "edge high": 7, "high": 8, "cannot judge": 0}
	var all []said
	for text, v := range values {
		all = append(all, said{text: text, value: v})
	}
	for _, r := range reasonsOf(rules("outside-first"), item, uuid.New(), quartiles(4, 7), false, all) {
		if want := r.Text == "low" || r.Text == "high"; r.Outside != want {
			t.Errorf("%q: outside %v, want %v", r.Text, r.Outside, want)
		}
	}
	thirds := quartiles(4, 7)
	thirds.Thirds = true
	for what, got := range map[string][]Reason{
		"a protocol that shows all alike": reasonsOf(rules("all"), item, uuid.New(), quartiles(4, 7), false, all),
		"a panel of thirds":               reasonsOf(rules("outside-first"), item, uuid.New(), thirds, false, all),
		"no quartiles":                    reasonsOf(rules("outside-first"), item, uuid.New(), delphi.Figures{}, false, all),
	} {
		if len(got) != len(all) || slices.ContainsFunc(got, func(r Reason) bool { return r.Outside }) {
			t.Errorf("%s tells who is outside, or loses a reason: %v", what, got)
		}
	}
}

func TestTheSideOfAReasonIsToldWhenTheEngineSaysSo(t *testing.T) {
	p, item := rules("outside-first"), consultation.Item{ID: uuid.New(), Kind: "k"}
	var all []said
	for text, a := range map[string]delphi.Answer{"against": {Value: 3}, "middle": {Value: 5}, "for": {Value: 7}, "": {CannotJudge: true}} {
		s := with(p, "k", &a, text)
		if all = append(all, s); a.Reason != digest(text) {
			t.Errorf("the engine counts %q by %q", text, a.Reason)
		}
	}
	for _, r := range reasonsOf(p, item, uuid.New(), quartiles(4, 7), true, all) {
		if r.Side != r.Text {
			t.Errorf("%q argues %q", r.Text, r.Side)
		}
	}
	for _, r := range reasonsOf(p, item, uuid.New(), quartiles(4, 7), false, all) {
		if r.Side != "" {
			t.Errorf("%q argues %q, against the rule", r.Text, r.Side)
		}
	}
}

func TestTheOrderOfReasonsSaysNothingOfWhenTheyCame(t *testing.T) {
	item, round := consultation.Item{ID: uuid.New(), Kind: "k"}, uuid.New()
	all := []said{{"a", 1, delphi.Against}, {"b", 9, delphi.For}, {"c", 5, delphi.Between}, {"same", 2, delphi.Against}, {"same", 5, delphi.Between}, {"same", 9, delphi.For}}
	first := reasonsOf(rules("outside-first"), item, round, quartiles(4, 7), true, all)
	for range 20 {
		all = append(all[1:], all[0]) // another order of coming
		if d := cmp.Diff(first, reasonsOf(rules("outside-first"), item, round, quartiles(4, 7), true, all)); d != "" {
			t.Fatal(d)
		}
	}
	if len(first) != 6 {
		t.Errorf("%d reasons of 6", len(first))
	}
}
