package search_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
	"delfi/internal/search"
)

// Texts of any length are stored: they are cut, and found by their beginning when their
// words are more than a tsvector holds.
func TestTextsAreCut(t *testing.T) {
	s := newStock(t)
	var many strings.Builder
	for n := range 200_000 {
		fmt.Fprintf(&many, "%c%c%x ", '\u4e00'+n%20000, '\u0430'+n%30, n)
	}
	s.put(
		s.document(1, "Lungo", strings.Repeat("à ", 299_999)+"teleferica funivia"),
		s.document(2, "Molte parole", "teleferica "+many.String()),
		s.document(3, strings.Repeat("titolo ", 300), "funivia"),
		s.document(4, "Una parola", strings.Repeat("x", 700_000)+" funivia"),
	)
	if n := s.one(`SELECT max(length(body)) FROM civic.search`); n != 600_000 {
		t.Errorf("the longest body has %d characters", n)
	}
	if n := s.one(`SELECT max(length(title)) FROM civic.search`); n != 1000 {
		t.Errorf("the longest title has %d characters", n)
	}
	if got := titles(s.ask("teleferica")); len(got) != 1 || got[0] != "Molte parole" {
		t.Errorf("found %q", got) // of the first, its last 600,000th character is "t"
	}
	if got := titles(s.ask("funivia")); len(got) != 1 || !strings.HasPrefix(got[0], "titolo titolo") {
		t.Errorf("found %q", got)
	}
}

// The characters that folding replaces come back in what is shown, in every text.
func TestFoldedCharactersComeBack(t *testing.T) {
	s := newStock(t)
	for n, text := range []string{"’‘ʼ′´`＇-/._@:&<>~+“”«»–—…\u2011\u2010#\u00a0x", "a+b=c ~ d_e #f", "«Fine».", "www.comune.it/a?b=c&d=e a.b@comune.it"} {
		s.put(s.document(n, "panchina "+text, "panchina "+text+" fine"))
	}
	for n, h := range s.ask("panchina").Hits {
		title, body := plain(h.Title), plain(h.Text)
		if want := s.stored(h.ID); title != want[0] || body != want[1] {
			t.Errorf("%d: %q and %q, want %q", n, title, body, want)
		}
	}
}

func (s *stock) stored(id uuid.UUID) (out [2]string) {
	s.Helper()
	err := s.db.Pool().QueryRow(`SELECT title, body FROM civic.search WHERE id = $1`, id).Scan(&out[0], &out[1])
	if err != nil {
		s.Fatal(err)
	}
	return out
}

// Rows of an older version, and spaces without rows, are mended a few at a time.
func TestTheJobMendsWhatIsOld(t *testing.T) {
	s := newStock(t)
	for n := range 3 {
		var all []search.Document
		for i := range 150 {
			all = append(all, s.document(1000*n+i, "Panchina", ""))
		}
		s.put(all...)
	}
	if _, err := s.db.Pool().Exec(`UPDATE civic.search SET version = 0, tsv = ''`); err != nil {
		t.Fatal(err)
	}
	var filled []uuid.UUID
	s.fill = func(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
		filled = append(filled, id)
		d := s.document(9999, "Fontana", "")
		d.Space = id
		return search.Put(ctx, tx, d)
	}
	for range 2 {
		if err := s.find.Refresh(t.Context(), search.Refresh{}); err != nil {
			t.Fatal(err)
		}
	}
	if p := s.ask("panchine"); p.Count != 450 {
		t.Errorf("%d are found", p.Count)
	}
	if len(filled) != 1 || filled[0] != s.other || len(s.ask("fontane").Hits) != 1 {
		t.Errorf("filled %v, want %v", filled, s.other)
	}
}

// A row that an act has locked is left, and the job does not wait for it.
func TestTheJobWaitsForNoAct(t *testing.T) {
	s := newStock(t)
	s.put(s.document(1, "Panchina", ""), s.document(2, "Fontana", ""))
	if _, err := s.db.Pool().Exec(`UPDATE civic.search SET version = 0`); err != nil {
		t.Fatal(err)
	}
	s.db.Pool().SetMaxOpenConns(2)
	held, err := s.db.Pool().Beginx()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.Exec(`SELECT FROM civic.search WHERE title = 'Panchina' FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	if err := s.find.Refresh(t.Context(), search.Refresh{}); err != nil {
		t.Fatal(err)
	}
	if n := s.one(`SELECT count(*) FROM civic.search WHERE version = 0`); n != 1 {
		t.Errorf("%d rows are old", n)
	}
	if err := held.Rollback(); err != nil {
		t.Fatal(err)
	}
}
