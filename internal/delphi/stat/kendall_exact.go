package stat

import "slices"

// exactRaters is up to how many raters the permutations of n items are walked;
// beyond them χ² is good enough (Friedman 1937 prints about the same).
var exactRaters = map[int]int{2: 25, 3: 15, 4: 8, 5: 4}

// KendallExact is the permutation p of Kendall's W where nobody tied: the part of
// all (n!)^m ways to rank whose S is at least the one seen. Undefined beyond 2, 3,
// 4, 5 items with 25, 15, 8, 4 raters, for a single rater, and when the sums are
// not those of untied rankings.
func KendallExact(sums []float64, raters int) Value {
	n := len(sums)
	if raters < 2 || raters > exactRaters[n] {
		return Undefined
	}
	seen := make([]int, n)
	all := 0
	for i, r := range sums {
		seen[i] = int(r)
		if float64(seen[i]) != r || seen[i] < raters || seen[i] > raters*n {
			return Undefined
		}
		all += seen[i]
	}
	if all != raters*n*(n+1)/2 {
		return Undefined
	}
	perms := permutations(n)
	// S depends on the multiset of sums alone, so states are kept sorted; the first
	// rater may be fixed, since renaming items changes nothing.
	states := map[key]float64{pack(perms[0]): 1}
	for range raters - 1 {
		next := make(map[key]float64, 2*len(states))
		for state, ways := range states {
			for _, p := range perms {
				sum := make([]int, n)
				for i := range sum {
					sum[i] = int(state[i]) + p[i]
				}
				slices.Sort(sum)
				next[pack(sum)] += ways
			}
		}
		states = next
	}
	limit := squares(seen)
	var far, total float64
	for state, ways := range states {
		sum := make([]int, n)
		for i := range sum {
			sum[i] = int(state[i])
		}
		total += ways
		if squares(sum) >= limit {
			far += ways
		}
	}
	return Of(far / total)
}

// squares is Σ R², which orders rankings as S does when m and n are fixed.
func squares(sums []int) int {
	q := 0
	for _, r := range sums {
		q += r * r
	}
	return q
}

// key holds the sums of at most five items; none passes 25 raters × 2, the most
// that exactRaters allows.
type key [5]int8

func pack(sums []int) key {
	var k key
	for i, r := range sums {
		k[i] = int8(r)
	}
	return k
}

// permutations lists the orders of 1..n, the ascending one first.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var out [][]int
	for _, p := range permutations(n - 1) {
		for at := len(p); at >= 0; at-- {
			out = append(out, slices.Insert(slices.Clone(p), at, n))
		}
	}
	return out
}
