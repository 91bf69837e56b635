// Package delphi is the method: what a consultation's frozen rules are, which
// tables a round's ballots become, and what figures, verdicts and proposals those
// tables give. It exists so that everything that is ever said about a panel's
// answers can be recomputed by anyone from published counts.
//
// It is pure: no I/O, no clock, no randomness of its own. Keys and ballots arrive
// as arguments, and nothing it returns tells more about people than docs/METHOD.md §7
// allows.
//
//	document ── ParseProtocol ── Protocol ─────────────┐
//	                                                   ├─ Rule ─ which tables exist
//	ballots ─ Tally ─┬─ Tabulate (a round closes) ─┐   │
//	                 └─ Release (a standing round) ┴─ Closing: counts document + tables
//	                                                   │
//	                    ┌──────────┬───────────┬───────┴────┬────────────┐
//	                 Measure     Judge     Sensitive    Attrition   Conformity
//
// A verdict is worked out in this order (docs/METHOD.md §4):
//
//	gates: response, valid n, able to judge, pairs ── one fails ──► too few
//	   │
//	stability: nothing to compare with, or not stable ── rounds left ► open
//	   │                                               └─ none left ──► unstable
//	   ▼
//	rule rand and disagreement ► bipolarity where both outer classes ≥ 35 %, else disagreement
//	the rule met               ► consensus; unanimous where all are in one class
//	both outer classes ≥ 35 %  ► bipolarity (two classes of 4 points and more: and A < 0)
//	one class > 50 %           ► majority
//	one ≥ 40 % and 10 points ahead ► plurality
//	else                       ► disagreement
//
// A verdict with a direction has a side: For is the direction that the protocol
// declares, and no other (docs/METHOD.md §4).
//
// Figures of change are those of the raw answers, or lower bounds that say so: D keeps
// 0 as a cell of its own, and where it is withheld, or stayers are left out, the share
// who kept their answer is known as "at least" alone (docs/METHOD.md §7).
//
// In a standing round each release of an item counts as one of its rounds.
package delphi
