package ballot

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/ledger/leaf"
	"delfi/internal/pseudonym"
)

// What one delivered ballot costs, many panelists at once, from a resolved seat
// to the commit. Run it with -cpu 8: ballots wait more than they compute.
func BenchmarkCast(b *testing.B) {
	h := newHouse(b, 64, 8)
	go func() {
		if err := h.ballots.cons.Listen(b.Context()); err != nil {
			b.Error(err)
		}
	}()
	for told := false; !told; _, told = h.ballots.cons.Epoch() {
		time.Sleep(time.Millisecond)
	}
	seats := make([]pseudonym.Seat, len(h.people))
	for i := range seats {
		seats[i] = h.seat(i)
	}
	papers := [][]Answer{h.answers(2, 1, 2, 3, 4, 5, 6, 7, 8), h.answers(2, 9, 8, 7, 6, 5, 4, 3, 2)}
	var next atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := int(next.Add(1))
			if _, err := h.ballots.Cast(b.Context(), seats[n%len(seats)], 2, papers[n/len(seats)%2]); err != nil {
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
	p, err := delphi.Classical(delphi.ClassicalPlan{
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
		tab, err := delphi.NewTabulator(p, 3, engineItems(items), []byte("key"))
		if err != nil {
			b.Fatal(err)
		}
		found := counted{votes: newVotes(p, items), assign: tab.Assign}
		var now, before delphi.Ballot
		for i := range people {
			one := paper{group: p.Panel.Groups[0].ID}
			binary.BigEndian.PutUint32(one.panelist[:], uint32(i))
			binary.BigEndian.PutUint32(one.sheet.random[:], uint32(i))
			for n := range items {
				e := entry{item: items[n].ID, value: uint8(1 + (i*7+n)%9)}
				if n == 0 && i%10 == 0 {
					e.reason = fmt.Sprint("perché ", i)
				}
				one.sheet.entries = append(one.sheet.entries, e)
			}
			found.votes.answers(&now, one)
			last := one
			last.sheet.entries = append([]entry(nil), one.sheet.entries...)
			last.sheet.entries[i%asked].value = 5
			found.votes.answers(&before, last)
			if err := tab.Add(&now, &before); err != nil {
				b.Fatal(err)
			}
			if err := found.votes.keep(one, &last); err != nil {
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
