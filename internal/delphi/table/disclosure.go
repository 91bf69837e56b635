package table

import (
	"slices"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
)

// The figures of docs/METHOD.md §7 that no protocol changes.
const (
	openFrom = 7  // answers from which an open distribution is shown on every point
	stayers  = 20 // people whom paired tables leave out when too few others are
)

// detail is how finely a table may be published.
type detail int

const (
	nothing detail = iota
	thirds         // outer classes and what lies between
	points         // every declared value
)

// shown is what may be published about one subject after one round.
type shown struct {
	detail  detail
	groups  []bool   // by group
	shift   bool     // D
	pairs   bool     // what can be shown of change at all
	leftOut int      // stayers whom D, T and M leave out
	classes bool     // T
	moves   bool     // M
	sure    bool     // K
	reasons []string // the tables R, by what their names end with
}

// disclosed decides what exists about one subject. It reads nothing but the
// protocol and the counts document: anyone can repeat it.
func disclosed(p protocol.Protocol, form delphi.Form, c ItemCounts, interim bool) shown {
	d := p.Disclosure
	s := shown{detail: fineness(p, form, c.Valid, interim), groups: make([]bool, len(c.ByGroup))}
	if !interim && s.detail != nothing {
		// Confidence has no thirds: where those would be shown, nothing is.
		s.sure = c.Confident >= max(d.SmallBelow, d.MinN)
		s.reasons = told(p, c)
	}
	if s.detail != points || interim {
		return s
	}
	// Below SmallBelow the open distribution shows the whole panel and nothing else.
	if c.Valid < d.SmallBelow {
		return s
	}
	if form.Grouped() && len(c.ByGroup) > 1 {
		s.groups = shownGroups(p, c.ByGroup)
	}
	before := c.Paired + c.LeftBefore
	// Pairs under SmallBelow would be a finer table of fewer people than a small
	// panel may show of itself.
	if !form.Paired() || before < d.SmallBelow || c.Paired < max(d.SmallBelow, d.MinN) {
		return s
	}
	hidden := func(n int) bool { return n == 0 || n >= d.LeftOutN }
	switch {
	case hidden(c.LeftBefore) && hidden(c.LeftAfter):
		s.pairs = true
	case c.Paired >= d.PairsT:
		// One leaver's answer would be the difference of two tables: twenty
		// stayers more, and nobody knows whose the difference is.
		s.pairs, s.leftOut = true, max(stayers, d.LeftOutN)
	}
	if s.pairs && c.Paired-s.leftOut < max(d.SmallBelow, d.MinN) {
		s.pairs, s.leftOut = false, 0
	}
	s.shift = s.pairs && (c.Shift == ShiftDirected || c.Shift == ShiftMoved)
	// T and M tell directions: they exist only where D may.
	large := c.Shift == ShiftDirected && s.pairs && c.Paired >= d.PairsT && (form == delphi.ScaleForm || form == delphi.CriteriaForm)
	s.classes = large && c.Transitions
	s.moves = large && c.Moves
	return s
}

// told names the tables of reasons, by what their names end with. A reason is its
// author's own words, and so is the side that they say it argues: neither tells a
// value, so that one of them makes a table wherever the item has one.
func told(p protocol.Protocol, c ItemCounts) []string {
	if c.Reasons <= 0 {
		return nil
	}
	var out []string
	for i, n := range c.Said {
		if n > 0 && i < len(sides) {
			out = append(out, string(sides[i]))
		}
	}
	if len(c.Places) > 0 && placeable(p, c) {
		for _, at := range places[:len(places)-1] {
			if slices.Contains(c.Places, at) {
				out = append(out, string(at))
			}
		}
		if !slices.Contains(c.Places, NoPlace) {
			return out
		}
	} else if c.sideless() <= 0 {
		return out
	}
	return append(out, unsaid)
}

// fineness tells how finely n answers may be shown.
func fineness(p protocol.Protocol, form delphi.Form, n int, interim bool) detail {
	d := p.Disclosure
	switch {
	case n < d.MinN, interim && d.Small == protocol.SmallOpen && n < d.SmallBelow:
		return nothing // an open distribution has no interim figures
	case form == delphi.SelectionForm:
		return points // yes and no are coarser than thirds
	case n >= d.SmallBelow:
		return points
	case d.Small == protocol.SmallOpen && n >= max(openFrom, d.MinN):
		return points
	case form == delphi.RankingForm || form == delphi.ChoiceForm:
		return nothing // no order of values to make thirds of
	}
	return thirds
}

// shownGroups says which groups' tables exist, given valid answers by group:
// those of GroupN people or more, less the smallest ones until the withheld hold
// nobody or GroupN together (else the rest is known by subtraction).
func shownGroups(p protocol.Protocol, by []int) []bool {
	least := max(p.Disclosure.GroupN, p.Disclosure.MinN)
	out := make([]bool, len(by))
	withheld := 0
	for g, n := range by {
		out[g] = n >= least
		if !out[g] {
			withheld += n
		}
	}
	for withheld > 0 && withheld < least {
		smallest := -1
		for g, n := range by {
			if out[g] && (smallest < 0 || n < by[smallest]) {
				smallest = g
			}
		}
		if smallest < 0 {
			break
		}
		out[smallest] = false
		withheld += by[smallest]
	}
	return out
}

// Rule names the tables that exist at the closing of the last counts document,
// in table order: item by item A, G, D, T, M, or P, or S, then K and R; and last
// B, once (docs/RECORD.md §3). It is pure in the protocol and the counts documents so
// far; only the last one matters, because its paired numbers tell all that
// earlier ones would.
func Rule(p protocol.Protocol, documents []Counts) []string {
	out := []string{}
	if len(documents) == 0 {
		return out
	}
	last := documents[len(documents)-1]
	ranked := map[string]bool{}
	for _, c := range last.Items {
		k, ok := p.Kind(c.Kind)
		if !ok {
			continue
		}
		form := k.In(p.Round(last.Round).Kind)
		s := disclosed(p, form, c, last.Interim)
		if s.detail == nothing {
			continue
		}
		switch form {
		case delphi.RankingForm:
			for _, id := range c.List {
				out = append(out, "P/"+id)
			}
			if !ranked[k.ID] {
				out = append(out, TiesID)
			}
			ranked[k.ID] = true
		case delphi.SelectionForm:
			out = append(out, "S/"+c.Item)
		case delphi.TextForm: // its words are its reasons
		default:
			out = append(out, valued(p, k, c, s)...)
		}
		if name := k.Voice(c.Item); name != "" {
			if s.sure {
				out = append(out, "K/"+name)
			}
			for _, end := range s.reasons {
				out = append(out, reasonsID(name, end))
			}
		}
	}
	if last.marked() {
		out = append(out, MarksID)
	}
	return out
}

// valued names the tables of a subject whose answers are values: A, G, D, T, M.
func valued(p protocol.Protocol, k delphi.ItemKind, c ItemCounts, s shown) []string {
	out := []string{AnswersID(k, c.Item)}
	if k.Triple {
		out = []string{LowID(c.Item), out[0], HighID(c.Item)}
	}
	for g, ok := range s.groups {
		if ok && g < len(p.Panel.Groups) {
			out = append(out, "G/"+c.Item+"/"+p.Panel.Groups[g].ID)
		}
	}
	for _, t := range []struct {
		exists bool
		letter string
	}{{s.shift, "D/"}, {s.classes, "T/"}, {s.moves, "M/"}} {
		if t.exists {
			out = append(out, t.letter+c.Item)
		}
	}
	return out
}

// LeftOut says how many stayers the paired tables of an item leave out, by rule:
// 0 or 20. Which ones cannot be verified by others, and a report says so.
func LeftOut(p protocol.Protocol, c ItemCounts) int {
	k, _ := p.Kind(c.Kind)
	return disclosed(p, k.Kind, c, false).leftOut
}

// Extremes says whether the smallest and the largest answer about a subject may be
// shown: where enough people answered that neither points at one of them.
func Extremes(p protocol.Protocol, c ItemCounts) bool {
	return c.Valid >= max(p.Disclosure.ExtremesN, p.Disclosure.MinN)
}
