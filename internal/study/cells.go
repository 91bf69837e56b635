package study

import "slices"

// The answers of a cell that are no place among an item's values, which count from 1.
const (
	Missing     = 0
	CannotJudge = -1
	Blank       = -2 // a cell without an answer
)

// codes is how many values a byte tells apart.
const codes = 120

// Cells is one column of answers, by panelist: a byte each, until an item has more
// values than bytes tell apart. It is short where the rest is missing.
type Cells struct {
	Small []int8
	Large []int32
}

func (c Cells) At(panelist int) int {
	switch {
	case c.Large != nil && panelist < len(c.Large):
		return int(c.Large[panelist])
	case panelist < len(c.Small):
		return int(c.Small[panelist])
	}
	return Missing
}

func (c *Cells) Put(panelist, v int) {
	if c.Large == nil && v <= codes {
		c.Small = Grown(c.Small, panelist)
		c.Small[panelist] = int8(v)
		return
	}
	if c.Large == nil {
		c.widen()
	}
	c.Large = Grown(c.Large, panelist)
	c.Large[panelist] = int32(v)
}

func Grown[T any](list []T, at int) []T {
	if at < len(list) {
		return list
	}
	out := make([]T, max(at+1, 2*len(list)))
	copy(out, list)
	return out
}

// any says whether somebody answered.
func (c Cells) any() bool {
	return slices.ContainsFunc(c.Small, func(v int8) bool { return v != Missing && v != Blank }) ||
		slices.ContainsFunc(c.Large, func(v int32) bool { return v != Missing && v != Blank })
}

// Column gives the cells of an item in a round, to be written.
func (s *Study) Column(round, item int) *Cells {
	s.Answers = Grown(s.Answers, round)
	s.Answers[round] = Grown(s.Answers[round], item)
	return &s.Answers[round][item]
}

// Set stores an answer; false when there is one already.
func (s *Study) Set(round, item, panelist, v int) bool {
	c := s.Column(round, item)
	if c.At(panelist) != Missing {
		return false
	}
	c.Put(panelist, v)
	return true
}

// Answer reads a cell; missing where it is blank.
func (s *Study) Answer(round, item, panelist int) int {
	if item >= len(s.Answers[round]) {
		return Missing
	}
	if v := s.Answers[round][item].At(panelist); v != Blank {
		return v
	}
	return Missing
}

// Become turns codes from 1 into places.
func (c *Cells) Become(places []int) {
	if c.Large == nil && slices.ContainsFunc(places, func(p int) bool { return p > codes }) {
		c.widen()
	}
	for p, v := range c.Small {
		if v > 0 {
			c.Small[p] = int8(places[v-1])
		}
	}
	for p, v := range c.Large {
		if v > 0 {
			c.Large[p] = int32(places[v-1])
		}
	}
}

// widen gives a column four bytes for each answer.
func (c *Cells) widen() {
	c.Large = make([]int32, len(c.Small))
	for i, v := range c.Small {
		c.Large[i] = int32(v)
	}
	c.Small = nil
}
