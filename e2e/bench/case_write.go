package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"delfi/e2e/bench/bare"
	"delfi/e2e/bench/database"
	"delfi/e2e/bench/figure"
	"delfi/e2e/bench/load"

	"delfi/internal/consultation/ballot"

	"github.com/google/uuid"
)

// caseSignIn walks the round trip of signing in, through a real provider, and takes
// off what the provider itself costs: its own part of the walk, walked alone.
func (b *bench) caseSignIn(ctx context.Context) error {
	if !b.o.wanted("sign-in") {
		return nil
	}
	r := figure.Row{
		Case: "sign-in round trip", Unit: "/s",
		Limit: "a bare prepared transaction that inserts one session row, 16 connections",
		Note:  "from /sign-in to the session, less the provider's own part, which is walked alone at the same load (authorize, choose, token); p50 and p99 are those of the whole walk; the limit waits for the disk, which a session of Delfi's does not: one that the database loses when it crashes is begun again",
	}
	if err := b.prepareBare(ctx, b.crowd); err != nil {
		return err
	}
	// The first come to a server that has yet to open its connections; the limit's are
	// open before it is measured.
	if err := b.signIn(min(warmup, b.n.own/4)); err != nil {
		return err
	}
	each := (b.n.own - b.signedIn) / b.n.rounds
	for round := range b.n.rounds {
		least, err := b.bareWrites(ctx, readers, bare.InsertSession, b.n.span, func(i int) []any {
			return []any{fmt.Sprintf("w%d-%d", round, i), make([]byte, 200), time.Now().Add(time.Hour)}
		})
		if err != nil {
			return err
		}
		var whole load.Sample
		if whole, err = b.with(ctx, "sign-in", func() load.Sample { return b.enter(b.signedIn, each) }); err != nil {
			return err
		}
		b.signedIn += each
		alone, err := b.provider(b.n.span)
		if err != nil {
			return err
		}
		// Every core is busy in both walks, so that times a piece add up.
		net := 1/whole.Rate() - 1/alone.Rate()
		whole.Done = int(whole.Took.Seconds() / net)
		whole.Into(&r, least.Rate())
	}
	r.AtLeast(0.3)
	b.rows = append(b.rows, r)
	n, _, err := database.Sessions(ctx, b.bare)
	if err == nil && n < b.signedIn {
		err = fmt.Errorf("%d sessions are stored, %d people signed in", n, b.signedIn)
	}
	return err
}

// signIn makes sure that the first n people have a session.
func (b *bench) signIn(n int) error {
	if n <= b.signedIn {
		return nil
	}
	s := b.enter(b.signedIn, n-b.signedIn)
	b.signedIn = n
	return s.Sound("signing in")
}

// enter signs n people in from a first one on.
func (b *bench) enter(from, n int) load.Sample {
	site, done := load.Clients(b.srv.url, readers)
	defer done()
	idp, end := load.Clients(b.idp.Issuer(), readers)
	defer end()
	return load.Run(readers, load.Bound{Most: n}, func(w, i int) error {
		p := &b.people[from+i]
		cookie, err := walk(site[w], idp[w], *p)
		p.cookie = cookie
		return err
	})
}

// bareWrites writes rows, a transaction each, from n connections.
func (b *bench) bareWrites(ctx context.Context, n int, statement string, span time.Duration, args func(i int) []any) (load.Sample, error) {
	all, err := bare.NewWriters(ctx, b.bare, n, statement)
	if err != nil {
		return load.Sample{}, err
	}
	s := load.Run(n, load.Bound{Span: span}, func(w, i int) error { return all[w].Write(ctx, args(i)...) })
	if err := bare.CloseWriters(all); err != nil {
		return s, err
	}
	return s, s.Sound("bare writes")
}

// warmup is how many ballots are delivered before they are counted.
const warmup = 200

// caseBallot delivers ballots as another person each time, from 64 connections.
func (b *bench) caseBallot(ctx context.Context) error {
	if !b.o.wanted("ballot") {
		return nil
	}
	if err := b.signIn(b.n.own); err != nil {
		return err
	}
	rows, marks, err := b.ballotRows(ctx, b.crowd, fmt.Sprintf("ballot of %d answers with its receipt", b.n.items), b.n.rounds)
	if err != nil {
		return err
	}
	if err := b.recount(ctx, b.crowd, marks); err != nil {
		return err
	}
	inner, err := b.casts(ctx)
	b.rows = append(b.rows, append(rows, inner)...)
	return err
}

// ballotRows delivers ballots of a consultation's second answer round against bare rows of
// the same length, in so many rounds, and gives the marks that people were told.
func (b *bench) ballotRows(ctx context.Context, a *answering, name string, rounds int) ([]figure.Row, []string, error) {
	if err := b.prepareBare(ctx, a); err != nil {
		return nil, nil, err
	}
	size, err := database.BallotBytes(ctx, b.bare, a.c.Rounds[firstRound-1].ID)
	if err != nil {
		return nil, nil, err
	}
	bare16 := figure.Row{Case: "bare ballot, 16 connections", Unit: "/s", Note: fmt.Sprintf("a prepared lib/pq transaction that inserts one row of %d sealed bytes, fsync on", size)}
	bare64 := figure.Row{Case: "bare ballot, 64 connections", Unit: "/s", Note: bare16.Note}
	r := figure.Row{
		Case: name, Unit: "/s", Limit: "bare ballot, 64 connections",
		Note: "64 connections, another person each time: the whole paper, which is delivered at once, and the page with the mark; durable before the answer",
	}
	marks := make([]string, len(a.own))
	done := 0
	for turn := -1; turn < rounds; turn++ {
		n, span := b.n.ballots, b.n.span
		if turn < 0 {
			n, span = min(warmup, len(a.own)-rounds*n), span/4
		}
		row16, err := b.bareBallots(ctx, readers, size, span)
		if err != nil {
			return nil, nil, err
		}
		row64, err := b.bareBallots(ctx, writers, size, span)
		if err != nil {
			return nil, nil, err
		}
		first := done
		s, err := b.with(ctx, "ballot", func() load.Sample { return b.deliver(a, a.own, marks, first, n, writers) })
		if err != nil {
			return nil, nil, err
		}
		done += n
		if turn >= 0 {
			row16.Into(&bare16, 0)
			row64.Into(&bare64, 0)
			s.Into(&r, row64.Rate())
		}
	}
	r.AtLeast(0.5)
	if most := 4 * bare64.P99; r.P99 > most {
		r.Judge(false)
	}
	r.Goal += fmt.Sprintf(", p99 ≤ 4 × %s ms", figure.Number(bare64.P99))
	return []figure.Row{bare16, bare64, r}, marks[:done], nil
}

func (b *bench) bareBallots(ctx context.Context, n, size int, span time.Duration) (load.Sample, error) {
	sealed := make([]byte, size)
	if err := database.Calm(ctx, b.admin); err != nil {
		return load.Sample{}, err
	}
	return b.bareWrites(ctx, n, bare.InsertBallot, span, func(int) []any {
		id := uuid.New()
		return []any{bare.Round, id[:], sealed}
	})
}

// deliverySpan ends a round of deliveries that a slow server would draw out.
const deliverySpan = 8 * time.Second

// deliver delivers at most n people's ballots from a first person on, and keeps
// their marks.
func (b *bench) deliver(a *answering, who []person, marks []string, from, n, workers int) load.Sample {
	all, done := load.Clients(b.srv.url, workers)
	defer done()
	return load.Run(workers, load.Bound{Most: n, Span: deliverySpan}, func(w, i int) (err error) {
		at := from + i
		marks[at], err = deliver(all[w], who[at], a.slug, secondRound, a.asked.Form(a.c.Protocol.ItemKinds[0], values(at, a.items, secondRound)))
		return err
	})
}

// recount compares what was told with what is stored: as many ballots as marks,
// no mark twice, and, for a sample of people, the same mark when asked again.
func (b *bench) recount(ctx context.Context, a *answering, marks []string) error {
	n, err := database.BallotsIn(ctx, b.bare, a.c.Rounds[secondRound-1].ID)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	var told []int // people who were given a mark
	for i, m := range marks {
		if m == "" {
			continue
		}
		if seen[m] {
			return fmt.Errorf("the mark %s was given twice", m)
		}
		seen[m] = true
		told = append(told, i)
	}
	if n != len(told) {
		return fmt.Errorf("%d ballots are stored, %d were acknowledged", n, len(told))
	}
	c := load.NewClient(b.srv.url)
	defer c.Close()
	for range 50 {
		i := told[rand.N(len(told))]
		again, err := receipt(c, a.own[i], a.slug, secondRound)
		if err != nil {
			return err
		}
		if again != marks[i] {
			return fmt.Errorf("person %d was told the mark %s, and now %s", i, marks[i], again)
		}
	}
	return nil
}

// casts measures the use case alone, in this process, by people without accounts:
// what is left of a ballot when pages, sessions and forms are taken away.
func (b *bench) casts(ctx context.Context) (figure.Row, error) {
	r := figure.Row{Case: "ballot, the use case alone", Unit: "/s", Note: "ballot.Service.Cast in the generator's process, 64 at once on a pool of 16; without HTTP, session or page"}
	c := b.crowd.c
	items, _, err := b.h.Ballots.Asked(ctx, c.ID, secondRound)
	if err != nil {
		return r, err
	}
	n := b.n.ballots * 2
	seats, err := b.h.Pseudonyms.Foreign(ctx, c.ID, c.Protocol.Panel.Groups[0].ID, strangerNames(b.n.own, b.n.own+n)...)
	if err != nil {
		return r, err
	}
	var mu sync.Mutex
	seen := map[string]bool{}
	s := load.Run(writers, load.Bound{Most: n}, func(_, i int) error {
		got, err := b.h.Ballots.Cast(ctx, seats[i], secondRound, paperOf(items, values(i, b.n.items, secondRound), ""), ballot.Part{})
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if seen[got.Mark] {
			return fmt.Errorf("mark %s was given twice", got.Mark)
		}
		seen[got.Mark] = true
		return nil
	})
	s.Into(&r, 0)
	return r, s.Sound("casting")
}
