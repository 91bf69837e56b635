package dossier

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/web/i18n"
	"delfi/web/page"
)

// Reasons from outside the middle half come first for every reader; among them the
// order is each reader's own, and the same whenever that reader looks.
func TestReasonsAreShuffledPerReader(t *testing.T) {
	var all []feedback.Reason
	for _, w := range strings.Fields("a b c d e f g h") {
		all = append(all, feedback.Reason{Text: w, Outside: w > "e"})
	}
	order := func(key string) string {
		s := ""
		for i, r := range Columns(all)[0].Draw([]byte(key), 1).Said {
			if want := i < 3; r.Outside != want {
				t.Errorf("%s: %q stands at %d", key, r.Text, i)
			}
			s += r.Text
		}
		return s
	}
	first := order("one reader")
	if again := order("one reader"); first != again {
		t.Error("one reader's order changes")
	}
	orders := map[string]bool{}
	for _, key := range strings.Fields("anna karim lucia sergio olga") {
		orders[order(key)] = true
	}
	if len(orders) < 4 {
		t.Errorf("five readers see %d orders", len(orders))
	}
}

// Of thousands of reasons a reader is given a few, the same each time, those from
// outside the middle half first; every reason is given to some readers, none to all,
// and what is not shown is counted.
func TestManyReasonsAreDrawn(t *testing.T) {
	var all []feedback.Reason
	for k := range 100 {
		all = append(all, feedback.Reason{Text: fmt.Sprint("r", k), Outside: k < 30})
	}
	all = append(all, all[0], all[99])
	c := Columns(all)[0]
	times := map[string]int{}
	for reader := range 400 {
		got := c.Draw(fmt.Append(nil, reader), 1)
		if len(got.Said) != mostReasons || got.N != 102 {
			t.Fatalf("%d reasons of %d", len(got.Said), got.N)
		}
		shown := 0
		for _, r := range got.Said {
			if !r.Outside {
				t.Fatalf("%s pushes out one from outside the middle half", r.Text)
			}
			times[r.Text]++
			shown += r.People
		}
		if shown+got.Left != 102 {
			t.Errorf("%d shown, %d left", shown, got.Left)
		}
		if d := cmp.Diff(got.Said, c.Draw(fmt.Append(nil, reader), 1).Said); d != "" {
			t.Error(d)
		}
	}
	// Each of 30 is drawn by 20 in 30 of 400 readers: 267, give or take six deviations.
	for text, n := range times {
		if n < 210 || n > 324 {
			t.Errorf("%s is shown to %d readers of 400", text, n)
		}
	}
	if len(times) != 30 {
		t.Errorf("%d reasons of 30 are ever shown", len(times))
	}
}

// Reasons stand by the side that their authors said, against first, and the others by
// their place; words of two people stand once, with their number.
func TestColumns(t *testing.T) {
	r := func(text string, side delphi.Side, place table.Place) feedback.Reason {
		return feedback.Reason{Text: text, Side: side, Place: place}
	}
	got := map[string]int{}
	var order []string
	for _, c := range Columns([]feedback.Reason{
		r("x", delphi.For, ""), r("z", "", table.PlaceHigh), r("y", delphi.Neither, ""), r("x", delphi.For, ""), r("x", delphi.Against, ""), r("w", "", ""), r("z", "", table.PlaceHigh),
	}) {
		got[c.Key] = c.N
		order = append(order, fmt.Sprint(c.Key, len(c.Said)))
	}
	if d := cmp.Diff([]string{"against1", "for1", "neither1", "high1", "unsaid1"}, order); d != "" {
		t.Error(d)
	}
	if got["for"] != 2 || got["high"] != 2 {
		t.Errorf("people: %v", got)
	}
	if all := Columns([]feedback.Reason{r("x", "", ""), r("y", "", "")}); len(all) != 1 || all[0].Key != "" {
		t.Errorf("where nobody said a side there is no heading: %+v", all)
	}
}

// Reasons are introduced by what is true of them: that some come first only where some
// are tagged, that authors said sides only where they did.
func TestTheOrderOfReasonsIsSaidOnlyWhereThereIsOne(t *testing.T) {
	q := &page.Request{Printer: i18n.Printer{Lang: "it"}}
	for name, c := range map[string]struct {
		reasons      []feedback.Reason
		first, sided bool
	}{
		"neither":       {[]feedback.Reason{{Text: "a"}, {Text: "b"}}, false, false},
		"one outside":   {[]feedback.Reason{{Text: "a"}, {Text: "b", Outside: true}}, true, false},
		"one with side": {[]feedback.Reason{{Text: "a", Side: delphi.Against}, {Text: "b"}}, false, true},
	} {
		var b strings.Builder
		if err := Order(Columns(c.reasons)).Render(page.With(t.Context(), q), &b); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if strings.Contains(text, q.T("consultation.reasons.first")) != c.first || strings.Contains(text, q.T("consultation.reasons.said")) != c.sided {
			t.Errorf("%s: %q", name, text)
		}
	}
}
