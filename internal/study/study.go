package study

import (
	"cmp"
	"slices"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/study/source"
)

// Study is the raw answers of a study, one byte each where an item has at most 120
// values: 100,000 people, 20 items and 5 rounds are 10 MB.
type Study struct {
	Protocol protocol.Protocol // that of the first kind of item: see rule
	First    int               // number of the first answering round in the protocol
	Rounds   []int             // the study's own numbers; of a standing round those of its releases
	Groups   []string
	Items    []string
	Labels   []string      // by item: its words, "" for none
	Kinds    []delphi.Item // the items as the engine sees them, in order of Items
	Scales   []Scale       // by item
	Rules    []string      // by item: its rule as options write it; nil for the protocol's own
	Warnings []Warning     // what was measured and may be something else
	Notes    []string      // how the input was read: every choice that was not declared
	Seed     string        // words that intervals are drawn from; DefaultSeed where empty
	Bare     bool          // without intervals

	remarks []Remark // Notes, for words in another language

	Judges []protocol.Protocol // by item kind of the protocol; nil for one rule
	Open   bool                // everything is counted, also of fewer people than are judged
	News   []int               // by item: the place of the round that it joined in
	lasts  []int               // by item: the place of the round that asked it last

	Enrolled []int               // by group; nil for everyone who answered
	Raw      [][][]delphi.Answer // by round and panelist, where a document's items are no scales
	Came     []map[int32]bool    // by round: blank ballots
	People   []string
	Group    []int32   // by panelist
	Answers  [][]Cells // by round and item; short where the rest is missing
}

// Panelists is how many people there are.
func (s *Study) Panelists() int { return len(s.People) }

// rule is the protocol that judges an item: it differs from that of another kind in
// the consensus rule alone.
func (s *Study) rule(i int) protocol.Protocol {
	for k, kind := range s.Protocol.ItemKinds {
		if k < len(s.Judges) && kind.ID == s.Kinds[i].Kind {
			return s.Judges[k]
		}
	}
	return s.Protocol
}

// whole is a protocol that counts everything, where the study hides nothing: who
// holds the answers sees figures of three people too, which no rule judges.
func (s *Study) whole(p protocol.Protocol) protocol.Protocol {
	if s.Open {
		p.Disclosure.MinN = 1
	}
	return p
}

// disclosed says whether a study hides what a consultation would: then only
// published tables are measured.
func (s *Study) disclosed() bool { return s.Protocol.Disclosure.SmallBelow > 0 }

// Joint counts the pairs of an item by point: rows are the points of the round
// before, columns those of the round at that place of Rounds. It is nil where the
// item has no scale or no round before, and where the protocol hides who moved.
func (s *Study) Joint(round, item int) [][]int {
	k, _ := s.Protocol.Kind(s.Kinds[item].Kind)
	if k.Kind != delphi.ScaleForm || round <= s.News[item] || round > s.lasts[item] || s.disclosed() || s.Protocol.Standing() {
		return nil
	}
	out := make([][]int, k.Points)
	for v := range out {
		out[v] = make([]int, k.Points)
	}
	for p := range s.People {
		before, now := s.point(round-1, item, p), s.point(round, item, p)
		if before > 0 && now > 0 {
			out[before-1][now-1]++
		}
	}
	return out
}

// point is a panelist's point on the scale, 0 for none.
func (s *Study) point(round, item, panelist int) int {
	if s.Raw == nil {
		return max(0, s.Answer(round, item, panelist))
	}
	if panelist < len(s.Raw[round]) {
		for _, a := range s.Raw[round][panelist] {
			if a.Item == s.Kinds[item].ID && !a.CannotJudge {
				return a.Value
			}
		}
	}
	return 0
}

// Order puts rounds in the order of their numbers; rows came in any.
func (s *Study) Order() {
	places := sorted(s.Rounds, cmp.Compare[int])
	numbers, answers := make([]int, len(places)), make([][]Cells, len(places))
	for i, from := range places {
		numbers[i] = s.Rounds[from]
		if from < len(s.Answers) { // a round of missing answers alone has none
			answers[i] = s.Answers[from]
		}
	}
	s.Rounds, s.Answers = numbers, answers
}

// Arrange puts items and groups in the order of their names, so that a result
// does not depend on which row came first. It gives the old places of the items.
func (s *Study) Arrange() []int {
	places := sorted(s.Items, source.Natural)
	order := places
	items := make([]string, len(places))
	for i, from := range places {
		items[i] = s.Items[from]
	}
	s.Items = items
	for r, old := range s.Answers {
		s.Answers[r] = make([]Cells, len(places))
		for i, from := range places {
			if from < len(old) {
				s.Answers[r][i] = old[from]
			}
		}
	}
	places = sorted(s.Groups, source.Natural)
	groups, at := make([]string, len(places)), make([]int32, len(places))
	for i, from := range places {
		groups[i], at[from] = s.Groups[from], int32(i)
	}
	s.Groups = groups
	for p, g := range s.Group {
		s.Group[p] = at[g]
	}
	return order
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

// Span finds the rounds in which each item was first and last answered. An item
// that was settled or dropped is not asked in the rounds after.
func (s *Study) Span() {
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
	if s.News == nil { // rows do not say when an item joined
		s.News = first
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
		s.lasts[i] = max(s.lasts[i], s.News[i])
	}
}

// plays says whether an item is asked in a round. One that nobody answered between
// two rounds that did was not asked there, unless it stands in a list, which is asked
// whole, or in a standing round, where answers stand.
func (s *Study) plays(r, i int) bool {
	if r < s.News[i] || r > s.lasts[i] {
		return false
	}
	switch k, _ := s.Protocol.Kind(s.Kinds[i].Kind); k.Kind {
	case delphi.ChoiceForm, delphi.SelectionForm, delphi.RankingForm:
		return true
	}
	return r == s.News[i] || s.Protocol.Standing() || s.asked(r, i)
}

// asked says whether anyone answered an item in a round.
func (s *Study) asked(r, i int) bool {
	if s.Raw != nil {
		return slices.ContainsFunc(s.Raw[r], func(answers []delphi.Answer) bool {
			return slices.ContainsFunc(answers, func(a delphi.Answer) bool { return a.Item == s.Kinds[i].ID })
		})
	}
	return r < len(s.Answers) && i < len(s.Answers[r]) && s.Answers[r][i].any()
}
