package stat_test

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
)

// The properties of this file count everything again from raw answers, the slow
// and obvious way, and hold the fast forms against it.

// near fails unless got is want, Undefined standing for NaN.
func near(t *rapid.T, what string, got stat.Value, want float64) {
	t.Helper()
	x, ok := got.Float()
	if ok != !math.IsNaN(want) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
	if ok && !(math.Abs(x-want) <= 1e-9*max(1, math.Abs(want))) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// scale draws a number of points and answers on them; few enough to walk.
func scale(t *rapid.T, most int) (k int, x []int, h []int) {
	k = rapid.IntRange(2, 11).Draw(t, "k")
	x = rapid.SliceOfN(rapid.IntRange(1, k), 1, most).Draw(t, "x")
	return k, x, tallied(x, k)
}

func tallied(x []int, k int) []int {
	h := make([]int, k)
	for _, v := range x {
		h[v-1]++
	}
	return h
}

func floats(x []int) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// average is the mean of f over x.
func average(x []float64, f func(v float64) float64) float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = f(v)
	}
	return mean(y)
}

func middle(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// rank is the average rank of v among x.
func rank(v float64, x []float64) float64 {
	below, same := 0, 0
	for _, w := range x {
		if w < v {
			below++
		} else if w == v {
			same++
		}
	}
	return float64(below) + float64(same+1)/2
}

func TestLevelAndSpreadRecounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, raw, h := scale(t, 40)
		x, d := floats(raw), stat.Points(h)
		n := float64(len(x))
		m := mean(x)
		near(t, "mean", d.Mean(), m)
		sd := math.NaN()
		if len(x) > 1 {
			sd = math.Sqrt(average(x, func(v float64) float64 { return (v - m) * (v - m) }) * n / (n - 1))
		}
		near(t, "sd", d.SD(), sd)
		near(t, "cv", d.CV(), sd/m)
		med := middle(x)
		near(t, "median", stat.Median(h, 7), med)
		near(t, "AD", d.AD(), average(x, func(v float64) float64 { return math.Abs(v - med) }))
		near(t, "AD about the mean", d.ADMean(), average(x, func(v float64) float64 { return math.Abs(v - m) }))
		far := make([]float64, len(x))
		for i, v := range x {
			far[i] = math.Abs(v - med)
		}
		near(t, "MAD", d.MAD(), middle(far))
		near(t, "min", d.Min(), slices.Min(x))
		near(t, "max", d.Max(), slices.Max(x))
		for _, kind := range []int{2, 6, 7, 8} {
			if !stat.Median(h, kind).Equal(stat.Median(h, 7)) {
				t.Fatalf("type %d has another median", kind)
			}
			q1, q3 := stat.Quantile(h, 250, kind).Or(0), stat.Quantile(h, 750, kind).Or(0)
			near(t, "IQR", stat.IQR(h, kind), q3-q1)
			near(t, "relative IQR", d.RelativeIQR(kind), (q3-q1)/med)
			near(t, "CQV", d.CQV(kind), (q3-q1)/(q3+q1))
		}
	})
}

// TestQuantileByDefinition follows Hyndman and Fan's own notation in fractions:
// Q = (1−γ)x_j + γx_{j+1} with j = ⌊pn + m⌋, g = pn + m − j.
func TestQuantileByDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, raw, h := scale(t, 30)
		permille := rapid.IntRange(0, 1000).Draw(t, "permille")
		kind := rapid.SampledFrom([]int{2, 6, 7, 8}).Draw(t, "type")
		x := floats(raw)
		slices.Sort(x)
		n := len(x)
		at := func(j int) float64 { return x[min(max(j, 1), n)-1] }
		p := big.NewRat(int64(permille), 1000)
		m := map[int]*big.Rat{2: big.NewRat(0, 1), 6: p, 7: new(big.Rat).Sub(big.NewRat(1, 1), p),
			8: new(big.Rat).Mul(new(big.Rat).Add(p, big.NewRat(1, 1)), big.NewRat(1, 3))}[kind]
		pos := new(big.Rat).Add(new(big.Rat).Mul(p, big.NewRat(int64(n), 1)), m)
		j := int(new(big.Int).Div(pos.Num(), pos.Denom()).Int64())
		g, _ := new(big.Rat).Sub(pos, big.NewRat(int64(j), 1)).Float64()
		if kind == 2 {
			if g > 0 {
				g = 1
			} else {
				g = 0.5
			}
		}
		near(t, "quantile", stat.Quantile(h, permille, kind), (1-g)*at(j)+g*at(j+1))
	})
}

// TestAgreementPeeled peels the smallest non-zero cell off again and again and
// walks all triples of every layer, as van der Eijk describes it.
func TestAgreementPeeled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, raw, h := scale(t, 30)
		left, want := slices.Clone(h), 0.0
		for stat.N(left) > 0 {
			least, s := math.MaxInt, 0
			for _, c := range left {
				if c > 0 {
					least = min(least, c)
					s++
				}
			}
			on := make([]bool, k)
			for i, c := range left {
				if c > 0 {
					on[i] = true
					left[i] -= least
				}
			}
			tu, tdu := 0.0, 0.0
			for a := range on {
				for b := a + 1; b < k; b++ {
					for c := b + 1; c < k; c++ {
						switch [3]bool{on[a], on[b], on[c]} {
						case [3]bool{true, true, false}, [3]bool{false, true, true}:
							tu++
						case [3]bool{true, false, true}:
							tdu++
						}
					}
				}
			}
			kk := float64(k)
			a := 0.0
			if s == 1 {
				a = 1
			} else if tu+tdu > 0 {
				a = ((kk-2)*tu - (kk-1)*tdu) / ((kk - 2) * (tu + tdu)) * (1 - float64(s-1)/(kk-1))
			}
			want += float64(s*least) / float64(len(raw)) * a
		}
		if k < 3 {
			want = math.NaN()
		}
		near(t, "A", stat.Agreement(h), want)
		near(t, "polarization", stat.Polarization(h), (1-want)/2)
	})
}

func TestOrdinalMeasuresRecounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, raw, h := scale(t, 30)
		x := floats(raw)
		n, kk := float64(len(x)), float64(k)
		mu := mean(x)
		near(t, "Cns", stat.Consensus(h), 1+average(x, func(v float64) float64 { return math.Log2(1 - math.Abs(v-mu)/(kk-1)) }))
		at := func(v, w float64) float64 { // share of v
			return average(x, func(u float64) float64 {
				if u == v {
					return w
				}
				return 0
			})
		}
		var leik, l2, reardon, entropy, mrq, er float64
		for v := 1.0; v <= kk; v++ {
			p := at(v, 1)
			if p > 0 {
				entropy -= p * math.Log2(p)
			}
			mrq += 4 * p * p * (1 - p)
			for w := 1.0; w <= kk; w++ {
				er += math.Pow(p, 1.7) * at(w, 1) * math.Abs(v-w)
			}
			if v < kk {
				f := 0.0
				for w := 1.0; w <= v; w++ {
					f += at(w, 1)
				}
				leik += min(f, 1-f)
				l2 += (f - .5) * (f - .5)
				for _, q := range []float64{f, 1 - f} {
					if q > 1e-12 {
						reardon -= q * math.Log2(q)
					}
				}
			}
		}
		near(t, "Leik", stat.Leik(h), leik/((kk-1)/2))
		near(t, "l²", stat.BlairLacyL2(h), l2/((kk-1)/4))
		near(t, "l", stat.BlairLacyL(h), math.Sqrt(l2/((kk-1)/4)))
		near(t, "Reardon", stat.Reardon(h), reardon/(kk-1))
		near(t, "entropy", stat.Entropy(h), entropy)
		near(t, "entropy share", stat.EntropyShare(h), entropy/math.Log2(kk))
		near(t, "MRQ", stat.MRQ(h), mrq)
		near(t, "Esteban–Ray", stat.EstebanRay(h, nil, 0.7), er)
		apart, iov := 0.0, math.NaN()
		for i := range x {
			for j := range i {
				apart += math.Abs(x[i] - x[j])
			}
		}
		if n > 1 {
			iov = apart / (math.Floor(n/2) * math.Ceil(n/2) * (kk - 1)) // the most: half at each end
		}
		near(t, "IOV", stat.IOV(h), iov)
		cov := 1 - math.Sqrt(max(0, 1-iov))
		if n == 1 {
			cov = math.NaN()
		}
		near(t, "Kvålseth", stat.Kvalseth(h), cov)
		rwg := math.NaN()
		if n > 1 {
			s2 := average(x, func(v float64) float64 { return (v - mu) * (v - mu) }) * n / (n - 1)
			rwg = max(0, 1-s2/((kk*kk-1)/12))
		}
		near(t, "r_wg", stat.RWG(h), rwg)
	})
}

// TestBimodalityRecounted uses the k-statistics, which SAS's moments are made of.
func TestBimodalityRecounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, raw, h := scale(t, 30)
		x := floats(raw)
		n, m := float64(len(x)), mean(x)
		central := func(p float64) float64 { return average(x, func(v float64) float64 { return math.Pow(v-m, p) }) }
		skew, kurt, bc := math.NaN(), math.NaN(), math.NaN()
		if m2 := central(2); m2 > 1e-12 {
			if n > 2 {
				skew = central(3) / math.Pow(m2, 1.5) * math.Sqrt(n*(n-1)) / (n - 2)
			}
			if n > 3 {
				kurt = (n - 1) / ((n - 2) * (n - 3)) * ((n+1)*(central(4)/(m2*m2)-3) + 6)
				bc = (skew*skew + 1) / (kurt + 3*(n-1)*(n-1)/((n-2)*(n-3)))
			}
		}
		b := stat.Bimodality(stat.Points(h))
		near(t, "G1", b.Skew, skew)
		near(t, "G2", b.Kurtosis, kurt)
		near(t, "BC", b.Coefficient, bc)
	})
}

// TestMirror: turning a scale round changes no measure of agreement, and turns
// level upside down.
func TestMirror(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, _, h := scale(t, 60)
		turned := slices.Clone(h)
		slices.Reverse(turned)
		for name, f := range shape {
			if a, b := f(h), f(turned); a.Defined() != b.Defined() || math.Abs(a.Or(0)-b.Or(0)) > 1e-9 {
				t.Fatalf("%s: %v, turned round %v", name, a, b)
			}
		}
		for _, kind := range []int{2, 6, 7, 8} {
			permille := rapid.IntRange(0, 1000).Draw(t, "permille")
			near(t, "quantile", stat.Quantile(turned, 1000-permille, kind), float64(k+1)-stat.Quantile(h, permille, kind).Or(0))
		}
	})
}

// shape are the measures of a histogram that do not care which end is which.
var shape = map[string]func(h []int) stat.Value{
	"A": stat.Agreement, "polarization": stat.Polarization, "Cns": stat.Consensus, "Leik": stat.Leik, "l²": stat.BlairLacyL2, "l": stat.BlairLacyL,
	"IOV": stat.IOV, "Kvålseth": stat.Kvalseth, "entropy": stat.Entropy, "entropy share": stat.EntropyShare, "Reardon": stat.Reardon,
	"r_wg": stat.RWG, "MRQ": stat.MRQ, "Esteban–Ray": func(h []int) stat.Value { return stat.EstebanRay(h, nil, 1) },
	"SD": func(h []int) stat.Value { return stat.Points(h).SD() }, "AD": func(h []int) stat.Value { return stat.Points(h).AD() },
	"MAD": func(h []int) stat.Value { return stat.Points(h).MAD() },
	"BC":  func(h []int) stat.Value { return stat.Bimodality(stat.Points(h)).Coefficient },
}

// TestAnyNumbers: whatever the numbers, no measure panics and none says NaN.
func TestAnyNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.OneOf(rapid.Just(0), rapid.IntRange(-2, 4), rapid.IntRange(0, 10_000_000))
		h := rapid.SliceOfN(cell, 0, 9).Draw(t, "h")
		g := rapid.SliceOfN(cell, 0, 9).Draw(t, "g")
		table := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(-1, 5), 0, 4), 0, 4).Draw(t, "table")
		kind := rapid.IntRange(0, 9).Draw(t, "type")
		permille := rapid.IntRange(-5, 1005).Draw(t, "permille")
		var shifts stat.Shifts
		for i, c := range h {
			shifts = append(shifts, stat.ShiftCount{Shift: i - 3, Count: c})
		}
		got := []stat.Value{stat.Quantile(h, permille, kind), stat.IQR(h, kind), stat.Scheibe(h, g), stat.Unchanged(shifts), stat.Lambda(table),
			stat.Points(h).RelativeIQR(kind), stat.Points(h).CQV(kind), stat.Points(h).CV(), stat.Points(h).ADMean(),
			stat.MedianShift(stat.Points(h), stat.Points(g)), stat.ChangeCV(stat.Points(h), stat.Points(g)), stat.Sign(shifts).P, stat.Ram(h).Index}
		for _, f := range shape {
			got = append(got, f(h))
		}
		for _, zeros := range []stat.Zeros{stat.Drop, stat.Pratt, stat.Split} {
			r := stat.SignedRank(shifts, zeros)
			got = append(got, r.W, r.Z, r.P, r.Exact, r.GateP, r.R, r.GateR, r.Min())
		}
		for _, x := range []stat.Association{stat.ChiSquare(table), stat.Homogeneity(h, g)} {
			got = append(got, x.Chi2, x.P, x.V, x.Contingency)
		}
		for _, x := range []stat.Test{stat.Bowker(table), stat.BowkerSkipping(table), stat.StuartMaxwell(table), stat.KruskalWallis(table), stat.KruskalWallis([][]int{h, g})} {
			got = append(got, x.Chi2, x.P)
		}
		for _, level := range []reliability.Level{reliability.Nominal, reliability.Ordinal, reliability.Interval, reliability.Ratio} {
			got = append(got, reliability.Krippendorff(table, []float64{1, 2, 4}, level))
		}
		mcn, kap, sp, tau, fl := stat.McNemar(table), reliability.Kappa(table, reliability.Quadratic), stat.Spearman(table), stat.TauB(table), reliability.Fleiss(table)
		mw := stat.MannWhitney(h, g)
		got = append(got, mcn.P, mcn.CorrectedP, mcn.Exact, kap.Kappa, kap.Z, kap.P, sp.R, sp.P, tau.R, tau.P, fl.Kappa, fl.Z, mw.U, mw.P)
		low, high := stat.Wilson(kind, permille, stat.Z95)
		got = append(got, low, high)
		for _, row := range stat.Conformity(h, g, stat.Median(h, 7)) {
			got = append(got, row[:]...)
		}
		for i, v := range got {
			x, ok := v.Float()
			if math.IsNaN(x) || !ok && x != 0 {
				t.Fatalf("figure %d is %v", i, x)
			}
		}
		stat.Mode(h)
		stat.Bounds(h, kind)
		stat.Margins(table)
		stat.Transpose(table)
		stat.Observed(table)
	})
}
