package intruder

import "slices"

// Chance is the chance below which hits are no guesses.
const Chance = 1e-4

// Bound is the least number of hits that independent guesses with these odds reach with
// a chance below level.
func Bound(odds []float64, level float64) int {
	dist := []float64{1}
	for _, p := range odds {
		next := make([]float64, len(dist)+1)
		for k, q := range dist {
			next[k] += q * (1 - p)
			next[k+1] += q * p
		}
		dist = next
	}
	tail := 0.0
	for k := len(dist) - 1; k >= 0; k-- {
		if tail += dist[k]; tail >= level {
			return k + 1
		}
	}
	return 0
}

// Expected is how many hits guesses with these odds have on average.
func Expected(odds []float64) float64 {
	sum := 0.0
	for _, p := range odds {
		sum += p
	}
	return sum
}

// Beside joins two orders class by class, the n-th with the n-th (from the end when
// backwards), and gives the links that truth confirms with the odds that a guess within
// the class has for each target. class says what the intruder sees of either, "" leaves it
// out; where one side is longer, the n-th of few lies beside its like of many.
func Beside(people, targets []string, class, truth map[string]string, backwards bool) (hits int, odds []float64) {
	mine, theirs := map[string][]string{}, map[string][]string{}
	for _, p := range people {
		if c := class[p]; c != "" {
			mine[c] = append(mine[c], p)
		}
	}
	for _, t := range targets {
		if c := class[truth[t]]; c != "" {
			theirs[c] = append(theirs[c], t)
		}
	}
	for c, list := range theirs {
		if backwards {
			slices.Reverse(list)
		}
		n := len(mine[c])
		for i, t := range list {
			if n == 0 {
				continue
			}
			odds = append(odds, 1/float64(n))
			if mine[c][i*n/len(list)] == truth[t] {
				hits++
			}
		}
	}
	return hits, odds
}

// Instant is where something stands on a clock: a transaction, a place in a log.
type Instant struct {
	At   int
	Name string
}

// Before gives each target to who came last (back 0), or last but back, before it on the
// same clock. Both are in the order of the clock.
func Before(people, targets []Instant, class, truth map[string]string, back int) (hits int, odds []float64) {
	size := map[string]int{}
	for _, p := range people {
		size[class[p.Name]]++
	}
	for _, t := range targets {
		c := class[truth[t.Name]]
		if c == "" || size[c] == 0 {
			continue
		}
		odds = append(odds, 1/float64(size[c]))
		left := back
		for at := len(people) - 1; at >= 0; at-- {
			if people[at].At > t.At || class[people[at].Name] != c {
				continue
			}
			if left == 0 {
				if people[at].Name == truth[t.Name] {
					hits++
				}
				break
			}
			left--
		}
	}
	return hits, odds
}

// Names gives the names of instants.
func Names(list []Instant) []string {
	out := make([]string, len(list))
	for i, one := range list {
		out[i] = one.Name
	}
	return out
}
