package table

import (
	"fmt"
	"slices"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
)

// Expected is one leaf that a ballot gives in a closing.
type Expected struct {
	Table   int    // its place in the closing
	Value   string // that its leaf has; "" for the mark, which the engine does not know
	Perhaps bool   // the rule leaves some people out of the table, and does not say whom
}

// Expect gives the leaves of one panelist's ballot in a closing that others published:
// now is the ballot of its round, previous that of the answering round before, nil for
// none, and before is the closing of that round, nil where there is none. A reason that
// no table has is expected where it belongs. The error says that the ballot does not fit
// what the round asks, or the closing its protocol.
func Expect(p protocol.Protocol, items []delphi.Item, closing Closing, before *Closing, now, previous *delphi.Ballot) ([]Expected, error) {
	l, err := newPlan(p, closing.Counts.Round, items)
	if err != nil {
		return nil, err
	}
	a, err := l.assignment(closing)
	if err != nil {
		return nil, err
	}
	if before != nil {
		earlier := newReading(l)
		earlier.lenient = true
		a.before = &earlier
	}
	perhaps := map[int]bool{}
	for i := range a.of {
		h, s := &a.of[i], l.subjects[i]
		h.median, h.moves = shownMedian(p, s, before, h.moves)
		for _, c := range closing.Counts.Items {
			if c.Item != s.id || LeftOut(p, c) == 0 {
				continue
			}
			for _, t := range []int{h.shift, h.classes, h.moves} {
				perhaps[t] = true
			}
		}
	}
	var out []Expected
	missed, err := a.each(now, previous, func(table, value int) {
		e := Expected{Table: table, Perhaps: perhaps[table]}
		if value >= 0 {
			e.Value = closing.Tables[table].Values[value]
		}
		out = append(out, e)
	})
	for _, m := range missed {
		out = append(out, Expected{Table: m.table, Value: m.digest})
	}
	return out, err
}

// shownMedian is the median that people had before them when they answered, from the
// table of the round before; without one no table can be told from it.
func shownMedian(p protocol.Protocol, s subject, before *Closing, moves int) (float64, int) {
	if before != nil {
		at := slices.IndexFunc(before.Tables, func(t Table) bool { return t.ID == AnswersID(s.kind, s.id) })
		if at >= 0 && len(before.Tables[at].Counts) == s.size() {
			if m, ok := stat.Median(before.Tables[at].Counts, p.Measures.Quantile).Float(); ok {
				return m, moves
			}
		}
	}
	return 0, none
}

// uncounted is a reason that its table does not have.
type uncounted struct {
	table  int
	item   string
	digest string
}

func (u uncounted) Error() string {
	return fmt.Sprintf("delphi: a ballot has a reason for item %q that was not counted", u.item)
}
