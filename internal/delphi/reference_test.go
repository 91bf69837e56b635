package delphi_test

import (
	"math"
	"slices"
	"testing"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// The reference is a second, naive reading of docs/METHOD.md §3 and §4, written from the
// text alone and slow: it counts people one by one and shares no code with the engine.

// everyHistogram calls f with each way to spread n people over k points.
func everyHistogram(k, n int, f func(h []int)) {
	h := make([]int, k)
	var fill func(at, left int)
	fill = func(at, left int) {
		if at == k-1 {
			h[at] = left
			f(h)
			return
		}
		for h[at] = 0; h[at] <= left; h[at]++ {
			fill(at+1, left-h[at])
		}
	}
	fill(0, n)
}

// referenceQuantile is Hyndman and Fan's type 7 of answers in order.
func referenceQuantile(answers []int, p float64) float64 {
	at := p * float64(len(answers)-1)
	low := int(math.Floor(at + 1e-9))
	high := min(low+1, len(answers)-1)
	return float64(answers[low]) + (at-float64(low))*float64(answers[high]-answers[low])
}

// referenceA is van der Eijk's A, layer by layer; its triples are counted one by one.
func referenceA(h []int) float64 {
	left, n, k, a := slices.Clone(h), 0, len(h), 0.0
	for _, c := range h {
		n += c
	}
	for {
		height, s := 0, 0
		for _, c := range left {
			if c > 0 {
				s++
				if height == 0 || c < height {
					height = c
				}
			}
		}
		if s == 0 {
			return a
		}
		tu, tdu := 0, 0
		for i := range k {
			for j := i + 1; j < k; j++ {
				for l := j + 1; l < k; l++ {
					x, y, z := left[i] > 0, left[j] > 0, left[l] > 0
					if x && y && !z || !x && y && z {
						tu++
					}
					if x && !y && z {
						tdu++
					}
				}
			}
		}
		u := 0.0
		if s == 1 {
			u = 1
		} else if tu+tdu > 0 {
			u = float64((k-2)*tu-(k-1)*tdu) / float64((k-2)*(tu+tdu))
		}
		layer := u * (1 - float64(s-1)/float64(k-1))
		a += layer * float64(height*s) / float64(n)
		for i := range left {
			if left[i] > 0 {
				left[i] -= height
			}
		}
	}
}

// reference is what the reference says of one histogram.
type reference struct {
	key       verdict.Key
	direction verdict.Direction
	unanimous bool
}

// referenceOf works down §4's ladder.
func referenceOf(h []int, classes [][2]int, rule protocol.ConsensusPlan) reference {
	answers := from(h...)
	n, k := len(answers), len(h)
	within := func(from, to int) int {
		c := 0
		for _, v := range answers {
			if v >= from && v <= to {
				c++
			}
		}
		return c
	}
	side := func(class int) verdict.Direction {
		switch class {
		case 0:
			return verdict.Low
		case len(classes) - 1:
			return verdict.High
		}
		return verdict.Middle
	}
	median := referenceQuantile(answers, 0.5)
	medianSide := verdict.High
	for i := len(classes) - 1; i >= 0; i-- {
		if median <= float64(classes[i][1]) {
			medianSide = side(i)
		}
	}
	iqr := referenceQuantile(answers, 0.75) - referenceQuantile(answers, 0.25)
	holds, disagree, direction := false, false, medianSide
	switch rule.Rule {
	case protocol.RuleShare:
		s := rule.Share
		enough := func(from, to int) bool { return 1000*within(from, to) >= s.Permille*n }
		middle := len(classes) == 3 && enough(classes[1][0], classes[1][1])
		switch {
		case enough(s.From, s.To):
			holds, direction = true, verdict.High // the windows of this test are high ones
		case enough(k+1-s.To, k+1-s.From):
			holds, direction = true, verdict.Low
		case middle:
			holds, direction = true, verdict.Middle
		}
	case protocol.RuleMedianIQR:
		m := rule.MedianIQR
		narrow := iqr <= float64(m.IQRMax)
		switch {
		case narrow && median >= float64(m.MedianMin):
			holds, direction = true, verdict.High
		case narrow && median <= float64(k+1-m.MedianMin):
			holds, direction = true, verdict.Low
		}
	case protocol.RuleAgreement:
		holds = 1000*referenceA(h) >= float64(rule.Agreement)-1e-6
	case protocol.RuleComet:
		high, low := within(7, 9), within(1, 3)
		switch {
		case 10*high >= 7*n && 100*low < 15*n:
			holds, direction = true, verdict.High
		case 10*low >= 7*n && 100*high < 15*n:
			holds, direction = true, verdict.Low
		}
	case protocol.RuleRand:
		third := 0
		if median >= 6.5 {
			third = 2
		} else if median >= 3.5 {
			third = 1
		}
		direction = []verdict.Direction{verdict.Low, verdict.Middle, verdict.High}[third]
		outside := n - within(3*third+1, 3*third+3)
		low, high := within(1, 3), within(7, 9)
		switch {
		case n <= 10:
			holds, disagree = outside <= 2, low >= 3 && high >= 3
		case n <= 13:
			holds, disagree = outside <= 3, low >= 4 && high >= 4
		case n <= 16:
			holds, disagree = outside <= 4, low >= 5 && high >= 5
		default:
			p30, p70 := referenceQuantile(answers, 0.3), referenceQuantile(answers, 0.7)
			ipras := 2.35 + 1.5*math.Abs(5-(p30+p70)/2)
			holds, disagree = 4*outside <= n, p70-p30 > ipras+1e-9
		}
	}
	counts, largest := make([]int, len(classes)), 0
	for i, c := range classes {
		if counts[i] = within(c[0], c[1]); counts[i] > counts[largest] {
			largest = i
		}
	}
	last := len(counts) - 1
	poles := 100*counts[0] >= 35*n && 100*counts[last] >= 35*n
	if len(classes) == 2 && k >= 4 {
		poles = poles && referenceA(h) < -1e-9
	}
	larger := verdict.NoDirection
	if counts[0] > counts[last] {
		larger = verdict.Low
	} else if counts[last] > counts[0] {
		larger = verdict.High
	}
	ahead := n
	for i, c := range counts {
		if i != largest {
			ahead = min(ahead, counts[largest]-c)
		}
	}
	switch {
	case disagree && poles:
		return reference{key: verdict.Bipolarity, direction: larger}
	case disagree:
		return reference{key: verdict.Disagreement, direction: verdict.NoDirection}
	case holds:
		return reference{key: verdict.Consensus, direction: direction, unanimous: counts[largest] == n}
	case poles:
		return reference{key: verdict.Bipolarity, direction: larger}
	case 2*counts[largest] > n:
		return reference{key: verdict.Majority, direction: side(largest)}
	case 10*counts[largest] >= 4*n && 10*ahead >= n:
		return reference{key: verdict.Plurality, direction: side(largest)}
	}
	return reference{key: verdict.Disagreement, direction: verdict.NoDirection}
}

// TestLadderIsTheReference holds every histogram of up to 12 people on 4 and 5 points
// against the reference, under each rule, and on 9 points a run through panels of 8 to
// 24 under RAND's and COMET's.
func TestLadderIsTheReference(t *testing.T) {
	share := func(from, to, permille int) protocol.ConsensusPlan {
		return protocol.ConsensusPlan{Rule: protocol.RuleShare, Share: &protocol.ShareRule{From: from, To: to, Permille: permille}}
	}
	median := func(least, iqr int) protocol.ConsensusPlan {
		return protocol.ConsensusPlan{Rule: protocol.RuleMedianIQR, MedianIQR: &protocol.MedianIQRRule{MedianMin: least, IQRMax: iqr}}
	}
	agreement := protocol.ConsensusPlan{Rule: protocol.RuleAgreement, Agreement: 700}
	comet := protocol.ConsensusPlan{Rule: protocol.RuleComet, Comet: &protocol.CometRule{In: 700, Against: 150, Out: protocol.CometMirror}}
	for points, rules := range map[int][]protocol.ConsensusPlan{
		4: {share(3, 4, 750), share(4, 4, 660), median(3, 1), agreement},
		5: {share(4, 5, 750), share(3, 5, 900), median(4, 1), agreement},
		9: {{Rule: protocol.RuleRand}, comet},
	} {
		kind := delphi.ItemKind{ID: item.Kind, Kind: delphi.ScaleForm, Points: points, Classes: delphi.DefaultClasses(points), CannotJudge: true}
		seen := map[verdict.Key]int{}
		for _, rule := range rules {
			protocols, round, err := protocol.Study(protocol.StudyPlan{
				Kinds: []protocol.StudyKind{{Kind: kind, Consensus: rule}}, Groups: []string{"all"}, Rounds: 1, Quantile: 7, MinN: 1,
			})
			if err != nil {
				t.Fatal(err)
			}
			check := func(h []int) {
				n := stat.N(h)
				c := table.Closing{
					Counts: table.Counts{Round: round, Enrolled: n, Answered: n, Groups: []table.GroupCount{{Group: "g1", Enrolled: n, Answered: n}},
						Items: []table.ItemCounts{{Item: item.ID, Kind: item.Kind, Valid: n, ByGroup: []int{n}}}},
					Tables: []table.Table{{ID: "A/" + item.ID, Values: make([]string, points), Counts: h, N: n}},
				}
				v, _ := verdict.Judge(protocols[0], item, []table.Closing{c}, 0)
				want := referenceOf(h, kind.Classes, rule)
				if got := (reference{v.Key, v.Direction, v.Unanimous}); got != want {
					t.Fatalf("%s on %v: %+v, the reference has %+v", rule.Rule, h, got, want)
				}
				seen[v.Key]++
			}
			if points == 9 {
				crowds(20_000, func(h []int) { check(h) })
				continue
			}
			for n := 1; n <= 12; n++ {
				everyHistogram(points, n, check)
			}
		}
		for _, key := range []verdict.Key{verdict.Consensus, verdict.Bipolarity, verdict.Majority, verdict.Plurality, verdict.Disagreement} {
			if seen[key] == 0 && !(points == 4 && key == verdict.Plurality) { // two classes: a majority or a tie
				t.Errorf("on %d points no histogram was read as %s", points, key)
			}
		}
	}
}

// crowds calls f with histograms of 8 to 24 people on 9 points, lumped at some of them.
func crowds(many int, f func(h []int)) {
	seed := uint64(1)
	next := func(below int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int((seed >> 33) % uint64(below))
	}
	for range many {
		h, lumps := make([]int, 9), []int{next(9), next(9), next(9)}
		for n := 8 + next(17); n > 0; n-- {
			at := lumps[next(3)]
			if next(3) == 0 {
				at = next(9)
			}
			h[at]++
		}
		f(h)
	}
}
