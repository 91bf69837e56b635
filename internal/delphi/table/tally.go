package table

import (
	"fmt"
	"slices"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
)

// Tally is a table in the making: the counts of one round's ballots so far.
// Tallies merge, and adding, revising (Remove the old, Add the new) and
// withdrawing in any order gives the same one. It is not for concurrent use.
type Tally struct {
	reading
	answered []int    // ballots by group
	counts   []counts // by subject
}

// counts are those of one subject.
type counts struct {
	whole      []int   // by value
	groups     [][]int // by group and value; rankings: one cell
	low, high  []int   // estimates with triple
	cannot     int
	incomplete int
	positions  [][]int // ranking: by member and doubled position − 2
	ties       map[int]int
	voice
}

// NewTally makes an empty tally of what a round asks about its items. The error
// says what the caller mixed up; a fault, that a list is too long to be ranked.
func NewTally(p protocol.Protocol, round int, items []delphi.Item) (*Tally, error) {
	l, err := newPlan(p, round, items)
	if err != nil {
		return nil, err
	}
	return newTally(l), nil
}

func newTally(l *plan) *Tally {
	t := &Tally{
		reading: newReading(l), answered: make([]int, len(l.p.Panel.Groups)), counts: make([]counts, len(l.subjects)),
	}
	for i, s := range l.subjects {
		c := &t.counts[i]
		c.whole = make([]int, s.size())
		c.groups = make([][]int, len(t.answered))
		for g := range c.groups {
			c.groups[g] = make([]int, max(1, s.size()))
		}
		if s.kind.Triple {
			c.low, c.high = make([]int, s.size()), make([]int, s.size())
		}
		if s.form == delphi.RankingForm {
			c.ties = map[int]int{}
			c.positions = make([][]int, len(s.list))
			for m := range c.positions {
				c.positions[m] = make([]int, 2*len(s.list)-1)
			}
		}
	}
	return t
}

// Add counts one ballot. A ballot that does not fit what the round asks is
// refused whole, with an error that names the item and never the value. It
// costs the size of the ballot and allocates nothing but a new reason's entry.
func (t *Tally) Add(b delphi.Ballot) error { return t.count(b, 1) }

// Remove takes back a ballot that was added.
func (t *Tally) Remove(b delphi.Ballot) error { return t.count(b, -1) }

func (t *Tally) count(b delphi.Ballot, by int) error {
	g, ok := t.plan.groups[b.Group]
	if !ok {
		return fmt.Errorf("delphi: a ballot is of an unknown group %q", b.Group)
	}
	if err := t.read(b); err != nil {
		return err
	}
	t.answered[g] += by
	for i, at := range t.place {
		c := &t.counts[i]
		switch at {
		case noAnswer:
		case cannot:
			c.cannot += by
		case incomplete:
			c.incomplete += by
		case complete:
			c.groups[g][0] += by
			if c.ties != nil {
				t.rank(c, by)
			}
		default:
			c.whole[at] += by
			c.groups[g][at] += by
		}
	}
	for i := range b.Answers {
		a := &b.Answers[i]
		if low, high, at, ok := t.around(a); ok {
			t.counts[at].low[low] += by
			t.counts[at].high[high] += by
		}
		if a.Confidence > 0 || a.Reason != "" {
			t.voice(a, by)
		}
	}
	return nil
}

// rank counts the ranking in hand.
func (t *Tally) rank(c *counts, by int) {
	ties := 0
	for m := range t.ranks {
		at, tied := t.position(m)
		c.positions[m][at] += by
		ties += tied
	}
	if c.ties[ties] += by; c.ties[ties] == 0 {
		delete(c.ties, ties) // as if nobody had ever ranked so
	}
}

// Merge adds another tally of the same round and items.
func (t *Tally) Merge(o *Tally) error {
	if len(t.counts) != len(o.counts) || len(t.answered) != len(o.answered) {
		return fmt.Errorf("delphi: tallies of different rounds do not merge")
	}
	for i, s := range t.plan.subjects {
		if q := o.plan.subjects[i]; s.id != q.id || s.form != q.form || !slices.Equal(s.list, q.list) {
			return fmt.Errorf("delphi: tallies of %q and %q do not merge", s.id, q.id)
		}
	}
	plus(t.answered, o.answered)
	for i := range t.counts {
		c, d := &t.counts[i], &o.counts[i]
		plus(c.whole, d.whole)
		plus(c.low, d.low)
		plus(c.high, d.high)
		for g := range c.groups {
			plus(c.groups[g], d.groups[g])
		}
		for m := range c.positions {
			plus(c.positions[m], d.positions[m])
		}
		for v, n := range d.ties {
			c.ties[v] += n
		}
		c.cannot += d.cannot
		c.incomplete += d.incomplete
		c.voice.merge(&d.voice)
	}
	return nil
}

func plus(into, from []int) {
	for i, n := range from {
		into[i] += n
	}
}

// Histogram gives a copy of the counts of a subject by value; nil when it has
// none (a ranking, or nothing of that name).
func (t *Tally) Histogram(subject string) []int {
	for i, s := range t.plan.subjects {
		if s.id == subject && s.form != delphi.RankingForm {
			return slices.Clone(t.counts[i].whole)
		}
	}
	return nil
}

// Answered is the number of ballots.
func (t *Tally) Answered() int { return sum(t.answered) }

// valid is how many gave a valid answer, and how many in each group.
func (c counts) valid() (int, []int) {
	by := make([]int, len(c.groups))
	for g, h := range c.groups {
		by[g] = sum(h)
	}
	return sum(by), by
}

func sum(list []int) int {
	total := 0
	for _, n := range list {
		total += n
	}
	return total
}
