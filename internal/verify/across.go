package verify

import (
	"fmt"

	"delfi/internal/delphi/table"
	"delfi/internal/verify/across"
	"delfi/internal/verify/source"
)

// people checks the numbers of people of a closing against the log and each other:
// answered ≤ enrolled ≤ roll, group by group.
func (c *check) people(r *reading, dir string, now *closing) error {
	name, doc, e := r.path(dir+"counts.json"), now.Counts, now.round.Closed
	bad := func(what string, found, expected any) error {
		return &source.Fault{File: name, What: what, Found: fmt.Sprint(found), Expected: fmt.Sprint(expected)}
	}
	groups := r.protocol.Panel.Groups
	if len(doc.Groups) != len(groups) || len(e.Enrolled) != len(groups) {
		return bad("people are not counted by the groups of the protocol", fmt.Sprintf("%d groups", len(doc.Groups)), len(groups))
	}
	enrolled, answered := 0, 0
	for i, g := range doc.Groups {
		switch {
		case g.Group != groups[i].ID:
			return bad("groups are not in the order of the protocol", g.Group, groups[i].ID)
		case g.Enrolled != e.Enrolled[i]:
			return bad(fmt.Sprintf("of group %s other people are enrolled than entry %d recorded", g.Group, e.Record.N), g.Enrolled, e.Enrolled[i])
		case g.Answered < 0 || g.Answered > g.Enrolled:
			return bad(fmt.Sprintf("of group %s more people answered than are enrolled", g.Group), g.Answered, fmt.Sprintf("at most %d", g.Enrolled))
		}
		if roll, counted := now.round.Rolls[g.Group]; counted && g.Enrolled > roll {
			return bad(fmt.Sprintf("of group %s more people are enrolled than stand on its roll", g.Group), g.Enrolled, fmt.Sprintf("at most %d", roll))
		}
		enrolled += g.Enrolled
		answered += g.Answered
	}
	switch {
	case doc.StruckOff != now.round.Opening.StruckOff:
		return bad(fmt.Sprintf("other people were struck off than entry %d recorded", now.round.Opened.N), doc.StruckOff, now.round.Opening.StruckOff)
	case doc.Enrolled != enrolled:
		return bad("the enrolled are not the sum of the groups", doc.Enrolled, enrolled)
	case doc.Answered != answered:
		return bad("those who answered are not the sum of the groups", doc.Answered, answered)
	case doc.Answered != e.Answered:
		return bad(fmt.Sprintf("other people answered than entry %d recorded", e.Record.N), doc.Answered, e.Answered)
	}
	return nil
}

// across is step 6: the tables of a closing agree with its counts, with each other
// and with those of the round before.
func (c *check) across(r *reading, dir string, now table.Closing, before *closing) error {
	var was *table.Closing
	if before != nil {
		was = &before.Closing
	}
	return across.Check(r.protocol, r.path(dir+"counts.json"), now, was)
}
