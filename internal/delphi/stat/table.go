package stat

import (
	"cmp"
	"math"
	"slices"
)

// A table is [][]int, rows by columns, every row equally wide, no count negative.
// A square one holds pairs of answers of the same people: row = earlier answer,
// column = later answer, over the same categories.

// Sums gives row sums, column sums and n; false when the rows differ in width
// or a count is negative.
func Sums(t [][]int) (rows, cols []int, n int, ok bool) {
	if len(t) == 0 {
		return nil, nil, 0, false
	}
	rows, cols = make([]int, len(t)), make([]int, len(t[0]))
	for i, row := range t {
		if len(row) != len(cols) {
			return nil, nil, 0, false
		}
		for j, c := range row {
			if c < 0 {
				return nil, nil, 0, false
			}
			rows[i] += c
			cols[j] += c
			n += c
		}
	}
	return rows, cols, n, true
}

// Square is margins of a table with as many rows as columns and anyone in it.
func Square(t [][]int) (rows, cols []int, n int, ok bool) {
	rows, cols, n, ok = Sums(t)
	return rows, cols, n, ok && len(rows) == len(cols) && n > 0
}

// Margins gives the histograms of the earlier and the later answers of a table;
// both nil when it is ragged or has a negative count.
func Margins(t [][]int) (before, after []int) {
	before, after, _, ok := Sums(t)
	if !ok {
		return nil, nil
	}
	return before, after
}

// Cross counts pairs of answers into a table over the categories given, in their
// order. A pair with an answer that is no category (a missing one) is left out;
// slices of unequal length give nil.
func Cross[T comparable](before, after, categories []T) [][]int {
	if len(before) != len(after) {
		return nil
	}
	at := make(map[T]int, len(categories))
	for i, c := range categories {
		at[c] = i
	}
	t := make([][]int, len(categories))
	for i := range t {
		t[i] = make([]int, len(categories))
	}
	for p := range before {
		i, in := at[before[p]]
		j, on := at[after[p]]
		if in && on {
			t[i][j]++
		}
	}
	return t
}

// Seen lists the values that occur in any of the samples, ascending: the observed
// categories. NaN is no value.
func Seen[T cmp.Ordered](samples ...[]T) []T {
	var all []T
	for _, s := range samples {
		for _, x := range s {
			if x == x {
				all = append(all, x)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Observed drops the categories of a square table that nobody used in either
// round. A table that is not square comes back as it is.
func Observed(t [][]int) [][]int {
	rows, cols, _, ok := Square(t)
	if !ok {
		return t
	}
	return keep(t, func(i int) bool { return rows[i]+cols[i] > 0 })
}

// keep gives the square part of t over the categories that pass.
func keep(t [][]int, pass func(i int) bool) [][]int {
	var out [][]int
	for i := range t {
		if !pass(i) {
			continue
		}
		row := make([]int, 0, len(t))
		for j := range t {
			if pass(j) {
				row = append(row, t[i][j])
			}
		}
		out = append(out, row)
	}
	return out
}

// Same is the number of people on the diagonal: those who kept their category.
func Same(t [][]int) int {
	n := 0
	for i, row := range t {
		if i < len(row) {
			n += row[i]
		}
	}
	return n
}

// Test is the outcome of a χ² test.
type Test struct {
	Chi2 Value
	DF   int   // degrees of freedom; 0 when there is no test
	P    Value // upper tail
}

// test makes a Test of a statistic with its degrees of freedom.
func test(chi2 float64, df int) Test {
	return Test{Chi2: Of(chi2), DF: df, P: Upper(chi2, df)}
}

// Association is a χ² test of a table with its effect sizes.
type Association struct {
	Test
	N           int
	V           Value // Cramér's V = √(χ²/(n·(min(rows, columns)−1)))
	Contingency Value // Pearson's C = √(χ²/(n+χ²))
	Small       int   // cells whose expected count is below 5: then say so, and see MonteCarlo
}

// ChiSquare is Pearson's χ² = Σ(O−E)²/E of rows × columns, (r−1)(c−1) df, without
// Yates's correction, empty rows and columns dropped. Undefined when fewer than
// two rows or columns are left.
//
// On the 2×k table round × category it is the group stability of Dajani: *not*
// significant means stable (Dajani, Sincoff & Talley, Technological Forecasting &
// Social Change 1979;13:83–90). On the k×k table of earlier × later answers it is
// individual stability: *significant* means that individuals are stable (Chaffin
// & Talley, same journal 1980;16:67–73). V: Cramér 1946, §21.9. C: Pearson 1904.
func ChiSquare(t [][]int) Association {
	t = Crowded(t)
	rows, cols, n, ok := Sums(t)
	a := Association{N: n}
	if !ok || len(rows) < 2 || len(cols) < 2 {
		return a
	}
	chi2 := 0.0
	for i, row := range t {
		for j, c := range row {
			product := rows[i] * cols[j]
			e := float64(product) / float64(n)
			d := float64(c) - e
			chi2 += d * d / e
			if product < 5*n {
				a.Small++
			}
		}
	}
	a.Test = test(chi2, (len(rows)-1)*(len(cols)-1))
	a.V = Of(math.Sqrt(chi2 / float64(n) / float64(min(len(rows), len(cols))-1)))
	a.Contingency = Of(math.Sqrt(chi2 / (float64(n) + chi2)))
	return a
}

// Crowded drops the rows and columns of t that nobody is in; nil when t is no table.
func Crowded(t [][]int) [][]int {
	rows, cols, _, ok := Sums(t)
	if !ok {
		return nil
	}
	var out [][]int
	for i, row := range t {
		if rows[i] == 0 {
			continue
		}
		var kept []int
		for j, c := range row {
			if cols[j] > 0 {
				kept = append(kept, c)
			}
		}
		out = append(out, kept)
	}
	return out
}

// Homogeneity is ChiSquare of the table round × category, each round over its own
// respondents: Dajani's test of group stability. Undefined as well when the two
// scales differ in length.
func Homogeneity(before, after []int) Association { return ChiSquare([][]int{before, after}) }

// Lambda is Goodman and Kruskal's λ of the later answer from the earlier one: by
// what share the errors in guessing someone's later category fall once the earlier
// one is known, (Σ_i max_j n_ij − max_j n_.j)/(n − max_j n_.j). Undefined when the
// later round is unanimous, and without pairs. Transpose for the other direction.
// Source: Goodman & Kruskal, JASA 1954;49:732–764.
func Lambda(t [][]int) Value {
	_, cols, n, ok := Sums(t)
	if !ok || n == 0 {
		return Undefined
	}
	best := 0
	for _, row := range t {
		best += slices.Max(row)
	}
	most := slices.Max(cols)
	return Of(float64(best - most)).Over(count(n - most))
}

// Transpose swaps rows and columns; nil when the rows differ in width.
func Transpose(t [][]int) [][]int {
	_, cols, _, ok := Sums(t)
	if !ok {
		return nil
	}
	out := make([][]int, len(cols))
	for j := range out {
		out[j] = make([]int, len(t))
		for i := range t {
			out[j][i] = t[i][j]
		}
	}
	return out
}

// Lone tells whether all answers of a margin stand in one cell.
func Lone(h []int) bool {
	filled := 0
	for _, c := range h {
		if c > 0 {
			filled++
		}
	}
	return filled == 1
}
