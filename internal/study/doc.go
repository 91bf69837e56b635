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
// asked for what a consultation would publish; a protocol's own disclosure holds.
package study
