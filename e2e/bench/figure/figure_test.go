package figure_test

import (
	"math"
	"strings"
	"testing"

	"delfi/e2e/bench/figure"
)

func TestAGoalIsJudgedByTheMiddleOfTheRoundsOwnRatios(t *testing.T) {
	r := figure.Row{Values: []float64{10, 90, 60}, Limits: []float64{100, 100, 100}}
	r.AtLeast(0.5)
	if r.Ratio != 0.6 || r.Met != "yes" {
		t.Errorf("%+v", r)
	}
	r.AtLeast(0.7)
	if r.Met != "no" {
		t.Errorf("%+v", r)
	}
	none := figure.Row{Case: "export", Goal: "≥ 0.5 of the limit"}
	if cells := none.Cells(); cells[len(cells)-1] != "not there" || cells[1] != "—" {
		t.Errorf("%q", cells)
	}
	if got := []string{figure.Number(0), figure.Number(0.00314), figure.Number(3.14159), figure.Number(31.4159), figure.Number(31415.9), figure.Number(math.NaN())}; strings.Join(got, " ") != "0 0.0031 3.14 31.4 31416 —" {
		t.Errorf("%q", got)
	}
}
