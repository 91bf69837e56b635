package dossier

import (
	"math"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/verdict"
	"delfi/web/i18n"
	"delfi/web/page"
)

// drawn draws a component in Italian.
func drawn(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var b strings.Builder
	if err := c.Render(page.With(t.Context(), &page.Request{Printer: i18n.Printer{Lang: "it"}}), &b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "NaN") || strings.Contains(b.String(), "Inf") {
		t.Error("what is not defined is drawn")
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func text(d *goquery.Document, selector string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(d.Find(selector).Text()), " "), "\u00a0", " ")
}

var years = delphi.ItemKind{ID: "k", Kind: delphi.EstimateForm, Unit: "anni", Min: 0, Max: 8, Grid: 2, Never: true}

func town() View {
	var v View
	v.Language = "it"
	v.Protocol = protocol.Protocol{ItemKinds: []delphi.ItemKind{years}}
	v.Protocol.Disclosure.MinN, v.Protocol.Disclosure.GroupN = 5, 10
	v.Protocol.Panel.Groups = []protocol.GroupPlan{{ID: "a", Name: map[string]string{"it": "Cittadini"}}, {ID: "b", Name: map[string]string{"it": "Geometri"}}}
	return v
}

// Each group is drawn with its own figures; of one that is withheld nothing is told but
// that it is.
func TestGroupsAreShownBesideOneAnother(t *testing.T) {
	m := Measured{ID: "h", Title: "Stima", Kind: years, Form: delphi.EstimateForm, Figures: verdict.Figures{
		N: 30, Histogram: []int{0, 10, 10, 4, 3, 3}, Groups: []verdict.GroupFigures{
			{Group: "a", N: 20, Histogram: []int{0, 10, 5, 2, 2, 1}, Q1: stat.Of(2), Median: stat.Of(3), Q3: stat.Of(4)},
			{Group: "b", Withheld: true},
		},
	}}
	got := drawn(t, GroupsShown(town(), m))
	if got.Find("svg[role=img] > desc").Length() != 1 || !strings.Contains(text(got, "div"), "Cittadini · 20 risposte") ||
		!strings.Contains(text(got, "p"), "La metà centrale comincia a 2 e finisce a 4; la mediana è 3 anni. Dice «mai» il 5 %.") {
		t.Errorf("the group that may be shown: %q", text(got, "div"))
	}
	if got.Find("table").Length() != 1 || !strings.Contains(text(got, "div"), "Geometri") || strings.Count(text(got, "p"), "risposte") != 2 {
		t.Errorf("the group that may not: %q", text(got, "p"))
	}
	m.Form = delphi.RankingForm // has no tables by group
	if got := drawn(t, GroupsShown(town(), m)); got.Find("p").Length() != 0 {
		t.Errorf("groups of an order: %q", text(got, "p"))
	}
}

// Quartiles may be "never": they are said and not drawn. A small panel is shown in
// thirds, and one that is too small not at all.
func TestAnEstimateSaysNoMoreThanItsTables(t *testing.T) {
	m := Measured{ID: "h", Title: "Stima", Kind: years, Form: delphi.EstimateForm, Figures: verdict.Figures{
		N: 20, Histogram: []int{0, 8, 0, 0, 0, 12}, Q1: stat.Of(2), Median: stat.Of(math.Inf(1)), Q3: stat.Of(math.Inf(1)),
	}}
	got := drawn(t, Shown(town(), m))
	if words := text(got, "p"); !strings.Contains(words, "comincia a 2 e finisce a «mai»; la mediana è mai. Dice «mai» il 60 %.") || got.Find(".dlf-med, .dlf-band").Length() != 0 {
		t.Errorf("a median of never: %q", words)
	}
	m.Figures = verdict.Figures{N: 12, Thirds: true, Histogram: []int{3, 2, 7}}
	got = drawn(t, Shown(town(), m))
	if got.Find("svg").Length() != 0 || got.Find("tbody tr").Length() != 3 || !strings.Contains(text(got, "tbody"), "0 anni325 %da 2 a 6 anni217 %8 anni, o mai758 %") {
		t.Errorf("thirds: %q", text(got, "tbody"))
	}
	m.Figures = verdict.Figures{N: 3}
	if got := drawn(t, Shown(town(), m)); got.Find("svg, table").Length() != 0 || text(got, "p") == "" {
		t.Errorf("too few: %q", text(got, "p"))
	}
}

// A finer grid than there is room for is drawn with neighbours together: no answer is lost.
func TestAFineGridIsDrawnWhole(t *testing.T) {
	k := years
	k.Max, k.Grid = 5000, 3
	m := Measured{ID: "h", Title: "Stima", Kind: k, Form: delphi.EstimateForm, Figures: verdict.Figures{N: 90, Histogram: make([]int, k.Gridded())}}
	for n := range 90 {
		m.Figures.Histogram[n*18]++
	}
	s := m.spread(&page.Request{Printer: i18n.Printer{Lang: "it"}})
	sum := s.Never
	for _, b := range s.Bars {
		sum += b.Count
	}
	if len(s.Bars) > most || sum != 90 {
		t.Errorf("%d bars with %d answers", len(s.Bars), sum)
	}
}

// The place of a date is a date, or two that it lies between.
func TestPlacesOfDates(t *testing.T) {
	q := &page.Request{Printer: i18n.Printer{Lang: "it"}}
	month := delphi.ItemKind{Kind: delphi.DateForm, Unit: delphi.UnitMonth}
	day := delphi.ItemKind{Kind: delphi.DateForm, Unit: delphi.UnitDay}
	for _, c := range []struct {
		k    delphi.ItemKind
		v    float64
		want string
	}{
		{month, 2030*12 + 2, "marzo 2030"}, {month, 2030*12 + 11.5, "tra dicembre 2030 e gennaio 2031"},
		{day, 0, "1º gennaio 1970"}, {delphi.ItemKind{Kind: delphi.DateForm, Unit: delphi.UnitYear}, 2031, "2031"},
		{years, 7.75, "7,8"}, {years, 12000, "12.000"}, {years, math.Inf(1), "mai"},
	} {
		if got := Place(q, c.k, c.v); got != c.want {
			t.Errorf("%v is written %q, not %q", c.v, got, c.want)
		}
	}
}
