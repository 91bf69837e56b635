package polis

import (
	"maps"
	"slices"
)

// answers are the standing answers of each voter: by voter, comment → value.
type answers []map[int]int

// cut is what has changed since the cut before, and how much stands.
type cut struct {
	changed []int // voters who gave an answer since the last cut, each once, ascending
	ballots int   // voters with a standing answer
	answers int   // standing answers
}

// replay goes through the votes in rounds parts: cut r of R follows vote ⌊rN/R⌋.
// The last vote of a voter on a comment counts. standing is the same slice at each
// call of each, further on.
func (c *Conversation) replay(rounds int, each func(r int, k cut, standing answers) error) error {
	standing := make(answers, len(c.Voters))
	done, k := 0, cut{}
	for r := 1; r <= rounds; r++ {
		changed := map[int]bool{}
		for end := r * len(c.Votes) / rounds; done < end; done++ {
			v := c.Votes[done]
			voter, comment := int(v.Voter), int(v.Comment)
			if standing[voter] == nil {
				standing[voter] = map[int]int{}
				k.ballots++
			}
			if _, again := standing[voter][comment]; !again {
				k.answers++
			}
			standing[voter][comment] = int(v.Value)
			changed[voter] = true
		}
		k.changed = slices.Sorted(maps.Keys(changed))
		if err := each(r, k, standing); err != nil {
			return err
		}
	}
	return nil
}
