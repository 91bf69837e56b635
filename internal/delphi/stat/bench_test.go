package stat_test

import (
	"testing"

	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
	"delfi/internal/delphi/stat/resample"
)

// crowd is 100,000 people on nine points, their shifts and their table.
var (
	crowd  = []int{6000, 0, 13000, 18000, 22000, 19000, 16000, 4000, 2000}
	moved9 = stat.Shifts{{-4, 100}, {-3, 900}, {-2, 4000}, {-1, 10000}, {0, 68000}, {1, 11000}, {2, 5000}, {3, 900}, {4, 100}}
)

// BenchmarkItem computes every measure of one item's histogram and shift table.
// Its cost is that of the scale: the crowd does not appear in it.
func BenchmarkItem(b *testing.B) {
	for b.Loop() {
		for _, f := range shape {
			f(crowd)
		}
		d := stat.Points(crowd)
		d.Mean()
		d.CV()
		d.CQV(7)
		d.RelativeIQR(7)
		stat.Median(crowd, 7)
		stat.IQR(crowd, 7)
		stat.Wilson(stat.Window(crowd, 7, 9), stat.N(crowd), stat.Z95)
		stat.Ram(crowd)
		stat.Homogeneity(crowd, crowd)
		stat.Scheibe(crowd, crowd)
		stat.Unchanged(moved9)
		stat.Sign(moved9)
		stat.SignedRank(moved9, stat.Pratt)
	}
}

// BenchmarkTable computes every measure of a table of pairs over three classes.
func BenchmarkTable(b *testing.B) {
	t := [][]int{{20000, 3000, 1000}, {4000, 30000, 5000}, {500, 6000, 30500}}
	for b.Loop() {
		stat.ChiSquare(t)
		reliability.Kappa(t, reliability.Linear)
		reliability.Kappa(t, reliability.Quadratic)
		stat.Spearman(t)
		stat.TauB(t)
		stat.Lambda(t)
		stat.Bowker(t)
		stat.StuartMaxwell(t)
	}
}

// BenchmarkMonteCarlo draws 20,000 tables of two rounds of 1,000 people.
func BenchmarkMonteCarlo(b *testing.B) {
	t := [][]int{{1, 9, 90, 200, 300, 200, 150, 48, 2}, {3, 7, 80, 220, 310, 190, 140, 46, 4}}
	for b.Loop() {
		resample.MonteCarlo(t, [32]byte{})
	}
}

// BenchmarkConcordance ranks ten items by rank sums, however many ranked them.
func BenchmarkConcordance(b *testing.B) {
	sums := []float64{310000, 420000, 480000, 530000, 560000, 580000, 600000, 650000, 670000, 700000}
	for b.Loop() {
		stat.KendallSums(sums, 100000, 0)
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
				stat.KendallExact(c.sums, c.raters)
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
			resample.Bootstrap(crowd, [32]byte{}, 2, func(h []int, out []stat.Value) { out[0], out[1] = stat.Median(h, 7), stat.Agreement(h) })
		}
	})
	b.Run("table", func(b *testing.B) {
		for b.Loop() {
			reliability.BootstrapKappa(table, [32]byte{})
		}
	})
}
