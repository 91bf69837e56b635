package stat

import "slices"

// Holm corrects p values of many items for what is reported, step-down: the i-th
// smallest of m times (m−i+1), made monotone, at most 1. An Undefined p stays
// Undefined and does not count. The stability gate takes no correction: stability
// is the null hypothesis, and a correction would make it easier.
// Source: Holm, Scandinavian Journal of Statistics 1979;6:65–70.
func Holm(p []Value) []Value {
	order := ascending(p)
	out := make([]Value, len(p))
	most := 0.0
	for i, at := range order {
		most = max(most, min(1, float64(len(order)-i)*p[at].Or(1)))
		out[at] = Of(most)
	}
	return out
}

// BenjaminiHochberg controls the false discovery rate, step-up: the i-th smallest
// of m times m/i, made monotone from above, at most 1. Undefined as Holm.
// Source: Benjamini & Hochberg, JRSS B 1995;57:289–300.
func BenjaminiHochberg(p []Value) []Value {
	order := ascending(p)
	out := make([]Value, len(p))
	least := 1.0
	for i := len(order) - 1; i >= 0; i-- {
		at := order[i]
		least = min(least, float64(len(order))/float64(i+1)*p[at].Or(1))
		out[at] = Of(least)
	}
	return out
}

// ascending gives the places of the defined p values, smallest first.
func ascending(p []Value) []int {
	var order []int
	for i, v := range p {
		if v.Defined() {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := p[a].Or(1), p[b].Or(1); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return order
}
