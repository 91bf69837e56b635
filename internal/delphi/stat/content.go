package stat

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Validity is the content validity of one item.
type Validity struct {
	Index  Value // I-CVI: share of the experts who call the item relevant
	Chance Value // p_c: the probability of exactly so many, were each a fair coin
	Kappa  Value // κ* = (I-CVI − p_c)/(1 − p_c)
}

// ItemCVI is the content validity index of one item that relevant of n experts call
// relevant (3 or 4 of four points), with its modified κ*. κ* of .74 and more is
// called excellent, .60 good, .40 fair. Undefined for n = 0 and for relevant outside
// 0..n. Sources: Lynn, Nursing Research 1986;35:382–385; Polit & Beck, Research in
// Nursing & Health 2006;29:489–497; κ*: Polit, Beck & Owen, same journal
// 2007;30:459–467.
func ItemCVI(relevant, n int) Validity {
	if !trials(relevant, n) {
		return Validity{}
	}
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(relevant + 1))
	c, _ := math.Lgamma(float64(n - relevant + 1))
	index, chance := float64(relevant)/float64(n), math.Exp(a-b-c-float64(n)*math.Ln2)
	return Validity{Index: Of(index), Chance: Of(chance), Kappa: Of((index - chance) / (1 - chance))}
}

// ScaleCVI is the content validity index of a whole list of items, from how many of
// how many experts call each one relevant: S-CVI/Ave, the mean of the items'
// indices, and S-CVI/UA, the share of items that all their experts call relevant.
// Both Undefined without items and where an item's own index is. Source: Polit &
// Beck 2006, as ItemCVI.
func ScaleCVI(relevant, n []int) (average, universal Value) {
	if len(n) == 0 || len(relevant) != len(n) {
		return Undefined, Undefined
	}
	sum, all := 0.0, 0
	for i := range n {
		index, ok := ItemCVI(relevant[i], n[i]).Index.Float()
		if !ok {
			return Undefined, Undefined
		}
		sum += index
		if relevant[i] == n[i] {
			all++
		}
	}
	return Of(sum / float64(len(n))), Share(all, len(n))
}

// Essential is Lawshe's content validity ratio of one item.
type Essential struct {
	Ratio    Value // CVR, −1 (nobody) over 0 (half) to 1 (everyone)
	Least    int   // the least number of experts that chance does not explain; 0 where no number is
	Critical Value // the CVR of that number
	Holds    bool  // at least so many call the item essential
}

// CVR is Lawshe's content validity ratio (n_e − n/2)/(n/2) of an item that essential
// of n experts call essential, with its exact critical value: the least count whose
// upper binomial tail at ½ is .05 or less, one-sided. Below five experts no count is
// small enough and Critical is Undefined. All Undefined for n = 0 and for essential
// outside 0..n. Sources: Lawshe, Personnel Psychology 1975;28:563–575; Ayre &
// Scally, Measurement and Evaluation in Counseling and Development 2014;47:79–86.
func CVR(essential, n int) Essential {
	if !trials(essential, n) {
		return Essential{}
	}
	out := Essential{Ratio: ratio(essential, n)}
	// P(X ≥ c) = I_½(c, n−c+1) falls as c rises.
	low, high := n/2, n+1
	for low < high {
		c := (low + high) / 2
		if c <= n && (c == 0 || mathext.RegIncBeta(float64(c), float64(n-c+1), 0.5) > 0.05) {
			low = c + 1
		} else {
			high = c
		}
	}
	if low <= n {
		out.Least, out.Critical, out.Holds = low, ratio(low, n), essential >= low
	}
	return out
}

func ratio(essential, n int) Value { return Of(float64(2*essential-n) / float64(n)) }
