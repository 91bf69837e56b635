package table

import (
	"slices"
	"strconv"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
)

// tables writes the tables of one subject that count a single round.
func (t *Tally) tables(i int, e shown) []Table {
	if e.detail == nothing {
		return nil
	}
	s, c := t.plan.subjects[i], t.counts[i]
	switch s.form {
	case delphi.RankingForm:
		return rankTables(s, c)
	case delphi.SelectionForm:
		return []Table{newTable("S/"+s.id, s.values(), slices.Clone(c.whole))}
	case delphi.TextForm:
		return nil
	}
	one := func(id string, h []int) Table {
		if e.detail == thirds {
			parts := s.parts()
			return newTable(id, s.partNames(parts), gathered(h, parts))
		}
		return newTable(id, s.values(), slices.Clone(h))
	}
	out := []Table{one(AnswersID(s.kind, s.id), c.whole)}
	if c.low != nil {
		out = []Table{one(LowID(s.id), c.low), out[0], one(HighID(s.id), c.high)}
	}
	for g, ok := range e.groups {
		if ok {
			out = append(out, one("G/"+s.id+"/"+t.plan.p.Panel.Groups[g].ID, c.groups[g]))
		}
	}
	return out
}

// AnswersID names the table of a subject's answers. An estimate with triple has three,
// each a file of leaves of its own: none is named like the folder of the others.
func AnswersID(k delphi.ItemKind, subject string) string {
	if k.Triple {
		return "A/" + subject + "/likely"
	}
	return "A/" + subject
}

func LowID(subject string) string  { return "A/" + subject + "/low" }
func HighID(subject string) string { return "A/" + subject + "/high" }

// OwnIDs names the tables that tell the value of an answer to an item in a kind of round.
func OwnIDs(k delphi.ItemKind, r delphi.RoundKind, item string) []string {
	switch k.In(r) {
	case delphi.CriteriaForm:
		out := make([]string, len(k.Criteria))
		for i, c := range k.Criteria {
			out[i] = AnswersID(k, item+"/"+c)
		}
		return out
	case delphi.RankingForm:
		return []string{"P/" + item}
	case delphi.ChoiceForm:
		return []string{AnswersID(k, k.ID)}
	case delphi.SelectionForm:
		return []string{"S/" + item}
	case delphi.TextForm:
		return nil
	}
	return []string{AnswersID(k, item)}
}

// TiesID names the table of ties of a round's ranking.
const TiesID = "P/ties"

func newTable(id string, values []string, counts []int) Table {
	return Table{ID: id, Values: values, Counts: counts, N: sum(counts)}
}

// parts are the places [from, to) of a table's values that a small panel is
// shown as one: the thirds of a scale, or of the grid of an estimate. "Never"
// lies above every value and goes with the upper third.
func (s subject) parts() [][2]int {
	out := [][2]int{}
	if s.form == delphi.ScaleForm || s.form == delphi.CriteriaForm {
		for _, c := range s.kind.Thirds() {
			out = append(out, [2]int{c[0] - 1, c[1]})
		}
		return out
	}
	n := s.kind.Steps()
	if n < 3 {
		return [][2]int{{0, s.size()}}
	}
	return [][2]int{{0, n / 3}, {n / 3, n - n/3}, {n - n/3, s.size()}}
}

func (s subject) partNames(parts [][2]int) []string {
	values := s.values()
	out := make([]string, len(parts))
	for i, p := range parts {
		from, to := values[p[0]], values[p[1]-1]
		switch {
		case s.form == delphi.ScaleForm || s.form == delphi.CriteriaForm:
			out[i] = delphi.Span([2]int{p[0] + 1, p[1]})
		default:
			out[i] = from + ".." + to
		}
	}
	return out
}

// gathered counts a histogram by parts.
func gathered(h []int, parts [][2]int) []int {
	out := make([]int, len(parts))
	for i, p := range parts {
		out[i] = sum(h[p[0]:p[1]])
	}
	return out
}

// rankTables are the positions of each item of a ranked list, ties averaged, and
// the tie sums Σ(t³−t): all that Kendall's W needs.
func rankTables(s subject, c counts) []Table {
	positions := make([]string, 2*len(s.list)-1)
	for i := range positions {
		positions[i] = strconv.FormatFloat(float64(i+2)/2, 'f', -1, 64)
	}
	out := make([]Table, 0, len(s.list)+1)
	for m, id := range s.list {
		out = append(out, newTable("P/"+id, positions, slices.Clone(c.positions[m])))
	}
	sums := tieSums(len(s.list))
	names, held := make([]string, len(sums)), make([]int, len(sums))
	for i, v := range sums {
		names[i], held[i] = strconv.Itoa(v), c.ties[v]
	}
	return append(out, newTable(TiesID, names, held))
}

// tieSums lists every Σ(t³−t) that a ranking of n items can have, ascending.
func tieSums(n int) []int {
	// reach[m] holds the sums of rankings of m items.
	reach := make([]map[int]bool, n+1)
	reach[0] = map[int]bool{0: true}
	for m := 1; m <= n; m++ {
		reach[m] = map[int]bool{}
		for t := 1; t <= m; t++ {
			for v := range reach[m-t] {
				reach[m][v+t*t*t-t] = true
			}
		}
	}
	out := make([]int, 0, len(reach[n]))
	for v := range reach[n] {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

// transitionTable is T: previous class > class.
func transitionTable(s subject, cells [][]int) Table {
	t := Table{ID: "T/" + s.id}
	for i, row := range classed(s.kind, cells) {
		for j, n := range row {
			t.Values = append(t.Values, delphi.Span(s.kind.Classes[i])+">"+delphi.Span(s.kind.Classes[j]))
			t.Counts = append(t.Counts, n)
			t.N += n
		}
	}
	return t
}

// moveTable is M: side of the shown median > move.
func moveTable(s subject, cells [][]int, median stat.Value) Table {
	t := Table{ID: "M/" + s.id}
	for i, row := range moved(cells, median) {
		for j, n := range row {
			t.Values = append(t.Values, []string{"below", "at", "above"}[i]+">"+[]string{"down", "same", "up"}[j])
			t.Counts = append(t.Counts, n)
			t.N += n
		}
	}
	return t
}

// Table is one published table: counts over the declared values, zeros included.
// Two sorts declare none: R holds the digests that were given, ascending, and B,
// the marks of ballots, no values at all, since the engine does not know marks: N
// says how many there are.
type Table struct {
	ID     string   `json:"id"`     // "A/<item>", "A/<item>/likely", "G/<item>/<group>", "D/<item>", "T/<item>" … (docs/RECORD.md §3)
	Values []string `json:"values"` // the declared values, in order: "1".."9", "1-3".., "<=-2".."+1", "kept", "moved", "1-3>7-9"
	Counts []int    `json:"counts"`
	N      int      `json:"n"`
}

// Whole says whether a table's parts fit together. Whoever verifies a record
// feeds the engine what others published; what does not fit is no table.
func (t Table) Whole() bool {
	odd := func(n int) bool { return n < 0 || n > delphi.WholeMost }
	if t.ID == MarksID {
		return len(t.Values) == 0 && len(t.Counts) == 0 && !odd(t.N)
	}
	return len(t.Values) == len(t.Counts) && !slices.ContainsFunc(t.Counts, odd) && sum(t.Counts) == t.N
}
