package stat

// Conformity is the baseline of the table M: rows, where people stood against the
// median that they were shown (below, at, above); columns, what they did (moved
// down, stayed, moved up); cells, the share of all pairs expected if later answers
// were independent of earlier ones. Regression to the mean alone fills the corners
// of M, so only what exceeds this baseline speaks of conformity (docs/METHOD.md §6).
//
// All Undefined when a round is empty, the scales differ in length, or the median
// is Undefined.
func Conformity(before, after []int, median Value) [3][3]Value {
	var out [3][3]Value
	n1, ok1 := Total(before)
	n2, ok2 := Total(after)
	m, shown := median.Float()
	if !ok1 || !ok2 || !shown || len(before) != len(after) {
		return out
	}
	var ways [3][3]float64
	for i, a := range before {
		row := side(float64(i+1), m)
		for j, b := range after {
			ways[row][side(float64(j), float64(i))] += float64(a) * float64(b)
		}
	}
	for i := range out {
		for j := range out[i] {
			out[i][j] = Of(ways[i][j] / float64(n1) / float64(n2))
		}
	}
	return out
}

// side is 0, 1, 2 for x below, at, above y.
func side(x, y float64) int {
	switch {
	case x < y:
		return 0
	case x > y:
		return 2
	}
	return 1
}
