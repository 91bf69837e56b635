package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/search"
	"delfi/internal/space"
)

// stock is a database with a space or two, and a search over them.
type stock struct {
	testing.TB
	db    *postgres.DB
	find  *search.Service
	space uuid.UUID
	other uuid.UUID
	fill  search.Fill
}

func newStock(t testing.TB) *stock {
	t.Helper()
	s := &stock{TB: t, db: testdb.NewSingleAt(t, time.Now)}
	jobs, err := job.New(s.db)
	if err != nil {
		t.Fatal(err)
	}
	s.fill = func(context.Context, *postgres.Tx, uuid.UUID) error { return nil }
	s.find = search.New(s.db, jobs, func(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error { return s.fill(ctx, tx, id) })
	riva, err := account.New(s.db, nil).Found(t.Context(), account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"})
	if err != nil {
		t.Fatal(err)
	}
	s.act(func(ctx context.Context, tx *postgres.Tx) error {
		for _, id := range []*uuid.UUID{&s.space, &s.other} {
			sp, err := space.New(ctx, tx, riva.ID, space.Alias)
			if err != nil {
				return err
			}
			*id = sp.ID
		}
		return nil
	})
	return s
}

func (s *stock) act(do func(ctx context.Context, tx *postgres.Tx) error) {
	s.Helper()
	if err := s.db.Transact(s.Context(), do); err != nil {
		s.Fatal(err)
	}
}

func (s *stock) put(documents ...search.Document) {
	s.Helper()
	s.act(func(ctx context.Context, tx *postgres.Tx) error { return search.Put(ctx, tx, documents...) })
}

// document is an item of the space in Italian.
func (s *stock) document(n int, title, body string) search.Document {
	return search.Document{
		Subject:  space.Subject{Kind: space.Item, ID: uuid.NewSHA1(uuid.NameSpaceURL, fmt.Append(nil, n)), Space: s.space},
		Language: "it", Title: title, Body: body, Path: fmt.Sprintf("/consultations/piazza#a%d", n), Day: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, n%28),
	}
}

// ask gives the first page for a query.
func (s *stock) ask(typed string) search.Page {
	s.Helper()
	return s.page(search.Request{Query: s.parse(typed)})
}

func (s *stock) parse(typed string) search.Query {
	s.Helper()
	q, err := search.Parse(typed)
	if err != nil {
		s.Fatalf("%q: %v", typed, err)
	}
	return q
}

func (s *stock) page(r search.Request) search.Page {
	s.Helper()
	p, err := s.find.Find(s.Context(), r)
	if err != nil {
		s.Fatalf("%q: %v", r.Query.Text, err)
	}
	return p
}

// titles gives the titles of hits, sorted.
func titles(p search.Page) []string {
	var out []string
	for _, h := range p.Hits {
		out = append(out, plain(h.Title))
	}
	slices.Sort(out)
	return out
}

func plain(parts []search.Part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

// marked writes parts with the words that were found between brackets.
func marked(parts []search.Part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.Found {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// one looks a single number up.
func (s *stock) one(query string, args ...any) int {
	s.Helper()
	var n int
	if err := s.db.Pool().Get(&n, query, args...); err != nil {
		s.Fatal(err)
	}
	return n
}
