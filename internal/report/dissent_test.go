package report

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/delphi"
)

// rules is a protocol as far as sides read one: what it declares lies high.
var rules = delphi.Protocol{
	ItemKinds: []delphi.ItemKind{{ID: "k", Points: 9, Classes: [][2]int{{1, 3}, {4, 6}, {7, 9}}}},
	Consensus: delphi.ConsensusPlan{Rule: delphi.RuleShare, Share: &delphi.ShareRule{From: 7, To: 9, Permille: 750}},
}

func TestDissentIsTheOtherSideThanTheVerdicts(t *testing.T) {
	low := rules
	low.Consensus.Share = &delphi.ShareRule{From: 1, To: 3, Permille: 750}
	said := []ItemRound{{Round: 2, Reasons: []ballot.Reason{
		{Text: "contro", Side: delphi.Against}, {Text: "a favore", Side: delphi.For, Outside: true}, {Text: "né l’una né l’altra", Side: delphi.Neither, Outside: true},
	}}}
	both := []string{"contro", "a favore"}
	for name, c := range map[string]struct {
		p    delphi.Protocol
		v    delphi.Verdict
		want []string
	}{
		"consensus for":                        {rules, delphi.Verdict{Key: delphi.Consensus, Direction: delphi.High}, []string{"contro"}},
		"consensus against":                    {rules, delphi.Verdict{Key: delphi.Consensus, Direction: delphi.Low, Against: true}, []string{"a favore"}},
		"majority against":                     {rules, delphi.Verdict{Key: delphi.Majority, Direction: delphi.Low}, []string{"a favore"}},
		"plurality for":                        {rules, delphi.Verdict{Key: delphi.Plurality, Direction: delphi.High}, []string{"contro"}},
		"consensus for, which is declared low": {low, delphi.Verdict{Key: delphi.Consensus, Direction: delphi.Low}, []string{"contro"}},
		"consensus in the middle":              {rules, delphi.Verdict{Key: delphi.Consensus, Direction: delphi.Middle}, both},
		"two poles":                            {rules, delphi.Verdict{Key: delphi.Bipolarity, Direction: delphi.High}, both},
		"divided":                              {rules, delphi.Verdict{Key: delphi.Disagreement, Direction: delphi.NoDirection}, both},
		"open":                                 {rules, delphi.Verdict{Key: delphi.Open, Direction: delphi.NoDirection, If: delphi.Consensus, IfDirection: delphi.High}, both},
	} {
		d := dissentOf(c.p, c.v, said)
		var got []string
		for _, r := range append(d.Against, d.For...) {
			got = append(got, r.Text)
		}
		if diff := cmp.Diff(c.want, got); diff != "" || len(d.Unsaid) > 0 {
			t.Errorf("%s: %s %+v", name, diff, d.Unsaid)
		}
	}
}

func TestWhereNobodySaidASideDissentIsFromOutsideTheMiddleHalf(t *testing.T) {
	v := delphi.Verdict{Key: delphi.Consensus, Direction: delphi.High}
	h := []ItemRound{{Round: 2, Reasons: []ballot.Reason{
		{Text: "da fuori", Outside: true}, {Text: "da dentro"},
		{Text: "da dove sta l’esito", Outside: true, Place: delphi.PlaceHigh}, {Text: "dall’altra parte", Outside: true, Place: delphi.PlaceLow},
	}}}
	d := dissentOf(rules, v, h)
	if diff := cmp.Diff([]string{"da fuori ×1 [2]", "dall’altra parte ×1 [2]"}, shown(d.Unsaid)); diff != "" || len(d.Against)+len(d.For) > 0 {
		t.Error(diff, d)
	}
	// Beside a verdict without a side a place excludes nobody.
	d = dissentOf(rules, delphi.Verdict{Key: delphi.Disagreement, Direction: delphi.NoDirection}, h)
	if len(d.Unsaid) != 3 {
		t.Errorf("%d of 3 from outside", len(d.Unsaid))
	}
}

func TestAReasonGivenInTwoRoundsStandsOnce(t *testing.T) {
	h := []ItemRound{
		{Round: 2, Reasons: []ballot.Reason{{Text: "a"}, {Text: "a"}, {Text: "b", Side: delphi.For}, {Text: "c", Side: delphi.For}}},
		{Round: 3, Reasons: []ballot.Reason{{Text: "a", Side: delphi.Against, Outside: true}, {Text: "b"}, {Text: "c", Side: delphi.Against}}},
	}
	want := []Reason{
		{Text: "a", Side: delphi.Against, Outside: true, Rounds: []int{2, 3}, People: 2},
		{Text: "b", Side: delphi.For, Rounds: []int{2, 3}, People: 1},
		// Who changed the side said two things.
		{Text: "c", Side: delphi.Against, Rounds: []int{3}, People: 1},
		{Text: "c", Side: delphi.For, Rounds: []int{2}, People: 1},
	}
	if d := cmp.Diff(want, reasonsOf(h)); d != "" {
		t.Error(d)
	}
}

func TestTheOpinionSaysWhatBecameOfTheMinorityReport(t *testing.T) {
	at := time.Date(2026, 3, 25, 9, 0, 0, 0, time.UTC) // the clocks change within the week
	some := []Dissenting{{}}
	week := at.In(rome).AddDate(0, 0, 7)
	for name, c := range map[string]struct {
		m         consultation.Minority
		dissent   []Dissenting
		published time.Time
		want      Minority
	}{
		"nobody dissents": {want: Minority{State: MinorityNone}},
		"nobody reported": {dissent: some, published: week, want: Minority{State: MinorityUnwritten}},
		"a draft":         {m: consultation.Minority{Draft: "x"}, dissent: some, published: week, want: Minority{State: MinorityUnwritten}},
		"declined":        {m: consultation.Minority{Reason: "y"}, dissent: some, published: week, want: Minority{State: MinorityDeclined, Reason: "y"}},
		"shown": {m: consultation.Minority{Text: "x", ShownAt: at}, dissent: some, published: week,
			want: Minority{State: MinorityShown, Text: "x", ShownOn: "2026-03-25", Days: 7}},
		"shown for a day less": {m: consultation.Minority{Text: "x", ShownAt: at}, dissent: some, published: week.Add(-time.Second),
			want: Minority{State: MinorityShort, Text: "x", ShownOn: "2026-03-25", Days: 6}},
		"a preview": {m: consultation.Minority{Text: "x", ShownAt: at}, dissent: some,
			want: Minority{State: MinorityShown, Text: "x", ShownOn: "2026-03-25", Days: 7}},
	} {
		if d := cmp.Diff(c.want, minorityOf(c.m, c.dissent, c.published)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
