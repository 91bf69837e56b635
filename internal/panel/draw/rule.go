package draw

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"delfi/internal/delphi/canonical"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
)

// Quota asks for least to most people of some cells.
type Quota struct {
	Name       string
	Cells      []string // of the public list, sorted
	Least      int
	Most       int
	Population int // people of these cells in the population; 0 where it is not told
}

// Rule fixes how a panel is drawn.
type Rule struct {
	Size     int // of the panel
	Reserves int // who may take the place of somebody drawn, in order
	OneEach  bool
	Invited  int // people who were asked to join the pool; 0 where it is not told
	// Population is the number of people of whom the pool is a part; 0 where it is not told.
	Population int
	Quotas     []Quota
}

// Bounds of a rule.
const (
	MostSize   = 1000
	MostQuotas = 200
	mostCount  = 100_000_000 // of a population
	mostQuota  = 120         // characters of the name of a quota
	// MostRule bounds the file of a rule, in bytes.
	MostRule = 1 << 20
)

// ruleDocument is the rule's file. household is "one" where the list has one ticket of each
// household at most, else "any".
type ruleDocument struct {
	Household  string          `json:"household"`
	Invited    int             `json:"invited"`
	Population int             `json:"population"`
	Quotas     []quotaDocument `json:"quotas"`
	Reserves   int             `json:"reserves"`
	Size       int             `json:"size"`
}

type quotaDocument struct {
	Cells      []string `json:"cells"`
	Least      int      `json:"least"`
	Most       int      `json:"most"`
	Name       string   `json:"name"`
	Population int      `json:"population"`
}

const (
	householdAny = "any"
	householdOne = "one"
)

// Canonical is the rule's file: canonical JSON.
func (r Rule) Canonical() []byte {
	d := ruleDocument{Household: householdAny, Invited: r.Invited, Population: r.Population, Reserves: r.Reserves, Size: r.Size, Quotas: make([]quotaDocument, len(r.Quotas))}
	if r.OneEach {
		d.Household = householdOne
	}
	for i, q := range r.Quotas {
		d.Quotas[i] = quotaDocument{Cells: q.Cells, Least: q.Least, Most: q.Most, Name: q.Name, Population: q.Population}
	}
	text, err := canonical.Marshal(d)
	if err != nil {
		panic(fmt.Sprintf("draw: a rule of texts and numbers: %v", err))
	}
	return text
}

// Digest is the hex SHA-256 of the rule's file.
func (r Rule) Digest() string { return leaf.Digest(r.Canonical()) }

// ParseRule reads the rule's file in its one form. The error is a *Wrong.
func ParseRule(text []byte) (Rule, error) {
	var d ruleDocument
	if _, err := canonical.Read(bytes.NewReader(text), MostRule, &d); err != nil {
		return Rule{}, &Wrong{Step: StepRule, What: "the rule is not written as its form asks: " + err.Error(), Found: "", Expected: "canonical JSON"}
	}
	r := Rule{Size: d.Size, Reserves: d.Reserves, Invited: d.Invited, Population: d.Population, OneEach: d.Household == householdOne}
	if d.Household != householdOne && d.Household != householdAny {
		return Rule{}, &Wrong{Step: StepRule, What: "the rule of households is unknown", Found: d.Household, Expected: "one, or any"}
	}
	for _, q := range d.Quotas {
		r.Quotas = append(r.Quotas, Quota{Name: q.Name, Cells: q.Cells, Least: q.Least, Most: q.Most, Population: q.Population})
	}
	return r, nil
}

// Crossing reports whether a panel that keeps all quotas has to be searched for: a cell
// stands in two of them, or one leaves room between least and most.
func (r Rule) Crossing() bool {
	seen := map[string]bool{}
	for _, q := range r.Quotas {
		if q.Least != q.Most {
			return true
		}
		for _, c := range q.Cells {
			if seen[c] {
				return true
			}
			seen[c] = true
		}
	}
	return false
}

// Check holds a rule against the list; the fault names each field, and MostProblems at most.
func (r Rule) Check(roll Roll) error {
	var bad []fault.Field
	refuse := func(name, code, message string, args ...any) {
		if len(bad) == MostProblems {
			return
		}
		f := fault.Field{Name: name, Code: code, Message: message, Args: map[string]any{}}
		for i := 0; i+1 < len(args); i += 2 {
			f.Args[args[i].(string)] = args[i+1]
		}
		bad = append(bad, f)
	}
	cells := roll.Cells()
	if most := min(MostSize, roll.N()); r.Size < 1 || r.Size > most {
		refuse("size", "draw_size", "a panel has at least one person, and no more than the list", "most", most)
	}
	if most := min(MostSize, roll.N()-r.Size); r.Reserves < 0 || r.Reserves > max(0, most) {
		refuse("reserves", "draw_reserves", "there are no more reserves than people who remain on the list", "most", max(0, most))
	}
	if r.Invited != 0 && (r.Invited < roll.N() || r.Invited > mostCount) {
		refuse("invited", "draw_invited", "no fewer people were invited than joined the pool", "least", roll.N())
	}
	if r.Population < 0 || r.Population > mostCount {
		refuse("population", "draw_whole", "the population is a number of people", "most", mostCount)
	}
	if len(r.Quotas) == 0 || len(r.Quotas) > MostQuotas {
		refuse("quotas", "draw_quotas", "a rule has at least one quota", "most", MostQuotas)
		return fault.Bad(bad...)
	}
	in, sum := map[string]bool{}, 0
	for i, q := range r.Quotas {
		at := fmt.Sprintf("quotas[%d]", i+1)
		if q.Name == "" || !cell(q.Name) || utf8.RuneCountInString(q.Name) > mostQuota {
			refuse(at, "draw_quota_name", "a quota has a name of letters, digits and spaces", "quota", i+1)
		}
		people := 0
		for k, c := range q.Cells {
			n, known := cells[c]
			switch {
			case !known:
				refuse(at, "draw_no_cell", "the list has no such cell", "cell", c, "quota", i+1)
			case k > 0 && q.Cells[k-1] >= c:
				refuse(at, "draw_cells", "the cells of a quota are sorted, each of them once", "cell", c, "quota", i+1)
			}
			people, in[c] = people+n, true
		}
		switch {
		case q.Least < 0 || q.Most < q.Least:
			refuse(at, "draw_range", "a quota asks for at least nobody, and for no fewer at most than at least", "quota", i+1)
		case q.Least > people:
			refuse(at, "draw_too_few", "fewer people of these cells stand on the list than the quota asks for", "n", people, "quota", i+1)
		}
		if q.Population < 0 || q.Population > r.Population {
			refuse(at, "draw_population", "the population of a quota is a part of the whole one", "quota", i+1)
		}
		sum += q.Least
	}
	for _, c := range sorted(cells) {
		if !in[c] {
			refuse("quotas", "draw_cell_left_out", "a cell is in no quota, and nobody of it could be drawn as the rule says", "cell", c)
		}
	}
	if len(bad) == 0 && !r.Crossing() && sum != r.Size {
		refuse("size", "draw_sum", "the quotas do not add up to the panel", "sum", sum)
	}
	if len(bad) > 0 {
		return fault.Bad(bad...)
	}
	return nil
}

// holds is Check as a step of a draw.
func (r Rule) holds(roll Roll) error {
	err := r.Check(roll)
	if err == nil {
		return nil
	}
	w := &Wrong{Step: StepRule, What: "the rule does not fit the list", Found: err.Error(), Expected: "a rule that a panel can keep"}
	var f *fault.Fault
	if errors.As(err, &f) && len(f.Fields) > 0 {
		w.What, w.Found, w.Expected = f.Fields[0].Message, f.Fields[0].Name, "a rule that a panel can keep"
	}
	return w
}

// keeps finds the first quota that a panel does not keep; "" for none.
func (r Rule) keeps(roll Roll, panel []int) (name string, found, expected string) {
	cells := map[string]int{}
	for _, n := range panel {
		cells[roll.At(n).Cell]++
	}
	for _, q := range r.Quotas {
		got := 0
		for _, c := range q.Cells {
			got += cells[c]
		}
		if got < q.Least || got > q.Most {
			return q.Name, strconv.Itoa(got), q.span()
		}
	}
	return "", "", ""
}

// span says how many people a quota asks for.
func (q Quota) span() string {
	if q.Least == q.Most {
		return strconv.Itoa(q.Least)
	}
	return fmt.Sprintf("%d to %d", q.Least, q.Most)
}

// People counts the tickets of a list that a quota is about.
func (q Quota) People(cells map[string]int) int {
	n := 0
	for _, c := range q.Cells {
		n += cells[c]
	}
	return n
}

func sorted(cells map[string]int) []string {
	out := make([]string, 0, len(cells))
	for c := range cells {
		out = append(out, c)
	}
	slices.SortFunc(out, strings.Compare)
	return out
}
