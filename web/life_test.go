package web_test

import (
	"strings"
	"testing"
	"time"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/delphi"
	"delfi/web/webtest"
)

// lifeOf is a variant's life as its pages show it: what each round's form, its result and
// the opinion say, and no page says otherwise.
type lifeOf struct {
	protocol string // but for version and languages
	items    []draft.Item
	rounds   []livedRound
	opinion  []string
}

// livedRound is one round that is answered by 24 people.
type livedRound struct {
	answer func(person, item int) (delphi.Answer, bool)
	form   []string // on the form of its first statement, to somebody who answered the round before
	result []string // on its public page, once it is closed
	live   []int    // numbers of the statements that the next round asks; nil for all
}

const people = 24

// TestEachVariantsLife walks every variant from its announcement to its opinion through its
// pages. The verdicts and stops that its rules alone give are internal/delphi's
// TestEachVariantJudgesByItsOwnRules.
func TestEachVariantsLife(t *testing.T) {
	t.Parallel()
	value := func(of func(person, item int) int) func(int, int) (delphi.Answer, bool) {
		return func(person, item int) (delphi.Answer, bool) { return delphi.Answer{Value: of(person, item)}, true }
	}
	// Ten at one end and fourteen at the other; and everybody near seven.
	apart := value(func(p, _ int) int { return map[bool]int{true: 2, false: 8}[p < 10] })
	seven := value(func(p, _ int) int { return 6 + min(1, p%5) })
	statements := func(kind string, n int) (all []draft.Item) {
		for i := range n {
			all = append(all, draft.Item{Kind: kind, Text: []string{"Piste ciclabili", "Alberi nei cortili", "Panchine", "Fontane", "Scuole aperte", "Campi da gioco", "Orti"}[i]})
		}
		return all
	}
	const two = `"rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}]`
	group := func(access string) string {
		return `"panel": {"groups": [{"id": "cittadini", "name": {"it": "Cittadini"}, "access": "` + access + `"}]}`
	}
	for name, l := range map[string]lifeOf{
		"classical": {
			protocol: `"variant": "classical", ` + group("open") + `, ` + two + `, "item_kinds": [{"id": "k", "kind": "scale", "points": 9}],
				"consensus": {"rule": "median-iqr", "median_iqr": {"median_min": 7, "iqr_max": 1}}, "disclosure": {"min_n": 20}`,
			items: statements("k", 1),
			rounds: []livedRound{
				{answer: seven, result: []string{"Mediana 7"}},
				{answer: seven, form: []string{"Che cosa ha risposto il gruppo al giro 1", "Al giro scorso hai risposto"}, result: []string{"Consenso a favore"}},
			},
			opinion: []string{"Consenso a favore", "Piste ciclabili"},
		},
		"policy": {
			protocol: `"variant": "policy", ` + group("open") + `, ` + two + `, "item_kinds": [{"id": "k", "kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility"]}],
				"consensus": {"rule": "share", "share": {"from": 3, "to": 4}}`,
			items: statements("k", 1),
			rounds: []livedRound{
				{answer: func(p, _ int) (delphi.Answer, bool) {
					return delphi.Answer{Criteria: []int{map[bool]int{true: 1, false: 4}[p < 10], 3}, Reason: "perché sì", Argues: delphi.For}, true
				}, result: []string{"È auspicabile?", "È fattibile?"}},
				{answer: func(p, _ int) (delphi.Answer, bool) {
					return delphi.Answer{Criteria: []int{map[bool]int{true: 1, false: 4}[p < 10], 3}}, true
				}, form: []string{"È auspicabile?", "perché sì"}, result: []string{"Due poli"}},
			},
			opinion: []string{"Due poli", "È fattibile?"},
		},
		"ranking": {
			protocol: `"variant": "ranking", ` + group("open") + `, "rounds": [{"kind": "select", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
				"item_kinds": [{"id": "k", "kind": "ranking", "k": 3}], "items": {"source": "given", "narrow": {"min": 2, "max": 3}}, "disclosure": {"min_n": 20}, "consensus": {"rule": "w", "w": 700}`,
			items: statements("k", 5),
			rounds: []livedRound{
				// Three are chosen by more than half, two by fewer.
				{answer: func(p, i int) (delphi.Answer, bool) {
					return delphi.Answer{Value: map[bool]int{true: 1}[i < 2 || i == 2+p%8/5]}, true
				}, form: []string{"al massimo 3"}, result: []string{"Vanno avanti 3 voci su 5", "Va avanti", "Non va avanti"}, live: []int{1, 2, 3}},
				{answer: func(p, i int) (delphi.Answer, bool) {
					return delphi.Answer{Value: 1 + (i+p%2*p%3)%3}, true
				}, result: []string{"posto medio"}},
				{answer: func(_, i int) (delphi.Answer, bool) { return delphi.Answer{Value: 1 + i}, true }, result: []string{"W = 1,00"}},
			},
			opinion: []string{"W = 1,00", "Piste ciclabili"},
		},
		"estimate": {
			protocol: `"variant": "estimate", ` + group("open") + `, ` + two + `, "item_kinds": [{"id": "k", "kind": "estimate", "unit": "anni", "min": 0, "max": 40, "never": true}],
				"consensus": {"rule": "iqr", "iqr": 2}, "disclosure": {"min_n": 10}`,
			items: statements("k", 1),
			rounds: []livedRound{
				{answer: func(p, _ int) (delphi.Answer, bool) {
					return delphi.Answer{Value: map[bool]int{false: 8}[p < 10], Never: p < 10}, true
				}, result: []string{"Dice «mai» il 42 %"}},
				{answer: func(p, _ int) (delphi.Answer, bool) {
					return delphi.Answer{Value: map[bool]int{false: 8}[p < 10], Never: p < 10}, true
				}, form: []string{"«mai»"}, result: []string{"Due poli"}},
			},
			opinion: []string{"Due poli", "Dice «mai»"},
		},
		"appropriateness": {
			protocol: `"variant": "appropriateness", ` + group("open") + `, "rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "discussion": true, "days": 7, "min_days": 0}],
				"item_kinds": [{"id": "k", "kind": "scale", "points": 9}], "consensus": {"rule": "rand"}, "disclosure": {"min_n": 20}`,
			items: statements("k", 1),
			rounds: []livedRound{
				{answer: value(func(p, _ int) int { return []int{2, 5, 8, 8, 8, 2}[p%6] }), result: []string{"Piste ciclabili"}},
				{answer: value(func(p, _ int) int { return []int{2, 5, 8, 8, 8, 2}[p%6] }), form: []string{"Che cosa ha risposto il gruppo al giro 1"}, result: []string{"Divisi"}},
			},
			opinion: []string{"Divisi"},
		},
		"core outcomes": {
			protocol: `"variant": "core-outcomes", ` + group("open") + `, ` + two + `, "item_kinds": [{"id": "k", "kind": "scale", "points": 9}],
				"consensus": {"rule": "comet"}`,
			items: statements("k", 1),
			rounds: []livedRound{
				{answer: value(func(p, _ int) int { return []int{8, 8, 8, 5}[p%4] }), result: []string{"Piste ciclabili"}},
				{answer: value(func(p, _ int) int { return []int{8, 8, 8, 5}[p%4] }), form: []string{"Non saprei"}, result: []string{"Consenso a favore", "il 70 %"}},
			},
			opinion: []string{"Consenso a favore"},
		},
		"argumentative": {
			protocol: `"variant": "argumentative", ` + group("open") + `, "rounds": [{"kind": "gather", "discussion": true, "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}], "items": {"source": "both"},
				"item_kinds": [{"id": "k", "kind": "scale", "points": 9}], "consensus": {"rule": "share", "share": {"from": 7, "to": 9}}, "stop": {"when": "facilitator"}`,
			items:   statements("k", 1),
			rounds:  []livedRound{{}, {answer: apart, result: []string{"Due poli"}}},
			opinion: []string{"Due poli"},
		},
	} {
		t.Run(name, func(t *testing.T) { l.walk(t) })
	}
}

// walk takes the variant through its pages.
func (l lifeOf) walk(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	c := h.Ask(t, "quartiere", `{"version": 1, `+l.protocol+`}`, people, l.items...)
	items, err := h.Consultations.Items(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	panelist := site.As(t, h.Panelist(t, 0))
	for n, r := range l.rounds {
		number := n + 1
		address := "/consultations/quartiere/rounds/" + string(rune('0'+number))
		if r.answer == nil { // a round that gathers
			c = h.Next(t, c, number)
			continue
		}
		says(t, "the form of round "+address, panelist.Get(t, address+"?item=1"), r.form)
		for person := range people {
			h.Cast(t, c, number, person, given(items, person, r.answer))
		}
		c = h.Next(t, c, number)
		says(t, "the result of "+address, site.Stranger().Get(t, address), r.result)
		if r.live != nil {
			if items, err = h.Consultations.Items(t.Context(), c.ID); err != nil {
				t.Fatal(err)
			}
			var live []consultation.Item
			for _, i := range items {
				if i.State == consultation.ItemLive {
					live = append(live, i)
				}
			}
			if len(live) != len(r.live) || live[0].Number != r.live[0] || live[len(live)-1].Number != r.live[len(r.live)-1] {
				t.Fatalf("round %d asks %d statements: %+v", number+1, len(live), live)
			}
			items = live
		}
	}
	c = h.Conclude(t, c)
	if err := h.Consultations.ForgoMinority(t.Context(), h.Person(t, "paolo"), c.Slug, "Le ragioni sono già nei giri.", ""); err != nil && !strings.Contains(err.Error(), "dissent") {
		t.Fatal(err)
	}
	if err := h.Consultations.Publish(t.Context(), h.Person(t, "giulia"), c.Slug, consultation.OpinionTexts{}); err != nil {
		t.Fatal(err)
	}
	h.Drain(t)
	says(t, "the opinion", site.Stranger().Get(t, "/consultations/quartiere/opinion"), l.opinion)
}

// given are a person's answers to the statements that are in play.
func given(items []consultation.Item, person int, answer func(person, item int) (delphi.Answer, bool)) ballot.Answers {
	var in ballot.Answers
	for n, i := range items {
		if a, ok := answer(person, n); ok {
			a.Item = i.ID.String()
			in.Given = append(in.Given, a)
		}
	}
	return in
}

func says(t *testing.T, what string, page webtest.Response, words []string) {
	t.Helper()
	if page.Status != 200 {
		t.Fatalf("%s: %d %s", what, page.Status, page.Text("main"))
	}
	text := strings.ReplaceAll(page.Text("main"), "\u00a0", " ")
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q: %s", what, w, text)
		}
	}
}

// TestRealTimeIsShownToThoseWhoAnswered: figures come at a tick, once ten people have answered,
// to who has answered, and to nobody else before the deadline; on which drift the round stops is
// internal/consultation/tabulation's.
func TestRealTimeIsShownToThoseWhoAnswered(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	c := h.Ask(t, "strada", `{"version": 1, "variant": "real-time", "panel": {"groups": [{"id": "cittadini", "name": {"it": "Cittadini"}}]},
		"rounds": [{"kind": "standing", "days": 7, "min_days": 0}], "item_kinds": [{"id": "k", "kind": "scale", "points": 9}],
		"consensus": {"rule": "share", "share": {"from": 7, "to": 9}}}`, people, draft.Item{Text: "La strada si chiude."}, draft.Item{Text: "Si apre di notte."})
	items, err := h.Consultations.Items(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	form := "/consultations/strada/rounds/1"
	const answered, silent = 0, 23
	anonymous := []string{"/consultations/strada", form, "/consultations/strada/rules", "/record/strada"}
	before := map[string]string{}
	for _, path := range anonymous {
		before[path] = site.Stranger().Get(t, path).Header.Get("ETag")
	}
	figures := func(panelist int, item string) bool {
		t.Helper()
		page := site.As(t, h.Panelist(t, panelist)).Get(t, form+"?item="+item)
		if page.Status != 200 {
			t.Fatalf("the form: %d %s", page.Status, page.Text("main"))
		}
		shown := page.Count("svg.dlf-chart") > 0
		if words := page.Text("main"); shown != strings.Contains(words, "Cifre della rilevazione") {
			t.Errorf("figures %v beside %q", shown, words)
		}
		return shown
	}
	tick := func() {
		t.Helper()
		h.Clock.Set(c.NextTick(*c.Round(1), h.DB.Now()).Add(time.Second))
		h.Drain(t)
		h.Settle(t)
	}
	one := func(person, item int) (delphi.Answer, bool) { return delphi.Answer{Value: 8}, item == 0 }
	for person := range 9 {
		h.Cast(t, c, 1, person, given(items, person, one))
	}
	tick()
	if figures(answered, "1") {
		t.Error("figures of nine people are shown")
	}
	h.Cast(t, c, 1, 9, given(items, 9, one))
	if figures(answered, "1") {
		t.Error("figures are shown before the next tick")
	}
	tick()
	if !figures(answered, "1") || figures(answered, "2") {
		t.Error("who answered the first statement sees the figures of the first alone")
	}
	if figures(silent, "1") {
		t.Error("who has not answered sees figures")
	}
	for _, path := range anonymous {
		got := site.Stranger().Get(t, path)
		if strings.Contains(got.Text("main"), "rilevazione 1") || path != "/record/strada" && before[path] != "" && got.Header.Get("ETag") != before[path] {
			t.Errorf("%s tells of the release: %q, %q", path, before[path], got.Header.Get("ETag"))
		}
	}
	if got := site.Stranger().Get(t, "/record/strada/rounds/1/releases/1/counts.json"); got.Status != 404 {
		t.Errorf("the release is in the record: %d", got.Status)
	}
	c = h.Close(t, c, 1)
	says(t, "the result", site.Stranger().Get(t, form), []string{"Consenso a favore"})
	if got := site.Stranger().Get(t, "/record/strada/rounds/1/releases/1/counts.json"); got.Status != 200 {
		t.Errorf("the release is not in the record of the released round: %d", got.Status)
	}
}
