package delphi

import (
	"fmt"
	"slices"
)

// Tally is a table in the making: the counts of one round's ballots so far.
// Tallies merge, and adding, revising (Remove the old, Add the new) and
// withdrawing in any order gives the same one. It is not for concurrent use.
type Tally struct {
	plan     *plan
	answered []int    // ballots by group
	counts   []counts // by subject
	place    []int    // of the ballot in hand, by subject: see the constants below
	ranks    []int    // of the ballot in hand, by member of the ranked list
	seen     []int    // by running number of the item: the ballot that answered it last
	ballot   int      // number of the ballot in hand
	lenient  bool     // ballots of an earlier round name items that are gone: pass over them
}

// What a ballot says about a subject when it is no place among its values.
const (
	noAnswer   = -1
	cannot     = -2
	incomplete = -3
	complete   = -4 // a complete ranking: the ranks tell
)

// counts are those of one subject.
type counts struct {
	whole      []int   // by value
	groups     [][]int // by group and value; rankings: one cell
	low, high  []int   // estimates with triple
	cannot     int
	incomplete int
	positions  [][]int // ranking: by member and doubled position − 2
	ties       map[int]int
}

// NewTally makes an empty tally of what a round asks about its items. The error
// says what the caller mixed up; a fault, that a list is too long to be ranked.
func NewTally(p Protocol, round int, items []Item) (*Tally, error) {
	l, err := newPlan(p, round, items)
	if err != nil {
		return nil, err
	}
	return newTally(l), nil
}

func newTally(l *plan) *Tally {
	t := &Tally{
		plan: l, answered: make([]int, len(l.p.Panel.Groups)), counts: make([]counts, len(l.subjects)),
		place: make([]int, len(l.subjects)), seen: make([]int, len(l.item)),
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
		if s.form == RankingForm {
			t.ranks = make([]int, len(s.list))
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
// costs the size of the ballot and allocates nothing.
func (t *Tally) Add(b Ballot) error { return t.count(b, 1) }

// Remove takes back a ballot that was added.
func (t *Tally) Remove(b Ballot) error { return t.count(b, -1) }

func (t *Tally) count(b Ballot, by int) error {
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
			t.rank(c, by)
		default:
			c.whole[at] += by
			c.groups[g][at] += by
		}
	}
	if t.triples() {
		for _, a := range b.Answers {
			t.around(a, by)
		}
	}
	return nil
}

func (t *Tally) triples() bool {
	return slices.ContainsFunc(t.counts, func(c counts) bool { return c.low != nil })
}

// around counts the low and high of an estimate whose likely value was counted.
func (t *Tally) around(a Answer, by int) {
	at, known := t.plan.item[a.Item]
	if !known || at.subject < 0 || a.CannotJudge {
		return
	}
	c, s := &t.counts[at.subject], t.plan.subjects[at.subject]
	if c.low == nil {
		return
	}
	if a.Never {
		c.low[s.size()-1] += by
		c.high[s.size()-1] += by
		return
	}
	low, _ := s.kind.step(a.Low)
	high, _ := s.kind.step(a.High)
	c.low[low] += by
	c.high[high] += by
}

// rank counts the ranking in hand: doubled average positions and its tie sum.
func (t *Tally) rank(c *counts, by int) {
	ties := 0
	for m, r := range t.ranks {
		below, same := 0, 0
		for _, o := range t.ranks {
			if o < r {
				below++
			} else if o == r {
				same++
			}
		}
		// The mean of positions below+1 .. below+same, doubled, from 2 on.
		c.positions[m][2*below+same-1] += by
		ties += same*same - 1 // Σ over the same tied ones is same³ − same
	}
	if c.ties[ties] += by; c.ties[ties] == 0 {
		delete(c.ties, ties) // as if nobody had ever ranked so
	}
}

// read checks a ballot and puts where its answers lie into place and ranks.
func (t *Tally) read(b Ballot) error {
	t.ballot++
	for i := range t.place {
		t.place[i] = noAnswer
	}
	for i := range t.ranks {
		t.ranks[i] = 0
	}
	ranked, selected := 0, 0
	for i := range b.Answers {
		a := &b.Answers[i]
		at, known := t.plan.item[a.Item]
		switch {
		case !known && t.lenient:
			continue
		case !known:
			return fmt.Errorf("delphi: a ballot answers item %q, which is not asked", a.Item)
		case t.seen[at.nth] == t.ballot:
			return fmt.Errorf("delphi: a ballot answers item %q twice", a.Item)
		case at.subject < 0:
			continue // words are not counted
		}
		t.seen[at.nth] = t.ballot
		s := &t.plan.subjects[at.subject]
		if a.CannotJudge && !s.kind.CannotJudge {
			return fmt.Errorf("delphi: item %q must be judged", a.Item)
		}
		ok := true
		switch {
		case s.form == CriteriaForm:
			ok = t.criteria(a, at.subject, s.kind)
		case a.CannotJudge:
			ok = t.place[at.subject] == noAnswer // a choice has one answer for its list
			t.place[at.subject] = cannot
		case s.form == ScaleForm:
			ok = a.Value >= 1 && a.Value <= s.kind.Points
			t.place[at.subject] = a.Value - 1
		case s.form == EstimateForm || s.form == DateForm:
			t.place[at.subject], ok = s.estimate(a)
		case s.form == ChoiceForm:
			ok = a.Value == 1 && t.place[at.subject] == noAnswer
			t.place[at.subject] = at.member
		case s.form == SelectionForm:
			ok = a.Value == 0 || a.Value == 1
			t.place[at.subject] = a.Value
			selected += a.Value
		case s.form == RankingForm:
			t.ranks[at.member] = a.Value
			ranked++
			t.place[at.subject] = incomplete
			if ranked == len(s.list) {
				t.place[at.subject] = complete
			}
		}
		if !ok {
			return fmt.Errorf("delphi: the answer to item %q is not one that its kind %q asks for", a.Item, s.kind.ID)
		}
	}
	return t.selections(selected)
}

// selections fills in "no" for what a selector passed over, and checks k.
func (t *Tally) selections(selected int) error {
	if len(t.plan.kinds) == 0 {
		return nil
	}
	for _, k := range t.plan.kinds {
		began, yes := false, 0
		for i, s := range t.plan.subjects {
			if s.kind.ID == k.ID {
				began = began || t.place[i] >= 0
				if t.place[i] == 1 {
					yes++
				}
			}
		}
		if yes > k.K {
			return fmt.Errorf("delphi: a ballot selects %d of %q, at most %d may be", yes, k.ID, k.K)
		}
		for i, s := range t.plan.subjects {
			if began && s.kind.ID == k.ID && t.place[i] == noAnswer {
				t.place[i] = 0
			}
		}
	}
	return nil
}

func (t *Tally) criteria(a *Answer, first int, k ItemKind) bool {
	if a.CannotJudge {
		for i := range k.Criteria {
			t.place[first+i] = cannot
		}
		return true
	}
	if len(a.Criteria) != len(k.Criteria) {
		return false
	}
	for i, v := range a.Criteria {
		switch {
		case v == 0 && k.CannotJudge:
			t.place[first+i] = cannot
		case v >= 1 && v <= k.Points:
			t.place[first+i] = v - 1
		default:
			return false
		}
	}
	return true
}

// estimate gives the place of a value on the grid; false off the grid or when
// low, likely and high do not rise.
func (s *subject) estimate(a *Answer) (int, bool) {
	if a.Never {
		return s.size() - 1, s.kind.Never
	}
	at, ok := s.kind.step(a.Value)
	if ok && s.kind.Triple {
		ok = a.Low >= s.kind.Min && a.Low <= a.Value && a.Value <= a.High && a.High <= s.kind.Max
	}
	return at, ok
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
		if s.id == subject && s.form != RankingForm {
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
