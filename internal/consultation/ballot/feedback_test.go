package ballot

import (
	"fmt"
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
		all = append(all, said{text, v})
	}
	for _, r := range reasonsOf(rules("outside-first"), item, uuid.New(), quartiles(4, 7), all) {
		if want := r.Text == "low" || r.Text == "high"; r.Outside != want {
			t.Errorf("%q: outside %v, want %v", r.Text, r.Outside, want)
		}
	}
	thirds := quartiles(4, 7)
	thirds.Thirds = true
	for what, got := range map[string][]Reason{
		"a protocol that shows all alike": reasonsOf(rules("all"), item, uuid.New(), quartiles(4, 7), all),
		"a panel of thirds":               reasonsOf(rules("outside-first"), item, uuid.New(), thirds, all),
		"no quartiles":                    reasonsOf(rules("outside-first"), item, uuid.New(), delphi.Figures{}, all),
	} {
		if len(got) != len(all) || slices.ContainsFunc(got, func(r Reason) bool { return r.Outside }) {
			t.Errorf("%s tells who is outside, or loses a reason: %v", what, got)
		}
	}
}

func TestTheSideOfAReasonIsToldOnlyWhenFiveArgueEach(t *testing.T) {
	argue := func(against, middle, abstain, favour int) []said {
		var all []said
		for value, n := range map[int]int{3: against, 5: middle, 0: abstain, 7: favour} {
			for i := range n {
				all = append(all, said{fmt.Sprint(value, i), value})
			}
		}
		return all
	}
	p, item := rules("outside-first"), consultation.Item{ID: uuid.New(), Kind: "k"}
	p.Disclosure = delphi.Disclosure{LeftOutN: 5, SmallBelow: 20}
	if sidesOf(p, item, delphi.Figures{N: 19}, argue(5, 0, 0, 5)) != nil {
		t.Error("a small panel's sides are told")
	}
	for what, c := range map[string]struct {
		reasons []said
		told    bool
	}{
		"five each":                  {argue(5, 0, 0, 5), true},
		"five each and five between": {argue(5, 5, 5, 5), true},
		"four against":               {argue(4, 0, 0, 9), false},
		"four for":                   {argue(9, 0, 0, 4), false},
		"one between":                {argue(5, 1, 0, 5), false},
		"one who cannot judge":       {argue(5, 0, 1, 5), false},
		"none":                       {nil, false},
	} {
		if got := sidesOf(p, item, delphi.Figures{N: 20}, c.reasons) != nil; got != c.told {
			t.Errorf("%s: told %v, want %v", what, got, c.told)
		}
	}
	all := argue(5, 5, 5, 5)
	for n, side := range sidesOf(p, item, delphi.Figures{N: 20}, all) {
		if want := map[int]string{0: "", 3: "against", 5: "middle", 7: "for"}[all[n].value]; side != want {
			t.Errorf("%d argues %q, want %q", all[n].value, side, want)
		}
	}
}

func TestTheOrderOfReasonsSaysNothingOfWhenTheyCame(t *testing.T) {
	item, round := consultation.Item{ID: uuid.New(), Kind: "k"}, uuid.New()
	all := []said{{"a", 1}, {"b", 9}, {"c", 5}, {"same", 2}, {"same", 5}, {"same", 9}}
	first := reasonsOf(rules("outside-first"), item, round, quartiles(4, 7), all)
	for range 20 {
		all = append(all[1:], all[0]) // another order of coming
		if d := cmp.Diff(first, reasonsOf(rules("outside-first"), item, round, quartiles(4, 7), all)); d != "" {
			t.Fatal(d)
		}
	}
	if len(first) != 6 {
		t.Errorf("%d reasons of 6", len(first))
	}
}
