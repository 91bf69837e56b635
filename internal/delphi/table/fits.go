package table

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
)

// Fits says whether a table has the values that its closing declares for it, and
// as many counts: for who reads a table that others published. The error names
// the values that it should have. Of a table of shifts, whose ends depend on the
// answers, the form is checked, and that each end holds enough people.
func Fits(p protocol.Protocol, doc Counts, t Table) error {
	if !t.Whole() {
		return fmt.Errorf("its counts do not fit its values")
	}
	if t.ID == MarksID {
		return nil
	}
	s, c, want, ok := owner(p, doc, t.ID)
	switch {
	case !ok:
		return fmt.Errorf("it belongs to nothing that the round asked")
	case t.ID[0] == 'D':
		return s.shifts(p, c, t)
	case t.ID[0] == 'R':
		return digests(t)
	case !slices.Equal(want, t.Values):
		return fmt.Errorf("its values are not the declared %s", strings.Join(want, " "))
	}
	return nil
}

// owner finds the subject of a table by the table's id, with its counts and the values
// that they declare for the table.
func owner(p protocol.Protocol, doc Counts, id string) (s subject, c ItemCounts, values []string, ok bool) {
	letter, rest, _ := strings.Cut(id, "/")
	for _, c := range doc.Items {
		k, known := p.Kind(c.Kind)
		if !known {
			continue
		}
		s := subject{id: c.Item, kind: k, form: k.In(p.Round(doc.Round).Kind), list: c.List, voice: k.Voice(c.Item)}
		if values, mine := s.declared(p, c, doc.Interim, letter, rest); mine {
			return s, c, values, true
		}
	}
	return subject{}, ItemCounts{}, nil, false
}

// pairMost bounds what a tally adds to a value: a count, and the two signs beside it.
const pairMost = 22

// Widest bounds the bytes of a table's values and counts as a tally writes them, beside
// what its closing declares for it: for who reads a table that others published. A
// person gives a table of reasons at most one; of another table than those that the
// closing asks for it is 0.
func Widest(p protocol.Protocol, doc Counts, id string) int {
	s, _, values, ok := owner(p, doc, id)
	switch {
	case !ok:
		return 0
	case id[0] == 'D': // each way, every shift from one end of the scale to the other
		return 2 * (s.size() + 1) * (len(">=") + len(shiftName(s.size())) + pairMost)
	case id[0] == 'R':
		return (max(0, doc.Answered) + coarse) * (2*sha256.Size + pairMost)
	}
	n := 0
	for _, v := range values {
		n += len(v) + pairMost
	}
	return n
}

// declared gives the values of one of the subject's tables; false when the table
// is not the subject's.
func (s subject) declared(p protocol.Protocol, c ItemCounts, interim bool, letter, rest string) ([]string, bool) {
	own := rest == s.id
	ranked := s.form == delphi.RankingForm
	switch letter {
	case "A":
		id := letter + "/" + rest
		own = id == AnswersID(s.kind, s.id) || s.kind.Triple && (id == LowID(s.id) || id == HighID(s.id))
	case "G":
		own = strings.HasPrefix(rest, s.id+"/")
	case "P":
		own = ranked && (rest == "ties" || slices.Contains(s.list, rest))
	case "K":
		own = rest == s.voice
	case "R":
		own = strings.HasPrefix(rest, s.voice+"/")
	}
	switch {
	case !own || ranked && letter != "P" && letter != "K" && letter != "R":
		return nil, false
	case letter == "P":
		for _, t := range rankTables(s, counts{positions: make([][]int, len(s.list))}) {
			if t.ID == "P/"+rest {
				return t.Values, true
			}
		}
		return nil, false
	case letter == "A" || letter == "G":
		if disclosed(p, s.form, c, interim).detail == thirds {
			return s.partNames(s.parts()), true
		}
		return s.values(), true
	case letter == "S":
		return s.values(), s.form == delphi.SelectionForm
	case letter == "T":
		cells := make([][]int, s.kind.Points)
		for i := range cells {
			cells[i] = make([]int, s.kind.Points)
		}
		return transitionTable(s, cells).Values, true
	case letter == "M":
		return moveTable(s, nil, stat.Undefined).Values, true
	case letter == "K":
		out := make([]string, confidences)
		for i := range out {
			out[i] = strconv.Itoa(i + 1)
		}
		return out, true
	}
	return nil, letter == "D" || letter == "R"
}

// shifts checks the form of a D table against the counts document: kept and moved,
// or every shift from the lower end to the higher one with 0 in a cell of its own.
func (s subject) shifts(p protocol.Protocol, c ItemCounts, t Table) error {
	least := p.Disclosure.LeftOutN
	d, ok := t.Shifts()
	if !ok || d.Form != c.Shift {
		return fmt.Errorf("its values are no shifts of the form %q", c.Shift)
	}
	if d.Form == ShiftMoved {
		if moved := t.N - d.Kept; moved < least {
			return fmt.Errorf("%d people moved, fewer than %d", moved, least)
		}
		return nil
	}
	down, up, last := 0, 0, len(d.Counts)-1
	for i, r := range d.Counts {
		switch {
		case r.Shift != d.Counts[0].Shift+i || max(r.Shift, -r.Shift) >= s.size():
			return fmt.Errorf("%q is not the next shift of its scale", t.Values[i])
		case r.Shift < 0:
			down += r.Count
		case r.Shift > 0:
			up += r.Count
		}
		if end := i == 0 || i == last; end && r.Shift != 0 && r.Count < max(1, least) {
			return fmt.Errorf("the end %q holds %d people, fewer than %d", t.Values[i], r.Count, max(1, least))
		}
	}
	for _, n := range []int{down, up} {
		if n > 0 && n < least {
			return fmt.Errorf("%d people moved in one direction, fewer than %d", n, least)
		}
	}
	return nil
}

// digests checks the form of a table of reasons: digests, ascending, each of
// somebody's words.
func digests(t Table) error {
	for i, v := range t.Values {
		switch {
		case !isDigest(v):
			return fmt.Errorf("%q is no digest of a reason", v)
		case i > 0 && t.Values[i-1] >= v:
			return fmt.Errorf("the digests of reasons do not ascend at %q", v)
		case t.Counts[i] < 1:
			return fmt.Errorf("nobody wrote the reason %q", v)
		}
	}
	return nil
}
