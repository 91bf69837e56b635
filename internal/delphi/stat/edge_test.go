package stat

import (
	"math"
	"testing"
)

// TestNever: "never" (+∞) is an answer to an estimate. It counts in every place of
// the order, and no measure that needs distances makes a number of it.
func TestNever(t *testing.T) {
	never := math.Inf(1)
	d := Raw([]float64{2030, never, 2040, never, 2035, math.NaN()})
	for _, c := range []struct {
		name string
		got  Value
		want Value
	}{
		{"a missing answer is none", count(d.N()), Of(5)},
		{"the median is the third of five", d.Median(7), Of(2040)},
		{"the third quartile is never", d.Quantile(750, 7), Of(never)},
		{"between a year and never lies never", d.Quantile(600, 7), Of(never)},
		{"the range of the quartiles is endless", d.IQR(7), Of(never)},
		{"so is the mean", d.Mean(), Of(never)},
		{"the spread about it is not defined", d.SD(), Undefined},
		{"nor its coefficient", d.CV(), Undefined},
		{"nor the deviation from it", d.ADMean(), Undefined},
		{"five, five, ten years and twice never from the median", d.MAD(), Of(10)},
		{"two humps cannot be told", Bimodality(d).Coefficient, Undefined},
		{"where most say never they are all alike", Raw([]float64{never, never, 2030}).MAD(), Of(0)},
	} {
		if !c.got.Equal(c.want) {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

// TestMisfits: inputs that do not fit together are Undefined, not a panic.
func TestMisfits(t *testing.T) {
	ragged := [][]int{{1, 2}, {3}}
	for name, v := range map[string]Value{
		"scores and counts":         Dist{Score: []float64{1}, Count: []int{1, 2}}.Mean(),
		"a negative count":          Agreement([]int{3, -1, 2}),
		"rounds on two scales":      Scheibe([]int{1, 2}, []int{1, 2, 3}),
		"groups on two scales":      MannWhitney([]int{1, 2}, []int{1}).U,
		"a ragged table":            ChiSquare(ragged).Chi2,
		"a table that is no square": Kappa([][]int{{1, 2}}, Linear).Kappa,
		"ratings beyond the scores": Krippendorff([][]int{{1, 2, 3}}, []float64{1, 2}, Nominal),
		"a ratio of −1 and 1":       Krippendorff([][]int{{1, 1}}, []float64{-1, 1}, Ratio),
		"units with unequal raters": Fleiss([][]int{{1, 2}, {2, 2}}).Kappa,
		"units with one rater":      Fleiss([][]int{{1, 0}, {0, 1}}).Kappa,
		"sums of tied ranks":        KendallExact([]float64{2.5, 3.5}, 2),
		"sums of no ranks at all":   KendallExact([]float64{3, 4}, 2),
		"one rater":                 KendallExact([]float64{1, 2}, 1),
		"six items":                 KendallExact([]float64{2, 4, 6, 8, 10, 12}, 2),
		"3 of −1":                   half(3, -1),
		"an α of 2":                 func() Value { v, _ := ClopperPearson(1, 2, 2); return v }(),
		"a z of −1":                 func() Value { v, _ := AgrestiCoull(1, 2, -1); return v }(),
	} {
		if v.Defined() {
			t.Errorf("%s gave %v", name, v)
		}
	}
	if Differences([]int{1}, []int{1, 2}) != nil || Cross([]int{1}, []int{1, 2}, []int{1, 2}) != nil || Transpose(ragged) != nil {
		t.Error("answers without a partner were paired")
	}
	if a, b := Margins(ragged); a != nil || b != nil {
		t.Error("a ragged table has margins")
	}
	if got := Matrix([][]float64{{0, 3}})(1, 0); got != 1 {
		t.Errorf("a weight beyond the matrix is %v", got)
	}
}
