package delphi

// shift reads table D of a subject; false where it does not exist or is none.
func (v *view) shift() (shifts, bool) {
	t, ok := v.tables["D"]
	if !ok || t.N == 0 {
		return shifts{}, false
	}
	return t.shifts()
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
func (v *view) kept(p Protocol) (kept, bool) {
	out := v.leftOut(p)
	k := kept{pairs: v.counts.Paired, sameLeast: out > 0, nearLeast: out > 0}
	if v.counts.Shift == ShiftFew {
		k.same = max(0, k.pairs-out-max(0, p.Disclosure.LeftOutN-1))
		k.near, k.sameLeast, k.nearLeast = k.same, true, true
		return k, k.pairs > 0
	}
	d, ok := v.shift()
	if !ok || k.pairs == 0 {
		return kept{}, false
	}
	k.same, k.near = d.kept, d.kept
	if d.form == ShiftMoved {
		k.nearLeast = true
		return k, true
	}
	beside := 0
	for i, c := range d.counts {
		if c.Shift != 1 && c.Shift != -1 {
			continue
		}
		if i == 0 && d.low || i == len(d.counts)-1 && d.high {
			k.nearLeast = true
			return k, true
		}
		beside += c.Count
	}
	k.near += beside
	return k, true
}

// leftOut is how many stayers the paired tables of the subject leave out.
func (v *view) leftOut(p Protocol) int {
	if v.doc.Interim {
		return 0
	}
	return LeftOut(p, v.counts)
}
