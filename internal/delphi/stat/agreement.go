package stat

import "slices"

// Agreement is van der Eijk's A, from −1 (two camps at the ends) over 0 (uniform)
// to 1 (everyone at one point). The histogram is peeled into layers, each as high
// as its smallest non-zero cell, and A is the mean of the layers' agreement
// weighted by the answers in each. Undefined for k < 3 and without answers.
// Source: van der Eijk, Quality & Quantity 2001;35:325–341.
func Agreement(h []int) Value {
	w := make([]float64, len(h))
	for i, c := range h {
		w[i] = float64(c)
	}
	return AgreementShares(w)
}

// AgreementShares is Agreement for shares or percentages, which published tables
// print more often than counts. Undefined as well when a share is negative.
func AgreementShares(w []float64) Value {
	sum := 0.0
	for _, x := range w {
		if !(x >= 0) { // negative or NaN
			return Undefined
		}
		sum += x
	}
	if len(w) < 3 || !(sum > 0) {
		return Undefined
	}
	// Peeling off "the smallest non-zero cell" again and again cuts the histogram
	// at its distinct heights: the layer below a height holds the cells that reach
	// it. Cutting there subtracts no floats, so no sliver of a layer is left over.
	heights := slices.Clone(w)
	slices.Sort(heights)
	heights = slices.Compact(heights)
	a, floor := 0.0, 0.0
	pattern := make([]bool, len(w))
	for _, top := range heights {
		if top == 0 {
			continue
		}
		cells := 0
		for i, x := range w {
			pattern[i] = x >= top
			if pattern[i] {
				cells++
			}
		}
		a += (top - floor) * float64(cells) / sum * layer(pattern)
		floor = top
	}
	return Of(a)
}

// Layer is the agreement of one layer, a pattern of empty and filled cells:
// U·(1 − (S−1)/(k−1)) with S filled cells and
// U = ((k−2)·TU − (k−1)·TDU)/((k−2)(TU + TDU)), where TU counts the triples of
// cells 110 and 011 (one-peaked) and TDU the triples 101 (two-peaked).
// One filled cell → 1; no triple of either kind → 0; k < 3 or none filled →
// Undefined. Source: van der Eijk 2001, p. 332–333.
func Layer(pattern []bool) Value {
	if len(pattern) < 3 || !slices.Contains(pattern, true) {
		return Undefined
	}
	return Of(layer(pattern))
}

// layer is Layer where k ≥ 3 and a cell is filled.
func layer(pattern []bool) float64 {
	k, filled := len(pattern), 0
	for _, on := range pattern {
		if on {
			filled++
		}
	}
	if filled == 1 {
		return 1
	}
	// Every triple in question has exactly one empty cell: with l filled cells on
	// its left and r on its right it closes C(l,2)+C(r,2) one-peaked and l·r
	// two-peaked triples. So one pass does instead of k³ triples.
	tu, tdu, left := 0, 0, 0
	for _, on := range pattern {
		if on {
			left++
			continue
		}
		right := filled - left
		tu += left*(left-1)/2 + right*(right-1)/2
		tdu += left * right
	}
	if tu+tdu == 0 {
		return 0
	}
	u := float64((k-2)*tu-(k-1)*tdu) / float64((k-2)*(tu+tdu))
	return u * (1 - float64(filled-1)/float64(k-1))
}

// Polarization is (1 − A)/2 with van der Eijk's A: 0 at one point, ½ when
// uniform, 1 when the panel stands at both ends. Undefined where A is.
// Source: Ruedin, R package agrmt.
func Polarization(h []int) Value {
	a, ok := Agreement(h).Float()
	if !ok {
		return Undefined
	}
	return Of((1 - a) / 2)
}
