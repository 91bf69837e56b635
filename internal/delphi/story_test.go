package delphi_test

import (
	"fmt"
	"slices"
	"testing"

	"delfi/internal/delphi/verdict"
)

// A small town asks two groups about one statement, twice. The test follows the
// kernel step by step, so that who reads it knows what the engine does.
func TestStory(t *testing.T) {
	// The rules, frozen before anyone answers: three in four at 7–9 are a
	// consensus; answers hold still when fewer than 15 % move between two
	// histograms and 70 % stay within one point of theirs.
	p := classical(t, 3, groups(2)...)

	// Forty citizens (g0) and twelve architects (g1) are enrolled.
	group := func(i int) int { return i / 40 }
	first := slices.Concat(
		from(4, 2, 2, 4, 4, 2, 8, 8, 6), // citizens: opinions all over the scale
		from(0, 0, 0, 0, 3, 0, 3, 3, 3)) // architects: mostly for

	// Round 1 closes. The ballots become counts, and the counts become tables:
	// the whole panel's, and each group's, because both have ten people or more.
	// B holds the marks of ballots, by which people find their own.
	round1 := held(t, p, group, first)
	if got := fmt.Sprint(names(round1[0].Tables)); got != "[A/i1 G/i1/g0 G/i1/g1 B]" {
		t.Fatal(got)
	}
	a, _ := tableOf(round1[0], "A/i1")
	if got := fmt.Sprint(a.Counts, a.N); got != "[4 2 2 4 7 2 11 11 9] 52" {
		t.Fatal(got)
	}

	// Figures come from the tables and from nothing else: 31 of 52 are at 7–9.
	f := verdict.Measure(p, item, round1)
	if f.Median.String() != "7" || f.IQR.String() != "3" || f.Top.String() != fmt.Sprint(31.0/52) {
		t.Fatalf("median %v, IQR %v, top %v", f.Median, f.IQR, f.Top)
	}

	// It would be a majority, but nobody knows yet whether it will hold.
	v, next := verdict.Judge(p, item, round1, 2)
	if v.Key != verdict.Open || v.If != verdict.Majority || v.IfDirection != verdict.High || next.Action != verdict.GoOn {
		t.Fatalf("%+v %+v", v, next)
	}

	// Round 2: nine citizens read the reasons and come closer; nobody leaves.
	second := slices.Clone(first)
	moved := 0
	for i, v := range second {
		if v >= 4 && v <= 6 && moved < 9 {
			second[i], moved = 7, moved+1
		}
	}
	round2 := held(t, p, group, first, second)
	// Everyone answered both times, so how far people moved may be told: D. With
	// 52 pairs there is no table of classes (T) and none of conformity (M).
	if got := fmt.Sprint(names(round2[1].Tables)); got != "[A/i1 G/i1/g0 G/i1/g1 D/i1 B]" {
		t.Fatal(got)
	}
	v, next = verdict.Judge(p, item, round2, 1)
	scheibe, _ := ground(v.Grounds, "scheibe")
	within, _ := ground(v.Grounds, "within")
	// 44 of 52 stayed within a point, 84.6 %; but 9 of 52 are 17.3 %, more than 15, and
	// more than the 10.3 that chance alone would give so many people.
	if !within.Holds || scheibe.Detail != "103" || v.Cause != verdict.AnswersMoved || scheibe.Holds || v.Key != verdict.Open || v.If != verdict.Consensus || next.Action != verdict.GoOn {
		t.Fatalf("%+v %+v", v, next)
	}

	// Round 3: nobody moves any more, and one citizen stays away. One person's
	// absence hides the shift table (the difference would be that person's answer),
	// so the unchanged test drops out and Scheibe's decides alone.
	third := slices.Clone(second)
	third[0] = absent
	round3 := held(t, p, group, first, second, third)
	if got := fmt.Sprint(names(round3[2].Tables)); got != "[A/i1 G/i1/g0 G/i1/g1 B]" {
		t.Fatal(got)
	}
	v, next = verdict.Judge(p, item, round3, 0)
	if v.Key != verdict.Consensus || v.Direction != verdict.High || next.Action != verdict.Settle {
		t.Fatalf("%+v %+v", v, next)
	}
	if dropped, ok := ground(v.Grounds, "test_dropped"); !ok || dropped.Detail != "unchanged" {
		t.Fatalf("%+v", v.Grounds)
	}

	// Would it have been otherwise, had the one who left answered 1? 40 of 52 are
	// still three in four: the verdict is robust.
	if b := verdict.Attrition(p, item, round3); b.Leavers != 1 || !b.Robust {
		t.Fatalf("%+v", b)
	}

	// COMET asks for fewer than 15 % at 1–3: seven of 51 are 13.7 %, so it agrees.
	for _, row := range verdict.Sensitive(p, item, round3) {
		if row.Rule == "comet" && row.Key != verdict.Consensus {
			t.Fatalf("%+v", row)
		}
	}
}
