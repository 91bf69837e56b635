package study

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/fault"
)

// Options are what the command line adds to a study.
type Options struct {
	Scale    string // "1-9": the least and the greatest value
	Rule     string // "share:7-9>=75", "median-iqr:7,2", "rand", "comet", "agreement:70", "cns:75"; "" for a share of 75 % in the highest class
	Quantile int    // 2, 6 or 7
	MinN     int    // CSV: valid answers below which nothing is judged
	Disclose bool   // CSV: only what a consultation would publish
	Whole    bool   // JSON: also what the protocol's disclosure would hide
}

// scale reads "1-9"; scales of 2 to 11 points, from any whole number on.
func (o Options) scale() (from, points int, err error) {
	low, high, ok := strings.Cut(strings.TrimPrefix(o.Scale, "-"), "-")
	sign := 1
	if strings.HasPrefix(o.Scale, "-") {
		sign = -1
	}
	from, e1 := strconv.Atoi(low)
	to, e2 := strconv.Atoi(high)
	from *= sign
	points = to - from + 1
	if !ok || e1 != nil || e2 != nil || from < -1000 || to > 1000 || points < 2 || points > 11 {
		return 0, 0, bad("--scale", "scale", fmt.Sprintf("%q is no scale of 2 to 11 points: write it as 1-9", o.Scale))
	}
	return from, points, nil
}

// consensus reads the rule; its points are the study's own values.
func (o Options) consensus(from, points int) (delphi.ConsensusPlan, error) {
	name, figures, given := strings.Cut(o.Rule, ":")
	c := delphi.ConsensusPlan{Rule: delphi.RuleName(name)}
	wrong := bad("--rule", "rule", fmt.Sprintf("%q is no rule: write share:7-9>=75, median-iqr:7,2, rand, comet, agreement:70 or cns:75 (percentages, 70 for 0.70)", o.Rule))
	var err error
	switch c.Rule {
	case "":
		classes := delphi.DefaultClasses(points)
		return delphi.ConsensusPlan{Rule: delphi.RuleShare, Share: &delphi.ShareRule{From: classes[len(classes)-1][0], To: points, Permille: 750}}, nil
	case delphi.RuleShare:
		window, percent, ok := strings.Cut(figures, ">=")
		low, high, ranged := strings.Cut(window, "-")
		if !ranged {
			high = low
		}
		s := &delphi.ShareRule{Permille: 750}
		a, e1 := strconv.Atoi(low)
		b, e2 := strconv.Atoi(high)
		if ok {
			s.Permille, err = permille(percent)
		}
		if e1 != nil || e2 != nil || err != nil {
			return c, wrong
		}
		s.From, s.To, c.Share = a-from+1, b-from+1, s
		if s.From < 1 || s.To > points || s.From > s.To {
			return c, bad("--rule", "window", fmt.Sprintf("the window %s does not lie on the scale %d-%d", window, from, from+points-1))
		}
		return c, nil
	case delphi.RuleMedianIQR:
		median, iqr, _ := strings.Cut(figures, ",")
		a, e1 := strconv.Atoi(median)
		b, e2 := strconv.Atoi(iqr)
		if e1 != nil || e2 != nil {
			return c, wrong
		}
		c.MedianIQR = &delphi.MedianIQRRule{MedianMin: a - from + 1, IQRMax: b}
		return c, nil
	case delphi.RuleAgreement, delphi.RuleCns:
		limit := map[delphi.RuleName]int{delphi.RuleAgreement: 700, delphi.RuleCns: 750}[c.Rule]
		if given {
			limit, err = permille(figures)
		}
		if c.Rule == delphi.RuleAgreement {
			c.Agreement = limit
		} else {
			c.Cns = limit
		}
		if err != nil {
			return c, wrong
		}
		return c, nil
	case delphi.RuleComet:
		c.Comet = &delphi.CometRule{In: 700, Against: 150, Out: "mirror"}
	}
	if given || c.Rule != delphi.RuleComet && c.Rule != delphi.RuleRand {
		return c, wrong
	}
	return c, nil
}

// asFlag names the flag that a fault of the protocol made from flags comes from.
func asFlag(err error) error {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return err
	}
	named := *f
	named.Fields = nil
	for _, d := range f.Fields {
		if strings.HasPrefix(d.Name, "consensus") {
			d.Name = "--rule"
		}
		named.Fields = append(named.Fields, d)
	}
	return &named
}

// permille reads a percentage with at most one decimal: 75 or 66.7. 0.75 is
// taken for a share that was meant as one, and refused.
func permille(percent string) (int, error) {
	f, err := strconv.ParseFloat(strings.TrimSuffix(percent, "%"), 64)
	if err != nil || math.Abs(f*10-math.Round(f*10)) > 1e-6 || f <= 1 || f > 100 {
		return 0, fmt.Errorf("no percentage: %q", percent)
	}
	return int(math.Round(f * 10)), nil
}
