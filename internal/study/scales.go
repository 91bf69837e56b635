package study

import (
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
	"delfi/internal/delphi/stat/resample"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// agreement is how far the panel agrees over all scale items of a round, which are
// the units of each figure. Where the scale begins makes no difference to it.
func (s *Study) agreement(p *sampler, r int, c table.Closing, row *Round) {
	concord := verdict.Concord(s.whole(s.Protocol), s.Kinds, c)
	switch concord.Items {
	case 0:
		return
	case 1: // α and κ compare items: of one they are 0 and −1/(n−1), whatever was answered
		concord = verdict.Reliability{Items: 1}
	}
	row.Measures = Measures{
		{Name: "krippendorff_nominal", Value: concord.Nominal},
		{Name: "krippendorff_ordinal", Value: concord.Ordinal},
		{Name: "krippendorff_interval", Value: concord.Interval},
		{Name: "fleiss_kappa", Value: concord.Fleiss.Kappa}, {Name: "fleiss_z", Value: concord.Fleiss.Z}, {Name: "fleiss_p", Value: concord.Fleiss.P},
	}
	units := s.units(c)
	for _, g := range []struct {
		name   string
		weight reliability.Weight
	}{{"ac1", reliability.Unweighted}, {"ac2_linear", reliability.Linear}, {"ac2_quadratic", reliability.Quadratic}} {
		a := reliability.Gwet(units, g.weight)
		row.Measures = append(row.Measures, verdict.Figure{Name: g.name, Value: a.Value}, verdict.Figure{Name: g.name + "_se", Value: a.SE},
			verdict.Figure{Name: g.name + "_low", Value: a.Low}, verdict.Figure{Name: g.name + "_high", Value: a.High})
	}
	if len(units) < 2 || !concord.Ordinal.Defined() || p == nil {
		return
	}
	scores := stat.Points(units[0]).Score
	row.Intervals = p.add("", "items", s.Rounds[r], nil, func(seed [32]byte) []resample.Limits {
		return reliability.BootstrapAlpha(units, scores, seed, reliability.Nominal, reliability.Ordinal, reliability.Interval)
	}, "krippendorff_nominal", "krippendorff_ordinal", "krippendorff_interval")
}

// units are the histograms of the scale items of a round that have every point.
func (s *Study) units(c table.Closing) (out [][]int) {
	for _, item := range s.Kinds {
		k, _ := s.Protocol.Kind(item.Kind)
		if k.Kind != delphi.ScaleForm {
			continue
		}
		for _, t := range c.Tables {
			if t.ID == "A/"+item.ID && t.N > 0 && len(t.Counts) == k.Points {
				out = append(out, t.Counts)
			}
		}
	}
	return out
}

// content gives the content validity of an item in a round. Relevant are the points
// 3 and 4 of four, on other scales those of the rule's window; essential are those
// of the window.
func content(p protocol.Protocol, item delphi.Item, f verdict.Figures) (m Measures, relevant int) {
	k, _ := p.Kind(item.Kind)
	if k.Kind != delphi.ScaleForm || f.N == 0 || len(f.Histogram) != k.Points {
		return nil, 0
	}
	from, to := box(p, k)
	essential := stat.Window(f.Histogram, from, to)
	relevant = essential
	if k.Points == 4 {
		relevant = stat.Window(f.Histogram, 3, 4)
	}
	v, e := stat.ItemCVI(relevant, f.N), stat.CVR(essential, f.N)
	return Measures{
		{Name: "icvi", Value: v.Index}, {Name: "icvi_kappa", Value: v.Kappa},
		{Name: "cvr", Value: e.Ratio}, {Name: "cvr_critical", Value: e.Critical},
	}, relevant
}

// validity adds the content validity of the whole list to each round.
func validity(out *Result, relevant map[int][][2]int) {
	for i := range out.Rounds {
		row := &out.Rounds[i]
		var some, all []int
		for _, c := range relevant[row.Round] {
			some, all = append(some, c[0]), append(all, c[1])
		}
		if len(all) == 0 {
			continue
		}
		average, universal := stat.ScaleCVI(some, all)
		row.Measures = append(row.Measures, verdict.Figure{Name: "scvi_ave", Value: average}, verdict.Figure{Name: "scvi_ua", Value: universal})
	}
}
