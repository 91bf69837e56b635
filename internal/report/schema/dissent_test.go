package schema

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

func TestDissentIsTheOtherSideThanTheVerdicts(t *testing.T) {
	rounds := []ItemRound{{Round: 2, Reasons: []feedback.Reason{
		{Text: "contro", Side: delphi.Against}, {Text: "a favore", Side: delphi.For, Outside: true}, {Text: "né l’una né l’altra", Side: delphi.Neither, Outside: true},
	}}}
	both := []string{"contro", "a favore"}
	for name, c := range map[string]struct {
		v    verdict.Verdict
		want []string
	}{
		"consensus for":           {verdict.Verdict{Key: verdict.Consensus, Direction: verdict.High, Side: delphi.For}, []string{"contro"}},
		"consensus against":       {verdict.Verdict{Key: verdict.Consensus, Direction: verdict.Low, Side: delphi.Against}, []string{"a favore"}},
		"majority against":        {verdict.Verdict{Key: verdict.Majority, Direction: verdict.Low, Side: delphi.Against}, []string{"a favore"}},
		"for, declared low":       {verdict.Verdict{Key: verdict.Plurality, Direction: verdict.Low, Side: delphi.For}, []string{"contro"}},
		"consensus in the middle": {verdict.Verdict{Key: verdict.Consensus, Direction: verdict.Middle, Side: delphi.Between}, both},
		"two poles":               {verdict.Verdict{Key: verdict.Bipolarity, Direction: verdict.High, Side: delphi.For}, both},
		"divided":                 {verdict.Verdict{Key: verdict.Disagreement, Direction: verdict.NoDirection, Side: delphi.NoSide}, both},
		"open":                    {verdict.Verdict{Key: verdict.Open, Direction: verdict.NoDirection, Side: delphi.NoSide, If: verdict.Consensus, IfSide: delphi.For}, both},
	} {
		d := dissentOf(c.v, rounds)
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
	v := verdict.Verdict{Key: verdict.Consensus, Direction: verdict.High, Side: delphi.For}
	h := []ItemRound{{Round: 2, Reasons: []feedback.Reason{
		{Text: "da fuori", Outside: true}, {Text: "da dentro"},
		{Text: "da dove sta l’esito", Outside: true, Place: table.PlaceHigh}, {Text: "dall’altra parte", Outside: true, Place: table.PlaceLow},
	}}}
	d := dissentOf(v, h)
	if diff := cmp.Diff([]string{"da fuori ×1 [2]", "dall’altra parte ×1 [2]"}, shown(d.Unsaid)); diff != "" || len(d.Against)+len(d.For) > 0 {
		t.Error(diff, d)
	}
	// Beside a verdict without a side a place excludes nobody.
	d = dissentOf(verdict.Verdict{Key: verdict.Disagreement, Direction: verdict.NoDirection, Side: delphi.NoSide}, h)
	if len(d.Unsaid) != 3 {
		t.Errorf("%d of 3 from outside", len(d.Unsaid))
	}
}

func TestAReasonGivenInTwoRoundsStandsOnce(t *testing.T) {
	h := []ItemRound{
		{Round: 2, Reasons: []feedback.Reason{{Text: "a"}, {Text: "a"}, {Text: "b", Side: delphi.For}, {Text: "c", Side: delphi.For}}},
		{Round: 3, Reasons: []feedback.Reason{{Text: "a", Side: delphi.Against, Outside: true}, {Text: "b"}, {Text: "c", Side: delphi.Against}}},
	}
	want := []Reason{
		{Text: "a", Side: delphi.Against, Outside: true, Rounds: []int{2, 3}, People: 2},
		{Text: "b", Side: delphi.For, Rounds: []int{2, 3}, People: 1},
		// Who changed the side said two things.
		{Text: "c", Side: delphi.Against, Rounds: []int{3}, People: 1},
		{Text: "c", Side: delphi.For, Rounds: []int{2}, People: 1},
	}
	var got []Reason
	for _, r := range reasonsOf(h) {
		got = append(got, r.Reason)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A reason is marked by the middle half of the last round in which it was given, as
// that round's page marks it; what another round's middle half was says nothing of it.
func TestAReasonIsMarkedByItsOwnRound(t *testing.T) {
	h := []ItemRound{
		{Round: 2, Reasons: []feedback.Reason{{Text: "rientrata", Outside: true}, {Text: "sola", Outside: true}, {Text: "uscita"}}},
		{Round: 3, Reasons: []feedback.Reason{{Text: "rientrata"}, {Text: "uscita", Outside: true}}},
	}
	want := map[string]bool{"rientrata": false, "uscita": true, "sola": true}
	for _, r := range reasonsOf(h) {
		if r.Outside != want[r.Text] {
			t.Errorf("%q: outside %v, want %v", r.Text, r.Outside, want[r.Text])
		}
	}
}

// Of two camps no middle half is shown: there whoever said no side may be of either,
// but for those who are told to be in the middle or where the verdict lies.
func TestBetweenTwoCampsWhoSaidNoSideMayBeOfEither(t *testing.T) {
	reasons := []feedback.Reason{
		{Text: "né detto né mostrato"}, {Text: "in basso", Place: table.PlaceLow}, {Text: "in mezzo", Place: table.PlaceMiddle},
		{Text: "in alto", Place: table.PlaceHigh}, {Text: "non saprei", Place: table.NoPlace},
	}
	poles := verdict.Verdict{Key: verdict.Bipolarity, Direction: verdict.High, Side: delphi.For}
	below := ItemRound{Round: 2, Reasons: reasons, Verdict: verdict.Verdict{Key: verdict.Majority, Direction: verdict.High, Side: delphi.For}}
	below.Figures.Agreement = stat.Of(-0.2)
	for name, c := range map[string]struct {
		h    ItemRound
		want []string
	}{
		"two poles":                    {ItemRound{Round: 2, Reasons: reasons, Verdict: poles}, []string{"in alto ×1 [2]", "in basso ×1 [2]", "né detto né mostrato ×1 [2]"}},
		"a majority between two camps": {below, []string{"in basso ×1 [2]", "né detto né mostrato ×1 [2]"}},
	} {
		if diff := cmp.Diff(c.want, shown(dissentOf(c.h.Verdict, []ItemRound{c.h}).Unsaid)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestTheOpinionSaysWhatBecameOfTheMinorityReport(t *testing.T) {
	at := time.Date(2026, 3, 25, 9, 0, 0, 0, time.UTC) // the clocks change within the week
	some := []Dissenting{{}}
	week := civiltime.AddDays(at, 7)
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
		if d := cmp.Diff(c.want, MinorityOf(c.m, c.dissent, c.published)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// shown are reasons with their people and rounds, in the order of their words.
func shown(reasons []Reason) []string {
	out := []string{}
	for _, r := range reasons {
		out = append(out, fmt.Sprintf("%s ×%d %v", r.Text, r.People, r.Rounds))
	}
	slices.Sort(out)
	return out
}
