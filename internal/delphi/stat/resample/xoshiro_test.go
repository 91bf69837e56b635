package resample

import (
	"testing"

	"delfi/internal/delphi/stat"
)

// The first numbers of the state 1, 2, 3, 4 are those of the authors' own program.
func TestXoshiroIsTheirs(t *testing.T) {
	x := newXoshiro([32]byte{7: 1, 15: 2, 23: 3, 31: 4})
	for i, want := range []uint64{41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205} {
		if got := x.word(); got != want {
			t.Errorf("number %d is %d, want %d", i, got, want)
		}
	}
	if z := newXoshiro([32]byte{}); *z == (xoshiro{}) {
		t.Error("a seed of zeros gives zeros")
	}
}

// Each person is drawn as often as another, also where 2³² is no multiple of them.
func TestDrawIsFair(t *testing.T) {
	for _, n := range []int{2, 3, 7, 250} {
		x, each, seen := newXoshiro(Seed([]byte("draw"), "", "")), make([]int32, n), make([]int, n)
		for i := range each {
			each[i] = int32(i)
		}
		const samples = 20_000
		for range samples {
			x.draw(uint32(n), each, seen)
		}
		if stat.N(seen) != samples*n {
			t.Fatalf("%d draws of %d", stat.N(seen), samples*n)
		}
		off := 0.0
		for _, c := range seen {
			d := float64(c - samples)
			off += d * d / samples
		}
		if p := stat.Upper(off, n-1); p.Or(0) < 0.001 {
			t.Errorf("%d people: χ² %.1f, p %v", n, off, p)
		}
	}
}
