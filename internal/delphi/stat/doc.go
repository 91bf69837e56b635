// Package stat holds the measures of the Delphi method: numbers in, numbers out.
//
// It exists apart from the engine so that a statistician can read it without
// knowing what a consultation is, and so that every figure that Delfi shows can
// be checked against other people's software: testdata/vectors holds cases that
// were printed in papers or computed by R, scipy, statsmodels and scikit-learn.
//
// Four shapes of input, all of them counts, so that a figure costs the size of
// the scale and not of the crowd:
//
//	[]int    histogram: h[i] answers at scale point i+1, zero cells kept
//	Dist     counts at ascending scores that are no scale points (years, euros)
//	Shifts   counts of (value now − value before) over those who answered twice
//	[][]int  table: k×k of earlier (rows) by later (columns), or group × point
//
// Intervals are drawn from counts as well (package resample), with a seed that is an
// argument; agreement beyond chance is in package reliability. Rankings come as rank
// sums with their tie sum. Where a paper starts from raw answers, a small function
// counts them first (Raw, Cross, Differences, Ranked).
//
// A figure is a Value: a number, or Undefined where the definition gives none
// (no answers, no variation, a zero denominator). Undefined is null in JSON and
// never 0 or NaN. Nothing here panics on data: an impossible input (a negative
// count, tables of unequal width) is Undefined too.
//
// Where a figure decides something it is compared in integers (AtLeast, Below,
// ScheibeBelow, Ram), so that no rounding of a float can turn a verdict.
package stat
