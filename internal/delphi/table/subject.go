package table

import (
	"fmt"
	"slices"
	"strconv"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
)

// never is the value of a table that says "never".
const never = "never"

// rankedMost bounds a ranked list: its table of ties has one value for every
// sum Σ(t³−t) that rankings of the list can have.
const rankedMost = 30

// Subject names what tables and counts of an item are about: the item itself,
// its deciding criterion, or the list that it belongs to (by the kind's id).
func Subject(p protocol.Protocol, item delphi.Item) string {
	k, _ := p.Kind(item.Kind)
	switch k.Kind {
	case delphi.RankingForm, delphi.ChoiceForm:
		return k.ID
	case delphi.CriteriaForm:
		return item.ID + "/" + k.Deciding()
	}
	return item.ID
}

// subject is one thing that has counts of its own.
type subject struct {
	id   string
	item string // "" for a list
	kind delphi.ItemKind
	form delphi.Form // the kind's, but a selection in a select round
	list []string    // ids of the items of a ranking or choice
	new  bool

	// The name of its tables of confidence and reasons; "" where another subject
	// bears them: a criteria item has one of each, borne by its deciding criterion.
	voice string
}

// plan is everything that one round asks, in the order of its tables.
type plan struct {
	p        protocol.Protocol
	round    int
	subjects []subject
	groups   map[string]int
	item     map[string]place  // by item id
	kinds    []delphi.ItemKind // selections in play: at most K each
	triple   bool              // some estimate asks for low, likely and high
}

// place says where the answer to an item is counted.
type place struct {
	subject int // the first one: a criteria item has one for each criterion
	voice   int // the one that bears the item's confidence and reasons
	member  int // place in the list of a ranking or choice
	nth     int // running number of the item
}

// newPlan orders the subjects of a round: items as they come; a list stands where
// its first item does. An unknown kind or an item twice is a fault of the caller.
func newPlan(p protocol.Protocol, round int, items []delphi.Item) (*plan, error) {
	if k := p.Round(round).Kind; k == "" || k == delphi.Gather {
		return nil, fmt.Errorf("delphi: round %d answers nothing", round)
	}
	l := &plan{p: p, round: round, groups: map[string]int{}, item: map[string]place{}}
	for i, g := range p.Panel.Groups {
		l.groups[g.ID] = i
	}
	lists := map[string]int{}
	for n, it := range items {
		k, ok := p.Kind(it.Kind)
		if !ok {
			return nil, fmt.Errorf("delphi: item %s has an unknown kind %q", it.ID, it.Kind)
		}
		if _, twice := l.item[it.ID]; twice || it.ID == "" {
			return nil, fmt.Errorf("delphi: item %q stands twice or has no id", it.ID)
		}
		form := k.Kind
		if p.Round(round).Kind == delphi.Select && form == delphi.RankingForm {
			form = delphi.SelectionForm
		}
		at := place{subject: len(l.subjects), voice: len(l.subjects), nth: n}
		s := subject{id: it.ID, item: it.ID, kind: k, form: form, new: it.New, voice: it.ID}
		l.triple = l.triple || k.Triple
		switch form {
		case delphi.RankingForm, delphi.ChoiceForm:
			first, started := lists[k.ID]
			if !started {
				first = len(l.subjects)
				lists[k.ID] = first
				l.subjects = append(l.subjects, subject{id: k.ID, kind: k, form: form, voice: k.ID})
			}
			at = place{subject: first, voice: first, member: len(l.subjects[first].list), nth: n}
			l.subjects[first].list = append(l.subjects[first].list, it.ID)
		case delphi.CriteriaForm:
			for _, c := range k.Criteria {
				s.id = it.ID + "/" + c
				if s.voice = k.Voice(s.id); s.voice != "" {
					at.voice = len(l.subjects)
				}
				l.subjects = append(l.subjects, s)
			}
		default:
			if form == delphi.SelectionForm && !slices.ContainsFunc(l.kinds, func(o delphi.ItemKind) bool { return o.ID == k.ID }) {
				l.kinds = append(l.kinds, k)
			}
			l.subjects = append(l.subjects, s)
		}
		l.item[it.ID] = at
	}
	for _, s := range l.subjects {
		if s.form == delphi.RankingForm && len(s.list) > rankedMost {
			return nil, fault.New(fault.Conflict, "ranking_too_long",
				fmt.Sprintf("%d items cannot be ranked at once: narrow them to %d", len(s.list), rankedMost)).With("max", rankedMost)
		}
	}
	return l, nil
}

// size is the number of declared values of the subject's whole table.
func (s subject) size() int {
	switch s.form {
	case delphi.ScaleForm, delphi.CriteriaForm:
		return s.kind.Points
	case delphi.EstimateForm, delphi.DateForm:
		return s.kind.Gridded()
	case delphi.ChoiceForm:
		return len(s.list)
	case delphi.SelectionForm:
		return 2
	}
	return 0 // a ranking has tables by item
}

// values are the names of the declared values, in order.
func (s subject) values() []string {
	out := make([]string, 0, s.size())
	switch s.form {
	case delphi.ScaleForm, delphi.CriteriaForm:
		for v := 1; v <= s.kind.Points; v++ {
			out = append(out, strconv.Itoa(v))
		}
	case delphi.EstimateForm, delphi.DateForm:
		for i := range s.kind.Steps() {
			out = append(out, s.kind.Written(s.kind.Min+i*s.kind.Grid))
		}
		if s.kind.Never {
			out = append(out, never)
		}
	case delphi.ChoiceForm:
		out = append(out, s.list...)
	case delphi.SelectionForm:
		out = append(out, "no", "yes")
	}
	return out
}
