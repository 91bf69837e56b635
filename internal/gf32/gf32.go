// Package gf32 computes check symbols over the field of 32 elements. It exists so that the
// codes which people copy by hand, held codes and invitations, find typing errors alike.
package gf32

// Check is a sum over GF(32) with a weight for each place, and the part's own number: of up
// to 30 symbols below 32 any one wrong symbol and any two exchanged change it, and so do any
// two parts exchanged.
func Check(part byte, symbols ...byte) byte {
	sum, weight := times(part, 29), byte(2)
	for _, s := range symbols {
		sum ^= times(weight, s)
		weight = times(weight, 2)
	}
	return sum
}

// times multiplies in GF(32) modulo x⁵ + x² + 1.
func times(a, b byte) byte {
	var p byte
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			p ^= a
		}
		if a <<= 1; a&32 != 0 {
			a ^= 0b100101
		}
	}
	return p
}
