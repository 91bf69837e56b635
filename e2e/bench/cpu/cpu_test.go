package cpu_test

import (
	"testing"

	"github.com/google/pprof/profile"

	"delfi/e2e/bench/cpu"
)

func TestAProfileTellsWhatHashesAndSorts(t *testing.T) {
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}}}
	sample := func(ns int64, stack ...[]string) {
		s := &profile.Sample{Value: []int64{1, ns}}
		for _, inlined := range stack {
			l := &profile.Location{}
			for _, name := range inlined {
				l.Line = append(l.Line, profile.Line{Function: &profile.Function{Name: name}})
			}
			s.Location = append(s.Location, l)
		}
		p.Sample = append(p.Sample, s)
	}
	sample(30, []string{"crypto/internal/fips140/sha256.blockSHANI"}, []string{"delfi/internal/ledger/leaf.(*hasher).end"})
	sample(20, []string{"cmp.Compare[go.shape.uint64]", "slices.SortFunc[go.shape.int]"}, []string{"delfi/internal/ledger/leaf.(*Builder).Build"})
	sample(10, []string{"runtime.memmove"}, []string{"delfi/internal/ledger/leaf.(*Builder).sort"})
	sample(25, []string{"crypto/internal/fips140/aes/gcm.gcmAesDec"})
	sample(15, []string{"slices.Grow[go.shape.int]"}, []string{"runtime.sortOfThing"})
	part, all, err := cpu.Share(p, cpu.HashingOrSorting)
	if err != nil || part != 0.6 || all != 100 {
		t.Errorf("%v of %v, %v", part, all, err)
	}
	for _, empty := range []*profile.Profile{{}, {SampleType: p.SampleType}} {
		if _, _, err := cpu.Share(empty, cpu.HashingOrSorting); err == nil {
			t.Error("a share of nothing was told")
		}
	}
}
