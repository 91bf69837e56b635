package resample

import (
	"crypto/sha256"
	"encoding/binary"
	"math"

	"delfi/internal/delphi/stat"
)

// Draws is how many tables a Monte-Carlo p is made of.
const Draws = 20_000

// Generator names what the draws come from, for the version of the rule that a
// report prints: block i is SHA-256(seed ‖ i as 8 bytes, big-endian), read as four
// big-endian 64-bit numbers, each cut to its top 53 bits over 2⁵³; a table is
// drawn cell by cell, row by row, as Patefield does, each cell hypergeometric by
// inversion from its mode outwards, upwards first.
const Generator = "sha256-counter/patefield-inversion/1"

// Seed is SHA-256 over the round's Merkle root, the item and the measure, each
// preceded by its length in 8 bytes: nobody can shop for a seed that suits, and
// anyone can repeat the draw.
func Seed(root []byte, item, measure string) [32]byte {
	h := sha256.New()
	for _, part := range [][]byte{root, []byte(item), []byte(measure)} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:]) // a hash never fails
		h.Write(part)
	}
	return [32]byte(h.Sum(nil))
}

// stream is an endless sequence of numbers in [0, 1) from a seed.
type stream struct {
	block [40]byte // seed ‖ counter
	ready [32]byte
	used  int
	next  uint64
}

func newStream(seed [32]byte) *stream {
	s := &stream{used: 32}
	copy(s.block[:], seed[:])
	return s
}

// uniform is the next number.
func (s *stream) uniform() float64 {
	if s.used == len(s.ready) {
		binary.BigEndian.PutUint64(s.block[32:], s.next)
		s.ready = sha256.Sum256(s.block[:])
		s.next++
		s.used = 0
	}
	x := binary.BigEndian.Uint64(s.ready[s.used:])
	s.used += 8
	return float64(x>>11) / (1 << 53)
}

// MonteCarlo is the p of ChiSquare without the χ² distribution, for tables with
// expected counts below 5: of Draws tables with the same margins, drawn from seed,
// the share whose χ² is at least the one seen, the table seen counted in,
// (1+b)/(1+Draws). Undefined where ChiSquare is. Its cost grows with the square
// root of the number of people. Sources: Patefield, Applied Statistics
// 1981;30:91–97; Davison & Hinkley, Bootstrap Methods, §4.2.
func MonteCarlo(t [][]int, seed [32]byte) stat.Value {
	t = stat.Crowded(t)
	rows, cols, n, ok := stat.Sums(t)
	if !ok || len(rows) < 2 || len(cols) < 2 {
		return stat.Undefined
	}
	// With the margins fixed χ² is n·(Σ O²/(r·c) − 1): only the sum varies.
	spread := func(t [][]int) float64 {
		sum := 0.0
		for i, row := range t {
			for j, c := range row {
				sum += float64(c) * float64(c) / float64(rows[i]) / float64(cols[j])
			}
		}
		return sum
	}
	// Tables that tie in exact arithmetic must tie in floats as well.
	limit := spread(t)
	limit -= 1e-12 * limit
	logs := logFactorials(n)
	s := newStream(seed)
	drawn := make([][]int, len(rows))
	for i := range drawn {
		drawn[i] = make([]int, len(cols))
	}
	left := make([]int, len(cols))
	far := 0
	for range Draws {
		copy(left, cols)
		people := n
		for i, r := range rows {
			rest, room := people, r // people in the columns from j on; places in the row
			for j := range cols {
				c := s.hypergeometric(room, left[j], rest, logs)
				drawn[i][j] = c
				rest -= left[j]
				left[j] -= c
				room -= c
			}
			people -= r
		}
		if spread(drawn) >= limit {
			far++
		}
	}
	return stat.Of(float64(1+far) / float64(1+Draws))
}

// logFactorials gives log 0! … log n!.
func logFactorials(n int) []float64 {
	out := make([]float64, n+1)
	for i := 2; i <= n; i++ {
		out[i] = out[i-1] + math.Log(float64(i))
	}
	return out
}

// hypergeometric draws how many of k places go to the marked ones among n people.
func (s *stream) hypergeometric(k, marked, n int, logs []float64) int {
	lo, hi := max(0, k+marked-n), min(k, marked)
	if lo == hi {
		return lo // nothing to draw, and no number is used up
	}
	mode := min(max(int(float64(k+1)*float64(marked+1)/float64(n+2)), lo), hi)
	p := math.Exp(logs[marked] - logs[mode] - logs[marked-mode] +
		logs[n-marked] - logs[k-mode] - logs[n-marked-k+mode] -
		logs[n] + logs[k] + logs[n-k])
	u := s.uniform() - p
	if u < 0 {
		return mode
	}
	// From the mode outwards, one step up and one step down in turn: the sum of
	// probabilities passed reaches u in about as many steps as the spread is wide.
	up, down, x, y := p, p, mode, mode
	for x < hi || y > lo {
		if x < hi {
			up *= float64(marked-x) * float64(k-x) / (float64(x+1) * float64(n-marked-k+x+1))
			x++
			if u -= up; u < 0 {
				return x
			}
		}
		if y > lo {
			down *= float64(y) * float64(n-marked-k+y) / (float64(marked-y+1) * float64(k-y+1))
			y--
			if u -= down; u < 0 {
				return y
			}
		}
	}
	return mode // what rounding left over of the whole probability
}
