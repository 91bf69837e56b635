package ballot

import (
	"encoding/hex"
	"fmt"
	"runtime"
	"slices"

	"delfi/internal/delphi"
	"delfi/internal/ledger/leaf"
)

// batch is how many leaves are placed at once, at 8 bytes each: beyond it the
// votes are walked again, so that memory does not grow with the tables.
const batch = 4 << 20

// place is one leaf of a table before it is hashed: whose, and which value.
type place struct{ person, value int32 }

// leaves builds the leaves of every table of the closing, and hands them over in
// table order. The counts of leaves are compared with those of the tables: a table
// that its own leaves contradict is an error, and nothing is stored.
func (c counted) leaves(id func(table string) string, keep func(name string, b leaf.Built) error) ([]leaf.Head, error) {
	tables := c.closing.Tables
	heads := make([]leaf.Head, 0, len(tables))
	for from := 0; from < len(tables); {
		to, n := from, 0
		for to < len(tables) && (to == from || n+tables[to].N <= batch) {
			n += tables[to].N
			to++
		}
		places, err := c.place(from, to)
		if err != nil {
			return nil, err
		}
		err = c.build(tables[from:to], places, id, func(name string, b leaf.Built) error {
			heads = append(heads, b.Head())
			return keep(name, b)
		})
		if err != nil {
			return nil, err
		}
		from = to
	}
	return heads, nil
}

// place walks the votes for the tables from..to.
func (c counted) place(from, to int) ([][]place, error) {
	a, err := c.assign(c.closing)
	if err != nil {
		return nil, err
	}
	places := make([][]place, to-from)
	for n := range places {
		places[n] = make([]place, 0, c.closing.Tables[from+n].N)
	}
	var now, before delphi.Ballot
	for person := range c.votes.people {
		c.votes.ballot(&now, person)
		err := a.Each(&now, c.votes.previous(&before, person), func(table, value int) {
			if table >= from && table < to {
				places[table-from] = append(places[table-from], place{int32(person), int32(value)})
			}
		})
		if err != nil {
			return nil, err
		}
	}
	for n, held := range places {
		if err := agrees(c.closing.Tables[from+n], held); err != nil {
			return nil, err
		}
	}
	return places, nil
}

// agrees tells whether a table's leaves say what its counts say.
func agrees(t delphi.Table, held []place) error {
	counts := make([]int, len(t.Counts))
	for _, p := range held {
		if p.value >= 0 && int(p.value) < len(counts) {
			counts[p.value]++
		}
	}
	if len(held) != t.N || !slices.Equal(counts, t.Counts) {
		return fmt.Errorf("table %s counts %d, its leaves are %d of other values", t.ID, t.N, len(held))
	}
	return nil
}

// build hashes and sorts the tables' leaves on all cores, and hands each table
// over in order; as many tables as there are cores wait at a time.
func (c counted) build(tables []delphi.Table, places [][]place, id func(table string) string, keep func(name string, b leaf.Built) error) error {
	type result struct {
		built leaf.Built
		err   error
	}
	made, done := make(chan chan result, max(runtime.GOMAXPROCS(0)-1, 0)), make(chan struct{})
	defer close(done)
	go func() {
		defer close(made)
		for n, t := range tables {
			one := make(chan result, 1)
			select {
			case made <- one:
			case <-done:
				return
			}
			held := places[n]
			places[n] = nil
			go func() {
				b, err := leaf.Build(id(t.ID), len(held), func(i int) (*leaf.Seed, string) {
					p := &c.votes.people[held[i].person]
					if held[i].value < 0 {
						return &p.seed, hex.EncodeToString(p.mark[:])
					}
					return &p.seed, t.Values[held[i].value]
				})
				one <- result{b, err}
			}()
		}
	}()
	n := 0
	for one := range made {
		r := <-one
		if r.err != nil {
			return r.err
		}
		if err := keep(tables[n].ID, r.built); err != nil {
			return err
		}
		n++
	}
	return nil
}

// tallies are what the closing's counts are committed to with.
func tallies(c delphi.Closing, id func(table string) string) []byte {
	out := make([]leaf.Tally, len(c.Tables))
	for n, t := range c.Tables {
		out[n] = leaf.Tally{Table: id(t.ID), Values: t.Values, Counts: t.Counts, N: t.N}
	}
	return leaf.Tallies(out)
}

// supersededLines lists the marks of ballots that later ones took the place of.
func (v *votes) supersededLines() []byte {
	lines := make([]string, len(v.superseded))
	for n, m := range v.superseded {
		lines[n] = hex.EncodeToString(m[:]) + "\n"
	}
	slices.Sort(lines)
	var out []byte
	for _, l := range lines {
		out = append(out, l...)
	}
	return out
}
