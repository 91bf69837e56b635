package search_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/lib/pq"
	"pgregory.net/rapid"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/search"
)

// naive is a search that reads every text from its beginning: its words by their letters,
// their stems one by one from Postgres' dictionary, and a query as it is written down here.
type naive struct {
	*stock
	stems map[string]string // "" for a word too common
}

// term is a word or a phrase that a text has, or does not have.
type term struct {
	words   []string
	refused bool
}

// stem gives what a word is indexed as.
func (n naive) stem(word string) string {
	n.Helper()
	if stem, known := n.stems[word]; known {
		return stem
	}
	var stems []string
	folded := strings.NewReplacer("à", "a", "ù", "u", "è", "e").Replace(strings.ToLower(word))
	if strings.ContainsFunc(folded, unicode.IsDigit) {
		stems = []string{folded}
	} else if err := n.db.Pool().Get(pq.Array(&stems), `SELECT ts_lexize('pg_catalog.italian_stem', $1)`, folded); err != nil {
		n.Fatal(err)
	}
	n.stems[word] = strings.Join(stems, "")
	return n.stems[word]
}

// spots gives the words of a text by the places where they stand.
func (n naive) spots(text string, from int, into map[int]string) (last int) {
	last = from
	for i, w := range words(text) {
		if stem := n.stem(w); stem != "" {
			last = from + i + 1
			into[last] = stem
		}
	}
	return last
}

func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// has tells whether a text has a term; false, false for one of common words alone.
func (n naive) has(spots map[int]string, t term) (has, says bool) {
	wanted := map[int]string{}
	n.spots(strings.Join(t.words, " "), 0, wanted)
	if len(wanted) == 0 {
		return false, false
	}
	begin := slices.Min(slices.Collect(maps.Keys(wanted)))
	for at := range spots {
		all := true
		for place, stem := range wanted {
			all = all && spots[at+place-begin] == stem
		}
		if all {
			return !t.refused, true
		}
	}
	return t.refused, true
}

// finds tells whether a text has all terms of one of the alternatives.
func (n naive) finds(title, body string, query [][]term) bool {
	spots := map[int]string{}
	n.spots(body, n.spots(title, 0, spots), spots)
	for _, terms := range query {
		all, some := true, false
		for _, t := range terms {
			has, says := n.has(spots, t)
			all, some = all && (has || !says), some || says
		}
		if all && some {
			return true
		}
	}
	return false
}

var (
	vocabulary = rapid.SampledFrom([]string{"acqua", "Acque", "città", "citta", "CITTÀ", "panchina", "panchine", "scuola", "più", "e", "di", "PM10", "teleferica"})
	between    = rapid.SampledFrom([]string{" ", " ", "’", "'", "/", "-", ".", ", ", " <b>", "&", ":", "_", "\n", " – ", "…", "@"})
	joins      = rapid.SampledFrom([]string{" ", "’", "/", "-", ".", ":", "&", "@"})
)

func text(t *rapid.T, label string, least int) string {
	list := rapid.SliceOfN(vocabulary, least, 8).Draw(t, label)
	var b strings.Builder
	for i, w := range list {
		if i > 0 {
			b.WriteString(between.Draw(t, "between"))
		}
		b.WriteString(w)
	}
	return b.String()
}

// asked draws a query, and how it may be typed.
func asked(t *rapid.T) ([][]term, string) {
	var query [][]term
	var typed []string
	for range rapid.IntRange(1, 2).Draw(t, "alternatives") {
		var terms []term
		var shown []string
		for range rapid.IntRange(1, 3).Draw(t, "terms") {
			one := term{words: rapid.SliceOfN(vocabulary, 1, 3).Draw(t, "words"), refused: rapid.IntRange(0, 3).Draw(t, "refused") == 0}
			var as string
			switch {
			case len(one.words) == 1:
				as = one.words[0]
			case rapid.Bool().Draw(t, "quoted"):
				as = `"` + strings.Join(one.words, joins.Draw(t, "within")) + `"`
			default: // joined without a space, they follow each other
				as = strings.Join(one.words, joins.Filter(func(s string) bool { return s != " " }).Draw(t, "joint"))
			}
			if one.refused {
				as = "-" + as
			}
			terms, shown = append(terms, one), append(shown, as)
		}
		query, typed = append(query, terms), append(typed, strings.Join(shown, " "))
	}
	return query, strings.Join(typed, " or ")
}

// What is found is what a naive search finds, after any acts.
func TestFindsWhatANaiveSearchFinds(t *testing.T) {
	s := newStock(t)
	n := naive{s, map[string]string{}}
	rapid.Check(t, func(t *rapid.T) {
		if _, err := s.db.Pool().Exec(`DELETE FROM civic.search`); err != nil {
			t.Fatal(err)
		}
		stored := map[int]search.Document{}
		for range rapid.IntRange(1, 12).Draw(t, "acts") {
			at := rapid.IntRange(0, 5).Draw(t, "document")
			d := s.document(at, text(t, "title", 1), text(t, "body", 0))
			d.Hidden = rapid.IntRange(0, 4).Draw(t, "hidden") == 0
			s.act(func(ctx context.Context, tx *postgres.Tx) error {
				switch rapid.IntRange(0, 4).Draw(t, "act") {
				case 0:
					if old, there := stored[at]; there {
						old.Hidden = true
						stored[at] = old
					}
					return search.Hide(ctx, tx, d.Subject)
				case 1:
					delete(stored, at)
					return search.Drop(ctx, tx, d.Subject)
				}
				stored[at] = d
				return search.Put(ctx, tx, d)
			})
		}
		query, typed := asked(t)
		var want []string
		for _, d := range stored {
			if !d.Hidden && n.finds(d.Title, d.Body, query) {
				want = append(want, d.ID.String())
			}
		}
		q, err := search.Parse(typed)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return // refused in its field
		}
		p, err := s.find.Find(context.Background(), search.Request{Query: q})
		if err != nil {
			if len(want) == 0 {
				return // every word is too common
			}
			t.Fatal(err)
		}
		var got []string
		for _, h := range p.Hits {
			got = append(got, h.ID.String())
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || p.Count != len(want) {
			t.Fatalf("%q (%q) found %d, want %d", typed, q.Text, len(got), len(want))
		}
	})
}
