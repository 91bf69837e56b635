package public

import (
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/verdict"
	"delfi/internal/report/schema"
	"delfi/web/page"
	"delfi/web/ui"
	"delfi/web/ui/chart"
)

// headline says a whole result in one sentence: each verdict with its number and its
// sides, never two verdicts as one. Its numbers add up to all items that
// stand; those that are asked no more are said apart.
func headline(q *page.Request, s schema.Summary) string {
	gone := ""
	if s.Gone.N > 0 {
		gone = " " + q.T("consultation.headline.gone", "n", s.Gone.N)
	}
	if s.Items() == s.Unrated {
		return q.T("consultation.headline.nothing") + gone
	}
	if s.Open.N == s.Items() {
		return q.T("consultation.headline.all_open", "n", s.Open.N) + gone
	}
	parts := []string{counted(q, "consensus", s.Consensus)}
	if s.Majority.N > 0 {
		parts = append(parts, counted(q, "majority", s.Majority))
	}
	if s.Plurality.N > 0 {
		parts = append(parts, counted(q, "plurality", s.Plurality))
	}
	for _, one := range []struct {
		key string
		n   int
	}{{"divided", s.Divided.N}, {"open", s.Open.N}, {"unrated", s.Unrated}} {
		if one.n > 0 {
			parts = append(parts, q.T("consultation.headline."+one.key, "n", one.n))
		}
	}
	return strings.Join(parts, ", ") + "." + gone
}

// counted says on how many a verdict was reached, and on which sides.
func counted(q *page.Request, key string, c schema.BySide) string {
	if c.N == 0 {
		return q.T("consultation.headline." + key + "_none")
	}
	text := q.T("consultation.headline."+key, "n", c.N)
	var sides []string
	for _, one := range []struct {
		side delphi.Side
		n    int
	}{{delphi.For, c.For}, {delphi.Against, c.Against}, {delphi.Between, c.Middle}} {
		switch {
		case one.n == 0:
		case one.n == c.N && c.N == 1:
			sides = append(sides, ui.Side(q, one.side))
		case one.n == c.N:
			sides = append(sides, q.T("consultation.headline.all", "side", ui.Side(q, one.side)))
		default:
			sides = append(sides, q.T("consultation.headline.side", "count", one.n, "side", ui.Side(q, one.side)))
		}
	}
	if c.None > 0 && c.None < c.N {
		sides = append(sides, q.T("consultation.headline.sideless", "count", c.None))
	}
	if len(sides) > 0 {
		text += " (" + strings.Join(sides, ", ") + ")"
	}
	return text
}

// bunch is the items of one pile with the same verdict.
type bunch struct {
	Mark        ui.Mark
	First, Rest []schema.Item
}

// N is how many items are in it.
func (b bunch) N() int { return len(b.First) + len(b.Rest) }

// shortlist is how many items of one verdict a pile shows before the rest is folded.
const shortlist = 4

// bunches parts a pile by verdict, in its order.
func (o opinionView) bunches(q *page.Request, p schema.Pile) []bunch {
	var all []bunch
	for _, i := range o.On(p) {
		m := ui.Verdict(q, o.of(i))
		m.LeftOut, m.Sentence, m.If = "", "", ""
		if i.Verdict.Key == verdict.Bipolarity {
			m.Side = "" // the larger camp is each statement's own
		}
		if n := len(all); n == 0 || all[n-1].Mark != m {
			all = append(all, bunch{Mark: m})
		}
		b := &all[len(all)-1]
		if len(b.First) < shortlist {
			b.First = append(b.First, i)
		} else {
			b.Rest = append(b.Rest, i)
		}
	}
	return all
}

// pileClass is the class of a pile's box: its edge differs by side.
func pileClass(p schema.Pile) string {
	return map[schema.Pile]string{
		schema.For: "full", schema.Against: "con", schema.Middle: "mid", schema.Divided: "div", schema.Open: "open",
	}[p]
}

// figure is what stands beside an item's bar: the share of the side that leads; where
// none does, the shares of all parts in the order of the bar.
func (o opinionView) figure(q *page.Request, i schema.Item, d chart.Distribution) string {
	n := d.Sides()
	s, declared := chart.Shares(n[:]), ui.Declared(o.view.Protocol, i.Kind)
	at := map[verdict.Direction]int{verdict.Low: s[0], verdict.Middle: s[1], verdict.High: s[2]}
	switch schema.PileOf(i.Verdict) {
	case schema.For:
		return ui.Percent(q, ui.Plain, at[declared])
	case schema.Middle:
		return ui.Percent(q, ui.Plain, s[1])
	case schema.Against:
		return ui.Percent(q, ui.Plain, 100-at[declared]-between(declared, s))
	}
	all := []string{strconv.Itoa(s[0]), strconv.Itoa(s[2])}
	if len(o.ItemKind(i.Kind).Classes) > 2 {
		all = []string{all[0], strconv.Itoa(s[1]), all[1]}
	}
	return strings.Join(all, " · ")
}

// between is the share in the middle where it is no side of the rule.
func between(declared verdict.Direction, s []int) int {
	if declared == verdict.Middle {
		return 0
	}
	return s[1]
}
