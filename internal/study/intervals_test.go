package study_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
	"delfi/internal/delphi/stat/resample"
	"delfi/internal/study"
)

func figures(m study.Measures) map[string]stat.Value {
	out := map[string]stat.Value{}
	for _, f := range m {
		out[f.Name] = f.Value
	}
	return out
}

// Every interval holds its figure, the same seed gives the same intervals whatever
// the order of rows, and another seed gives others.
func TestIntervals(t *testing.T) {
	list := rows()
	measure := func(list []string, seed string) study.Result {
		s, err := read(header+strings.Join(list, "\n"), plain)
		if err != nil {
			t.Fatal(err)
		}
		s.Seed = seed
		return drawn(t, s)
	}
	r := measure(list, "")
	if r.Seed != study.DefaultSeed || r.Resampler != resample.Resampler {
		t.Errorf("seed %q, resampler %q", r.Seed, r.Resampler)
	}
	holds := func(what string, m study.Measures, intervals study.Intervals, want ...string) {
		var got []string
		for _, n := range intervals {
			got = append(got, n.Measure)
			v, low, high := figures(m)[n.Measure].Or(math.NaN()), n.Low.Or(math.NaN()), n.High.Or(math.NaN())
			if !(low <= v && v <= high) || n.Draws != resample.Resamples || len(n.Seed) != 64 {
				t.Errorf("%s: %s %v in %+v", what, n.Measure, v, n)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: intervals of %v, want %v", what, got, want)
		}
	}
	for _, it := range r.Items {
		holds(it.Item, it.Rounds[0].Measures, it.Rounds[0].Intervals, "median", "agreement")
		holds(it.Item, it.Rounds[1].Measures, it.Rounds[1].Intervals, "median", "agreement", "kappa_linear", "kappa_quadratic")
	}
	holds("round 1", r.Rounds[0].Measures, r.Rounds[0].Intervals, "krippendorff_nominal", "krippendorff_ordinal", "krippendorff_interval")
	rand.New(rand.NewSource(1)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	if asJSON(t, r) != asJSON(t, measure(list, study.DefaultSeed)) {
		t.Error("the order of rows changes an interval")
	}
	other := measure(list, "another")
	if a, b := r.Items[0].Rounds[0].Intervals[1], other.Items[0].Rounds[0].Intervals[1]; a.Seed == b.Seed || *a == *b {
		t.Errorf("two seeds: %+v %+v", a, b)
	}
	// Anybody repeats an interval from the words of the seed.
	row := r.Items[3].Rounds[1]
	seed := resample.Seed([]byte("delfi measure"), r.Items[3].Item, "histogram/2")
	again := resample.Bootstrap(row.Counts, seed, 1, func(h []int, out []stat.Value) { out[0] = stat.Agreement(h) })[0]
	if n, ok := row.Intervals.Of("agreement"); !ok || n.Low != again.Low || n.High != again.High || n.Seed != hex.EncodeToString(seed[:]) {
		t.Errorf("%+v, again %+v", n, again)
	}
}

// An interval of the median is told in the study's own values.
func TestIntervalsOnTheStudysOwnScale(t *testing.T) {
	intervals := func(from int) [2]float64 {
		text := header
		for p := range 25 {
			text += fmt.Sprintf("1,p%d,,i,%d\n", p, from+p%7)
		}
		o := plain
		o.Scales = []string{fmt.Sprintf("%d-%d", from, from+8)}
		s, err := read(text, o)
		if err != nil {
			t.Fatal(err)
		}
		n, _ := drawn(t, s).Items[0].Rounds[0].Intervals.Of("median")
		return [2]float64{n.Low.Or(math.NaN()), n.High.Or(math.NaN())}
	}
	one, zero := intervals(1), intervals(0)
	if one[0]-1 != zero[0] || one[1]-1 != zero[1] || !(one[0] < one[1]) {
		t.Errorf("from 1: %v, from 0: %v", one, zero)
	}
}

// κ, ρ, τ-b, λ, Bowker's and Stuart and Maxwell's tests are over the points of the
// scale where the answers lie at hand, over its classes where only what a
// consultation publishes is measured.
func TestPairsByPoint(t *testing.T) {
	r := rand.New(rand.NewSource(9))
	var before, after []int
	text := header
	for p := range 150 {
		b := 1 + r.Intn(9)
		a := min(9, max(1, b+r.Intn(5)-2))
		before, after = append(before, b), append(after, a)
		text += fmt.Sprintf("1,p%d,,i,%d\n2,p%d,,i,%d\n", p, b, p, a)
	}
	points := stat.Cross(before, after, []int{1, 2, 3, 4, 5, 6, 7, 8, 9})
	class := func(x []int) (out []int) {
		for _, v := range x {
			out = append(out, (v-1)/3)
		}
		return out
	}
	classes := stat.Cross(class(before), class(after), []int{0, 1, 2})
	for disclose, table := range map[bool][][]int{false: points, true: classes} {
		o := plain
		o.Disclose = disclose
		s, err := read(text, o)
		if err != nil {
			t.Fatal(err)
		}
		result := drawn(t, s)
		row := result.Items[0].Rounds[1]
		got := figures(row.Measures)
		for name, want := range map[string]stat.Value{
			"kappa_linear": reliability.Kappa(table, reliability.Linear).Kappa, "kappa_quadratic": reliability.Kappa(table, reliability.Quadratic).Kappa,
			"spearman": stat.Spearman(table).R, "tau_b": stat.TauB(table).R, "lambda": stat.Lambda(table),
			"bowker_p": stat.Bowker(table).P, "stuart_maxwell_p": stat.StuartMaxwell(table).P, "chaffin_talley_chi2": stat.ChiSquare(table).Chi2,
		} {
			if got[name] != want {
				t.Errorf("disclose %t: %s %s, want %s", disclose, name, got[name], want)
			}
		}
		if n, ok := row.Intervals.Of("kappa_linear"); !ok || n.Low.Or(9) > got["kappa_linear"].Or(-9) || n.High.Or(-9) < got["kappa_linear"].Or(9) {
			t.Errorf("disclose %t: %+v", disclose, n)
		}
		if result.Disclosed != disclose {
			t.Errorf("disclosed: %t", result.Disclosed)
		}
	}
}

// W of a ranking has an interval from the distinct rankings; its list shares it.
func TestIntervalOfW(t *testing.T) {
	text := "panelist,a,b,c,d\n"
	for p := range 12 {
		text += fmt.Sprintf("p%d,%s\n", p, []string{"1,2,3,4", "2,1,3,4", "1,3,2,4", "4,1,2,3"}[p%4])
	}
	o := plain
	o.Scales, o.Kinds = nil, []string{"ranking"}
	s, err := read(text, o)
	if err != nil {
		t.Fatal(err)
	}
	r := drawn(t, s)
	want := resample.BootstrapW([][]float64{{1, 2, 3, 4}, {1, 3, 2, 4}, {2, 1, 3, 4}, {4, 1, 2, 3}}, []int{3, 3, 3, 3},
		resample.Seed([]byte(study.DefaultSeed), "a, b, c, d", "rankings/1"))
	for _, it := range r.Items {
		if n, ok := it.Rounds[0].Intervals.Of("w"); !ok || n.Low != want.Low || n.High != want.High {
			t.Errorf("%s: %+v, want %+v", it.Item, n, want)
		}
	}
}

// Content validity and Gwet's coefficients stand beside the others; four points ask
// for 3 and 4 whatever the rule's window is.
func TestContentValidity(t *testing.T) {
	text := header
	for p := range 8 {
		for i, v := range []int{4, 3 + p%2, []int{4, 2}[min(1, p/7)], 1 + p%4} {
			text += fmt.Sprintf("1,p%d,,q%d,%d\n", p, i+1, v)
		}
	}
	o := plain
	o.Scales, o.Rules = []string{"1-4"}, []string{"share:4>=75"}
	r := csv(t, text, o)
	for i, want := range []string{"1 1 1 0.75", "1 1 0 0.75", "0.875 0.871 0.75 0.75", "0.5 0.312 -0.5 0.75"} {
		m := figures(r.Items[i].Rounds[0].Measures)
		got := ""
		for _, name := range []string{"icvi", "icvi_kappa", "cvr", "cvr_critical"} {
			got += fmt.Sprintf(" %.3g", m[name].Or(math.NaN()))
		}
		if strings.TrimSpace(got) != want {
			t.Errorf("q%d:%s, want %s", i+1, got, want)
		}
	}
	m := figures(r.Rounds[0].Measures)
	var units [][]int
	for _, it := range r.Items {
		units = append(units, it.Rounds[0].Counts)
	}
	if m["scvi_ave"] != stat.Of((1+1+0.875+0.5)/4) || m["scvi_ua"] != stat.Of(0.5) || m["ac2_quadratic"] != reliability.Gwet(units, reliability.Quadratic).Value {
		t.Errorf("%v", m)
	}
}

// Without intervals there are none, and the JSON says so.
func TestNoIntervals(t *testing.T) {
	r := csv(t, header+strings.Join(rows(), "\n"), plain)
	var got struct {
		Seed  string
		Items []struct {
			Rounds []struct{ Intervals map[string]any }
		}
	}
	if err := json.Unmarshal([]byte(asJSON(t, r)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Seed != "" || got.Items[0].Rounds[0].Intervals == nil || len(got.Items[0].Rounds[0].Intervals) > 0 {
		t.Errorf("%+v", got)
	}
}
