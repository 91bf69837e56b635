package table

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
)

// Tabulator counts one round's ballots as they stream by, each beside the same
// panelist's ballot of the previous answering round, so that a panel of any size
// is tabulated within the size of its tables. It does not look for panelists that
// come twice: Tabulate does.
type Tabulator struct {
	now, before *Tally
	pairs       *pairs
	older       reading // of the ballots before the previous round
	leavers     []int   // by subject
	left        []bool  // by subject: the panelist in hand answered it in an earlier round
}

// NewTabulator starts to tabulate a round. key orders the stayers that paired
// tables leave out.
func NewTabulator(p protocol.Protocol, round int, items []delphi.Item, key []byte) (*Tabulator, error) {
	now, err := NewTally(p, round, items)
	if err != nil {
		return nil, err
	}
	before := newTally(now.plan)
	before.lenient = true // it may name items that are gone
	older := newReading(now.plan)
	older.lenient = true
	subjects := len(now.plan.subjects)
	return &Tabulator{
		now: now, before: before, pairs: newPairs(now.plan, round, key), older: older, leavers: make([]int, subjects), left: make([]bool, subjects),
	}, nil
}

// Add counts one panelist's ballots: of this round, of the previous answering
// round, and of those before it, which tell only who left; nil where there is none.
func (t *Tabulator) Add(current, previous *delphi.Ballot, older ...*delphi.Ballot) error {
	if current != nil {
		if err := t.now.Add(*current); err != nil {
			return err
		}
	}
	if previous != nil {
		if err := t.before.Add(*previous); err != nil {
			return err
		}
	}
	if current != nil && previous != nil {
		t.pairs.add(current.Panelist, t.before.place, t.now.place)
	}
	return t.leave(current != nil, previous != nil, older)
}

// leave counts the panelist in hand among the leavers of every subject that they
// answered in an earlier round and not in this one.
func (t *Tabulator) leave(came, stayed bool, older []*delphi.Ballot) error {
	for i := range t.left {
		t.left[i] = stayed && t.before.valid(i)
	}
	for _, b := range older {
		if b == nil {
			continue
		}
		if err := t.older.read(*b); err != nil {
			return err
		}
		for i := range t.left {
			t.left[i] = t.left[i] || t.older.valid(i)
		}
	}
	for i, left := range t.left {
		if left && !(came && t.now.valid(i)) {
			t.leavers[i]++
		}
	}
	return nil
}

// Close gives the counts document and exactly the tables that Rule names;
// enrolled is by group in protocol order. It is called once.
func (t *Tabulator) Close(enrolled []int) (Closing, error) {
	if t.pairs.leftOut != nil {
		return Closing{}, fmt.Errorf("delphi: round %d is closed already", t.pairs.round)
	}
	if groups := len(t.now.answered); len(enrolled) != groups {
		return Closing{}, fmt.Errorf("delphi: %d groups are enrolled, the protocol has %d", len(enrolled), groups)
	}
	doc := t.now.document(enrolled)
	for i, n := range t.leavers {
		if !t.now.plan.subjects[i].new {
			doc.Items[i].Leavers = n
		}
	}
	return t.pairs.close(doc, t.now, t.before), nil
}

// Tabulate counts one round's ballots, against those of the previous answering
// round (nil in the first), into its counts document and exactly the tables that
// Rule names. earlier are the counts documents of the rounds before; enrolled is
// by group in protocol order; key orders the stayers that are left out. Ballots
// may come in any order; older are those of the rounds before the previous one. The
// error says which ballot does not fit; earlier ballots may name items that are gone.
func Tabulate(p protocol.Protocol, round int, items []delphi.Item, enrolled []int, earlier []Counts, current, previous []delphi.Ballot, key []byte, older ...[]delphi.Ballot) (Closing, error) {
	for _, e := range earlier {
		if e.Round >= round {
			return Closing{}, fmt.Errorf("delphi: counts of round %d are not earlier than round %d", e.Round, round)
		}
	}
	t, err := NewTabulator(p, round, items, key)
	if err != nil {
		return Closing{}, err
	}
	old := make(map[string]*delphi.Ballot, len(previous))
	for i := range previous {
		if old[previous[i].Panelist] != nil {
			return Closing{}, fmt.Errorf("delphi: a panelist has two ballots in the round before round %d", round)
		}
		old[previous[i].Panelist] = &previous[i]
	}
	long := map[string][]*delphi.Ballot{}
	for _, round := range older {
		for i := range round {
			long[round[i].Panelist] = append(long[round[i].Panelist], &round[i])
		}
	}
	seen := make(map[string]bool, len(current))
	for i := range current {
		b := &current[i]
		if seen[b.Panelist] {
			return Closing{}, fmt.Errorf("delphi: a panelist has two ballots in round %d", round)
		}
		seen[b.Panelist] = true
		if err := t.Add(b, old[b.Panelist], long[b.Panelist]...); err != nil {
			return Closing{}, err
		}
		delete(long, b.Panelist)
	}
	for i := range previous {
		if b := &previous[i]; !seen[b.Panelist] {
			if err := t.Add(nil, b, long[b.Panelist]...); err != nil {
				return Closing{}, err
			}
			delete(long, b.Panelist)
		}
	}
	for _, ballots := range long {
		if err := t.Add(nil, nil, ballots...); err != nil {
			return Closing{}, err
		}
	}
	return t.Close(enrolled)
}

// pairs counts the stayers of one round, item by item: the joint table of what
// they said before and now, from which D, T and M all come.
type pairs struct {
	plan  *plan
	round int
	of    []joint // by subject

	// Known once the round is closed:
	medians []stat.Value     // by subject: the one that was shown, for M
	leftOut map[string][]int // by panelist: the subjects whose paired tables leave them out
}

// joint is one subject's: for scales the k×k cells, for estimates, whose k can be
// thousands, the shifts alone.
type joint struct {
	n     int
	cells [][]int
	shift []int // by shift + (k−1)
	last  []stayer
	key   [sha256.Size]byte // of the order of its stayers
}

// stayer is a candidate for being left out: the twenty of smallest keyed hash.
type stayer struct {
	hash        [sha256.Size]byte
	panelist    string
	before, now int
}

func newPairs(l *plan, round int, key []byte) *pairs {
	c := &pairs{plan: l, round: round, of: make([]joint, len(l.subjects))}
	for i, s := range l.subjects {
		if !s.form.Paired() || s.new {
			continue
		}
		j := &c.of[i]
		j.shift = make([]int, 2*s.size()-1)
		j.key = orderKey(key, round, s.id)
		if s.form == delphi.ScaleForm || s.form == delphi.CriteriaForm {
			j.cells = make([][]int, s.size())
			for v := range j.cells {
				j.cells[v] = make([]int, s.size())
			}
		}
	}
	return c
}

// add counts one stayer where both answers are valid.
func (c *pairs) add(panelist string, before, now []int) {
	for i := range c.of {
		j := &c.of[i]
		if j.shift == nil || before[i] < 0 || now[i] < 0 {
			continue
		}
		j.count(before[i], now[i], 1)
		if c.plan.p.Disclosure.LeftOutN == 0 {
			continue // a study of one's own data hides nobody
		}
		most := max(stayers, c.plan.p.Disclosure.LeftOutN)
		s := stayer{hash: j.order(panelist), panelist: panelist, before: before[i], now: now[i]}
		if len(j.last) == most && bytes.Compare(s.hash[:], j.last[most-1].hash[:]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(j.last, s, func(x, y stayer) int { return bytes.Compare(x.hash[:], y.hash[:]) })
		j.last = slices.Insert(j.last, at, s)
		j.last = j.last[:min(len(j.last), most)]
	}
}

func (j *joint) count(before, now, by int) {
	j.n += by
	j.shift[now-before+len(j.shift)/2] += by
	if j.cells != nil {
		j.cells[before][now] += by
	}
}

// orderKey gives the key by which one subject's stayers are ordered, so that nobody
// without the round's key can tell who is left out, and nobody with it can choose:
// the order depends on round, subject and panelist alone.
func orderKey(key []byte, round int, subject string) [sha256.Size]byte {
	mac := hmac.New(sha256.New, key)
	b := append(make([]byte, 0, 128), "delfi left out v2"...)
	b = binary.BigEndian.AppendUint32(b, uint32(round))
	mac.Write(append(b, subject...))
	return [sha256.Size]byte(mac.Sum(nil))
}

// order places one stayer. A hash led by a secret key will do, since none is ever
// shown; it is one block, where an HMAC would be five.
func (j *joint) order(panelist string) [sha256.Size]byte {
	return sha256.Sum256(append(append(make([]byte, 0, 128), j.key[:]...), panelist...))
}

// close completes the counts document, and writes the tables that it makes exist.
func (c *pairs) close(doc Counts, now, before *Tally) Closing {
	c.medians, c.leftOut = make([]stat.Value, len(c.of)), map[string][]int{}
	for i := range c.of {
		item := &doc.Items[i]
		j := &c.of[i]
		if j.shift == nil {
			continue
		}
		old, _ := before.counts[i].valid()
		item.Paired, item.LeftBefore, item.LeftAfter = j.n, old-j.n, item.Valid-j.n
		form := c.plan.subjects[i].form
		if s := disclosed(c.plan.p, form, *item, false); s.pairs {
			for _, l := range j.last[:min(s.leftOut, len(j.last))] {
				j.count(l.before, l.now, -1)
				c.leftOut[l.panelist] = append(c.leftOut[l.panelist], i)
			}
			item.Shift = j.form(c.plan.p.Disclosure.LeftOutN)
		}
		// Whether T and M exist depends on their margins too; assume that these are good,
		// then look at them.
		item.Transitions, item.Moves = true, true
		s := disclosed(c.plan.p, form, *item, false)
		item.Transitions = s.classes && marginsHold(c.plan.p, c.plan.subjects[i].kind, j.cells)
		if c.plan.p.Feedback.MedianIQR {
			c.medians[i] = stat.Median(before.counts[i].whole, c.plan.p.Measures.Quantile)
		}
		item.Moves = s.moves && c.medians[i].Defined() && rowsHold(c.plan.p, j.cells, c.medians[i])
	}
	closing := Closing{Counts: doc, Tables: []Table{}}
	for i, s := range c.plan.subjects {
		e := disclosed(c.plan.p, s.form, doc.Items[i], false)
		closing.Tables = append(closing.Tables, now.tables(i, e)...)
		if e.shift {
			closing.Tables = append(closing.Tables, shiftTable(s, c.of[i], doc.Items[i].Shift, c.plan.p.Disclosure.LeftOutN))
		}
		if e.classes {
			closing.Tables = append(closing.Tables, transitionTable(s, c.of[i].cells))
		}
		if e.moves {
			closing.Tables = append(closing.Tables, moveTable(s, c.of[i].cells, c.medians[i]))
		}
		closing.Tables = append(closing.Tables, now.voiceTables(i, e)...)
	}
	if doc.marked() {
		closing.Tables = append(closing.Tables, doc.marks())
	}
	return closing
}

// document is the counts document of a tally, without its pairs.
func (t *Tally) document(enrolled []int) Counts {
	doc := Counts{Round: t.plan.round, Enrolled: sum(enrolled), Answered: t.Answered(), Items: []ItemCounts{}}
	for g, plan := range t.plan.p.Panel.Groups {
		doc.Groups = append(doc.Groups, GroupCount{Group: plan.ID, Enrolled: enrolled[g], Answered: t.answered[g]})
	}
	for i, s := range t.plan.subjects {
		c := &t.counts[i]
		valid, by := c.valid()
		item := ItemCounts{
			Item: s.id, Kind: s.kind.ID, Valid: valid, CannotJudge: c.cannot,
			ByGroup: by, Incomplete: c.incomplete, List: s.list,
			Confident: sum(c.sure[:]),
		}
		item.argue(t.plan.p, s.kind, s.form, c.argued)
		doc.Items = append(doc.Items, item)
	}
	return doc
}

// marginsHold says whether every row and column of T holds nobody or enough people.
func marginsHold(p protocol.Protocol, k delphi.ItemKind, cells [][]int) bool {
	t := classed(k, cells)
	rows, columns := stat.Margins(t)
	few := func(n int) bool { return n > 0 && n < p.Disclosure.LeftOutN }
	return !slices.ContainsFunc(rows, few) && !slices.ContainsFunc(columns, few)
}

// rowsHold says the same of the rows of M.
func rowsHold(p protocol.Protocol, cells [][]int, median stat.Value) bool {
	return !slices.ContainsFunc(moved(cells, median), func(row []int) bool {
		n := sum(row)
		return n > 0 && n < p.Disclosure.LeftOutN
	})
}

// classed counts a joint table by classes.
func classed(k delphi.ItemKind, cells [][]int) [][]int {
	out := make([][]int, len(k.Classes))
	for i, from := range k.Classes {
		out[i] = make([]int, len(k.Classes))
		for j, to := range k.Classes {
			for _, row := range cells[from[0]-1 : from[1]] {
				out[i][j] += sum(row[to[0]-1 : to[1]])
			}
		}
	}
	return out
}

// moved counts a joint table by where people stood against the median that they
// were shown (below, at, above) and what they did (down, same, up).
func moved(cells [][]int, median stat.Value) [][]int {
	m, _ := median.Float()
	out := [][]int{{0, 0, 0}, {0, 0, 0}, {0, 0, 0}}
	for v, row := range cells {
		for w, n := range row {
			out[1+sign(float64(v+1)-m)][1+sign(float64(w-v))] += n
		}
	}
	return out
}

func sign(x float64) int {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return 0
}
