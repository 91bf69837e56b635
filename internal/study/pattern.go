package study

import (
	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/study/source"
)

// Patterns warns of answers that fit another scale better than the one they are
// measured on.
func (s *Study) Patterns() {
	byScale := map[Scale][]int{}
	var order []Scale
	for i, c := range s.Scales {
		if c.Kind == delphi.ScaleForm {
			if byScale[c] == nil {
				order = append(order, c)
			}
			byScale[c] = append(byScale[c], i)
		}
	}
	for _, c := range order {
		items := byScale[c]
		by, counts, n := make([][]int, len(items)), make([]int, c.Points()), 0
		for at, i := range items {
			by[at] = s.points(i, c)
			for v, m := range by[at] {
				counts[v], n = counts[v]+m, n+m
			}
		}
		if n < ManyFrom || s.short(items, c, counts, n) || s.odd(items, c, counts, n) {
			continue
		}
		s.blocks(items, c, by)
	}
}

// remedied is the key of a warning whose remedy is a flag for tables, and a field of
// the protocol for a document.
func (s *Study) remedied(key string) string {
	if s.Rules == nil {
		return key + ".document"
	}
	return key
}

// points counts the answers to an item by point, over all rounds.
func (s *Study) points(i int, c Scale) []int {
	out := make([]int, c.Points())
	for r := range s.Rounds {
		if s.Raw == nil && i < len(s.Answers[r]) {
			for _, v := range s.Answers[r][i].Small {
				if v > 0 {
					out[v-1]++
				}
			}
			continue
		}
		for p := range s.People {
			if v := s.point(r, i, p); v > 0 {
				out[v-1]++
			}
		}
	}
	return out
}

// short warns when a declared scale ends above every answer.
func (s *Study) short(items []int, c Scale, counts []int, n int) bool {
	last := len(counts)
	for last > 0 && counts[last-1] == 0 {
		last--
	}
	fits, ok := Holding(c.From, c.From+last-1)
	if c.Source != Declared || !ok || fits[1] > c.To-2 || fits[1]-fits[0]+1 >= len(counts) {
		return false
	}
	if end := counts[fits[1]-c.From]; 10*end < n && len(counts)-last < 4 {
		return false // it may be that nobody agrees
	}
	s.Warn(s.remedied("shorter_scale"), nil, s.Named(items), source.Listed(s.Named(items)), c.From+last-1, n, Span(c.From, c.To), Span(fits[0], fits[1]), Span(fits[0], fits[1]))
	return true
}

// odd warns when every second point was never used.
func (s *Study) odd(items []int, c Scale, counts []int, n int) bool {
	used, between := 0, 0
	for v, m := range counts {
		switch {
		case v%2 == 1:
			between += m
		case m > 0:
			used++
		}
	}
	if between > 0 || used < 4 {
		return false
	}
	s.Warn("every_second", nil, s.Named(items), n, source.Listed(s.Named(items)), Span(c.From, c.To), (len(counts)+1)/2, (len(counts)+1)/2)
	return true
}

// blocks warns when the answers to some items pile up below the end of the scale
// that those to others use.
func (s *Study) blocks(items []int, c Scale, by [][]int) {
	for _, u := range Usual {
		if !Beneath(u, [2]int{c.From, c.To}) || u[1] >= c.To-1 {
			continue
		}
		n, end, total, others, above := 0, 0, 0, 0, 0
		var inside []int
		for at, i := range items {
			counts, own, over, sum := by[at], 0, 0, 0
			for v, m := range counts {
				own, sum = own+m, sum+m*(v+c.From)
				if v+c.From > u[1] {
					over += m
				}
			}
			switch {
			case own == 0:
			case over == 0 && stat.N(counts[:u[0]-c.From]) == 0:
				inside = append(inside, i)
				n, end, total = n+own, end+counts[u[1]-c.From], total+sum
			default:
				others, above = others+own, above+over
			}
		}
		if len(inside) == 0 || len(inside) == len(items) || !Fills(u, n, end, total) || n*above < 10*others {
			continue
		}
		s.Warn(s.remedied("two_scales"), nil, s.Named(inside), source.Listed(s.Named(inside)), u[1], n, Span(u[0], u[1]), s.Items[inside[0]], Span(u[0], u[1]))
		return
	}
}

// Usual are the scales that are taken for undeclared answers, the smallest first.
var Usual = [][2]int{
	{1, 3}, {1, 4}, {1, 5}, {0, 4}, {-2, 2}, {1, 6}, {0, 5}, {1, 7}, {-3, 3}, {0, 6}, {1, 9}, {1, 10}, {0, 10}, {1, 11}, {-5, 5},
}

// Holding gives the smallest usual scale that holds whole numbers; false when none
// does.
func Holding(least, greatest int) ([2]int, bool) {
	for _, u := range Usual {
		if u[0] <= least && greatest <= u[1] {
			return u, true
		}
	}
	return [2]int{}, false
}

// Named gives the names of items.
func (s *Study) Named(items []int) []string {
	out := make([]string, len(items))
	for n, i := range items {
		out[n] = s.Items[i]
	}
	return out
}

// ManyFrom is from how many answers on their pattern says something of the scale.
const ManyFrom = 30

// Beneath says whether a smaller scale begins where the whole does, or at 1 beside
// one from 0.
func Beneath(u, whole [2]int) bool { return u[0] == whole[0] || u[0] == 1 && whole[0] == 0 }

// Fills says whether n answers, whose values add up to total, may be those of a
// smaller scale: a fifth of them lies at its end and they are spread around its
// middle, while answers to an item that a panel rejects thin out.
func Fills(u [2]int, n, end, total int) bool {
	return u[1]-u[0] >= 3 && n >= ManyFrom && 5*end >= n && 2*total >= n*(u[0]+u[1]-1)
}
