package verdict

import (
	"slices"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
)

// The figures of docs/METHOD.md §4 that no protocol changes, in permille.
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
	key       Key
	direction Direction
	side      delphi.Side
	unanimous bool
	leftOut   bool
	grounds   []Ground
}

// everyone marks a class as unanimous at one value. Counts that are not exact cannot
// tell it: two people round to none.
func (c *class) everyone(exact bool, value string) {
	if c.unanimous = exact; exact {
		c.grounds = append([]Ground{{Code: "unanimous", Holds: true, Detail: value}}, c.grounds...)
	}
}

// Judge gives the verdict and the proposal of an item after the last of its
// rounds; roundsLeft counts the answering rounds that are still planned (in a
// standing round: 1 while it is open, 0 at its deadline). rounds are all closings
// so far, oldest first. It reads counts documents and tables and nothing else.
func Judge(p protocol.Protocol, item delphi.Item, rounds []table.Closing, roundsLeft int) (Verdict, Proposal) {
	now, before := last(p, item, rounds)
	if now == nil {
		return sideless(TooFew, []Ground{{Code: "valid_n", Value: people(0), Limit: p.Disclosure.MinN}}),
			propose(nil, steadiness{}, class{}, roundsLeft)
	}
	s := steady(p, now, before, roundsLeft == 0)
	if !s.enough {
		return sideless(TooFew, s.grounds), propose(now, s, class{}, roundsLeft)
	}
	c := classify(p, now)
	grounds := append(slices.Clone(s.grounds), c.grounds...)
	if c.key == TooFew {
		s.enough = false
		return sideless(TooFew, grounds), propose(now, s, c, roundsLeft)
	}
	v := sideless(c.key, grounds)
	if !s.gated || s.stable {
		v.Direction, v.Side, v.Unanimous, v.LeftOut = c.direction, c.side, c.unanimous, c.leftOut
		return v, propose(now, s, c, roundsLeft)
	}
	v.If, v.IfDirection, v.IfSide = c.key, c.direction, c.side
	v.Key = Open
	if s.compare {
		v.Cause = causeOf(p, now, before)
		// Without anything to compare nobody can say that answers move.
		if roundsLeft == 0 {
			v.Key = Unstable
		}
	}
	return v, propose(now, s, c, roundsLeft)
}

// sideless is a verdict that takes no side.
func sideless(key Key, grounds []Ground) Verdict {
	return Verdict{
		Key: key, Direction: NoDirection, Side: delphi.NoSide, IfDirection: NoDirection, IfSide: delphi.NoSide, Grounds: grounds,
	}
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
func classify(p protocol.Protocol, v *view) class {
	switch v.form {
	case delphi.ScaleForm, delphi.CriteriaForm:
		return scaleClass(p, v)
	case delphi.EstimateForm, delphi.DateForm:
		return estimateClass(p, v)
	case delphi.ChoiceForm:
		return choiceClass(p, v)
	case delphi.SelectionForm:
		return selectionClass(p, v)
	case delphi.RankingForm:
		return rankingClass(p, v)
	}
	return unpublished(p)
}

// scaleClass is docs/METHOD.md §4's ladder: the first that holds.
func scaleClass(p protocol.Protocol, v *view) class {
	s, ok := v.spread("A")
	if !ok {
		return unpublished(p)
	}
	o := decide(p, p.Consensus, s)
	holds, groups := everyGroup(p, v, o.holds, func(letter string) (bool, []Ground) {
		t, ok := v.spread(letter)
		if !ok {
			return false, nil
		}
		own := decide(p, p.Consensus, t)
		return own.holds && own.direction == o.direction, own.grounds
	})
	o.holds, o.grounds = holds, append(o.grounds, groups...)
	c := ladder(s, o, !v.doc.Interim)
	c.side = side(c.direction, declaredBy(p.Consensus, s.kind))
	coreSet(p, v, s, &c)
	return c
}

// declaredBy is the direction that a rule is for. Rules that name none are for the
// high one: scales run from no to yes.
func declaredBy(c protocol.ConsensusPlan, k delphi.ItemKind) Direction {
	if c.Share != nil {
		return direction(c.Share.From+c.Share.To, k.Points+1)
	}
	return High
}

// coreSet marks an item as left out of the core set where the protocol asks whether
// at most half of every group score 7–9: beside the ladder's verdict, once neither a
// consensus nor two poles were found (docs/METHOD.md §3).
func coreSet(p protocol.Protocol, v *view, whole spread, c *class) {
	if p.Consensus.Comet == nil || p.Consensus.Comet.Out != protocol.CometAtMostHalf || c.key == Consensus || c.key == Bipolarity {
		return
	}
	top := stat.Undefined
	out, _ := everyGroup(p, v, half(whole, &top), func(letter string) (bool, []Ground) {
		t, ok := v.spread(letter)
		return ok && half(t, &top), nil
	})
	c.leftOut = out
	c.grounds = append(c.grounds, Ground{Code: "comet_half", Holds: out, Value: top, Limit: 500})
}

// half asks one spread whether at most half score 7–9, and keeps the largest share
// that was met, in permille.
func half(s spread, top *stat.Value) bool {
	thirds, ok := s.outer()
	if !ok {
		return false
	}
	if share := permille(thirds[2], s.of); share.Or(0) >= top.Or(0) {
		*top = share
	}
	return stat.AtMostHalf(thirds[2], s.of)
}

// ladder places a scale's counts: RAND's disagreement, the rule, two poles,
// majority, plurality, disagreement. After Dajani et al. 1979, who put majority
// before two poles; in a two-humped panel that would hide the two camps.
func ladder(s spread, o outcome, exact bool) class {
	spans, counts := s.classes()
	largest := 0
	for i, n := range counts {
		if n > counts[largest] {
			largest = i
		}
	}
	d := classSide(largest, len(spans))
	ground := Ground{Code: "largest_class", Holds: stat.Above(counts[largest], s.of, most), Value: permille(counts[largest], s.of), Limit: most, Detail: delphi.Span(spans[largest])}
	c := class{key: Disagreement, direction: NoDirection, grounds: o.grounds}
	apart, camps := s.camps(spans, counts)
	switch {
	case o.holds:
		c.key, c.direction = Consensus, o.direction
		if counts[largest] == s.of {
			c.everyone(exact, delphi.Span(spans[largest]))
		}
	case apart:
		c.key, c.direction = Bipolarity, direction(counts[len(counts)-1], counts[0]) // the larger camp
		if c.direction == Middle {
			c.direction = NoDirection // equal ones
		}
		c.grounds = append(c.grounds, camps...)
	case o.hidden:
		c.key = TooFew // for any class would say that the panel does not disagree
	case o.disagrees:
		c.grounds = append(c.grounds, ground)
	case stat.Above(counts[largest], s.of, most):
		c.key, c.direction = Majority, d
		c.grounds = append(c.grounds, ground)
	case leading(counts, largest, s.of):
		c.key, c.direction = Plurality, d
		ground.Holds, ground.Limit = true, leads
		c.grounds = append(c.grounds, ground)
	default:
		c.grounds = append(c.grounds, ground)
	}
	return c
}

// camps says whether the lowest and the highest class are two poles. Where a scale
// of 4 points or more has two classes alone, they meet in the middle: only a
// negative agreement A tells poles from neighbours.
func (s spread) camps(spans [][2]int, counts []int) (bool, []Ground) {
	last := len(counts) - 1
	lowest, highest := counts[0], counts[last]
	if last < 1 || !stat.AtLeast(lowest, s.of, poles) || !stat.AtLeast(highest, s.of, poles) {
		return false, nil
	}
	grounds := []Ground{
		{Code: "lowest_class", Holds: true, Value: permille(lowest, s.of), Limit: poles, Detail: delphi.Span(spans[0])},
		{Code: "highest_class", Holds: true, Value: permille(highest, s.of), Limit: poles, Detail: delphi.Span(spans[last])},
	}
	if last > 1 || s.kind.Points < 4 {
		return true, grounds
	}
	a := stat.Agreement(s.points()) // undefined where only classes were published
	apart := a.Defined() && a.Or(0) < -rounding
	return apart, append(grounds, Ground{Code: "apart", Holds: apart, Value: times1000(a), Limit: 0})
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

// Key is where an item stands (docs/METHOD.md §4).
type Key string

// The verdicts, in the order in which they are listed.
const (
	Open         Key = "open"
	Consensus    Key = "consensus"
	Bipolarity   Key = "bipolarity"
	Majority     Key = "majority"
	Plurality    Key = "plurality"
	Disagreement Key = "disagreement"
	Unstable     Key = "unstable"
	TooFew       Key = "too few"
)

// Keys lists every verdict.
var Keys = []Key{Open, Consensus, Bipolarity, Majority, Plurality, Disagreement, Unstable, TooFew}

// Verdict is where an item stands after a round, with its grounds as data.
type Verdict struct {
	Key         Key         `json:"key"`
	Direction   Direction   `json:"direction"`
	Side        delphi.Side `json:"side"` // what the direction means: For is the protocol's declared direction
	Unanimous   bool        `json:"unanimous"`
	LeftOut     bool        `json:"left_out"` // of the core set (COMET, at most half of every group)
	If          Key         `json:"if"`       // what it would be if it were stable; for open and unstable
	IfDirection Direction   `json:"if_direction"`
	IfSide      delphi.Side `json:"if_side"`
	Cause       Cause       `json:"cause"` // of not being stable; "" where it is, or nothing tells
	Grounds     []Ground    `json:"grounds"`
}

// Cause is why answers are not stable.
type Cause string

// The causes.
const (
	AnswersMoved Cause = "answers-moved" // those who stayed changed their answers
	PanelChanged Cause = "panel-changed" // those who stayed kept theirs, and others answer
)

// Proposal is what the engine proposes for an item, with its grounds.
type Proposal struct {
	Action  Action   `json:"action"`
	Grounds []Ground `json:"grounds"`
}

// Action is what the engine proposes for an item between rounds.
type Action string

// The actions.
const (
	Settle Action = "settle"
	Reword Action = "reword"
	GoOn   Action = "go-on"
	Drop   Action = "drop" // after a select round: it is not among those kept
)
