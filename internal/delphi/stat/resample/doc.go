// Package resample draws from counts: percentile intervals by the bootstrap, and the
// Monte-Carlo p of a table whose margins are held. It exists so that an interval and a
// p value can be had where no distribution is known, and so that anyone can repeat the
// draw: the seed is an argument, and Generator and Resampler name how numbers become
// samples.
//
//	root, item, measure ── Seed ─┬─ xoshiro256++ ── Bootstrap, BootstrapW ── Limits
//	                             └─ SHA-256 in counter mode ── MonteCarlo ── Value
package resample
