package resample

import (
	"encoding/binary"
	"math/bits"
)

// xoshiro is the generator xoshiro256++: its state is a seed read as four big-endian
// 64-bit numbers. It costs a hundredth of a hash, which a bootstrap needs, and any
// language has it in ten lines. Source: Blackman & Vigna, ACM Transactions on
// Mathematical Software 2021;47(4):36.
type xoshiro struct{ a, b, c, d uint64 }

func newXoshiro(seed [32]byte) *xoshiro {
	word := func(i int) uint64 { return binary.BigEndian.Uint64(seed[8*i:]) }
	x := &xoshiro{word(0), word(1), word(2), word(3)}
	if *x == (xoshiro{}) {
		x.d = 1 // a state of zeros gives zeros for ever
	}
	return x
}

func (x *xoshiro) word() uint64 {
	out := bits.RotateLeft64(x.a+x.d, 23) + x.a
	t := x.b << 17
	x.c ^= x.a
	x.d ^= x.b
	x.b ^= x.c
	x.a ^= x.d
	x.c ^= t
	x.d = bits.RotateLeft64(x.d, 45)
	return out
}

// uniform is the next number in [0, 1): the top 53 bits of a word.
func (x *xoshiro) uniform() float64 { return float64(x.word()>>11) / (1 << 53) }

// pair is the next word as two numbers in (0, 1), of 32 bits and a half each: the
// upper ones first.
func (x *xoshiro) pair() (u, v float64) {
	w := x.word()
	return (float64(w>>32) + 0.5) / (1 << 32), (float64(w&(1<<32-1)) + 0.5) / (1 << 32)
}

// draw calls each with n whole numbers below n, every one as likely as another: the
// halves of a word, the upper one first, each times n over 2³², are cut, and a half
// whose product leaves less than 2³² mod n is passed over. Source: Lemire, ACM
// Transactions on Modeling and Computer Simulation 2019;29(1):3.
func (x *xoshiro) draw(n uint32, each []int32, into []int) {
	unfair := -n % n
	own := *x // in registers
	for left := n; left > 0; {
		w := own.word()
		if m := (w >> 32) * uint64(n); uint32(m) >= unfair {
			into[each[m>>32]]++
			left--
		}
		if left == 0 {
			break
		}
		if m := (w & (1<<32 - 1)) * uint64(n); uint32(m) >= unfair {
			into[each[m>>32]]++
			left--
		}
	}
	*x = own
}
