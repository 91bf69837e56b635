package delphi

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// RoundKind is what a round asks for (docs/METHOD.md §9).
type RoundKind string

// The kinds of round.
const (
	Gather       RoundKind = "gather"
	Select       RoundKind = "select"
	AnswerRound  RoundKind = "answer"
	StandingKind RoundKind = "standing"
)

// Form is what sort of answer an item kind asks for.
type Form string

// The forms of item kinds.
const (
	ScaleForm     Form = "scale"     // 1..points
	CriteriaForm  Form = "criteria"  // 1..points on each criterion
	EstimateForm  Form = "estimate"  // a whole number of units between min and max
	DateForm      Form = "date"      // a day, month or year between min and max
	RankingForm   Form = "ranking"   // a rank for every item of the kind: the items are one list
	ChoiceForm    Form = "choice"    // exactly one of the items of the kind
	SelectionForm Form = "selection" // at most k of the items of the kind
	TextForm      Form = "text"      // words, which are the answer's reason: no figure
)

// Grouped says whether a form has tables by group.
func (f Form) Grouped() bool { return f.Paired() || f == ChoiceForm }

// Listed says whether all items of a kind are answered together, as one list.
func (f Form) Listed() bool { return f == RankingForm || f == ChoiceForm || f == SelectionForm }

// Paired says whether a form has tables of change.
func (f Form) Paired() bool {
	return f == ScaleForm || f == CriteriaForm || f == EstimateForm || f == DateForm
}

// ItemKind is what items of one sort ask for. Which fields have a meaning
// depends on Kind; the others are zero.
type ItemKind struct {
	ID          string
	Kind        Form
	Points      int               // scale, criteria: 2..11
	Low, High   map[string]string // scale, criteria: labels of the ends by language; empty when none
	Classes     [][2]int          // scale, criteria: ordered partition of 1..Points
	CannotJudge bool              // scale, criteria, estimate, date, choice
	Criteria    []string          // criteria
	Unit        string            // estimate: words; date: day, month or year
	UnitIn      map[string]string // estimate: Unit by further language; nil for none
	Min, Max    int               // estimate: units; date: see Moment
	Grid        int               // estimate, date: answers are rounded to Min + i·Grid
	Never       bool              // estimate, date: "never" may be answered
	Triple      bool              // estimate, date: low, likely and high are asked
	K           int               // selection: at most so many; ranking: so many in its select round
}

// In is the form that a kind takes in a round: what is to be ranked is first
// selected.
func (k ItemKind) In(r RoundKind) Form {
	if r == Select && k.Kind == RankingForm {
		return SelectionForm
	}
	return k.Kind
}

// Steps is the number of grid points of an estimate.
func (k ItemKind) Steps() int { return (k.Max-k.Min)/k.Grid + 1 }

// Gridded is the number of values that the answers of an estimate are counted at: its
// grid points, and "never".
func (k ItemKind) Gridded() int {
	if k.Never {
		return k.Steps() + 1
	}
	return k.Steps()
}

// Step rounds a value to its place on the grid, the nearest one, the higher of
// two; false outside min and max.
func (k ItemKind) Step(v int) (int, bool) {
	if v < k.Min || v > k.Max {
		return 0, false
	}
	return (2*(v-k.Min) + k.Grid) / (2 * k.Grid), true
}

// Counted gives the value at which an answer is counted: a point, of a criteria item the
// deciding criterion's; the nearest value of an estimate's grid, with "never" above all.
// False for an answer without one.
func (k ItemKind) Counted(a Answer) (float64, bool) {
	switch {
	case a.CannotJudge:
		return 0, false
	case k.Kind == ScaleForm:
		return float64(a.Value), a.Value > 0
	case k.Kind == CriteriaForm:
		at := slices.Index(k.Criteria, k.Deciding())
		if at >= len(a.Criteria) || a.Criteria[at] == 0 {
			return 0, false
		}
		return float64(a.Criteria[at]), true
	case k.Kind != EstimateForm && k.Kind != DateForm:
		return 0, false
	case a.Never:
		return math.Inf(1), true
	}
	at, ok := k.Step(a.Value)
	return float64(k.Min + at*k.Grid), ok
}

// Crosses tells whether two answers to an item lie in different classes of its scale, of a
// criteria item by the deciding criterion. An answer without a class crosses none.
func (k ItemKind) Crosses(before, now Answer) bool {
	a, ok1 := k.class(before)
	b, ok2 := k.class(now)
	return ok1 && ok2 && a != b
}

// class gives the place of an answer's class among the kind's.
func (k ItemKind) class(a Answer) (int, bool) {
	v, ok := k.Counted(a)
	at := slices.IndexFunc(k.Classes, func(c [2]int) bool { return v >= float64(c[0]) && v <= float64(c[1]) })
	return at, ok && at >= 0
}

// Written gives a value of an estimate or date as tables name it.
func (k ItemKind) Written(v int) string {
	if k.Kind == DateForm {
		return Date(v, k.Unit)
	}
	return strconv.Itoa(v)
}

// Thirds are the parts that a small panel is shown in: the outer classes, and
// all between them as one.
func (k ItemKind) Thirds() [][2]int {
	c := k.Classes
	if len(c) <= 3 {
		return c
	}
	last := len(c) - 1
	return [][2]int{c[0], {c[1][0], c[last-1][1]}, c[last]}
}

// Span writes a class: "1-3", or "5" for a single point.
func Span(c [2]int) string {
	if c[0] == c[1] {
		return strconv.Itoa(c[0])
	}
	return fmt.Sprintf("%d-%d", c[0], c[1])
}

// DefaultClasses is docs/METHOD.md §1's partition of a scale of 2..11 points; nil for others.
func DefaultClasses(points int) [][2]int {
	ends := map[int][]int{
		2: {1, 2}, 3: {1, 2, 3}, 4: {2, 4}, 5: {2, 3, 5}, 6: {2, 4, 6}, 7: {2, 5, 7},
		8: {3, 5, 8}, 9: {3, 6, 9}, 10: {3, 7, 10}, 11: {4, 7, 11},
	}[points]
	var out [][2]int
	for from, i := 1, 0; i < len(ends); i++ {
		out = append(out, [2]int{from, ends[i]})
		from = ends[i] + 1
	}
	return out
}

// Deciding is the criterion that a policy verdict is about: desirability, or the
// first where nobody asks for it (docs/METHOD.md §4).
func (k ItemKind) Deciding() string {
	if slices.Contains(k.Criteria, "desirability") {
		return "desirability"
	}
	return k.Criteria[0]
}

// Voice names the tables of confidence and reasons that a subject bears: by the
// item, by the list of a ranking or choice. A criteria item's are borne by its
// deciding criterion; "" for the criteria beside it.
func (k ItemKind) Voice(subject string) string {
	if k.Kind != CriteriaForm {
		return subject
	}
	item, ok := strings.CutSuffix(subject, "/"+k.Deciding())
	if !ok {
		return ""
	}
	return item
}

// WholeMost bounds free whole numbers: far below where sums of products overflow.
const WholeMost = 1_000_000_000_000
