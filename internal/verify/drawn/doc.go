// Package drawn checks a draw by lot from its public files and its entries (docs/PANEL.md "A
// draw that outsiders can check"). It exists so that nobody has to run a solver, nor a
// beacon's network, to see that a panel is the one that list, rule, record and beacon give.
//
//	roll.csv ── root ── rule.json ── portfolio ── round ── guarantors ── beacon ── result.json
//	   └───────────────── the first step that does not hold is named ──────────────────┘
//
// It computes with package draw, with which the server draws, and reads what Read gives it.
package drawn
