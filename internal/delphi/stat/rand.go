package stat

// Appropriateness is the RAND/UCLA reading of one item on the scale 1–9.
type Appropriateness struct {
	N            int
	Median       Value
	P30, P70     Value
	IPR          Value // P70 − P30
	Centre       Value // CP = (P30 + P70)/2
	Asymmetry    Value // |5 − CP|
	IPRAS        Value // 2.35 + 1.5·|5 − CP|
	Disagreement bool  // IPR > IPRAS, in integers; false where nothing is defined
	Index        Value // DI = IPR/IPRAS
	Thirds       [3]int
	MedianThird  int // 0, 1, 2 for 1–3, 4–6, 7–9
	Outside      int // answers outside the median's third
}

// Ram reads a histogram of the nine points by the RAND/UCLA method. Percentiles
// are type 7 whatever the protocol says, because the method was validated so; a
// median of 3.5 or 6.5 belongs to the higher third. All Undefined without answers
// and on any other scale. Source: Fitch et al., The RAND/UCLA Appropriateness
// Method User's Manual, RAND 2001, ch. 8 and appendix.
func Ram(h []int) Appropriateness {
	n, ok := Total(h)
	if !ok || len(h) != 9 {
		return Appropriateness{}
	}
	a := Appropriateness{N: n, Median: Median(h, 7), P30: Quantile(h, 300, 7), P70: Quantile(h, 700, 7)}
	// Type 7 at 300 and 700 ‰ falls on tenths of a point, so tenths are exact.
	p30, p70 := tenths(h, 300), tenths(h, 700)
	apart := p30 + p70 - 100 // 20·(CP − 5)
	if apart < 0 {
		apart = -apart
	}
	a.IPR = Of(float64(p70-p30) / 10)
	a.Centre = Of(float64(p30+p70) / 20)
	a.Asymmetry = Of(float64(apart) / 20)
	limit := 94 + 3*apart // 40·IPRAS
	a.IPRAS = Of(float64(limit) / 40)
	a.Index = a.IPR.Over(a.IPRAS)
	a.Disagreement = 4*(p70-p30) > limit
	a.Thirds = [3]int{Window(h, 1, 3), Window(h, 4, 6), Window(h, 7, 9)}
	a.MedianThird = third(h, n)
	a.Outside = n - a.Thirds[a.MedianThird]
	return a
}

// tenths is ten times the type-7 quantile at permille, for a permille that is a
// multiple of 100.
func tenths(h []int, permille int) int {
	n, _ := Total(h)
	j, num, den, _ := position(n, permille, 7)
	d := Points(h)
	lo := int(d.order(j))
	hi := int(d.order(j + 1))
	return 10*lo + 10*num*(hi-lo)/den
}

// third is where the median lies: 0, 1, 2 for 1–3, 4–6, 7–9. The middle two of an
// even number are added and compared with 7 and 13, twice 3.5 and 6.5.
func third(h []int, n int) int {
	d := Points(h)
	switch twice := int(d.order((n-1)/2) + d.order(n/2)); {
	case twice < 7:
		return 0
	case twice < 13:
		return 1
	}
	return 2
}

// PanelRule is the classical RAND/UCLA rule for a panel of n: agreement when at
// most within people answer outside the median's third, disagreement when at
// least apart people answer in each outer third. It is defined for 8 to 16 people
// only: 2 and 3 up to 10, 3 and 4 up to 13, 4 and 5 up to 16.
// Source: as Ram, table in ch. 8.
func PanelRule(n int) (within, apart int, ok bool) {
	switch {
	case n < 8 || n > 16:
		return 0, 0, false
	case n <= 10:
		return 2, 3, true
	case n <= 13:
		return 3, 4, true
	}
	return 4, 5, true
}

// MedianThird is where the median lies when only the thirds are known, as in a
// panel under 20 people: 0, 1, 2, and −1 without answers. Of two middle answers in
// neighbouring thirds the higher counts, as it does for 3.5 and 6.5; one low and
// one high always average between 4 and 6.
func MedianThird(thirds [3]int) int {
	n, ok := Total(thirds[:])
	if !ok {
		return -1
	}
	d := Points(thirds[:])
	a, b := int(d.order((n-1)/2)), int(d.order(n/2))
	return (a+b+1)/2 - 1
}

// RandQuarter is the share outside the median's third up to which a panel of more than
// 16 people agrees, in permille. The manual's table ends at 16, where four may lie
// outside: a quarter carries its proportion on. The extension is ours.
const RandQuarter = 250

// RandAgrees says whether a panel agrees: at most PanelRule's number outside the
// third that the median lies in, above 16 people at most a quarter. The absence of
// disagreement is never agreement. defined is false for fewer than 8 people and
// without a median.
func RandAgrees(thirds [3]int, median int) (agrees, defined bool) {
	n, answered := Total(thirds[:])
	if !answered || n < 8 || median < 0 || median > 2 {
		return false, false
	}
	outside := n - thirds[median]
	if within, _, ok := PanelRule(n); ok {
		return outside <= within, true
	}
	return !Above(outside, n, RandQuarter), true
}

// RandApart says whether a panel of 8 to 16 people disagrees by PanelRule: enough
// people in each outer third. Larger panels are asked by IPRAS (Ram).
func RandApart(thirds [3]int) (disagrees, defined bool) {
	n, answered := Total(thirds[:])
	_, apart, ok := PanelRule(n)
	if !answered || !ok {
		return false, false
	}
	return min(thirds[0], thirds[2]) >= apart, true
}

// CometRule are the thresholds of a COMET rule, in permille.
type CometRule struct {
	In      int // at least this share in the third that decides: 700
	Against int // less than this share in the opposite third: 150
}

// Comet7015 is the common rule: in when ≥ 70 % score 7–9 and < 15 % score 1–3.
var Comet7015 = CometRule{In: 700, Against: 150}

// CometClass is the class of an item under a COMET rule.
type CometClass string

// The classes; CometNone when nobody answered.
const (
	CometIn      CometClass = "in"
	CometOutside CometClass = "out"
	CometNeither CometClass = "neither"
	CometNone    CometClass = ""
)

// Comet classes an item by how many scored 7–9, 4–6 and 1–3, in integers; out is
// the mirror image of in. Source: Williamson et al., The COMET Handbook, Trials
// 2017;18(S3):280; PMC8024512, table 1.
func Comet(high, middle, low int, rule CometRule) CometClass {
	n := high + middle + low
	switch {
	case n <= 0 || high < 0 || middle < 0 || low < 0:
		return CometNone
	case AtLeast(high, n, rule.In) && Below(low, n, rule.Against):
		return CometIn
	case AtLeast(low, n, rule.In) && Below(high, n, rule.Against):
		return CometOutside
	}
	return CometNeither
}

// AtMostHalf is the other published form of COMET's "out", asked of one group: at
// most half of its n scored 7–9. It tells no consensus, since half for and half
// against is at most half as well. False without answers. Source: PMC8024512,
// table 1.
func AtMostHalf(high, n int) bool { return n > 0 && high >= 0 && !Above(high, n, 500) }
