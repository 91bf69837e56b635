package participate_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/delphi"
	"delfi/web/webtest"
)

// A form of any kind of answer that is put together from pieces which others' forms left is,
// byte by byte, the one that a server without any draws: whatever was answered the round
// before and is in the working copy.
func TestPiecesOfEachKindShowNobodyElses(t *testing.T) {
	h := webtest.Open(t)
	const people = 20
	type asked struct {
		document string
		items    []draft.Item
		say      func(n, k int) (delphi.Answer, bool)
		drafts   []url.Values // what the n-th of them saves first
	}
	for slug, a := range map[string]asked{
		"quartiere": {webtest.SeveralKinds, shared, nil, []url.Values{
			{"item": {"2"}, "answer_2_desirability": {"4"}, "answer_2_feasibility": {"ns"}, "answer_2_costo": {"1"}, "act": {"next"}},
			{"item": {"3"}, "choice_orario": {"4"}, "list_reason_orario": {"fa meno caldo"}, "act": {"next"}},
			{"item": {"4"}, "answer_5": {"yes"}, "answer_5_seen": {"yes"}, "answer_6_seen": {"yes"}, "answer_7_seen": {"yes"}, "reason_6": {"è vicina"}, "act": {"next"}},
			{"item": {"5"}, "reason_8": {"le panchine"}, "act": {"next"}},
			{"item": {"2"}, "act": {"keep 2"}},
		}},
		"tram": {webtest.Estimates, []draft.Item{{Kind: "anni", Text: "Tra quanti anni il tram?"}, {Kind: "mese", Text: "Quando i bus elettrici?"}, {Kind: "giorno", Text: "Quando apre il parco?"}},
			func(n, k int) (delphi.Answer, bool) {
				switch {
				case k != 1 && n%5 == 0:
					return delphi.Answer{Never: true}, true
				case k == 0:
					return delphi.Answer{Low: n % 3, Value: 3 + n%7, High: 12 + n%2}, true
				case k == 1:
					return delphi.Answer{Value: 2029*12 + n%4}, n%4 > 0
				}
				return delphi.Answer{Value: 20900 + n%3}, true
			}, []url.Values{
				{"item": {"1"}, "answer_1_low": {"1"}, "answer_1": {"2"}, "answer_1_high": {"3"}, "act": {"next"}},
				{"item": {"1"}, "answer_1_say": {"never"}, "reason_1": {"costa troppo"}, "act": {"next"}},
				{"item": {"2"}, "answer_2": {"2030-05"}, "act": {"next"}},
			}},
		"lavori": {webtest.Ordering, works(6), func(n, k int) (delphi.Answer, bool) { return delphi.Answer{Value: 1 + (n+k)%6}, n%7 > 0 }, []url.Values{
			{"item": {"1"}, "act": {"end 3"}},
			{"item": {"1"}, "act": {"keep 1"}},
			{"item": {"1"}, "answer_2": {"1"}, "act": {"order 1"}},
		}},
	} {
		t.Run(slug, func(t *testing.T) {
			c := h.Ask(t, slug, a.document, people, a.items...)
			items, err := h.Consultations.Items(t.Context(), c.ID)
			if err != nil {
				t.Fatal(err)
			}
			for n := range people {
				in := ballot.Answers{}
				if a.say == nil {
					in = sharedAnswers(items, n)
				}
				for k := range items {
					if a.say == nil {
						break
					}
					if one, ok := a.say(n, k); ok {
						one.Item = items[k].ID.String()
						in.Given = append(in.Given, one)
					}
				}
				if len(in.Given) > 0 {
					h.Cast(t, c, 1, n, in)
				}
			}
			h.Next(t, c, 1)
			samePages(t, h, c, people, a.drafts)
		})
	}
}

// samePages compares each panelist's form of the second round from a server that has drawn
// those of all others with that of one which has drawn none.
func samePages(t *testing.T, h *webtest.House, c consultation.Consultation, people int, drafts []url.Values) {
	t.Helper()
	form := at(c.Slug, "/rounds/2")
	warm := h.Site(t)
	for pass := range 2 { // without a working copy, and with
		for n := range people {
			who := h.Panelist(t, n)
			b := warm.As(t, who)
			if pass == 1 && n%2 == 0 {
				if got := b.Post(t, form, drafts[n/2%len(drafts)]); got.Status != 303 {
					t.Fatalf("%v: %d %q", drafts[n/2%len(drafts)], got.Status, got.Text(".dlf-err"))
				}
			}
			cold := h.Site(t)
			for _, page := range []string{"?all=1", fmt.Sprintf("?item=%d", 1+n%2)} {
				if got, want := b.Twin().Get(t, form+page), b.Twin().At(cold).Get(t, form+page); got.Status != 200 || got.Body != want.Body {
					t.Fatalf("panelist %d, pass %d, %s: %d, %s", n, pass, page, got.Status, cmp.Diff(strings.Split(want.Body, "<"), strings.Split(got.Body, "<")))
				}
			}
		}
	}
}
