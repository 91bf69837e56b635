package table

import (
	"fmt"
	"slices"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
)

// Interim counts say no more than the nearest five.
const coarse = 5

// rounded is a count to the nearest multiple of five. No count lies halfway.
func rounded(n int) int { return (n + coarse/2) / coarse * coarse }

// Released decides on one item of a standing round: with fewer than
// release.min_changed people who gave or changed an answer since its last
// release (changed), the last table stands and the answer is false. Otherwise it
// gives the table of the histogram now, by point: rounded to five before the
// deadline, exact at it, when every item is released. A table of too few people
// is empty. For items with points; Release takes all forms.
func Released(p protocol.Protocol, item delphi.Item, last Table, now []int, changed int, deadline bool) (Table, bool) {
	k, ok := p.Kind(item.Kind)
	if !ok || len(now) != k.Points || !due(p, changed, deadline) {
		return last, false
	}
	s := subject{id: item.ID, item: item.ID, kind: k, form: k.Kind}
	t := &Tally{reading: reading{plan: &plan{p: p, subjects: []subject{s}}}, counts: []counts{{whole: slices.Clone(now)}}}
	n := sum(now)
	if !deadline {
		n -= n % coarse
	}
	tables := t.tables(0, shown{detail: fineness(p, k.Kind, n, !deadline)})
	if len(tables) == 0 {
		return Table{ID: "A/" + item.ID}, true
	}
	if !deadline {
		tables[0].round()
	}
	return tables[0], true
}

func due(p protocol.Protocol, changed int, deadline bool) bool {
	return deadline || p.Release != nil && changed >= p.Release.MinChanged
}

// round rounds every count; the table then holds their sum.
func (t *Table) round() {
	for i, n := range t.Counts {
		t.Counts[i] = rounded(n)
	}
	t.N = sum(t.Counts)
}

// Release makes one release of a standing round from its running tally: the
// items with enough changes since their last release (changed is by item id; a
// list's changes are those of any of its items, by the kind's id), all of them at
// the deadline. Before the deadline the counts document is rounded down to five
// and tables to the nearest five; groups, confidence, reasons and marks are shown
// at the deadline only, paired tables never. Measure and Judge take the releases as an item's rounds.
func Release(p protocol.Protocol, t *Tally, enrolled []int, changed map[string]int, deadline bool) (Closing, error) {
	if p.Round(t.plan.round).Kind != delphi.StandingKind {
		return Closing{}, fmt.Errorf("delphi: round %d is not a standing one", t.plan.round)
	}
	if len(enrolled) != len(p.Panel.Groups) {
		return Closing{}, fmt.Errorf("delphi: %d groups are enrolled, the protocol has %d", len(enrolled), len(p.Panel.Groups))
	}
	doc := t.document(enrolled)
	doc.Interim = !deadline
	if !deadline {
		doc.floor()
	}
	out := Closing{Counts: doc, Tables: []Table{}}
	out.Counts.Items = []ItemCounts{}
	for i, s := range t.plan.subjects {
		n := changed[s.item]
		if s.item == "" {
			n = changed[s.id]
		}
		if !due(p, n, deadline) {
			continue
		}
		out.Counts.Items = append(out.Counts.Items, doc.Items[i])
		e := disclosed(p, s.form, doc.Items[i], !deadline)
		tables := t.tables(i, e)
		for j := range tables {
			if !deadline {
				tables[j].round()
			}
		}
		out.Tables = append(append(out.Tables, tables...), t.voiceTables(i, e)...)
	}
	if doc.marked() {
		out.Tables = append(out.Tables, doc.marks())
	}
	return out, nil
}

// floor rounds every number of people down to a multiple of five, so that the
// rule, which reads them, never shows more than the true ones would allow.
func (c *Counts) floor() {
	down := func(n *int) { *n -= *n % coarse }
	down(&c.Enrolled)
	down(&c.Answered)
	for i := range c.Groups {
		down(&c.Groups[i].Enrolled)
		down(&c.Groups[i].Answered)
	}
	for i := range c.Items {
		t := &c.Items[i]
		down(&t.Valid)
		down(&t.CannotJudge)
		down(&t.Incomplete)
		// Who is sure and why is told at the deadline alone.
		t.Confident, t.Reasons, t.Said, t.Places, t.Placed = 0, 0, nil, nil, 0
		for g := range t.ByGroup {
			down(&t.ByGroup[g])
		}
	}
}
