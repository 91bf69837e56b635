package stat_test

import (
	"encoding/json"
	"fmt"
	"math"

	"delfi/internal/delphi/stat"
)

// fields are what a measure gives, by the names that vectors use: Value, int,
// bool, string, []Value or nil.
type fields map[string]any

// input hands out the inputs of a case and remembers which were read.
type input struct {
	fields map[string]json.RawMessage
	read   map[string]bool
	errs   []error
}

func (in *input) has(name string) bool { _, ok := in.fields[name]; return ok }

// load decodes one input; what goes wrong fails the case.
func load[T any](in *input, name string) (v T) {
	in.read[name] = true
	raw, ok := in.fields[name]
	if !ok {
		in.errs = append(in.errs, fmt.Errorf("input %q is missing", name))
		return v
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		in.errs = append(in.errs, fmt.Errorf("input %q: %w", name, err))
	}
	return v
}

// numbers decodes a list of answers; a missing one (null) becomes NaN.
func (in *input) numbers(name string) []float64 { return plain(load[[]stat.Value](in, name)) }

func plain(v []stat.Value) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = x.Or(math.NaN())
	}
	return out
}

// grid decodes a list of lists of answers.
func (in *input) grid(name string) [][]float64 {
	rows := load[[][]stat.Value](in, name)
	out := make([][]float64, len(rows))
	for i, r := range rows {
		out[i] = plain(r)
	}
	return out
}

// whole decodes whole numbers, also those that were printed as 6.0.
func (in *input) whole(name string) []int { return in.integers(name, load[[]float64](in, name)) }

// number decodes one whole number.
func (in *input) number(name string) int {
	return in.integers(name, []float64{load[float64](in, name)})[0]
}

// table decodes a table of counts.
func (in *input) table(name string) [][]int {
	var out [][]int
	for _, row := range load[[][]float64](in, name) {
		out = append(out, in.integers(name, row))
	}
	return out
}

func (in *input) integers(name string, x []float64) []int {
	out := make([]int, len(x))
	for i, v := range x {
		out[i] = int(v)
		if v != math.Trunc(v) {
			in.errs = append(in.errs, fmt.Errorf("input %q: %v is no whole number", name, v))
		}
	}
	return out
}

// freq decodes a histogram. Percentages are raised to whole numbers by a power of
// ten; shares that no such power makes whole (thirds) to 10¹² parts, since they do
// not say of how many people they are.
func (in *input) freq(name string) []int {
	shares := load[[]float64](in, name)
	for scale := 1.0; scale <= 1e6; scale *= 10 {
		if out, whole := raised(shares, scale); whole {
			return out
		}
	}
	out, _ := raised(shares, 1e12)
	return out
}

// raised multiplies shares and rounds them, and tells whether they were whole.
func raised(shares []float64, scale float64) (out []int, whole bool) {
	whole = true
	for _, x := range shares {
		r := math.Round(x * scale)
		whole = whole && math.Abs(x*scale-r) < 1e-9*max(1, math.Abs(r))
		out = append(out, int(r))
	}
	return out, whole
}

// permille turns a share (of 1, or of 100) into whole thousandths.
func (in *input) permille(p, of float64) int {
	m := math.Round(1000 * p / of)
	if math.Abs(1000*p/of-m) > 1e-9 {
		in.errs = append(in.errs, fmt.Errorf("%v is no whole number of permille", p))
	}
	return int(m)
}

// pairs gives the table of a case that comes as a table or as paired answers.
func (in *input) pairs(a, b string) [][]int {
	if in.has("table_r1_by_r2") {
		return in.table("table_r1_by_r2")
	}
	x, y := in.numbers(a), in.numbers(b)
	return stat.Cross(x, y, stat.Seen(x, y))
}

// shifts counts differences; missing answers on either side make no pair.
func (in *input) shifts(before, after string) stat.Shifts {
	d := in.differences(before, after)
	var a, b []int
	for _, x := range d {
		if x == x {
			if x != math.Trunc(x) {
				x = math.Copysign(1, x) // enough for those who only ask for directions
			}
			a, b = append(a, 0), append(b, int(x))
		}
	}
	return stat.Differences(a, b)
}

func (in *input) differences(before, after string) []float64 {
	a, b := in.numbers(before), in.numbers(after)
	if len(a) != len(b) {
		in.errs = append(in.errs, fmt.Errorf("%d answers before, %d after", len(a), len(b)))
		return nil
	}
	d := make([]float64, len(a))
	for i := range a {
		d[i] = b[i] - a[i]
	}
	return d
}

// histogram counts answers on the points from..to.
func histogram(x []float64, from, to int) []int {
	h := make([]int, to-from+1)
	for _, v := range x {
		if i := int(v) - from; v == math.Trunc(v) && i >= 0 && i < len(h) {
			h[i]++
		}
	}
	return h
}

// at counts answers over ascending scores.
func at(scores, x []float64) []int {
	h := make([]int, len(scores))
	for i, s := range scores {
		for _, v := range x {
			if v == s {
				h[i]++
			}
		}
	}
	return h
}

// turned swaps rows and columns.
func turned(rows [][]float64) [][]float64 {
	if len(rows) == 0 {
		return nil
	}
	out := make([][]float64, len(rows[0]))
	for j := range out {
		for _, r := range rows {
			out[j] = append(out[j], r[j])
		}
	}
	return out
}
