package study

import (
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/verdict"
	"delfi/internal/study/words"
)

// judged is what the words of an item's verdict need beside the verdict.
type judged struct {
	rule     protocol.ConsensusPlan
	declared verdict.Direction // the side that the rule is for
	classes  [][2]int          // of the scale, in points from 1; nil where there is none
	scale    Scale
}

func judgement(p protocol.Protocol, item delphi.Item, scale Scale) judged {
	k, _ := p.Kind(item.Kind)
	out := judged{rule: p.Consensus, declared: verdict.High, scale: scale}
	if k.Kind == delphi.ScaleForm || k.Kind == delphi.CriteriaForm {
		out.classes = k.Classes
	}
	if s := p.Consensus.Share; s != nil && s.From > 0 {
		switch twice := s.From + s.To; {
		case twice < k.Points+1:
			out.declared = verdict.Low
		case twice == k.Points+1:
			out.declared = verdict.Middle
		}
	}
	return out
}

// side says where a direction stands towards what the rule declares.
func (j judged) side(d verdict.Direction) delphi.Side {
	switch {
	case d == verdict.NoDirection || d == "":
		return delphi.NoSide
	case d == j.declared:
		return delphi.For
	case d == verdict.Middle:
		return delphi.Between
	}
	return delphi.Against
}

// Part is one side of a scale with its share of the answers.
type Part struct {
	Side    delphi.Side
	Points  string // "7-9"
	Count   int
	Percent int // of whole ones, which sum to 100
}

// Parts gives the lowest class, all between and the highest of a histogram by point
// or by class; nil where an item has no scale. The middle is left out where there
// are two classes.
func (it Item) Parts(counts []int) []Part {
	classes := it.judged.classes
	k := len(classes)
	if k < 2 || len(counts) == 0 {
		return nil
	}
	own := make([]int, k)
	for i, c := range classes {
		switch {
		case len(counts) == classes[k-1][1]:
			for v := c[0]; v <= c[1]; v++ {
				own[i] += counts[v-1]
			}
		case len(counts) == k:
			own[i] = counts[i]
		default:
			return nil
		}
	}
	part := func(d verdict.Direction, from, to int) Part {
		p := Part{Side: it.judged.side(d), Points: Span(classes[from][0]+it.judged.scale.offset(), classes[to][1]+it.judged.scale.offset())}
		for _, c := range own[from : to+1] {
			p.Count += c
		}
		return p
	}
	out := []Part{part(verdict.Low, 0, 0)}
	if k > 2 {
		out = append(out, part(verdict.Middle, 1, k-2))
	}
	out = append(out, part(verdict.High, k-1, k-1))
	sums := make([]int, len(out))
	for i, p := range out {
		sums[i] = p.Count
	}
	for i, percent := range words.Parts(sums) {
		out[i].Percent = percent
	}
	return out
}

// Case is the item's verdict as its words need it.
func (it Item) Case() words.Case {
	c := words.Case{Verdict: it.Verdict, Rule: it.judged.rule}
	for _, p := range it.Parts(it.Last().Counts) {
		if c.Parts == nil {
			c.Parts = map[delphi.Side]int{}
		}
		c.Parts[p.Side] += p.Percent
	}
	return c
}

// Shown gives the percentages of the last round's bar by the names of its classes.
func (it Item) Shown() map[string]int {
	out := map[string]int{}
	for _, p := range it.Parts(it.Last().Counts) {
		out[p.Points] = p.Percent
	}
	return out
}

// Last is the last round that asked the item; a zero one where none did.
func (it Item) Last() ItemRound {
	if n := len(it.Rounds); n > 0 {
		return it.Rounds[n-1]
	}
	return ItemRound{}
}

// Top is the share of a round in the item's window: that of its bar where the window
// is one of its parts.
func (it Item) Top(w words.Words, row ItemRound) string {
	for _, p := range it.Parts(row.Counts) {
		if p.Points == it.Window {
			return w.Part(p.Percent)
		}
	}
	return w.Percent(row.Measures.Value("top"))
}

// Kept is the share that gave the same answer as in the round before, with a sign
// where published tables tell no more than "at least".
func (row ItemRound) Kept(w words.Words) string {
	v := row.Measures.Value("unchanged")
	if row.Bound.Unchanged && v.Defined() {
		return "≥" + w.Percent(v)
	}
	return w.Percent(v)
}

// GroupTop is Top of a group.
func (it Item) GroupTop(w words.Words, g Group) string {
	for _, p := range it.Parts(g.Counts) {
		if p.Points == it.Window {
			return w.Part(p.Percent)
		}
	}
	return w.Percent(g.Top)
}

// Reached counts the items of a result by verdict and side: a choice is one question,
// whatever its options.
func (r Result) Reached() words.Tally {
	t := words.Tally{}
	for _, it := range r.Questions() {
		if it.Kind != string(delphi.TextForm) {
			t.Add(it.Verdict.Key, it.Verdict.Side)
		}
	}
	return t
}
