package table

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/delphi/stat"
)

// form tells how the changes of one subject's stayers may be shown: with directions
// where movers up and movers down are each nobody or least people, else as kept and
// moved, else not at all.
func (j joint) form(least int) ShiftForm {
	zero := len(j.shift) / 2
	down, up := sum(j.shift[:zero]), sum(j.shift[zero+1:])
	few := func(n int) bool { return n > 0 && n < least }
	switch {
	case !few(down) && !few(up):
		return ShiftDirected
	case down+up >= least:
		return ShiftMoved
	}
	return ShiftFew
}

// The values of a table of shifts without directions.
const (
	keptValue  = "kept"
	movedValue = "moved"
)

// shiftTable is D: people by how far they moved. With directions 0 is always a cell
// of its own, nothing is merged across it, and within a direction the ends merge
// inwards until each holds least people; a merged end is written "<=-2" or ">=+2".
func shiftTable(s subject, j joint, form ShiftForm, least int) Table {
	zero := len(j.shift) / 2
	if form == ShiftMoved {
		kept := j.shift[zero]
		return newTable("D/"+s.id, []string{keptValue, movedValue}, []int{kept, j.n - kept})
	}
	low, lows, lowest := j.end(least, -1)
	high, highs, highest := j.end(least, 1)
	t := Table{ID: "D/" + s.id, N: j.n}
	for shift := low; shift <= high; shift++ {
		name, count := shiftName(shift), j.shift[zero+shift]
		switch {
		case shift == low && shift < 0:
			name, count = ends(name, "<=", lowest), lows
		case shift == high && shift > 0:
			name, count = ends(name, ">=", highest), highs
		}
		t.Values, t.Counts = append(t.Values, name), append(t.Counts, count)
	}
	return t
}

// end finds the end of D in one direction: its innermost shift, how many people it
// holds, and whether several shifts are merged in it; 0 where nobody went that way.
func (j joint) end(least, way int) (shift, n int, merged bool) {
	zero := len(j.shift) / 2
	for shift = zero * way; shift != 0 && j.shift[zero+shift] == 0; shift -= way {
	}
	if shift == 0 {
		return 0, 0, false
	}
	for n = j.shift[zero+shift]; n < least; merged = true {
		shift -= way
		n += j.shift[zero+shift]
	}
	return shift, n, merged
}

func shiftName(shift int) string {
	if shift == 0 {
		return "0"
	}
	return fmt.Sprintf("%+d", shift)
}

func ends(name, mark string, merged bool) string {
	if merged {
		return mark + name
	}
	return name
}

// Shifts is a table D as it is read again.
type Shifts struct {
	Form      ShiftForm
	Kept      int
	Counts    stat.Shifts // with directions; a merged end counts as its innermost shift
	Low, High bool        // whether the end below, or above, is merged
}

func (s Shifts) Merged() bool { return s.Low || s.High }

// Shifts reads a table D again; false for a table of another sort.
func (t Table) Shifts() (Shifts, bool) {
	if slices.Equal(t.Values, []string{keptValue, movedValue}) && len(t.Counts) == 2 {
		return Shifts{Form: ShiftMoved, Kept: t.Counts[0]}, true
	}
	out, zero := Shifts{Form: ShiftDirected}, false
	for i, name := range t.Values {
		below, low := strings.CutPrefix(name, "<=")
		above, high := strings.CutPrefix(below, ">=")
		shift, err := strconv.Atoi(above)
		if err != nil || i >= len(t.Counts) || shiftName(shift) != above {
			return Shifts{}, false
		}
		if low && (i > 0 || shift >= 0) || high && (i < len(t.Values)-1 || shift <= 0) {
			return Shifts{}, false
		}
		out.Low, out.High = out.Low || low, out.High || high
		if shift == 0 {
			out.Kept, zero = t.Counts[i], true
		}
		out.Counts = append(out.Counts, stat.ShiftCount{Shift: shift, Count: t.Counts[i]})
	}
	return out, zero
}

// ShiftValue gives the value of table D that holds a change by shift; "" for a table
// of another sort, and for a change that the table has no place for.
func (t Table) ShiftValue(shift int) string {
	d, ok := t.Shifts()
	if !ok {
		return ""
	}
	if i := d.place(shift); i >= 0 && i < len(t.Values) {
		return t.Values[i]
	}
	return ""
}

// place is the index of the value that holds a change by shift; one beyond an end
// that is not merged is outside the table.
func (s Shifts) place(shift int) int {
	if s.Form == ShiftMoved {
		return min(1, max(shift, -shift))
	}
	first, last := s.Counts[0].Shift, s.Counts[len(s.Counts)-1].Shift
	if s.Low {
		shift = max(shift, first)
	}
	if s.High {
		shift = min(shift, last)
	}
	return shift - first
}
