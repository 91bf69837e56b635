package delphi

import (
	"slices"

	"delfi/internal/delphi/stat"
)

// The figures of METHOD.md §4 that no protocol changes, in permille.
const (
	poles     = 350 // each outer class, for two poles
	most      = 500 // more than, for a majority
	leads     = 400 // at least, for a plurality
	ahead     = 100 // and ahead of the second by
	unclear   = 100 // cannot judge, from which a reword is proposed
	wMajority = 500
	wLead     = 300
)

// class is where the answers stand, whether or not they hold still.
type class struct {
	key       VerdictKey
	direction Direction
	unanimous bool
	against   bool
	grounds   []Ground
}

// Judge gives the verdict and the proposal of an item after the last of its
// rounds; roundsLeft counts the answering rounds that are still planned (in a
// standing round: 1 while it is open, 0 at its deadline). rounds are all closings
// so far, oldest first. It reads counts documents and tables and nothing else.
func Judge(p Protocol, item Item, rounds []Closing, roundsLeft int) (Verdict, Proposal) {
	now, before := last(p, item, rounds)
	if now == nil {
		return Verdict{Key: TooFew, Direction: NoDirection, IfDirection: NoDirection, Grounds: []Ground{{Code: "valid_n", Value: people(0), Limit: p.Disclosure.MinN}}},
			propose(nil, steadiness{}, class{}, roundsLeft)
	}
	s := p.steady(now, before, roundsLeft == 0)
	if !s.enough {
		return Verdict{Key: TooFew, Direction: NoDirection, IfDirection: NoDirection, Grounds: s.grounds}, propose(now, s, class{}, roundsLeft)
	}
	c := p.classify(now)
	if c.key == TooFew {
		s.enough = false
		return Verdict{Key: TooFew, Direction: NoDirection, IfDirection: NoDirection, Grounds: append(s.grounds, c.grounds...)}, propose(now, s, c, roundsLeft)
	}
	v := Verdict{
		Key: c.key, Direction: c.direction, Unanimous: c.unanimous, Against: c.against,
		IfDirection: NoDirection, Grounds: append(slices.Clone(s.grounds), c.grounds...),
	}
	if s.gated && !s.stable {
		v.If, v.IfDirection = c.key, c.direction
		v.Direction, v.Unanimous, v.Against = NoDirection, false, false
		v.Key = Open
		// Without anything to compare nobody can say that answers move.
		if s.compare && roundsLeft == 0 {
			v.Key = Unstable
		}
	}
	return v, propose(now, s, c, roundsLeft)
}

// propose works through: settle when stable or at the last round; reword when
// stable, without consensus, and enough people cannot judge; else go on.
func propose(now *view, s steadiness, c class, roundsLeft int) Proposal {
	// Without a gate a standing round runs to its deadline.
	stable := s.enough && s.gated && s.stable
	out := Proposal{Action: GoOn, Grounds: []Ground{
		{Code: "stable", Holds: stable},
		{Code: "last_round", Holds: roundsLeft == 0},
	}}
	if roundsLeft == 0 {
		out.Action = Settle
		return out
	}
	if !stable {
		return out
	}
	out.Action = Settle
	asked := now.counts.Valid + now.counts.CannotJudge
	many := stat.AtLeast(now.counts.CannotJudge, asked, unclear)
	out.Grounds = append(out.Grounds, Ground{Code: "cannot_judge", Holds: many, Value: permille(now.counts.CannotJudge, asked), Limit: unclear})
	if many && c.key != Consensus {
		out.Action = Reword
	}
	return out
}

// classify gives the class of a round's published tables, by the form of the item.
func (p Protocol) classify(v *view) class {
	switch v.form {
	case ScaleForm, CriteriaForm:
		return p.scaleClass(v)
	case EstimateForm, DateForm:
		return p.estimateClass(v)
	case ChoiceForm:
		return p.choiceClass(v)
	case SelectionForm:
		return p.selectionClass(v)
	case RankingForm:
		return p.rankingClass(v)
	}
	return p.unpublished()
}

// scaleClass is METHOD.md §4's ladder: the first that holds.
func (p Protocol) scaleClass(v *view) class {
	s, ok := v.spread("A")
	if !ok {
		return p.unpublished()
	}
	o := p.rule(p.Consensus, s)
	holds, groups := p.everyGroup(v, o.holds, func(letter string) (bool, []Ground) {
		t, ok := v.spread(letter)
		if !ok {
			return false, nil
		}
		own := p.rule(p.Consensus, t)
		return own.holds && own.direction == o.direction && own.against == o.against, own.grounds
	})
	o.holds, o.grounds = holds, append(o.grounds, groups...)
	return ladder(s, o, p.Consensus.declared(s.kind), !v.doc.Interim)
}

// declared is the side that a rule is for. Rules that name none are for the high
// one: scales run from no to yes.
func (c ConsensusPlan) declared(k ItemKind) Direction {
	if c.Share != nil {
		return direction(c.Share.From+c.Share.To, k.Points+1)
	}
	return High
}

// ladder places a scale's counts: unanimity, the rule, two poles, majority,
// plurality, disagreement. After Dajani et al. 1979, who put majority first; in a
// two-humped panel that would hide the two camps. Counts that are not exact cannot
// tell unanimity: two people round to none.
func ladder(s spread, o outcome, declared Direction, exact bool) class {
	spans, counts := s.classes()
	largest := 0
	for i, n := range counts {
		if n > counts[largest] {
			largest = i
		}
	}
	lowest, highest := counts[0], counts[len(counts)-1]
	d := classSide(largest, len(spans))
	ground := Ground{Code: "largest_class", Holds: stat.Above(counts[largest], s.n, most), Value: permille(counts[largest], s.n), Limit: most, Detail: span(spans[largest])}
	c := class{key: Disagreement, direction: NoDirection, grounds: o.grounds}
	switch {
	case exact && counts[largest] == s.n:
		c.key, c.direction, c.unanimous = Consensus, d, true
		c.against = d != Middle && d == opposite(declared)
		c.grounds = append([]Ground{{Code: "unanimous", Holds: true, Detail: span(spans[largest])}}, c.grounds...)
	case o.holds:
		c.key, c.direction, c.against = Consensus, o.direction, o.against
	case stat.AtLeast(lowest, s.n, poles) && stat.AtLeast(highest, s.n, poles):
		c.key, c.direction = Bipolarity, direction(highest, lowest) // the larger camp
		if c.direction == Middle {
			c.direction = NoDirection // equal ones
		}
		c.grounds = append(c.grounds,
			Ground{Code: "lowest_class", Holds: true, Value: permille(lowest, s.n), Limit: poles, Detail: span(spans[0])},
			Ground{Code: "highest_class", Holds: true, Value: permille(highest, s.n), Limit: poles, Detail: span(spans[len(spans)-1])})
	case stat.Above(counts[largest], s.n, most):
		c.key, c.direction = Majority, d
		c.grounds = append(c.grounds, ground)
	case leading(counts, largest, s.n):
		c.key, c.direction = Plurality, d
		ground.Holds, ground.Limit = true, leads
		c.grounds = append(c.grounds, ground)
	default:
		c.grounds = append(c.grounds, ground)
	}
	return c
}

// leading says whether the largest count is a plurality.
func leading(counts []int, largest, n int) bool {
	second := 0
	for i, m := range counts {
		if i != largest {
			second = max(second, m)
		}
	}
	return stat.AtLeast(counts[largest], n, leads) && stat.AtLeast(counts[largest]-second, n, ahead)
}
