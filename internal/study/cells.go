package study

import "slices"

// The answers of a cell that are no place among an item's values, which count from 1.
const (
	missing     = 0
	cannotJudge = -1
	blank       = -2 // a cell without an answer
)

// codes is how many values a byte tells apart.
const codes = 120

// cells is one column of answers, by panelist: a byte each, until an item has more
// values than bytes tell apart. It is short where the rest is missing.
type cells struct {
	small []int8
	large []int32
}

func (c cells) at(panelist int) int {
	switch {
	case c.large != nil && panelist < len(c.large):
		return int(c.large[panelist])
	case panelist < len(c.small):
		return int(c.small[panelist])
	}
	return missing
}

func (c *cells) put(panelist, v int) {
	if c.large == nil && v <= codes {
		c.small = grown(c.small, panelist)
		c.small[panelist] = int8(v)
		return
	}
	if c.large == nil {
		c.widen()
	}
	c.large = grown(c.large, panelist)
	c.large[panelist] = int32(v)
}

func grown[T any](list []T, at int) []T {
	if at < len(list) {
		return list
	}
	out := make([]T, max(at+1, 2*len(list)))
	copy(out, list)
	return out
}

// any says whether somebody answered.
func (c cells) any() bool {
	return slices.ContainsFunc(c.small, func(v int8) bool { return v != missing && v != blank }) ||
		slices.ContainsFunc(c.large, func(v int32) bool { return v != missing && v != blank })
}

// column gives the cells of an item in a round, to be written.
func (s *Study) column(round, item int) *cells {
	s.answers = grown(s.answers, round)
	s.answers[round] = grown(s.answers[round], item)
	return &s.answers[round][item]
}

// set stores an answer; false when there is one already.
func (s *Study) set(round, item, panelist, v int) bool {
	c := s.column(round, item)
	if c.at(panelist) != missing {
		return false
	}
	c.put(panelist, v)
	return true
}

// answer reads a cell; missing where it is blank.
func (s *Study) answer(round, item, panelist int) int {
	if item >= len(s.answers[round]) {
		return missing
	}
	if v := s.answers[round][item].at(panelist); v != blank {
		return v
	}
	return missing
}

// become turns codes from 1 into places.
func (c *cells) become(places []int) {
	if c.large == nil && slices.ContainsFunc(places, func(p int) bool { return p > codes }) {
		c.widen()
	}
	for p, v := range c.small {
		if v > 0 {
			c.small[p] = int8(places[v-1])
		}
	}
	for p, v := range c.large {
		if v > 0 {
			c.large[p] = int32(places[v-1])
		}
	}
}

// widen gives a column four bytes for each answer.
func (c *cells) widen() {
	c.large = make([]int32, len(c.small))
	for i, v := range c.small {
		c.large[i] = int32(v)
	}
	c.small = nil
}
