package stat

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Z95 is the standard normal quantile at 0.975: two-sided intervals of 95 %.
const Z95 = 1.959963984540054

// trials tells whether an interval for successes out of n can be had.
func trials(successes, n int) bool { return n > 0 && successes >= 0 && successes <= n }

// Wilson is the score interval of a share, z standard errors wide on each side
// (Z95 for 95 %). Undefined for n = 0, for successes outside 0..n, for z < 0.
// Source: Wilson, JASA 1927;22:209–212.
func Wilson(successes, n int, z float64) (low, high Value) {
	if !trials(successes, n) || !(z >= 0) {
		return Undefined, Undefined
	}
	x, m := float64(successes), float64(n)
	p, zz := x/m, z*z
	centre := (p + zz/(2*m)) / (1 + zz/m)
	half := z / (1 + zz/m) * math.Sqrt(p*(1-p)/m+zz/(4*m*m))
	low, high = Of(max(0, centre-half)), Of(min(1, centre+half))
	// At the ends the interval touches 0 or 1 exactly; rounding must not miss it.
	if successes == 0 {
		low = Of(0)
	}
	if successes == n {
		high = Of(1)
	}
	return low, high
}

// AgrestiCoull is the adjusted Wald interval: z²/2 successes and as many failures
// are added, and the result is clipped to 0..1. Undefined as Wilson is.
// Source: Agresti & Coull, The American Statistician 1998;52:119–126.
func AgrestiCoull(successes, n int, z float64) (low, high Value) {
	if !trials(successes, n) || !(z >= 0) {
		return Undefined, Undefined
	}
	m := float64(n) + z*z
	p := (float64(successes) + z*z/2) / m
	half := z * math.Sqrt(p*(1-p)/m)
	return Of(max(0, p-half)), Of(min(1, p+half))
}

// ClopperPearson is the exact interval of a share, from the binomial's own tails,
// with confidence 1−alpha. Undefined for n = 0, for successes outside 0..n, for
// alpha outside (0, 1). Source: Clopper & Pearson, Biometrika 1934;26:404–413.
func ClopperPearson(successes, n int, alpha float64) (low, high Value) {
	if !trials(successes, n) || !(alpha > 0 && alpha < 1) {
		return Undefined, Undefined
	}
	x, m := float64(successes), float64(n)
	low, high = Of(0), Of(1)
	if successes > 0 {
		low = Of(mathext.InvRegIncBeta(x, m-x+1, alpha/2))
	}
	if successes < n {
		high = Of(mathext.InvRegIncBeta(x+1, m-x, 1-alpha/2))
	}
	return low, high
}

// TwoSided is the two-sided p of a standard normal z.
func TwoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// Upper is the upper tail of χ² with df ≥ 1 degrees of freedom.
func Upper(chi2 float64, df int) Value {
	return Of(distuv.ChiSquared{K: float64(df)}.Survival(chi2))
}

// half is the two-sided exact p of x successes in n fair trials,
// min(1, 2·P(X ≤ min(x, n−x))). It is 1 at n = 0: the one possible outcome.
func half(x, n int) Value {
	if n < 0 || x < 0 || x > n {
		return Undefined
	}
	x = min(x, n-x)
	if 2*x >= n {
		return Of(1)
	}
	// P(X ≤ x) = I_½(n−x, x+1)
	return Of(min(1, 2*mathext.RegIncBeta(float64(n-x), float64(x+1), 0.5)))
}
