package words

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"delfi/internal/delphi/stat"
)

// Parts gives the percentage of each count by the largest remainder, so that those
// of one bar sum to 100; of equal remainders the earlier one is served. Nobody's
// part is 0. A single share is the part of two, so that a share on its own and in
// its bar differ only where three or more parts must sum to 100.
func Parts(counts []int) []int {
	parts, n, left := make([]int, len(counts)), stat.N(counts), 100
	if n <= 0 {
		return parts
	}
	cut := make([]float64, len(counts)) // what each part has lost
	for i, c := range counts {
		parts[i] = int(int64(c) * 100 / int64(n))
		cut[i] = float64(int64(c) * 100 % int64(n))
		left -= parts[i]
	}
	for ; left > 0; left-- {
		best := -1
		for i, c := range counts {
			if c > 0 && cut[i] >= 0 && (best < 0 || cut[i] > cut[best]) {
				best = i
			}
		}
		parts[best]++
		cut[best] = -1
	}
	return parts
}

// Whole writes a number of people or things, thousands apart.
func (w Words) Whole(n int) string {
	s := strconv.Itoa(n)
	sign := ","
	if w.comma {
		sign = "."
	}
	for at := len(s) - 3; at > 0 && len(s) > 4 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + sign + s[at:]
	}
	return s
}

// Number writes a figure with at most so many decimals.
func (w Words) Number(v stat.Value, decimals int) string {
	f, ok := v.Float()
	switch {
	case !ok:
		return "–"
	case math.IsInf(f, 0):
		return w.T("never")
	}
	s := strconv.FormatFloat(f, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	s = strings.Replace(s, "-", "−", 1)
	if w.comma {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// Percent writes a share in whole percent, rounded as Parts rounds two parts: 86%.
func (w Words) Percent(v stat.Value) string {
	f, ok := v.Float()
	if !ok {
		return "–"
	}
	return w.Part(int(math.Floor(100*f + 0.5 + 1e-9)))
}

// Part writes a whole percentage.
func (w Words) Part(percent int) string {
	if w.comma {
		return strconv.Itoa(percent) + "\u00a0%"
	}
	return strconv.Itoa(percent) + "%"
}

// against writes a share beside the limit that it was held to, in permille: in whole
// percent, with as many decimals as it takes where whole ones would hide on which side
// it lies.
func (w Words) against(v stat.Value, limit float64) (share, bound string) {
	f, ok := v.Float()
	fine := func(x float64, decimals int) string {
		return strings.Replace(w.Part(0), "0", w.Number(stat.Of(100*x), decimals), 1)
	}
	bound = fine(limit/1000, 4)
	if !ok {
		return "–", bound
	}
	below := 1000*f < limit-1e-6
	whole := math.Floor(100*f + 0.5 + 1e-9)
	if (10*whole < limit) == below {
		return w.Percent(v), bound
	}
	for decimals := 1; ; decimals++ {
		unit := math.Pow10(decimals + 2)
		cut := math.Floor(unit*f+1e-9) / unit
		if (1000*cut < limit-1e-6) == below || decimals == 6 {
			return fine(cut, decimals), bound
		}
	}
}

// beside writes a figure next to the limit that it was held to, in permille: in
// thousandths, with as many decimals more as it takes where those would hide on which
// side it lies.
func (w Words) beside(v stat.Value, limit float64) string {
	f, ok := v.Float()
	if !ok {
		return w.Number(v, 3)
	}
	side := func(x float64) int { return cmp.Compare(math.Round(1e9*x), math.Round(1e6*limit)) }
	for decimals := 3; ; decimals++ {
		unit := math.Pow10(decimals)
		if side(math.Round(unit*f)/unit) == side(f) || decimals == 9 {
			return w.Number(v, decimals)
		}
	}
}

// least writes a limit in thousandths, with the millionths above it where there are any.
func (w Words) least(permille, above int) string {
	if above == 0 {
		return w.Number(stat.Of(float64(permille)/1000), 3)
	}
	return w.Number(stat.Of(limitOf(permille, above)/1000), 6)
}

// limitOf is the limit of a ground in permille.
func limitOf(limit, above int) float64 { return float64(limit) + float64(above)/1000 }

// Point writes a place on a scale of whole numbers: a median of 7.5 lies between two
// points, and is written as both: 7–8.
func (w Words) Point(v stat.Value) string {
	f, ok := v.Float()
	if !ok || math.IsInf(f, 0) || f == math.Trunc(f) {
		return w.Number(v, 0)
	}
	return w.T("between", fmt.Sprint(math.Floor(f)), fmt.Sprint(math.Ceil(f)))
}
