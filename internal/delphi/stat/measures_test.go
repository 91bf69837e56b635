package stat_test

import (
	"fmt"

	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
	"delfi/internal/delphi/stat/resample"
)

// degrees is null where there is no test.
func degrees(df int) any {
	if df == 0 {
		return nil
	}
	return df
}

func ofTest(t stat.Test) fields { return fields{"chi2": t.Chi2, "df": degrees(t.DF), "p": t.P} }

func ofTable(a stat.Association) fields {
	f := ofTest(a.Test)
	f["cramers_v"], f["contingency_c"], f["small_expected"] = a.V, a.Contingency, a.Small
	return f
}

// limited is a field that depends on a limit, a share or a level of significance.
type limited func(limit float64) any

// stableAt is whether p says "stable" at a level, null when there is no p.
func stableAt(p stat.Value, stableIf func(significant bool) bool) limited {
	return func(level float64) any {
		x, ok := p.Float()
		if !ok {
			return nil
		}
		return stableIf(x < level)
	}
}

// measures are all measures by the name that vectors give them.
var measures = map[string]func(in *input) fields{
	// Level and spread.
	"descriptive": func(in *input) fields {
		d := stat.Raw(in.numbers("x"))
		return fields{"n": d.N(), "mean": d.Mean(), "sd": d.SD(), "median": d.Median(7), "min": d.Min(),
			"max": d.Max(), "mad_raw": d.MAD(), "cv": d.CV(), "variance": d.Variance()}
	},
	"quartiles": func(in *input) fields {
		d, kind := stat.Raw(in.numbers("x")), in.number("type")
		return fields{"q1": d.Quantile(250, kind), "median": d.Median(kind), "q3": d.Quantile(750, kind),
			"iqr": d.IQR(kind), "relative_iqr": d.RelativeIQR(kind), "cqv": d.CQV(kind)}
	},
	"percentiles": func(in *input) fields {
		d, kind := stat.Raw(in.numbers("x")), in.number("type")
		var q []stat.Value
		for _, p := range load[[]float64](in, "p") {
			q = append(q, d.Quantile(in.permille(p, 1), kind))
		}
		return fields{"q": q}
	},
	"percentiles_numpy": func(in *input) fields {
		d := stat.Raw(in.numbers("x"))
		kind := map[string]int{"averaged_inverted_cdf": 2, "weibull": 6, "linear": 7, "median_unbiased": 8}[load[string](in, "method")]
		var q []stat.Value
		for _, p := range load[[]float64](in, "p") {
			q = append(q, d.Quantile(in.permille(p, 100), kind))
		}
		return fields{"q": q}
	},
	"mode": func(in *input) fields {
		var points []stat.Value
		for _, p := range stat.Mode(in.freq("freq")) {
			points = append(points, stat.Count(p))
		}
		return fields{"mode": points}
	},
	"median_shift": func(in *input) fields {
		return fields{"shift": stat.MedianShift(stat.Raw(in.numbers("before")), stat.Raw(in.numbers("after")))}
	},
	"delta_cv": func(in *input) fields {
		return fields{"delta": stat.ChangeCV(stat.Raw(in.numbers("before")), stat.Raw(in.numbers("after")))}
	},
	"proportion_ci95": func(in *input) fields {
		x, n := in.number("x"), in.number("n")
		pair := func(low, high stat.Value) []stat.Value { return []stat.Value{low, high} }
		return fields{"share": stat.Share(x, n), "wilson": pair(stat.Wilson(x, n, stat.Z95)),
			"clopper_pearson": pair(stat.ClopperPearson(x, n, 0.05)), "agresti_coull": pair(stat.AgrestiCoull(x, n, stat.Z95))}
	},
	"attrition_bounds": func(in *input) fields {
		low, high := stat.Bounds(in.freq("freq"), in.number("leavers"))
		values := func(h []int) (v []stat.Value) {
			for _, c := range h {
				v = append(v, stat.Count(c))
			}
			return v
		}
		return fields{"low": values(low), "high": values(high)}
	},

	// Ordinal agreement.
	"ordinal_agreement": func(in *input) fields {
		h := in.freq("freq")
		return fields{"vdEijk_A": stat.Agreement(h), "polarization": stat.Polarization(h), "tastle_wierman_cns": stat.Consensus(h),
			"leik_D": stat.Leik(h), "berry_mielke_iov": stat.IOV(h), "blair_lacy_l": stat.BlairLacyL(h), "blair_lacy_lsq": stat.BlairLacyL2(h),
			"kvalseth_cov": stat.Kvalseth(h), "reardon": stat.Reardon(h), "mrq": stat.MRQ(h), "entropy_bits": stat.Entropy(h)}
	},
	"vdEijk_A":           func(in *input) fields { return fields{"A": stat.AgreementShares(load[[]float64](in, "freq"))} },
	"polarization":       func(in *input) fields { return fields{"P": stat.Polarization(in.freq("freq"))} },
	"tastle_wierman_cns": func(in *input) fields { return fields{"cns": stat.Consensus(in.freq("freq"))} },
	"leik_D":             func(in *input) fields { return fields{"D": stat.Leik(in.freq("freq"))} },
	"berry_mielke_iov":   func(in *input) fields { return fields{"iov": stat.IOV(in.freq("freq"))} },
	"kvalseth_cov":       func(in *input) fields { return fields{"cov": stat.Kvalseth(in.freq("freq"))} },
	"blair_lacy": func(in *input) fields {
		h := in.freq("freq")
		return fields{"l": stat.BlairLacyL(h), "lsq": stat.BlairLacyL2(h)}
	},
	"reardon": func(in *input) fields { return fields{"reardon": stat.Reardon(in.freq("freq"))} },
	"mrq":     func(in *input) fields { return fields{"mrq": stat.MRQ(in.freq("freq"))} },
	"entropy": func(in *input) fields {
		h := in.freq("freq")
		return fields{"bits": stat.Entropy(h), "normalised": stat.EntropyShare(h)}
	},
	"rwg": func(in *input) fields { return fields{"rwg": stat.RWG(in.freq("freq"))} },
	"average_deviation": func(in *input) fields {
		d := stat.Points(in.freq("freq"))
		return fields{"ad_median": d.AD(), "ad_mean": d.ADMean(), "mad": d.MAD()}
	},
	"rwg_ad": func(in *input) fields {
		d := stat.Raw(in.numbers("x"))
		return fields{"rwg": stat.RWGOf(d, in.number("scale")), "ad_median": d.AD(), "ad_mean": d.ADMean()}
	},
	"vdEijk_layer": func(in *input) fields {
		var pattern []bool
		for _, c := range load[[]float64](in, "pattern") {
			pattern = append(pattern, c > 0)
		}
		return fields{"A": stat.Layer(pattern)}
	},

	// Polarisation.
	"esteban_ray": func(in *input) fields {
		var scores []float64
		if in.has("values") {
			scores = load[[]float64](in, "values")
		}
		return fields{"P": stat.EstebanRay(in.freq("freq"), scores, load[float64](in, "alpha"))}
	},
	"bimodality_coefficient": func(in *input) fields {
		b := stat.Bimodality(stat.Raw(in.numbers("x")))
		return fields{"skew_G1": b.Skew, "excess_kurt_G2": b.Kurtosis, "bc": b.Coefficient}
	},

	// RAND/UCLA and COMET.
	"ram_ipras": func(in *input) fields {
		x, scale := in.numbers("x"), in.whole("scale")
		var h []int // empty on another scale than 1–9, and so undefined
		if len(scale) == 2 && scale[0] == 1 && scale[1] == 9 {
			h = histogram(x, 1, 9)
		}
		a := stat.Ram(h)
		f := fields{"median": a.Median, "p30": a.P30, "p70": a.P70, "ipr": a.IPR, "iprcp": a.Centre,
			"asymmetry_index": a.Asymmetry, "ipras": a.IPRAS, "disagreement": a.Disagreement, "disagreement_index": a.Index,
			"n_1_3": a.Thirds[0], "n_4_6": a.Thirds[1], "n_7_9": a.Thirds[2], "outside_median_region": a.Outside}
		if !a.IPRAS.Defined() {
			f["disagreement"] = nil
		}
		return f
	},
	"ram_panel_rule": func(in *input) fields {
		within, apart, ok := stat.PanelRule(in.number("n"))
		if !ok {
			return fields{"agreement_max_outside_median_region": nil, "disagreement_min_each_extreme_third": nil}
		}
		return fields{"agreement_max_outside_median_region": within, "disagreement_min_each_extreme_third": apart}
	},
	"ram_by_size": func(in *input) fields {
		thirds := [3]int(in.whole("thirds"))
		f := fields{"median_third": stat.MedianThird(thirds), "agreement": nil, "disagreement": nil}
		if agrees, ok := stat.RandAgrees(thirds, stat.MedianThird(thirds)); ok {
			f["agreement"] = agrees
		}
		if apart, ok := stat.RandApart(thirds); ok {
			f["disagreement"] = apart
		}
		return f
	},
	"comet_70_15": func(in *input) fields { return fields{"class": in.comet(stat.Comet7015)} },
	"comet_at_most_half": func(in *input) fields {
		high := in.number("n_7_9")
		return fields{"left_out": stat.AtMostHalf(high, high+in.number("n_4_6")+in.number("n_1_3"))}
	},

	// Concordance.
	"kendall_w": func(in *input) fields {
		if in.has("missing") && load[string](in, "missing") != "drop_raters" {
			in.errs = append(in.errs, fmt.Errorf("incomplete raters are dropped, nothing else"))
		}
		c := stat.KendallW(turned(in.grid("items_by_raters")))
		f := fields{"W_uncorrected": c.Uncorrected, "p_exact": c.Exact}
		if !load[bool](in, "ties_corrected") {
			c = c.Plain()
		}
		f["W"], f["chi2"], f["df"], f["p"] = c.W, c.Chi2, degrees(c.DF), c.P
		f["n_items"], f["m_raters"], f["mean_ranks"] = c.Items, c.Raters, c.MeanRanks
		return f
	},
	"friedman": func(in *input) fields {
		c := stat.KendallW(in.grid("raters_by_items"))
		f := ofTest(stat.Friedman(c))
		f["kendall_w"] = c.W
		return f
	},
	"krippendorff_alpha": func(in *input) fields {
		raters := in.grid("raters_by_units")
		scores := stat.Seen(raters...)
		var units [][]int
		for _, unit := range turned(raters) {
			units = append(units, at(scores, unit))
		}
		return fields{"alpha": reliability.Krippendorff(units, scores, reliability.Level(load[string](in, "level")))}
	},
	"fleiss_kappa": func(in *input) fields {
		grid := in.grid("units_by_raters")
		scores := stat.Seen(grid...)
		var units [][]int
		for _, unit := range grid {
			if h := at(scores, unit); stat.N(h) == len(unit) { // a unit that someone did not rate drops out
				units = append(units, h)
			}
		}
		k := reliability.Fleiss(units)
		return fields{"kappa": k.Kappa, "z": k.Z, "p": k.P}
	},

	// Stability.
	"scheibe_percent_change": func(in *input) fields {
		if in.has("table_r1_by_r2") {
			t := in.table("table_r1_by_r2")
			before, after := stat.Margins(t)
			return fields{"change": stat.Scheibe(before, after), "stable_below_": in.stable(before, after),
				"prop_unchanged": stat.Share(stat.Same(t), stat.N(before))}
		}
		scale := in.whole("scale")
		a, b := in.numbers("round1"), in.numbers("round2")
		before, after := histogram(a, scale[0], scale[len(scale)-1]), histogram(b, scale[0], scale[len(scale)-1])
		return fields{"change": stat.Scheibe(before, after), "stable_below_": in.stable(before, after),
			"prop_unchanged": stat.Unchanged(in.shifts("round1", "round2"))}
	},
	"sign_test": func(in *input) fields {
		s := stat.Sign(in.shifts("before", "after"))
		return fields{"n_up": s.Up, "n_down": s.Down, "n_same": s.Same, "p": s.P}
	},
	"wilcoxon_signed_rank": func(in *input) fields {
		zeros, known := map[string]stat.Zeros{"drop": stat.Drop, "wilcox": stat.Drop, "pratt": stat.Pratt, "split": stat.Split, "zsplit": stat.Split}[load[string](in, "zeros")]
		if !known {
			in.errs = append(in.errs, fmt.Errorf("unknown treatment of zeros"))
		}
		var options []stat.Option
		if load[bool](in, "continuity") {
			options = append(options, stat.Continuity())
		}
		r := stat.SignedRankOf(in.differences("before", "after"), zeros, options...)
		return ofRanks(r)
	},
	"wilcoxon_exact": func(in *input) fields {
		r := stat.SignedRankOf(in.numbers("differences"), stat.Drop)
		f := ofRanks(r)
		f["p"] = r.Exact
		return f
	},
	"chisq_rounds_homogeneity": func(in *input) fields {
		var a stat.Association
		if in.has("table_round_by_category") {
			a = stat.ChiSquare(in.table("table_round_by_category"))
		} else {
			a = stat.ChiSquare(stat.Aligned(in.numbers("round1"), in.numbers("round2")))
		}
		f := ofTable(a)
		f["stable_at_"] = stableAt(a.P, func(significant bool) bool { return !significant })
		return f
	},
	"chisq_individual_independence": func(in *input) fields {
		a := stat.ChiSquare(in.pairs("round1", "round2"))
		f := ofTable(a)
		f["stable_at_"] = stableAt(a.P, func(significant bool) bool { return significant })
		return f
	},
	"chisq_monte_carlo": func(in *input) fields {
		return fields{"p": resample.MonteCarlo(in.table("table"), resample.Seed([]byte(load[string](in, "root")), load[string](in, "item"), load[string](in, "measure")))}
	},
	"cohen_kappa": func(in *input) fields {
		var t [][]int
		a, b := in.numbers("a"), in.numbers("b")
		if in.read["categories"] = true; string(in.fields["categories"]) == `"observed"` {
			t = stat.Observed(stat.Cross(a, b, stat.Seen(a, b))) // by those who answered both
		} else {
			t = stat.Cross(a, b, load[[]float64](in, "categories"))
		}
		return in.kappa(t, t)
	},
	"weighted_kappa_fixed_scale": func(in *input) fields {
		a, b := in.numbers("a"), in.numbers("b")
		return in.kappa(stat.Cross(a, b, load[[]float64](in, "categories")), stat.Cross(a, b, stat.Seen(a, b)))
	},
	"weighted_kappa_custom": func(in *input) fields {
		k := reliability.Kappa(in.table("table"), reliability.Matrix(load[[][]float64](in, "disagreement_weights")))
		return fields{"kappa": k.Kappa, "z": k.Z, "p": k.P}
	},
	"mcnemar": func(in *input) fields {
		m := stat.McNemar(in.table("table"))
		return fields{"chi2": m.Chi2, "p": m.P, "chi2_cc": m.CorrectedChi2, "p_cc": m.CorrectedP, "p_exact": m.Exact}
	},
	"mcnemar_exact":            func(in *input) fields { return fields{"p": stat.McNemar(in.table("table")).Exact} },
	"bowker_symmetry":          func(in *input) fields { return ofTest(stat.Bowker(in.pairs("a", "b"))) },
	"bowker_symmetry_skipping": func(in *input) fields { return ofTest(stat.BowkerSkipping(in.pairs("a", "b"))) },
	"stuart_maxwell":           func(in *input) fields { return ofTest(stat.StuartMaxwell(in.pairs("a", "b"))) },
	"spearman":                 func(in *input) fields { c := stat.Spearman(in.pairs("a", "b")); return fields{"rho": c.R, "p_t": c.P} },
	"kendall_tau_b": func(in *input) fields {
		c := stat.TauB(in.pairs("a", "b"))
		return fields{"tau": c.R, "p_asymptotic": c.P}
	},
	"goodman_kruskal_lambda": func(in *input) fields {
		t := in.pairs("a", "b")
		if in.has("predict") && load[string](in, "predict") == "rows" {
			t = stat.Transpose(t)
		}
		return fields{"lambda": stat.Lambda(t)}
	},
	"conformity_baseline": func(in *input) fields {
		var rows []stat.Value
		for _, row := range stat.Conformity(in.freq("before"), in.freq("after"), stat.Of(load[float64](in, "median"))) {
			rows = append(rows, row[:]...)
		}
		return fields{"expected": rows}
	},

	// Between groups, and over many items.
	"mann_whitney": func(in *input) fields {
		groups := stat.Aligned(in.numbers("a"), in.numbers("b"))
		m := stat.MannWhitney(groups[0], groups[1])
		return fields{"U1": m.U, "p": m.P}
	},
	"kruskal": func(in *input) fields {
		k := stat.KruskalWallis(stat.Aligned(in.grid("groups")...))
		return fields{"H": k.Chi2, "df": degrees(k.DF), "p": k.P}
	},
	"multiple_testing": func(in *input) fields {
		p := load[[]stat.Value](in, "p")
		return fields{"holm": stat.Holm(p), "bh": stat.BenjaminiHochberg(p)}
	},
}

func (in *input) comet(rule stat.CometRule) stat.CometClass {
	return stat.Comet(in.number("n_7_9"), in.number("n_4_6"), in.number("n_1_3"), rule)
}

func ofRanks(r stat.Ranks) fields {
	return fields{"V_plus": r.W, "V_minus": r.Down, "T_min": r.Min(), "n": r.N, "n_nonzero": r.NonZero, "p": r.P,
		"p_exact": r.Exact, "z_uncorrected": r.Z, "r_effect": r.R, "r_gate": r.GateR}
}

// kappa reads the weights; pairs is the table that counts who kept their answer,
// which no category may be missing from.
func (in *input) kappa(t, pairs [][]int) fields {
	weight, known := map[string]reliability.Weight{"unweighted": reliability.Unweighted, "equal": reliability.Linear, "linear": reliability.Linear,
		"squared": reliability.Quadratic, "quadratic": reliability.Quadratic}[load[string](in, "weights")]
	if !known {
		in.errs = append(in.errs, fmt.Errorf("unknown weights"))
		weight = reliability.Unweighted
	}
	k := reliability.Kappa(t, weight)
	n := 0
	for _, row := range pairs {
		n += stat.N(row)
	}
	return fields{"kappa": k.Kappa, "z": k.Z, "p": k.P, "prop_unchanged": stat.Share(stat.Same(pairs), n), "unanimous": k.Unanimous}
}

// stable is whether Scheibe's change stays below a share, null without answers.
func (in *input) stable(before, after []int) limited {
	return func(share float64) any {
		if !stat.Scheibe(before, after).Defined() {
			return nil
		}
		return stat.ScheibeBelow(before, after, in.permille(share, 1))
	}
}
