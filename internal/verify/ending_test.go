package verify

import (
	"slices"
	"strings"
	"testing"
)

// ending gives the lines of a part of the English or Italian ending, by its title.
func ending(r Result, lang string) map[string][]string {
	say := english
	if lang == "it" {
		say = italian
	}
	out := map[string][]string{}
	for _, p := range say(r) {
		out[p.title] = p.lines
	}
	return out
}

// cut takes away all that happened from the nth entry of a type on, with the files of
// round 3 and of the opinion.
func (b *book) cut(n int) {
	b.lines = b.lines[:n]
	for name := range b.files {
		if strings.HasPrefix(name, b.slug+"/rounds/3/") || name == b.slug+"/opinion.json" {
			delete(b.files, name)
		}
	}
	b.seal()
}

// TestOnlyWhatWasLookedForIsProven: a receipt of a round that is not released, open or
// closed, is rightly signed and no more; nor is any figure of such a round proven.
func TestOnlyWhatWasLookedForIsProven(t *testing.T) {
	says := func(lines []string, words ...string) bool {
		return slices.ContainsFunc(lines, func(l string) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(l, w) })
		})
	}
	type words struct{ proven, not, receipts, counted, rounds, tables string }
	languages := map[string]words{
		"en": {"Proven:", "Not proven:", "dealt with as said", "are counted", "closed rounds that are not released yet", "exactly the tables"},
		"it": {"Provato:", "Non provato:", "trattate come detto", "siano contate", "giri chiusi e non ancora pubblici", "esattamente le tabelle"},
	}
	released := func(b *book) {}
	closed := func(b *book) { b.cut(b.find("feedback", 1) + 1) }
	open := func(b *book) { b.cut(b.find("round_opened", 2) + 1) }
	for what, c := range map[string]struct {
		does           func(b *book)
		receipts       func(b *book) map[string][]byte
		settled, ahead string
		waiting        bool
	}{
		"a released round": {released, func(b *book) map[string][]byte { return map[string][]byte{"ada": b.receipt, "bo": b.replaced} }, "ada, bo", "", false},
		"a closed round":   {closed, func(b *book) map[string][]byte { return map[string][]byte{"ada": b.receipt, "bo": b.replaced} }, "", "ada, bo", true},
		"a proof file":     {closed, func(b *book) map[string][]byte { return map[string][]byte{"ada": b.proof} }, "", "ada", true},
		"an open round":    {open, func(b *book) map[string][]byte { return map[string][]byte{"ada": b.receipt} }, "", "ada", false},
		"one of each":      {closed, func(b *book) map[string][]byte { return map[string][]byte{"ada": b.receipt, "ida": b.earlier} }, "ida", "ada", true},
	} {
		b := press(t, nil)
		c.does(b)
		r, err := Run(t.Context(), b.files, Options{Receipts: c.receipts(b)})
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		for lang, w := range languages {
			end := ending(r, lang)
			for _, claim := range []struct {
				part  string
				words []string
				want  bool
			}{
				{w.proven, []string{w.receipts, ": " + c.settled}, c.settled != ""},
				{w.proven, []string{w.receipts}, c.settled != ""},
				{w.not, []string{w.counted, ": " + c.ahead + ";"}, c.ahead != ""},
				{w.not, []string{w.counted}, c.ahead != ""},
				{w.not, []string{w.rounds}, c.waiting},
				{w.proven, []string{w.tables}, true},
			} {
				if says(end[claim.part], claim.words...) != claim.want {
					t.Errorf("%s: %s of %q: want %v\n%s", what, claim.part, claim.words, claim.want, strings.Join(end[claim.part], "\n"))
				}
			}
		}
	}
	// Nothing is released yet: no table was looked at, and none is said to be.
	b := press(t, nil)
	b.cut(b.find("round_opened", 1))
	for name := range b.files {
		if strings.HasPrefix(name, b.slug+"/rounds/") {
			delete(b.files, name)
		}
	}
	b.seal()
	r, err := Run(t.Context(), b.files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	// Interim releases have tallies and no leaves.
	standing := pressStanding(t, nil)
	standing.lines = standing.lines[:standing.find("release", 1)+1]
	for name := range standing.files {
		if strings.HasPrefix(name, "parco/rounds/1/") && !strings.HasPrefix(name, "parco/rounds/1/releases/") {
			delete(standing.files, name)
		}
	}
	standing.seal()
	interim, err := Run(t.Context(), standing.files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	// Of the consultations that nobody looked at nothing but the order of acts is proven.
	chosen, err := Run(t.Context(), three(t).files, Options{Consultations: []string{"viole"}})
	if err != nil {
		t.Fatal(err)
	}
	for lang, w := range languages {
		if end := ending(r, lang); says(end[w.proven], w.tables) {
			t.Errorf("%s: tables of no round are proven: %q", lang, end[w.proven])
		}
		if end := ending(interim, lang); says(end[w.proven], w.tables) || !says(end[w.proven], map[string]string{"en": "interim", "it": "intermedi"}[lang]) {
			t.Errorf("%s: interim figures follow from leaves: %q", lang, end[w.proven])
		}
		files := map[string]string{"en": "2 consultations whose files were not looked at", "it": "2 consultazioni i cui file non sono stati guardati"}
		if end := ending(chosen, lang); !says(end[w.not], files[lang]) {
			t.Errorf("%s: terms of what was not looked at: %q", lang, end[w.not])
		}
	}
}
