package stat

// N is the number of answers in a histogram: Σ h[i].
func N(h []int) int {
	n := 0
	for _, c := range h {
		n += c
	}
	return n
}

// Total is N where a measure can be had from h at all: false when a count is
// negative or nobody answered.
func Total(h []int) (int, bool) {
	n := 0
	for _, c := range h {
		if c < 0 {
			return 0, false
		}
		n += c
	}
	return n, n > 0
}

// AtLeast tells whether count is permille ‰ of n or more, in integers:
// 1000·count ≥ permille·n. Nothing is at least a share of nobody.
func AtLeast(count, n, permille int) bool { return n > 0 && 1000*count >= permille*n }

// Above tells whether count is more than permille ‰ of n, in integers.
func Above(count, n, permille int) bool { return n > 0 && 1000*count > permille*n }

// Below tells whether count is less than permille ‰ of n, in integers.
func Below(count, n, permille int) bool { return n > 0 && 1000*count < permille*n }

// Window counts the answers at scale points from..to, both included (1-based);
// points outside the scale hold nobody.
func Window(h []int, from, to int) int {
	c := 0
	for i := max(from, 1); i <= min(to, len(h)); i++ {
		c += h[i-1]
	}
	return c
}

// Share is count/n. Undefined when n ≤ 0.
func Share(count, n int) Value {
	if n <= 0 {
		return Undefined
	}
	return Of(float64(count) / float64(n))
}

// Quantile is the permille-th quantile of a histogram by Hyndman–Fan type kind;
// see Dist.Quantile.
func Quantile(h []int, permille int, kind int) Value { return Points(h).Quantile(permille, kind) }

// Median is the quantile at 500 ‰. Types 2, 6, 7 and 8 agree on it.
func Median(h []int, kind int) Value { return Quantile(h, 500, kind) }

// IQR is Q3 − Q1 by quantile type kind. Undefined without answers.
func IQR(h []int, kind int) Value { return Points(h).IQR(kind) }

// Mode lists the scale points (1-based, ascending) that most people chose; empty
// without answers. It is a list because a tie is information, not an accident.
func Mode(h []int) []int {
	n, ok := Total(h)
	if !ok || n == 0 {
		return nil
	}
	most := 0
	for _, c := range h {
		most = max(most, c)
	}
	var points []int
	for i, c := range h {
		if c == most {
			points = append(points, i+1)
		}
	}
	return points
}

// Bounds are the two histograms of the attrition bounds: every one of the
// leavers' missing answers put into the lowest cell, then into the highest
// (worst-case bounds after Manski 1990; docs/METHOD.md §6). h is over classes or
// points and is not changed; both are nil when h is empty or leavers negative.
func Bounds(h []int, leavers int) (low, high []int) {
	if len(h) == 0 || leavers < 0 {
		return nil, nil
	}
	low = append([]int(nil), h...)
	high = append([]int(nil), h...)
	low[0] += leavers
	high[len(high)-1] += leavers
	return low, high
}
