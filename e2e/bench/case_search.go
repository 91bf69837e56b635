package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"delfi/e2e/bench/database"
	"delfi/e2e/bench/figure"
	"delfi/e2e/bench/load"

	"delfi/e2e/bench/corpus"
	"delfi/internal/platform/postgres"
	"delfi/internal/search"
)

// searches is how often each is asked in a round.
const searches = 60

// caseSearch asks for words among as many texts as there are people, one search after the
// other, and takes the time within which 95 of 100 are answered. It is last, since it fills
// the database.
func (b *bench) caseSearch(ctx context.Context) error {
	if !b.o.wanted("search") {
		return nil
	}
	if err := errors.Join(b.write(ctx, b.n.crowd), database.Calm(ctx, b.admin)); err != nil {
		return err
	}
	all, done := load.Clients(b.srv.url, 1)
	defer done()
	asked := 0
	for _, a := range corpus.Searches {
		r := figure.Row{
			Case: fmt.Sprintf("search of %d texts, %s", b.n.crowd, a.Name), Unit: "ms",
			Note: "within which 95 of 100 are answered, one after the other; the whole page of 20 hits over HTTP, signed out, another address each time",
		}
		for round := -1; round < b.n.rounds; round++ {
			n := searches
			if round < 0 {
				n /= 4 // the first is to warm
			}
			s, err := b.with(ctx, "search", func() load.Sample {
				return load.Run(1, load.Bound{Most: n}, func(w, _ int) error {
					asked++
					return find(all[w], a, fmt.Sprintf("10.9.%d.%d", asked>>8&255, asked&255))
				})
			})
			if err != nil {
				return err
			}
			if round >= 0 {
				r.Values = append(r.Values, figure.MS(s.Quantile(0.95)))
				r.P50, r.P99 = max(r.P50, figure.MS(s.Quantile(0.5))), max(r.P99, figure.MS(s.Quantile(0.99)))
			}
		}
		r.AtMost(100)
		b.rows = append(b.rows, r)
	}
	return nil
}

// find asks for a page of hits, and looks for what it must show.
func find(c *load.Client, s corpus.Search, from string) error {
	r, err := c.Get(searchPath(s.Words), "", from)
	if err == nil && (r.Status != 200 || !bytes.Contains(r.Body, []byte(s.Shows))) {
		err = fmt.Errorf("search for %s: status %d, shows no %s", s.Words, r.Status, s.Shows)
	}
	return err
}

// write makes n texts findable in the space of the large consultation.
func (b *bench) write(ctx context.Context, n int) error {
	began := time.Now()
	for docs := range corpus.Documents(n, b.crowd.c.Space, consultationPath(b.crowd.slug)) {
		err := b.h.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error { return search.Put(ctx, tx, docs...) })
		if err != nil {
			return err
		}
	}
	b.say("%d texts after %s", n, time.Since(began).Round(time.Second))
	return nil
}
