package study

import (
	"fmt"
	"io"
	"strings"
)

// Field documents one field of the JSON result.
type Field struct{ Name, Words string }

// Fields documents every field of "measures"; Parts the others. Null is "not defined". The sources
// stand at each function of internal/delphi/stat.
var Fields = []Field{
	{"median", "median, by the quantile type asked for"},
	{"q1", "first quartile"},
	{"q3", "third quartile"},
	{"iqr", "interquartile range, q3 − q1"},
	{"top", "share of the answers in the rule's window, or in the highest class"},
	{"top_low", "lower end of Wilson's 95 % interval of top"},
	{"top_high", "upper end of Wilson's 95 % interval of top"},
	{"agreement", "van der Eijk's agreement A, −1 to 1"},
	{"scheibe", "change of the histogram since the round before, ½Σ|p2−p1| (Scheibe 1975)"},
	{"unchanged", "share of those who answered both rounds and gave the same answer"},
	{"within", "share of the same people within one point of their answer, where the protocol tolerates one"},
	{"no_change", "mean of scheibe were nobody to change their mind: what chance alone gives"},
	{"mean", "arithmetic mean"},
	{"sd", "standard deviation, over n−1"},
	{"cv", "coefficient of variation, sd/mean; depends on where the scale begins"},
	{"cqv", "coefficient of quartile variation, (q3−q1)/(q3+q1); depends on where the scale begins"},
	{"relative_iqr", "iqr/median; of a date, from its first possible one"},
	{"ad", "average deviation about the median"},
	{"ad_mean", "average deviation about the mean"},
	{"mad", "median of the deviations from the median"},
	{"min", "lowest answer"},
	{"max", "highest answer"},
	{"polarization", "(1−A)/2"},
	{"cns", "Tastle and Wierman's consensus, 0 to 1"},
	{"leik", "Leik's ordinal dispersion D, 0 to 1"},
	{"blair_lacy_l2", "Blair and Lacy's l², 1 at one point"},
	{"blair_lacy_l", "root of l²"},
	{"iov", "index of ordinal variation (Berry and Mielke)"},
	{"kvalseth", "Kvålseth's coefficient of ordinal variation"},
	{"entropy_bits", "Shannon's entropy in bits"},
	{"entropy", "entropy over its maximum on the scale"},
	{"reardon", "Reardon's ordinal entropy"},
	{"rwg", "within-group agreement r_wg, against a uniform panel"},
	{"esteban_ray", "Esteban and Ray's polarisation, K = 1"},
	{"bimodality", "SAS's bimodality coefficient; above 5/9 hints at two humps"},
	{"mrq", "Montalvo and Reynal-Querol's polarisation 4Σp²(1−p)"},
	{"ipr", "RAND/UCLA: P70 − P30"},
	{"ipras", "RAND/UCLA: IPR adjusted for symmetry"},
	{"disagreement_index", "RAND/UCLA: ipr/ipras; above 1 is disagreement"},
	{"never", "estimates: share who said never"},
	{"low_median", "estimates: median of the low values"},
	{"low_iqr", "estimates: interquartile range of the low values"},
	{"high_median", "estimates: median of the high values"},
	{"high_iqr", "estimates: interquartile range of the high values"},
	{"dajani_chi2", "χ² of round × category; not significant means stable (Dajani et al. 1979)"},
	{"dajani_p", "its p"},
	{"dajani_small", "how many of its cells expect fewer than 5 people: then the p is doubtful"},
	{"median_shift", "median less that of the round before"},
	{"cv_change", "cv less that of the round before"},
	{"wilcoxon_w", "signed rank test: sum of the ranks of those who moved up"},
	{"wilcoxon_z", "its z, without continuity correction"},
	{"wilcoxon_p", "its two-sided p, exact up to 25 who moved"},
	{"wilcoxon_r", "its effect |z|/√(people who moved)"},
	{"wilcoxon_gate_r", "its effect |z|/√(all pairs), which the gate reads"},
	{"wilcoxon_p_corrected", "its p, corrected for the number of items (Holm, or as the protocol says)"},
	{"sign_p", "exact sign test of the moves"},
	{"chaffin_talley_chi2", "χ² of earlier × later answer, by point; by class where only what a consultation publishes is measured. Significant means individuals are stable"},
	{"chaffin_talley_p", "its p"},
	{"cramer_v", "Cramér's V of the same table"},
	{"contingency_c", "Pearson's contingency coefficient of the same table"},
	{"kappa_linear", "weighted κ of the same table, linear weights"},
	{"kappa_quadratic", "weighted κ of the same table, quadratic weights"},
	{"kappa_unanimous", "1 where a round was unanimous and κ says nothing, else 0"},
	{"bowker_p", "Bowker's test of symmetry"},
	{"stuart_maxwell_p", "Stuart and Maxwell's test of the margins"},
	{"mcnemar_p", "McNemar's exact test, on two classes"},
	{"spearman", "Spearman's ρ of earlier and later answer"},
	{"tau_b", "Kendall's τ-b of earlier and later answer"},
	{"lambda", "Goodman and Kruskal's λ, later answer from earlier"},
	{"icvi", "content validity index: share that calls the item relevant, 3 or 4 of four points, else the window (Polit and Beck 2006)"},
	{"icvi_kappa", "the same corrected for chance, κ* (Polit, Beck and Owen 2007)"},
	{"cvr", "Lawshe's content validity ratio of the share in the window, −1 to 1"},
	{"cvr_critical", "the least ratio that chance does not explain at .05, one-sided, exact; null below five experts"},
	{"w", "rankings: Kendall's W, corrected for ties"},
	{"w_uncorrected", "W without the correction"},
	{"w_chi2", "χ² of W"},
	{"w_p", "its p"},
	{"w_exact", "permutation p, for few people and items without ties"},
	{"w_rise", "W less that of the round before"},
	{"friedman_p", "Friedman's test that the items do not differ"},
	{"mean_rank/ITEM", "rankings: the mean rank of an item"},
	{"krippendorff_nominal", "over all items of a round, two at least: Krippendorff's α, nominal"},
	{"krippendorff_ordinal", "the same, ordinal"},
	{"krippendorff_interval", "the same, interval"},
	{"fleiss_kappa", "over all items of a round, two at least: Fleiss' κ, where all have the same number of answers"},
	{"fleiss_z", "its z"},
	{"fleiss_p", "its p"},
	{"ac1", "over all items of a round: Gwet's AC1"},
	{"ac1_se", "its standard error over items"},
	{"ac1_low", "lower end of its 95 % interval, Student's t"},
	{"ac1_high", "upper end"},
	{"ac2_linear", "Gwet's AC2 with linear weights over the scale"},
	{"ac2_linear_se", "its standard error"},
	{"ac2_linear_low", "lower end of its interval"},
	{"ac2_linear_high", "upper end"},
	{"ac2_quadratic", "Gwet's AC2 with quadratic weights"},
	{"ac2_quadratic_se", "its standard error"},
	{"ac2_quadratic_low", "lower end of its interval"},
	{"ac2_quadratic_high", "upper end"},
	{"scvi_ave", "content validity of all items: mean of their icvi"},
	{"scvi_ua", "share of items that all call relevant"},
}

// WriteFields prints what each field of the JSON result is.
func WriteFields(w io.Writer) error {
	var b strings.Builder
	b.WriteString("The result of --json; null is \"not defined\", \"inf\" is \"never\".\n\n")
	for _, f := range Parts {
		wrapped(&b, fmt.Sprintf("%-34s ", f.Name), f.Words)
	}
	b.WriteString("\nMeasures:\n\n")
	for _, f := range Fields {
		wrapped(&b, fmt.Sprintf("%-24s ", f.Name), f.Words)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
