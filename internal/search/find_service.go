package search

import (
	"context"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
)

// guessed is how many words of a query are guessed at most.
const guessed = 6

// Fill writes the documents of a space in the caller's transaction, all of them or none.
type Fill func(ctx context.Context, tx *postgres.Tx, space uuid.UUID) error

// Service finds, and keeps rows as they should be.
type Service struct {
	db   *postgres.DB
	fill Fill
}

// New makes the service and registers its job. fill writes what spaces hold that were
// made before there was a search.
func New(db *postgres.DB, q *job.Queue, fill Fill) *Service {
	s := &Service{db: db, fill: fill}
	job.On(q, s.Refresh)
	job.Every(q, refreshEvery, Refresh{})
	return s
}

// Find gives a page of hits. Invalid names the field "q": "query_common" where every word
// is too common to be indexed.
func (s *Service) Find(ctx context.Context, r Request) (Page, error) {
	var p Page
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := planned(ctx, tx); err != nil {
			return err
		}
		nothing, err := empty(ctx, tx, r.Query)
		if err != nil {
			return err
		}
		if nothing {
			return fault.Bad(fault.Field{Name: "q", Code: "query_common", Message: "has only words that stand everywhere: add another"})
		}
		after := placeOf(r.After)
		if r.Order == Newest {
			p, err = latest(ctx, tx, r, after)
		} else {
			p, err = closest(ctx, tx, r, after)
		}
		if err != nil || p.Count > 0 || after != (place{}) {
			return err
		}
		p.Maybe, err = maybe(ctx, tx, r.Query)
		return err
	})
	return p, err
}

// maybe gives a query with hits that a reader may have meant by one without: each word
// that nothing has, replaced by the nearest that something has.
func maybe(ctx context.Context, tx *postgres.Tx, q Query) (*Maybe, error) {
	texts := make([]string, 0, len(q.words))
	for _, w := range q.words {
		texts = append(texts, w.text)
	}
	gone, err := missing(ctx, tx, texts)
	if err != nil || len(gone) > guessed {
		return nil, err
	}
	others := map[int]string{}
	for i, text := range texts {
		if !gone[i] || !guessable(text) {
			continue
		}
		other, err := nearest(ctx, tx, text)
		if err != nil {
			return nil, err
		}
		if other != "" {
			others[i] = other
		}
	}
	if len(others) == 0 {
		return nil, nil
	}
	meant := q.with(others)
	n, err := count(ctx, tx, meant)
	if err != nil || n == 0 {
		return nil, err
	}
	return &Maybe{Text: meant.Text, Parts: q.replaced(others), Count: n}, nil
}

// guessable tells whether a word may be a misspelt one: it is of letters, and long enough
// to be like another.
func guessable(word string) bool {
	for _, r := range word {
		if !unicode.In(r, unicode.L, unicode.M) {
			return false
		}
	}
	return utf8.RuneCountInString(word) >= 4
}
