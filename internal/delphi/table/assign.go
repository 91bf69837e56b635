package table

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
)

// Assignment knows which tables of a closing hold a ballot, and at which of their
// values: what the leaves of docs/RECORD.md §3 are made from, in a second pass over the
// same ballots. Over all of them the visits to a value are its count. It is not
// for concurrent use.
type Assignment struct {
	now     reading
	before  *reading         // nil where the round has no paired tables
	leftOut map[string][]int // by panelist: the subjects whose paired tables leave them out
	of      []holders        // by subject
	whole   []int            // by subject: its place in the plan of the whole round
	marks   int              // the place of B
}

// none stands for a table that does not exist.
const none = -1

// holders are the places in a closing of the tables that hold one subject's
// answers.
type holders struct {
	whole, low, high int
	value            []int // of A, G and the like, by place among the subject's values
	groups           []int
	shift            int
	shifts           Shifts // how D is read
	classes          int
	class            []int // by point
	moves            int
	median           float64
	positions        []int // by member of the list
	ties             int
	sums             []int // the values of P/ties
	sure             int
	reasons          [stands]reasonTable
}

// reasonTable is a table of reasons with its digests, ascending.
type reasonTable struct {
	table   int
	digests [][sha256.Size]byte
}

// Parts splits the items of a round into those whose answers are read together, in the
// order of their tables: an item alone, or all items of a kind that is answered as a list.
func Parts(p protocol.Protocol, round int, items []delphi.Item) [][]delphi.Item {
	var out [][]delphi.Item
	lists := map[string]int{}
	for _, i := range items {
		k, _ := p.Kind(i.Kind)
		switch k.In(p.Round(round).Kind) {
		case delphi.RankingForm, delphi.ChoiceForm, delphi.SelectionForm:
			at, started := lists[k.ID]
			if started {
				out[at] = append(out[at], i)
				continue
			}
			lists[k.ID] = len(out)
		}
		out = append(out, []delphi.Item{i})
	}
	return out
}

// Assign prepares the second pass over the ballots of the round that Close closed
// into closing. The error says that the closing is not of this round.
func (t *Tabulator) Assign(closing Closing) (*Assignment, error) {
	if t.pairs.leftOut == nil {
		return nil, fmt.Errorf("delphi: round %d is not closed yet", t.pairs.round)
	}
	a, err := t.now.Assign(closing)
	if err != nil {
		return nil, err
	}
	before := newReading(t.now.plan)
	before.lenient = true
	a.before, a.leftOut = &before, t.pairs.leftOut
	for i := range a.of {
		a.of[i].median, _ = t.pairs.medians[i].Float()
	}
	return a, nil
}

// Assign prepares the second pass over the ballots of a standing round, whose
// last release is closing: one before the deadline has no leaves, which is an
// error, as a closing of another round is.
func (t *Tally) Assign(closing Closing) (*Assignment, error) {
	if closing.Counts.Interim || closing.Counts.Round != t.plan.round || closing.Counts.Answered != t.Answered() {
		return nil, fmt.Errorf("delphi: the closing of round %d has no leaves of these ballots", closing.Counts.Round)
	}
	return t.plan.assignment(closing)
}

// assignment finds the tables of a plan in its closing.
func (l *plan) assignment(closing Closing) (*Assignment, error) {
	at := make(map[string]int, len(closing.Tables))
	for i, table := range closing.Tables {
		at[table.ID] = i
	}
	find := func(id string) int {
		if i, ok := at[id]; ok {
			return i
		}
		return none
	}
	a := &Assignment{now: newReading(l), of: make([]holders, len(l.subjects)), whole: make([]int, len(l.subjects)), marks: find(MarksID)}
	for i, s := range l.subjects {
		var err error
		if a.of[i], err = s.holders(closing.Tables, find, l.p.Panel.Groups); err != nil {
			return nil, err
		}
		a.whole[i] = i
	}
	return a, nil
}

// Part is the assignment of the answers to some items alone, which are whole Parts, or
// one of them: its ballots hold no other answers, and no visit is to the table of marks.
// Several parts of one assignment may be made and used at once.
func (a *Assignment) Part(items ...delphi.Item) (*Assignment, error) {
	l, err := newPlan(a.now.plan.p, a.now.plan.round, items)
	if err != nil {
		return nil, err
	}
	out := &Assignment{now: newReading(l), leftOut: a.leftOut, marks: none}
	if a.before != nil {
		before := newReading(l)
		before.lenient = true
		out.before = &before
	}
	next := 0
	for _, s := range l.subjects {
		for next < len(a.of) && a.now.plan.subjects[next].id != s.id {
			next++
		}
		if next == len(a.of) {
			return nil, fmt.Errorf("delphi: %q is not asked in round %d", s.id, l.round)
		}
		out.of, out.whole = append(out.of, a.of[next]), append(out.whole, next)
	}
	return out, nil
}

// Tables lists the places in the closing of the tables that hold the answers, ascending;
// the table of marks is none of them.
func (a *Assignment) Tables() []int {
	var out []int
	for i := range a.of {
		h := &a.of[i]
		out = append(append(append(out, h.whole, h.low, h.high, h.shift, h.classes, h.moves, h.ties, h.sure), h.groups...), h.positions...)
		for _, r := range h.reasons {
			out = append(out, r.table)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(t int) bool { return t == none })
}

// holders finds the tables of one subject.
func (s subject) holders(tables []Table, find func(id string) int, groups []protocol.GroupPlan) (holders, error) {
	main := AnswersID(s.kind, s.id)
	if s.form == delphi.SelectionForm {
		main = "S/" + s.id
	}
	h := holders{
		whole: find(main), low: find(LowID(s.id)), high: find(HighID(s.id)), groups: make([]int, len(groups)),
		shift: find("D/" + s.id), classes: find("T/" + s.id), moves: find("M/" + s.id), ties: none, sure: find("K/" + s.voice),
	}
	for g, plan := range groups {
		h.groups[g] = find("G/" + s.id + "/" + plan.ID)
	}
	if s.form == delphi.RankingForm {
		h.ties = find(TiesID)
		h.sums = tieSums(len(s.list))
		for _, id := range s.list {
			h.positions = append(h.positions, find("P/"+id))
		}
	}
	if h.whole != none {
		h.value = s.shownAs(len(tables[h.whole].Counts))
		if h.value == nil {
			return h, fmt.Errorf("delphi: table %s has not the values of its item", main)
		}
	}
	if h.shift != none {
		var ok bool
		if h.shifts, ok = tables[h.shift].Shifts(); !ok {
			return h, fmt.Errorf("delphi: table D/%s tells no shifts", s.id)
		}
	}
	for c, class := range s.kind.Classes {
		for range class[1] - class[0] + 1 {
			h.class = append(h.class, c)
		}
	}
	all, err := reasonsIn(tables, find(reasonsID(s.voice, unsaid)))
	for i := range h.reasons {
		own := reasonTable{table: none}
		if err == nil {
			own, err = reasonsIn(tables, find(reasonsID(s.voice, suffix(i))))
		}
		if own.table == none && i >= len(sides) {
			own = all // not told by place
		}
		h.reasons[i] = own
	}
	return h, err
}

// shownAs gives the index in a table of n values by place among the subject's
// own; nil when it is neither the whole one nor that of a small panel.
func (s subject) shownAs(n int) []int {
	out := make([]int, s.size())
	if n == s.size() {
		for i := range out {
			out[i] = i
		}
		return out
	}
	parts := s.parts()
	if n != len(parts) {
		return nil
	}
	for i, p := range parts {
		for at := p[0]; at < p[1]; at++ {
			out[at] = i
		}
	}
	return out
}

// reasonsIn reads the digests of a table of reasons.
func reasonsIn(tables []Table, at int) (reasonTable, error) {
	w := reasonTable{table: at}
	if at == none {
		return w, nil
	}
	for _, v := range tables[at].Values {
		if !isDigest(v) {
			return w, fmt.Errorf("delphi: table %s holds what is no digest", tables[at].ID)
		}
		w.digests = append(w.digests, digest(v))
	}
	return w, nil
}

func (w reasonTable) index(d [sha256.Size]byte) (int, bool) {
	return slices.BinarySearchFunc(w.digests, d, func(x, y [sha256.Size]byte) int { return bytes.Compare(x[:], y[:]) })
}

// Each visits the tables that hold one panelist's ballot of the round, each with
// the index of the value among Table.Values; B, the table of marks, with −1.
// previous is their ballot of the previous answering round, nil for none. Who
// stayed away (a nil current) is in no table. The error says that the ballot is
// none of those that were counted; what was visited before it is to be dropped.
func (a *Assignment) Each(current, previous *delphi.Ballot, visit func(table, value int)) error {
	missed, err := a.each(current, previous, visit)
	if err == nil && len(missed) > 0 {
		err = missed[0]
	}
	return err
}

// each is Each, but for the reasons that their tables do not have, which it gives.
func (a *Assignment) each(current, previous *delphi.Ballot, visit func(table, value int)) ([]uncounted, error) {
	if current == nil {
		return nil, nil
	}
	group, ok := a.now.plan.groups[current.Group]
	if !ok {
		return nil, fmt.Errorf("delphi: a ballot is of an unknown group %q", current.Group)
	}
	if err := a.now.read(*current); err != nil {
		return nil, err
	}
	var before []int
	if previous != nil && a.before != nil {
		if err := a.before.read(*previous); err != nil {
			return nil, err
		}
		before = a.before.place
	}
	leftOut := a.leftOut[current.Panelist]
	for i := range a.of {
		h, at := &a.of[i], a.now.place[i]
		switch {
		case at == complete:
			a.ranking(h, visit)
		case at >= 0:
			visitAt(h.whole, h.value, at, visit)
			visitAt(h.groups[group], h.value, at, visit)
			if before != nil && before[i] >= 0 && h.changes() && !slices.Contains(leftOut, a.whole[i]) {
				h.paired(before[i], at, visit)
			}
		}
	}
	var missed []uncounted
	for i := range current.Answers {
		if u, ok := a.beside(&current.Answers[i], visit); !ok {
			missed = append(missed, u)
		}
	}
	if a.marks != none {
		visit(a.marks, none)
	}
	return missed, nil
}

func visitAt(table int, value []int, at int, visit func(table, value int)) {
	if table != none {
		visit(table, value[at])
	}
}

// changes says whether any table counts the subject's pairs.
func (h *holders) changes() bool { return h.shift != none || h.classes != none || h.moves != none }

// paired visits D, T and M with the places before and now.
func (h *holders) paired(before, now int, visit func(table, value int)) {
	if h.shift != none {
		visit(h.shift, h.shifts.place(now-before))
	}
	if h.classes != none {
		width := h.class[len(h.class)-1] + 1
		visit(h.classes, h.class[before]*width+h.class[now])
	}
	if h.moves != none {
		visit(h.moves, 3*(1+sign(float64(before+1)-h.median))+1+sign(float64(now-before)))
	}
}

// ranking visits the positions of the complete ranking in hand and its ties.
func (a *Assignment) ranking(h *holders, visit func(table, value int)) {
	if h.ties == none {
		return // positions and ties exist together
	}
	ties := 0
	for m, table := range h.positions {
		at, tied := a.now.position(m)
		ties += tied
		visit(table, at)
	}
	if i, ok := slices.BinarySearch(h.sums, ties); ok {
		visit(h.ties, i)
	}
}

// beside visits what an answer holds besides its likely value: low and high,
// confidence and reason; false with a reason that its table does not have.
func (a *Assignment) beside(b *delphi.Answer, visit func(table, value int)) (uncounted, bool) {
	if low, high, i, ok := a.now.around(b); ok {
		visitAt(a.of[i].low, a.of[i].value, low, visit)
		visitAt(a.of[i].high, a.of[i].value, high, visit)
	}
	at := a.now.plan.item[b.Item]
	h := &a.of[at.voice]
	if b.Confidence > 0 && h.sure != none && a.now.valid(at.voice) {
		visit(h.sure, b.Confidence-1)
	}
	if b.Reason == "" {
		return uncounted{}, true
	}
	r := a.now.reason(b, at.voice)
	w := h.reasons[r.stand]
	if w.table == none {
		return uncounted{}, true
	}
	i, ok := w.index(r.digest)
	if !ok {
		return uncounted{table: w.table, item: b.Item, digest: b.Reason}, false
	}
	visit(w.table, i)
	return uncounted{}, true
}
