package resample

import "math"

// binomial draws how many of n trials succeed with probability p:
// exactly distributed, up to the precision of floats. With n·min(p, 1−p) below 10 it
// inverts the distribution from 0 upwards and takes one number of the stream; else
// it is Hörmann's BTRS, rejection under a transformed hat: one number, halved into
// u and v, a try, and about 1.2 tries whatever n is. Source: Hörmann, Journal of Statistical
// Computation and Simulation 1993;46:101–110.
func (s *xoshiro) binomial(n int, p float64) int {
	switch {
	case n <= 0 || p <= 0:
		return 0
	case p >= 1:
		return n
	case p > 0.5:
		return n - s.binomial(n, 1-p)
	case float64(n)*p < 10:
		return s.inverted(n, p)
	}
	m, q := float64(n), 1-p
	spread := math.Sqrt(m * p * q)
	b := 1.15 + 2.53*spread
	a := -0.0873 + 0.0248*b + 0.01*p
	c := m*p + 0.5
	sure := 0.92 - 4.2/b
	alpha := (2.83 + 5.1/b) * spread
	odds := p / q
	mode := math.Floor((m + 1) * p)
	for {
		u, v := s.pair()
		u -= 0.5
		us := 0.5 - math.Abs(u)
		k := math.Floor((2*a/us+b)*u + c)
		if us >= 0.07 && v <= sure {
			return int(k)
		}
		if !(k >= 0 && k <= m) {
			continue
		}
		v = math.Log(v * alpha / (a/(us*us) + b))
		if v <= (mode+0.5)*math.Log((mode+1)/(odds*(m-mode+1)))+
			(m+1)*math.Log((m-mode+1)/(m-k+1))+
			(k+0.5)*math.Log(odds*(m-k+1)/(k+1))+
			tail(mode)+tail(m-mode)-tail(k)-tail(m-k) {
			return int(k)
		}
	}
}

// inverted walks a binomial's probabilities upwards from 0.
func (s *xoshiro) inverted(n int, p float64) int {
	odds := p / (1 - p)
	term := math.Exp(float64(n) * math.Log1p(-p))
	u := s.uniform()
	for k := 0; k < n; k++ {
		if u < term {
			return k
		}
		u -= term
		term *= odds * float64(n-k) / float64(k+1)
		if term == 0 {
			return k // what rounding left over of the whole probability
		}
	}
	return n
}

// tail is log k! less Stirling's approximation (k+½)log(k+1) − (k+1) + ½log 2π.
func tail(k float64) float64 {
	if k < float64(len(tails)) {
		return tails[int(k)]
	}
	x := k + 1
	return (1.0/12 - (1.0/360-1.0/1260/(x*x))/(x*x)) / x
}

// tails are the terms for which the series is not exact enough.
var tails = func() (out [16]float64) {
	for k := range out {
		f, _ := math.Lgamma(float64(k + 1))
		x := float64(k + 1)
		out[k] = f - (x-0.5)*math.Log(x) + x - math.Log(2*math.Pi)/2
	}
	return out
}()
