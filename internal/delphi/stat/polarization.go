package stat

import "math"

// EstebanRay is polarisation Σ_iΣ_j p_i^(1+α)·p_j·|y_i − y_j|, not normalised
// (K = 1), over scores 1..k when scores is nil. The larger α in (0, 1.6], the more
// weight groups have against distances. Undefined for another α, without answers,
// and for scores that do not fit h. Source: Esteban & Ray, Econometrica
// 1994;62:819–851.
func EstebanRay(h []int, scores []float64, alpha float64) Value {
	if scores == nil {
		scores = Points(h).Score
	}
	n, ok := Total(h)
	if !ok || len(scores) != len(h) || !(alpha > 0 && alpha <= 1.6) {
		return Undefined
	}
	sum := 0.0
	for i, a := range h {
		weight := math.Pow(float64(a)/float64(n), 1+alpha)
		for j, b := range h {
			if i != j && a > 0 && b > 0 {
				sum += weight * float64(b) / float64(n) * math.Abs(scores[i]-scores[j])
			}
		}
	}
	return Of(sum)
}

// MRQ is Montalvo and Reynal-Querol's polarisation 4Σp²(1−p): 1 for two equal
// camps, wherever they stand. It needs no order, so it serves choices too.
// Undefined without answers. Source: Montalvo & Reynal-Querol, American Economic
// Review 2005;95:796–816.
func MRQ(h []int) Value {
	n, ok := Total(h)
	if !ok {
		return Undefined
	}
	sum := 0.0
	for _, c := range h {
		p := float64(c) / float64(n)
		sum += p * p * (1 - p)
	}
	return Of(4 * sum)
}

// Humps is the bimodality coefficient with the moments that it is made of.
type Humps struct {
	Skew        Value // G1, from 3 answers on
	Kurtosis    Value // G2, excess, from 4 answers on
	Coefficient Value // (G1²+1)/(G2 + 3(n−1)²/((n−2)(n−3))); above 5/9 hints at two humps
}

// Bimodality is SAS's bimodality coefficient, with SAS's (type 2) moments.
// Undefined for n < 4 and where everyone gave the same answer. Source: SAS/STAT,
// PROC CLUSTER; Pfister et al., Frontiers in Psychology 2013;4:700.
func Bimodality(d Dist) Humps {
	people, _ := d.n()
	mean, defined := d.Mean().Float()
	s, spread := d.SD().Float()
	if !defined || !spread || s == 0 {
		return Humps{}
	}
	n := float64(people)
	var out Humps
	if people < 3 {
		return out
	}
	skew := n / ((n - 1) * (n - 2)) * d.moment(mean, 3) / (s * s * s)
	out.Skew = Of(skew)
	if people < 4 {
		return out
	}
	least := (n - 1) * (n - 1) / ((n - 2) * (n - 3))
	kurtosis := n*(n+1)/((n-1)*(n-2)*(n-3))*d.moment(mean, 4)/(s*s*s*s) - 3*least
	out.Kurtosis = Of(kurtosis)
	out.Coefficient = Of((skew*skew + 1) / (kurtosis + 3*least))
	return out
}
