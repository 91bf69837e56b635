package stat_test

import (
	"math"
	"testing"

	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
)

// TestNever: "never" (+∞) is an answer to an estimate. It counts in every place of
// the order, and no measure that needs distances makes a number of it.
func TestNever(t *testing.T) {
	never := math.Inf(1)
	d := stat.Raw([]float64{2030, never, 2040, never, 2035, math.NaN()})
	for _, c := range []struct {
		name string
		got  stat.Value
		want stat.Value
	}{
		{"a missing answer is none", stat.Count(d.N()), stat.Of(5)},
		{"the median is the third of five", d.Median(7), stat.Of(2040)},
		{"the third quartile is never", d.Quantile(750, 7), stat.Of(never)},
		{"between a year and never lies never", d.Quantile(600, 7), stat.Of(never)},
		{"the range of the quartiles is endless", d.IQR(7), stat.Of(never)},
		{"so is the mean", d.Mean(), stat.Of(never)},
		{"the spread about it is not defined", d.SD(), stat.Undefined},
		{"nor its coefficient", d.CV(), stat.Undefined},
		{"nor the deviation from it", d.ADMean(), stat.Undefined},
		{"five, five, ten years and twice never from the median", d.MAD(), stat.Of(10)},
		{"two humps cannot be told", stat.Bimodality(d).Coefficient, stat.Undefined},
		{"where most say never they are all alike", stat.Raw([]float64{never, never, 2030}).MAD(), stat.Of(0)},
	} {
		if !c.got.Equal(c.want) {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

// TestMisfits: inputs that do not fit together are Undefined, not a panic.
func TestMisfits(t *testing.T) {
	ragged := [][]int{{1, 2}, {3}}
	for name, v := range map[string]stat.Value{
		"scores and counts":         stat.Dist{Score: []float64{1}, Count: []int{1, 2}}.Mean(),
		"a negative count":          stat.Agreement([]int{3, -1, 2}),
		"rounds on two scales":      stat.Scheibe([]int{1, 2}, []int{1, 2, 3}),
		"groups on two scales":      stat.MannWhitney([]int{1, 2}, []int{1}).U,
		"a ragged table":            stat.ChiSquare(ragged).Chi2,
		"a table that is no square": reliability.Kappa([][]int{{1, 2}}, reliability.Linear).Kappa,
		"ratings beyond the scores": reliability.Krippendorff([][]int{{1, 2, 3}}, []float64{1, 2}, reliability.Nominal),
		"a ratio of −1 and 1":       reliability.Krippendorff([][]int{{1, 1}}, []float64{-1, 1}, reliability.Ratio),
		"units with unequal raters": reliability.Fleiss([][]int{{1, 2}, {2, 2}}).Kappa,
		"units with one rater":      reliability.Fleiss([][]int{{1, 0}, {0, 1}}).Kappa,
		"sums of tied ranks":        stat.KendallExact([]float64{2.5, 3.5}, 2),
		"sums of no ranks at all":   stat.KendallExact([]float64{3, 4}, 2),
		"one rater":                 stat.KendallExact([]float64{1, 2}, 1),
		"six items":                 stat.KendallExact([]float64{2, 4, 6, 8, 10, 12}, 2),
		"3 of −1":                   stat.Half(3, -1),
		"an α of 2":                 func() stat.Value { v, _ := stat.ClopperPearson(1, 2, 2); return v }(),
		"a z of −1":                 func() stat.Value { v, _ := stat.AgrestiCoull(1, 2, -1); return v }(),
	} {
		if v.Defined() {
			t.Errorf("%s gave %v", name, v)
		}
	}
	if stat.Differences([]int{1}, []int{1, 2}) != nil || stat.Cross([]int{1}, []int{1, 2}, []int{1, 2}) != nil || stat.Transpose(ragged) != nil {
		t.Error("answers without a partner were paired")
	}
	if a, b := stat.Margins(ragged); a != nil || b != nil {
		t.Error("a ragged table has margins")
	}
	if got := reliability.Matrix([][]float64{{0, 3}})(1, 0); got != 1 {
		t.Errorf("a weight beyond the matrix is %v", got)
	}
}

// The strengths of W begin at the bounds of Schmidt's table.
func TestStrengthOfW(t *testing.T) {
	for w, want := range map[float64]stat.Strength{0: stat.VeryWeak, 0.1: stat.VeryWeak, 0.2999: stat.VeryWeak, 0.3: stat.Weak, 0.4999: stat.Weak, 0.5: stat.Moderate, 0.6999: stat.Moderate, 0.7: stat.Strong, 0.9: stat.Strong, 1: stat.Strong} {
		if got := stat.StrengthOf(w); got != want {
			t.Errorf("W %v is of strength %d, not %d", w, got, want)
		}
	}
}
