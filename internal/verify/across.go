package verify

import (
	"fmt"
	"slices"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
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
	tables := map[string]table.Table{}
	for _, t := range now.Tables {
		tables[t.ID] = t
	}
	if b, ok := tables["B"]; ok && b.N != now.Counts.Answered {
		return &source.Fault{File: r.path(dir + "counts.json"), Table: "B", What: "there are other marks than people who answered", Found: fmt.Sprint(b.N), Expected: fmt.Sprint(now.Counts.Answered)}
	}
	for _, i := range now.Counts.Items {
		s := subject{c: c, r: r, file: r.path(dir + "counts.json"), counts: i, doc: now.Counts, tables: tables, before: before}
		if err := s.check(); err != nil {
			return err
		}
	}
	return nil
}

// subject is one item (criterion, list) of a closing, across its tables.
type subject struct {
	c      *check
	r      *reading
	file   string
	counts table.ItemCounts
	doc    table.Counts
	tables map[string]table.Table
	before *closing
}

func (s subject) bad(table, what string, found, expected any) error {
	return &source.Fault{File: s.file, Table: table, What: what, Found: fmt.Sprint(found), Expected: fmt.Sprint(expected)}
}

func (s subject) check() error {
	n := s.counts
	for _, v := range append([]int{n.Valid, n.CannotJudge, n.Incomplete, n.Paired, n.LeftBefore, n.LeftAfter, n.Leavers, n.Confident, n.Reasons, n.Placed}, n.ByGroup...) {
		if v < 0 {
			return s.bad("", "a number of people of "+n.Item+" is below nothing", v, "0 or more")
		}
	}
	if len(n.ByGroup) != len(s.doc.Groups) {
		return s.bad("", "the answers to "+n.Item+" are not counted by the groups of the protocol", len(n.ByGroup), len(s.doc.Groups))
	}
	by := 0
	for g, v := range n.ByGroup {
		if v > s.doc.Groups[g].Answered {
			return s.bad("", fmt.Sprintf("more of group %s gave an answer to %s than a ballot", s.doc.Groups[g].Group, n.Item), v, fmt.Sprintf("at most %d", s.doc.Groups[g].Answered))
		}
		by += v
	}
	switch {
	case by != n.Valid:
		return s.bad("", "the valid answers to "+n.Item+" are not the sum of the groups", n.Valid, by)
	case n.Valid+n.CannotJudge+n.Incomplete > s.doc.Answered:
		return s.bad("", "more people answered "+n.Item+" than gave a ballot", n.Valid+n.CannotJudge+n.Incomplete, fmt.Sprintf("at most %d", s.doc.Answered))
	}
	if err := s.sizes(); err != nil {
		return err
	}
	if err := s.grouped(); err != nil {
		return err
	}
	if err := s.withheld(); err != nil {
		return err
	}
	return s.change()
}

// sizes compares each table's people with the counts document.
func (s subject) sizes() error {
	n := s.counts
	reasons, placed, told := 0, 0, false
	for _, id := range slices.Sorted(keysOf(s.tables)) {
		t := s.tables[id]
		letter, rest, _ := strings.Cut(id, "/")
		want, what := n.Valid, "valid answers"
		switch {
		case rest == n.Item && (letter == "A" || letter == "S"):
		case letter == "A" && (rest == n.Item+"/low" || rest == n.Item+"/likely" || rest == n.Item+"/high"):
		case letter == "P" && (slices.Contains(n.List, rest) || rest == "ties" && len(n.List) > 0):
		case letter == "G" && strings.HasPrefix(rest, n.Item+"/"):
			g := slices.IndexFunc(s.doc.Groups, func(g table.GroupCount) bool { return g.Group == strings.TrimPrefix(rest, n.Item+"/") })
			if g < 0 {
				return s.bad(id, "the table is of no group", rest, "a group of the protocol")
			}
			want, what = n.ByGroup[g], "valid answers of the group"
		case letter == "K" && (rest == n.Item || strings.HasPrefix(n.Item, rest+"/")):
			want, what = n.Confident, "answers with a confidence"
			if n.Confident == 0 {
				continue // borne by another criterion of the item
			}
		case letter == "R":
			cut := strings.LastIndex(rest, "/") // the rule names no other
			name, end := rest[:cut], rest[cut+1:]
			if name != n.Item && !strings.HasPrefix(n.Item, name+"/") || n.Reasons == 0 {
				continue // of another item, or borne by another criterion of this one
			}
			at := slices.Index([]string{string(delphi.Against), string(delphi.For), string(delphi.Neither)}, end)
			switch {
			case at >= 0 && (at >= len(n.Said) || t.N != n.Said[at]):
				return s.bad(id, "the table holds other people than the counts document says argue so", t.N, n.Said)
			case at < 0 && end != "unsaid":
				placed += t.N
			}
			reasons, told = reasons+t.N, true
			continue
		default:
			continue
		}
		if t.N != want {
			return s.bad(id, "the table holds other people than the counts document has "+what, t.N, want)
		}
	}
	if placed != n.Placed {
		return s.bad("R/"+n.Item, "the tables of reasons by place hold other people than the counts document says", placed, n.Placed)
	}
	if !told && len(n.Said) > 0 {
		return s.bad("", "it is told which sides the reasons for "+n.Item+" argue, of which there is no table", n.Said, "nothing")
	}
	if told && reasons != n.Reasons {
		return s.bad("R/"+n.Item, "the tables of reasons hold other people than the counts document says gave one", reasons, n.Reasons)
	}
	return nil
}

// grouped sees that the groups together never have more answers of a value than
// the whole panel.
func (s subject) grouped() error {
	a, ok := s.tables["A/"+s.counts.Item]
	if kind, _ := s.r.protocol.Kind(s.counts.Kind); kind.Triple {
		a, ok = s.tables["A/"+s.counts.Item+"/likely"]
	}
	sum := make([]int, len(a.Counts))
	for _, g := range s.doc.Groups {
		t := s.tables["G/"+s.counts.Item+"/"+g.Group]
		if len(t.Counts) > 0 && (!ok || len(t.Counts) != len(sum)) {
			return s.bad(t.ID, "the group is shown more finely than the whole panel", fmt.Sprintf("%d values", len(t.Counts)), len(sum))
		}
		for i, n := range t.Counts {
			if sum[i] += n; sum[i] > a.Counts[i] {
				return s.bad(a.ID, fmt.Sprintf("more people of the groups answered %q than of the whole panel", a.Values[i]), sum[i], fmt.Sprintf("at most %d", a.Counts[i]))
			}
		}
	}
	return nil
}

// withheld sees that the groups without a table hold nobody or enough people: a
// single small one could be computed by subtraction. It repeats on numbers what
// the rule says, so that a wrong rule would be found too.
func (s subject) withheld() error {
	n := s.counts
	out, shown := 0, false
	for g, v := range n.ByGroup {
		if _, ok := s.tables["G/"+n.Item+"/"+s.doc.Groups[g].Group]; ok {
			shown = true
		} else {
			out += v
		}
	}
	least := max(10, s.r.protocol.Disclosure.GroupN)
	if shown && out > 0 && out < least {
		return s.bad("", "the groups of "+n.Item+" that are withheld hold too few people", out, fmt.Sprintf("0, or at least %d", least))
	}
	return nil
}

// change checks D, T and M against both rounds.
func (s subject) change() error {
	n, p := s.counts, s.r.protocol
	d, shifted := s.tables["D/"+n.Item]
	counted := n.Paired - table.LeftOut(p, n)
	for _, letter := range []string{"D/", "T/", "M/"} {
		if t, ok := s.tables[letter+n.Item]; ok && t.N != counted {
			return s.bad(t.ID, "a table of change does not hold the pairs, less those whom the rule leaves out", t.N, counted)
		}
	}
	if n.Leavers < n.LeftBefore {
		return s.bad("", "fewer people left "+n.Item+" since it was first asked than since the round before", n.Leavers, fmt.Sprintf("at least %d", n.LeftBefore))
	}
	var was table.ItemCounts
	known := false
	if s.before != nil {
		was, known = countsOf(s.before.Counts, n.Item)
	}
	if n.Paired+n.LeftBefore > 0 && !known {
		return s.bad("", n.Item+" has pairs with a round that did not ask it", n.Paired, 0)
	}
	kind, _ := p.Kind(n.Kind) // Fits has found it
	pairs := slices.Contains([]delphi.Form{delphi.ScaleForm, delphi.CriteriaForm, delphi.EstimateForm, delphi.DateForm}, kind.Kind)
	if n.Paired+n.LeftBefore+n.LeftAfter == 0 && !(known && pairs) {
		return nil // new in this round: nothing to pair with
	}
	switch {
	case n.Paired+n.LeftBefore != was.Valid:
		return s.bad("", "the pairs of "+n.Item+" and those who left are not the valid answers of the round before", n.Paired+n.LeftBefore, was.Valid)
	case n.Paired+n.LeftAfter != n.Valid:
		return s.bad("", "the pairs of "+n.Item+" and those who joined are not its valid answers", n.Paired+n.LeftAfter, n.Valid)
	case shifted && d.N > n.Valid || d.N > was.Valid:
		return s.bad(d.ID, "more people moved than answered", d.N, fmt.Sprintf("at most %d", min(n.Valid, was.Valid)))
	}
	return s.margins()
}

// margins sees that no class of T has more people than table A of its round.
func (s subject) margins() error {
	id := s.counts.Item
	t, ok := s.tables["T/"+id]
	if !ok {
		return nil
	}
	kind, _ := s.r.protocol.Kind(s.counts.Kind) // Fits has found it
	classes := kind.Classes
	now, nok := byClass(s.tables["A/"+id], kind)
	i := slices.IndexFunc(s.before.Tables, func(t table.Table) bool { return t.ID == "A/"+id })
	if i < 0 || !nok {
		return s.bad(t.ID, "a table of classes stands beside no table of answers", "none", "one in both rounds")
	}
	was, wok := byClass(s.before.Tables[i], kind)
	if !wok {
		return s.bad(t.ID, "a table of classes stands beside a coarser one of answers", "thirds", "points")
	}
	for k := range classes {
		from, to := 0, 0
		for j := range classes {
			from += t.Counts[k*len(classes)+j]
			to += t.Counts[j*len(classes)+k]
		}
		if from > was[k] {
			return s.bad(t.ID, fmt.Sprintf("more people came from class %d–%d than had answered there", classes[k][0], classes[k][1]), from, fmt.Sprintf("at most %d", was[k]))
		}
		if to > now[k] {
			return s.bad(t.ID, fmt.Sprintf("more people went to class %d–%d than answered there", classes[k][0], classes[k][1]), to, fmt.Sprintf("at most %d", now[k]))
		}
	}
	return nil
}

func byClass(t table.Table, k delphi.ItemKind) ([]int, bool) {
	if len(t.Counts) != k.Points {
		return nil, false
	}
	out := make([]int, len(k.Classes))
	for i, c := range k.Classes {
		for _, n := range t.Counts[c[0]-1 : c[1]] {
			out[i] += n
		}
	}
	return out, true
}

// countsOf gives a subject's numbers of people; false when the document has none.
func countsOf(doc table.Counts, subject string) (table.ItemCounts, bool) {
	i := slices.IndexFunc(doc.Items, func(c table.ItemCounts) bool { return c.Item == subject })
	if i < 0 {
		return table.ItemCounts{}, false
	}
	return doc.Items[i], true
}
