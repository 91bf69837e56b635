package public_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/consultation/ballot"
	"delfi/internal/delphi"
	"delfi/web/webtest"
)

// A panel that writes more reasons than a page can hold is read on pages: each reason stands
// on one of them once, the first ones on the page of the round and of the opinion, which lead
// to all.
func TestManyReasonsStandOnPages(t *testing.T) {
	h := webtest.Open(t)
	stranger := h.Site(t).Stranger()
	const people, each = 120, 50
	c := h.Ask(t, "quartiere", webtest.SeveralKinds, people, several()...)
	items, err := h.Consultations.Items(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	cast := func(round, n int) {
		in := ballot.Answers{Given: []delphi.Answer{
			{Item: items[1].ID.String(), Criteria: []int{1 + n%4, 1, 2}, Reason: fmt.Sprintf("ragione %03d.", n), Argues: []delphi.Side{delphi.For, delphi.Against}[n%2]},
			{Item: items[2].ID.String(), Value: 1, Reason: fmt.Sprintf("scelta %03d.", n)},
			{Item: items[7].ID.String(), Reason: fmt.Sprintf("parole %03d.", n)},
		}}
		h.Cast(t, c, round, n, in)
	}
	for n := range people {
		cast(1, n)
	}
	c = h.Next(t, c, 1)
	written := func(page webtest.Response) []string {
		return page.Page.Find(".dlf-reason .dlf-said").Map(func(_ int, s *goquery.Selection) string { return strings.TrimSpace(s.Text()) })
	}
	round := stranger.Get(t, at("quartiere", "/rounds/1"))
	walk := func(what, word, path string, pages int) {
		t.Helper()
		seen := map[string]int{}
		for n := 1; n <= pages; n++ {
			page := stranger.Get(t, fmt.Sprintf("%s/%d", path, n))
			if page.Status != 200 || page.Count("a[rel=next]") != min(1, pages-n) || page.Count("a[rel=prev]") != min(1, n-1) {
				t.Errorf("%s, page %d: %d", what, n, page.Status)
			}
			for _, s := range written(page) {
				seen[s]++
			}
			next, _ := page.Page.Find("a[rel=next]").Attr("href")
			if n < pages && next != fmt.Sprintf("%s/%d", path, n+1) {
				t.Errorf("%s, page %d leads to %q", what, n, next)
			}
		}
		if len(seen) != people || seen["«"+word+" 007.»"] != 1 {
			t.Errorf("%s: %d reasons on %d pages", what, len(seen), pages)
		}
		for _, wrong := range []string{"/0", "/01", fmt.Sprint("/", pages+1), "/x", "/-1"} {
			if got := stranger.Get(t, path+wrong); got.Status != 404 {
				t.Errorf("%s%s: %d", path, wrong, got.Status)
			}
		}
	}
	for _, one := range []struct {
		of, word    string
		first, page int
	}{
		{"2", "ragione", 2 * each, 2}, // 60 for, 60 against
		{"orario", "scelta", each, 3},
		{"8", "parole", each, 3},
	} {
		path := at("quartiere", "/rounds/1/reasons/"+one.of)
		if got := strings.Count(round.Body, "«"+one.word); got != one.first || round.Count("a[href='"+path+"/1']") == 0 {
			t.Errorf("%s: %d on the page of the round", one.of, got)
		}
		walk(one.of, one.word, path, one.page)
	}
	for _, wrong := range []string{"1", "9", "prato", "grado"} {
		if got := stranger.Get(t, at("quartiere", "/rounds/1/reasons/"+wrong+"/1")); got.Status != 404 {
			t.Errorf("reasons about %s: %d", wrong, got.Status)
		}
	}
	if got := stranger.Get(t, at("quartiere", "/rounds/2/reasons/2/1")); got.Status != 409 {
		t.Errorf("reasons of a round that is open: %d", got.Status)
	}
	if got := stranger.Get(t, at("quartiere", "/opinion/reasons/2/1")); got.Status != 404 {
		t.Errorf("reasons of an opinion before it is published: %d", got.Status)
	}
	form := h.Site(t).As(t, h.Panelist(t, 0)).Get(t, at("quartiere", "/rounds/2?item=2"))
	if form.Count("a[href='"+at("quartiere", "/rounds/1/reasons/2/1")+"']") == 0 {
		t.Error("the form does not lead to all reasons")
	}
	for n := range people {
		cast(2, n)
	}
	c = h.Next(t, c, 2)
	published(t, h, c)
	headed := stranger.Get(t, at("quartiere", "/opinion/reasons/2/1")).Page.Find("main h2").Map(func(_ int, s *goquery.Selection) string { return strings.Fields(s.Text())[0] })
	slices.Sort(headed)
	if len(headed) != 2 || headed[0] == headed[1] {
		t.Errorf("a side stands twice, or not at all: %q", headed)
	}
	opinion := stranger.Get(t, at("quartiere", "/opinion"))
	for of, word := range map[string]string{"2": "ragione", "3": "scelta", "8": "parole"} {
		path := at("quartiere", "/opinion/reasons/"+of)
		if opinion.Count("a[href='"+path+"/1']") == 0 || strings.Count(opinion.Body, "«"+word) > 2*each {
			t.Errorf("%s: %d in the opinion", of, strings.Count(opinion.Body, "«"+word))
		}
		pages := 3
		if of == "2" {
			pages = 2
		}
		walk("the opinion's "+of, word, path, pages)
	}
}
