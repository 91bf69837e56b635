package verdict

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
)

// scores reads the table of an estimate or date: values of the grid, "never" as
// +∞. False when there is none, or when only thirds of the grid were published.
func (v *view) scores() (stat.Dist, bool) { return v.scoresOf("A") }

func (v *view) scoresOf(letter string) (stat.Dist, bool) {
	t, ok := v.tables[letter]
	if !ok || t.N == 0 || v.form != delphi.EstimateForm && v.form != delphi.DateForm || len(t.Counts) != v.kind.Gridded() {
		return stat.Dist{}, false
	}
	d := stat.Dist{Count: t.Counts, Score: make([]float64, len(t.Counts))}
	for i := range d.Score {
		d.Score[i] = float64(v.kind.Min + i*v.kind.Grid)
		if i == v.kind.Steps() {
			d.Score[i] = math.Inf(1)
		}
	}
	return d, true
}

// unit is what an interquartile range is measured against: the median, the grid
// where the median is 0. A date has no natural zero: its median counts from the
// first date that may be answered, so that ten years are much for 2030 and little
// for 2100.
func unit(k delphi.ItemKind, median float64) float64 {
	if k.Kind == delphi.DateForm {
		median -= float64(k.Min)
	}
	if median == 0 {
		return float64(k.Grid)
	}
	return math.Abs(median)
}

// relativeIQR is the spread of an estimate in parts of unit; undefined where a
// quartile is "never".
func relativeIQR(k delphi.ItemKind, median, iqr stat.Value) stat.Value {
	m, ok := median.Float()
	w, wok := iqr.Float()
	if !ok || !wok || math.IsInf(m, 0) || math.IsInf(w, 0) {
		return stat.Undefined
	}
	return stat.Of(w / unit(k, m))
}

// estimateClass: a narrow spread is consensus; "never" against the rest two
// poles; more than half around the median a majority.
func estimateClass(p protocol.Protocol, v *view) class {
	d, ok := v.scores()
	if !ok {
		return unpublished(p)
	}
	n := d.N()
	median := d.Median(p.Measures.Quantile)
	narrow := narrowness(p, v.kind, d)
	agreed, groups := everyGroup(p, v, narrow.Holds, func(letter string) (bool, []Ground) {
		own, ok := v.scoresOf(letter)
		g := narrowness(p, v.kind, own)
		return ok && g.Holds, []Ground{g}
	})
	c := class{key: Disagreement, direction: NoDirection, side: delphi.NoSide, grounds: append([]Ground{narrow}, groups...)}
	nevers := 0
	if v.kind.Never {
		nevers = d.Count[len(d.Count)-1]
	}
	around, mode := aroundMedian(p, v.kind, d, median), stat.Mode(d.Count)[0]-1
	switch {
	case d.Count[mode] == n:
		c.key = Consensus
		c.everyone(!v.doc.Interim, v.tables["A"].Values[mode])
	case agreed:
		c.key = Consensus
	case stat.AtLeast(nevers, n, poles) && stat.AtLeast(n-nevers, n, poles):
		c.key = Bipolarity
		if nevers != n-nevers {
			c.direction = direction(nevers, n-nevers) // high is "never", beyond every value
		}
		c.grounds = append(c.grounds,
			Ground{Code: "never", Holds: true, Value: permille(nevers, n), Limit: poles},
			Ground{Code: "finite", Holds: true, Value: permille(n-nevers, n), Limit: poles})
	default:
		if stat.Above(around, n, most) {
			c.key = Majority
		}
		c.grounds = append(c.grounds, Ground{Code: "around_median", Holds: c.key == Majority, Value: permille(around, n), Limit: most})
	}
	return c
}

// narrowness asks the rule of an estimate: its spread against its unit, or in units.
func narrowness(p protocol.Protocol, k delphi.ItemKind, d stat.Dist) Ground {
	q, limit := p.Measures.Quantile, p.Consensus.RelativeIQR
	if p.Consensus.Rule == protocol.RuleIQR {
		return narrowIn(finite(d.IQR(q)), p.Consensus.IQR)
	}
	relative := relativeIQR(k, d.Median(q), d.IQR(q))
	return Ground{Code: "relative_iqr", Holds: relative.Defined() && !more(relative, p.Consensus.Fine(limit)), Value: times1000(relative), Limit: limit, Above: p.Consensus.Above}
}

// finite is a figure that no "never" takes part in.
func finite(v stat.Value) stat.Value {
	if f, ok := v.Float(); !ok || math.IsInf(f, 0) {
		return stat.Undefined
	}
	return v
}

// more says whether a figure exceeds a threshold in permille.
func more(v stat.Value, limit float64) bool {
	f, ok := v.Float()
	return ok && 1000*f > limit+1000*rounding
}

// aroundMedian counts the answers within the rule's limit around the median: those who
// say "never" with it, when the median is "never".
func aroundMedian(p protocol.Protocol, k delphi.ItemKind, d stat.Dist, median stat.Value) int {
	m, ok := median.Float()
	if !ok {
		return 0
	}
	width := float64(p.Consensus.IQR)
	if p.Consensus.Rule != protocol.RuleIQR {
		width = p.Consensus.Fine(p.Consensus.RelativeIQR) * unit(k, m) / 1000
	}
	n := 0
	for i, x := range d.Score {
		switch {
		case math.IsInf(m, 1):
			if math.IsInf(x, 1) {
				n += d.Count[i]
			}
		case math.Abs(x-m) <= width*(1+rounding):
			n += d.Count[i]
		}
	}
	return n
}

// choiceClass: options have no order, so there are no poles and no direction.
func choiceClass(p protocol.Protocol, v *view) class {
	t := v.tables["A"]
	largest := v.leader()
	if largest < 0 {
		return unpublished(p)
	}
	n, rule, of := t.Counts[largest], *p.Consensus.Share, t.N
	if v.all {
		of += v.counts.CannotJudge
	}
	chosen := func(t table.Table, of int) Ground {
		if largest >= len(t.Counts) {
			return Ground{Code: "share", Limit: rule.Permille, Above: rule.Above}
		}
		return shareGround(rule, "share", t.Counts[largest], of, t.Values[largest])
	}
	g := chosen(t, of)
	agreed, groups := everyGroup(p, v, g.Holds, func(letter string) (bool, []Ground) {
		own := chosen(v.tables[letter], v.tables[letter].N)
		return own.Holds, []Ground{own}
	})
	c := class{key: Disagreement, direction: NoDirection, side: delphi.NoSide, grounds: append([]Ground{g}, groups...)}
	switch {
	case n == of:
		c.key = Consensus
		c.everyone(!v.doc.Interim, t.Values[largest])
	case agreed:
		c.key = Consensus
	case stat.Above(n, of, most):
		c.key = Majority
	case leading(t.Counts, largest, of):
		c.key = Plurality
	}
	return c
}

// selectionClass: an option is in when the share selects it, out when the share
// does not; more than half either way is a majority.
func selectionClass(p protocol.Protocol, v *view) class {
	t := v.tables["S"]
	if t.N == 0 || len(t.Counts) != 2 {
		return unpublished(p)
	}
	no, yes := t.Counts[0], t.Counts[1]
	c := class{key: Disagreement, direction: NoDirection, side: delphi.NoSide}
	larger, detail := yes, "yes"
	if no > yes {
		larger, detail = no, "no"
	}
	g := shareGround(*p.Consensus.Share, "share", larger, t.N, detail)
	switch {
	case g.Holds:
		c.key, c.unanimous = Consensus, larger == t.N && !v.doc.Interim
	case stat.Above(larger, t.N, most):
		c.key = Majority
	}
	if c.key != Disagreement {
		c.direction = direction(yes, no)
		c.side = side(c.direction, High)
	}
	c.grounds = []Ground{g}
	return c
}

// concordance is Kendall's W of a ranked list, from its tables of positions and
// ties.
func (v *view) concordance() stat.Concordance {
	sums := make([]float64, 0, len(v.counts.List))
	raters := 0
	for _, id := range v.counts.List {
		t, ok := v.tables["P/"+id]
		if !ok {
			return stat.Concordance{}
		}
		total := 0.0
		for i, n := range t.Counts {
			total += float64(i+2) / 2 * float64(n) // positions 1, 1.5, 2 …
		}
		sums, raters = append(sums, total), t.N
	}
	ties := 0.0
	for i, n := range v.tables[table.TiesID].Counts {
		sum, err := strconv.Atoi(v.tables[table.TiesID].Values[i])
		if err != nil {
			return stat.Concordance{}
		}
		ties += float64(sum) * float64(n)
	}
	return stat.KendallSums(sums, raters, ties)
}

// rankingClass is one verdict for the whole list (Schmidt 1997).
func rankingClass(p protocol.Protocol, v *view) class {
	w := v.concordance().W
	if v.tables[table.TiesID].N == 0 {
		return unpublished(p)
	}
	// Where everyone tied everything W is undefined: nobody agreed on an order.
	c := class{key: Disagreement, direction: NoDirection, side: delphi.NoSide}
	switch {
	case reaches(w, p.Consensus.Fine(p.Consensus.W)):
		c.key = Consensus
	case reaches(w, wMajority):
		c.key = Majority
	case reaches(w, wLead):
		c.key = Plurality
	}
	c.grounds = []Ground{{Code: "w", Holds: c.key == Consensus, Value: times1000(w), Limit: p.Consensus.W, Above: p.Consensus.Above}}
	return c
}

// Narrowed is an item of a select round: it has no verdict yet, only a place in the list.
type Narrowed struct {
	Verdict  Verdict
	Proposal Proposal
}

// Narrowing gives, by item, what a closing of a select round proposes: that those selected
// by more than narrow.keep of the selectors go on, filled up to the floor and cut to the
// ceiling by how many selected them, and that the others are dropped; ties at either border
// stay. Items without a published table are not in it.
func Narrowing(p protocol.Protocol, c table.Closing) map[string]Narrowed {
	n := p.Items.Narrow
	if n == nil || p.Round(c.Counts.Round).Kind != delphi.Select {
		return nil
	}
	tables, exceed := map[string]table.Table{}, 0
	for _, t := range c.Tables {
		id, ok := strings.CutPrefix(t.ID, "S/")
		if !ok || len(t.Counts) != 2 {
			continue
		}
		tables[id] = t
		if stat.Above(t.Counts[1], t.N, n.Keep) {
			exceed++
		}
	}
	if len(tables) == 0 {
		return nil
	}
	selected := func(t table.Table) int { return t.Counts[1] }
	ordered := make([]int, 0, len(tables))
	for _, t := range tables {
		ordered = append(ordered, selected(t))
	}
	slices.SortFunc(ordered, func(x, y int) int { return y - x })
	least := ordered[min(max(exceed, n.Min), n.Max, len(ordered))-1]
	kept := 0
	for _, x := range ordered {
		if x >= least {
			kept++
		}
	}
	out := make(map[string]Narrowed, len(tables))
	for id, t := range tables {
		stays := selected(t) >= least
		proposal := Proposal{Action: Drop, Grounds: []Ground{
			{Code: "selected_by", Holds: stat.Above(selected(t), t.N, n.Keep), Value: permille(selected(t), t.N), Limit: n.Keep},
			{Code: "narrowed", Holds: stays, Value: people(kept), Limit: len(ordered), Detail: delphi.Span([2]int{n.Min, n.Max})},
		}}
		if stays {
			proposal.Action = GoOn
		}
		out[id] = Narrowed{sideless(Open, proposal.Grounds), proposal}
	}
	return out
}

// unpublished is the class of an item whose table is not there, or too coarse for
// a verdict: too few people for what its kind asks.
func unpublished(p protocol.Protocol) class {
	return class{key: TooFew, direction: NoDirection, side: delphi.NoSide, grounds: []Ground{{Code: "too_coarse", Holds: true, Detail: string(p.Consensus.Rule)}}}
}
