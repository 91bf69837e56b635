package order

import (
	"cmp"
	"slices"
)

// Order is a list that is being put in order: the place of each of its items, from 1 to
// as many as there are; 0 for one without a place. Places between others may be free.
type Order []int

// Twins are two items of which the same place is asked.
type Twins struct{ First, Second int }

// Last is the greatest place that is taken; 0 for none.
func (o Order) Last() int {
	if len(o) == 0 {
		return 0
	}
	return slices.Max(o)
}

// Placed counts the items that have a place.
func (o Order) Placed() int {
	n := 0
	for _, place := range o {
		if place > 0 {
			n++
		}
	}
	return n
}

// At gives the item at a place; -1 for none.
func (o Order) At(place int) int {
	if place < 1 {
		return -1
	}
	return slices.Index(o, place)
}

// Up moves an item one place towards the first; the one that is there takes its own.
func (o Order) Up(item int) Order {
	if o[item] < 2 {
		return o
	}
	return o.swapped(item, o[item]-1)
}

// Down moves an item one place towards the last, but behind none that has no place.
func (o Order) Down(item int) Order {
	if o[item] < 1 || o[item] == o.Last() {
		return o
	}
	return o.swapped(item, o[item]+1)
}

func (o Order) swapped(item, place int) Order {
	out := slices.Clone(o)
	if other := o.At(place); other >= 0 {
		out[other] = o[item]
	}
	out[item] = place
	return out
}

// End puts an item behind all that have a place.
func (o Order) End(item int) Order {
	out, _ := o.Set(map[int]int{item: min(o.Last()+1, len(o))})
	return out
}

// Set gives each item of asked the place asked for, 0 for none. Another that has that
// place moves aside, with those between: towards the nearest place that was left, else to
// the nearest free one behind, else before. Where two ask for one place nothing moves.
func (o Order) Set(asked map[int]int) (Order, []Twins) {
	at := make([]int, len(o)+1) // the item at each place; -1 for none
	left, fixed := make([]bool, len(at)), make([]bool, len(at))
	for place := range at {
		at[place] = -1
	}
	var bad []Twins
	for item := range o {
		switch place, ok := asked[item]; {
		case !ok || place == 0:
		case fixed[place]:
			bad = append(bad, Twins{at[place], item})
		default:
			at[place], fixed[place] = item, true
		}
	}
	if bad != nil {
		return o, bad
	}
	var aside []int
	for place := 1; place < len(at); place++ {
		item := o.At(place)
		switch _, moves := asked[item]; {
		case item < 0:
		case moves:
			left[place] = !fixed[place]
		case fixed[place]:
			aside = append(aside, item)
		default:
			at[place] = item
		}
	}
	for _, item := range aside {
		push(at, fixed, left, item, o[item])
	}
	out := make(Order, len(o))
	for place, item := range at {
		if item >= 0 {
			out[item] = place
		}
	}
	return out, nil
}

// push moves an item aside from its place, with those between it and the place that
// becomes taken.
func push(at []int, fixed, left []bool, item, from int) {
	to := free(at, left, from)
	step := 1
	if to < from {
		step = -1
	}
	for place := from + step; ; place += step {
		if fixed[place] {
			continue
		}
		item, at[place] = at[place], item
		if place == to {
			left[to] = false
			return
		}
	}
}

// free is the place towards which is moved aside.
func free(at []int, left []bool, from int) int {
	best := 0
	for place := 1; place < len(at); place++ {
		if at[place] >= 0 {
			continue
		}
		if best == 0 || nearer(left, from, place, best) {
			best = place
		}
	}
	return best
}

// nearer tells whether a free place is to be taken rather than another.
func nearer(left []bool, from, place, than int) bool {
	away := func(p int) int { return max(p-from, from-p) }
	switch behind := place > from; {
	case left[place] != left[than]:
		return left[place]
	case !left[place] && behind != (than > from):
		return behind
	}
	return away(place) < away(than)
}

// InOrder gives the items that have a place, the first one first.
func (o Order) InOrder() []int {
	var out []int
	for n, place := range o {
		if place > 0 {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b int) int { return cmp.Compare(o[a], o[b]) })
	return out
}
