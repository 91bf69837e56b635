// Package study measures a Delphi study that was held anywhere, from its raw
// answers, with the measures and verdicts that consultations use: so that
// researchers can check Delfi's figures against their own, and use them.
//
//	CSV, .xlsx ── room source ── room intake ─┐
//	                                          ├─ Study ── Measure ── Result ── text, JSON or a page
//	JSON ─────────────────────── room intake ─┘
//
// intake.Read takes a study from its files. A long table has one row for each answer, in
// any order, a wide one a row for each person and a column for each item:
//
//	round,panelist,group,item,value        round,panelist,group,parking,trees
//	1,anna,citizens,parking,7              1,anna,citizens,7,9
//
// Columns have the names that people and survey software give them, in English and
// Italian (intake/header.go), or are named by options; a table without a column of rounds
// is a round by itself, unless the names of items tell the rounds; with a column of
// releases the study is a standing round, whose answers stand until they are revised.
//
// A cell is kept as the code of its text, among those of its item. What the texts
// mean is told once, when all are read: which are no answer (the empty cell, and
// Options.Missing), which say "cannot judge" ("?", and Options.CannotJudge), and
// which number or word is an answer of the item's kind: a scale, a ranking, an
// estimate, a selection. Kinds, scales and rules are declared for all items or for
// some, by options or by a codebook. A scale that is not declared is inferred, as
// the smallest usual one that holds the answers. Every choice that was not declared
// is among Study.Notes; what may be something else than it was measured as, among
// Study.Warnings: answers that fit another scale, names that are almost equal.
// What cannot be measured is refused, with file, line and column, or sheet and cell.
//
// A study in JSON carries its own protocol:
//
//	{"protocol": {…}, "items": [{"id": "parking", "kind": "scale", "new_in": 2}],
//	 "rounds": [{"ballots": [{"panelist": "anna", "group": "citizens",
//	   "answers": [{"item": "parking", "value": 7, "cannot_judge": false}]}]}]}
//
// Tables hide nothing, since who measures them holds the answers, unless asked for
// what a consultation would publish (Disclose); of a study in JSON the protocol's
// own disclosure holds, unless asked for all (Whole). Nothing is judged below
// Options.MinN answers, while figures are measured of any number.
//
// Measures of pairs of answers (κ, ρ, τ-b, λ, Bowker, Stuart–Maxwell) are over the
// points of a scale; of a study that hides what a consultation would, over its
// published classes. Intervals are percentile bootstrap intervals of 10,000 samples
// from counts, so that none costs a pass over people: of median and A from the
// histogram, of κ from the pairs, of W from the distinct rankings, of α over items.
// All are drawn from one text, Study.Seed, so that anybody repeats them.
//
// Text and page (room sheet) are in English or Italian (room words): English unless
// another language is asked for, whatever the machine's is, so that a command prints
// the same everywhere. The JSON has one language.
//
// The result in JSON, whose every field Fields and Parts document:
//
//	{"format": "delfi measure v1", "rule_version": 1, "seed": "delfi measure",
//	 "resampler": "…", "protocol": {…}, "notes": [], "warnings": [], "panelists": 14,
//	 "groups": ["citizens", "experts"], "disclosed": false,
//	 "rounds": [{"round": 1, "enrolled": 14, "answered": 14,
//	   "measures": {"krippendorff_ordinal": 0.83, …},
//	   "intervals": {"krippendorff_ordinal": {"low": 0.6, "high": 0.9, …}, …}}],
//	 "items": [{"item": "parking", "kind": "scale", "window": "7-9",
//	   "scale": {"from": 1, "to": 9, "step": 1, "unit": "", "source": "inferred"},
//	   "rule": "share>=75",
//	   "rounds": [{"round": 1, "n": 14, "cannot_judge": 0, "paired": 0,
//	     "values": ["1", …], "counts": [0, …], "thirds": false, "verdict": "open", "side": "none",
//	     "measures": {"median": 8, "iqr": 1.75, "scheibe": null, …},
//	     "intervals": {"median": {"low": 7, "high": 8, "draws": 10000, "seed": "…"}, …},
//	     "groups": [{"group": "citizens", "withheld": false, "n": 7, "counts": […],
//	       "median": 7, "q1": 7, "q3": 8.5, "top": 0.857}]}],
//	   "verdict": {"key": "unstable", "if": "consensus", "if_side": "for", "grounds": [{"code": "unchanged",
//	     "holds": false, "value": 500, "limit": 700, "detail": ""}], …},
//	   "proposal": {…}, "sensitivity": […], "attrition": {…}, "conformity": {…}}]}
//
// What is not defined is null, and what is endless ("never") the string "inf".
package study
