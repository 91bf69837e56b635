// Package told holds what an opinion tells of a consultation's life against the log: its days, the
// participation in each round, how often the staff did what, and the acts that departed from the
// plan. It exists because these are no figures of the panel, which follow from leaves, and no
// texts, which package wording compares: each follows from the entries before the opinion's own.
//
//	entries ── replay ──► days, closings, acts ──► opinion.json: dates, rounds, acts, deviations
//
// Where the law removed the words of an act, its reason is compared with nothing.
package told
