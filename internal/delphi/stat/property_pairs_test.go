package stat_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
)

// pairs draws the answers of the same people in two rounds.
func pairs(t *rapid.T) (k int, a, b []int, table [][]int) {
	k = rapid.IntRange(2, 7).Draw(t, "k")
	n := rapid.IntRange(1, 25).Draw(t, "n")
	point := rapid.IntRange(1, k)
	a = rapid.SliceOfN(point, n, n).Draw(t, "a")
	b = rapid.SliceOfN(point, n, n).Draw(t, "b")
	points := make([]int, k)
	for i := range points {
		points[i] = i + 1
	}
	return k, a, b, stat.Cross(a, b, points)
}

func TestSignedRankRecounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, a, b, _ := pairs(t)
		zeros := rapid.SampledFrom([]stat.Zeros{stat.Drop, stat.Pratt, stat.Split}).Draw(t, "zeros")
		s := stat.Differences(a, b)
		var d, far []float64 // differences that are ranked, and how far
		moved := 0
		for i := range a {
			x := float64(b[i] - a[i])
			if x != 0 {
				moved++
			}
			if x != 0 || zeros != stat.Drop {
				d, far = append(d, x), append(far, math.Abs(x))
			}
		}
		// Each rank r that may take either sign adds r²/4 to the variance and r/2 to
		// the mean: no formula with ties or zeros is needed.
		var up, sum, variance float64
		for i, x := range d {
			r := rank(far[i], far)
			switch {
			case x > 0:
				up += r
			case x == 0 && zeros == stat.Split:
				up += r / 2
			case x == 0:
				continue
			}
			sum += r
			variance += r * r / 4
		}
		z := math.NaN()
		if variance > 0 {
			z = (up - sum/2) / math.Sqrt(variance)
		}
		got := stat.SignedRank(s, zeros)
		if got.N != len(a) || got.NonZero != moved {
			t.Fatalf("N %d NonZero %d", got.N, got.NonZero)
		}
		near(t, "W", got.W, up)
		near(t, "W⁻", got.Down, sum-up)
		near(t, "z", got.Z, z)
		near(t, "p", got.P, math.Erfc(math.Abs(z)/math.Sqrt2))
		near(t, "gate r", got.GateR, math.Abs(z)/math.Sqrt(float64(len(a))))
		if moved > 0 {
			near(t, "r", got.R, math.Abs(z)/math.Sqrt(float64(moved)))
		}
		if moved > 0 && moved <= 12 {
			var ranks []float64
			for i, x := range d {
				if x != 0 {
					ranks = append(ranks, rank(far[i], far))
				}
			}
			seen, total := 0.0, 0.0
			j := 0
			for _, x := range d {
				if x != 0 {
					total += ranks[j]
					if x > 0 {
						seen += ranks[j]
					}
					j++
				}
			}
			count := 0
			for signs := range 1 << moved {
				v := 0.0
				for j, r := range ranks {
					if signs>>j&1 == 1 {
						v += r
					}
				}
				if math.Abs(v-total/2) >= math.Abs(seen-total/2) {
					count++
				}
			}
			near(t, "exact p", got.Exact, float64(count)/float64(int(1)<<moved))
		}
	})
}

func TestPairedMeasuresRecounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, a, b, table := pairs(t)
		x, y := floats(a), floats(b)
		n := float64(len(a))

		// Spearman is Pearson's correlation of ranks; τ-b walks all pairs of people.
		rx, ry := make([]float64, len(x)), make([]float64, len(y))
		for i := range x {
			rx[i], ry[i] = rank(x[i], x), rank(y[i], y)
		}
		mx, my := mean(rx), mean(ry)
		var xy, xx, yy, balance, tx, ty float64
		for i := range x {
			xy += (rx[i] - mx) * (ry[i] - my)
			xx += (rx[i] - mx) * (rx[i] - mx)
			yy += (ry[i] - my) * (ry[i] - my)
			for j := range i {
				dx, dy := x[i]-x[j], y[i]-y[j]
				if dx != 0 {
					tx++
				}
				if dy != 0 {
					ty++
				}
				if dx*dy > 0 {
					balance++
				} else if dx*dy < 0 {
					balance--
				}
			}
		}
		rho, tau := math.NaN(), math.NaN()
		if xx > 0 && yy > 0 {
			rho, tau = xy/math.Sqrt(xx*yy), balance/math.Sqrt(tx*ty)
		}
		near(t, "Spearman", stat.Spearman(table).R, rho)
		near(t, "τ-b", stat.TauB(table).R, tau)

		// κ compares what people did with all ways to pair the two rounds.
		for _, w := range []reliability.Weight{reliability.Unweighted, reliability.Linear, reliability.Quadratic} {
			var seen, chance float64
			for i := range a {
				seen += w(a[i], b[i]) / n
				for j := range b {
					chance += w(a[i], b[j]) / n / n
				}
			}
			kappa := math.NaN()
			if chance > 0 {
				kappa = 1 - seen/chance
			}
			near(t, "κ", reliability.Kappa(table, w).Kappa, kappa)
			near(t, "κ of observed", reliability.Kappa(table, reliability.Unweighted).Kappa, reliability.Kappa(stat.Observed(table), reliability.Unweighted).Kappa.Or(math.NaN()))
		}

		// Guessing the later answer, without and with the earlier one.
		h1, h2 := tallied(a, k), tallied(b, k)
		most, known := 0, 0
		for _, c := range h2 {
			most = max(most, c)
		}
		for v := 1; v <= k; v++ {
			best := 0
			for w := 1; w <= k; w++ {
				c := 0
				for i := range a {
					if a[i] == v && b[i] == w {
						c++
					}
				}
				best = max(best, c)
			}
			known += best
		}
		lambda := math.NaN()
		if most < len(b) {
			lambda = float64(known-most) / float64(len(b)-most)
		}
		near(t, "λ", stat.Lambda(table), lambda)

		// χ² as n·(Σ O²/(r·c) − 1), the other form of the same sum.
		sum := 0.0
		for i := range table {
			for j := range table {
				if c := float64(table[i][j]); c > 0 {
					sum += c * c / float64(h1[i]) / float64(h2[j])
				}
			}
		}
		chi2 := n * (sum - 1)
		if stat.Lone(h1) || stat.Lone(h2) {
			chi2 = math.NaN()
		}
		near(t, "χ²", stat.ChiSquare(table).Chi2, chi2)

		same := 0
		for i := range a {
			if a[i] == b[i] {
				same++
			}
		}
		near(t, "unchanged", stat.Unchanged(stat.Differences(a, b)), float64(same)/n)
		near(t, "unchanged of T", stat.Share(stat.Same(table), len(a)), float64(same)/n)
	})
}

// TestStuartMaxwellLeavesOut: it does not matter which category is left out.
func TestStuartMaxwellLeavesOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, _, _, table := pairs(t)
		want := stat.StuartMaxwell(table)
		k := len(table)
		moved := make([][]int, k) // the same table, its categories rotated
		for i := range moved {
			moved[i] = make([]int, k)
			for j := range moved {
				moved[i][j] = table[(i+1)%k][(j+1)%k]
			}
		}
		got := stat.StuartMaxwell(moved)
		if got.DF != want.DF {
			t.Fatalf("df %d and %d", got.DF, want.DF)
		}
		near(t, "χ²", got.Chi2, want.Chi2.Or(math.NaN()))
		if k == 2 && want.Chi2.Defined() {
			near(t, "McNemar", want.Chi2, stat.McNemar(table).Chi2.Or(math.NaN()))
		}
	})
}

func TestScheibeInFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 5).Draw(t, "k")
		cells := rapid.SliceOfN(rapid.IntRange(0, 20), k, k)
		a, b := cells.Draw(t, "before"), cells.Draw(t, "after")
		permille := rapid.SampledFrom([]int{0, 50, 100, 150, 200, 500, 1000}).Draw(t, "permille")
		if stat.N(a) == 0 || stat.N(b) == 0 {
			if stat.Scheibe(a, b).Defined() || stat.ScheibeBelow(a, b, permille) {
				t.Fatal("nobody answered, yet there is a change")
			}
			return
		}
		sum := new(big.Rat)
		for i := range a {
			d := new(big.Rat).Sub(big.NewRat(int64(b[i]), int64(stat.N(b))), big.NewRat(int64(a[i]), int64(stat.N(a))))
			sum.Add(sum, d.Abs(d))
		}
		sum.Quo(sum, big.NewRat(2, 1))
		want, _ := sum.Float64()
		near(t, "Scheibe", stat.Scheibe(a, b), want)
		if got, want := stat.ScheibeBelow(a, b, permille), sum.Cmp(big.NewRat(int64(permille), 1000)) < 0; got != want {
			t.Fatalf("below %d ‰ is %v for %v", permille, got, sum)
		}
	})
}

// TestRamInFractions follows the manual in fractions: the verdict may not turn on
// a rounding.
func TestRamInFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.IntRange(1, 9), 1, 30).Draw(t, "x")
		h := tallied(raw, 9)
		a := stat.Ram(h)
		quantile := func(permille int) *big.Rat {
			pos := new(big.Rat).Mul(big.NewRat(int64(len(raw)-1), 1), big.NewRat(int64(permille), 1000))
			j := int(new(big.Int).Div(pos.Num(), pos.Denom()).Int64())
			g := new(big.Rat).Sub(pos, big.NewRat(int64(j), 1))
			lo, hi := int64(stat.Points(h).Order(j)), int64(stat.Points(h).Order(j+1))
			return new(big.Rat).Add(big.NewRat(lo, 1), g.Mul(g, big.NewRat(hi-lo, 1)))
		}
		p30, p70 := quantile(300), quantile(700)
		ipr := new(big.Rat).Sub(p70, p30)
		cp := new(big.Rat).Quo(new(big.Rat).Add(p30, p70), big.NewRat(2, 1))
		ai := new(big.Rat).Sub(big.NewRat(5, 1), cp)
		ai.Abs(ai)
		ipras := new(big.Rat).Add(big.NewRat(235, 100), new(big.Rat).Mul(big.NewRat(3, 2), ai))
		if got, want := a.Disagreement, ipr.Cmp(ipras) > 0; got != want {
			t.Fatalf("disagreement %v: IPR %v, IPRAS %v", got, ipr, ipras)
		}
		for what, pair := range map[string]struct {
			got  stat.Value
			want *big.Rat
		}{"P30": {a.P30, p30}, "P70": {a.P70, p70}, "IPR": {a.IPR, ipr}, "CP": {a.Centre, cp}, "AI": {a.Asymmetry, ai}, "IPRAS": {a.IPRAS, ipras}} {
			want, _ := pair.want.Float64()
			near(t, what, pair.got, want)
		}
		med := middle(floats(raw))
		third := 2
		if med < 3.5 {
			third = 0
		} else if med < 6.5 {
			third = 1
		}
		if a.MedianThird != third || a.Outside != len(raw)-a.Thirds[third] {
			t.Fatalf("median %v lies in third %d, %d outside", med, a.MedianThird, a.Outside)
		}
	})
}

func TestConformityRecounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, a, b, _ := pairs(t)
		m := middle(floats(a))
		var want [3][3]float64
		for _, v := range a {
			for _, w := range b {
				row := stat.Side(float64(v), m)
				want[row][stat.Side(float64(w), float64(v))] += 1 / float64(len(a)*len(b))
			}
		}
		sum := 0.0
		for i, row := range stat.Conformity(tallied(a, k), tallied(b, k), stat.Of(m)) {
			for j, v := range row {
				near(t, "cell", v, want[i][j])
				sum += v.Or(0)
			}
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("the cells add up to %v", sum)
		}
	})
}
