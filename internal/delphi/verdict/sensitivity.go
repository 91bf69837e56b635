package verdict

import (
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
)

// Sensitive gives the sensitivity table of an item after the last of its rounds:
// its class under each of the published rules, by the same ladder. Only scales have
// one; for other kinds it is empty. A row is not defined where the rule does not fit
// the scale or the published table is too coarse.
func Sensitive(p protocol.Protocol, item delphi.Item, rounds []table.Closing) []Sensitivity {
	out := []Sensitivity{}
	now, _ := last(p, item, rounds)
	if now == nil || now.form != delphi.ScaleForm && now.form != delphi.CriteriaForm {
		return out
	}
	s, published := now.spread("A")
	for _, r := range literature(now.kind, p.Consensus) {
		row := Sensitivity{Rule: r.name, Direction: NoDirection, Side: delphi.NoSide}
		q := p
		q.Consensus = r.plan
		if published && fitsScale(q, now.kind) && decide(q, r.plan, s).testable {
			c := scaleClass(q, now)
			row.Defined, row.Key, row.Direction, row.Side = true, c.key, c.direction, c.side
		}
		out = append(out, row)
	}
	return out
}

// published is one rule as the literature has it.
type published struct {
	name string
	plan protocol.ConsensusPlan
}

// literature lists the rules of docs/METHOD.md §4 for a scale. Median/IQR asks for a
// median in the highest class and an interquartile range of a quarter of the
// scale: 2 points of 9, 1 of 5 (von der Gracht 2012, table 3). Scope and denominator
// are the protocol's own.
func literature(k delphi.ItemKind, own protocol.ConsensusPlan) []published {
	high := k.Classes[len(k.Classes)-1]
	plans := []published{
		{"share-750", protocol.ConsensusPlan{Rule: protocol.RuleShare, Share: &protocol.ShareRule{From: high[0], To: high[1], Permille: 750}}},
		{"median-iqr", protocol.ConsensusPlan{Rule: protocol.RuleMedianIQR, MedianIQR: &protocol.MedianIQRRule{MedianMin: high[0], IQRMax: max(1, (k.Points-1)/4)}}},
		{"rand", protocol.ConsensusPlan{Rule: protocol.RuleRand}},
		{"comet", protocol.ConsensusPlan{Rule: protocol.RuleComet, Comet: &protocol.CometRule{In: 700, Against: 150, Out: protocol.CometMirror}}},
		{"agreement-700", protocol.ConsensusPlan{Rule: protocol.RuleAgreement, Agreement: 700}},
		{"cns-750", protocol.ConsensusPlan{Rule: protocol.RuleCns, Cns: 750}},
	}
	for i := range plans {
		plans[i].plan.Scope, plans[i].plan.Denominator = own.Scope, own.Denominator
	}
	return plans
}

// fitsScale says whether the protocol's rule is defined on the kind's scale.
func fitsScale(p protocol.Protocol, k delphi.ItemKind) bool {
	switch p.Consensus.Rule {
	case protocol.RuleRand, protocol.RuleComet:
		return k.Points == 9
	case protocol.RuleAgreement:
		return k.Points >= 3
	case protocol.RuleMedianIQR:
		return 2*p.Consensus.MedianIQR.MedianMin > k.Points+1 && p.Consensus.MedianIQR.IQRMax < k.Points-1
	}
	return true
}

// Bounds are what the verdict's class would be had those who left answered at
// one end (docs/METHOD.md §6).
type Bounds struct {
	Leavers   int         `json:"leavers"` // valid in any earlier round since the item was first asked, not in this
	Defined   bool        `json:"defined"` // a scale with a published table and an earlier round
	Class     Key         `json:"class"`   // as answered
	Low       Key         `json:"low"`     // every leaver at the lowest point
	High      Key         `json:"high"`    // every leaver at the highest point
	Robust    bool        `json:"robust"`  // the class, its direction included, survives both
	Direction Direction   `json:"direction"`
	Side      delphi.Side `json:"side"`
	LowSide   delphi.Side `json:"low_side"`
	HighSide  delphi.Side `json:"high_side"`
}

// Attrition gives the attrition bounds of a scale item after the last of its
// rounds. They need no table of who left: only how many. The protocol's rule is
// asked of the whole panel, since leavers' groups are not known.
func Attrition(p protocol.Protocol, item delphi.Item, rounds []table.Closing) Bounds {
	now, before := last(p, item, rounds)
	if now == nil || before == nil || p.Standing() {
		return Bounds{Direction: NoDirection, Side: delphi.NoSide, LowSide: delphi.NoSide, HighSide: delphi.NoSide}
	}
	b := Bounds{Leavers: now.counts.Leavers, Direction: NoDirection, Side: delphi.NoSide, LowSide: delphi.NoSide, HighSide: delphi.NoSide}
	s, ok := now.spread("A")
	if !ok {
		return b
	}
	p.Consensus.Scope = "panel"
	at := func(counts []int) class {
		t := s
		t.counts, t.n = counts, stat.N(counts)
		t.of += t.n - s.n
		return ladder(t, decide(p, p.Consensus, t), true)
	}
	low, high := stat.Bounds(s.counts, b.Leavers)
	c, l, h := at(s.counts), at(low), at(high)
	same := func(x class) bool { return x.key == c.key && x.direction == c.direction }
	declared := declaredBy(p.Consensus, s.kind)
	b.Defined, b.Class, b.Direction, b.Side = true, c.key, c.direction, side(c.direction, declared)
	b.LowSide, b.HighSide = side(l.direction, declared), side(h.direction, declared)
	b.Low, b.High, b.Robust = l.key, h.key, same(l) && same(h)
	return b
}

// Following is conformity (docs/METHOD.md §6): where people stood against the median
// that they were shown (rows: below, at, above) and what they did (columns: moved
// down, stayed, moved up), beside what chance alone would give.
type Following struct {
	N        int              `json:"n"`
	Seen     [3][3]stat.Value `json:"seen"`     // shares of all pairs
	Expected [3][3]stat.Value `json:"expected"` // were the two rounds independent
}

// Conformity reads table M of an item's last round; false where it does not exist, and
// where it leaves stayers out: moves counted of some pairs are no shares of all.
func Conformity(p protocol.Protocol, item delphi.Item, rounds []table.Closing) (Following, bool) {
	now, before := last(p, item, rounds)
	if now == nil || before == nil || now.leftOut(p) > 0 {
		return Following{}, false
	}
	m, ok := now.tables["M"]
	rows := square(m, 3)
	a, aok := before.spread("A")
	b, bok := now.spread("A")
	if !ok || rows == nil || !aok || !bok || !a.fine() || !b.fine() {
		return Following{}, false
	}
	f := Following{N: m.N, Expected: stat.Conformity(a.counts, b.counts, stat.Median(a.counts, p.Measures.Quantile))}
	for i, row := range rows {
		for j, n := range row {
			f.Seen[i][j] = stat.Share(n, m.N)
		}
	}
	return f, true
}

// Sensitivity tells how the class of an item would change under another published
// rule. Gates and stability are the same under each, and no part of it.
type Sensitivity struct {
	Rule      string      `json:"rule"`    // "share-750", "median-iqr", "rand", "comet", "agreement-700", "cns-750"
	Defined   bool        `json:"defined"` // whether the rule fits the scale and the tables that exist
	Key       Key         `json:"key"`     // the class under that rule; "" when not defined
	Direction Direction   `json:"direction"`
	Side      delphi.Side `json:"side"`
}
