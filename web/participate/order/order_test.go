package order_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"delfi/web/participate/order"
)

// apart tells whether no two items have one place, and each place is one of the list's.
func apart(o order.Order) bool {
	seen := map[int]bool{}
	for _, place := range o {
		if place < 0 || place > len(o) || place > 0 && seen[place] {
			return false
		}
		seen[place] = true
	}
	return true
}

func TestAMovedItemPushesTheOthersAside(t *testing.T) {
	for _, c := range []struct {
		what  string
		from  order.Order
		asked map[int]int
		want  order.Order
	}{
		{"the last to the first place", order.Order{1, 2, 3, 4, 5}, map[int]int{4: 1}, order.Order{2, 3, 4, 5, 1}},
		{"the first to the last place", order.Order{1, 2, 3, 4, 5}, map[int]int{0: 5}, order.Order{5, 1, 2, 3, 4}},
		{"down, with room behind", order.Order{1, 2, 3, 0, 0}, map[int]int{0: 2}, order.Order{2, 1, 3, 0, 0}},
		{"one without a place into the list", order.Order{1, 2, 0, 0, 0}, map[int]int{2: 1}, order.Order{2, 3, 1, 0, 0}},
		{"into the last place that is taken", order.Order{0, 5, 0, 0, 0}, map[int]int{0: 5}, order.Order{5, 4, 0, 0, 0}},
		{"out of the list", order.Order{1, 2, 3, 4, 5}, map[int]int{1: 0}, order.Order{1, 0, 3, 4, 5}},
		{"numbers typed into a new list", order.Order{0, 0, 0, 0, 0}, map[int]int{3: 1, 0: 5}, order.Order{5, 0, 0, 1, 0}},
		{"two exchanged", order.Order{1, 2, 3, 4, 5}, map[int]int{0: 5, 4: 1}, order.Order{5, 2, 3, 4, 1}},
	} {
		got, bad := c.from.Set(c.asked)
		if bad != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v instead of %v", c.what, got, bad, c.want)
		}
	}
	if got, bad := (order.Order{1, 2, 3, 0}).Set(map[int]int{0: 3, 3: 3}); len(bad) != 1 || bad[0] != (order.Twins{First: 0, Second: 3}) || !slices.Equal(got, order.Order{1, 2, 3, 0}) {
		t.Errorf("two for one place: %v, %v", got, bad)
	}
	o := order.Order{1, 3, 0}
	for n, got := range []order.Order{o.Up(0), o.Up(1), o.Down(0), o.Down(1), o.End(2), o.Up(2), o.Down(2)} {
		want := []order.Order{{1, 3, 0}, {1, 2, 0}, {2, 3, 0}, {1, 3, 0}, {1, 2, 3}, {1, 3, 0}, {1, 3, 0}}[n]
		if !slices.Equal(got, want) {
			t.Errorf("move %d: %v instead of %v", n, got, want)
		}
	}
}

// Whatever is moved, every place has one item at most, what was asked for holds, nobody
// else gains or loses a place, and of one move all others keep their order.
func TestAnOrderStaysOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "items")
		o := make(order.Order, n)
		places := make([]int, n)
		for k := range places {
			places[k] = k + 1
		}
		drawn := rapid.Permutation(places).Draw(t, "places")
		for item := range o {
			if rapid.Bool().Draw(t, "placed") {
				o[item] = drawn[item]
			}
		}
		asked := map[int]int{}
		for range rapid.IntRange(0, 3).Draw(t, "moves") {
			asked[rapid.IntRange(0, n-1).Draw(t, "item")] = rapid.IntRange(0, n).Draw(t, "place")
		}
		got, bad := o.Set(asked)
		if !apart(got) {
			t.Fatalf("%v, %v: %v", o, asked, got)
		}
		if bad != nil {
			return
		}
		for item := range o {
			if place, ok := asked[item]; ok && got[item] != place {
				t.Fatalf("%v, %v: %v", o, asked, got)
			} else if !ok && (o[item] > 0) != (got[item] > 0) {
				t.Fatalf("%v, %v: item %d gains or loses its place: %v", o, asked, item, got)
			}
		}
		if len(asked) > 1 {
			return
		}
		for a := range o {
			for b := range o {
				_, moves := asked[a]
				_, too := asked[b]
				if !moves && !too && o[a] > 0 && o[a] < o[b] && got[a] > got[b] {
					t.Fatalf("%v, %v: %d and %d change their order: %v", o, asked, a, b, got)
				}
			}
		}
	})
}
