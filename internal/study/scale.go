package study

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
)

// Scale maps an item's answers, which the engine counts as whole numbers, to the
// study's own values. A ranking and a selection have none.
type Scale struct {
	Kind     delphi.Form
	From, To int // a scale's own ends; of an estimate in units of 10^-Decimals
	Step     int // estimate: the grid that answers are rounded to, in the same units
	Decimals int // estimate
	Unit     string
	Never    bool   // estimate: "never" was answered
	Source   string // declared, inferred
}

// Where a scale comes from.
const (
	Declared = "declared"
	Inferred = "inferred"
)

// MarshalJSON writes the ends in the study's own values; null where an item has
// no scale.
func (c Scale) MarshalJSON() ([]byte, error) {
	if c.Kind != delphi.ScaleForm && c.Kind != delphi.EstimateForm {
		return []byte("null"), nil
	}
	value := func(v int) float64 { return float64(v) / math.Pow10(c.Decimals) }
	return json.Marshal(struct {
		From   float64 `json:"from"`
		To     float64 `json:"to"`
		Step   float64 `json:"step"`
		Unit   string  `json:"unit"`
		Source string  `json:"source"`
	}{value(c.From), value(c.To), value(max(1, c.Step)), c.Unit, c.Source})
}

// Points is how many points a scale has.
func (c Scale) Points() int { return c.To - c.From + 1 }

// offset is what a scale's own values have above 1..k.
func (c Scale) offset() int {
	if c.Kind == delphi.ScaleForm {
		return c.From - 1
	}
	return 0
}

// counted gives the value that the engine counts for a cell, which holds the place
// among an item's values from 1.
func (c Scale) counted(cell int) (value int, never bool) {
	switch c.Kind {
	case delphi.EstimateForm:
		if v := c.From + (cell-1)*c.Step; v <= c.To {
			return v, false
		}
		return 0, true
	case delphi.SelectionForm:
		return cell - 1, false
	}
	return cell, false
}

// Level gives a figure that is a place on the scale (a median, a mean) in the
// study's own values.
func (c Scale) Level(v stat.Value) stat.Value {
	f, ok := v.Float()
	if !ok || c.offset() == 0 && c.Decimals == 0 {
		return v
	}
	return stat.Of((f + float64(c.offset())) / math.Pow10(c.Decimals))
}

// Width gives a figure that is a distance on the scale (an interquartile range, a
// shift) in the study's own values.
func (c Scale) Width(v stat.Value) stat.Value {
	f, ok := v.Float()
	if !ok || c.Decimals == 0 {
		return v
	}
	return stat.Of(f / math.Pow10(c.Decimals))
}

// Name gives the name of a point or a class ("7", "7-9") in the study's own values.
func (c Scale) Name(v string) string {
	if c.offset() == 0 && c.Decimals == 0 {
		return v
	}
	if n, err := strconv.Atoi(v); err == nil {
		return c.Text(n)
	}
	from, to, ranged := strings.Cut(v, "-")
	a, e1 := strconv.Atoi(from)
	b, e2 := strconv.Atoi(to)
	if ranged && e1 == nil && e2 == nil {
		return Span(a+c.offset(), b+c.offset())
	}
	return v
}

// Text writes one value.
func (c Scale) Text(n int) string {
	n += c.offset()
	if c.Decimals == 0 {
		return strconv.Itoa(n)
	}
	return strconv.FormatFloat(float64(n)/math.Pow10(c.Decimals), 'f', -1, 64)
}

// Span writes the points of a window or scale: "7-9", "-2 to 2" where a sign would
// read as a dash, "5" for a single one.
func Span(from, to int) string {
	switch {
	case from == to:
		return strconv.Itoa(from)
	case from < 0 || to < 0:
		return strconv.Itoa(from) + " to " + strconv.Itoa(to)
	}
	return strconv.Itoa(from) + "-" + strconv.Itoa(to)
}
