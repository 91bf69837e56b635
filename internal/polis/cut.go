package polis

import (
	"iter"
	"slices"
)

// answers are the standing answers of everybody, three bytes for each pair of a voter and a
// comment: a map for each voter would cost thirty times that.
type answers struct {
	first   []int32  // by voter, and one more: where their part of the lists begins
	comment []uint16 // ascending in each part
	value   []int8   // 0 for a comment on which they have not voted yet
}

// answers makes the lists, without a value.
func (c *Conversation) answers() answers {
	a := answers{first: make([]int32, len(c.Voters)+1), comment: make([]uint16, len(c.Votes))}
	for _, v := range c.Votes {
		a.first[v.Voter+1]++
	}
	for voter := range c.Voters {
		a.first[voter+1] += a.first[voter]
	}
	next := slices.Clone(a.first)
	for _, v := range c.Votes {
		a.comment[next[v.Voter]] = v.Comment
		next[v.Voter]++
	}
	kept, from := int32(0), int32(0)
	for voter := range c.Voters { // each comment once
		part := a.comment[from:a.first[voter+1]]
		slices.Sort(part)
		from = a.first[voter+1]
		a.first[voter] = kept
		kept += int32(copy(a.comment[kept:], slices.Compact(part)))
	}
	a.first[len(c.Voters)], a.comment = kept, a.comment[:kept]
	a.value = make([]int8, kept)
	return a
}

// at is the place of a voter's answer about a comment on which they vote at some time.
func (a answers) at(voter int32, comment uint16) int32 {
	place, _ := slices.BinarySearch(a.comment[a.first[voter]:a.first[voter+1]], comment)
	return a.first[voter] + int32(place)
}

// of gives a voter's standing answers, comment and value, in the order of comments.
func (a answers) of(voter int) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for at := a.first[voter]; at < a.first[voter+1]; at++ {
			if a.value[at] != 0 && !yield(int(a.comment[at]), int(a.value[at])) {
				return
			}
		}
	}
}

// cut is what has changed since the cut before, and how much stands.
type cut struct {
	changed []int // voters who gave an answer since the last cut, each once, ascending
	ballots int   // voters with a standing answer
	answers int   // standing answers
}

// replay goes through the votes in rounds parts: cut r of R follows vote ⌊rN/R⌋.
// The last vote of a voter on a comment counts. standing is the same at each call of
// each, further on.
func (c *Conversation) replay(rounds int, each func(r int, k cut, standing answers) error) error {
	standing, voted := c.answers(), make([]bool, len(c.Voters))
	done, k := 0, cut{}
	for r := 1; r <= rounds; r++ {
		changed := make([]bool, len(c.Voters))
		for end := r * len(c.Votes) / rounds; done < end; done++ {
			v := c.Votes[done]
			if !voted[v.Voter] {
				k.ballots++
			}
			at := standing.at(v.Voter, v.Comment)
			if standing.value[at] == 0 {
				k.answers++
			}
			standing.value[at] = v.Value
			voted[v.Voter], changed[v.Voter] = true, true
		}
		k.changed = nil
		for voter, so := range changed {
			if so {
				k.changed = append(k.changed, voter)
			}
		}
		if err := each(r, k, standing); err != nil {
			return err
		}
	}
	return nil
}
