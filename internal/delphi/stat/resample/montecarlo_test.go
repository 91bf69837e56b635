package resample

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"testing"

	"delfi/internal/delphi/stat"
)

// TestSeed: the seed is what the doc comment says, so that anyone can form it
// with a hash tool; lengths keep "ab"+"c" and "a"+"bc" apart.
func TestSeed(t *testing.T) {
	want := sha256.Sum256([]byte("\x00\x00\x00\x00\x00\x00\x00\x02\xca\xfe" +
		"\x00\x00\x00\x00\x00\x00\x00\x02i7" + "\x00\x00\x00\x00\x00\x00\x00\x04chi2"))
	if got := Seed([]byte{0xca, 0xfe}, "i7", "chi2"); got != want {
		t.Errorf("seed %s, want %s", hex.EncodeToString(got[:]), hex.EncodeToString(want[:]))
	}
	if Seed(nil, "ab", "c") == Seed(nil, "a", "bc") {
		t.Error("two names give one seed")
	}
}

// TestStream: the numbers are those of the named generator.
func TestStream(t *testing.T) {
	seed := Seed([]byte("root"), "item", "measure")
	s := newStream(seed)
	for i := range 9 {
		block := sha256.Sum256(binary.BigEndian.AppendUint64(append([]byte(nil), seed[:]...), uint64(i/4)))
		x := binary.BigEndian.Uint64(block[8*(i%4):])
		if got, want := s.uniform(), float64(x/2048)/math.Pow(2, 53); got != want {
			t.Fatalf("number %d is %v, want %v", i, got, want)
		}
	}
}

// TestHypergeometric compares 40,000 draws with the probabilities C(k..)/C(n..).
func TestHypergeometric(t *testing.T) {
	choose := func(n, k int) float64 {
		if k < 0 || k > n {
			return 0
		}
		c := 1.0
		for i := range k {
			c = c * float64(n-i) / float64(i+1)
		}
		return math.Round(c)
	}
	for _, c := range []struct{ k, marked, n int }{{5, 4, 12}, {10, 3, 11}, {1, 1, 2}, {6, 6, 12}, {9, 20, 30}} {
		s := newStream(Seed([]byte{byte(c.k), byte(c.marked)}, "", ""))
		logs := logFactorials(c.n)
		const draws = 40_000
		seen := make([]float64, c.k+1)
		for range draws {
			seen[s.hypergeometric(c.k, c.marked, c.n, logs)]++
		}
		for x, got := range seen {
			p := choose(c.marked, x) * choose(c.n-c.marked, c.k-x) / choose(c.n, c.k)
			if off := math.Abs(got - draws*p); off > 5*math.Sqrt(draws*p*(1-p)) {
				t.Errorf("%+v: %d came %v times, expected %.0f", c, x, got, draws*p)
			}
		}
	}
}

// TestMonteCarlo holds the draws against the exact permutation p: all ways to deal
// the later answers out to the people.
func TestMonteCarlo(t *testing.T) {
	for _, table := range [][][]int{
		{{3, 1}, {1, 3}},
		{{2, 1, 0}, {0, 2, 1}, {1, 0, 2}},
		{{4, 0, 0}, {0, 3, 1}},
		{{0, 0, 0}, {3, 1, 0}, {0, 3, 0}},
	} {
		var a, b []int
		for i, row := range table {
			for j, c := range row {
				for range c {
					a, b = append(a, i), append(b, j)
				}
			}
		}
		limit := stat.ChiSquare(table).Chi2.Or(math.NaN()) - 1e-9
		far, all := 0, 0
		var deal func(at int)
		deal = func(at int) {
			if at == len(b) {
				all++
				if stat.ChiSquare(stat.Cross(a, b, []int{0, 1, 2})).Chi2.Or(0) >= limit {
					far++
				}
				return
			}
			used := map[int]bool{} // like answers are exchangeable: deal each once
			for i := at; i < len(b); i++ {
				if used[b[i]] {
					continue
				}
				used[b[i]] = true
				b[at], b[i] = b[i], b[at]
				deal(at + 1)
				b[at], b[i] = b[i], b[at]
			}
		}
		deal(0)
		exact := float64(far) / float64(all)
		seed := Seed([]byte("root"), "item", "chi2")
		got := MonteCarlo(table, seed)
		if off := math.Abs(got.Or(math.NaN()) - exact); !(off < 4*math.Sqrt(exact*(1-exact)/Draws)+1.0/Draws) {
			t.Errorf("%v: drawn p %v, exact %v", table, got, exact)
		}
		if !MonteCarlo(table, seed).Equal(got) {
			t.Errorf("%v: the same seed gave another p", table)
		}
	}
	if MonteCarlo([][]int{{5, 5}}, [32]byte{}).Defined() || MonteCarlo(nil, [32]byte{}).Defined() {
		t.Error("a p where there is no test")
	}
	// The figure itself is part of the rule's version: a change here needs a new
	// Generator.
	if got := MonteCarlo([][]int{{3, 1, 2}, {1, 3, 4}}, Seed([]byte("root"), "item", "chi2")); !got.Equal(golden) {
		t.Errorf("%s now gives %v, it gave %v", Generator, got, golden)
	}
}

// golden is a p that was drawn once and must come out again.
var golden = stat.Of(10080.0 / (1 + Draws))
