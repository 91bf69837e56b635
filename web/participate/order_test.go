package participate

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/delphi"
)

// apart tells whether no two items have one place, and each place is one of the list's.
func apart(o order) bool {
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
		from  order
		asked map[int]int
		want  order
	}{
		{"the last to the first place", order{1, 2, 3, 4, 5}, map[int]int{4: 1}, order{2, 3, 4, 5, 1}},
		{"the first to the last place", order{1, 2, 3, 4, 5}, map[int]int{0: 5}, order{5, 1, 2, 3, 4}},
		{"down, with room behind", order{1, 2, 3, 0, 0}, map[int]int{0: 2}, order{2, 1, 3, 0, 0}},
		{"one without a place into the list", order{1, 2, 0, 0, 0}, map[int]int{2: 1}, order{2, 3, 1, 0, 0}},
		{"into the last place that is taken", order{0, 5, 0, 0, 0}, map[int]int{0: 5}, order{5, 4, 0, 0, 0}},
		{"out of the list", order{1, 2, 3, 4, 5}, map[int]int{1: 0}, order{1, 0, 3, 4, 5}},
		{"numbers typed into a new list", order{0, 0, 0, 0, 0}, map[int]int{3: 1, 0: 5}, order{5, 0, 0, 1, 0}},
		{"two exchanged", order{1, 2, 3, 4, 5}, map[int]int{0: 5, 4: 1}, order{5, 2, 3, 4, 1}},
	} {
		got, bad := c.from.set(c.asked)
		if bad != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v instead of %v", c.what, got, bad, c.want)
		}
	}
	if got, bad := (order{1, 2, 3, 0}).set(map[int]int{0: 3, 3: 3}); len(bad) != 1 || bad[0] != (twins{0, 3}) || !slices.Equal(got, order{1, 2, 3, 0}) {
		t.Errorf("two for one place: %v, %v", got, bad)
	}
	o := order{1, 3, 0}
	for n, got := range []order{o.up(0), o.up(1), o.down(0), o.down(1), o.end(2), o.up(2), o.down(2)} {
		want := []order{{1, 3, 0}, {1, 2, 0}, {2, 3, 0}, {1, 3, 0}, {1, 2, 3}, {1, 3, 0}, {1, 3, 0}}[n]
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
		o := make(order, n)
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
		got, bad := o.set(asked)
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

// Each reader is given a list in one order, always the same, and no item is first for
// more readers than chance makes it.
func TestEachReaderHasAnOrderOfTheirOwn(t *testing.T) {
	s := screen{Form: delphi.RankingForm}
	for n := range 6 {
		s.Items = append(s.Items, consultation.Item{ID: uuid.UUID{byte(n)}, Number: n + 1})
	}
	first := make([]int, 6)
	for reader := range 1000 {
		p := &paperView{Paper: ballot.Paper{Shuffle: fmt.Appendf(nil, "%032d", reader)}}
		one := p.shuffled(s)
		if !slices.Equal(one, p.shuffled(s)) {
			t.Fatal("the order of one reader changes")
		}
		first[one[0]]++
	}
	for n, times := range first {
		if times < 167-45 || times > 167+45 {
			t.Errorf("item %d is first %d times: %v", n, times, first)
		}
	}
}
