package stat

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// ShiftCount is how many people changed their value by Shift.
type ShiftCount struct {
	Shift int `json:"shift"` // value now − value before
	Count int `json:"count"`
}

// Shifts is the shift table of one item, ascending by Shift, each Shift once; the
// functions below do not mind an unordered or repeating one.
type Shifts []ShiftCount

// N is the number of pairs: people who answered in both rounds.
func (s Shifts) N() int {
	n := 0
	for _, c := range s {
		n += c.Count
	}
	return n
}

// Same is the number of people who gave the same value again.
func (s Shifts) Same() int {
	n := 0
	for _, c := range s {
		if c.Shift == 0 {
			n += c.Count
		}
	}
	return n
}

// Unchanged is the share of people who gave the same value again, same/pairs.
// Undefined without pairs.
func Unchanged(s Shifts) Value { return Share(s.Same(), s.N()) }

// Differences counts after − before of the same people into a shift table.
// Slices of unequal length give nil.
func Differences(before, after []int) Shifts {
	if len(before) != len(after) {
		return nil
	}
	counts := make(map[int]int)
	for i := range before {
		counts[after[i]-before[i]]++
	}
	s := make(Shifts, 0, len(counts))
	for d, c := range counts {
		s = append(s, ShiftCount{Shift: d, Count: c})
	}
	slices.SortFunc(s, func(a, b ShiftCount) int { return cmp.Compare(a.Shift, b.Shift) })
	return s
}

// Scheibe is the change of a distribution between two rounds, ½ Σ|p2 − p1| over
// shares: the part of the panel that would have to move to turn one histogram
// into the other. Each histogram is over its own respondents. Undefined when
// either is empty or their scales differ in length.
// Source: Scheibe, Skutsch & Schofer 1975, in Linstone & Turoff, The Delphi
// Method, ch. IV.C.
func Scheibe(before, after []int) Value {
	sum, n1, n2, ok := moved(before, after)
	if !ok {
		return Undefined
	}
	return Of(float64(sum) / (2 * float64(n1) * float64(n2)))
}

// ScheibeBelow tells whether Scheibe is strictly below permille ‰, in integers.
// False where Scheibe is Undefined.
func ScheibeBelow(before, after []int, permille int) bool {
	sum, n1, n2, ok := moved(before, after)
	if !ok || permille < 0 {
		return false
	}
	// 1000·sum < permille·2·n1·n2; in 128 bits, for panels of any size.
	lh, ll := bits.Mul64(1000, sum)
	rh, rl := bits.Mul64(uint64(permille), 2*uint64(n1)*uint64(n2))
	return lh < rh || lh == rh && ll < rl
}

// moved is Σ|c2·n1 − c1·n2|, the numerator of Scheibe over 2·n1·n2.
func moved(before, after []int) (sum uint64, n1, n2 int, ok bool) {
	n1, ok1 := Total(before)
	n2, ok2 := Total(after)
	if !ok1 || !ok2 || len(before) != len(after) {
		return 0, 0, 0, false
	}
	for i := range before {
		d := after[i]*n1 - before[i]*n2
		if d < 0 {
			d = -d
		}
		sum += uint64(d)
	}
	return sum, n1, n2, true
}

// SignTest is the exact two-sided test that as many people moved up as down.
type SignTest struct {
	Up, Down, Same int
	P              Value // min(1, 2·P(X ≤ min(up, down))), X binomial(up+down, ½); 1 when nobody moved
}

// Sign counts the directions of a shift table and tests them. P is Undefined
// without pairs. Source: Dixon & Mood, JASA 1946;41:557–566.
func Sign(s Shifts) SignTest {
	var t SignTest
	for _, c := range s {
		switch {
		case c.Shift > 0:
			t.Up += c.Count
		case c.Shift < 0:
			t.Down += c.Count
		default:
			t.Same += c.Count
		}
	}
	if s.N() > 0 {
		t.P = half(t.Up, t.Up+t.Down)
	}
	return t
}

// Zeros says what the signed-rank test does with people who did not move.
type Zeros int

// The three treatments of zeros.
const (
	Drop  Zeros = iota // left out before ranking (Wilcoxon 1945)
	Pratt              // ranked, then left out (Pratt 1959)
	Split              // ranked, half their ranks given to each side
)

// Ranks is the outcome of a signed-rank test.
type Ranks struct {
	N       int   // pairs
	NonZero int   // pairs that moved
	W       Value // sum of the ranks of those who moved up (V⁺)
	Down    Value // sum of the ranks of those who moved down; with Split both hold half the zeros'
	Z       Value // (W − mean)/sd, without continuity correction
	P       Value // two-sided, from the normal approximation
	Exact   Value // two-sided, by enumeration; Undefined beyond 25 who moved
	GateP   Value // what the gate reads: Exact where it exists, else P
	R       Value // effect |z|/√(pairs that moved): reported
	GateR   Value // effect |z|/√(all pairs): what the gate reads
}

// Min is the smaller rank sum, the T that many tables print.
func (r Ranks) Min() Value {
	w, ok := r.W.Float()
	if !ok {
		return Undefined
	}
	return Of(min(w, r.Down.Or(w)))
}

// Option changes how a signed-rank test is computed.
type Option func(*ranking)

// Continuity takes ½ off |W − mean| in P. The gate runs without it; R's
// wilcox.test runs with it.
func Continuity() Option { return func(r *ranking) { r.continuity = 0.5 } }

type ranking struct{ continuity float64 }

// exactLimit is up to how many moved pairs the exact p is enumerated.
const exactLimit = 25

// SignedRank is Wilcoxon's signed-rank test of a shift table, with average ranks
// and the tie-corrected variance:
//
//	Drop   mean m(m+1)/4, variance m(m+1)(2m+1)/24 over the m who moved
//	Pratt  the same over all n pairs, less z(z+1)/4 and z(z+1)(2z+1)/24 for the z zeros
//	Split  over all n pairs; the zeros are one group of ties
//
// each variance less Σ(t³−t)/48 over groups of ties. The exact p enumerates the
// signs of the tied ranks. Z, P and the effects are Undefined where the variance
// is 0: nobody moved (except with Split, where z = 0); a gate that meets Undefined
// while N > 0 has met no shift. Sources: Wilcoxon, Biometrics 1945;1:80–83; Pratt, JASA 1959;54:655–667; Cureton, JASA
// 1967;62:1068–1069.
//
// The gate reads GateP and GateR: |z|/√(moved) would call a panel of 2,000
// unstable when 8 people move by one point.
func SignedRank(s Shifts, zeros Zeros, options ...Option) Ranks {
	moves := make([]move, 0, len(s))
	for _, c := range s {
		moves = append(moves, move{by: float64(c.Shift), n: c.Count})
	}
	return signedRank(moves, zeros, options...)
}

// SignedRankOf is SignedRank of raw differences that need not be whole numbers.
func SignedRankOf(differences []float64, zeros Zeros, options ...Option) Ranks {
	d := Raw(differences)
	moves := make([]move, 0, len(d.Score))
	for i, x := range d.Score {
		moves = append(moves, move{by: x, n: d.Count[i]})
	}
	return signedRank(moves, zeros, options...)
}

// move is n people who moved by the same distance.
type move struct {
	by float64
	n  int
}

// group is one distance |shift| with the people who moved that far.
type group struct {
	far      float64
	up, down int
	rank     float64 // average rank of its members
}

func signedRank(moves []move, zeros Zeros, options ...Option) Ranks {
	var o ranking
	for _, f := range options {
		f(&o)
	}
	groups, still, moved := distances(moves)
	out := Ranks{N: still + moved, NonZero: moved}
	if out.N == 0 || moved < 0 || still < 0 {
		return out
	}
	below := 0 // ranked below the first who moved
	if zeros != Drop {
		below = still
	}
	var up, down, ties float64
	for i := range groups {
		g := &groups[i]
		t := g.up + g.down
		g.rank = float64(below) + float64(t+1)/2
		below += t
		up += g.rank * float64(g.up)
		down += g.rank * float64(g.down)
		ties += cube(t)
	}
	ranked := float64(below)
	mean := ranked * (ranked + 1) / 4
	variance := ranked * (ranked + 1) * (2*ranked + 1) / 24
	z := float64(still)
	switch zeros {
	case Pratt:
		mean -= z * (z + 1) / 4
		variance -= z * (z + 1) * (2*z + 1) / 24
	case Split:
		up += z * (z + 1) / 4
		down += z * (z + 1) / 4
		ties += cube(still)
	}
	variance -= ties / 48
	out.W, out.Down = Of(up), Of(down)
	if moved > 0 && moved <= exactLimit {
		out.Exact = enumerate(groups)
	}
	if variance > 0 {
		sd := math.Sqrt(variance)
		out.Z = Of((up - mean) / sd)
		out.P = Of(TwoSided(max(0, math.Abs(up-mean)-o.continuity) / sd))
		out.R = out.Z.Abs().Over(Of(math.Sqrt(float64(moved))))
		out.GateR = out.Z.Abs().Over(Of(math.Sqrt(float64(out.N))))
	}
	out.GateP = out.Exact
	if !out.GateP.Defined() {
		out.GateP = out.P
	}
	return out
}

// cube is t³ − t, the weight of a group of t ties in every rank variance.
func cube(t int) float64 {
	x := float64(t)
	return x*x*x - x
}

// distances groups moves by how far they went, nearest first, and counts those
// who stayed and those who moved.
func distances(moves []move) (groups []group, still, moved int) {
	at := make(map[float64]*group)
	for _, m := range moves {
		if m.n < 0 {
			return nil, -1, -1
		}
		if m.by == 0 {
			still += m.n
			continue
		}
		if m.n == 0 {
			continue
		}
		moved += m.n
		far := math.Abs(m.by)
		g := at[far]
		if g == nil {
			g = &group{far: far}
			at[far] = g
		}
		if m.by > 0 {
			g.up += m.n
		} else {
			g.down += m.n
		}
	}
	for _, g := range at {
		groups = append(groups, *g)
	}
	slices.SortFunc(groups, func(a, b group) int { return cmp.Compare(a.far, b.far) })
	return groups, still, moved
}

// enumerate is the exact two-sided p: the part of the 2^m ways to give signs to
// the m ranks whose sum lies at least as far from its mean as the one seen.
func enumerate(groups []group) Value {
	// Average ranks are halves: doubled they are integers, and so are the sums.
	sum, seen := 0, 0
	for _, g := range groups {
		r := int(2 * g.rank)
		sum += r * (g.up + g.down)
		seen += r * g.up
	}
	ways := make([]uint64, sum+1)
	ways[0] = 1
	top := 0
	for _, g := range groups {
		r := int(2 * g.rank)
		for range g.up + g.down {
			top += r
			for v := top; v >= r; v-- {
				ways[v] += ways[v-r]
			}
		}
	}
	distance := func(v int) int { return max(2*v-sum, sum-2*v) }
	var far, all uint64
	for v, w := range ways {
		all += w
		if distance(v) >= distance(seen) {
			far += w
		}
	}
	return Of(float64(far) / float64(all))
}
