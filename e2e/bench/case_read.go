package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"delfi/e2e/bench/bare"
	"delfi/e2e/bench/database"
	"delfi/e2e/bench/figure"
	"delfi/e2e/bench/load"
)

// caseStart measures a start on the data that are there, and what an idle server
// holds. It leaves the server that the next cases ask.
func (b *bench) caseStart(ctx context.Context) error {
	if err := b.settle(ctx); err != nil {
		return err
	}
	if !b.o.wanted("start") {
		return nil
	}
	up := figure.Row{Case: "start to ready, on existing data", Unit: "s", Note: "from exec to the first 200 of /readyz, before a Postgres that runs"}
	idle := figure.Row{Case: "idle server", Unit: "MB", Note: "resident memory of the server alone, two seconds after its start; Postgres is another process"}
	for range b.n.rounds {
		if err := b.srv.stop(); err != nil {
			return err
		}
		var err error
		if b.srv, err = b.serve(mainDatabase); err != nil {
			return err
		}
		up.Values = append(up.Values, b.srv.ready.Seconds())
		time.Sleep(2 * time.Second)
		now, _, err := memory(b.srv.pid)
		if err != nil {
			return err
		}
		idle.Values = append(idle.Values, float64(now)/1e6)
	}
	up.AtMost(0.5)
	idle.AtMost(60)
	b.rows = append(b.rows, up, idle)
	return nil
}

// casePages reads what a stranger reads, each page against finished bytes of its
// own length, and asks again with the ETag.
func (b *bench) casePages(ctx context.Context) (err error) {
	if !b.o.wanted("pages") {
		return nil
	}
	pages := map[string]string{
		"consultation": consultationPath(b.crowd.slug),
		"opinion":      opinionPath(b.published.slug),
		"record":       recordPath(b.crowd.slug),
	}
	bodies, tags := map[string][]byte{}, map[string]string{}
	for name, path := range pages {
		body, tag, err := pageOf(b.srv.url, path, "", "")
		if err != nil {
			return err
		}
		if tag == "" {
			return fmt.Errorf("%s has no ETag", path)
		}
		bodies[name], tags[name] = body, tag
	}
	if err := b.prepareBare(ctx, b.crowd); err != nil {
		return err
	}
	bare, err := b.limits(bodies, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	for _, name := range []string{"consultation", "opinion", "record"} {
		body := bodies[name]
		limit := fmt.Sprintf("a bare chi handler that writes the same %s", kilobytes(len(body)))
		whole := figure.Row{Case: name + " page, anonymous", Unit: "/s", Limit: limit}
		again := figure.Row{Case: name + " page, revalidated", Unit: "/s", Limit: limit + " in full", Note: "If-None-Match with the page's ETag, answered 304"}
		for round := -1; round < b.n.rounds; round++ {
			span := b.n.span
			if round < 0 {
				span /= 4 // the first is to warm both
			}
			least := b.read(bare.url, "/page/"+name, "", 200, body, span)
			if err := least.Sound("bare page"); err != nil {
				return err
			}
			s, err := b.with(ctx, name, func() load.Sample { return b.read(b.srv.url, pages[name], "", 200, body, span) })
			if err != nil {
				return err
			}
			r := b.read(b.srv.url, pages[name], "If-None-Match: "+tags[name], 304, nil, span/2)
			if err := r.Sound("revalidation"); err != nil {
				return err
			}
			if round >= 0 {
				s.Into(&whole, least.Rate())
				r.Into(&again, least.Rate())
			}
		}
		whole.AtLeast(0.5)
		again.AtLeast(0.8)
		b.rows = append(b.rows, whole, again)
	}
	return nil
}

// read asks for one page from many connections and compares every byte.
func (b *bench) read(base, path, header string, status int, body []byte, span time.Duration) load.Sample {
	var more []string
	if header != "" {
		more = []string{header}
	}
	all, done := load.Clients(base, readers)
	defer done()
	return load.Run(readers, load.Bound{Span: span}, func(w, _ int) error { return same(all[w], path, status, body, more...) })
}

// same asks for a page and compares it.
func same(c *load.Client, path string, status int, body []byte, more ...string) error {
	r, err := c.Get(path, "", "", more...)
	if err != nil {
		return err
	}
	if r.Status != status {
		return fmt.Errorf("%s: status %d: %s", path, r.Status, headline(r.Body))
	}
	if !bytes.Equal(r.Body, body) {
		return fmt.Errorf("%s: another page than before, of %d bytes instead of %d", path, len(r.Body), len(body))
	}
	return nil
}

// caseForm opens the answer form of the second answer round, with the feedback on
// the first, as another person each time.
func (b *bench) caseForm(ctx context.Context) error {
	if !b.o.wanted("form") {
		return nil
	}
	if err := b.signIn(b.n.own); err != nil {
		return err
	}
	r, err := b.formRow(ctx, b.crowd, fmt.Sprintf("answer form, %d items with feedback", b.n.items), b.n.rounds)
	if err != nil {
		return err
	}
	r.Note = "signed in, another person each time; the whole paper on one page"
	b.rows = append(b.rows, r)
	b.note("answer form", b.n.crowd, b.n.items, r.P50)
	return nil
}

// formRow opens the form of a consultation's second answer round against a bare one of the
// same bytes, in so many rounds.
func (b *bench) formRow(ctx context.Context, a *answering, name string, rounds int) (r figure.Row, err error) {
	body, _, err := pageOf(b.srv.url, formPath(a.slug, secondRound), a.own[0].cookie, a.own[0].address)
	if err != nil {
		return r, err
	}
	if err := b.prepareBare(ctx, a); err != nil {
		return r, err
	}
	bare, err := b.limits(nil, body)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	r = figure.Row{
		Case: name, Unit: "/s",
		Limit: fmt.Sprintf("a bare handler that reads one session row and one ballot row by prepared statements and writes the same %s", kilobytes(len(body))),
	}
	for round := -1; round < rounds; round++ {
		span := b.n.span * 2
		if round < 0 {
			span /= 4
		}
		least := b.bareForm(bare.url, body, span)
		if err := least.Sound("bare form"); err != nil {
			return r, err
		}
		s, err := b.with(ctx, "form", func() load.Sample { return b.forms(a, a.own, span) })
		if err != nil {
			return r, err
		}
		if round >= 0 {
			s.Into(&r, least.Rate())
		}
	}
	r.AtLeast(0.5)
	return r, nil
}

// forms opens a consultation's answer form as one person after the other.
func (b *bench) forms(a *answering, who []person, span time.Duration) load.Sample {
	path := formPath(a.slug, secondRound)
	// What a form shows of an item: without the first and the last, the page would be nobody's.
	first, last := fmt.Appendf(nil, a.asked.Shows, 1), fmt.Appendf(nil, a.asked.Shows, a.items)
	all, done := load.Clients(b.srv.url, readers)
	defer done()
	return load.Run(readers, load.Bound{Span: span}, func(w, i int) error {
		p := who[i%len(who)]
		r, err := all[w].Get(path, p.cookie, p.address)
		if err != nil {
			return err
		}
		if r.Status != 200 || !bytes.Contains(r.Body, first) || !bytes.Contains(r.Body, last) {
			return fmt.Errorf("%s: status %d, no form: %s", path, r.Status, headline(r.Body))
		}
		// A page is this person's own and nobody else's: their name stands on it.
		if !bytes.Contains(r.Body, []byte(p.actor.Name)) {
			return errors.New("the form is somebody else's")
		}
		return nil
	})
}

func (b *bench) bareForm(base string, body []byte, span time.Duration) load.Sample {
	all, done := load.Clients(base, readers)
	defer done()
	return load.Run(readers, load.Bound{Span: span}, func(w, i int) error {
		r, err := all[w].Get("/form", fmt.Sprint("s=", 1+i%bare.Sessions), "")
		if err == nil && (r.Status != 200 || !bytes.Equal(r.Body, body)) {
			err = fmt.Errorf("bare form: status %d: %.80s", r.Status, r.Body)
		}
		return err
	})
}

// prepareBare makes the limits' tables, with rows as long as Delfi's of a consultation.
func (b *bench) prepareBare(ctx context.Context, a *answering) error {
	_, session, err := database.Sessions(ctx, b.bare)
	if err != nil {
		return err
	}
	ballot, err := database.BallotBytes(ctx, b.bare, a.c.Rounds[firstRound-1].ID)
	if err != nil {
		return err
	}
	return bare.MakeTables(ctx, b.bare, max(session, 200), ballot)
}

// caseExport reads the leaves of a closed round.
func (b *bench) caseExport(ctx context.Context) error {
	if !b.o.wanted("export") {
		return nil
	}
	r := figure.Row{Case: "export of a round's leaves", Unit: "leaves/s"}
	heap := figure.Row{Case: "export of a round's leaves, memory", Unit: "MB"}
	c := load.NewClient(b.srv.url)
	defer c.Close()
	leaves, err := export(c, b.crowd.slug, firstRound)
	if err != nil {
		return err
	}
	if err := b.prepareBare(ctx, b.crowd); err != nil {
		return err
	}
	r.Limit = fmt.Sprintf("COPY of %d rows to a CSV file, by Postgres", leaves)
	for range b.n.rounds {
		began := time.Now()
		if err := bare.Copy(ctx, b.bare, leaves, "/dev/null"); err != nil {
			return err
		}
		least := float64(leaves) / time.Since(began).Seconds()
		idle, _, err := memory(b.srv.pid)
		if err != nil {
			return err
		}
		if err := forget(b.srv.pid); err != nil {
			return err
		}
		s, err := b.with(ctx, "export", func() load.Sample {
			return load.Run(1, load.Bound{Most: 1}, func(int, int) error {
				got, err := export(c, b.crowd.slug, firstRound)
				if err == nil && got != leaves {
					err = fmt.Errorf("%d leaves, and %d before", got, leaves)
				}
				return err
			})
		})
		if err != nil {
			return err
		}
		_, peak, err := memory(b.srv.pid)
		if err != nil {
			return err
		}
		heap.Values = append(heap.Values, float64(peak-idle)/1e6)
		r.Values, r.Limits = append(r.Values, float64(leaves)/s.Took.Seconds()), append(r.Limits, least)
	}
	r.AtLeast(0.5)
	heap.AtMost(64)
	b.rows = append(b.rows, r, heap)
	return nil
}
