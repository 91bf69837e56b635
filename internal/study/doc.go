// Package study measures a Delphi study that was held anywhere, from its raw
// answers, with the measures and verdicts that consultations use: so that
// researchers can check Delfi's figures against their own, and use them.
//
//	CSV rows or a JSON document ── Read ── Study ── Measure ── Result ── text or JSON
//
// A study in CSV has a header and one row for each answer, in any order:
//
//	round,panelist,group,item,value
//	1,anna,citizens,parking,7
//
// value is a whole number on the scale, empty for no answer, "?" for "cannot
// judge"; group may be empty or missing for all. A study in JSON carries its own
// protocol:
//
//	{"protocol": {…}, "items": [{"id": "parking", "kind": "scale", "new_in": 2}],
//	 "rounds": [{"ballots": [{"panelist": "anna", "group": "citizens",
//	   "answers": [{"item": "parking", "value": 7, "cannot_judge": false}]}]}]}
//
// A study in CSV hides nothing, since who measures it holds the answers, unless
// asked for what a consultation would publish (Disclose); of a study in JSON the
// protocol's own disclosure holds, unless asked for all (Whole).
//
// The result in JSON, whose every field Fields and Parts document:
//
//	{"format": "delfi measure v1", "protocol": {…}, "offset": 0,
//	 "panelists": 14, "groups": ["citizens", "experts"],
//	 "rounds": [{"round": 1, "enrolled": 14, "answered": 14,
//	   "measures": {"krippendorff_ordinal": 0.83, …}}],
//	 "items": [{"item": "parking", "kind": "scale", "window": "7-9",
//	   "rounds": [{"round": 1, "n": 14, "cannot_judge": 0, "paired": 0,
//	     "values": ["1", …], "counts": [0, …], "thirds": false, "verdict": "open",
//	     "measures": {"median": 8, "iqr": 1.75, "scheibe": null, …},
//	     "groups": [{"group": "citizens", "withheld": false, "n": 7, "counts": […],
//	       "median": 7, "q1": 7, "q3": 8.5, "top": 0.857}]}],
//	   "verdict": {"key": "unstable", "if": "consensus", "grounds": [{"code": "unchanged",
//	     "holds": false, "value": 500, "limit": 700, "detail": ""}], …},
//	   "proposal": {…}, "sensitivity": […], "attrition": {…}, "conformity": {…}}]}
//
// What is not defined is null, and what is endless ("never") the string "inf".
package study
