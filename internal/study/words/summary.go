package words

import (
	"fmt"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/verdict"
)

// Tally counts items by verdict and side.
type Tally map[verdict.Key]map[delphi.Side]int

// Add counts one item.
func (t Tally) Add(key verdict.Key, s delphi.Side) {
	if t[key] == nil {
		t[key] = map[delphi.Side]int{}
	}
	if !sided(key) || s == "" {
		s = delphi.NoSide
	}
	t[key][s]++
}

// Summary says what was reached, never lumped: "Consensus on 28 (25 in favour, 3
// against), majority on 46 (46 against), divided on 25, open on 20."
func (w Words) Summary(t Tally) string {
	var out []string
	for _, key := range []verdict.Key{
		verdict.Consensus, verdict.Majority, verdict.Plurality, verdict.Bipolarity, verdict.Disagreement, verdict.Unstable, verdict.Open, verdict.TooFew,
	} {
		n := 0
		var sides []string
		for _, s := range Sides {
			if c := t[key][s]; c > 0 {
				n += c
				sides = append(sides, fmt.Sprintf("%d %s", c, w.Side(s)))
			}
		}
		n += t[key][delphi.NoSide]
		if n == 0 {
			continue
		}
		text := w.T("summary."+slug(key), n)
		if len(sides) > 0 && key != verdict.Bipolarity {
			text += " (" + strings.Join(sides, ", ") + ")"
		}
		out = append(out, text)
	}
	if len(out) == 0 {
		return w.T("summary.none")
	}
	return first(strings.Join(out, ", ")) + "."
}
