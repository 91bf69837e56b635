package draw

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"delfi/internal/ledger/leaf"
)

// Panels is the number of panels of a portfolio.
const Panels = 1000

// MostPortfolio bounds the file of a portfolio, in bytes.
const MostPortfolio = Panels * (MostSize*7 + 1)

// Portfolio is 1,000 panels that keep a rule, each the numbers of its tickets, ascending.
// Panels may be equal: each has one chance of 1,000.
type Portfolio struct{ panels [][]int }

// ParsePortfolio reads 1,000 LF-ended lines of numbers divided by one space, ascending, and
// holds each panel against the rule. The error is a *Wrong that names panel and quota; panels
// are counted from 0, lines from 1.
func ParsePortfolio(text []byte, roll Roll, rule Rule) (Portfolio, error) {
	lines, err := split(StepPortfolio, text, Panels)
	if err != nil {
		return Portfolio{}, err
	}
	if len(lines) != Panels {
		return Portfolio{}, &Wrong{Step: StepPortfolio, What: "the portfolio has another number of panels", Found: strconv.Itoa(len(lines)), Expected: strconv.Itoa(Panels)}
	}
	var p Portfolio
	for i, line := range lines {
		bad := func(what, found, expected string) (Portfolio, error) {
			return Portfolio{}, &Wrong{Step: StepPortfolio, Line: i + 1, What: fmt.Sprintf("panel %d: %s", i, what), Found: found, Expected: expected}
		}
		fields := strings.Split(line, " ")
		if len(fields) != rule.Size {
			return bad("it has another number of people than the rule", strconv.Itoa(len(fields)), strconv.Itoa(rule.Size))
		}
		panel, last := make([]int, len(fields)), 0
		for k, f := range fields {
			n, err := strconv.Atoi(f)
			if err != nil || strconv.Itoa(n) != f || n < 1 || n > roll.N() {
				return bad("a number is not on the list", f, fmt.Sprintf("1 to %d", roll.N()))
			}
			if n <= last {
				return bad("numbers do not ascend", f, fmt.Sprintf("more than %d", last))
			}
			panel[k], last = n, n
		}
		if name, found, expected := rule.keeps(roll, panel); name != "" {
			return bad(fmt.Sprintf("it does not keep the quota %q", name), found, expected)
		}
		p.panels = append(p.panels, panel)
	}
	return p, nil
}

// Text is the portfolio's file.
func (p Portfolio) Text() []byte {
	var b bytes.Buffer
	for _, panel := range p.panels {
		b.WriteString(numbers(panel) + "\n")
	}
	return b.Bytes()
}

// Root is the root of the tree over the panels: each is a leaf of three LF-ended lines,
// "delfi panel v1", its index from 0 and its numbers.
func (p Portfolio) Root() tlog.Hash {
	var t leaf.Tree
	for i, panel := range p.panels {
		t.Add(tlog.RecordHash([]byte("delfi panel v1\n" + strconv.Itoa(i) + "\n" + numbers(panel) + "\n")))
	}
	return t.Root()
}

func numbers(panel []int) string {
	text := make([]string, len(panel))
	for i, n := range panel {
		text[i] = strconv.Itoa(n)
	}
	return strings.Join(text, " ")
}

// Panel gives a panel by its index.
func (p Portfolio) Panel(index int) []int { return p.panels[index] }

// Chances are the chances of a list's tickets to be drawn.
type Chances struct {
	of     []float64 // by number - 1
	Least  float64
	Mean   float64
	Most   float64
	Nobody []int // numbers without a chance
}

// Of gives the chance of number n, from 1.
func (c Chances) Of(n int) float64 { return c.of[n-1] }

// Chance computes each ticket's chance: appearances/1000 in a portfolio, else the quota's
// people over those of its cells.
func Chance(roll Roll, rule Rule, p Portfolio) Chances {
	of := make([]float64, roll.N())
	if rule.Crossing() {
		count := make([]int, roll.N())
		for _, panel := range p.panels {
			for _, n := range panel {
				count[n-1]++
			}
		}
		for i, n := range count {
			of[i] = float64(n) / Panels
		}
	} else {
		cells, share := roll.Cells(), map[string]float64{}
		for _, q := range rule.Quotas {
			for _, c := range q.Cells {
				share[c] = float64(q.Least) / float64(q.People(cells))
			}
		}
		for i, p := range roll.places {
			of[i] = share[p.Cell]
		}
	}
	c := Chances{of: of, Least: 1}
	for i, v := range of {
		c.Least, c.Most, c.Mean = min(c.Least, v), max(c.Most, v), c.Mean+v/float64(len(of))
		if v == 0 {
			c.Nobody = append(c.Nobody, i+1)
		}
	}
	return c
}
