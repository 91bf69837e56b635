package participate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
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
		for i, r := range columns(all)[0].draw([]byte(key), 1).Said {
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
	c := columns(all)[0]
	times := map[string]int{}
	for reader := range 400 {
		got := c.draw(fmt.Append(nil, reader), 1)
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
		if d := cmp.Diff(got.Said, c.draw(fmt.Append(nil, reader), 1).Said); d != "" {
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
	for _, c := range columns([]feedback.Reason{
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
	if all := columns([]feedback.Reason{r("x", "", ""), r("y", "", "")}); len(all) != 1 || all[0].Key != "" {
		t.Errorf("where nobody said a side there is no heading: %+v", all)
	}
}

// A reword shows what was taken out and put in, not the whole sentence twice.
func TestChanged(t *testing.T) {
	for _, c := range []struct{ was, is, out, in string }{
		{"il limite vale sempre, davvero", "il limite vale tutto il giorno, davvero", "sempre,", "tutto il giorno,"},
		{"il limite vale", "il limite vale sempre", "vale", "vale sempre"},
		{"tutto nuovo", "parole diverse", "tutto nuovo", "parole diverse"},
		{"a b a b", "a b", "b a b", "b"},
		{"", "nuovo", "", "nuovo"},
	} {
		if out, in := changed(c.was, c.is); out != c.out || in != c.in {
			t.Errorf("%q → %q: −%q +%q, wants −%q +%q", c.was, c.is, out, in, c.out, c.in)
		}
	}
}

// Where one's own answer lies is said only when both are known: never for thirds,
// for "I can't say", or for who missed the round.
func TestWhere(t *testing.T) {
	item := uuid.New()
	figures := verdict.Figures{Q1: stat.Of(5), Q3: stat.Of(7)}
	for _, c := range []struct {
		name    string
		last    map[uuid.UUID]delphi.Answer
		figures verdict.Figures
		want    string
	}{
		{"below", map[uuid.UUID]delphi.Answer{item: {Value: 4}}, figures, "low"},
		{"at the edge", map[uuid.UUID]delphi.Answer{item: {Value: 5}}, figures, "in"},
		{"above", map[uuid.UUID]delphi.Answer{item: {Value: 8}}, figures, "high"},
		{"cannot judge", map[uuid.UUID]delphi.Answer{item: {CannotJudge: true}}, figures, ""},
		{"missed", nil, figures, ""},
		{"undefined", map[uuid.UUID]delphi.Answer{item: {Value: 4}}, verdict.Figures{}, ""},
		{"thirds", map[uuid.UUID]delphi.Answer{item: {Value: 4}}, verdict.Figures{Thirds: true, Q1: stat.Of(5), Q3: stat.Of(7)}, ""},
	} {
		p := &paperView{Paper: ballot.Paper{Last: c.last}}
		if got := p.where(feedback.ItemResult{Item: item, Figures: c.figures}); got != c.want {
			t.Errorf("%s: %q, wants %q", c.name, got, c.want)
		}
	}
}

// The last round's answer is never what the form shows as chosen; the reader's own
// draft is, and one equal to the last is "keep".
func TestNothingIsChosen(t *testing.T) {
	item := uuid.New()
	p := &paperView{Paper: ballot.Paper{Last: map[uuid.UUID]delphi.Answer{item: {Value: 4}}}}
	if got := p.now(item); got != (typed{}) {
		t.Errorf("without a draft: %+v", got)
	}
	p.Draft = map[uuid.UUID]delphi.Answer{item: {Value: 4, Reason: "perché", Argues: delphi.For}}
	if got := p.now(item); got != (typed{Choice: keep, Reason: "perché", Argues: "for"}) {
		t.Errorf("a draft like the last answer: %+v", got)
	}
	p.Draft[item] = delphi.Answer{Value: 6}
	if got := p.now(item); got.Choice != "6" {
		t.Errorf("a draft unlike it: %+v", got)
	}
	p.Typed = map[uuid.UUID]typed{item: {"9", "appena scritto", "against"}}
	if got := p.now(item); got != (typed{"9", "appena scritto", "against"}) {
		t.Errorf("what was just sent: %+v", got)
	}
}

// What the administration owes is said with its date, and louder when it is late.
func TestDebt(t *testing.T) {
	now := time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)
	q := &page.Request{Printer: i18n.Printer{Lang: "it", Now: now}}
	for days, want := range map[int]string{12: "Risposta dovuta entro 12 giorni", 1: "Risposta dovuta entro domani", 0: "Risposta dovuta oggi", -1: "Risposta in ritardo di 1 giorno", -3: "Risposta in ritardo di 3 giorni"} {
		v := view{Consultation: consultation.Consultation{Stage: consultation.Published, PublishedAt: now.AddDate(0, 0, days-30), Commitment: consultation.Commitment{ReplyDays: 30}}}
		tone, _, words := v.debt(q)
		if words != want || (tone == "no") != (days < 0) {
			t.Errorf("%d days: %q in %q", days, words, tone)
		}
	}
	v := view{Consultation: consultation.Consultation{Origin: &consultation.Origin{Name: "Polis"}, Stage: consultation.Published, PublishedAt: now}}
	if _, _, words := v.debt(q); words != "" {
		t.Errorf("a conversation held elsewhere is owed %q", words)
	}
}

// What staff did not say stands as "not reported", never as a blank.
func TestNotReported(t *testing.T) {
	var b strings.Builder
	if err := text(opinionView{}, "").Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "non riportato") {
		t.Error(b.String())
	}
}
