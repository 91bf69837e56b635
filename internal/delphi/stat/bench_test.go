package stat

import "testing"

// crowd is 100,000 people on nine points, their shifts and their table.
var (
	crowd  = []int{6000, 0, 13000, 18000, 22000, 19000, 16000, 4000, 2000}
	moved9 = Shifts{{-4, 100}, {-3, 900}, {-2, 4000}, {-1, 10000}, {0, 68000}, {1, 11000}, {2, 5000}, {3, 900}, {4, 100}}
)

// BenchmarkItem computes every measure of one item's histogram and shift table.
// Its cost is that of the scale: the crowd does not appear in it.
func BenchmarkItem(b *testing.B) {
	for b.Loop() {
		for _, f := range shape {
			f(crowd)
		}
		d := Points(crowd)
		d.Mean()
		d.CV()
		d.CQV(7)
		d.RelativeIQR(7)
		Median(crowd, 7)
		IQR(crowd, 7)
		Wilson(Window(crowd, 7, 9), N(crowd), Z95)
		Ram(crowd)
		Homogeneity(crowd, crowd)
		Scheibe(crowd, crowd)
		Unchanged(moved9)
		Sign(moved9)
		SignedRank(moved9, Pratt)
	}
}

// BenchmarkTable computes every measure of a table of pairs over three classes.
func BenchmarkTable(b *testing.B) {
	t := [][]int{{20000, 3000, 1000}, {4000, 30000, 5000}, {500, 6000, 30500}}
	for b.Loop() {
		ChiSquare(t)
		Kappa(t, Linear)
		Kappa(t, Quadratic)
		Spearman(t)
		TauB(t)
		Lambda(t)
		Bowker(t)
		StuartMaxwell(t)
	}
}

// BenchmarkMonteCarlo draws 20,000 tables of two rounds of 1,000 people.
func BenchmarkMonteCarlo(b *testing.B) {
	t := [][]int{{1, 9, 90, 200, 300, 200, 150, 48, 2}, {3, 7, 80, 220, 310, 190, 140, 46, 4}}
	for b.Loop() {
		MonteCarlo(t, [32]byte{})
	}
}

// BenchmarkConcordance ranks ten items by rank sums, however many ranked them.
func BenchmarkConcordance(b *testing.B) {
	sums := []float64{310000, 420000, 480000, 530000, 560000, 580000, 600000, 650000, 670000, 700000}
	for b.Loop() {
		KendallSums(sums, 100000, 0)
	}
}

// BenchmarkKendallExact walks the largest permutation p that is walked.
func BenchmarkKendallExact(b *testing.B) {
	for _, c := range []struct {
		name   string
		sums   []float64
		raters int
	}{
		{"4x8", []float64{10, 18, 22, 30}, 8},
		{"5x4", []float64{5, 9, 12, 14, 20}, 4},
		{"3x15", []float64{20, 30, 40}, 15},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				KendallExact(c.sums, c.raters)
			}
		})
	}
}

// BenchmarkBootstrap draws the intervals of one item: of its histogram and of its
// table of pairs.
func BenchmarkBootstrap(b *testing.B) {
	table := make([][]int, 9)
	for i := range table {
		table[i] = make([]int, 9)
		for j := range table[i] {
			table[i][j] = 1000 >> max(i-j, j-i)
		}
	}
	b.Run("histogram", func(b *testing.B) {
		for b.Loop() {
			Bootstrap(crowd, [32]byte{}, 2, figuresOf)
		}
	})
	b.Run("table", func(b *testing.B) {
		for b.Loop() {
			BootstrapKappa(table, [32]byte{})
		}
	})
}
