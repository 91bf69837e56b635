package drawing

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/fault"
	"delfi/internal/panel/draw"
	"delfi/internal/prose"
)

// Plan is a rule as it is typed, with the guarantors.
type Plan struct {
	Size       string
	Reserves   string
	Invited    string // "" where it is not told
	Population string // "" where it is not told
	Quotas     string // one a line: name; people; population; cells divided by commas
	Names      [draw.MostGuarantors]string
	Digests    [draw.MostGuarantors]string
}

// mostPlanned bounds the text of the quotas, in characters.
const mostPlanned = 100_000

// PlanOf writes a draw's rule as it is typed; before there is one it proposes a panel of
// some people, divided over the cells as the list is.
func PlanOf(d Draw, size int) Plan {
	rule := d.Rule
	if !d.planned {
		rule = proposed(d.Roll, min(size, d.Roll.N()))
	}
	p := Plan{Size: strconv.Itoa(rule.Size), Reserves: strconv.Itoa(rule.Reserves)}
	if rule.Invited > 0 {
		p.Invited = strconv.Itoa(rule.Invited)
	}
	if rule.Population > 0 {
		p.Population = strconv.Itoa(rule.Population)
	}
	for _, q := range rule.Quotas {
		people := strconv.Itoa(q.Least)
		if q.Most != q.Least {
			people += "-" + strconv.Itoa(q.Most)
		}
		population := ""
		if q.Population > 0 {
			population = strconv.Itoa(q.Population)
		}
		p.Quotas += q.Name + "; " + people + "; " + population + "; " + strings.Join(q.Cells, ", ") + "\n"
	}
	for i, g := range d.Guarantors {
		p.Names[i], p.Digests[i] = g.Name, g.Digest
	}
	return p
}

// proposed divides a panel over the cells by largest remainders.
func proposed(roll draw.Roll, size int) draw.Rule {
	cells := roll.Cells()
	type share struct {
		cell string
		n    int
		rest int
	}
	var all []share
	left := size
	for c, n := range cells {
		all = append(all, share{c, n * size / roll.N(), n * size % roll.N()})
		left -= n * size / roll.N()
	}
	slices.SortFunc(all, func(a, b share) int { return cmp.Or(b.rest-a.rest, strings.Compare(a.cell, b.cell)) })
	for i := range left {
		all[i].n++
	}
	slices.SortFunc(all, func(a, b share) int { return strings.Compare(a.cell, b.cell) })
	rule := draw.Rule{Size: size}
	for _, s := range all {
		rule.Quotas = append(rule.Quotas, draw.Quota{Name: s.cell, Cells: []string{s.cell}, Least: s.n, Most: s.n})
	}
	return rule
}

// read reads the plan against the list; the fault names each field, and each line of the quotas,
// draw.MostProblems at most.
func (p Plan) read(d Draw) (draw.Rule, []Guarantor, error) {
	var bad []fault.Field
	refuse := func(name, code, message string, args map[string]any) {
		if len(bad) == draw.MostProblems {
			return
		}
		bad = append(bad, fault.Field{Name: name, Code: code, Message: message, Args: args})
	}
	number := func(name, text string) int {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 0 {
			refuse(name, "not_a_number", "type a whole number", nil)
			return 0
		}
		return n
	}
	r := draw.Rule{Size: number("size", p.Size), Reserves: number("reserves", p.Reserves), OneEach: d.Household}
	if strings.TrimSpace(p.Invited) != "" {
		r.Invited = number("invited", p.Invited)
	}
	if strings.TrimSpace(p.Population) != "" {
		r.Population = number("population", p.Population)
	}
	quotas := prose.Field{Name: "quotas", Max: mostPlanned, Needed: true}.Read(p.Quotas, &bad)
	row := 0
	for line := range strings.SplitSeq(quotas, "\n") {
		row++
		if strings.TrimSpace(line) == "" {
			continue
		}
		q, ok := quota(line)
		if !ok {
			refuse("quotas", "draw_quota_line", fmt.Sprintf("line %d is not name; people; population; cells", row), map[string]any{"line": row})
			continue
		}
		r.Quotas = append(r.Quotas, q)
	}
	var guarantors []Guarantor
	for i := range p.Names {
		digest := strings.ToLower(strings.Join(strings.Fields(p.Digests[i]), ""))
		at := strconv.Itoa(i + 1)
		name := prose.Field{Name: "name" + at, Max: 120, Needed: digest != "", Line: true}.Read(p.Names[i], &bad)
		switch {
		case name == "" && digest == "":
			continue
		case !draw.IsCommitment(digest):
			refuse("digest"+at, "draw_digest", "a digest is 64 hex digits", nil)
		case slices.ContainsFunc(guarantors, func(g Guarantor) bool { return g.Digest == digest }):
			refuse("digest"+at, "draw_digest_twice", "two guarantors have one digest", nil)
		}
		guarantors = append(guarantors, Guarantor{Name: name, Digest: digest})
	}
	if len(bad) > 0 {
		return r, nil, fault.Bad(bad...)
	}
	return r, guarantors, typed(r.Check(d.Roll))
}

// typed puts the faults of a rule's quotas under the field in which all are typed.
func typed(err error) error {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return err
	}
	for i := range f.Fields {
		if strings.HasPrefix(f.Fields[i].Name, "quotas[") {
			f.Fields[i].Name = "quotas"
		}
	}
	return err
}

// quota reads one line: name; people, or from-to; population; cells. Without cells the name
// is the cell.
func quota(line string) (draw.Quota, bool) {
	f := strings.Split(line, ";")
	if len(f) < 2 || len(f) > 4 {
		return draw.Quota{}, false
	}
	q := draw.Quota{Name: strings.TrimSpace(f[0])}
	least, most, span := strings.Cut(strings.ReplaceAll(strings.TrimSpace(f[1]), "–", "-"), "-")
	if !span {
		most = least
	}
	var err1, err2, err3 error
	q.Least, err1 = strconv.Atoi(strings.TrimSpace(least))
	q.Most, err2 = strconv.Atoi(strings.TrimSpace(most))
	if len(f) > 2 && strings.TrimSpace(f[2]) != "" {
		q.Population, err3 = strconv.Atoi(strings.TrimSpace(f[2]))
	}
	if len(f) > 3 {
		for c := range strings.SplitSeq(f[3], ",") {
			if c = strings.TrimSpace(c); c != "" {
				q.Cells = append(q.Cells, c)
			}
		}
	}
	if len(q.Cells) == 0 {
		q.Cells = []string{q.Name}
	}
	slices.Sort(q.Cells)
	return q, err1 == nil && err2 == nil && err3 == nil
}

// portfolioOf reads the portfolio that a rule needs; nil is no file.
func portfolioOf(file io.Reader, d Draw, rule draw.Rule) (draw.Portfolio, error) {
	bad := func(code, message string, args map[string]any) (draw.Portfolio, error) {
		return draw.Portfolio{}, fault.Bad(fault.Field{Name: "file", Code: code, Message: message, Args: args})
	}
	if !rule.Crossing() {
		if file != nil {
			return bad("draw_no_portfolio", "the quotas do not cross: no portfolio is needed", nil)
		}
		return draw.Portfolio{}, nil
	}
	if file == nil {
		if !d.planned || d.Rule.Digest() != rule.Digest() {
			return bad("draw_portfolio", "the quotas cross: add the file of 1,000 panels", nil)
		}
		return d.Portfolio, nil
	}
	text, err := io.ReadAll(io.LimitReader(file, draw.MostPortfolio+1))
	if err != nil {
		return draw.Portfolio{}, err
	}
	if len(text) > draw.MostPortfolio {
		return bad("draw_list_long", "the file is longer than a portfolio may be", map[string]any{"most": draw.Panels})
	}
	text = []byte(strings.ReplaceAll(string(text), "\r\n", "\n"))
	p, err := draw.ParsePortfolio(text, d.Roll, rule)
	if err != nil {
		var w *draw.Wrong
		if !errors.As(err, &w) {
			return draw.Portfolio{}, err
		}
		return bad("draw_panel", err.Error(), map[string]any{"line": w.Line, "found": w.Found, "expected": w.Expected})
	}
	return p, nil
}
