// Package reliability measures how far people who judge the same things agree beyond
// chance: Cohen's κ of one panel in two rounds, Gwet's AC, Krippendorff's α and Fleiss'
// κ of a panel over its items. It exists apart from package stat because these figures
// compare with a model of chance, and none of them decides anything: they are reported
// and never a gate.
//
//	table of earlier by later answers ── Kappa, BootstrapKappa
//	one histogram for each item ── Krippendorff, BootstrapAlpha, Fleiss, Gwet
package reliability
