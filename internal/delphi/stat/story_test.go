package stat_test

import (
	"fmt"
	"math"
	"testing"

	"delfi/internal/delphi/stat"
)

// TestStory follows one item of a panel of twelve over three rounds, from a split
// to a stable consensus, and says at each turn what the measures should tell.
func TestStory(t *testing.T) {
	// Round 1, points 1..5: two camps and a few between them.
	first := []int{4, 1, 1, 1, 5}
	// Round 2: most of the low camp moves over. The same twelve people.
	second := []int{1, 1, 1, 3, 6}
	// Round 3: nobody moves any more, but one.
	third := []int{1, 1, 1, 2, 7}
	earlier := stat.Shifts{{0, 7}, {1, 2}, {3, 2}, {4, 1}}
	later := stat.Shifts{{0, 11}, {1, 1}}

	for _, c := range []struct {
		because string
		got     stat.Value
		want    float64
	}{
		{"the median of two camps lies with the larger one or between", stat.Median(first, 7), 3.5},
		{"the quartiles are at the ends", stat.IQR(first, 7), 4},
		{"van der Eijk: five answers in a flat layer (A 0), six at both ends (A −1), one at the top (A 1)", stat.Agreement(first), (5*0 - 6 + 1) / 12.0},
		{"half the panel agrees with 4 or 5", stat.Share(stat.Window(first, 4, 5), 12), 0.5},

		{"four of twelve changed the picture: Scheibe sees a third less one", stat.Scheibe(first, second), 3.0 / 12},
		{"five people moved", stat.Unchanged(earlier), 7.0 / 12},
		{"all of them upwards: the sign test gives 2·(½)⁵", stat.Sign(earlier).P, 1.0 / 16},
		{"and so does the exact signed-rank test", stat.SignedRank(earlier, stat.Drop).Exact, 1.0 / 16},
		{"the median went up", stat.MedianShift(stat.Points(first), stat.Points(second)), 1},

		{"one of twelve moved: well below 15 %", stat.Scheibe(second, third), 1.0 / 12},
		{"eleven kept their answer", stat.Unchanged(later), 11.0 / 12},
		{"one person's move is no evidence", stat.SignedRank(later, stat.Drop).Exact, 1},
		{"nor is its effect large, over all pairs", stat.SignedRank(later, stat.Drop).GateR, 1 / math.Sqrt(12)},
		{"though it is as large as can be over those who moved", stat.SignedRank(later, stat.Drop).R, 1},
		{"three quarters agree now", stat.Share(stat.Window(third, 4, 5), 12), 0.75},
		{"the median is the top", stat.Median(third, 7), 5},
	} {
		if x, ok := c.got.Float(); !ok || math.Abs(x-c.want) > 1e-12 {
			t.Errorf("%s: got %v, want %v", c.because, c.got, c.want)
		}
	}
	if stat.ScheibeBelow(first, second, 150) || !stat.ScheibeBelow(second, third, 150) {
		t.Error("the second round is called stable, or the third is not")
	}
	if !stat.AtLeast(stat.Window(third, 4, 5), 12, 750) || stat.AtLeast(stat.Window(second, 4, 5)-1, 12, 750) {
		t.Error("nine of twelve are 75 %")
	}
}

// TestCrowd: at 100,000 people everything is significant, and the effect over all
// pairs is what keeps a panel stable (docs/METHOD.md §3: 8 people of 2,000).
func TestCrowd(t *testing.T) {
	r := stat.SignedRank(stat.Shifts{{0, 1992}, {1, 8}}, stat.Drop)
	if p, _ := r.GateP.Float(); !(p < 0.05) {
		t.Errorf("p is %v: eight people moving one way are significant", r.GateP)
	}
	if x, _ := r.R.Float(); !(x > 0.1) {
		t.Errorf("r over those who moved is %v: it calls the panel unstable", r.R)
	}
	if x, _ := r.GateR.Float(); !(x < 0.1) {
		t.Errorf("r over all pairs is %v: it must not", r.GateR)
	}
	// Twenty-five moves are enumerated, twenty-six are not.
	if !stat.SignedRank(stat.Shifts{{1, 25}}, stat.Drop).Exact.Equal(stat.Of(math.Pow(2, -24))) || stat.SignedRank(stat.Shifts{{1, 26}}, stat.Drop).Exact.Defined() {
		t.Error("the exact p is not enumerated up to 25 who moved")
	}
	if r := stat.SignedRank(stat.Shifts{{1, 26}}, stat.Drop); !r.GateP.Equal(r.P) {
		t.Error("beyond them the gate reads the normal p")
	}
	// A billion people overflow nothing.
	half := []int{500_000_000, 500_000_000}
	other := []int{500_000_001, 499_999_999}
	if !stat.ScheibeBelow(half, other, 1) || !stat.Scheibe(half, other).Equal(stat.Of(1e-9)) {
		t.Errorf("Scheibe of a billion is %v", stat.Scheibe(half, other))
	}
}

// Example shows the measures of one small panel.
func Example() {
	h := []int{0, 1, 0, 2, 9}
	low, high := stat.Wilson(stat.Window(h, 4, 5), stat.N(h), stat.Z95)
	l, _ := low.Float()
	u, _ := high.Float()
	fmt.Println("median", stat.Median(h, 7), "IQR", stat.IQR(h, 7))
	fmt.Printf("share of 4 and 5: %v, 95 %% interval %.3f to %.3f\n", stat.Share(11, 12), l, u)
	fmt.Println("agreement with nobody there:", stat.Agreement([]int{0, 0, 0, 0, 0}))
	// Output:
	// median 5 IQR 0.25
	// share of 4 and 5: 0.9166666666666666, 95 % interval 0.646 to 0.985
	// agreement with nobody there: –
}
