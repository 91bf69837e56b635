package verdict

import (
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
)

// shift reads table D of a subject; false where it does not exist or is none.
func (v *view) shift() (table.Shifts, bool) {
	t, ok := v.tables["D"]
	if !ok || t.N == 0 {
		return table.Shifts{}, false
	}
	return t.Shifts()
}

// kept is how many of the pairs gave the same answer again, as far as the published
// tables tell: exactly, or at least.
type kept struct {
	pairs                int
	same, near           int // the same answer; within one point of it
	sameLeast, nearLeast bool
}

// kept reads D, or the bound that stands in its place where too few people moved.
// "Within one point" is read only from single cells beside 0; else the exact share is
// its lower bound. Stayers who are left out count as having moved.
func (v *view) kept(p protocol.Protocol) (kept, bool) {
	out := v.leftOut(p)
	k := kept{pairs: v.counts.Paired, sameLeast: out > 0, nearLeast: out > 0}
	if v.counts.Shift == table.ShiftFew {
		k.same = max(0, k.pairs-out-max(0, p.Disclosure.LeftOutN-1))
		k.near, k.sameLeast, k.nearLeast = k.same, true, true
		return k, k.pairs > 0
	}
	d, ok := v.shift()
	if !ok || k.pairs == 0 {
		return kept{}, false
	}
	k.same, k.near = d.Kept, d.Kept
	if d.Form == table.ShiftMoved {
		k.nearLeast = true
		return k, true
	}
	beside := 0
	for i, c := range d.Counts {
		if c.Shift != 1 && c.Shift != -1 {
			continue
		}
		if i == 0 && d.Low || i == len(d.Counts)-1 && d.High {
			k.nearLeast = true
			return k, true
		}
		beside += c.Count
	}
	k.near += beside
	return k, true
}

// leftOut is how many stayers the paired tables of the subject leave out.
func (v *view) leftOut(p protocol.Protocol) int {
	if v.doc.Interim {
		return 0
	}
	return table.LeftOut(p, v.counts)
}
