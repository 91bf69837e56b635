package stat_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
)

func TestGroupsRecounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 7).Draw(t, "k")
		sample := rapid.SliceOfN(rapid.IntRange(1, k), 1, 15)
		raw := rapid.SliceOfN(sample, 2, 4).Draw(t, "groups")
		var h [][]int
		var all []float64
		for _, g := range raw {
			h = append(h, tallied(g, k))
			all = append(all, floats(g)...)
		}
		n := float64(len(all))

		// U counts the pairs that the first sample wins.
		u := 0.0
		for _, a := range raw[0] {
			for _, b := range raw[1] {
				if a > b {
					u++
				} else if a == b {
					u += 0.5
				}
			}
		}
		near(t, "U", stat.MannWhitney(h[0], h[1]).U, u)
		other := stat.MannWhitney(h[1], h[0])
		near(t, "U the other way", other.U, float64(len(raw[0])*len(raw[1]))-u)
		if !stat.MannWhitney(h[0], h[1]).P.Equal(other.P) {
			t.Fatal("p depends on which sample comes first")
		}

		// H is (n−1) times the share of the ranks' variance that lies between groups:
		// the tie correction comes of itself.
		ranks := make([]float64, len(all))
		for i, x := range all {
			ranks[i] = rank(x, all)
		}
		centre := mean(ranks)
		within, between, i := 0.0, 0.0, 0
		for _, r := range ranks {
			within += (r - centre) * (r - centre)
		}
		for _, g := range raw {
			d := mean(ranks[i:i+len(g)]) - centre
			between += float64(len(g)) * d * d
			i += len(g)
		}
		want := math.NaN()
		if within > 1e-9 {
			want = (n - 1) * between / within
		}
		got := stat.KruskalWallis(h)
		near(t, "H", got.Chi2, want)
		if got.Chi2.Defined() && got.DF != len(raw)-1 {
			t.Fatalf("df %d for %d groups", got.DF, len(raw))
		}
	})
}

// TestConcordanceRecounted takes W as the mean of all Spearman correlations
// between raters, W = (1 + (m−1)·r̄)/m, which holds when nobody tied, and as the
// share of variance between items always.
func TestConcordanceRecounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(t, "items")
		m := rapid.IntRange(1, 6).Draw(t, "raters")
		row := rapid.SliceOfN(rapid.IntRange(1, n), n, n)
		raw := rapid.SliceOfN(row, m, m).Draw(t, "ranks")
		var scores [][]float64
		var total, between float64
		sums := make([]float64, n)
		for _, r := range raw {
			x := floats(r)
			scores = append(scores, x)
			for i, v := range x {
				k := rank(v, x)
				sums[i] += k
				total += (k - float64(n+1)/2) * (k - float64(n+1)/2)
			}
		}
		for _, s := range sums {
			d := s/float64(m) - float64(n+1)/2
			between += float64(m) * d * d
		}
		want := math.NaN()
		if total > 0 {
			want = between / total
		}
		got := stat.KendallW(scores)
		near(t, "W", got.W, want)
		near(t, "χ²", stat.Friedman(got).Chi2, want*float64(m*(n-1)))
		for i, s := range sums {
			near(t, "mean rank", got.MeanRanks[i], s/float64(m))
		}
		missing := slices.Clone(scores[0])
		missing[0] = math.NaN()
		near(t, "W without the incomplete rater", stat.KendallW(append(scores, missing)).W, want)
	})
}

func TestKrippendorffRecounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 5).Draw(t, "k")
		units := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(1, k), 0, 6), 1, 6).Draw(t, "units")
		level := rapid.SampledFrom([]reliability.Level{reliability.Nominal, reliability.Ordinal, reliability.Interval, reliability.Ratio}).Draw(t, "level")
		var all []int
		var h [][]int
		scores := make([]float64, k)
		for i := range scores {
			scores[i] = float64(i + 1)
		}
		for _, u := range units {
			h = append(h, tallied(u, k))
			if len(u) > 1 {
				all = append(all, u...)
			}
		}
		// Every pair of ratings, one by one.
		apart := func(a, b int) float64 {
			lo, hi := min(a, b), max(a, b)
			switch {
			case lo == hi:
				return 0
			case level == reliability.Nominal:
				return 1
			case level == reliability.Ordinal:
				s := 0.0
				for _, v := range all {
					if v == lo || v == hi {
						s += 0.5
					} else if v > lo && v < hi {
						s++
					}
				}
				return s * s
			case level == reliability.Interval:
				return float64((hi - lo) * (hi - lo))
			}
			r := float64(hi-lo) / float64(hi+lo)
			return r * r
		}
		within, any := 0.0, 0.0
		for _, u := range units {
			for i := range u {
				for j := range u {
					if i != j {
						within += apart(u[i], u[j]) / float64(len(u)-1)
					}
				}
			}
		}
		for i := range all {
			for j := range all {
				any += apart(all[i], all[j])
			}
		}
		n := float64(len(all))
		want := math.NaN()
		if any > 0 {
			want = 1 - (within/n)/(any/(n*(n-1)))
		}
		near(t, "α", reliability.Krippendorff(h, scores, level), want)
	})
}

// TestFleissRecounted walks the pairs of raters of every unit.
func TestFleissRecounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 4).Draw(t, "k")
		m := rapid.IntRange(2, 5).Draw(t, "raters")
		units := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(1, k), m, m), 1, 8).Draw(t, "units")
		var h [][]int
		share := make([]float64, k)
		seen := 0.0
		for _, u := range units {
			h = append(h, tallied(u, k))
			for i := range u {
				share[u[i]-1] += 1 / float64(m*len(units))
				for j := range u {
					if i != j && u[i] == u[j] {
						seen += 1 / float64(m*(m-1)*len(units))
					}
				}
			}
		}
		chance := 0.0
		for _, p := range share {
			chance += p * p
		}
		want := math.NaN()
		if chance < 1-1e-9 {
			want = (seen - chance) / (1 - chance)
		}
		near(t, "κ", reliability.Fleiss(h).Kappa, want)
	})
}

// TestCorrections: both keep the order of p, never lower one, and Holm is never
// below Benjamini–Hochberg.
func TestCorrections(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 12).Draw(t, "p")
		var p []stat.Value
		for _, x := range raw {
			p = append(p, stat.Of(x))
		}
		holm, bh := stat.Holm(p), stat.BenjaminiHochberg(p)
		m := float64(len(p))
		for i := range p {
			// The definitions, one p at a time.
			h, b := 0.0, 1.0
			for j := range p {
				rank := 0.0
				for _, x := range raw {
					if x < raw[j] {
						rank++
					}
				}
				if raw[j] <= raw[i] {
					h = max(h, min(1, (m-rank)*raw[j]))
				}
				if raw[j] >= raw[i] {
					atMost := 0.0
					for _, x := range raw {
						if x <= raw[j] {
							atMost++
						}
					}
					b = min(b, m/atMost*raw[j])
				}
			}
			near(t, "Holm", holm[i], h)
			near(t, "BH", bh[i], b)
			if holm[i].Or(0) < bh[i].Or(0)-1e-12 || bh[i].Or(0) < raw[i] {
				t.Fatalf("p %v, Holm %v, BH %v", raw[i], holm[i], bh[i])
			}
		}
	})
}

// TestIntervals: Clopper–Pearson's ends are where the tails reach 2.5 %, Wilson's
// where the score test reaches z, and each interval holds the share.
func TestIntervals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 3000).Draw(t, "n")
		x := rapid.IntRange(0, n).Draw(t, "x")
		p := float64(x) / float64(n)
		low, high := stat.Wilson(x, n, stat.Z95)
		for _, v := range []stat.Value{low, high} {
			at := v.Or(0)
			if at > 0 && at < 1 {
				near(t, "score at Wilson's end", stat.Of(math.Abs(p-at)/math.Sqrt(at*(1-at)/float64(n))), stat.Z95)
			}
		}
		// The binomial's tail, term by term.
		tail := func(from, to int, q float64) float64 {
			sum := 0.0
			for i := from; i <= to; i++ {
				a, _ := math.Lgamma(float64(n + 1))
				b, _ := math.Lgamma(float64(i + 1))
				c, _ := math.Lgamma(float64(n - i + 1))
				sum += math.Exp(a - b - c + float64(i)*math.Log(q) + float64(n-i)*math.Log1p(-q))
			}
			return sum
		}
		cl, ch := stat.ClopperPearson(x, n, 0.05)
		if x > 0 && math.Abs(tail(x, n, cl.Or(0))-0.025) > 1e-8 {
			t.Fatalf("upper tail at %v is %v", cl, tail(x, n, cl.Or(0)))
		}
		if x < n && math.Abs(tail(0, x, ch.Or(0))-0.025) > 1e-8 {
			t.Fatalf("lower tail at %v is %v", ch, tail(0, x, ch.Or(0)))
		}
		al, ah := stat.AgrestiCoull(x, n, stat.Z95)
		for _, pair := range [][2]stat.Value{{low, high}, {cl, ch}, {al, ah}} {
			if pair[0].Or(2) > p || pair[1].Or(-1) < p {
				t.Fatalf("%d of %d: %v", x, n, pair)
			}
		}
		if x*2 <= n && n <= 500 {
			near(t, "sign test", stat.Half(x, n), min(1, 2*tail(0, x, 0.5)))
		}
	})
}
