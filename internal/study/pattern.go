package study

import (
	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
)

// patterns warns of answers that fit another scale better than the one they are
// measured on.
func (s *Study) patterns() {
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
		by, counts, n := make([][]int, len(items)), make([]int, c.points()), 0
		for at, i := range items {
			by[at] = s.points(i, c)
			for v, m := range by[at] {
				counts[v], n = counts[v]+m, n+m
			}
		}
		if n < manyFrom || s.short(items, c, counts, n) || s.odd(items, c, counts, n) {
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
	out := make([]int, c.points())
	for r := range s.Rounds {
		if s.raw == nil && i < len(s.answers[r]) {
			for _, v := range s.answers[r][i].small {
				if v > 0 {
					out[v-1]++
				}
			}
			continue
		}
		for p := range s.panelists {
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
	fits, ok := holding(c.From, c.From+last-1)
	if c.Source != declared || !ok || fits[1] > c.To-2 || fits[1]-fits[0]+1 >= len(counts) {
		return false
	}
	if end := counts[fits[1]-c.From]; 10*end < n && len(counts)-last < 4 {
		return false // it may be that nobody agrees
	}
	s.warn(s.remedied("shorter_scale"), nil, s.named(items), listed(s.named(items)), c.From+last-1, n, span(c.From, c.To), span(fits[0], fits[1]), span(fits[0], fits[1]))
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
	s.warn("every_second", nil, s.named(items), n, listed(s.named(items)), span(c.From, c.To), (len(counts)+1)/2, (len(counts)+1)/2)
	return true
}

// blocks warns when the answers to some items pile up below the end of the scale
// that those to others use.
func (s *Study) blocks(items []int, c Scale, by [][]int) {
	for _, u := range usual {
		if !beneath(u, [2]int{c.From, c.To}) || u[1] >= c.To-1 {
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
		if len(inside) == 0 || len(inside) == len(items) || !fills(u, n, end, total) || n*above < 10*others {
			continue
		}
		s.warn(s.remedied("two_scales"), nil, s.named(inside), listed(s.named(inside)), u[1], n, span(u[0], u[1]), s.Items[inside[0]], span(u[0], u[1]))
		return
	}
}
