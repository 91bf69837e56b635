package intake

import (
	"fmt"
	"slices"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/study"
	"delfi/internal/study/source"
)

// infer tells the scale of the items for which none is declared: the smallest usual
// one that holds the answers to all of them, unless two blocks of items clearly
// differ.
func (in *reader) infer(open []int, all []tally) error {
	s := in.s
	least, greatest := 0, 0
	any := false
	by := map[int][]int{}
	var faults wrong
	for _, i := range open {
		list, odd := in.numbers(all[i])
		for _, code := range odd {
			a := in.texts[i].list[code]
			words := fmt.Sprintf("%q is no answer: give a whole number, nothing, or ? for \"cannot judge\"", source.Shortened(a.Text))
			faults.add(in.texts[i].first[code], all[i].count[code], a.Text, "%s%s", words, in.remedy(a, study.Scale{Kind: delphi.ScaleForm}))
		}
		by[i] = list
		if len(list) == 0 {
			continue
		}
		if !any || list[0] < least {
			least = list[0]
		}
		if !any || list[len(list)-1] > greatest {
			greatest = list[len(list)-1]
		}
		any = true
	}
	whole, ok := study.Holding(least, greatest)
	if !ok {
		in.beside(open, all, &faults)
	}
	if err := faults.first(in); err != nil || len(open) == 0 {
		return err
	}
	if any && least >= 0 && greatest <= 1 {
		return source.Bad("--scale", "scale", fmt.Sprintf("no answer is other than 0 and 1: if options were ticked, add --kind selection; if it is a scale of two points, --scale %d-%d", 0, 1))
	}
	if !ok {
		return in.strange(open, all, least, greatest)
	}
	if code, ok := in.apart(open, all, whole); ok {
		return code
	}
	for _, i := range open {
		c := &s.Scales[i]
		c.From, c.To, c.Source = whole[0], whole[1], study.Inferred
	}
	block, scale := in.block(open, by, all, whole)
	for _, i := range block {
		s.Scales[i].From, s.Scales[i].To = scale[0], scale[1]
	}
	rest := slices.DeleteFunc(slices.Clone(open), func(i int) bool { return slices.Contains(block, i) })
	if len(block) > 0 {
		s.Warn("two_scales.inferred", nil, s.Named(block), source.Listed(s.Named(block)), scale[1], source.Listed(s.Named(rest)), whole[1],
			study.Span(scale[0], scale[1]), study.Span(whole[0], whole[1]), s.Items[block[0]], study.Span(scale[0], scale[1]))
		s.Note("scale", study.Span(scale[0], scale[1]), source.Listed(s.Named(block)))
		in.lone(block, all, scale)
	}
	s.Note("scale", study.Span(whole[0], whole[1]), source.Listed(s.Named(rest)))
	in.lone(rest, all, whole)
	return nil
}

// beside adds to the faults the codes that often stand for no answer, where the
// other answers have a usual scale: the large ones alone if that is enough, since −1
// may be an answer.
func (in *reader) beside(open []int, all []tally, faults *wrong) {
	for _, large := range []bool{true, false} {
		apart := func(v int, a study.Answer) bool { return a.Usual() && (!large || max(v, -v) > 11) }
		low, high, any := 0, 0, false
		for pass := range 2 {
			for _, i := range open {
				for code, a := range in.texts[i].list {
					v, whole := a.In(0)
					switch {
					case all[i].says[code] != value || a.Form != study.Number || !whole:
					case !apart(v, a) && pass == 0:
						if !any || v < low {
							low = v
						}
						if !any || v > high {
							high = v
						}
						any = true
					case apart(v, a) && pass == 1:
						faults.add(in.texts[i].first[code], all[i].count[code], a.Text, "%s lies apart from the other answers%s", a.Text, in.remedy(a, study.Scale{Kind: delphi.ScaleForm}))
					}
				}
			}
			if _, ok := study.Holding(low, high); !ok || !any {
				break
			}
			if pass == 1 {
				return
			}
		}
	}
}

// strange refuses answers that no usual scale holds: it names what may be declared.
func (in *reader) strange(open []int, all []tally, least, greatest int) error {
	s := in.s
	for _, i := range open { // the first item that stands out by itself
		list, _ := in.numbers(all[i])
		if len(list) == 0 {
			continue
		}
		if _, ok := study.Holding(list[0], list[len(list)-1]); !ok {
			first := in.texts[i].first[slices.IndexFunc(in.texts[i].list, func(a study.Answer) bool {
				v, _ := a.In(0)
				return a.Form == study.Number && (v == list[0] || v == list[len(list)-1])
			})]
			return in.bad(first, "scale", "the answers to %q run from %d to %d, which is no usual scale: declare it with --scale '%[1]s=%[2]d-%[3]d', as an estimate with --kind '%[1]s=estimate', or, if it holds no answers, leave it out with --ignore '%[1]s'",
				s.Items[i], list[0], list[len(list)-1])
		}
	}
	return source.Bad("--scale", "scale", fmt.Sprintf("the answers run from %d to %d, which is no usual scale: declare scales with --scale, or for numbers that were estimated --kind estimate", least, greatest))
}

// points counts the answers to some items by the points of a scale that holds them.
func (in *reader) points(items []int, all []tally, scale [2]int) (counts []int, n int) {
	counts = make([]int, scale[1]-scale[0]+1)
	for _, i := range items {
		for code, a := range in.texts[i].list {
			if v, ok := a.In(0); ok && all[i].says[code] == value {
				counts[v-scale[0]] += all[i].count[code]
				n += all[i].count[code]
			}
		}
	}
	return counts, n
}

// where finds the first cell of some items that holds a number.
func (in *reader) where(items []int, all []tally, number int) (first source.Spot) {
	found := false
	for _, i := range items {
		for code, a := range in.texts[i].list {
			if v, ok := a.In(0); ok && all[i].says[code] == value && v == number && (!found || earlier(in.texts[i].first[code], first)) {
				first, found = in.texts[i].first[code], true
			}
		}
	}
	return first
}

// topmost are the greatest point that was used and the next one below, by place.
func topmost(counts []int) (top, next int) {
	top = len(counts) - 1
	for top > 0 && counts[top] == 0 {
		top--
	}
	next = top - 1
	for next > 0 && counts[next] == 0 {
		next--
	}
	return top, next
}

// apart finds a greatest answer that lies far from all others on a usual scale: 9 or
// 8 for "don't know" beside 1 to 5.
func (in *reader) apart(open []int, all []tally, whole [2]int) (error, bool) {
	counts, n := in.points(open, all, whole)
	top, next := topmost(counts)
	if n < study.ManyFrom || top-next < 3 {
		return nil, false
	}
	code := whole[0] + top
	return in.bad(in.where(open, all, code), "value", "%d lies apart from the other %d answers, of which none is above %d: if it stands for no answer, add --missing=%[1]d; for \"cannot judge\", --cannot-judge=%[1]d; if it is an answer, declare --scale %[4]s",
		code, n-counts[top], whole[0]+next, study.Span(whole[0], whole[1])), true
}

// loneFrom is from how many answers on an end that nobody used says something.
const loneFrom = 100

// lone warns of an answer at the end of an inferred scale that may be a code, since
// the others fill a usual scale without it: 0 beside 1 to 5, 9 beside 1 to 7.
func (in *reader) lone(items []int, all []tally, scale [2]int) {
	counts, n := in.points(items, all, scale)
	if n < study.ManyFrom {
		return
	}
	top, next := topmost(counts)
	greatest, below := scale[0]+top, scale[0]+next
	filled := func(from, to int) bool {
		return slices.Contains(study.Usual, [2]int{from, to}) && !slices.Contains(counts[from-scale[0]:to-scale[0]+1], 0)
	}
	code := 0
	switch {
	case scale[0] == 0 && counts[0] > 0 && (greatest == scale[1] && greatest < 10 || n >= loneFrom && greatest < scale[1]) && filled(1, greatest):
	case greatest-below == 2 && filled(scale[0], below),
		greatest-below == 1 && greatest < scale[1] && n >= loneFrom && filled(scale[0], below):
		code = greatest
	default:
		return
	}
	first := in.place(in.where(items, all, code))
	in.s.Warn("code", &first, in.s.Named(items), code, counts[code-scale[0]], study.Span(scale[0], scale[1]), code, code, study.Span(scale[0], scale[1]))
}

// block finds items that clearly have a smaller scale than the whole: two or more
// whose answers fill it and never pass its end, while those to other items often do.
func (in *reader) block(open []int, by map[int][]int, all []tally, whole [2]int) (block []int, scale [2]int) {
	for _, u := range study.Usual {
		if !study.Beneath(u, whole) || u[1] >= whole[1] {
			continue
		}
		var inside, outside []int
		for _, i := range open {
			list := by[i]
			switch {
			case len(list) == 0:
			case list[0] >= u[0] && list[len(list)-1] <= u[1]:
				inside = append(inside, i)
			default:
				outside = append(outside, i)
			}
		}
		// count gives how many answers there are, how many lie at a place, and their sum.
		count := func(items []int, at func(v int) bool) (n, m, total int) {
			for _, i := range items {
				for code, a := range in.texts[i].list {
					if v, ok := a.In(0); ok && a.Form == study.Number && all[i].says[code] == value {
						n, total = n+all[i].count[code], total+v*all[i].count[code]
						if at(v) {
							m += all[i].count[code]
						}
					}
				}
			}
			return n, m, total
		}
		n, end, total := count(inside, func(v int) bool { return v == u[1] })
		others, above, _ := count(outside, func(v int) bool { return v > u[1] })
		if len(inside) >= 2 && study.Fills(u, n, end, total) && others > 0 && n*above >= 10*others {
			return inside, u
		}
	}
	return nil, scale
}

// rankings refuses ranks that were not declared to be ranks, and warns of those that
// were declared to be answers on a scale: each person's are 1 to k, each once.
func (in *reader) rankings(specs []spec, all []tally) error {
	s := in.s
	var scales []int
	for i, c := range s.Scales {
		if c.Kind == delphi.ScaleForm {
			scales = append(scales, i)
		}
	}
	blocks := [][]int{scales}
	byStem := map[string][]int{}
	for _, i := range scales {
		byStem[stem(s.Items[i])] = append(byStem[stem(s.Items[i])], i)
	}
	if len(byStem) > 1 {
		for _, i := range scales {
			if b := byStem[stem(s.Items[i])]; b[0] == i {
				blocks = append(blocks, b)
			}
		}
	}
	told := map[int]bool{}
	for _, block := range blocks {
		if len(block) < 3 || told[block[0]] || !in.ranked(block, all) {
			continue
		}
		open := true
		for _, i := range block {
			open = open && specs[i].kind == "" && specs[i].ends == nil
			told[i] = true
		}
		words := fmt.Sprintf("each person's answers to %s are the numbers from 1 on, each once, as in a ranking", source.Some(s.Named(block)))
		if open {
			flag := "--kind ranking"
			if len(block) < len(scales) {
				flag = fmt.Sprintf("--kind '%s*=ranking'", stem(s.Items[block[0]]))
			}
			return source.Bad("--kind", "ranking", words+fmt.Sprintf(": add %s; if they are answers on a scale, declare it with --scale", flag))
		}
		s.Warn("ranking", nil, s.Named(block), source.Listed(s.Named(block)))
	}
	return nil
}

// stem is what the names of a block of items begin with: Q2_ of Q2_1 and Q2_2.
func stem(name string) string {
	if open := strings.IndexByte(name, '['); open > 0 {
		return name[:open]
	}
	return strings.TrimRight(name, "0123456789")
}

// rankedMost is how many people are looked at to know a ranking.
const rankedMost = 1000

// ranked says whether nearly everyone gave to a block of items the numbers from 1
// on, each once.
func (in *reader) ranked(block []int, all []tally) bool {
	s := in.s
	seen, perfect := 0, 0
	for r := range s.Rounds {
		for p := range s.People {
			if seen == rankedMost {
				break
			}
			var used [64]bool
			n, highest, once := 0, 0, true
			for _, i := range block {
				code := s.Answer(r, i, p)
				if code < 1 || all[i].says[code-1] != value {
					continue
				}
				v, whole := in.texts[i].list[code-1].In(0)
				n++
				if !whole || v < 1 || v >= len(used) || used[v] {
					once = false
					continue
				}
				used[v], highest = true, max(highest, v)
			}
			if n < 3 {
				continue
			}
			seen++
			if once && highest == n {
				perfect++
			}
		}
	}
	return seen >= 3 && 10*perfect >= 9*seen
}
