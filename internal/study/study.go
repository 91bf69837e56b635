package study

import (
	"cmp"
	"slices"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/fault"
)

// The answers of a cell that are no place on a scale.
const (
	missing     int8 = 0
	cannotJudge int8 = -1
	blank       int8 = -2 // a row without an answer
)

// Study is the raw answers of a study, one byte each: 100,000 people, 20 items
// and 5 rounds are 10 MB.
type Study struct {
	Protocol delphi.Protocol
	First    int // number of the first answering round in the protocol
	Rounds   []int
	Offset   int // what is added to a scale point to get the study's own value
	Groups   []string
	Items    []string
	Kinds    []delphi.Item // the items as the engine sees them, in order of Items
	news     []int         // by item: the place of the round that it joined in
	lasts    []int         // by item: the place of the round that asked it last

	enrolled  []int               // by group; nil for everyone who answered
	raw       [][][]delphi.Answer // by round and panelist, where some items are no scales
	came      []map[int32]bool    // by round: blank ballots
	panelists []string
	group     []int32    // by panelist
	answers   [][][]int8 // by round, item, panelist; short where the rest is missing
}

// Panelists is how many people there are.
func (s *Study) Panelists() int { return len(s.panelists) }

// set stores an answer; false when there is one already.
func (s *Study) set(round, item, panelist int, v int8) bool {
	for len(s.answers) <= round {
		s.answers = append(s.answers, nil)
	}
	for len(s.answers[round]) <= item {
		s.answers[round] = append(s.answers[round], nil)
	}
	cells := s.answers[round][item]
	if len(cells) <= panelist {
		grown := make([]int8, max(panelist+1, 2*len(cells)))
		copy(grown, cells)
		cells = grown
		s.answers[round][item] = cells
	}
	if cells[panelist] != missing {
		return false
	}
	cells[panelist] = v
	return true
}

// answer reads a cell.
func (s *Study) answer(round, item, panelist int) int8 {
	if item >= len(s.answers[round]) || panelist >= len(s.answers[round][item]) {
		return missing
	}
	if v := s.answers[round][item][panelist]; v != blank {
		return v
	}
	return missing
}

// order puts rounds in the order of their numbers; rows came in any.
func (s *Study) order() {
	places := sorted(s.Rounds, cmp.Compare[int])
	numbers, answers := make([]int, len(places)), make([][][]int8, len(places))
	for i, from := range places {
		numbers[i] = s.Rounds[from]
		if from < len(s.answers) { // a round of missing answers alone has none
			answers[i] = s.answers[from]
		}
	}
	s.Rounds, s.answers = numbers, answers
}

// arrange puts items and groups in the order of their names, so that a result
// does not depend on which row came first.
func (s *Study) arrange() {
	places := sorted(s.Items, natural)
	items := make([]string, len(places))
	for i, from := range places {
		items[i] = s.Items[from]
	}
	s.Items = items
	for r, old := range s.answers {
		s.answers[r] = make([][]int8, len(places))
		for i, from := range places {
			if from < len(old) {
				s.answers[r][i] = old[from]
			}
		}
	}
	places = sorted(s.Groups, natural)
	groups, at := make([]string, len(places)), make([]int32, len(places))
	for i, from := range places {
		groups[i], at[from] = s.Groups[from], int32(i)
	}
	s.Groups = groups
	for p, g := range s.group {
		s.group[p] = at[g]
	}
}

// sorted gives the places of a list in their order.
func sorted[T any](list []T, compare func(a, b T) int) []int {
	places := make([]int, len(list))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return compare(list[a], list[b]) })
	return places
}

// natural orders names with numbers in them as people do: item2 before item10.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x > 0 && y > 0 {
			m, n := strings.TrimLeft(a[:x], "0"), strings.TrimLeft(b[:y], "0")
			if c := cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n), cmp.Compare(x, y)); c != 0 {
				return c
			}
			a, b = a[x:], b[y:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(a, b)
}

// digits counts the digits that a name begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// span finds the rounds in which each item was first and last answered. An item
// that was settled or dropped is not asked in the rounds after.
func (s *Study) span() {
	first := make([]int, len(s.Items))
	s.lasts = make([]int, len(s.Items))
	for i := range s.Items {
		first[i] = -1
		for r := range s.Rounds {
			if !s.asked(r, i) {
				continue
			}
			if first[i] < 0 {
				first[i] = r
			}
			s.lasts[i] = r
		}
		first[i] = max(0, first[i])
	}
	if s.news == nil { // rows do not say when an item joined
		s.news = first
	}
	list := map[string]int{}
	for i, kind := range s.Kinds {
		list[kind.Kind] = max(list[kind.Kind], s.lasts[i])
	}
	for i := range s.lasts {
		// An option that nobody takes is asked with its list all the same.
		if k, _ := s.Protocol.Kind(s.Kinds[i].Kind); k.Kind == delphi.ChoiceForm || k.Kind == delphi.SelectionForm || k.Kind == delphi.RankingForm {
			s.lasts[i] = list[k.ID]
		}
		s.lasts[i] = max(s.lasts[i], s.news[i])
	}
}

// asked says whether anyone answered an item in a round.
func (s *Study) asked(r, i int) bool {
	if s.raw != nil {
		return slices.ContainsFunc(s.raw[r], func(answers []delphi.Answer) bool {
			return slices.ContainsFunc(answers, func(a delphi.Answer) bool { return a.Item == s.Kinds[i].ID })
		})
	}
	return r < len(s.answers) && i < len(s.answers[r]) &&
		slices.ContainsFunc(s.answers[r][i], func(v int8) bool { return v != missing && v != blank })
}

// ballot gives what a panelist said in a round; false when nothing. The answers
// are written into room, so that a crowd needs no memory of its own.
func (s *Study) ballot(round, panelist int, room []delphi.Answer) (delphi.Ballot, []delphi.Answer, bool) {
	room = room[:0]
	group := s.Protocol.Panel.Groups[s.group[panelist]].ID
	if s.raw != nil {
		answers := s.raw[round]
		if panelist >= len(answers) || answers[panelist] == nil {
			return delphi.Ballot{}, room, false
		}
		return delphi.Ballot{Panelist: s.panelists[panelist], Group: group, Answers: answers[panelist]}, room, true
	}
	for i, item := range s.Kinds {
		switch v := s.answer(round, i, panelist); v {
		case missing:
		case cannotJudge:
			room = append(room, delphi.Answer{Item: item.ID, CannotJudge: true})
		default:
			room = append(room, delphi.Answer{Item: item.ID, Value: int(v)})
		}
	}
	return delphi.Ballot{Panelist: s.panelists[panelist], Group: group, Answers: room}, room, len(room) > 0 || s.delivered(round, panelist)
}

// earlier gathers the valid answers that a panelist gave before a round, the last
// one to each item; false when there are none.
func (s *Study) earlier(before, panelist int, room []delphi.Answer) (delphi.Ballot, []delphi.Answer, bool) {
	room = room[:0]
	for i := range s.Kinds {
		for r := before - 1; r >= 0; r-- {
			if a, ok := s.valid(r, i, panelist); ok {
				room = append(room, a)
				break
			}
		}
	}
	return delphi.Ballot{Panelist: s.panelists[panelist], Group: s.Protocol.Panel.Groups[s.group[panelist]].ID, Answers: room}, room, len(room) > 0
}

// valid gives a panelist's answer to an item in a round, unless they cannot judge.
func (s *Study) valid(round, item, panelist int) (delphi.Answer, bool) {
	id := s.Kinds[item].ID
	if s.raw != nil {
		if answers := s.raw[round]; panelist < len(answers) {
			for _, a := range answers[panelist] {
				if a.Item == id {
					return a, !a.CannotJudge
				}
			}
		}
		return delphi.Answer{}, false
	}
	v := s.answer(round, item, panelist)
	return delphi.Answer{Item: id, Value: int(v)}, v > 0
}

// delivered says whether a panelist delivered a ballot without an answer, which only
// a study in JSON can tell.
func (s *Study) delivered(round, panelist int) bool {
	return round < len(s.came) && s.came[round][int32(panelist)]
}

// Closings tabulates round after round. step is called with the part done, 0..1.
func (s *Study) Closings(step func(done float64)) ([]delphi.Closing, error) {
	enrolled := make([]int, len(s.Protocol.Panel.Groups))
	for _, g := range s.group {
		enrolled[g]++
	}
	if s.enrolled != nil {
		enrolled = s.enrolled
	}
	var out []delphi.Closing
	var now, before, long []delphi.Answer
	total := float64(len(s.Rounds) * max(1, len(s.panelists)))
	for r := range s.Rounds {
		var items []delphi.Item
		for i, item := range s.Kinds {
			if s.news[i] <= r && r <= s.lasts[i] {
				item.New = s.news[i] == r && r > 0
				items = append(items, item)
			}
		}
		// Which stayers are left out matters to nobody who holds the answers.
		t, err := delphi.NewTabulator(s.Protocol, s.First+r, items, nil)
		if err != nil {
			return nil, err
		}
		for p := range s.panelists {
			var current, previous, older *delphi.Ballot
			var b, old, oldest delphi.Ballot
			var ok bool
			if b, now, ok = s.ballot(r, p, now); ok {
				current = &b
			}
			if r > 0 {
				if old, before, ok = s.ballot(r-1, p, before); ok {
					previous = &old
				}
			}
			if r > 1 {
				if oldest, long, ok = s.earlier(r-1, p, long); ok {
					older = &oldest
				}
			}
			if err := t.Add(current, previous, older); err != nil {
				return nil, err
			}
			if p%4096 == 0 {
				step((float64(r*len(s.panelists) + p)) / total)
			}
		}
		c, err := t.Close(enrolled)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	step(1)
	return out, nil
}

// bad is a fault of an input: exit status 2.
func bad(name, code, message string) error {
	return fault.Bad(fault.Field{Name: name, Code: code, Message: message})
}
