// Package corpus invents texts among which a bench searches: as many as it is asked for,
// the same at each call, of words drawn as those of a language are, few often and many
// seldom.
package corpus

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/search"
	"delfi/internal/space"
)

const (
	// piece is how many texts are given at once.
	piece = 500
	// known is how many words there are.
	known = 20_000
)

// planted are words to search for, each in every so many texts.
var planted = []struct {
	words string
	every int
}{{"scuola", 3}, {"autobus", 5}, {"strade scolastiche", 50}, {"partecipazione", 100}, {"teleferica", 1000}}

// Search is a search of the bench.
type Search struct {
	Name, Words string
	Shows       string // what its page must show
}

// Searches are those of docs/FORUM.md "Cases" 5: the commonest word of content, a rare one,
// two words, a phrase, a word and not another, a misspelt one.
var Searches = []Search{
	{"the commonest word", "scuola", "<mark>scuol"},
	{"a rare word", "teleferica", "<mark>teleferica</mark>"},
	{"two words", "scuola autobus", "<mark>autobus</mark>"},
	{"a phrase", `"strade scolastiche"`, "<mark>scolastiche</mark>"},
	{"a word and not another", "scuola -autobus", "<mark>scuol"},
	{"a misspelt word", "partecipazone", "<strong>partecipazione</strong>"},
}

// Documents gives n texts in a space, some at a time; path is where each is read.
func Documents(n int, at uuid.UUID, path string) iter.Seq[[]search.Document] {
	return func(yield func([]search.Document) bool) {
		r := rand.New(rand.NewPCG(1, 2))
		words := vocabulary(r)
		often := rand.NewZipf(r, 1.07, 12, known-1)
		for from := 0; from < n; from += piece {
			docs := make([]search.Document, 0, piece)
			for i := from; i < min(from+piece, n); i++ {
				text := make([]string, 20+r.IntN(160))
				for k := range text {
					text[k] = words[often.Uint64()]
				}
				for _, p := range planted {
					if i%p.every == 0 {
						text[r.IntN(len(text))] = p.words
					}
				}
				var id uuid.UUID
				for k := range id {
					id[k] = byte(r.Uint32())
				}
				docs = append(docs, search.Document{
					Subject: space.Subject{Kind: space.Contribution, ID: id, Space: at}, Language: "it", Title: fmt.Sprintf("Tiglio %d", i),
					Body: strings.Join(text, " "), Path: path, Day: time.Date(2020, 1, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, i%2000),
				})
			}
			if !yield(docs) {
				return
			}
		}
	}
}

// syllables make words that could be Italian.
var syllables = strings.Fields(`ba be bi bo ca ce ci co da de di do fa fe fi fo ga ge gi go la le li lo ma me mi mo na ne ni no
	pa pe pi po ra re ri ro sa se si so ta te ti to va ve vi vo za sta stro tra pre scu`)

func vocabulary(r *rand.Rand) []string {
	seen := map[string]bool{}
	out := make([]string, 0, known)
	for len(out) < known {
		var word strings.Builder
		for range 2 + r.IntN(4) {
			word.WriteString(syllables[r.IntN(len(syllables))])
		}
		if w := word.String(); !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}
