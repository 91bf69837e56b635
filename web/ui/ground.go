package ui

import (
	"math"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/verdict"
	"delfi/web/page"
	"delfi/web/ui/chart"
)

// ratios are the grounds that are shares of people, in permille.
var ratios = map[string]func(permille, limit int) bool{
	"response": atLeast, "judged": atLeast, "unchanged": atLeast, "within": atLeast, "share": atLeast, "middle": atLeast,
	"comet_in": atLeast, "group": atLeast, "lowest_class": atLeast, "highest_class": atLeast, "never": atLeast,
	"finite": atLeast, "cannot_judge": atLeast,
	"scheibe": below, "comet_against": below,
	"relative_iqr": atMost, "rand_quarter": atMost, "comet_half": atMost,
	"largest_class": above, "around_median": above, "selected_by": above,
}

func atLeast(x, limit int) bool { return x >= limit }
func atMost(x, limit int) bool  { return x <= limit }
func above(x, limit int) bool   { return x > limit }
func below(x, limit int) bool   { return x < limit }

// Ground puts a ground of the engine into words: the figure beside what the protocol
// asks, rounded as the bar beside it is.
func Ground(q *page.Request, c Case, g verdict.Ground) string {
	key := "ui.ground." + g.Code
	args := []any{
		"value", "–", "of", "–", "limit", Permille(q, The, g.Limit), "limit_of", Permille(q, Of, g.Limit), "limit_from", Permille(q, From, g.Limit),
		"people", int(g.Value.Or(0)), "n", g.Limit, "number", thousandths(q, g.Value), "least", Thousandths(q, g.Limit),
		"place", "–", "detail", g.Detail,
	}
	set := func(name, words string) {
		for i := 0; i < len(args); i += 2 {
			if args[i] == name {
				args[i+1] = words
			}
		}
	}
	if _, ok := ratios[g.Code]; ok && g.Value.Defined() {
		set("value", c.ratio(q, The, g))
		set("of", c.ratio(q, Of, g))
	}
	switch g.Code {
	case "share", "middle", "largest_class", "lowest_class", "highest_class", "unanimous":
		set("detail", strings.Replace(g.Detail, "-", "–", 1))
		if g.Detail == "yes" || g.Detail == "no" { // of a selection
			set("detail", q.T("ui.ground.selected."+g.Detail))
		}
	case "unchanged", "within":
		if g.Detail == "at-least" {
			key += "_least"
		}
	case "scheibe":
		if chance, err := strconv.Atoi(g.Detail); err == nil {
			key += "_chance"
			set("detail", Proportion(q, The, stat.Of(float64(chance)/1000), false))
		}
	case "median", "iqr":
		set("place", c.place(q, g.Value))
	case "test_dropped":
		set("detail", q.T("ui.stability.test."+g.Detail))
	case "group":
		for _, one := range c.Protocol.Panel.Groups {
			if name := one.Name[q.Lang]; one.ID == g.Detail && name != "" {
				set("detail", name)
			}
		}
	}
	return q.T(key, args...)
}

// ratio writes a ground's share. One that is the share of a side is written as the bar
// writes it; a bound is rounded down; and where a whole number would contradict what
// the ground says of its limit, one decimal stands.
func (c Case) ratio(q *page.Request, form Form, g verdict.Ground) string {
	x, fits := g.Value.Or(0)/1000, c.fits(g)
	if n, ok := c.sides(); ok {
		total, shares := n[0]+n[1]+n[2], chart.Shares(n[:])
		for i := range n {
			if total > 0 && math.Abs(float64(n[i])/float64(total)-x) < onShare && fits(shares[i]) {
				return Percent(q, form, shares[i])
			}
		}
	}
	return Beside(q, form, stat.Of(x), g.Detail == "at-least", fits)
}

// place writes a median or a width: on a scale of whole points the points that it lies
// between, of an estimate the value with its unit.
func (c Case) place(q *page.Request, v stat.Value) string {
	x, ok := v.Float()
	if !ok {
		return "–"
	}
	k, _ := c.Protocol.Kind(c.Kind)
	switch k.Kind {
	case delphi.EstimateForm:
		return decimal(q, x) + " " + k.Unit
	case delphi.DateForm:
		return decimal(q, x) + " " + q.T("consultation.protocol.unit_"+k.Unit)
	}
	return Words(q).Point(x)
}

// thousandths writes a figure in thousandths with two decimals.
func thousandths(q *page.Request, v stat.Value) string {
	x, ok := v.Float()
	if !ok {
		return "–"
	}
	return Decimal(q, stat.Of(x/1000), 2)
}
