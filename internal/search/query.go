package search

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"delfi/internal/fault"
	"delfi/internal/prose"
)

// longestQuery bounds what is looked for, in characters.
const longestQuery = 200

// joiner stands between the parts of "dell’acqua" and "12/3/2026": they follow each other.
const joiner = '\x01'

// Query is what a reader looks for. Words must all be there, "in quotes" in that order,
// either side of or, and not behind a minus. It has no syntax error: a sign that says
// nothing is left out.
type Query struct {
	Text  string // one line, as it was typed
	web   string // the same for websearch_to_tsquery: words, quotes, minus and joiners alone
	words []word // that a result has, in order
}

// word is a word of a query, by its place in Text.
type word struct {
	from, until int
	text        string
}

// Parse reads what a reader typed. Invalid names the field "q": "required", "too_long",
// "query_short" (fewer than two letters or figures).
func Parse(typed string) (Query, error) {
	q := Query{Text: unmarked(prose.Flat(typed))}
	bad := fault.Field{Name: "q"}
	switch n := utf8.RuneCountInString(q.Text); {
	case q.Text == "":
		bad.Code, bad.Message = "required", "is needed"
	case n > longestQuery:
		bad.Code, bad.Message = "too_long", fmt.Sprintf("has %d characters, %d more than the %d allowed: shorten it", n, n-longestQuery, longestQuery)
		bad.Args = map[string]any{"max": longestQuery, "over": n - longestQuery}
	case letters(q.Text) < 2:
		bad.Code, bad.Message = "query_short", "is too short: write at least two letters"
	default:
		q.read()
		return q, nil
	}
	return q, fault.Bad(bad)
}

func letters(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// inWord tells whether a character belongs to a word, as the parser of Postgres has it.
func inWord(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.N) }

// read fills web and words.
func (q *Query) read() {
	odd := -1 // place of the last of an odd number of quotes, which is left out
	if strings.Count(q.Text, `"`)%2 == 1 {
		odd = strings.LastIndex(q.Text, `"`)
	}
	var (
		web     strings.Builder
		before  rune // in web
		begin   = -1 // of the word that is being read
		refused bool // behind a minus: a result does not have it
		phrase  bool // within quotes
	)
	for at, r := range q.Text {
		after := at + utf8.RuneLen(r)
		next, _ := utf8.DecodeRuneInString(q.Text[after:])
		if begin >= 0 && !inWord(r) {
			q.add(begin, at, refused)
			begin = -1
		}
		as := ' '
		switch {
		case inWord(r):
			as = r
			if begin < 0 {
				begin = at
			}
		case r == '"' && at != odd:
			as, phrase = '"', !phrase
			refused = refused && phrase
		case r == '-' && !phrase && (before == 0 || before == ' ') && (inWord(next) || next == '"' && after != odd):
			as, refused = '-', true
		case r != ' ' && r != '"' && inWord(before) && inWord(next):
			as = joiner
		}
		if as == ' ' && !phrase {
			refused = false
		}
		web.WriteRune(as)
		before = as
	}
	if begin >= 0 {
		q.add(begin, len(q.Text), refused)
	}
	q.web = web.String()
}

// add notes a word that a result has.
func (q *Query) add(from, until int, refused bool) {
	text := q.Text[from:until]
	if !refused && !strings.EqualFold(text, "or") {
		q.words = append(q.words, word{from, until, strings.ToLower(text)})
	}
}

// near gives the beginnings of the words that a result has, for the piece of a long text
// that shows them: its words may end otherwise.
func (q Query) near() []string {
	out := make([]string, len(q.words))
	for i, w := range q.words {
		runes := []rune(w.text)
		out[i] = string(runes[:max(min(3, len(runes)), len(runes)-2)])
	}
	return out
}

// with gives the query with other words in the places of some of its own.
func (q Query) with(others map[int]string) Query {
	var text strings.Builder
	for _, p := range q.replaced(others) {
		text.WriteString(p.Text)
	}
	out := Query{Text: text.String()}
	out.read()
	return out
}

// either gives the words that a result has, for websearch_to_tsquery: each is highlighted,
// wherever the others stand.
func (q Query) either() string {
	words := make([]string, len(q.words))
	for i, w := range q.words {
		words[i] = w.text
	}
	return strings.Join(words, " or ")
}

// replaced gives the text of with, the words that are not the reader's marked.
func (q Query) replaced(others map[int]string) []Part {
	var out []Part
	at := 0
	for i, w := range q.words {
		if other, ok := others[i]; ok {
			if w.from > at {
				out = append(out, Part{Text: q.Text[at:w.from]})
			}
			out = append(out, Part{other, true})
			at = w.until
		}
	}
	if at < len(q.Text) {
		out = append(out, Part{Text: q.Text[at:]})
	}
	return out
}
