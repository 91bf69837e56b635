package ui

import (
	"strings"

	"delfi/web/i18n"
)

// Sentences of the catalogues hold words that people wrote, in a language of their own:
// In marks such words, and Said draws a sentence that has some. No text of a person has
// these characters.
const (
	saidBegin, saidWords, saidEnd = "\x02", "\x1f", "\x03"
)

// NameLanguage is the language of the names of administrations.
var NameLanguage = i18n.Languages[0]

// In marks words of a language, to be put into a sentence that Said draws.
func In(lang, words string) string {
	if words == "" || lang == "" {
		return words
	}
	return saidBegin + lang + saidWords + words + saidEnd
}

// clause is a part of a sentence; Lang is "" for the page's own.
type clause struct{ Lang, Words string }

// clauses parts a sentence where its language changes.
func clauses(sentence string) []clause {
	var all []clause
	for sentence != "" {
		before, rest, marked := strings.Cut(sentence, saidBegin)
		if before != "" {
			all = append(all, clause{"", before})
		}
		if !marked {
			break
		}
		lang, rest, _ := strings.Cut(rest, saidWords)
		words, after, _ := strings.Cut(rest, saidEnd)
		all = append(all, clause{lang, words})
		sentence = after
	}
	return all
}

// Unmarked gives a sentence without its marks, for a file in which no language can be said.
func Unmarked(sentence string) string {
	var out strings.Builder
	for _, c := range clauses(sentence) {
		out.WriteString(c.Words)
	}
	return out.String()
}
