package resample

import (
	"math"
	"testing"

	"delfi/internal/delphi/stat"
)

// The binomial draws have the binomial's distribution, on either side of where
// inversion gives way to rejection. The χ² limit is the 0.1 % point.
func TestBinomialDraws(t *testing.T) {
	const draws = 200_000
	for _, c := range []struct {
		n int
		p float64
	}{{1, 0.3}, {12, 0.5}, {50, 0.1}, {40, 0.9}, {60, 0.25}, {1000, 0.01}, {1000, 0.011}, {5000, 0.4}, {10_000_000, 0.000002}} {
		s := newXoshiro(Seed([]byte("binomial"), "test", "draws"))
		seen := map[int]int{}
		for range draws {
			seen[s.binomial(c.n, c.p)]++
		}
		chi2, df, rest, out := 0.0, -1, 1.0, draws
		for k := 0; k <= c.n && k < 3000; k++ {
			a, _ := math.Lgamma(float64(c.n + 1))
			b, _ := math.Lgamma(float64(k + 1))
			d, _ := math.Lgamma(float64(c.n - k + 1))
			p := math.Exp(a - b - d + float64(k)*math.Log(c.p) + float64(c.n-k)*math.Log1p(-c.p))
			if e := p * draws; e >= 10 {
				gap := float64(seen[k]) - e
				chi2 += gap * gap / e
				df++
				rest -= p
				out -= seen[k]
			}
		}
		if e := rest * draws; e >= 1 {
			gap := float64(out) - e
			chi2 += gap * gap / e
			df++
		}
		if p := stat.Upper(chi2, max(df, 1)).Or(0); p < 0.001 {
			t.Errorf("n %d, p %g: χ² %.1f on %d df, p %.5f", c.n, c.p, chi2, df, p)
		}
	}
}

// In a crowd of ten million the mean and the spread of a draw are right.
func TestBinomialOfACrowd(t *testing.T) {
	const n, p, draws = 10_000_000, 0.37, 20_000
	s := newXoshiro([32]byte{1})
	sum, squares := 0.0, 0.0
	for range draws {
		x := float64(s.binomial(n, p)) - n*p
		sum += x
		squares += x * x
	}
	sd := math.Sqrt(n * p * (1 - p))
	if mean := sum / draws / sd; math.Abs(mean) > 4/math.Sqrt(draws) {
		t.Errorf("the mean is %.4f spreads off", mean)
	}
	if v := squares / draws / (sd * sd); math.Abs(v-1) > 4*math.Sqrt(2.0/draws) {
		t.Errorf("the variance is %.4f of what it should be", v)
	}
}
