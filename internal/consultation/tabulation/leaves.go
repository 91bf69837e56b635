package tabulation

import (
	"encoding/hex"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
)

// maxPlaces is how many leaves are placed at once, at 8 bytes each: beyond it the
// votes are walked again, so that memory does not grow with the tables. It holds
// all tables of a hundred thousand people and twenty statements.
const maxPlaces = 9 << 20

// maxUnsorted is how many leaves the builders hold at once, at some 100 bytes each:
// tables of a million people are built two at a time.
const maxUnsorted = 2 << 20

// place is one leaf of a table before it is hashed: whose, and which value.
type place struct{ person, value int32 }

// places are those of one table, as each core found them.
type places [][]place

// leaves builds the leaves of every table of the closing, and hands them over in
// table order, each good until keep returns. The counts of leaves are compared with
// those of the tables: a table that its own leaves contradict is an error, and
// nothing is stored.
func (c counted) leaves(id func(table string) string, keep func(name string, b leaf.Built) error) ([]leaf.Head, error) {
	tables := c.closing.Tables
	whole, err := c.assign(c.closing)
	if err != nil {
		return nil, err
	}
	parts, err := c.parts(whole)
	if err != nil {
		return nil, err
	}
	heads := make([]leaf.Head, 0, len(tables))
	free := builders(tables)
	var slab []place // of each batch after the other
	for from := 0; from < len(tables); {
		to, n := from, 0
		for to < len(tables) && (to == from || n+tables[to].N <= maxPlaces) {
			n += tables[to].N
			to++
		}
		var placed []places
		placed, slab = carve(slab, tables[from:to])
		if err := c.place(placed, whole, parts, from, to); err != nil {
			return nil, err
		}
		err = c.build(free, tables[from:to], placed, id, func(name string, b leaf.Built) error {
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

// part is some items whose answers are read together, and the tables that hold them.
type part struct {
	items  []delphi.Item
	at     []int // their columns
	tables []int
}

// parts splits the round's items, so that each pass over the votes reads the columns of
// its own tables alone.
func (c counted) parts(whole *table.Assignment) ([]part, error) {
	var out []part
	at := make(map[string]int, len(c.votes.names))
	for n, name := range c.votes.names {
		at[name] = n
	}
	for _, items := range table.Parts(c.votes.protocol, c.closing.Counts.Round, c.items) {
		a, err := whole.Part(items...)
		if err != nil {
			return nil, err
		}
		one := part{items: items, tables: a.Tables()}
		for _, i := range items {
			one.at = append(one.at, at[i.ID])
		}
		out = append(out, one)
	}
	return out, nil
}

// carve makes room for the places of tables, for each core its share of each, in the memory
// of slab where it fits. A share is a chance one: a little more than its part of a table
// holds it.
func carve(slab []place, tables []table.Table) ([]places, []place) {
	cores := runtime.GOMAXPROCS(0)
	room := func(t table.Table) int { return t.N/cores + t.N/cores/16 + 16 }
	size := 0
	for _, t := range tables {
		size += cores * room(t)
	}
	slab = slices.Grow(slab[:0], size)[:size]
	placed, at := make([]places, len(tables)), 0
	for n, t := range tables {
		placed[n] = make(places, cores)
		for core := range cores {
			placed[n][core] = slab[at : at : at+room(t)]
			at += room(t)
		}
	}
	return placed, slab
}

// place walks the votes for the tables from..to, each core its share of them.
func (c counted) place(placed []places, whole *table.Assignment, parts []part, from, to int) error {
	cores, people := runtime.GOMAXPROCS(0), len(c.votes.people)
	var walks errgroup.Group
	for core := range cores {
		walks.Go(func() error {
			first, end := people*core/cores, people*(core+1)/cores
			for _, p := range parts {
				if !slices.ContainsFunc(p.tables, func(t int) bool { return t >= from && t < to }) {
					continue
				}
				err := c.walk(whole, p, first, end, func(person, table, value int) {
					if table >= from && table < to {
						to := &placed[table-from][core]
						*to = append(*to, place{int32(person), int32(value)})
					}
				})
				if err != nil {
					return err
				}
			}
			for n := range placed {
				if c.closing.Tables[from+n].ID != table.MarksID {
					continue
				}
				for person := first; person < end; person++ {
					placed[n][core] = append(placed[n][core], place{int32(person), -1})
				}
			}
			return nil
		})
	}
	if err := walks.Wait(); err != nil {
		return err
	}
	for n, held := range placed {
		if err := agrees(c.closing.Tables[from+n], held); err != nil {
			return err
		}
	}
	return nil
}

// walk visits the tables that hold the answers of the people first..end to the items of
// a part.
func (c counted) walk(whole *table.Assignment, p part, first, end int, visit func(person, table, value int)) error {
	a, err := whole.Part(p.items...)
	if err != nil {
		return err
	}
	var now, before delphi.Ballot
	for person := first; person < end; person++ {
		c.votes.ballot(&now, person, p.at)
		err := a.Each(&now, c.votes.previous(&before, person, p.at), func(table, value int) { visit(person, table, value) })
		if err != nil {
			return err
		}
	}
	return nil
}

// agrees tells whether a table's leaves say what its counts say.
func agrees(t table.Table, held places) error {
	counts, n := make([]int, len(t.Counts)), 0
	for _, part := range held {
		n += len(part)
		for _, p := range part {
			if p.value >= 0 && int(p.value) < len(counts) {
				counts[p.value]++
			}
		}
	}
	if n != t.N || !slices.Equal(counts, t.Counts) {
		return fmt.Errorf("table %s counts %d, its leaves are %d of other values", t.ID, t.N, n)
	}
	return nil
}

// builders makes those that build tables: one more than there are cores, since one is kept
// while the others build, and fewer for large tables.
func builders(tables []table.Table) chan *leaf.Builder {
	largest := 1
	for _, t := range tables {
		largest = max(largest, t.N)
	}
	n := min(runtime.GOMAXPROCS(0)+1, max(2, maxUnsorted/largest))
	free := make(chan *leaf.Builder, n)
	for range n {
		free <- new(leaf.Builder)
	}
	return free
}

// build hashes and sorts the tables' leaves on all cores, and hands each table
// over in order; as many tables as there are builders are in memory at a time.
func (c counted) build(free chan *leaf.Builder, tables []table.Table, placed []places, id func(table string) string, keep func(name string, b leaf.Built) error) error {
	type result struct {
		by    *leaf.Builder
		built leaf.Built
		err   error
	}
	made, done := make(chan chan result, len(tables)), make(chan struct{})
	defer close(done)
	go func() {
		defer close(made)
		for n, t := range tables {
			var by *leaf.Builder
			select {
			case by = <-free:
			case <-done:
				return
			}
			one := make(chan result, 1)
			made <- one
			go func() {
				b, err := by.Build(id(t.ID), t.N, &source{votes: c.votes, values: t.Values, held: placed[n]})
				one <- result{by, b, err}
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
		free <- r.by
		n++
	}
	return nil
}

// source gives the seeds and values of a table's places; of the table of marks a value is
// the person whose mark it is.
type source struct {
	votes    *votes
	values   []string
	held     places
	part, at int
}

// At gives the next place.
func (s *source) At(int) (*leaf.Seed, int32) {
	for s.at == len(s.held[s.part]) {
		s.part, s.at = s.part+1, 0
	}
	one := s.held[s.part][s.at]
	s.at++
	value := one.value
	if value < 0 {
		value = ^one.person
	}
	return &s.votes.people[one.person].seed, value
}

// Value is the text of a value, or a person's mark.
func (s *source) Value(number int32) string {
	if number < 0 {
		return hex.EncodeToString(s.votes.people[^number].mark[:])
	}
	return s.values[number]
}

// tallies are what the closing's counts are committed to with.
func tallies(c table.Closing, id func(table string) string) []byte {
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
