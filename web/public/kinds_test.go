package public_test

import (
	"fmt"
	"strings"
	"testing"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/delphi"
	"delfi/web/webtest"
)

// answers are those of the n-th of a panel to items of any kind.
func answers(c consultation.Consultation, items []consultation.Item, n int) ballot.Answers {
	var in ballot.Answers
	seen := map[string]int{}
	for _, i := range items {
		k, _ := c.Protocol.Kind(i.Kind)
		a := delphi.Answer{Item: i.ID.String()}
		at := seen[i.Kind]
		seen[i.Kind]++
		switch k.Kind {
		case delphi.ScaleForm:
			a.Value = 3 + n%2
		case delphi.CriteriaForm:
			a.Criteria = []int{4 - n%8/7, 1 + n%4, 2}
			a.Reason, a.Argues = fmt.Sprintf("ragione %d", n%3), delphi.For
		case delphi.ChoiceForm:
			if at != n%8/6 {
				continue
			}
			a.Value, a.Reason = 1, "fa meno caldo"
		case delphi.SelectionForm:
			a.Value = map[int]int{0: 1, 1: n % 2}[at]
		case delphi.EstimateForm:
			if a.Never = n == 0; !a.Never {
				a.Low, a.Value, a.High = 4, 8+n%3, 15
			}
		case delphi.DateForm:
			a.Value = k.Min + 24 + n%3
		case delphi.RankingForm:
			a.Value = 1 + at
		case delphi.TextForm:
			a.Reason = fmt.Sprintf("mancano le panchine %d", n%2)
		}
		in.Given = append(in.Given, a)
	}
	return in
}

// several are items of every kind that webtest.SeveralKinds asks for.
func several() []draft.Item {
	return []draft.Item{
		{Kind: "grado", Text: "La piazza si chiude alle auto."}, {Kind: "opzione", Text: "Un giardino con venti posti."},
		{Kind: "orario", Text: "Dalle 18 alle 20"}, {Kind: "orario", Text: "Dalle 20 alle 22"},
		{Kind: "luogo", Text: "Parco Ferrari"}, {Kind: "luogo", Text: "Piazza Roma"}, {Kind: "luogo", Text: "Biblioteca Delfini"},
		{Kind: "parole", Text: "Che cosa manca?"},
	}
}

// TestResultsOfEveryKind: what came of each kind of question stands on the page of its
// round and in the opinion, with its own picture and words and with no other kind's.
func TestResultsOfEveryKind(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t)
	works := []draft.Item{{Text: "Piste ciclabili"}, {Text: "Parco Novi Sad"}, {Text: "Biblioteca"}}
	guesses := []draft.Item{{Kind: "anni", Text: "Tra quanti anni il tram?"}, {Kind: "mese", Text: "Quando i bus elettrici?"}}
	for slug, one := range map[string]struct {
		document string
		items    []draft.Item
		says     []string // on the page of a round and in the opinion
		never    []string
		pictures int // on the page of a round
	}{
		"quartiere": {webtest.SeveralKinds, several(), []string{
			"Un giardino con venti posti.", "È auspicabile?", "costo", "ragione 1", "La scelta più frequente è «Dalle 18 alle 20»: il 75 %", "fa meno caldo",
			"Parco Ferrari", "100 %", "Dentro", "Fuori", "mancano le panchine 1", "Che cosa ha scritto il panel",
		}, []string{"Troppo poche", "NaN"}, 1 + 3 + 2 + 3},
		"tram": {webtest.Estimates, guesses, []string{
			"La metà centrale comincia a 8 e finisce a 10; la mediana è 9 anni.", "Dice «mai» il 4 %.", "Per il minimo la mediana è 4, per il massimo 15 anni.",
			"comincia a gennaio 2029 e finisce a marzo 2029; la mediana è febbraio 2029.", "Consenso",
		}, []string{"a favore", "contro", "punto", "punti", "disaccordo", "NaN", "Inf"}, 2},
		"lavori": {webtest.Ordering, works, []string{
			"Metti in ordine queste 3 voci", "Gli ordini si somigliano molto (W = 1,00", "24 persone hanno dato un ordine completo", "posto medio 1,0 di 3", "Consenso",
		}, []string{"a favore", "contro", "punto", "punti", "disaccordo", "mediana", "NaN"}, 3},
	} {
		t.Run(slug, func(t *testing.T) {
			c := h.Ask(t, slug, one.document, 24, one.items...)
			items, err := h.Consultations.Items(t.Context(), c.ID)
			if err != nil {
				t.Fatal(err)
			}
			for round := 1; round <= 2; round++ {
				for n := range 24 {
					h.Cast(t, c, round, n, answers(c, items, n))
				}
				c = h.Next(t, c, round)
			}
			page := site.Stranger().Get(t, at(slug, "/rounds/2"))
			check(t, "the round", page, one.says, one.never)
			if n := page.Count("article svg[role=img]"); n != one.pictures || page.Count("article svg[role=img] > title") != n {
				t.Errorf("%d pictures instead of %d", n, one.pictures)
			}
			published(t, h, c)
			check(t, "the opinion", site.Stranger().Get(t, at(slug, "/opinion")), one.says, one.never)
			check(t, "in English", site.Stranger().Get(t, "/en"+at(slug, "/opinion")), nil, []string{"NaN", "consultation.", "ui."})
		})
	}
}

func check(t *testing.T, what string, page webtest.Response, says, never []string) {
	t.Helper()
	text := strings.ReplaceAll(page.Text("main"), "\u00a0", " ")
	if page.Status != 200 {
		t.Fatalf("%s: %d %q", what, page.Status, text)
	}
	for _, words := range says {
		if !strings.Contains(text, words) {
			t.Errorf("%s lacks %q: %q", what, words, text)
		}
	}
	for _, words := range never {
		articles := strings.ReplaceAll(page.Text("article"), "\u00a0", " ")
		if strings.Contains(articles, words) {
			t.Errorf("%s says %q: %q", what, words, articles)
		}
	}
	ids := map[string]bool{}
	for _, n := range page.Page.Find("[id]").Nodes {
		for _, a := range n.Attr {
			if a.Key == "id" && ids[a.Val] {
				t.Errorf("%s has the id %q twice", what, a.Val)
			} else if a.Key == "id" {
				ids[a.Val] = true
			}
		}
	}
}

// published concludes a consultation and publishes its opinion.
func published(t *testing.T, h *webtest.House, c consultation.Consultation) {
	t.Helper()
	ctx, paolo, giulia := t.Context(), h.Person(t, "paolo"), h.Person(t, "giulia")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(h.Consultations.Conclude(ctx, paolo, c.Slug, "Basta così."))
	must(h.Jobs.Drain(ctx))
	if err := h.Consultations.ForgoMinority(ctx, paolo, c.Slug, "Non c’è altro da dire.", ""); err != nil && !strings.Contains(err.Error(), "dissent") {
		must(err)
	}
	must(h.Consultations.Publish(ctx, giulia, c.Slug, consultation.OpinionTexts{Summary: "Sintesi.", Limitations: "Limiti."}))
	must(h.Jobs.Drain(ctx))
}
