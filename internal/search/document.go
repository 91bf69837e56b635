package search

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"delfi/internal/civiltime"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
	"delfi/internal/space"
)

// version numbers the way in which vectors are computed; a higher one has all rows
// computed anew by the job.
const version = 1

// The longest texts that are indexed, in characters: a tsvector ends at 1 MB.
const (
	maxTitle = 1000
	maxBody  = 600_000
	maxWords = 100_000 // of these characters the words are suggested
)

// Document is an object as it is found: its words in one language, and its page.
type Document struct {
	space.Subject
	Language string    // "it", "en", or another code
	Title    string    // one line of text
	Body     string    // text without markup
	Path     string    // address of its page, without language, e.g. "/consultations/parco#a3"
	Day      time.Time // which its page shows; its hour is dropped
	Hidden   bool      // in no result
}

// Put writes documents in the caller's transaction, in place of all rows that their
// subjects had: those of one subject in several languages come in one call. A document
// that says what its row says costs one look.
func Put(ctx context.Context, tx *postgres.Tx, documents ...Document) error {
	list := make([]Document, len(documents))
	for i, d := range documents {
		d.Title, d.Body = first(unmarked(prose.Flat(d.Title)), maxTitle), first(unmarked(prose.Clean(d.Body)), maxBody)
		list[i] = d
	}
	list, err := changed(ctx, tx, list)
	if err != nil || len(list) == 0 {
		return err
	}
	subjects := make([]space.Subject, len(list))
	for i, d := range list {
		subjects[i] = d.Subject
	}
	if err := suspect(ctx, tx, subjects); err != nil {
		return err
	}
	if err := put(ctx, tx, list); err != nil {
		return err
	}
	return addWords(ctx, tx, list)
}

// Hide takes subjects out of all results in the caller's transaction; their rows stay.
func Hide(ctx context.Context, tx *postgres.Tx, subjects ...space.Subject) error {
	if err := suspect(ctx, tx, subjects); err != nil {
		return err
	}
	return hide(ctx, tx, subjects)
}

// Drop deletes the rows of subjects in the caller's transaction.
func Drop(ctx context.Context, tx *postgres.Tx, subjects ...space.Subject) error {
	if err := suspect(ctx, tx, subjects); err != nil {
		return err
	}
	return drop(ctx, tx, subjects)
}

// Forget is Drop for subjects whose words the law wants gone: they go from the files too.
func Forget(ctx context.Context, tx *postgres.Tx, subjects ...space.Subject) error {
	if err := Drop(ctx, tx, subjects...); err != nil {
		return err
	}
	return postgres.Compact(ctx, tx, "civic.search")
}

// Text makes one text of parts, each a paragraph; blank ones are left out.
func Text(parts ...string) string {
	parts = slices.DeleteFunc(slices.Clone(parts), func(p string) bool { return strings.TrimSpace(p) == "" })
	return strings.Join(parts, "\n\n")
}

// headline is how many characters of a text without a title stand in its place.
const headline = 100

// Headline makes a title of a text that has none: the whole text, or its first words, and
// then the text is the body.
func Headline(text string) (title, body string) {
	text = prose.Flat(text)
	begin := first(text, headline)
	if begin == text {
		return text, ""
	}
	if at := strings.LastIndex(begin, " "); at > 0 {
		begin = begin[:at]
	}
	return begin + "…", text
}

// first cuts a text after n characters.
func first(text string, n int) string {
	if len(text) <= n || utf8.RuneCountInString(text) <= n {
		return text
	}
	for at := range text {
		if n == 0 {
			return text[:at]
		}
		n--
	}
	return text
}

// day is the date of an instant, in Rome.
func day(t time.Time) string { return civiltime.Date(t) }
