package chart

import "fmt"

// Shares gives the percentage of each count by the largest remainder, so that
// they sum to 100 exactly; equal remainders go to the earlier count. No counts,
// or only zeros, give zeros.
//
// The method is Hamilton's: everyone gets the whole part, and the points left
// over go where most was cut off.
func Shares(counts []int) []int {
	shares := make([]int, len(counts))
	total := 0
	for _, c := range counts {
		total += c
	}
	if total == 0 {
		return shares
	}
	left := 100
	for i, c := range counts {
		shares[i] = 100 * c / total
		left -= shares[i]
	}
	given := make([]bool, len(counts))
	for ; left > 0; left-- {
		best := -1
		for i, c := range counts {
			// A zero count never receives a point: nobody answered there.
			if given[i] || c == 0 {
				continue
			}
			if best < 0 || 100*c%total > 100*counts[best]%total {
				best = i
			}
		}
		if best < 0 {
			break
		}
		given[best] = true
		shares[best]++
	}
	return shares
}

// Share is the percentage of n among of, as Shares rounds the two parts of a whole:
// of nothing it is 0.
func Share(n, of int) int { return Shares([]int{n, of - n})[0] }

// label writes a share inside a picture; the space does not break.
func label(share int) string { return fmt.Sprintf("%d\u00a0%%", share) }

// Sum adds the counts from point from to point to, both counted from 1.
func Sum(counts []int, from, to int) int {
	n := 0
	for v := from; v <= to && v <= len(counts); v++ {
		if v >= 1 {
			n += counts[v-1]
		}
	}
	return n
}

// Total adds all counts.
func Total(counts []int) int { return Sum(counts, 1, len(counts)) }
