package tabulation

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"
	"golang.org/x/sync/errgroup"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/changes"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// What one delivered ballot costs, many panelists at once, from a resolved seat
// to the commit. Run it with -cpu 8: ballots wait more than they compute.
func BenchmarkCast(b *testing.B) {
	h := newHouse(b, 64, 8)
	hub := changes.New(h.db)
	h.consultations.Subscribe(hub)
	go func() {
		if err := hub.Run(b.Context()); err != nil {
			b.Error(err)
		}
	}()
	for told := false; !told; _, told = h.consultations.Version() {
		time.Sleep(time.Millisecond)
	}
	seats := make([]pseudonym.Seat, len(h.people))
	for i := range seats {
		seats[i] = h.seat(i)
	}
	papers := []ballot.Answers{h.answers(2, 1, 2, 3, 4, 5, 6, 7, 8), h.answers(2, 9, 8, 7, 6, 5, 4, 3, 2)}
	var next atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := int(next.Add(1))
			if _, err := h.ballots.Cast(b.Context(), seats[n%len(seats)], 2, papers[n/len(seats)%2], ballot.Part{}); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// What counting a closing of 100,000 ballots of 20 items costs, with every leaf of
// its tables hashed and sorted; the database is left out.
func BenchmarkLeaves(b *testing.B) {
	const people, asked = 100_000, 20
	p, err := protocol.Classical(protocol.ClassicalPlan{
		Language: "it", Points: 9, Low: "no", High: "sì", SharePermille: 750, GroupID: "all", GroupName: "Tutti", AnswerRounds: 2, AnswerDays: 7, GatherDays: 7,
		CannotJudge: true, LatestKeyDate: "2030-01-01",
	})
	if err != nil {
		b.Fatal(err)
	}
	items := make([]consultation.Item, asked)
	for n := range items {
		items[n] = consultation.Item{ID: uuid.UUID{1, byte(n)}, Kind: p.ItemKinds[0].ID, Number: n + 1}
	}
	for b.Loop() {
		tab, err := table.NewTabulator(p, 3, engineItems(items), []byte("key"))
		if err != nil {
			b.Fatal(err)
		}
		found := counted{items: engineItems(items), assign: tab.Assign}
		if found.votes, err = newVotes(p, consultation.Round{Kind: delphi.AnswerRound}, items); err != nil {
			b.Fatal(err)
		}
		found.votes.grow(people)
		codecs := found.votes.codecs
		var now, before delphi.Ballot
		var marks marker
		for i := range people {
			one := opened{group: p.Panel.Groups[0].ID, payload: payload.Payload{Codecs: codecs}}
			binary.BigEndian.PutUint32(one.panelist[:], uint32(i))
			binary.BigEndian.PutUint32(one.payload.Random[:], uint32(i))
			for n := range items {
				e := payload.Entry{Item: items[n].ID, Answer: delphi.Answer{Value: 1 + (i*7+n)%9}}
				if n == 0 && i%10 == 0 {
					e.Reason = fmt.Sprint("perché ", i)
				}
				one.payload.Entries = append(one.payload.Entries, e)
			}
			found.votes.answers(&now, &one)
			last := one
			last.payload.Entries = append([]payload.Entry(nil), one.payload.Entries...)
			last.payload.Entries[i%asked].Value = 5
			found.votes.answers(&before, &last)
			if err := tab.Add(&now, &before, nil); err != nil {
				b.Fatal(err)
			}
			one.draw(&marks, "c/2")
			if err := found.votes.keep(&one, found.votes.row(nil, &last.payload)); err != nil {
				b.Fatal(err)
			}
		}
		if found.closing, err = tab.Close([]int{people}); err != nil {
			b.Fatal(err)
		}
		n := 0
		if _, err := found.leaves(func(table string) string { return table }, func(_ string, l leaf.Built) error {
			n += l.N()
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(n), "leaves")
	}
}

// seed writes ballots of the people first..people straight into a round's rows, sealed as they would
// be: one in twenty has a reason, and later rounds move a few answers.
func (h *house) seed(round, first, people int, value func(person, item int) int) {
	h.t.Helper()
	ctx := h.t.Context()
	safe, err := h.pseudonyms.Safe(ctx, h.c.ID)
	h.must(err)
	defer safe.Close()
	r, items := h.c.Rounds[round-1], h.items(round)
	codecs := answer.For(h.c.Protocol, r.Kind)
	l := payload.LayoutOf(codecs, make([]int, len(items)), feedback.ShowsReasons(h.c.Protocol))
	const each = 1000
	var g errgroup.Group
	g.SetLimit(4)
	for from := first; from < people; from += each {
		g.Go(func() error {
			var ids, blobs pq.ByteaArray
			for i := from; i < min(from+each, people); i++ {
				// Spread as panelists are, and in the order of ids within a batch.
				id := uuid.NewSHA1(uuid.NameSpaceURL, binary.BigEndian.AppendUint32(nil, uint32(i)))
				sh := payload.Payload{Codecs: codecs}
				for k, it := range items {
					e := payload.Entry{Item: it.ID, Answer: delphi.Answer{Value: value(i, k)}}
					if k == i%len(items) && i%20 == 0 {
						e.Reason = fmt.Sprint("Perché la via è stretta, e alle otto non si passa: ", i)
					}
					if e.Value > 0 {
						sh.Put(e)
					}
				}
				if err := sh.Draw(ballot.Part{}); err != nil {
					return err
				}
				seat := pseudonym.Seat{Consultation: h.c.ID, Panelist: pseudonym.Panelist(id), Group: h.group()}
				plain, err := sh.Encode(l)
				if err != nil {
					return err
				}
				sealed, err := safe.Seal(seat.Panelist, r.ID, pseudonym.BallotBlob, plain)
				if err != nil {
					return err
				}
				ids, blobs = append(ids, seat.Panelist[:]), append(blobs, sealed)
			}
			return h.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
				_, err := tx.ExecContext(ctx, `
					WITH ballots AS (
						INSERT INTO panel.ballot (round, panelist, sealed)
						SELECT $1, panelist, sealed
						FROM unnest($4::bytea[], $5::bytea[]) AS b (panelist, sealed)
						ORDER BY panelist
					)
					INSERT INTO panel.panelist (consultation, id, grp)
					SELECT $2, panelist, $3
					FROM unnest($4::bytea[]) AS b (panelist)
					ORDER BY panelist
					ON CONFLICT (consultation, id) DO NOTHING`, r.ID, h.c.ID, h.group(), ids, blobs)
				return err
			})
		})
	}
	h.must(g.Wait())
}

// What a closing of 100,000 ballots of 20 items costs from the database to the
// database: of the first answer round, and of the second, which is read beside the
// first and has paired tables too. Postgres is the tests' own, without fsync.
func BenchmarkClosing(b *testing.B) {
	const people, asked = 100_000, 20
	for b.Loop() {
		b.StopTimer()
		h := newHouse(b, 1, asked)
		for round := 2; round <= 3; round++ {
			h.seed(round, 0, people, func(i, k int) int { return 1 + (i*7+k+max(0, i%7-5)*(round-2))%9 })
			h.close(round)
			b.StartTimer()
			began := time.Now()
			h.must(h.tabulation.close(b.Context(), h.c.Rounds[round-1].ID, func() error {
				b.ReportMetric(time.Since(began).Seconds(), fmt.Sprintf("s-count-%d", round-1))
				return nil
			}))
			b.ReportMetric(time.Since(began).Seconds(), fmt.Sprintf("s-closing-%d", round-1))
			b.StopTimer()
			if round == 2 {
				h.refresh()
				for _, it := range h.items(round) {
					h.must(h.consultations.Decide(b.Context(), h.facilitator, slug, it.ID, consultation.GoOn, "si vuole vedere se tiene", ""))
				}
				h.open(3)
			}
		}
		b.StartTimer()
	}
}

// What a release of a standing round of 100,000 people costs after the first, with
// three thousand ballots written in between.
func BenchmarkTick(b *testing.B) {
	const people, asked, written = 100_000, 20, 3000
	h, _, _ := standingHouse(b, people, asked)
	h.refresh()
	h.seed(1, 0, people, func(i, k int) int { return 1 + (i*7+k)%3 })
	began, n := time.Now(), 1
	h.must(h.tabulation.Release(b.Context(), h.c.ID, n, false))
	first := time.Since(began)
	for b.Loop() {
		b.StopTimer()
		from := n * written % (people - written)
		h.seed(1, from, from+written, func(i, k int) int { return 1 + (i*7+k+n)%3 })
		n++
		b.StartTimer()
		h.must(h.tabulation.Release(b.Context(), h.c.ID, n, false))
	}
	b.ReportMetric(first.Seconds(), "s-first")
}
